"""What stands in a page's address, read leniently where it does no harm.

An empty field is no field, and parameters that others add to links are passed over.
"""

import re
from datetime import date

from app.domain.text import slug

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
# Nine digits in a row, of any script, could be somebody's number: such words are neither searched for, nor shown, nor
# remembered.
_LONG_NUMBER = re.compile(r"(?:\d[\s.-]?){9}")
# In running text days and sums stand beside each other: there only groups of three and more count together.
_GROUPS = re.compile(r"\d{3,}(?:[ .-]\d{3,})*")
LONGEST = 100
_LONGEST_SLUG = 500


class Unreadable(Exception):
    """A parameter that says nothing: `fault` is `day`, `month`, `page`, `case` or `edition`."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def day(text: str, today: date) -> date:
    """`yyyy-mm-dd`; nothing means today."""
    if not text:
        return today
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        raise Unreadable("day")
    return found


def month(text: str) -> str:
    if text and not is_month(text):
        raise Unreadable("month")
    return text


def is_month(text: str) -> bool:
    return _MONTH.fullmatch(text) is not None


def number(text: str, fault: str) -> int:
    """A whole number from 1; nothing means 0."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) < 100_000:
        raise Unreadable(fault)
    return int(text[:9])


def words(text: str) -> tuple[str, bool]:
    """The words to search for, and whether they were left out because they hold a long number."""
    if _LONG_NUMBER.search(text):
        return "", True
    return " ".join(text[:LONGEST].split()), False


def names_somebody(text: str) -> bool:
    """Whether nine digits or more stand in a row in what somebody tells: their number, telephone or dossier."""
    return any(sum(map(str.isdigit, found)) >= 9 for found in _GROUPS.findall(text))


def choice(text: str) -> str:
    """One of what a list of choices offers, as its slug; a long number is none of them."""
    return "" if _LONG_NUMBER.search(text) else slug(text[:_LONGEST_SLUG])
