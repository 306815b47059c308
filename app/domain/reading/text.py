"""Texts as the grammar sees them: one spelling for what official texts write in many."""

import re
import unicodedata
from dataclasses import dataclass

# Official texts in the source are cut here, in the middle of a word.
CUT_OFF_AT = 900
# No official component is longer; what lies behind this many characters is not read.
LONGEST = 4000

_LETTERS = str.maketrans(
    {"ð": "đ", "ɖ": "đ", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "’": "'", "“": '"', "”": '"'}
)
# Both ways of setting the tone are in use (hoà and hòa); the first vowel bears it here. `qu` is one consonant.
_TONES = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_TONE = re.compile(rf"(?<!q)(?:{'|'.join(_TONES)})(?!\w)")
_SPACES = re.compile(r"[^\S\n]+|[\u200b-\u200f\ufeff\u00ad]+")
_BREAKS = re.compile(r" ?[\r\n\v\f\x1c-\x1e\x85\u2028\u2029][\s]*")
_BEFORE_MARK = re.compile(r" +([,;.:)])")


@dataclass(frozen=True, slots=True)
class Folded:
    """`plain` is the tidied text as people read it, `low` the same in the grammar's spelling: equally long."""

    plain: str
    low: str
    cut_off: bool = False


def fold(text: str) -> Folded:
    tidy = unicodedata.normalize("NFC", text)
    tidy = _SPACES.sub(" ", _BREAKS.sub("\n", tidy)).strip()
    tidy = _BEFORE_MARK.sub(r"\1", tidy)
    cut_off = len(tidy) > CUT_OFF_AT - 10 and tidy[-1] not in ".;:)!"
    tidy = tidy[:LONGEST]
    return Folded(tidy, fold_spelling(tidy), cut_off)


def fold_spelling(text: str) -> str:
    """Lower case, one way of writing tones, đ and dashes; the length stays."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return _TONE.sub(lambda m: _TONES[m.group()], low.translate(_LETTERS))


def fold_pattern(pattern: str) -> str:
    """A word or regular expression in the spelling that texts are folded to."""
    return fold_spelling(unicodedata.normalize("NFC", pattern))
