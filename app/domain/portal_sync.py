"""The national portal's procedures against the definitions at hand: which are new, and whose words have changed.

Compared by content: a procedure that is dated anew without another word in it changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from itertools import zip_longest

from app.domain.definitions import FIRST_DAY, Definition, Part, text_key
from app.domain.readings import Reading

# A province may publish a national procedure under its own agency's code, set behind that of the procedure.
_LOCAL_CODE = re.compile(r"([0-9]\.[0-9]{6})(?:\.([0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}))?")
_NAMING = ("name", "sector", "level", "agency")


@dataclass(frozen=True, slots=True)
class Shown:
    """A procedure as the portal shows it, under its national code; empty where something is not told.

    `texts`: the official words of its components in their order, None where the portal names none: what a dossier
    consists of is then not known from there. `changed_on`: the day of the last change, None where it is not told.
    """

    code: str
    name: str
    sector: str
    level: str
    agency: str
    in_force: bool
    changed_on: date | None
    texts: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: name, sector, level, agency, or component with its `position`, the old one where the line is gone.

    A line that is added has no `before`, one that is gone no `after`.
    """

    what: str
    before: str | None
    after: str | None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The version to be published, and what it changes."""

    definition: Definition
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A line of the portal that could not be taken, by its code there, and why: a word for programs."""

    code: str
    cause: str


@dataclass
class Difference:
    """What the portal shows against what is published. `withdrawn`: (code, name) of known ones it no longer shows as in
    force; `not_listed`: codes of known ones that its whole list does not name. Neither is ever taken away here.
    """

    new: list[Definition] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    withdrawn: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    not_listed: list[str] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    @property
    def definitions(self) -> list[Definition]:
        """What is to be published."""
        return [*self.new, *(c.definition for c in self.changed)]


@dataclass(frozen=True)
class Known:
    """What is published: definitions by code and `valid_from`, as published and without corrections; and the days on
    which the versions that a person has read begin, by code.
    """

    definitions: Mapping[str, Sequence[Definition]]
    curated: Mapping[str, Sequence[date]]

    def __contains__(self, code: str) -> bool:
        return code in self.definitions or code in self.curated


def national_code(code: str) -> tuple[str, str | None] | None:
    """The national code and the agency's behind it, as in `2.000379.000.00.00.H18`; None for a code of another form."""
    found = _LOCAL_CODE.fullmatch(code)
    return (found[1], found[2]) if found else None


def by_national_code(codes: Iterable[str], agency: str) -> tuple[dict[str, str], list[Failed]]:
    """National code → the code to ask the portal for, and the lines that are left out.

    Of several variants of one procedure the plain one is taken, else that of `agency`, else the first.
    """
    chosen: dict[str, str] = {}
    left: list[Failed] = []
    variants: list[tuple[bool, bool, str, str]] = []
    for code in set(codes):
        if parts := national_code(code):
            variants.append((parts[1] is not None, parts[1] != agency, code, parts[0]))
        else:
            left.append(Failed(code, "code_form"))
    for *_, code, national in sorted(variants):
        if chosen.setdefault(national, code) != code:
            left.append(Failed(code, "another_variant"))
    return dict(sorted(chosen.items())), left


def compare(shown: Iterable[Shown], known: Known, read: Callable[[str], Reading], today: date) -> Difference:
    """`read`: the reading of an official text; asked only for those of definitions that are to be published."""
    found = Difference()
    for procedure in sorted(shown, key=lambda s: s.code):
        versions = known.definitions.get(procedure.code, ())
        if not procedure.in_force:
            # What we never had is not added; what we have stays, for a person to decide about.
            if procedure.code in known:
                found.withdrawn.append((procedure.code, procedure.name))
            continue
        base = next((v for v in reversed(versions) if v.valid_from <= today), None)
        standing = [v for v in versions if v is base or v.valid_from > today]
        # A version published ahead of its day may be what the portal shows already.
        if any(not changes(v, procedure) for v in standing):
            found.unchanged.append(procedure.code)
        elif base is None and not versions:
            start = _first_day(procedure, known.curated.get(procedure.code, ()), today)
            found.new.append(_defined(procedure, start, read))
        else:
            found.changed.append(_changed(base or versions[0], procedure, read, today))
    return found


def changes(known: Definition, shown: Shown) -> tuple[Change, ...]:
    """What the portal says otherwise; what it does not tell is no change."""
    named = [(what, getattr(known, what), getattr(shown, what)) for what in _NAMING]
    return (
        *(Change(what, before, after) for what, before, after in named if after and before != after),
        *(_lines(known.parts or (), shown.texts) if shown.texts is not None else ()),
    )


def _lines(parts: Sequence[Part], texts: Sequence[str]) -> Iterator[Change]:
    """Lines are the same by their letters, as a reviewer's correction is of letters."""
    old, new = [text_key(p.text) for p in parts], [text_key(t) for t in texts]
    for tag, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for i, j in zip_longest(range(a, a_end), range(b, b_end)):
            before, after = None if i is None else parts[i], None if j is None else texts[j]
            position = (j or 0) + 1 if after is not None or before is None else before.position
            yield Change("component", None if before is None else before.text, after, position)


def _first_day(shown: Shown, curated: Sequence[date], today: date) -> date:
    """The first definition of a procedure that a person has read begins with that reading, which stands over it."""
    if read := [day for day in curated if day <= today]:
        return max(read)
    return FIRST_DAY if shown.changed_on is None else min(shown.changed_on, today)


def _defined(shown: Shown, start: date, read: Callable[[str], Reading]) -> Definition:
    parts = None if shown.texts is None else _parts(shown.texts, read)
    return Definition(shown.code, shown.name, shown.sector, shown.level, shown.agency, start, parts)


def _parts(texts: Sequence[str], read: Callable[[str], Reading]) -> tuple[Part, ...]:
    return tuple(Part(position, text, read(text)) for position, text in enumerate(texts, 1))


def _changed(base: Definition, shown: Shown, read: Callable[[str], Reading], today: date) -> Changed:
    found = changes(base, shown)
    # Words nobody had given yet are no new version of the procedure.
    completes = base.parts is None and all(c.what == "component" for c in found)
    dated = shown.changed_on is not None and base.valid_from < shown.changed_on <= today
    start = base.valid_from if completes else shown.changed_on if dated and shown.changed_on else today
    other_words = any(c.what == "component" for c in found)
    parts = _parts(shown.texts or (), read) if other_words else base.parts
    naming = {what: getattr(shown, what) or getattr(base, what) for what in _NAMING}
    return Changed(replace(base, **naming, valid_from=start, parts=parts), found)
