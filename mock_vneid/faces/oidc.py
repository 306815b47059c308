"""The back doors of the login: discovery, keys, tokens, userinfo, introspection, revocation.

Each stands twice: for citizens below the world's URL, and for the officers of offices below `/staff` of it.
The token endpoint of the data services is here too: it knows client_credentials only (RFC 6749 §4.4).
"""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mock_vneid.faces.oidc_clients import FORM, METHODS, NO_STORE, authenticated, note_account, read_form, refused
from mock_vneid.faces.visits import Refusal, Visit, answer, error, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.misses import note_refused_token
from mock_vneid.oidc import assertions, claims
from mock_vneid.oidc.accounts import OFFLINE, Account, Provider, provider_of
from mock_vneid.oidc.logins import Login, Refused
from mock_vneid.oidc.requests import PROMPTS, is_verifier
from mock_vneid.tokens import LIFETIME, NDXP, TYPE, WALLET, Client, Denied, Grant

router = APIRouter()
_login = APIRouter()  # of either provider
_data = APIRouter()

_CACHED = {"Cache-Control": "max-age=300"}
_LOGIN_GRANTS = ("authorization_code", "refresh_token")
_LOGIN_FIELDS = ("code", "redirect_uri", "code_verifier", "refresh_token")
_NDXP_KNOWS = ("client_credentials",)
_WALLET_KNOWS = (*_NDXP_KNOWS, *_LOGIN_GRANTS)
_NO_GRANT = Grant("", ())  # the token endpoint of officers gives nothing but what comes of a login
_TOLD = ("iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti")
_OF_ACCESS, _OF_REFRESH = "access_token", "refresh_token"


def _at(request: Request) -> tuple[Visit, Provider]:
    visit = visit_of(request)
    return visit, provider_of(visit.entry.path)


def _given_by(provider: Provider) -> tuple[tuple[str, ...], Grant]:
    """What its token endpoint knows, and gives besides what comes of a login."""
    return (_WALLET_KNOWS, WALLET) if provider.face == "oidc" else (_LOGIN_GRANTS, _NO_GRANT)


# What is announced


def _metadata(provider: Provider, base: str) -> dict[str, Any]:
    """OIDC Discovery §3, RFC 8414 §2. Nothing stands here that is not enforced."""
    issuer, (grants, more) = provider.issuer(base), _given_by(provider)
    oidc = f"{issuer}/oidc"
    methods = {
        f"{endpoint}_endpoint_auth_{what}": list(values)
        for endpoint in ("token", "introspection", "revocation")
        for what, values in (
            ("methods_supported", METHODS),
            ("signing_alg_values_supported", assertions.ALGORITHMS),
        )
    }
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{oidc}/authorize",
        "token_endpoint": f"{oidc}/token",
        "userinfo_endpoint": f"{oidc}/userinfo",
        "jwks_uri": f"{oidc}/jwks",
        "pushed_authorization_request_endpoint": f"{oidc}/par",
        "introspection_endpoint": f"{oidc}/introspect",
        "revocation_endpoint": f"{oidc}/revoke",
        "end_session_endpoint": f"{oidc}/end_session",
        "scopes_supported": [*provider.scopes, *more.scopes],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(grants),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "require_pushed_authorization_requests": False,
        "prompt_values_supported": list(PROMPTS),
        "acr_values_supported": list(provider.acr.values()),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": [
            *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "sid", "at_hash"),
            *(name for names in provider.scopes.values() for name in names),
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        **methods,
    }


@_login.get("/.well-known/openid-configuration", tags=["login"], summary="What this issuer can do")
async def discovery(request: Request) -> Response:
    visit, provider = _at(request)
    _, in_its_place = await weather(visit, provider.face, "discovery")
    return in_its_place or answer(_metadata(provider, visit.base), headers=_CACHED)


@_login.get("/oidc/.well-known/openid-configuration", include_in_schema=False)
async def discovery_elsewhere(request: Request) -> Response:
    """Who takes `…/oidc` for the issuer is shown the way."""
    visit, provider = _at(request)
    return RedirectResponse(f"{provider.issuer(visit.base)}/.well-known/openid-configuration", 308)


@_login.get("/oidc/jwks", tags=["tokens"], summary="The key that signs access tokens and ID tokens")
async def token_keys(request: Request) -> Response:
    visit, provider = _at(request)
    _, in_its_place = await weather(visit, provider.face, "jwks")
    return in_its_place or answer({"keys": [provider.key(visit.world).jwk]}, headers=_CACHED)


# Tokens


def _scope(asked: str | None, grant: Grant, client: Client) -> str:
    """What was asked for, each once; the first that this endpoint gives the client when nothing was."""
    given = grant.open_to(client)
    scopes = list(dict.fromkeys((asked or " ".join(given[:1])).split()))
    if not scopes or not set(scopes) <= set(given):
        raise refused("invalid_scope", f"this endpoint gives the client: {' '.join(given) or 'nothing'}")
    return " ".join(scopes)


async def _token(request: Request, grant: Grant, service: str, knows: tuple[str, ...]) -> Response:
    visit, provider = _at(request)
    _, in_its_place = await weather(visit, provider.face, service)
    if in_its_place is not None:
        return in_its_place
    form = await read_form(request)
    client = authenticated(visit, request, form)
    kind = form.get("grant_type")
    if kind is None:
        raise refused("invalid_request", "grant_type is missing")
    if kind not in knows:
        raise refused("unsupported_grant_type", f"this endpoint knows: {', '.join(knows)}")
    if kind not in client.grants:
        raise refused("unauthorized_client", f"the client is registered for: {', '.join(client.grants)}")
    try:
        match kind:
            case "authorization_code":
                body = _redeem(visit, provider, client, form)
            case "refresh_token":
                body = _refresh(visit, provider, client, form)
            case _:
                body = _issue(visit, client, grant, _scope(form.get("scope"), grant, client))
    except Refused as wrong:
        raise refused(wrong.error, wrong.description) from wrong
    return answer(body, headers=NO_STORE)


def _issue(visit: Visit, client: Client, grant: Grant, scope: str) -> dict[str, str | int]:
    world = visit.world
    token = world.tokens.issue(world.keys.tokens, visit.base, client, grant, scope, world.now())
    return {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": scope}


def _needed(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise Refused("invalid_request", f"{name} is missing")
    return form[name]


def _redeem(visit: Visit, provider: Provider, client: Client, form: dict[str, str]) -> dict[str, Any]:
    code, target, verifier = (_needed(form, name) for name in ("code", "redirect_uri", "code_verifier"))
    if not is_verifier(verifier):
        raise Refused("invalid_request", "code_verifier is 43 to 128 unreserved characters (RFC 7636 §4.1)")
    logins, now = provider.logins(visit.world), visit.world.now()
    login = logins.redeem(code, client.id, target, verifier, now)
    refresh = logins.refresh_token(login, now) if OFFLINE in login.scopes else None
    return _told(visit, provider, login, login.scopes, refresh, with_nonce=True)


def _refresh(visit: Visit, provider: Provider, client: Client, form: dict[str, str]) -> dict[str, Any]:
    asked, now = form.get("scope", "").split(), visit.world.now()
    token = _needed(form, "refresh_token")
    login, refresh = provider.logins(visit.world).refresh(token, client.id, set(asked), now)
    scopes = tuple(scope for scope in login.scopes if scope in asked) or login.scopes
    return _told(visit, provider, login, scopes, refresh, with_nonce=False)


def _told(
    visit: Visit, provider: Provider, login: Login, scopes: tuple[str, ...], refresh: str | None, *, with_nonce: bool
) -> dict[str, Any]:
    world, who, issuer = visit.world, account(visit, provider, login), provider.issuer(visit.base)
    if who is None:
        raise Refused("invalid_grant", "the account is no more")
    access = claims.access_token(provider, world, issuer, login, who.sub, scopes)
    body = {"access_token": access, "token_type": "Bearer", "expires_in": LIFETIME, "scope": " ".join(scopes)}
    if refresh is not None:
        body["refresh_token"] = refresh
    if "openid" in scopes:
        struck = claims.struck_for(provider, world, provider.token, login.account_id, visit.entry.faults)
        body["id_token"] = claims.id_token(provider, world, issuer, login, who, access, struck, with_nonce=with_nonce)
    return body


def account(visit: Visit, provider: Provider, login: Login) -> Account | None:
    """Whose login this is, noted in the journal; None when the account is no more."""
    note_account(visit, provider, login.account_id)
    return provider.find(visit.world, login.person_id, login.acting_for)


def _form(grants: tuple[str, ...], *more: str) -> dict[str, Any]:
    """The OpenAPI of a form that the endpoint reads itself."""
    fields: dict[str, Any] = {"grant_type": {"type": "string", "enum": list(grants)}}
    fields |= {name: {"type": "string"} for name in ("scope", "client_assertion_type", "client_assertion", *more)}
    schema = {"type": "object", "required": ["grant_type"], "properties": fields}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}


@_login.post(
    "/oidc/token",
    tags=["tokens"],
    summary="Tokens: for the wallet, or of a login",
    openapi_extra=_form(_WALLET_KNOWS, *_LOGIN_FIELDS),
)
async def wallet_token(request: Request) -> Response:
    """client_credentials: scope `wallet.search` (when none is named), `wallet.deliver`, `wallet.redeem` and
    `wallet.subscribe`, audience `wallet`, for 300 seconds of the world's clock.

    authorization_code and refresh_token: the ID token, an access token for userinfo, the next refresh token.
    """
    provider = _at(request)[1]
    grants, given = _given_by(provider)
    return await _token(request, given, provider.token, grants)


@_data.post(
    "/ndxp/token", tags=["tokens"], summary="An access token for the data services", openapi_extra=_form(_NDXP_KNOWS)
)
async def ndxp_token(request: Request) -> Response:
    """Scope `ndxp.read`, audience `ndxp`, for 300 seconds of the world's clock."""
    return await _token(request, NDXP, "ndxp", _NDXP_KNOWS)


# What tokens open, and whether they still do


def _challenged(denied: Denied) -> Refusal:
    """RFC 6750 §3; without any token the challenge names no error."""
    said = f'Bearer error="{denied.error}", error_description="{denied.description}"'
    return error(denied.status, denied.error, denied.description, {"WWW-Authenticate": said})


@_login.get("/oidc/userinfo", tags=["login"], summary="The claims of the account")
@_login.post("/oidc/userinfo", tags=["login"], summary="The claims of the account")
async def userinfo(request: Request) -> Response:
    visit, provider = _at(request)
    _, in_its_place = await weather(visit, provider.face, "userinfo")
    if in_its_place is not None:
        return in_its_place
    who, scopes = logged_in(request, visit, provider, "openid")
    body = claims.userinfo(provider, who, scopes)
    struck = claims.struck_for(provider, visit.world, "userinfo", who.id, visit.entry.faults)
    if struck.document("wrong_sub", None):
        body["sub"] = f"{body['sub'][:-1]}{'0' if body['sub'][-1] != '0' else '1'}"
    return answer(body, headers=NO_STORE)


def logged_in(request: Request, visit: Visit, provider: Provider, scope: str) -> tuple[Account, list[str]]:
    """Whose access token this request carries, and its scopes. Refused: none that is good and has this scope."""
    world, now, bearer = visit.world, visit.world.now(), request.headers.get("authorization")
    issuer = provider.issuer(visit.base)
    try:
        said = world.tokens.opened(provider.key(world), issuer, bearer, claims.AUDIENCE, scope, now)
        visit.entry.client = said["client_id"]
        login = provider.logins(world).live(said["login"], now)
        who = None if login is None else account(visit, provider, login)
        if who is None:
            raise Denied(401, "invalid_token", "the login behind the token was revoked, or is forgotten")
    except Denied as denied:
        note_refused_token(visit, bearer, Grant(claims.AUDIENCE, (scope,)), provider.issuer(visit.base))
        raise _challenged(denied) from denied
    return who, said["scope"].split(" ")


def _found(visit: Visit, provider: Provider, token: str) -> tuple[str, dict[str, Any]] | None:
    """What kind of token this is, and its claims (RFC 7662 §2.2), while it is good; None otherwise."""
    world, now, issuer = visit.world, visit.world.now(), provider.issuer(visit.base)
    logins = provider.logins(world)
    if login := logins.peek(token, now):
        said: dict[str, Any] = {"client_id": login.client_id, "scope": " ".join(login.scopes), "iss": issuer}
        return _OF_REFRESH, said
    try:
        said = provider.key(world).read(token, TYPE)
    except ValueError:
        return None
    of_login = "login" in said
    if (
        said["iss"] != issuer
        or now >= said["exp"]
        or world.tokens.is_revoked(said)
        or (of_login and logins.live(said["login"], now) is None)
    ):
        return None
    return _OF_ACCESS, said


async def _asked_about(request: Request, service: str) -> Response | tuple[Visit, Provider, Client, str]:
    """The visit, the client, and the token it asks about; or what a fault puts in the place of the answer."""
    visit, provider = _at(request)
    _, in_its_place = await weather(visit, provider.face, service)
    if in_its_place is not None:
        return in_its_place
    form = await read_form(request)
    client = authenticated(visit, request, form)
    if not form.get("token"):
        raise refused("invalid_request", "token is missing")
    return visit, provider, client, form["token"]


@_login.post("/oidc/introspect", tags=["login"], summary="Is this token of mine still good? (RFC 7662)")
async def introspect(request: Request) -> Response:
    """A client learns about its own tokens; of others it learns nothing but `active: false`."""
    asked = await _asked_about(request, "introspect")
    if isinstance(asked, Response):
        return asked
    visit, provider, client, token = asked
    found = _found(visit, provider, token)
    if found is None or found[1]["client_id"] != client.id:
        return answer({"active": False}, headers=NO_STORE)
    kind, said = found
    told: dict[str, Any] = {name: said[name] for name in _TOLD if name in said}
    if kind == _OF_ACCESS:
        told["token_type"] = "Bearer"
    return answer({"active": True, **told}, headers=NO_STORE)


@_login.post("/oidc/revoke", tags=["login"], summary="This token of mine opens nothing any more (RFC 7009)")
async def revoke(request: Request) -> Response:
    """A refresh token takes its whole family with it; an access token goes alone. Unknown ones are so already."""
    asked = await _asked_about(request, "revoke")
    if isinstance(asked, Response):
        return asked
    visit, provider, client, token = asked
    world, now = visit.world, visit.world.now()
    login, found = provider.logins(world).owner(token, now), _found(visit, provider, token)
    owner = login.client_id if login else found and found[1]["client_id"]
    if owner not in (None, client.id):
        raise refused("invalid_request", "the token is another client's")
    if login:
        login.revoked = True
    elif found:
        world.tokens.revoke(found[1], now)
    return Response(status_code=200, headers=NO_STORE)


router.include_router(_login, prefix="/w/{world}")
router.include_router(_login, prefix="/w/{world}/staff")
router.include_router(_data, prefix="/w/{world}")
