"""Identity numbers: which are well formed, and what their digits say.

A person's id is 12 ASCII digits: three of the province of birth registration, one of century and sex (0/1 = 1900s,
2/3 = 2000s; even = male), two of the birth year, six at random; there is no check digit. An organisation's id is 10
digits, or 13 for its branch.

Whether an id is well formed hangs on its digits alone: no clock plays a part, since a world may stand in any year.
"""

import re
from typing import Literal

from mock_vneid.data.provinces import PROVINCES

HolderKind = Literal["person", "organization"]
Sex = Literal["male", "female"]

_PERSON = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_PERSON_LENGTH = 12


def sex_of(person_id: str) -> Sex:
    return "male" if person_id[3] in "02" else "female"


def birth_year_of(person_id: str) -> int:
    return (1900 if person_id[3] in "01" else 2000) + int(person_id[4:6])


def kind_of(holder_id: str) -> HolderKind:
    """Whose id this well-formed id is: the lengths tell."""
    return "person" if len(holder_id) == _PERSON_LENGTH else "organization"


def is_branch(organization_id: str) -> bool:
    return len(organization_id) > _PERSON_LENGTH


def person_id_problem(text: str) -> str | None:
    """Why this is not a person's id, or None when it is one."""
    if not _PERSON.fullmatch(text):
        return "a person's id is 12 digits (0-9)"
    if text[:3] not in PROVINCES:
        return "the first three digits of a person's id are a province code, such as 042"
    if text[3] not in "0123":
        return "the fourth digit of a person's id is 0 or 1 (born in the 1900s) or 2 or 3 (2000s)"
    return None


def organization_id_problem(text: str) -> str | None:
    """Why this is not an organisation's id, or None when it is one."""
    return None if _ORGANIZATION.fullmatch(text) else "an organisation's id is 10 or 13 digits (0-9)"


def id_problem(kind: HolderKind, text: str) -> str | None:
    return person_id_problem(text) if kind == "person" else organization_id_problem(text)


def another_id(holder_id: str) -> str:
    """A well-formed id of somebody else: the same head, the next of the last six digits."""
    return f"{holder_id[:-6]}{(int(holder_id[-6:]) + 1) % 1_000_000:06d}"
