"""Authorization requests: who may be answered where, and whether what is asked is in order (OIDC Core §3.1.2.2)."""

import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from mock_vneid.ids import organization_id_problem
from mock_vneid.oidc.accounts import CITIZENS, OFFLINE, Provider
from mock_vneid.oidc.logins import Asked, Refused
from mock_vneid.tokens import Client

PROMPTS = ("none", "login", "consent", "select_account")
# Without these there is nowhere to send an error: the person is told instead.
_ADDRESS = ("client_id", "redirect_uri", "state", "request_uri")

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of SHA-256
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_SECONDS = re.compile(r"[0-9]{1,9}")
_MOST_FIELDS = 40
_MOST_CHARACTERS = 2000

Clients = Mapping[str, Client]


class NoAddress(Exception):
    """A request that may not be answered by a redirect, for it does not prove where to; says why."""


def is_verifier(text: str) -> bool:
    return _VERIFIER.fullmatch(text) is not None


def parameters(text: str) -> tuple[dict[str, str], set[str]]:
    """The parameters of a query or form, and the names of those given twice. ValueError when it is neither."""
    pairs = parse_qsl(text, keep_blank_values=False, max_num_fields=_MOST_FIELDS, errors="strict")
    counted = Counter(name for name, _ in pairs)
    return dict(pairs), {name for name, times in counted.items() if times > 1}


def addressee(params: dict[str, str], twice: set[str], clients: Clients) -> Client:
    """The client, once it is sure that the answer may go to the `redirect_uri` of the request. NoAddress otherwise."""
    if doubled := sorted(twice.intersection(_ADDRESS)):
        raise NoAddress(f"given twice: {', '.join(doubled)}")
    client = clients.get(params.get("client_id", ""))
    if client is None:
        raise NoAddress("client_id is missing" if "client_id" not in params else "no client of this client_id")
    if "redirect_uri" not in params:
        raise NoAddress("redirect_uri is missing")
    if not client.takes(params["redirect_uri"]):
        raise NoAddress(
            "redirect_uri is not one of those registered for this client; they are compared letter by letter"
        )
    return client


def checked(params: dict[str, str], twice: set[str], client: Client, provider: Provider = CITIZENS) -> Asked:
    """The request, which is in order. Refused otherwise, to be told by the redirect."""
    _check_form(params, twice)
    if params.get("response_type") != "code":
        missing = "response_type" not in params
        raise Refused("invalid_request" if missing else "unsupported_response_type", "response_type is code")
    if params.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "response_mode is query")
    if "authorization_code" not in client.grants:
        raise Refused("unauthorized_client", "the client is not registered for logins (authorization_code)")
    challenge = params.get("code_challenge", "")
    if params.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise Refused("invalid_request", "PKCE is needed: code_challenge of 43 characters, code_challenge_method=S256")
    max_age = params.get("max_age")
    if max_age is not None and not _SECONDS.fullmatch(max_age):
        raise Refused("invalid_request", "max_age is a number of seconds")
    return Asked(
        client_id=client.id,
        redirect_uri=params["redirect_uri"],
        scopes=_scopes(params.get("scope"), client, provider),
        challenge=challenge,
        state=params.get("state"),
        nonce=params.get("nonce"),
        prompt=_prompt(params.get("prompt", "")),
        login_hint=params.get("login_hint"),
        id_token_hint=params.get("id_token_hint"),
        max_age=None if max_age is None else int(max_age),
        level=_level(params.get("acr_values", ""), provider),
        acting_for=_organization(params.get("acting_for"), provider),
    )


def _check_form(params: dict[str, str], twice: set[str]) -> None:
    if twice:
        raise Refused("invalid_request", f"given twice: {', '.join(sorted(twice))}")
    for name, error in (
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ):
        if name in params:
            raise Refused(error, f"{name} is not taken here, as the discovery document says")
    if "claims" in params:
        raise Refused("invalid_request", "the parameter claims is not taken here: ask by scope")
    if too_long := [name for name, value in params.items() if len(value) > _MOST_CHARACTERS]:
        raise Refused("invalid_request", f"longer than {_MOST_CHARACTERS} characters: {too_long[0][:40]}")


def _scopes(asked: str | None, client: Client, provider: Provider) -> tuple[str, ...]:
    scopes, known = tuple(dict.fromkeys((asked or "").split())), list(provider.scopes)
    if "openid" not in scopes or not set(scopes) <= set(known):
        raise Refused("invalid_scope", f"scope holds openid, and besides it any of: {' '.join(known[1:])}")
    if OFFLINE in scopes and "refresh_token" not in client.grants:
        raise Refused("invalid_scope", "the client is not registered for refresh_token, so not for offline_access")
    return scopes


def _prompt(asked: str) -> frozenset[str]:
    prompt = frozenset(asked.split())
    if not prompt <= set(PROMPTS) or ("none" in prompt and len(prompt) > 1):
        raise Refused("invalid_request", "prompt is none, or any of login, consent, select_account")
    return prompt


def _level(asked: str, provider: Provider) -> int:
    """The lowest level that would do; values nobody here knows are passed over, as `acr_values` are a wish."""
    return min((level for level, acr in provider.acr.items() if acr in asked.split()), default=0)


def _organization(asked: str | None, provider: Provider) -> str | None:
    """Whose account the citizen is to use; officers act for nobody, and their provider passes it over."""
    if asked is None or provider is not CITIZENS:
        return None
    if organization_id_problem(asked):
        raise Refused("invalid_request", "acting_for is an organisation's number, of 10 or 13 digits")
    return asked


def callback(redirect_uri: str, answer: Mapping[str, str | None]) -> str:
    """The redirect URI with the answer in its query, beside what its own query holds."""
    query = urlencode({name: value for name, value in answer.items() if value is not None})
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}" if query else redirect_uri
