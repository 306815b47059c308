"""Who a dossier is about: identity numbers, names and birth dates, and how two of them are compared.

Sources: structure of the 12-digit number, Thông tư 59/2021/TT-BCA; organisation numbers, the 10-digit enterprise
code with its 3-digit unit suffix. A number has no check digit, so only its shape can be judged.
"""

import re
from datetime import date
from enum import StrEnum

from app.domain.text import unaccented
from app.domain.values import Frozen

# First three digits: the province of birth registration, as numbered before the 2025 mergers.
# It says where a birth was registered, never where a person lives.
BIRTH_PROVINCES = frozenset(
    re.findall(
        "[0-9]{3}",
        "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 "
        "037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 "
        "077 079 080 082 083 084 086 087 089 091 092 093 094 095 096",
    )
)
_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_BIRTH = re.compile(r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2})?")


class SubjectKind(StrEnum):
    PERSON = "person"
    ORGANIZATION = "organization"


class Subject(Frozen):
    """A person or an organisation: who applies, or whose document it is.

    `birth_date` is `YYYY-MM-DD` or `YYYY`; what is None was not said and is not compared.
    """

    kind: SubjectKind
    id: str
    full_name: str | None = None
    birth_date: str | None = None

    def __repr__(self) -> str:
        # A repr ends in logs and tracebacks; the number and the name must not.
        return f"Subject({self.kind.value})"

    @property
    def identity(self) -> "Identity":
        """What was said of who they are."""
        return Identity(self.full_name, self.birth_date)


def citizen_id_fault(text: str, today: date) -> str | None:
    """What is wrong with a 12-digit identity number, as a code, or None: `digits`, `province`, `century`, `year`."""
    if not _TWELVE_DIGITS.fullmatch(text):
        return "digits"
    if text[:3] not in BIRTH_PROVINCES:
        return "province"
    if text[3] not in "0123":
        return "century"
    return "year" if birth_year(text) > today.year else None


def masked(number: str) -> str:
    """A number on screens and prints that others see: its last four digits, enough to compare with a card."""
    return f"•••…{number[-4:]}"


def birth_year(citizen_id: str) -> int:
    """The birth year a well-formed 12-digit number carries (4th digit: century and sex; 5th and 6th: year)."""
    return 1900 + 100 * (int(citizen_id[3]) // 2) + int(citizen_id[4:6])


def has_no_account_of_their_own(person: Subject, on: date) -> bool:
    """Under 14 on a day: accounts of one's own begin there (NĐ 69/2024/NĐ-CP), and a parent's stands for the child's.

    Where the birth date is not known in full, the year in the number counts.
    """
    born = person.birth_date or ""
    if len(born) == 10:
        year, day = int(born[:4]), born[5:]
        return on.year - year - (on.isoformat()[5:] < day) < 14
    return on.year - birth_year(person.id) < 14


def organization_id_fault(text: str) -> str | None:
    """`digits` when the number is not 10 or 13 ASCII digits, else None."""
    return None if _ORGANIZATION.fullmatch(text) else "digits"


def birth_date_fault(text: str, today: date) -> str | None:
    """What is wrong with a birth date: `format` (neither YYYY-MM-DD nor YYYY), `calendar` (no such day), `future`."""
    if not _BIRTH.fullmatch(text):
        return "format"
    try:
        born = date.fromisoformat(text if len(text) == 10 else f"{text}-01-01")
    except ValueError:
        return "calendar"
    return "future" if born > today else None


def name_key(name: str) -> str:
    """The form in which names are compared: upper case, without accents and spaces, `Đ` (and `Ð`) as `D`.

    NFC and NFD spellings of one name have one key (population service 037 matches names the same way).
    """
    folded = unaccented(name).upper().translate({0x110: "D", 0xD0: "D"})
    return "".join(folded.split())


def same_birth(one: str, other: str) -> bool:
    """Two birth dates agree; where either is a year only, the years are compared."""
    return one[:4] == other[:4] if len(one) == 4 or len(other) == 4 else one == other


class Identity(Frozen):
    """A name and a birth date as one place writes them; either may be missing."""

    full_name: str | None = None
    birth_date: str | None = None

    def __repr__(self) -> str:
        return "Identity()"

    def agrees_with(self, other: "Identity") -> bool:
        """No contradiction: what either leaves out is not compared."""
        one, two = self.full_name, other.full_name
        # Most names are written alike: only where they are not is their key needed.
        if one and two and one != two and name_key(one) != name_key(two):
            return False
        return not (self.birth_date and other.birth_date) or same_birth(self.birth_date, other.birth_date)


class IdentityMarks(Frozen):
    """An `Identity` that can be compared and not read: keyed hashes of the name's key, the full birth date, its year.

    A birth date known by its year only has no mark of the full one.
    """

    name_mark: str | None = None
    birth_mark: str | None = None
    birth_year_mark: str | None = None

    def agrees_with(self, other: "IdentityMarks") -> bool:
        """As the two identities would."""
        if self.name_mark and other.name_mark and self.name_mark != other.name_mark:
            return False
        if self.birth_mark and other.birth_mark:
            return self.birth_mark == other.birth_mark
        one, two = self.birth_year_mark, other.birth_year_mark
        return not (one and two) or one == two
