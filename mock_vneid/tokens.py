"""Access tokens by client_credentials (RFC 6749 §4.4, RFC 9068): who may have one, and which one opens which face."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from mock_vneid.jws import Key

LIFETIME = 300  # seconds
TYPE = "at+jwt"
_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token endpoint gives out: the scopes it knows, all for one audience."""

    audience: str
    scopes: tuple[str, ...]


# Every world knows this client; it is made up, and known to everybody.
CLIENTS = {"motlan-tthc": Client("motlan-tthc", "motlan-tthc-secret")}
WALLET = Grant("wallet", ("wallet.search",))
NDXP = Grant("ndxp", ("ndxp.read",))


class Denied(Exception):
    """A token that opens nothing (401), or not this (403)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


class Tokens:
    """Issues and checks the tokens of one world. Times are the world's, in seconds since the epoch."""

    def __init__(self) -> None:
        self._verified: dict[str, dict[str, Any]] = {}

    def issue(self, key: Key, issuer: str, client: Client, grant: Grant, scope: str, now: float) -> str:
        claims = {
            "iss": issuer,
            "aud": grant.audience,
            "sub": client.id,
            "client_id": client.id,
            "scope": scope,
            "iat": int(now),
            "exp": int(now) + LIFETIME,
            "jti": token_urlsafe(16),
        }
        return key.sign(TYPE, claims)

    def check(self, key: Key, issuer: str, authorization: str | None, audience: str, scope: str, now: float) -> str:
        """The client's id when the Authorization header opens this audience and scope; Denied otherwise."""
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Denied(401, "invalid_token", "send an access token: Authorization: Bearer <token>")
        claims = self._verified.get(token)
        if claims is None:
            try:
                claims = key.read(token, TYPE)
            except ValueError as error:
                raise Denied(401, "invalid_token", str(error)) from error
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token] = claims  # a signature stays true; time, issuer and audience are judged each time
        if claims["iss"] != issuer:
            raise Denied(
                401, "invalid_token", "the token is of another issuer: ask for it and use it under the same base URL"
            )
        if claims["aud"] != audience:
            raise Denied(401, "invalid_token", f"the audience of the token is not {audience}")
        if now >= claims["exp"]:
            raise Denied(401, "invalid_token", "the token has expired")
        if scope not in claims["scope"].split(" "):
            raise Denied(403, "insufficient_scope", f"the token lacks the scope {scope}")
        client: str = claims["client_id"]
        return client
