"""Which requests of the journal are meant, and what may be asserted of them: how many there were, in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from mock_vneid.journal import Entry

_PLAIN = (
    *("number", "face", "method", "path", "service", "client", "request_id", "procedure", "officer", "purpose"),
    *("status", "error", "refused"),
)
FIELDS = (*_PLAIN, "person", "type", "matched", "fault")
_MOST_NAMED = 20  # numbers of requests that a sentence names


class Condition(NamedTuple):
    """`pattern` is a value, or one with `*` and `?` in it; a field of many values meets it with any of them."""

    field: str
    pattern: str

    def met_by(self, entry: Entry) -> bool:
        return any(fnmatchcase(value, self.pattern) for value in _values(entry, self.field))

    def __str__(self) -> str:
        return f"{self.field}:{self.pattern}"


def _values(entry: Entry, field: str) -> Iterable[str]:
    match field:
        case "person":
            return [entry.holder_id] if entry.holder_id else []
        case "type":
            return entry.types
        case "matched":
            return entry.matched
        case "fault":
            return [name for fault in entry.faults for name in fault]
        case _:
            value = getattr(entry, field)
            return [] if value is None else [str(value)]


def condition(text: str) -> Condition:
    """`field:pattern`. ValueError, naming the fields, for anything else."""
    field, colon, pattern = text.partition(":")
    if not colon or not pattern or field not in FIELDS:
        raise ValueError(f"write field:value, with * for anything; the fields are: {', '.join(FIELDS)}")
    return Condition(field, pattern)


def matches(entry: Entry, conditions: Sequence[Condition]) -> bool:
    return all(condition.met_by(entry) for condition in conditions)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`numbers` are those of the requests it rests on."""

    holds: bool
    says: str
    numbers: list[int]
    nearest_miss: str | None = None


def count(entries: Sequence[Entry], wanted: Sequence[Condition], least: int, most: int | None) -> Verdict:
    """Whether from `least` to `most` requests meet all conditions; None: any number more."""
    found = [entry.number for entry in entries if matches(entry, wanted)]
    holds = least <= len(found) and (most is None or len(found) <= most)
    bounds = f"exactly {least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
    says = f"{_told(wanted)}: {bounds} wanted, {len(found)} there{_named(found)}"
    return Verdict(holds, says, found, None if holds or found else nearest_entry(entries, wanted))


def order(entries: Sequence[Entry], steps: Sequence[Sequence[Condition]]) -> Verdict:
    """Whether requests that meet these steps came one after the other; others may stand between them."""
    numbers: list[int] = []
    left = iter(entries)
    for step in steps:
        found = next((entry for entry in left if matches(entry, step)), None)
        if found is None:
            after = f"after request {numbers[-1]} " if numbers else ""
            says = f"step {len(numbers) + 1} of {len(steps)}: nothing {after}met {_told(step)}"
            later = [entry for entry in entries if not numbers or entry.number > numbers[-1]]
            return Verdict(False, says, numbers, nearest_entry(later, step))
        numbers.append(found.number)
    return Verdict(True, f"all {len(steps)} steps came in this order{_named(numbers)}", numbers)


def nearest_entry(entries: Sequence[Entry], wanted: Sequence[Condition]) -> str | None:
    """The request that meets most of the conditions, and those it does not meet; None when none meets any."""
    best, met = None, 0
    for entry in entries:
        score = sum(condition.met_by(entry) for condition in wanted)
        if score and score >= met:
            best, met = entry, score
    if best is None:
        return None
    right = ", ".join(condition.field for condition in wanted if condition.met_by(best))
    wrong = ", ".join(
        f"{condition.field} ({', '.join(_values(best, condition.field)) or 'none'})"
        for condition in wanted
        if not condition.met_by(best)
    )
    return f"request {best.number} is nearest: {right} right; {wrong or 'nothing'} wrong"


def _told(wanted: Sequence[Condition]) -> str:
    return " ".join(str(condition) for condition in wanted) or "any request"


def _named(numbers: Sequence[int]) -> str:
    named = ", ".join(str(number) for number in numbers[:_MOST_NAMED])
    return f" ({named}{', …' if len(numbers) > _MOST_NAMED else ''})" if numbers else ""
