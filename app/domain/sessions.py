"""A visit of somebody who has signed in: how long it lasts, and where they may be led back to."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
LOGIN_LASTS = timedelta(minutes=10)
"""From the click on "sign in" until coming back."""

# Level 2 of an account opens documents (NĐ 69/2024 Điều 9 khoản 2).
DOCUMENTS_LEVEL = 2

# Letters, digits and what stands in our own addresses: no `//`, no backslash, no colon, nothing outside ASCII.
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/?(?:\?[A-Za-z0-9._~=&%+-]*)?")
_LONGEST_PATH = 300
# A part of an address that is nothing but a long number, typed there by mistake, could be somebody's.
_NUMBER = re.compile(r"(?<![^/=?&])[0-9]{9,}(?![^/=?&])")


class Visitor(StrEnum):
    """Who signs in: a citizen at VNeID, an officer at the province's own accounts."""

    CITIZEN = "citizen"
    OFFICER = "officer"


class Role(StrEnum):
    """What an officer may do: receive dossiers and hand back results, decide on them, look after both."""

    ONE_STOP = "one_stop"
    HANDLER = "handler"
    AUDITOR = "auditor"


HOMES = {Visitor.CITIZEN: "/cua-toi", Visitor.OFFICER: "/quay"}


def ends_at(began_at: datetime, seen_at: datetime) -> datetime:
    """The moment from which a visit counts no more."""
    return min(began_at + LONGEST, seen_at + IDLE)


def way_back(kind: Visitor, asked: str | None) -> str:
    """The path to return to after signing in: one of this visitor's own pages, or their first one."""
    home = HOMES[kind]
    if asked is None or len(asked) > _LONGEST_PATH or not _PATH.fullmatch(asked) or _NUMBER.search(asked):
        return home
    path = asked.partition("?")[0]
    inside = path == home or path.startswith(f"{home}/")
    return asked if inside and ".." not in path else home
