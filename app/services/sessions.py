"""Signing in and out: citizens at VNeID, officers at the province's own accounts; in between, a visit.

A login on its way is a row of ten minutes that its first use takes away, tied to the browser that began it. A visit is
a secret in a cookie; the database holds its SHA-256, and the person sealed.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, Row

from app.domain.persons import Subject, SubjectKind
from app.domain.sessions import LOGIN_LASTS, Role, Visitor, ends_at, way_back
from app.domain.values import Frozen
from app.logs import log
from app.registries.oidc import Citizen, NotLoggedIn, Officer, Secrets
from app.repositories import journal, sessions
from app.services.desk import Caller, Desk

# On their way at once: more would be somebody filling the table, who must not keep others out; and of one person in
# several browsers.
MOST_LOGINS, MOST_SESSIONS = 20_000, 10
# Seconds between two notes of "seen": not every page is worth a write.
_NOTE_EVERY = 60
_SECRET = 43  # characters of 32 bytes in base64url
_SEALED = "session"
_OFFICER_SCOPES = frozenset({"demands:write", "dossiers:read", "dossiers:write"})


__all__ = [
    "NotLoggedIn",
    "Opened",
    "Session",
    "back",
    "begin",
    "close",
    "finish",
    "of",
]


# As which client citizens act on their own pages.
CITIZENS = "citizen"
# Before an officer's code in the ids under which they act.
_OFFICERS = "quay:"


def officer_of(client: str) -> str | None:
    """The code of the officer who acted as this client; None where it was a citizen or a system."""
    return client.removeprefix(_OFFICERS) if client.startswith(_OFFICERS) else None


class Session(Frozen):
    """Somebody who is signed in. A citizen has `subject` and `level` (1 or 2); an officer `officer`, `agency`, `roles`.

    In an organisation's account the organisation is the `subject`, and `representative` who acts for it. `name` is the
    person's own; `csrf` stands in each form of theirs.
    """

    id: str
    kind: Visitor
    subject: Subject | None
    level: int
    officer: str | None
    agency: str | None
    roles: frozenset[Role]
    name: str
    csrf: str
    expires_at: datetime
    representative: Subject | None = None

    def __repr__(self) -> str:
        return f"Session({self.kind.value})"

    @property
    def acting_for(self) -> Subject | None:
        """The organisation they act for; None where they act for themselves."""
        return self.subject if self.representative else None

    @property
    def caller(self) -> Caller:
        """As whom the services are called: never the person's number."""
        if self.kind is Visitor.OFFICER:
            return Caller(f"{_OFFICERS}{self.officer}", _OFFICER_SCOPES, self.officer)
        return Caller(CITIZENS, frozenset())

    @property
    def citizen(self) -> Subject:
        """Whose pages these are: the citizen's, or the organisation's."""
        assert self.subject is not None
        return self.subject


class Begun(Frozen):
    """Where to send the browser, and the secret it shows when it comes back."""

    address: str
    browser: str


class Opened(Frozen):
    """A visit that begins: the secret for the cookie, and where the person wanted to go."""

    secret: str
    session: Session
    way_back: str


# ---- in -----------------------------------------------------------------------------------------------------------


async def begin(desk: Desk, kind: Visitor, asked: str | None, prompt: str | None = None) -> Begun:
    """A login on its way, to come back to `asked` where that is a path of ours; `prompt` is for the provider. Where
    there are too many, the oldest goes: most people have come back from theirs by then.

    Raises NotLoggedIn where the provider does not answer.
    """
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    kept = Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    address = await desk.logins[kind].address(state, kept, back(desk, kind), prompt)
    now = desk.clock.now()
    row = {
        "id": _digest(state),
        "kind": kind.value,
        "browser": _digest(browser),
        "nonce": kept.nonce,
        "verifier": kept.verifier,
        "way_back": way_back(kind, asked),
        "ends_at": now + LOGIN_LASTS,
    }
    await desk.db.write(sessions.begin, row, now, MOST_LOGINS)
    return Begun(address, browser)


async def finish(
    desk: Desk, kind: Visitor, told: Mapping[str, str], browser: str | None, before: str | None = None
) -> Opened:
    """The person is back: `told` is the redirect's query, `browser` the cookie of the login, `before` that of a visit
    which this one replaces. Raises NotLoggedIn; the login is used up all the same.
    """
    row = await desk.db.write(sessions.take, _digest(told.get("state", "")))
    now = desk.clock.now()
    # Looked at after it is gone: whoever shows a state that is not theirs has ended that login.
    if row is None or row.kind != kind.value or row.ends_at <= now or not _same(row.browser, browser):
        raise NotLoggedIn("unknown_login")
    account, id_token = await desk.logins[kind].account(told, Secrets(row.nonce, row.verifier), back(desk, kind))
    person = _citizen(account) if isinstance(account, Citizen) else _officer(account)
    secret = secrets.token_urlsafe(32)
    session = _session(secret, kind, person, ends_at(now, now))
    owner = session.officer or desk.sealer.mark(session.citizen.kind, session.citizen.id)
    sealed = desk.sealer.seal_bytes(json.dumps({**person, "id_token": id_token}).encode(), _SEALED)

    def write(conn: Connection) -> None:
        if before:
            sessions.close(conn, _digest(before))
        opened = {"id": session.id, "kind": kind.value, "owner": owner, "person": sealed}
        times = {"began_at": now, "seen_at": now, "ends_at": session.expires_at}
        sessions.open_(conn, {**opened, **times}, MOST_SESSIONS)
        acting = session.representative and desk.sealer.mark(session.representative.kind, session.representative.id)
        facts = {"kind": kind.value, "who": owner, "level": session.level, **({"acting": acting} if acting else {})}
        journal.append(conn, now, "gate.session.opened", facts)

    await desk.db.write(write)
    return Opened(secret, session, row.way_back)


def back(desk: Desk, kind: Visitor) -> str:
    """The redirect URI, as it is registered at the provider."""
    return f"{desk.settings.base_url}{'/dang-nhap/ve' if kind is Visitor.CITIZEN else '/can-bo/ve'}"


def _citizen(account: Citizen) -> dict[str, Any]:
    return {
        "number": account.citizenPid,
        "name": account.name,
        "birth_date": account.birthdate,
        "level": account.accountLevel,
        "organization": [account.organizationId, account.organizationName] if account.organizationId else None,
    }


def _officer(account: Officer) -> dict[str, Any]:
    roles = [role.value for role in Role if role in account.roles]
    if not roles:
        raise NotLoggedIn("no_role")
    return {"officer": account.staff_code, "agency": account.agency, "roles": roles, "name": account.name}


# ---- in between ---------------------------------------------------------------------------------------------------


async def of(desk: Desk, secret: str | None, kind: Visitor) -> Session | None:
    """Whose visit this cookie is; None where it is nobody's, another kind's, or over."""
    if secret is None or len(secret) != _SECRET or not secret.isascii():
        return None
    row = await desk.db.read(sessions.get, _digest(secret))
    now = desk.clock.now()
    if row is None or row.kind != kind.value or row.ends_at <= now:
        return None
    try:
        person = _unsealed(desk, row)
    except InvalidTag:  # sealed under a data key of before: whoever it was may sign in again
        return None
    until = row.ends_at
    if (now - row.seen_at).total_seconds() >= _NOTE_EVERY:
        until = ends_at(row.began_at, now)
        await desk.db.write(sessions.seen, row.id, now, until)
    return _session(secret, kind, person, until)


def _session(secret: str, kind: Visitor, person: Mapping[str, Any], until: datetime) -> Session:
    number, organization = person.get("number"), person.get("organization")
    citizen = Subject(SubjectKind.PERSON, number, person["name"], person["birth_date"]) if number else None
    return Session(
        id=_digest(secret),
        kind=kind,
        subject=Subject(SubjectKind.ORGANIZATION, *organization) if organization else citizen,
        level=person.get("level", 0),
        officer=person.get("officer"),
        agency=person.get("agency"),
        roles=frozenset(Role(role) for role in person.get("roles", ())),
        name=person["name"],
        # Bound to this visit, and no way back from it to the cookie.
        csrf=hmac.digest(secret.encode(), b"csrf", "sha256").hex(),
        expires_at=until,
        representative=citizen if organization else None,
    )


# ---- out ----------------------------------------------------------------------------------------------------------


async def close(desk: Desk, session: Session) -> str | None:
    """End the visit; where the browser goes to end it at the provider too (None: it cannot be reached)."""

    def write(conn: Connection) -> Row[Any] | None:
        row = sessions.get(conn, session.id)
        if row is not None:
            sessions.close(conn, session.id)
            facts = {"kind": session.kind.value, "who": row.owner}
            journal.append(conn, desk.clock.now(), "gate.session.closed", facts)
        return row

    row = await desk.db.write(write)
    if row is None:
        return None
    address = await desk.logins[session.kind].farewell(_unsealed(desk, row)["id_token"], gone(desk))
    if address is None:
        log.warning("provider not told of a logout", kind=session.kind.value)
    return address


def gone(desk: Desk) -> str:
    """Where the provider leads back to after a logout, as it is registered there."""
    return f"{desk.settings.base_url}/da-thoat"


def _unsealed(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    person: dict[str, Any] = json.loads(desk.sealer.unseal_bytes(row.person, _SEALED))
    return person


def _same(digest: str, secret: str | None) -> bool:
    return secret is not None and hmac.compare_digest(digest, _digest(secret))


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
