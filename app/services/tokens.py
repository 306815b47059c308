"""The service's own bearer tokens: issued for a client's secret, verified once, remembered until they expire."""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from uuid_utils import uuid7

from app.clock import Clock
from app.db import Database
from app.domain.values import Frozen
from app.registries import jose
from app.repositories import clients

ISSUER = "motlan"
AUDIENCE = "motlan-api"
TYPE = "at+jwt"
# Verified tokens kept at hand; beyond that it begins anew.
_REMEMBERED = 4096
SCOPES = (
    "demands:write",
    "presentations:verify",
    "dossiers:read",
    "dossiers:write",
    "catalogue:write",
    "reports:read",
    "journal:read",
)

# Made-up clients of the demo; their secrets are public and work nowhere else.
DEMO_CLIENTS: dict[str, tuple[str, frozenset[str]]] = {
    "demo-onestop": ("demo-onestop-secret", frozenset({"demands:write", "dossiers:read", "dossiers:write"})),
    "demo-admin": ("demo-admin-secret", frozenset(SCOPES)),
    "demo-verifier": ("demo-verifier-secret", frozenset({"presentations:verify"})),
    "demo-auditor": ("demo-auditor-secret", frozenset({"reports:read", "journal:read"})),
}


class InvalidClient(Exception):
    """The client is unknown, disabled, or its secret is wrong: never said which."""


class InvalidScope(Exception):
    """A scope was asked for that the client does not have."""


class InvalidToken(Exception):
    """The bearer token is not one of ours in force; `cause` is safe to show."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Issued:
    access_token: str
    expires_in: int
    scope: str


class Bearer(Frozen):
    client_id: str
    scopes: frozenset[str]
    expires: int


class Tokens:
    """Issues and verifies. A verified token is remembered: its signature does not change, only the time does."""

    def __init__(self, db: Database, clock: Clock, key: str, minutes: int, *, demo: bool) -> None:
        signing = jose.SigningKey.from_secret("motlan-1", key.encode())
        self._db, self._clock, self._key, self._life, self._demo = db, clock, signing, minutes * 60, demo
        self._ring = jose.KeyRing.of(signing)
        self._expect = jose.Expectation(
            issuer=ISSUER,
            audience=AUDIENCE,
            typ=TYPE,
            alg="HS256",
            max_life=24 * 3600,
            required={"sub": str, "scope": str, "jti": str},
        )
        self._seen: dict[str, Bearer] = {}

    async def issue(self, client_id: str, secret: str, scope: str | None) -> Issued:
        """An access token for a client. Without `scope` all of the client's. Raises InvalidClient, InvalidScope."""
        allowed = await self._scopes_of(client_id, secret)
        wanted = frozenset(scope.split()) if scope else allowed
        if not wanted <= allowed:
            raise InvalidScope
        now = int(self._clock.now().timestamp())
        granted = " ".join(s for s in SCOPES if s in wanted)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": client_id,
            "scope": granted,
            "iat": now,
            "exp": now + self._life,
            "jti": str(uuid7()),
        }
        return Issued(jose.sign(claims, self._key, TYPE), self._life, granted)

    def verify(self, token: str) -> Bearer:
        """The bearer of a token in force. Raises InvalidToken."""
        now = int(self._clock.now().timestamp())
        bearer = self._seen.get(token)
        if bearer is None:
            try:
                claims = jose.verify(token, self._ring, self._expect, now)
            except jose.Refused as refused:
                raise InvalidToken(refused.cause.value) from None
            scopes = frozenset(str(claims["scope"]).split())
            bearer = Bearer(str(claims["sub"]), scopes, _int(claims["exp"]))
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[token] = bearer
        if bearer.expires <= now:
            raise InvalidToken("expired")
        return bearer

    async def _scopes_of(self, client_id: str, secret: str) -> frozenset[str]:
        known = DEMO_CLIENTS.get(client_id) if self._demo else None
        if known is not None:
            digest, scopes = digest_of(known[0]), known[1]
        else:
            found = await self._db.read(clients.find, client_id)
            # An unknown client costs the same comparison as a known one.
            digest, scopes = found or ("", frozenset())
        if not hmac.compare_digest(digest_of(secret), digest) or not scopes:
            raise InvalidClient
        return scopes


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def digest_of(secret: str) -> str:
    """Secrets are random and long, so a plain digest is enough to keep."""
    return sha256(secret.encode()).hexdigest()


def register(db: Database, clock: Clock, client_id: str, scopes: str) -> str:
    """Add a client; its secret is returned once and kept nowhere."""
    secret = secrets.token_urlsafe(32)
    db.write_sync(clients.add, client_id, digest_of(secret), scopes, clock.now())
    return secret
