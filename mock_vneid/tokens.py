"""Access tokens by client_credentials (RFC 6749 §4.4, RFC 9068): who may have one, and which one opens which face."""

import re
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Literal

from mock_vneid.jws import Key

LIFETIME = 300  # seconds
TYPE = "at+jwt"
_REMEMBERED = 1024
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}(?=/)")

_PRIVATE = ("wallet.redeem",)

ClientKind = Literal["office", "private"]


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client: known by its secret (`client_secret_basic`), or by its public keys (`private_key_jwt`).

    `grants`: what it may ask a token for. `redirect_uris` are compared as text, whole; with `any_loopback_port` those
    on 127.0.0.1 and [::1] but for their port (RFC 8252 §7.3). `kind`: an office, or a private body, which may ask for
    less.
    """

    id: str
    secret: str = ""
    jwks: tuple[dict[str, Any], ...] = ()
    grants: tuple[str, ...] = ("client_credentials",)
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    kind: ClientKind = "office"
    any_loopback_port: bool = False

    def takes(self, redirect_uri: str) -> bool:
        """Whether an answer may go there."""
        return self._registered(redirect_uri, self.redirect_uris)

    def takes_after_logout(self, uri: str) -> bool:
        return self._registered(uri, self.post_logout_redirect_uris)

    def _registered(self, uri: str, known: tuple[str, ...]) -> bool:
        if uri in known:
            return True
        portless = _LOOPBACK.sub(r"\1", uri) if self.any_loopback_port and _LOOPBACK.match(uri) else None
        return portless in {_LOOPBACK.sub(r"\1", one) for one in known if _LOOPBACK.match(one)}


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token endpoint gives out: the scopes it knows, all for one audience; the first to who names none."""

    audience: str
    scopes: tuple[str, ...]

    def open_to(self, client: Client) -> tuple[str, ...]:
        """The scopes this client may have."""
        return self.scopes if client.kind == "office" else tuple(one for one in self.scopes if one in _PRIVATE)

    def only(self, scope: str) -> "Grant":
        return Grant(self.audience, (scope,))


# Every world knows these clients; they are made up, and known to everybody. This one is an office's: it asks data
# services, delivers results, and logs in citizens and officers ...
_OFFICE = "http://127.0.0.1:8000"
CLIENTS = {
    "motlan-tthc": Client(
        "motlan-tthc",
        "motlan-tthc-secret",
        grants=("client_credentials", "authorization_code", "refresh_token"),
        redirect_uris=(f"{_OFFICE}/dang-nhap/ve", f"{_OFFICE}/can-bo/ve"),
        post_logout_redirect_uris=tuple(
            f"{_OFFICE}{path}" for path in ("/", "/dang-nhap", "/can-bo", "/cua-toi", "/quay", "/da-thoat")
        ),
        any_loopback_port=True,
    )
}
# ... this one logs citizens in ...
DEMO_RP = Client(
    "demo-rp",
    "demo-rp-secret",
    grants=("authorization_code", "refresh_token"),
    redirect_uris=("http://127.0.0.1:9999/callback",),
    post_logout_redirect_uris=("http://127.0.0.1:9999/",),
)
# ... and this one is a private body's, which may learn what a citizen chooses to show it.
PRIVATE_BODY = Client("ngan-hang-demo", "ngan-hang-demo-secret", kind="private")
WALLET = Grant("wallet", ("wallet.search", "wallet.deliver", "wallet.redeem", "wallet.subscribe"))
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
