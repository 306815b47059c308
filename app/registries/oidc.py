"""Logging people in at an OpenID provider: code with PKCE, and nothing believed that was not verified here.

OpenID Connect Core §3.1, Discovery §4, RP-Initiated Logout; RFC 7636 (PKCE), 9207 (`iss` in the redirect back).
Signatures go through the one door (`jose`), requests through the one HTTP client (`http`).
"""

import base64
import hmac
import time
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Generic, Literal, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from app.domain.dossiers import AGENCY
from app.domain.sessions import DOCUMENTS_LEVEL
from app.domain.values import Frozen
from app.registries import jose
from app.registries.answers import NoAnswer, SourceFailed
from app.registries.http import FORM_HEADERS, Channel, basic
from app.registries.published_keys import PublishedKeys
from app.registries.wire import BirthText, Name, Wire

TYPE = "JWT"
# Seconds: what a provider announces is fetched anew after so long.
_LIVE = 300.0
# Seconds: the longest life of an ID token, and how old one may be that was issued in answer to us.
_MAX_LIFE, _MAX_AGE = 3600, 120
# Words of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6 that a redirect may bring back; any other is `error`.
_ERRORS = frozenset(
    "access_denied consent_required interaction_required invalid_request invalid_scope login_required server_error "
    "temporarily_unavailable unauthorized_client unmet_authentication_requirements".split()
)


class Cause(StrEnum):
    """Why somebody was not logged in, where it is not the provider's own word; stable, fit for logs."""

    WRONG_ISSUER = "wrong_callback_iss"
    NO_ISSUER = "no_callback_iss"
    NO_CODE = "no_code"
    CODE_REFUSED = "code_refused"  # used before, expired, or another's
    WRONG_NONCE = "wrong_nonce"
    WRONG_PARTY = "wrong_azp"
    WRONG_HASH = "wrong_at_hash"
    WRONG_SUBJECT = "wrong_sub"
    BAD_METADATA = "bad_metadata"


class NotLoggedIn(Exception):
    """Nobody was identified. `cause`: one of Cause, an OAuth error, or what the signature door or the line said."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def _endpoint(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("not a web address")
    return text


Endpoint = Annotated[str, StringConstraints(max_length=500), AfterValidator(_endpoint)]


class Metadata(Wire):
    """What a provider announces (Discovery §3)."""

    issuer: str
    authorization_endpoint: Endpoint
    token_endpoint: Endpoint
    userinfo_endpoint: Endpoint
    jwks_uri: Endpoint
    end_session_endpoint: Endpoint | None = None
    authorization_response_iss_parameter_supported: bool = False


class TokenAnswer(Wire):
    access_token: Annotated[str, StringConstraints(min_length=1, max_length=jose.MAX_TOKEN, pattern=r"^[!-~]+$")]
    id_token: Annotated[str, StringConstraints(min_length=1, max_length=jose.MAX_TOKEN)]
    token_type: Annotated[str, StringConstraints(pattern=r"(?i)^bearer$")]


class Userinfo(Wire):
    sub: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Citizen(Userinfo):
    """An account of VNeID: `name` and `birthdate` are OpenID's words, the others VNeID's.

    An organisation's account is used by its legal representative, of whom all but `organization…` tell.
    """

    name: Name
    birthdate: BirthText | None = None
    citizenPid: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]  # noqa: N815 - as it comes
    accountType: Literal["personal", "organization"]  # noqa: N815
    accountLevel: Annotated[int, Field(ge=1, le=2)]  # noqa: N815
    organizationId: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}([0-9]{3})?$")] | None = None  # noqa: N815
    organizationName: Annotated[Name, StringConstraints(min_length=1)] | None = None  # noqa: N815

    @model_validator(mode="after")
    def _whose(self) -> Self:
        """An account that is not plainly one person's or one organisation's is nobody's."""
        given = self.organizationId is not None, self.organizationName is not None
        of_organization = self.accountType == "organization"
        if given != (of_organization, of_organization) or (of_organization and self.accountLevel < DOCUMENTS_LEVEL):
            raise ValueError("neither a person's account nor an organisation's")
        return self


class Officer(Userinfo):
    """An account of the province's staff."""

    name: Name
    staff_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
    agency: Annotated[str, StringConstraints(pattern=f"^{AGENCY.pattern}$")]
    roles: Annotated[list[Annotated[str, StringConstraints(max_length=32)]], Field(max_length=16)]


A = TypeVar("A", bound=Userinfo)
W = TypeVar("W", bound=Wire)


class Secrets(Frozen):
    """What one login is recognised by: `nonce` comes back in the ID token, `verifier` proves who began it (PKCE)."""

    nonce: str
    verifier: str

    def __repr__(self) -> str:
        return "Secrets()"


class Provider(Generic[A]):
    """One issuer, at which we are the client `client_id`; `account` is the shape of what its userinfo tells."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, scope: str, account: type[A], *, timeout: float
    ) -> None:
        self.issuer = issuer
        self._client_id, self._scope, self._account = client_id, scope, account
        self._channel = Channel(timeout)
        self._token_headers = {**FORM_HEADERS, "authorization": basic(client_id, client_secret)}
        self._expect = jose.Expectation(
            issuer=issuer,
            audience=client_id,
            typ=TYPE,
            alg="ES256",
            max_life=_MAX_LIFE,
            max_age=_MAX_AGE,
            required={"sub": str, "nonce": str},
        )
        self._metadata: Metadata | None = None
        self._metadata_at = 0.0
        self._keys: tuple[str, PublishedKeys] | None = None

    async def address(self, state: str, secrets: Secrets, back: str, prompt: str | None = None) -> str:
        """Where the browser is sent to log in; it comes back to `back`. `prompt`: as OpenID Connect Core §3.1.2.1 has
        it. Raises NotLoggedIn.
        """
        metadata = await self._announced()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": self._scope,
            "state": state,
            "nonce": secrets.nonce,
            "code_challenge": _base64url(sha256(secrets.verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **({"prompt": prompt} if prompt else {}),
        }
        return _with_query(metadata.authorization_endpoint, asked)

    async def account(self, told: Mapping[str, str], secrets: Secrets, back: str) -> tuple[A, str]:
        """Who logged in, and the ID token that says so. `told` is what the redirect brought back, its `state` checked.

        Raises NotLoggedIn.
        """
        metadata = await self._announced()
        issuer = told.get("iss")
        if issuer is None and metadata.authorization_response_iss_parameter_supported:
            raise NotLoggedIn(Cause.NO_ISSUER)
        if issuer is not None and issuer != self.issuer:
            raise NotLoggedIn(Cause.WRONG_ISSUER)
        if error := told.get("error"):
            raise NotLoggedIn(error if error in _ERRORS else "error")
        if not told.get("code"):
            raise NotLoggedIn(Cause.NO_CODE)
        tokens = await self._redeemed(metadata, told["code"], secrets, back)
        claims = await self._verified(metadata, tokens.id_token)
        if not hmac.compare_digest(str(claims["nonce"]).encode(), secrets.nonce.encode()):
            raise NotLoggedIn(Cause.WRONG_NONCE)
        if claims.get("azp", self._client_id) != self._client_id:
            raise NotLoggedIn(Cause.WRONG_PARTY)
        half = _base64url(sha256(tokens.access_token.encode()).digest()[:16])
        if claims.get("at_hash", half) != half:
            raise NotLoggedIn(Cause.WRONG_HASH)
        account = await self._userinfo(metadata, tokens.access_token)
        if account.sub != claims["sub"]:
            raise NotLoggedIn(Cause.WRONG_SUBJECT)
        return account, tokens.id_token

    async def farewell(self, id_token: str, back: str) -> str | None:
        """Where the browser is sent to end the session at the provider too; None where it does not tell."""
        try:
            metadata = await self._announced()
        except NotLoggedIn:
            return None
        if metadata.end_session_endpoint is None:
            return None
        asked = {"id_token_hint": id_token, "client_id": self._client_id, "post_logout_redirect_uri": back}
        return _with_query(metadata.end_session_endpoint, asked)

    async def close(self) -> None:
        await self._channel.close()

    async def _announced(self) -> Metadata:
        if self._metadata is None or time.monotonic() - self._metadata_at > _LIVE:
            # Whoever comes meanwhile asks too: a second answer harms nobody, and no lock is held over the network.
            address = httpx.URL(f"{self.issuer}/.well-known/openid-configuration")
            found = self._read(Metadata, await self._get(address), Cause.BAD_METADATA)
            if found.issuer != self.issuer:
                raise NotLoggedIn(Cause.BAD_METADATA)
            self._metadata, self._metadata_at = found, time.monotonic()
        return self._metadata

    async def _redeemed(self, metadata: Metadata, code: str, secrets: Secrets, back: str) -> TokenAnswer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": secrets.verifier,
        }
        status, raw = await self._send("POST", metadata.token_endpoint, self._token_headers, urlencode(form).encode())
        if status != 200:
            raise NotLoggedIn(Cause.CODE_REFUSED if status == 400 else NoAnswer.NO_TOKEN)
        return self._read(TokenAnswer, raw, NoAnswer.GARBAGE)

    async def _userinfo(self, metadata: Metadata, access_token: str) -> A:
        headers = {"accept": "application/json", "authorization": f"Bearer {access_token}"}
        status, raw = await self._send("GET", metadata.userinfo_endpoint, headers)
        if status != 200:
            raise NotLoggedIn(NoAnswer.UNAUTHORIZED)
        return self._read(self._account, raw, NoAnswer.GARBAGE)

    async def _verified(self, metadata: Metadata, token: str) -> Mapping[str, object]:
        if self._keys is None or self._keys[0] != metadata.jwks_uri:
            self._keys = metadata.jwks_uri, PublishedKeys(self._channel, metadata.jwks_uri)
        try:
            return await self._keys[1].verified(token, self._expect)
        except jose.Refused as refused:
            raise NotLoggedIn(refused.cause) from None
        except SourceFailed as failed:
            raise NotLoggedIn(failed.cause) from None

    async def _get(self, url: httpx.URL) -> bytes:
        try:
            return await self._channel.get(url)
        except SourceFailed as failed:
            raise NotLoggedIn(failed.cause) from None

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> tuple[int, bytes]:
        try:
            return await self._channel.send(method, httpx.URL(url), headers, content)
        except SourceFailed as failed:
            raise NotLoggedIn(failed.cause) from None

    @staticmethod
    def _read(shape: type[W], raw: bytes, otherwise: str) -> W:
        try:
            return shape.model_validate_json(raw)
        except ValidationError:
            raise NotLoggedIn(otherwise) from None


def _base64url(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
