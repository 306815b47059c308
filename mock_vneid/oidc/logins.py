"""What one world remembers of logins: sessions, questions under way, codes, refresh tokens. In memory, and bounded.

All times are the world's, in seconds since the epoch. Nothing here is HTTP.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Generic, TypeVar

from mock_vneid.jws import b64

CODE_LIFETIME = 60
PUSHED_LIFETIME = 90
LOGIN_LIFETIME = 30 * 24 * 3600  # of a consent, and so of the whole family of its refresh tokens
SESSION_LIFETIME = 8 * 3600
QUESTION_LIFETIME = 600
ASSERTION_LIFETIME = 3700  # the longest an assertion may live, and so how long its jti is remembered
_MOST = 10_000  # of each kind; the oldest is forgotten, and is then refused as unknown

T = TypeVar("T")


class Refused(Exception):
    """An error of OAuth by its code, with words for the developer."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked authorization request. `level`: the least account level asked for by `acr_values`."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    state: str | None = None
    nonce: str | None = None
    prompt: frozenset[str] = frozenset()
    login_hint: str | None = None
    id_token_hint: str | None = None
    max_age: int | None = None
    level: int = 0
    acting_for: str | None = None


@dataclass(slots=True)
class Session:
    """A browser in which somebody is logged in. `clients`: those they agreed to tell who they are.

    `person_id`: a citizen's number; of the staff's provider, an officer's code. `acting_for`: the number of the
    organisation whose account the citizen uses, instead of their own.
    """

    sid: str
    person_id: str
    began_at: float
    clients: set[str] = field(default_factory=set)
    acting_for: str | None = None

    @property
    def account_id(self) -> str:
        return self.acting_for or self.person_id


@dataclass(slots=True)
class Login:
    """One consent of one person to one client: the family of every token that comes of it."""

    id: str
    client_id: str
    person_id: str
    sid: str
    scopes: tuple[str, ...]
    nonce: str | None
    authenticated_at: float
    revoked: bool = False
    acting_for: str | None = None

    @property
    def account_id(self) -> str:
        return self.acting_for or self.person_id


@dataclass(slots=True)
class Code:
    login: Login
    redirect_uri: str
    challenge: str
    expires_at: float
    spent: bool = False


@dataclass(slots=True)
class Refresh:
    login: Login
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Logout:
    """A logout that waits for its yes; `target` is where the browser goes then."""

    sid: str
    target: str | None


class Shelf(Generic[T]):
    """Things under unguessable names, each kept for `lifetime` seconds; the oldest make room."""

    def __init__(self, lifetime: float) -> None:
        self._lifetime = lifetime
        self._kept: dict[str, tuple[T, float]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, value: T, now: float, name: str | None = None) -> str:
        name = name or token_urlsafe(24)
        self._kept[name] = (value, now + self._lifetime)
        oldest = next(iter(self._kept))
        while len(self._kept) > _MOST or (oldest != name and self._kept[oldest][1] <= now):
            del self._kept[oldest]
            oldest = next(iter(self._kept))
        return name

    def values(self) -> Iterator[T]:
        """Oldest first, those whose time is over included while they are there."""
        return (value for value, _ in self._kept.values())

    def get(self, name: str, now: float) -> T | None:
        value, until = self._kept.get(name, (None, 0.0))
        return value if now < until else None

    def take(self, name: str, now: float) -> T | None:
        value = self.get(name, now)
        self._kept.pop(name, None)
        return value


class Logins:
    def __init__(self) -> None:
        self.pushed: Shelf[Asked] = Shelf(PUSHED_LIFETIME)
        self.questions: Shelf[Asked] = Shelf(QUESTION_LIFETIME)
        self.logouts: Shelf[Logout] = Shelf(QUESTION_LIFETIME)
        self._sessions: Shelf[Session] = Shelf(SESSION_LIFETIME)
        self._logins: Shelf[Login] = Shelf(LOGIN_LIFETIME)
        # Spent ones are kept as long as their family may live: who shows one again must be found out.
        self._codes: Shelf[Code] = Shelf(LOGIN_LIFETIME)
        self._refreshes: Shelf[Refresh] = Shelf(LOGIN_LIFETIME)
        self._seen: Shelf[bool] = Shelf(ASSERTION_LIFETIME)

    # Sessions

    def open_session(self, person_id: str, now: float, acting_for: str | None = None) -> Session:
        session = Session(token_urlsafe(24), person_id, now, acting_for=acting_for)
        self._sessions.put(session, now, session.sid)
        return session

    def session(self, sid: str | None, now: float) -> Session | None:
        return self._sessions.get(sid, now) if sid else None

    def close_session(self, sid: str, now: float) -> None:
        self._sessions.take(sid, now)

    # Codes and the tokens that come of them

    def consent(self, asked: Asked, session: Session, now: float) -> str:
        """The person of this session lets the client know them; the code for it."""
        session.clients.add(asked.client_id)
        login = Login(
            id=token_urlsafe(12),
            client_id=asked.client_id,
            person_id=session.person_id,
            # The name by which clients know the session is not the one that opens it.
            sid=public_sid(session.sid),
            scopes=asked.scopes,
            nonce=asked.nonce,
            authenticated_at=session.began_at,
            acting_for=session.acting_for,
        )
        self._logins.put(login, now, login.id)
        return self._codes.put(Code(login, asked.redirect_uri, asked.challenge, now + CODE_LIFETIME), now)

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str, now: float) -> Login:
        """The login behind this code, which is spent by the try, good or bad. Refused: `invalid_grant`.

        Shown a second time, the code betrays that it leaked: everything that came of it is revoked (RFC 6749 §4.1.2).
        """
        found = self._codes.get(code, now)
        if found is None or found.login.client_id != client_id:
            raise Refused("invalid_grant", "no such code of this client")
        if found.spent:
            found.login.revoked = True
            raise Refused("invalid_grant", "the code was used before; the tokens that came of it are revoked")
        found.spent = True
        if now >= found.expires_at:
            raise Refused("invalid_grant", f"the code has expired: it lives {CODE_LIFETIME} seconds")
        if redirect_uri != found.redirect_uri:
            raise Refused("invalid_grant", "redirect_uri is not the one the code was sent to")
        if not compare_digest(b64(sha256(verifier.encode()).digest()), found.challenge):
            raise Refused("invalid_grant", "code_verifier does not fit the code_challenge (S256)")
        return self._alive(found.login, now)

    def refresh_token(self, login: Login, now: float) -> str:
        return self._refreshes.put(Refresh(login), now)

    def peek(self, token: str, now: float) -> Login | None:
        """The live login whose current refresh token this is; nothing is spent."""
        found = self._refreshes.get(token, now)
        return None if found is None or found.spent else self.live(found.login.id, now)

    def refresh(self, token: str, client_id: str, scopes: set[str], now: float) -> tuple[Login, str]:
        """The login and the next refresh token. This one is spent; shown again, the whole family is revoked.

        Refused: `invalid_grant`; `invalid_scope`, with the token still good, when more is asked than was consented to.
        """
        found = self._refreshes.get(token, now)
        if found is None or found.login.client_id != client_id:
            raise Refused("invalid_grant", "no such refresh token of this client")
        if found.spent:
            found.login.revoked = True
            raise Refused("invalid_grant", "the refresh token was used before; its whole family is revoked")
        login = self._alive(found.login, now)
        if not scopes <= set(login.scopes):
            raise Refused("invalid_scope", f"the person agreed to: {' '.join(login.scopes)}")
        found.spent = True
        return login, self.refresh_token(login, now)

    def owner(self, token: str, now: float) -> Login | None:
        """The login this refresh token belongs to, current, spent or revoked."""
        found = self._refreshes.get(token, now)
        return None if found is None else found.login

    def live(self, login_id: str, now: float) -> Login | None:
        login = self._logins.get(login_id, now)
        return None if login is None or login.revoked else login

    def _alive(self, login: Login, now: float) -> Login:
        if self.live(login.id, now) is None:
            raise Refused("invalid_grant", "the login was revoked, or is too long ago")
        return login

    # Assertions of clients

    def first_use(self, client_id: str, jti: str, now: float) -> bool:
        """Whether this jti of this client was not seen yet; from now on it is."""
        name = f"{client_id} {jti}"
        if self._seen.get(name, now):
            return False
        self._seen.put(True, now, name)
        return True


def public_sid(sid: str) -> str:
    return b64(sha256(f"sid|{sid}".encode()).digest()[:16])
