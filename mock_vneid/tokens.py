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
    """A registered client: known by its secret (`client_secret_basic`), or by its public keys (`private_key_jwt`).

    `grants`: what it may ask a token for. `redirect_uris` are compared as text, whole.
    """

    id: str
    secret: str = ""
    jwks: tuple[dict[str, Any], ...] = ()
    grants: tuple[str, ...] = ("client_credentials",)
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token endpoint gives out: the scopes it knows, all for one audience."""

    audience: str
    scopes: tuple[str, ...]


# Every world knows these clients; they are made up, and known to everybody. This one asks data services ...
CLIENTS = {"motlan-tthc": Client("motlan-tthc", "motlan-tthc-secret")}
# ... and this one logs citizens in.
DEMO_RP = Client(
    "demo-rp",
    "demo-rp-secret",
    grants=("authorization_code", "refresh_token"),
    redirect_uris=("http://127.0.0.1:9999/callback",),
    post_logout_redirect_uris=("http://127.0.0.1:9999/",),
)
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
        self._revoked: dict[str, float] = {}

    def revoke(self, claims: dict[str, Any], now: float) -> None:
        """The token of these claims opens nothing any more, nowhere in its world."""
        if len(self._revoked) >= _REMEMBERED:
            self._revoked = {jti: until for jti, until in self._revoked.items() if until > now}
        self._revoked[claims["jti"]] = claims["exp"]

    def is_revoked(self, claims: dict[str, Any]) -> bool:
        return claims["jti"] in self._revoked

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
        client: str = self.opened(key, issuer, authorization, audience, scope, now)["client_id"]
        return client

    def opened(
        self, key: Key, issuer: str, authorization: str | None, audience: str, scope: str, now: float
    ) -> dict[str, Any]:
        """As `check`, but all claims of the token."""
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
        if self.is_revoked(claims):
            raise Denied(401, "invalid_token", "the token was revoked")
        if scope not in claims["scope"].split(" "):
            raise Denied(403, "insufficient_scope", f"the token lacks the scope {scope}")
        return claims
