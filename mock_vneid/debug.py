"""A token's checks, one by one, each with what was found and why it matters: all of them, not only the first to fail.

What is walked: a document of the wallet, an access token, an ID token, a client assertion (RFC 7515, 7519, 7523, 9068).
"""

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from time import time
from typing import Any, Literal

from mock_vneid import presentations, results
from mock_vneid.ids import id_problem
from mock_vneid.jws import Key, Parts, compact_json, parts_of
from mock_vneid.oidc.assertions import ALGORITHMS, PublicKey, fits, public_key
from mock_vneid.oidc.logins import ASSERTION_LIFETIME
from mock_vneid.people import FULL_IDENTITY_LEVEL
from mock_vneid.universe import Universe
from mock_vneid.worlds import World

TokenKind = Literal["document", "presentation", "result", "access_token", "id_token", "client_assertion"]

_TYPES: dict[str, TokenKind] = {
    "vneid-document+jwt": "document",
    presentations.TYPE: "presentation",
    results.TYPE: "result",
    "at+jwt": "access_token",
}
_MESSAGES = ("document", "presentation")  # signed by the wallet, and judged by the real clock
_EARLY = 60  # seconds of difference between two clocks
FAR = 1e15  # seconds: nobody means a moment beyond that
_OLD = 300  # seconds after which the message of a document is an old one


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` is None where there was nothing to compare with, or no getting that far."""

    name: str
    ok: bool | None
    says: str


@dataclass(slots=True)
class Report:
    """The token as it reads, verified or not, and what was looked at, in order."""

    kind: TokenKind | None = None
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        return [check.name for check in self.checks if check.ok is False]

    def nearest_miss(self) -> str | None:
        """What was right and what was not, in one sentence; None when nothing failed."""
        wrong = [check for check in self.checks if check.ok is False]
        if not wrong:
            return None
        right = [check.name for check in self.checks if check.ok]
        praise = f"{', '.join(right)} right; " if right else ""
        return f"{praise}{', '.join(check.name for check in wrong)} wrong: {wrong[0].says}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the reader of a token wants of it; what is None is not compared. `now`: seconds since the epoch."""

    kind: TokenKind | None = None
    issuer: str | None = None
    audience: str | None = None
    scope: str | None = None
    nonce: str | None = None
    request_id: str | None = None
    now: float | None = None


def examine(universe: Universe, world: World, token: str, expected: Expected) -> Report:
    """Walk the checks of this token as a reader in this world would."""
    report = Report(expected.kind)
    try:
        parts = parts_of(token)
    except ValueError as broken:
        report.checks.append(Check("shape", False, str(broken)))
        return report
    report.header, report.claims = parts.header, parts.claims
    kind = report.kind = expected.kind or _guess(parts)
    report.checks.append(Check("shape", True, "a compact JWS: three parts in canonical base64url, two of them JSON"))
    report.checks += _header(parts.header, kind)
    report.checks += _signature(universe, world, parts, kind)
    report.checks += _claims(world, parts.claims, kind, expected)
    return report


def _guess(parts: Parts) -> TokenKind:
    if kind := _TYPES.get(str(parts.header.get("typ")).lower()):
        return kind
    claims = parts.claims
    if "document_type" in claims:
        return "document"
    if claims.get("iss") is not None and claims.get("iss") == claims.get("sub"):
        return "client_assertion"
    return "access_token" if "scope" in claims else "id_token"


# The header and the signature


def _header(header: dict[str, Any], kind: TokenKind) -> Iterator[Check]:
    alg, allowed = header.get("alg"), ALGORITHMS if kind == "client_assertion" else ("ES256",)
    if alg in allowed:
        yield Check("alg", True, f"{alg}")
    elif str(alg).lower() == "none":
        yield Check("alg", False, "none: nobody has signed this; a reader who accepts it accepts anything")
    elif str(alg).startswith("HS"):
        yield Check(
            "alg", False, f"{alg}: a shared secret, where {allowed[0]} is agreed; its key may be the public one"
        )
    else:
        yield Check("alg", False, f"{_short(alg)}, where {' or '.join(allowed)} is agreed")
    wanted = next((typ for typ, of in _TYPES.items() if of == kind), None)
    typ = header.get("typ")
    if wanted is not None:
        right = isinstance(typ, str) and typ.lower() == wanted
        yield Check(
            "typ", right, wanted if right else f"{_short(typ)}, where {wanted} is agreed: another kind of token"
        )
    if "crit" in header:
        yield Check("crit", False, "names extensions that must be understood, and none is")


def _signature(universe: Universe, world: World, parts: Parts, kind: TokenKind) -> Iterator[Check]:
    foreign = {"client_assertion": ("client", _client_keys), "result": ("issuer", _issuer_keys)}
    whose, of = foreign.get(kind, ("", None))
    known = dict(of(world, parts) if of else _own_keys(world, kind))
    kid = parts.header.get("kid")
    named = {where: jwk for where, jwk in known.items() if jwk.get("kid") == kid}
    if kid is None and kind == "client_assertion":
        yield Check("kid", None, "left out: every key of the client is tried")
    elif not named:
        published = f"the {whose}'s keys" if whose else "the published keys"
        yield Check("kid", False, f"{_short(kid)} is none of {published}; {_elsewhere(universe, kid)}")
    else:
        yield Check("kid", True, next(iter(named)))
    alg = str(parts.header.get("alg"))
    maker = next((where for where, jwk in known.items() if _made(jwk, alg, parts)), None)
    if maker:
        yield Check("signature", True, f"made by {maker}")
    else:
        yield Check("signature", False, _why_not(universe, world, parts, known))


def _own_keys(world: World, kind: TokenKind) -> Iterator[tuple[str, dict[str, Any]]]:
    if kind not in _MESSAGES:
        yield "the key that signs tokens", world.keys.tokens.jwk
        yield "the key that signs the tokens of officers", world.keys.staff.jwk
        return
    present, *before = world.keys.published()
    yield "the key that signs documents", present.jwk
    for key in before:
        yield "the key that signed documents until the last rotation", key.jwk


def _client_keys(world: World, parts: Parts) -> Iterator[tuple[str, dict[str, Any]]]:
    client = world.state.clients.get(str(parts.claims.get("iss")))
    for number, jwk in enumerate(client.jwks if client else (), 1):
        yield f"key {number} of the client", jwk


def _issuer_keys(world: World, parts: Parts) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, jwk in enumerate(world.state.issuers.get(str(parts.claims.get("iss")), ()), 1):
        yield f"key {number} of the issuer", jwk


def _made(jwk: dict[str, Any], alg: str, parts: Parts) -> bool:
    try:
        key: PublicKey = public_key(jwk)
    except ValueError:
        return False
    return fits(key, alg, parts.signature, parts.signed)


def _made_keys(world: World) -> Iterable[tuple[str, Key]]:
    """The keys a world has made so far; asking for them here makes none."""
    return ((name, key) for name, key in vars(world.keys).items() if isinstance(key, Key))


def _elsewhere(universe: Universe, kid: object) -> str:
    for world in universe.worlds.values():
        for name, key in _made_keys(world):
            if key.kid == kid:
                return f"it is the key {name} of the world {world.name}"
    return "nor any other key of this sandbox"


def _why_not(universe: Universe, world: World, parts: Parts, known: dict[str, dict[str, Any]]) -> str:
    if not parts.signature:
        return "there is none"
    if str(parts.header.get("alg")).startswith("HS"):
        for where, jwk in known.items():
            secret = compact_json({**jwk})
            if hmac.compare_digest(hmac.digest(secret, parts.signed, "sha256"), parts.signature):
                return f"an HMAC under the public text of {where}: anybody can make it"
        return "an HMAC under a secret nobody here knows"
    for other in universe.worlds.values():
        for name, key in _made_keys(other):
            if _made(key.jwk, "ES256", parts):
                return f"made by the key {name} of the world {other.name}, which does not vouch for this token here"
    if parts.header.get("alg") == "ES256" and len(parts.signature) != 64:
        form = " (it is DER; JWS wants r and s, 32 bytes each)" if parts.signature[:1] == b"\x30" else ""
        return f"{len(parts.signature)} bytes, where ES256 has 64{form}"
    if not known:
        return "there is no key to check it with: the client is unknown here, or has registered none"
    return "fits no key: the header, the payload or the signature was changed after signing"


# The claims


def _claims(world: World, claims: dict[str, Any], kind: TokenKind, expected: Expected) -> Iterator[Check]:
    if kind == "result":
        yield from _of_result(world, claims)
        return
    yield _issuer(world, claims, kind, expected)
    yield _audience(world, claims, kind, expected)
    yield from _times(world, claims, kind, expected)
    match kind:
        case "document":
            yield from _of_document(claims, expected)
        case "presentation":
            yield _compared("request_id", claims.get("request_id"), expected.request_id, "the question that was asked")
        case "access_token":
            yield from _of_access_token(world, claims, expected)
        case "id_token":
            yield _compared("nonce", claims.get("nonce"), expected.nonce, "the nonce that was sent")
        case "client_assertion":
            yield from _of_assertion(claims)


def _issuer(world: World, claims: dict[str, Any], kind: TokenKind, expected: Expected) -> Check:
    issuer = claims.get("iss")
    if kind == "client_assertion":
        known = isinstance(issuer, str) and issuer in world.state.clients
        return Check("iss", known, "a client of this world" if known else "iss is the client_id; no such client here")
    if expected.issuer is not None:
        return _compared("iss", issuer, expected.issuer, "the issuer that was expected")
    ends = (
        (f"/w/{world.name}", f"/w/{world.name}/staff") if kind in ("id_token", "access_token") else f"/w/{world.name}"
    )
    here = isinstance(issuer, str) and issuer.endswith(ends)
    return Check(
        "iss", here, "this world" if here else f"an issuer here ends in /w/{world.name}; this is {_short(issuer)}"
    )


def _audience(world: World, claims: dict[str, Any], kind: TokenKind, expected: Expected) -> Check:
    audience = claims.get("aud")
    if expected.audience is not None:
        several = audience if kind != "access_token" and isinstance(audience, list) else []
        if expected.audience in several:
            return Check("aud", True, expected.audience)
        return _compared("aud", audience, expected.audience, "what is wanted here")
    if kind == "client_assertion":
        texts = audience if isinstance(audience, list) else [audience]
        here = any(isinstance(text, str) and f"/w/{world.name}" in text for text in texts)
        return Check("aud", here, "this world" if here else f"aud is the issuer, which ends in /w/{world.name}")
    if kind in (*_MESSAGES, "id_token"):
        known = isinstance(audience, str) and audience in world.state.clients
        return Check("aud", known, _short(audience) if known else f"{_short(audience)} is no client of this world")
    return Check("aud", None, f"opens {_short(audience)}; say which audience you expect to have it compared")


def _times(world: World, claims: dict[str, Any], kind: TokenKind, expected: Expected) -> Iterator[Check]:
    now = expected.now if expected.now is not None else time() if kind in _MESSAGES else world.now()
    clock = "the real clock" if kind in _MESSAGES else "the world's clock"
    issued, expires, starts = (_number(claims, name) for name in ("iat", "exp", "nbf"))
    if expires is None:
        yield Check("exp", False, "missing, or no number of seconds")
    else:
        yield Check("exp", now < expires, f"{_apart(expires, now)} by {clock}")
        if kind == "client_assertion" and expires > now + ASSERTION_LIFETIME:
            yield Check("life", False, f"longer than {ASSERTION_LIFETIME} seconds")
    begins = [moment for moment in (issued, starts) if moment is not None]
    if begins:
        yield Check("iat", max(begins) <= now + _EARLY, f"{_apart(max(begins), now)} by {clock}")
    elif kind != "client_assertion":
        yield Check("iat", False, "missing, or no number of seconds")
    if kind in _MESSAGES and issued is not None:
        old = now - issued > _OLD + _EARLY
        yield Check("age", not old, "an old message: it may be replayed" if old else "new")


def _of_document(claims: dict[str, Any], expected: Expected) -> Iterator[Check]:
    yield _compared("request_id", claims.get("request_id"), expected.request_id, "the question that was asked")
    holder = claims.get("holder")
    kind, holder_id = (holder.get("kind"), holder.get("id")) if isinstance(holder, dict) else (None, None)
    if kind not in ("person", "organization") or not isinstance(holder_id, str):
        yield Check("holder", False, "holder is {kind, id}, and whose document it is")
        return
    problem = id_problem(kind, holder_id)
    yield Check("holder", problem is None, problem or f"a well-formed id of a {kind}")
    level = claims.get("account_level")
    enough = kind == "organization" or (isinstance(level, int) and level >= FULL_IDENTITY_LEVEL)
    yield Check("account_level", enough, f"{_short(level)}; documents are shown from level {FULL_IDENTITY_LEVEL} on")


def _of_result(world: World, claims: dict[str, Any]) -> Iterator[Check]:
    known = isinstance(issuer := claims.get("iss"), str) and issuer in world.state.issuers
    yield Check("iss", known, "an issuer of this world" if known else f"{_short(issuer)} is no issuer of this world")
    try:
        told = results.claims_of(claims)
    except results.BadResult as bad:
        yield Check("claims", False, bad.says)
        return
    yield Check("claims", True, "all there, and in form")
    before = world.state.results.known.get((told.iss, told.jti))
    if before is not None:
        newer = told.version > before.claims.version
        yield Check("version", newer or None, f"{told.version}; the wallet has {before.claims.version}")


def _of_access_token(world: World, claims: dict[str, Any], expected: Expected) -> Iterator[Check]:
    client = claims.get("client_id")
    known = isinstance(client, str) and client in world.state.clients
    yield Check("client", known, _short(client) if known else f"{_short(client)} is no client of this world")
    scope = claims.get("scope")
    scopes = scope.split(" ") if isinstance(scope, str) else []
    if expected.scope is None:
        yield Check("scope", None, f"{_short(scope)}; say which scope you expect to have it compared")
    else:
        held = expected.scope in scopes
        yield Check("scope", held, f"{_short(scope)}" if held else f"{_short(scope)}, where {expected.scope} is wanted")


def _of_assertion(claims: dict[str, Any]) -> Iterator[Check]:
    same = claims.get("sub") is not None and claims.get("sub") == claims.get("iss")
    yield Check("sub", same, "the client_id, as iss" if same else "iss and sub are both the client_id")
    jti = claims.get("jti")
    named = isinstance(jti, str) and 1 <= len(jti) <= 200
    yield Check("jti", named, "there; it may be used once" if named else "a text of 1 to 200 characters, used once")


def _compared(name: str, found: object, wanted: str | None, what: str) -> Check:
    if wanted is None:
        return Check(name, None, f"{_short(found)}; say what you expect to have it compared")
    if found == wanted:
        return Check(name, True, what)
    return Check(name, False, f"{_short(found)}, where {_short(wanted)} is {what}")


def _number(claims: dict[str, Any], name: str) -> float | None:
    moment = claims.get(name)
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not abs(moment) < FAR:
        return None
    return float(moment)


def _apart(moment: float, now: float) -> str:
    seconds = round(moment - now)
    return f"{-seconds} seconds ago" if seconds < 0 else f"in {seconds} seconds"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 100 else f"{text[:100]}…"
