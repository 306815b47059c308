"""What the grammar knows of words: names of papers and cues, as the reviewed dictionary gives them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.reading.text import fold_pattern


class Nature(StrEnum):
    """Who writes a paper: an authority, the parties, or whoever the words around it name."""

    OFFICIAL = "official"
    PARTY = "party"
    BY_ISSUER = "by_issuer"


class Cue(StrEnum):
    """What a word does in a sentence, other than naming a paper."""

    AND = "and"
    OR = "or"
    ASK = "ask"  # nộp, cung cấp: what follows is asked for
    MUST = "must"  # phải nộp, phải có: so even within a condition
    SHOW = "show"  # xuất trình
    WITH = "with"  # kèm theo: what follows is asked for beside the other
    NOT = "not"  # không phải nộp: what follows is not asked for
    IF = "if"  # nếu, trường hợp, đối với trường hợp
    FOR = "for"  # đối với: whose paper it is
    THEN = "then"
    CONTENT = "content"  # trong đó nêu rõ: what follows stands in the paper
    ITEMS = "items"  # gồm, như: the papers follow
    ONE_OF = "one_of"
    EXAMPLE = "example"
    COUNT = "count"
    SKIP = "skip"  # citations, idioms: nothing in them is read
    DATA = "data"
    EXCUSE = "excuse"  # được thay thế bằng dữ liệu
    CERTIFIED = "certified"  # a copy spoken of before is a certified one


class FormWord(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    CERTIFIED_COPY = "certified_copy"
    ELECTRONIC = "electronic"
    COMPARED = "compared"  # the original is only looked at


@dataclass(frozen=True, slots=True)
class Turn:
    """Words around a name that make it another paper, or another's paper."""

    when: re.Pattern[str]
    codes: tuple[str, ...] | None = None
    nature: Nature | None = None
    form: FormWord | None = None
    case: bool = False  # the words may also stand in the condition that the paper is due in


@dataclass(frozen=True, slots=True)
class PaperName:
    """One entry: how a paper may be called.

    `otherwise`: who writes it when no words tell, and `settled`: nobody else is likely to. `collective` names (giấy
    tờ, hồ sơ) give way to the papers listed after them; `opening` ones are papers only where a text or item begins.
    """

    codes: tuple[str, ...]
    nature: Nature
    names: tuple[str, ...]
    otherwise: Nature = Nature.PARTY
    settled: bool = False
    collective: bool = False
    opening: bool = False
    form: FormWord | None = None
    turns: tuple[Turn, ...] = ()

    @property
    def usual(self) -> Nature:
        """Who writes it when no words tell."""
        return self.otherwise if self.nature is Nature.BY_ISSUER else self.nature


Meaning = PaperName | Cue | FormWord


@dataclass(frozen=True)
class Dictionary:
    """Names and cues, compiled once. Patterns are regular expressions over folded text that begin with a word.

    `office` and `private` tell issuers, `foreign` and `foreign_asked` papers from abroad, `not_a_case` conditions
    that say nothing about when a paper is due, `anaphora` that a paper named before is meant.
    """

    papers: tuple[PaperName, ...]
    cues: Mapping[Cue, Sequence[str]]
    forms: Mapping[FormWord, Sequence[str]]
    tests: Mapping[str, Sequence[str]]
    index: Mapping[str, tuple[tuple[re.Pattern[str], Meaning], ...]] = field(init=False, repr=False, compare=False)
    _tests: Mapping[str, re.Pattern[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, list[tuple[re.Pattern[str], Meaning]]] = {}
        entries: list[tuple[Sequence[str], Meaning]] = [(p.names, p) for p in self.papers]
        entries += [(patterns, cue) for cue, patterns in self.cues.items()]
        entries += [(patterns, form) for form, patterns in self.forms.items()]
        for patterns, meaning in entries:
            for pattern in patterns:
                index.setdefault(first_word(pattern), []).append((compiled(pattern), meaning))
        object.__setattr__(self, "index", {word: tuple(found) for word, found in index.items()})
        tests = {name: re.compile("|".join(map(fold_pattern, patterns))) for name, patterns in self.tests.items()}
        object.__setattr__(self, "_tests", tests)

    def test(self, name: str) -> re.Pattern[str]:
        return self._tests[name]


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:{fold_pattern(pattern)})(?!\\w)")


def first_word(pattern: str) -> str:
    """The word a pattern begins with. Raises ValueError where it begins with none."""
    found = re.match(r"\w+", fold_pattern(pattern))
    if found is None or pattern[found.end() : found.end() + 1] in ("?", "*", "+", "{", "|"):
        raise ValueError("a pattern must begin with a plain word")
    return found.group()
