"""The one strict door for signatures: the only module that imports python-jose.

The library is asked for one thing: does this signature fit this key. On its own it ignores `crit`, `b64` and `kid`,
takes padded and non-canonical base64url, duplicate names, any `typ`, a list as audience and a string as `exp`, and lets
OverflowError and RecursionError out. All of that is settled here, around it (RFC 7515, 7519, 7493, 8725, 9068).

A token is a compact JWS whose header is exactly `alg`, `kid`, `typ`. A signature is no identity: beside every ECDSA
signature (r, s) its twin (r, n - s) fits too, so "seen before?" is asked of `jti` or a document id, never of a token.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jose import jwk, jws
from jose.backends import ECKey
from jose.backends.base import Key
from jose.exceptions import JOSEError

if ECKey.__module__ != "jose.backends.cryptography_backend":
    # Without it the library falls back in silence to pure Python `ecdsa`, which leaks keys by timing (CVE-2024-23342).
    raise RuntimeError("python-jose has no cryptography backend: install python-jose[cryptography]")

Algorithm = Literal["ES256", "HS256"]

MAX_TOKEN = 16 * 1024
MAX_DOCUMENT = 64 * 1024
"""Longest token, longest signed document, in characters."""
MAX_KEY_SET = 64 * 1024
MAX_KEYS = 16
MAX_DEPTH = 8
"""Objects and arrays inside one another, the outermost counted."""
MIN_SECRET = 32
"""Bytes of an HMAC secret: RFC 7518 §3.2 wants at least the hash's own length."""
MAX_LEEWAY = 60

_HEADER_NAMES = {"alg", "kid", "typ"}
_PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_KID = re.compile(r"[!-~]{1,64}")
_SUBJECT_LENGTH = 255
_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that `datetime` can carry
_EXACT_INTEGER = 2**53 - 1  # RFC 7493 §2.2: beyond this, readers of JSON disagree about the value
_BROKEN_TEXT = re.compile("[\0\ud800-\udfff]")
_BROKEN_TEXT_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class Cause(StrEnum):
    """Why a token or a key set was refused; stable, fit for logs and for the cause of a lookup."""

    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    BAD_ENCODING = "bad_encoding"
    BAD_JSON = "bad_json"
    DUPLICATE_NAME = "duplicate_name"
    TOO_DEEP = "too_deep"
    HEADER_NOT_ALLOWED = "header_not_allowed"
    WRONG_ALG = "wrong_alg"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_TYPE = "wrong_type"
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    BAD_CLAIM = "bad_claim"
    LIFE_TOO_LONG = "life_too_long"
    NOT_YET_VALID = "not_yet_valid"
    STALE = "stale"
    EXPIRED = "expired"
    BAD_KEY_SET = "bad_key_set"


class Refused(Exception):
    """A token or a key set was not taken. Says why, and nothing of what was in it."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Expectation:
    """What one issuer's tokens for one purpose must look like. Times are in seconds, lengths in characters.

    `max_life` bounds `exp - iat`; `max_age`, when given, bounds the time since `iat` (older: `stale`); `leeway` is the
    difference of clocks allowed on every time. `required` names claims that must be there, each with its JSON type
    (`str`, `int`, `dict`, …; a bool is no int); `iss`, `aud`, `iat` and `exp` always are.
    """

    issuer: str
    audience: str
    typ: str
    alg: Algorithm
    max_life: int
    max_age: int | None = None
    max_length: int = MAX_TOKEN
    leeway: int = MAX_LEEWAY
    required: Mapping[str, type] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.issuer and self.audience and self.typ) or self.alg not in ("ES256", "HS256"):
            raise ValueError("an expectation names an issuer, an audience, a type and a known algorithm")
        if not (0 <= self.leeway <= MAX_LEEWAY and self.max_life > 0 and 0 < self.max_length <= MAX_DOCUMENT):
            raise ValueError("an expectation's leeway, life or length is out of bounds")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of our own, made once. Its name goes into the header of what it signs."""

    kid: str
    alg: Algorithm
    key: Key = field(repr=False)

    @classmethod
    def from_secret(cls, kid: str, secret: bytes) -> Self:
        """For HS256. Raises ValueError for a secret under 32 bytes or in the form of a public key or certificate."""
        if len(secret) < MIN_SECRET:
            raise ValueError(f"an HMAC secret has at least {MIN_SECRET} bytes")
        return cls(_own_kid(kid), "HS256", _own_key(secret, "HS256"))

    @classmethod
    def from_pem(cls, kid: str, pem: bytes) -> Self:
        """For ES256, from an unencrypted private key on P-256. Raises ValueError for anything else."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            private = None
        on_p256 = isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1)
        if not on_p256:
            raise ValueError("not an unencrypted P-256 private key in PEM")
        return cls(_own_kid(kid), "ES256", _own_key(pem, "ES256"))

    @classmethod
    def named_by_itself(cls, pem: bytes) -> Self:
        """As `from_pem`, under the key's own thumbprint (RFC 7638): another key never bears its name."""
        unnamed = cls.from_pem("-", pem)
        point = unnamed.key.public_key().to_dict()
        members = {name: point[name] for name in ("crv", "kty", "x", "y")}
        digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
        return replace(unnamed, kid=base64.urlsafe_b64encode(digest).rstrip(b"=").decode())

    def jwk(self) -> dict[str, str]:
        """The public half of an ES256 key as a JWK (RFC 7517): what those need who verify."""
        if self.alg != "ES256":
            raise ValueError("this key has no public half")
        point = self.key.public_key().to_dict()
        shown = {name: str(point[name]) for name in ("kty", "crv", "x", "y")}
        return {**shown, "kid": self.kid, "use": "sig", "alg": self.alg}


class KeyRing:
    """Keys that verify, each made once, found by exact name and algorithm."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Mapping[tuple[str, Algorithm], Key]) -> None:
        self._keys = dict(keys)

    def find(self, kid: str, alg: Algorithm) -> Key | None:
        return self._keys.get((kid, alg))

    @classmethod
    def of(cls, *keys: SigningKey) -> Self:
        """The keys that verify what these sign: one, or two while one replaces the other."""
        if len({key.kid for key in keys}) != len(keys):
            raise ValueError("two keys of one name")
        return cls({(k.kid, k.alg): k.key.public_key() if k.alg == "ES256" else k.key for k in keys})

    @classmethod
    def from_jwks(cls, document: bytes) -> Self:
        """The ES256 keys of a JWK set (RFC 7517) as it came over the wire, at most 64 KiB and 16 keys.

        Keys of other kinds or uses are passed over. A set is refused whole if it shows a private part, repeats a `kid`,
        leaves out `kid`, `use`, `kty` or `alg`, holds no ES256 key or one that is no point of P-256.
        Raises Refused.
        """
        if len(document) > MAX_KEY_SET:
            raise Refused(Cause.TOO_LONG)
        members = _object(document).get("keys")
        if not isinstance(members, list) or len(members) > MAX_KEYS:
            raise Refused(Cause.BAD_KEY_SET)
        seen: set[str] = set()
        keys: dict[tuple[str, Algorithm], Key] = {}
        for member in members:
            if not isinstance(member, dict) or not member.keys().isdisjoint(_PRIVATE_MEMBERS):
                raise Refused(Cause.BAD_KEY_SET)
            kid, use, kty, alg = (member.get(name) for name in ("kid", "use", "kty", "alg"))
            if not (isinstance(kid, str) and _KID.fullmatch(kid) and kid not in seen):
                raise Refused(Cause.BAD_KEY_SET)
            if not (isinstance(use, str) and isinstance(kty, str) and isinstance(alg, str)):
                raise Refused(Cause.BAD_KEY_SET)
            seen.add(kid)
            if (use, kty, alg) == ("sig", "EC", "ES256"):
                keys[kid, "ES256"] = _public_key(member)
        if not keys:
            raise Refused(Cause.BAD_KEY_SET)
        return cls(keys)


def verify(token: str, keys: KeyRing, expect: Expectation, now: int) -> Mapping[str, object]:
    """The claims of a token that is all it is expected to be at `now` (seconds since 1970).

    Raises Refused, whatever the input. On `unknown_key` the caller may fetch the issuer's keys anew, once and not
    often: until then the name is only the sender's word.
    """
    claims = _signed(token, keys, expect.typ, expect.alg, expect.max_length)
    _check_claims(claims, expect, now)
    return claims


def verify_statement(token: str, keys: KeyRing, issuer: str, typ: str) -> Mapping[str, object]:
    """The claims of what was signed to be kept (ES256, at most 64 KiB): it is for nobody alone and has no end, so only
    who said it is looked at. Raises Refused, whatever the input.
    """
    claims = _signed(token, keys, typ, "ES256", MAX_DOCUMENT)
    if claims.get("iss") != issuer:
        raise Refused(Cause.WRONG_ISSUER)
    return claims


def _signed(token: str, keys: KeyRing, typ: str, alg: Algorithm, max_length: int) -> dict[str, object]:
    # What stands where a token should may come out of someone's JSON, as anything.
    if not isinstance(token, str) or not token.isascii():
        raise Refused(Cause.MALFORMED)
    if len(token) > max_length:
        raise Refused(Cause.TOO_LONG)
    segments = token.split(".", 3)
    if len(segments) != 3:
        raise Refused(Cause.MALFORMED)
    octets, payload, signature = map(_octets, segments)

    header = _object(octets)
    kid = header.get("kid")
    # No list of forbidden names (`crit`, `b64`, `zip`, `jwk`, `jku`, `x5c`, `x5u`, …): only what is known may stand.
    if header.keys() != _HEADER_NAMES or not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise Refused(Cause.HEADER_NOT_ALLOWED)
    if header["alg"] != alg:
        raise Refused(Cause.WRONG_ALG)
    key = keys.find(kid, alg)
    if key is None:
        raise Refused(Cause.UNKNOWN_KEY)
    # The key's own `verify`, not `jws.verify`, which would decode the three segments again. And before the payload is
    # parsed: nobody but the issuer gets that far.
    if not _fits(key, token.rpartition(".")[0].encode(), signature):
        raise Refused(Cause.BAD_SIGNATURE)
    if header["typ"] != typ:
        raise Refused(Cause.WRONG_TYPE)
    return _object(payload)


def sign(claims: Mapping[str, object], key: SigningKey, typ: str) -> str:
    """A compact JWS over the claims as JSON, with the header `alg`, `kid`, `typ`. NaN raises ValueError."""
    payload = json.dumps(claims, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return sign_octets(payload, key, typ)


def sign_octets(payload: bytes, key: SigningKey, typ: str) -> str:
    """The same over these very bytes: for what is published, and verified for as long as it is kept."""
    return jws.sign(payload, key.key, headers={"kid": key.kid, "typ": typ}, algorithm=key.alg)


def _check_claims(claims: Mapping[str, object], expect: Expectation, now: int) -> None:
    # Compared as strings: a list that holds ours beside others is not for us.
    if claims.get("iss") != expect.issuer:
        raise Refused(Cause.WRONG_ISSUER)
    if claims.get("aud") != expect.audience:
        raise Refused(Cause.WRONG_AUDIENCE)
    issued, expires = _time(claims, "iat"), _time(claims, "exp")
    starts = _time(claims, "nbf") if "nbf" in claims else issued
    if expires <= issued:
        raise Refused(Cause.BAD_CLAIM)
    if expires - issued > expect.max_life:
        raise Refused(Cause.LIFE_TOO_LONG)
    if max(issued, starts) > now + expect.leeway:
        raise Refused(Cause.NOT_YET_VALID)
    # Before `expired`, since an old message is both, and that it is old says more.
    if expect.max_age is not None and now - issued > expect.max_age + expect.leeway:
        raise Refused(Cause.STALE)
    if now >= expires + expect.leeway:
        raise Refused(Cause.EXPIRED)
    for name in claims.keys() & {"sub", "jti"}:
        value = claims[name]
        if not isinstance(value, str) or not 0 < len(value) <= _SUBJECT_LENGTH:
            raise Refused(Cause.BAD_CLAIM)
    for name, shape in expect.required.items():
        if type(claims.get(name)) is not shape:
            raise Refused(Cause.BAD_CLAIM)


def _time(claims: Mapping[str, object], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 < value <= _LAST_SECOND:
        raise Refused(Cause.BAD_CLAIM)
    return value


def _octets(segment: str) -> bytes:
    """Unpadded base64url in its one canonical spelling: decoding takes many, so the answer is encoded back."""
    try:
        octets = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        octets = b""  # which is not what stands there
    if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != segment:
        raise Refused(Cause.BAD_ENCODING)
    return octets


def _object(octets: bytes) -> dict[str, object]:
    """One JSON object that every reader understands alike (RFC 7493) and every database can store."""
    try:
        value = _JSON.decode(octets.decode())
    except (ValueError, RecursionError):
        value = None  # refused below, not here: such an error carries the text it failed on, and would go along
    if not isinstance(value, dict):
        raise Refused(Cause.BAD_JSON)
    # The walk is for the few that may need it.
    if octets.count(b"{") + octets.count(b"[") > MAX_DEPTH or _BROKEN_TEXT_ESCAPED.search(octets):
        _walk(value)
    return value


def _walk(value: object) -> None:
    """Level by level, without recursion: not too deep, and no text with NUL or half a surrogate pair."""
    level, depth = [value], 0
    while level:
        inside: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inside += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                inside += item
            elif isinstance(item, str) and _BROKEN_TEXT.search(item):
                raise Refused(Cause.BAD_JSON)
            if depth >= MAX_DEPTH and isinstance(item, dict | list):
                raise Refused(Cause.TOO_DEEP)
        level, depth = inside, depth + 1


def _unique_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(Cause.DUPLICATE_NAME)
    return found


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > _EXACT_INTEGER:
        raise ValueError("integer out of range")
    return value


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("number out of range")
    return value


def _constant(name: str) -> float:
    raise ValueError("not JSON")  # NaN, Infinity, -Infinity


_JSON = json.JSONDecoder(
    object_pairs_hook=_unique_names, parse_int=_integer, parse_float=_number, parse_constant=_constant
)


def _fits(key: Key, message: bytes, signature: bytes) -> bool:
    try:
        return key.verify(message, signature)
    except Exception:  # noqa: BLE001 - the library lets out whatever happens inside; for a token it all means one thing
        return False


def _public_key(member: Mapping[str, object]) -> Key:
    x, y = member.get("x"), member.get("y")
    # 43 characters are 32 bytes: a coordinate of P-256, leading zeros written out (RFC 7518 §6.2.1.2).
    if member.get("crv") == "P-256" and isinstance(x, str) and isinstance(y, str) and len(x) == len(y) == 43:
        _octets(x), _octets(y)
        key = _construct({"kty": "EC", "crv": "P-256", "x": x, "y": y}, "ES256")
        if key is not None:
            return key
    raise Refused(Cause.BAD_KEY_SET)


def _own_kid(kid: str) -> str:
    if not _KID.fullmatch(kid):
        raise ValueError("a key's name is 1 to 64 visible ASCII characters")
    return kid


def _own_key(material: bytes, alg: Algorithm) -> Key:
    key = _construct(material, alg)
    if key is None:
        raise ValueError(f"not a key for {alg}")
    return key


def _construct(material: bytes | dict[str, object], alg: Algorithm) -> Key | None:
    try:
        return jwk.construct(material, alg)
    except (JOSEError, ValueError):  # a PEM as a secret; a point off the curve
        return None
