"""Vietnamese words compared and searched for: with or without accents, in either case."""

import unicodedata

_D = str.maketrans({"đ": "d", "ð": "d"})


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
