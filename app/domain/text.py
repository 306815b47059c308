"""Vietnamese words as people type them when they search: with or without accents, in either case."""

import unicodedata

_D = str.maketrans({"đ": "d", "ð": "d"})


def plain(text: str) -> str:
    """Lower case, without accents, letters and digits only, one space between words: `Giấy đăng ký` → `giay dang ky`.

    NFC and NFD spellings of one text come out alike.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare.translate(_D)).split())


def slug(text: str) -> str:
    """The same with hyphens, for an address: `Hộ tịch` → `ho-tich`."""
    return plain(text).replace(" ", "-")
