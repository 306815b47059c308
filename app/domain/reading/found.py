"""What one walk over a text finds: papers asked for, how they are joined, and when they are due."""

from dataclasses import dataclass, field
from enum import Enum, auto

from app.domain.reading.lexicon import Cue, PaperName
from app.domain.reading.words import Token

# The code of papers without one of their own.
OTHER = "KHAC"
FAR = 1 << 30


class Link(Enum):
    """How a paper is joined to the one asked for before it."""

    FIRST = auto()
    OR = auto()
    AND = auto()
    COMMA = auto()
    ITEM = auto()  # another item of a list
    LATER = auto()  # another sentence
    CASE = auto()  # asked for in another case


class Place(Enum):
    """Whether a paper named next is asked for."""

    OPEN = auto()
    LINKED = auto()  # after a comma, "và", "hoặc": if the paper before it is
    SHUT = auto()


@dataclass(slots=True)
class Paper:
    """A paper asked for.

    `reach` is where the words that tell its writer end, `limit` where all of its words do; `next_named` is where the
    next paper begins that is only named, `case` where the condition does that this one is due in (-1: none).
    """

    name: PaperName
    start: int
    end: int
    link: Link
    sentence: int
    clause: int
    forms: list[Token]
    verb: Cue | None
    case: int
    joined_by: Token | None  # the word or mark of its link
    reach: int = -1
    limit: int = -1
    next_named: int = FAR


@dataclass(slots=True)
class Condition:
    """Words that say when a paper is due, or (FOR) whose it is."""

    start: int
    end: int
    cue: Cue
    clause: int


@dataclass(slots=True)
class Found:
    """All that one walk found."""

    papers: list[Paper] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    one_of: list[Token] = field(default_factory=list)
    data: list[Token] = field(default_factory=list)
    data_from: int = FAR  # the first sentence that speaks of data
    excused: bool = False  # something need not be handed in
    shown: bool = False  # something is shown, be it in a data clause
    handed: bool = False  # something is handed in
    beside: bool = False  # a paper stood beside one that is only named: it may be asked for or not
    words: int = 0
    first_words: int = 0  # in the first sentence


@dataclass(slots=True)
class State:
    """Where in a clause the walk is; a bracket has a state of its own."""

    place: Place = Place.OPEN
    link: Link = Link.FIRST
    joined_by: Token | None = None
    pending: list[Token] = field(default_factory=list)  # words for copies that wait for their paper
    counted: bool = False  # a count or a word for a copy stood since the link
    condition: Condition | None = None
    case: int = -1
    begun: bool = False  # the clause has said something already
    standing: bool = False  # it has asked for a paper: another may be joined to it
    since: int = FAR  # words since the last paper
    about: int = -1  # … up to "về", which says what the paper is about
    verb: Cue | None = None
    closed: bool = False  # contents of a paper, or what need not be handed in: nothing is asked for
    contents: bool = False  # … because it stands in the paper
    whole: bool = False  # … to the end of the sentence, over its list items
    named: PaperName | None = None  # the last paper, if it was only named
    named_counted: bool = False  # … and a count or a word for a copy stood before it
    named_in_condition: bool = False
    items: bool = False  # after "gồm", "như", ":"
    maybe_items: bool = False  # … after "là", "như", which need not begin a list
