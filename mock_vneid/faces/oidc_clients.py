"""Who asks at the back doors of the login: forms, and clients that prove who they are (RFC 6749 §2.3, RFC 7523)."""

from base64 import b64decode
from binascii import Error as Base64Error
from hmac import compare_digest
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from mock_vneid.faces.visits import Refusal, Visit, body_of, error
from mock_vneid.ids import kind_of
from mock_vneid.oidc import assertions
from mock_vneid.oidc.accounts import CITIZENS, Provider, provider_of
from mock_vneid.tokens import Client

FORM = "application/x-www-form-urlencoded"
METHODS = ("client_secret_basic", "private_key_jwt")
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

_CHALLENGE = {**NO_STORE, "WWW-Authenticate": 'Basic realm="mock_vneid"'}
_MOST_FIELDS = 40


def refused(code: str, description: str) -> Refusal:
    return error(400, code, description, NO_STORE)


def invalid_client(description: str) -> Refusal:
    return error(401, "invalid_client", description, _CHALLENGE)


async def read_form(request: Request) -> dict[str, str]:
    body = await body_of(request, FORM)
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError as broken:
        raise refused("invalid_request", "the body is not a form") from broken
    form = dict(pairs)
    if len(form) < len(pairs):
        raise refused("invalid_request", "a parameter is given twice")
    return form


def authenticated(visit: Visit, request: Request, form: dict[str, str]) -> Client:
    """The client that sent this form. Refused: 401 when it did not prove so, 400 when it tried in two ways at once."""
    by_assertion = "client_assertion" in form or "client_assertion_type" in form
    if by_assertion and "authorization" not in request.headers:
        client = _by_assertion(visit, form)
    else:
        client = _by_secret(visit, request.headers.get("authorization"))
    visit.entry.client = client.id
    two_ways = by_assertion and "authorization" in request.headers
    if two_ways or "client_secret" in form or form.get("client_id", client.id) != client.id:
        raise refused("invalid_request", "authenticate in one way only: HTTP Basic, or a client_assertion")
    return client


def _by_secret(visit: Visit, authorization: str | None) -> Client:
    kind, _, credentials = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        raise invalid_client(
            "authenticate the client by HTTP Basic (client_secret_basic) or a client_assertion (private_key_jwt)"
        )
    try:
        name, colon, secret = b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (Base64Error, ValueError) as broken:
        raise invalid_client("the Basic credentials are not base64 of client_id:client_secret") from broken
    client = visit.world.state.clients.get(unquote_plus(name))
    if not colon or client is None or not compare_digest(unquote_plus(secret).encode(), client.secret.encode()):
        raise invalid_client("no such client, or not its secret")
    if not client.secret:
        raise invalid_client("the client is registered for private_key_jwt: it has no secret")
    return client


def _by_assertion(visit: Visit, form: dict[str, str]) -> Client:
    world, now = visit.world, visit.world.now()
    if form.get("client_assertion_type") != assertions.TYPE:
        raise invalid_client(f"client_assertion_type is {assertions.TYPE}")
    try:
        assertion = form.get("client_assertion", "")
        client = world.state.clients.get(assertions.issuer_of(assertion))
        if client is None or not client.jwks:
            raise ValueError("the assertion is of no client with registered keys")
        # The issuer is what newer libraries name as audience, the token endpoint what older ones do (RFC 7523 §3).
        issuer = provider_of(visit.entry.path).issuer(visit.base)
        known = (issuer, f"{issuer}/oidc/token", f"{visit.base}{visit.entry.path}")
        jti = assertions.verify(assertion, client, known, now)
    except ValueError as wrong:
        raise invalid_client(str(wrong)) from wrong
    if not world.logins.first_use(client.id, jti, now):
        raise invalid_client("the assertion was used before: its jti is spent")
    return client


def note_account(visit: Visit, provider: Provider, account_id: str) -> None:
    """Whose account is used, for the journal: a citizen or an organisation as the holder, an officer as the officer."""
    if provider is CITIZENS:
        visit.entry.holder_kind, visit.entry.holder_id = kind_of(account_id), account_id
    else:
        visit.entry.officer = account_id
