"""The token endpoints of both systems: client_credentials with client_secret_basic (RFC 6749 §2.3.1, §4.4)."""

from base64 import b64decode
from binascii import Error as Base64Error
from hmac import compare_digest
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.visits import Refusal, Visit, answer, body_of, error, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.tokens import CLIENTS, LIFETIME, NDXP, WALLET, Client, Grant

router = APIRouter(prefix="/w/{world}")

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CHALLENGE = {**_NO_STORE, "WWW-Authenticate": 'Basic realm="mock_vneid"'}
_MOST_FIELDS = 20


def _invalid_client(description: str) -> Refusal:
    return error(401, "invalid_client", description, _CHALLENGE)


def _client(authorization: str | None) -> Client:
    kind, _, credentials = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        raise _invalid_client("authenticate the client by HTTP Basic (client_secret_basic)")
    try:
        name, colon, secret = b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (Base64Error, ValueError) as broken:
        raise _invalid_client("the Basic credentials are not base64 of client_id:client_secret") from broken
    client = CLIENTS.get(unquote_plus(name))
    if not colon or client is None or not compare_digest(unquote_plus(secret).encode(), client.secret.encode()):
        raise _invalid_client("no such client, or not its secret")
    return client


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError as broken:
        raise error(400, "invalid_request", "the body is not a form", _NO_STORE) from broken
    form = dict(pairs)
    if len(form) < len(pairs):
        raise error(400, "invalid_request", "a parameter is given twice", _NO_STORE)
    return form


def _scope(asked: str | None, grant: Grant) -> str:
    """What was asked for, each once; everything this endpoint gives when nothing was."""
    scopes = list(dict.fromkeys((asked or " ".join(grant.scopes)).split()))
    if not scopes or not set(scopes) <= set(grant.scopes):
        raise error(400, "invalid_scope", f"this endpoint gives: {' '.join(grant.scopes)}", _NO_STORE)
    return " ".join(scopes)


async def _token(request: Request, grant: Grant, service: str) -> Response:
    visit = visit_of(request)
    _, in_its_place = await weather(visit, "oidc", service)
    if in_its_place is not None:
        return in_its_place
    form = _form(await body_of(request, "application/x-www-form-urlencoded"))
    client = _client(request.headers.get("authorization"))
    visit.entry.client = client.id
    if "client_secret" in form or form.get("client_id", client.id) != client.id:
        raise error(400, "invalid_request", "authenticate in one way only: HTTP Basic", _NO_STORE)
    if "grant_type" not in form:
        raise error(400, "invalid_request", "grant_type is missing", _NO_STORE)
    if form["grant_type"] != "client_credentials":
        raise error(400, "unsupported_grant_type", "this endpoint knows client_credentials only", _NO_STORE)
    return answer(_issue(visit, client, grant, _scope(form.get("scope"), grant)), headers=_NO_STORE)


def _issue(visit: Visit, client: Client, grant: Grant, scope: str) -> dict[str, str | int]:
    world = visit.world
    token = world.tokens.issue(world.keys.tokens, visit.base, client, grant, scope, world.now())
    return {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": scope}


_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "scope": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("/oidc/token", tags=["tokens"], summary="An access token for the wallet", openapi_extra=_FORM)
async def wallet_token(request: Request) -> Response:
    """Scope `wallet.search`, audience `wallet`, for 300 seconds of the world's clock."""
    return await _token(request, WALLET, "vneid")


@router.post("/ndxp/token", tags=["tokens"], summary="An access token for the data services", openapi_extra=_FORM)
async def ndxp_token(request: Request) -> Response:
    """Scope `ndxp.read`, audience `ndxp`, for 300 seconds of the world's clock."""
    return await _token(request, NDXP, "ndxp")


@router.get("/oidc/jwks", tags=["tokens"], summary="The key that signs access tokens")
async def token_keys(request: Request) -> Response:
    return answer({"keys": [visit_of(request).world.keys.tokens.jwk]}, headers={"Cache-Control": "max-age=300"})
