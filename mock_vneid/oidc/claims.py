"""What is told about a person who logs in: the ID token, the access token and userinfo, and how a fault spoils them.

`name`, `birthdate` and `gender` are OpenID's own; `citizenPid`, `accountType` and `accountLevel` are observed in public
integrations of VNeID, their values here are this project's own. The ID token carries none of them: clients send it back
in the URL of a logout, where no citizen id belongs.

Of an organisation's account all of these tell who acts for it, as `SoDinhDanh` and `HoVaTen` do at the national portal;
`organizationId` (there `MaSoThue`) and `organizationName`, this project's own, tell the organisation.
"""

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from mock_vneid import forgery
from mock_vneid.faults import Struck
from mock_vneid.jws import b64
from mock_vneid.oidc.accounts import Account, Provider
from mock_vneid.oidc.logins import Login
from mock_vneid.tokens import LIFETIME, TYPE
from mock_vneid.worlds import World

ID_TOKEN = "JWT"
AUDIENCE = "userinfo"  # of the access tokens that come of a login

_HOUR = 3600


def access_token(provider: Provider, world: World, issuer: str, login: Login, sub: str, scopes: tuple[str, ...]) -> str:
    now = int(world.now())
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": sub,
        "client_id": login.client_id,
        "scope": " ".join(scopes),
        "iat": now,
        "exp": now + LIFETIME,
        "jti": token_urlsafe(16),
        "login": login.id,
    }
    return provider.key(world).sign(TYPE, claims)


def _half_hash(text: str) -> str:
    return b64(sha256(text.encode()).digest()[:16])


def id_token(
    provider: Provider,
    world: World,
    issuer: str,
    login: Login,
    who: Account,
    access: str,
    struck: Struck,
    *,
    with_nonce: bool,
) -> str:
    """A compact JWS (ES256, `typ` JWT) for 300 seconds. `nonce` is told once, with the code (OIDC Core §12.2)."""
    now = int(world.now())
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": who.sub,
        "aud": login.client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "auth_time": int(login.authenticated_at),
        "acr": who.acr,
        "sid": login.sid,
        "at_hash": _half_hash(access),
    }
    if with_nonce and login.nonce is not None:
        claims["nonce"] = login.nonce
        if struck.document("wrong_nonce", None):
            claims["nonce"] = token_urlsafe(16)
        if struck.document("no_nonce", None):
            del claims["nonce"]
    if struck.document("wrong_issuer", None):
        claims["iss"] = f"{issuer}-another"
    if struck.document("wrong_audience", None):
        claims["aud"] = f"{login.client_id}-another"
    if struck.document("expired", None):
        claims |= {"iat": now - _HOUR - LIFETIME, "exp": now - _HOUR}
    if struck.document("not_yet_valid", None):
        claims |= {"iat": now + _HOUR, "nbf": now + _HOUR, "exp": now + _HOUR + LIFETIME}
    if struck.document("alg_none", None):
        return forgery.unsigned(ID_TOKEN, claims)
    if struck.document("wrong_alg", None):
        return forgery.confused(provider.key(world), ID_TOKEN, claims)
    key = world.keys.retired if struck.document("retired_key", None) else provider.key(world)
    kid = _half_hash(key.kid) if struck.document("unknown_kid", None) else None
    return key.sign(ID_TOKEN, claims, spoil=struck.document("bad_signature", None), kid=kid)


def userinfo(provider: Provider, who: Account, scopes: list[str]) -> dict[str, Any]:
    """`birthdate` is YYYY-MM-DD, or YYYY where only the year is known (both as OIDC Core §5.1 has it)."""
    told = [name for scope in scopes for name in provider.scopes.get(scope, ())]
    return {"sub": who.sub, **{name: who.told[name] for name in told if name in who.told}}


def struck_for(provider: Provider, world: World, service: str, account_id: str, noted: list[tuple[str, str]]) -> Struck:
    """The faults of what is told about this account; those of transport had their say before anything was read."""
    faults = world.matching_faults(provider.face, service, account_id, ())
    return Struck(faults, world.state.seed, noted)
