"""A folded text as a row of words, marks, cues and names of papers."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.reading.lexicon import Cue, Dictionary, FormWord, Meaning, PaperName
from app.domain.reading.text import Folded


class Mark(StrEnum):
    COMMA = ","
    SLASH = "/"
    ITEM = ";"  # also a line, a bullet
    STOP = "."
    COLON = ":"
    OPEN = "("
    CLOSE = ")"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Token:
    kind: Meaning | Mark
    start: int
    end: int


_MARKS = {
    ",": Mark.COMMA,
    "/": Mark.SLASH,
    ";": Mark.ITEM,
    "\n": Mark.ITEM,
    ":": Mark.COLON,
    "(": Mark.OPEN,
    ")": Mark.CLOSE,
}
# A mark of a list item: (i) a) 1. 1.2) – at the start of a text, a line, or after a mark.
_ITEM_MARK = re.compile(
    r"(?:\(?(?:[ivx]{1,4}|[a-zđ]|\d{1,2}(?:\.\d{1,2})*)\)|(?:[ivx]{1,4}|[a-zđ]|\d{1,2}(?:\.\d{1,2})*)[.)](?!\d)|\d{1,2}-)[\s!.]*"
)
_BEFORE_BULLET = " \n;:.,()"
_WORD = re.compile(r"\w+")


def cut(folded: Folded, dictionary: Dictionary) -> list[Token]:
    """The tokens in their order; what a longer name or cue covers is not looked at again."""
    low, end = folded.low, len(folded.low)
    tokens: list[Token] = []
    at, fresh = 0, True  # fresh: a list mark may stand here
    while at < end:
        if fresh and (mark := _ITEM_MARK.match(low, at)):
            at = mark.end()
            tokens.append(Token(Mark.ITEM, mark.start(), at))
            continue
        word = _WORD.match(low, at)
        if word is None:
            token = _mark(low, at)
            at += 1
            if token is not None:
                tokens.append(token)
                fresh = token.kind in (Mark.ITEM, Mark.STOP, Mark.COLON)
            continue
        fresh = False
        token = _known(low, word.group(), at, dictionary, _opening(tokens))
        token = token or Token(Cue.COUNT if word.group().isdecimal() else Mark.WORD, at, word.end())
        tokens.append(token)
        at = token.end
    return tokens


def _known(low: str, word: str, at: int, dictionary: Dictionary, opening: bool) -> Token | None:
    """The longest name or cue that begins here; of equally long ones, the first of the dictionary."""
    best: Token | None = None
    for pattern, meaning in dictionary.index.get(word, ()):
        found = pattern.match(low, at)
        if found is not None and (best is None or found.end() > best.end):
            if isinstance(meaning, PaperName) and meaning.opening and not opening:
                continue
            best = Token(meaning, at, found.end())
    return best


def _opening(tokens: list[Token]) -> bool:
    """Whether only marks, counts and words for copies stand before this place in its line."""
    for token in reversed(tokens):
        if token.kind in (Mark.ITEM, Mark.STOP, Mark.COLON):
            return True
        if not (token.kind is Cue.COUNT or isinstance(token.kind, FormWord)):
            return False
    return True


def _mark(low: str, at: int) -> Token | None:
    char = low[at]
    before = low[at - 1] if at else " "
    after = low[at + 1] if at + 1 < len(low) else " "
    if char == "/" and before == after == " ":
        return Token(Mark.ITEM, at, at + 1)  # "tên thủ tục / thành phần hồ sơ"
    if char in _MARKS:
        return Token(_MARKS[char], at, at + 1)
    if char in "-+*•●▪":
        # A dash between words is no bullet: "lịch sử - văn hóa".
        bullet = before in _BEFORE_BULLET and (char != "-" or (low[:at].rstrip(" ") or ";")[-1] in _BEFORE_BULLET[1:])
        return Token(Mark.ITEM, at, at + 1) if bullet else None
    if char in ".!?" and _ends_sentence(low, at, after):
        return Token(Mark.STOP, at, at + 1)
    return None


def _ends_sentence(low: str, at: int, after: str) -> bool:
    if after in " \n\"')":
        return not _ABBREVIATED.search(low, max(0, at - 4), at)
    return after.isalpha() and low[at - 1].isalpha() and _LONG_WORDS.match(low, max(0, at - 3)) is not None


_ABBREVIATED = re.compile(r"(?:^|[^\w])(?:tp|tx|tt|gs|ts|ths|bs|số)\Z")
_LONG_WORDS = re.compile(r"\w{3}\.\w{2}")
