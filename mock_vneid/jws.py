"""Signing and checking compact JWS with ES256 (RFC 7515, RFC 7518), straight on `cryptography`."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic_core import from_json

_ALGORITHM = ec.ECDSA(SHA256())
LONGEST = 64 * 1024  # characters of a token that is taken apart

_COORDINATE = 32  # bytes of a P-256 number


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """Strict base64url without padding; ValueError for anything else, a second spelling of the same bytes included."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except Base64Error as error:
        raise ValueError("not base64url") from error
    if b64(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


def read_json(text: bytes) -> Any:
    """What a stranger's JSON says. ValueError for what cannot be sent on: NaN, half a surrogate pair, endless depth."""
    return from_json(text, allow_inf_nan=False)


def compact_json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a number of more than 64 bits, in what people put by hand
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Key:
    """A P-256 signing key; `kid` is its RFC 7638 thumbprint, so that a new key never answers to an old name."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        numbers = self._private.public_key().public_numbers()
        self._public = self._private.public_key()
        point = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64(numbers.x.to_bytes(_COORDINATE, "big")),
            "y": b64(numbers.y.to_bytes(_COORDINATE, "big")),
        }
        self.kid = b64(sha256(compact_json(point)).digest())
        self.jwk = {**point, "kid": self.kid, "use": "sig", "alg": "ES256"}
        self._headers: dict[str, str] = {}

    def _header(self, typ: str) -> str:
        if typ not in self._headers:
            self._headers[typ] = b64(compact_json({"alg": "ES256", "kid": self.kid, "typ": typ}))
        return self._headers[typ]

    def sign(self, typ: str, claims: dict[str, Any], *, spoil: bool = False, kid: str | None = None) -> str:
        """A compact JWS of the claims; `spoil` alters the signature's last bytes, `kid` gives the key another name."""
        header = b64(compact_json({"alg": "ES256", "kid": kid, "typ": typ})) if kid else self._header(typ)
        signed = f"{header}.{b64(compact_json(claims))}"
        signature = self.sign_bytes(signed.encode("ascii"))
        if spoil:
            signature = signature[:-2] + bytes(byte ^ 0xFF for byte in signature[-2:])
        return f"{signed}.{b64(signature)}"

    def sign_bytes(self, text: bytes) -> bytes:
        """The signature alone, as JWS and HTTP Message Signatures write it: 64 bytes."""
        r, s = decode_dss_signature(self._private.sign(text, _ALGORITHM))
        return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")

    def read(self, token: str, typ: str) -> dict[str, Any]:
        """The claims of a token this key signed as `typ`. ValueError, saying which check failed, for any other text."""
        head, _, rest = token.partition(".")
        if head != self._header(typ):  # nothing of a stranger's token is parsed
            raise ValueError("the token was not issued here, or is no access token")
        body, _, tail = rest.partition(".")
        try:
            signature, signed = unb64(tail), f"{head}.{body}".encode("ascii")
        except ValueError as error:
            raise ValueError("the token is not a compact JWS") from error
        if len(signature) != 2 * _COORDINATE:
            raise ValueError("the signature of the token has a wrong length")
        r, s = (int.from_bytes(half, "big") for half in (signature[:_COORDINATE], signature[_COORDINATE:]))
        try:
            self._public.verify(encode_dss_signature(r, s), signed, _ALGORITHM)
        except InvalidSignature as error:
            raise ValueError("the signature of the token does not match") from error
        claims: dict[str, Any] = read_json(unb64(body))
        return claims


class Parts(NamedTuple):
    """A compact JWS taken apart, not verified; `signed` are the bytes the signature is of."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signature: bytes
    signed: bytes


def parts_of(token: str) -> Parts:
    """ValueError, saying what is out of form, for anything but a compact JWS."""
    if len(token) > LONGEST:
        raise ValueError(f"the token is longer than {LONGEST} characters")
    pieces = token.split(".")
    if len(pieces) != 3:
        raise ValueError(f"a compact JWS has three parts with dots between them; this has {len(pieces)}")
    head, body, tail = pieces
    if not head or not body:
        raise ValueError("the header or the payload is empty")
    try:
        signature = unb64(tail)
    except ValueError as error:
        raise ValueError(f"the signature is {error}") from None
    return Parts(_object(head, "header"), _object(body, "payload"), signature, f"{head}.{body}".encode())


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = read_json(unb64(text))
    except ValueError as error:
        raise ValueError(f"the {what} is not canonical base64url of JSON, unpadded") from error
    if not isinstance(found, dict):
        raise ValueError(f"the {what} is no JSON object")
    return found
