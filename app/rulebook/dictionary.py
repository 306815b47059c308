"""The reviewed dictionary: YAML files → one `Dictionary`. What does not fit is refused, by file and line."""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

from app.domain.reading.lexicon import Cue, Dictionary, FormWord, Nature, PaperName, Turn, first_word
from app.domain.reading.text import fold_pattern
from app.rulebook.starter import CATALOGUE
from app.rulebook.yamlfile import Entry, RulebookError, load, load_list

READING = Path(__file__).parent / "reading"
# Tests of the words around a paper that the grammar makes.
TESTS = frozenset(
    "office private fact foreign foreign_asked not_a_case a_group whoever attached anaphora said_of".split()
)

S = TypeVar("S", bound=StrEnum)


@cache
def load_dictionary(folder: Path = READING, catalogue: Path = CATALOGUE) -> Dictionary:
    """Names of papers from all files but `cues.yaml`, cues from that one. Raises RulebookError."""
    codes = {e.text("code") for e in load_list(catalogue / "document_types.yaml")}
    papers: list[PaperName] = []
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "cues.yaml":
            papers += [_paper(e, codes, owners) for e in load_list(path)]
    file = load(folder / "cues.yaml")
    cues = _words(file.entry("cues"), Cue)
    forms = _words(file.entry("forms"), FormWord)
    tests = _tests(file.entry("tests"))
    file.close()
    return Dictionary(tuple(papers), cues, forms, tests)


def _paper(entry: Entry, known: Collection[str], owners: dict[str, str]) -> PaperName:
    codes = _codes(entry, known)
    names = entry.texts("names")
    if not names:
        entry.fail("an entry needs `names`")
    for name in names:
        _name(entry, "names", name)
        owner = owners.setdefault(fold_pattern(name), "|".join(codes))
        if owner != "|".join(codes):
            entry.fail_at("names", f"`{name}` is claimed by {owner} already")
    paper = PaperName(
        codes=codes,
        nature=entry.choice("nature", Nature),
        names=names,
        otherwise=entry.choice("otherwise", Nature) if entry.has("otherwise") else Nature.PARTY,
        settled=entry.flag("settled", default=False),
        collective=entry.flag("collective", default=False),
        opening=entry.flag("opening", default=False),
        form=entry.choice("form", FormWord) if entry.has("form") else None,
        turns=tuple(_turn(e, known) for e in entry.entries("turns")),
    )
    if (paper.nature is Nature.BY_ISSUER) != entry.has("otherwise") or paper.otherwise is Nature.BY_ISSUER:
        entry.fail("`otherwise` (official or party) belongs to the nature by_issuer, and only to it")
    entry.close()
    return paper


def _turn(entry: Entry, known: Collection[str]) -> Turn:
    when = entry.text("when")
    codes = _codes(entry, known) if entry.has("codes") else None
    nature = entry.choice("nature", Nature) if entry.has("nature") else None
    form = entry.choice("form", FormWord) if entry.has("form") else None
    pattern = _regex(entry, "when", when)
    case = entry.flag("case", default=False)
    entry.close()
    if codes is None and nature is None and form is None:
        entry.fail("a turn needs `codes`, `nature` or `form`")
    return Turn(pattern, codes, nature, form, case)


def _codes(entry: Entry, known: Collection[str]) -> tuple[str, ...]:
    codes = entry.texts("codes")
    if not codes:
        entry.fail("`codes` is missing")
    for code in codes:
        if code not in known:
            entry.fail_at("codes", f"the document type {code} is not in document_types.yaml")
    return codes


def _words(entry: Entry, kind: type[S]) -> dict[S, tuple[str, ...]]:
    found: dict[S, tuple[str, ...]] = {}
    owners: dict[str, str] = {}
    for key, patterns in _lists(entry):
        try:
            name = kind(key)
        except ValueError:
            entry.fail_at(key, f"unknown key `{key}`")
        for pattern in patterns:
            _name(entry, key, pattern)
            if owners.setdefault(fold_pattern(pattern), key) != key:
                entry.fail_at(key, f"`{pattern}` is claimed by {owners[fold_pattern(pattern)]} already")
        found[name] = patterns
    return found


def _tests(entry: Entry) -> dict[str, tuple[str, ...]]:
    found = dict(_lists(entry))
    for key, patterns in found.items():
        if key not in TESTS:
            entry.fail_at(key, f"unknown key `{key}`")
        for pattern in patterns:
            _regex(entry, key, pattern)
    if missing := sorted(TESTS - found.keys()):
        entry.fail(f"missing: {', '.join(missing)}")
    return found


def _lists(entry: Entry) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key in entry.keys():  # noqa: SIM118 (an entry is no mapping)
        yield key, entry.texts(key)


def _name(entry: Entry, key: str, pattern: str) -> None:
    _regex(entry, key, pattern)
    try:
        first_word(pattern)
    except ValueError as e:
        entry.fail_at(key, f"`{pattern}`: {e}")


def _regex(entry: Entry, key: str, pattern: str) -> re.Pattern[str]:
    """A good pattern, without escapes that folding to lower case would turn round."""
    if re.search(r"\\[A-Z]", pattern):
        entry.fail_at(key, f"`{pattern}`: no escapes in capitals, texts and patterns are folded to lower case")
    try:
        return re.compile(fold_pattern(pattern))
    except re.error as e:
        entry.fail_at(key, f"`{pattern}` is no regular expression: {e}")


__all__ = ["RulebookError", "load_dictionary"]
