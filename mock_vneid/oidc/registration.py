"""Clients as people write them on the control door, and as it shows them."""

import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, model_validator

from mock_vneid.oidc.assertions import public_key
from mock_vneid.specs import Strict, Words, check_plain, mistake
from mock_vneid.tokens import Client, ClientKind

CLIENT_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
MOST_CLIENTS = 200  # in one world

GrantType = Literal["authorization_code", "refresh_token", "client_credentials"]

# What a URI is written in (RFC 3986 §2), but for the fragment, which has no place in one that takes an answer.
_URI = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]{1,500}")
_MOST_KEYS = 10


def _check_uri(uri: str) -> str:
    try:
        parts = urlsplit(uri) if _URI.fullmatch(uri) else None
    except ValueError:
        parts = None
    web = parts and parts.scheme in ("http", "https") and parts.hostname
    if not (web or (parts and "." in parts.scheme)):
        raise mistake(
            "write an absolute http(s) URI, or one of an app's own scheme with a dot in it (vn.example.app:/callback), "
            "without a fragment"
        )
    return uri


def _check_jwk(jwk: dict[str, Any]) -> dict[str, Any]:
    check_plain("a key", jwk)  # it is published again, with what stands beside its numbers
    try:
        public_key(jwk)
    except ValueError as wrong:
        raise mistake(str(wrong)) from wrong
    return jwk


Uri = Annotated[str, AfterValidator(_check_uri), Field(examples=["http://127.0.0.1:9999/callback"])]
Jwk = Annotated[dict[str, Any], AfterValidator(_check_jwk)]


class JwksIn(Strict):
    keys: Annotated[list[Jwk], Field(min_length=1, max_length=_MOST_KEYS)]


class ClientIn(Strict):
    """Known by a secret, or by public keys; for logins it needs a place to send the person back to."""

    secret: Words | None = Field(default=None, description="of client_secret_basic", examples=["my-rp-secret"])
    jwks: JwksIn | None = Field(default=None, description="the public keys of private_key_jwt (RFC 7517)")
    grant_types: Annotated[list[GrantType], Field(min_length=1, max_length=3)] = Field(
        default=["authorization_code", "refresh_token"]
    )
    redirect_uris: Annotated[list[Uri], Field(max_length=20)] = Field(default=[])
    post_logout_redirect_uris: Annotated[list[Uri], Field(max_length=20)] = Field(default=[])
    kind: ClientKind = Field(default="office", description="a private body redeems presentations, and nothing else")
    any_loopback_port: Annotated[bool, Field(strict=True)] = Field(
        default=False,
        description="URIs on http://127.0.0.1 and http://[::1] are compared but for their port (RFC 8252)",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.secret is None) == (self.jwks is None):
            raise mistake("give one of the two: secret (client_secret_basic), or jwks (private_key_jwt)")
        if ("authorization_code" in self.grant_types) != bool(self.redirect_uris):
            raise mistake("redirect_uris go with the grant type authorization_code: give both, or neither")
        if "refresh_token" in self.grant_types and "authorization_code" not in self.grant_types:
            raise mistake("the grant type refresh_token goes with authorization_code")
        return self

    def client(self, client_id: str) -> Client:
        return Client(
            client_id,
            self.secret or "",
            tuple(self.jwks.keys) if self.jwks else (),
            tuple(dict.fromkeys(self.grant_types)),
            tuple(self.redirect_uris),
            tuple(self.post_logout_redirect_uris),
            self.kind,
            self.any_loopback_port,
        )


class ClientOut(BaseModel):
    """The secret is not repeated."""

    client_id: str
    token_endpoint_auth_method: str
    jwks: dict[str, Any] | None = None
    grant_types: list[str]
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    kind: ClientKind
    any_loopback_port: bool

    @classmethod
    def of(cls, client: Client) -> "ClientOut":
        return cls(
            client_id=client.id,
            token_endpoint_auth_method="private_key_jwt" if client.jwks else "client_secret_basic",
            jwks={"keys": list(client.jwks)} if client.jwks else None,
            grant_types=list(client.grants),
            redirect_uris=list(client.redirect_uris),
            post_logout_redirect_uris=list(client.post_logout_redirect_uris),
            kind=client.kind,
            any_loopback_port=client.any_loopback_port,
        )


class ClientsOut(BaseModel):
    items: list[ClientOut]
