"""Vietnamese words compared and searched for: with or without accents, in either case."""

import re
import unicodedata

# As inside a regular expression's brackets: control characters, and the marks that turn round the order in which what
# follows is read. Nobody types them; a name with one reads as another.
UNSEEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

_UNSEEN = re.compile(f"[{UNSEEN}]")
_D = str.maketrans({"đ": "d", "ð": "d"})


def seen(text: str) -> str:
    """The text without what nobody sees in it."""
    return _UNSEEN.sub("", text)


def unaccented(text: str) -> str:
    """The letters without their marks; `Đ` is a letter of its own and stays."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def plain(text: str) -> str:
    """Lower case, without accents, letters and digits only, one space between words: `Giấy đăng ký` → `giay dang ky`.

    NFC and NFD spellings of one text come out alike.
    """
    bare = unaccented(text.casefold()).translate(_D)
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def slug(text: str) -> str:
    """The same with hyphens, for an address: `Hộ tịch` → `ho-tich`."""
    return plain(text).replace(" ", "-")
