"""Signed documents as faults of cryptography make them: what a verifier must refuse, each wrong in one thing only."""

import hmac
from hashlib import sha256
from typing import Any

from mock_vneid.faults import Struck
from mock_vneid.jws import Key, b64, compact_json
from mock_vneid.keys import Keys

_HOUR = 3600
_PAST = 100  # seconds since a message expired: longer than any leeway, shorter than it takes to be old


def signed(keys: Keys, typ: str, claims: dict[str, Any], struck: Struck, document_type: str | None) -> str:
    """A compact JWS of these claims, or of what the faults that strike this document make of them."""
    if not struck:
        return keys.documents.sign(typ, claims)
    claims = _altered(claims, struck, document_type)
    if struck.once("rotated_mid_flight", document_type):
        keys.rotate()
    key = keys.retired if struck.document("retired_key", document_type) else keys.documents
    if struck.document("alg_none", document_type):
        return unsigned(typ, claims)
    if struck.document("wrong_alg", document_type):
        return confused(key, typ, claims)
    kid = b64(sha256(key.kid.encode()).digest()) if struck.document("unknown_kid", document_type) else None
    return key.sign(typ, claims, spoil=struck.document("bad_signature", document_type), kid=kid)


def _altered(claims: dict[str, Any], struck: Struck, document_type: str | None) -> dict[str, Any]:
    claims = dict(claims)
    if struck.document("wrong_issuer", document_type):
        claims["iss"] = f"{claims['iss']}-another"
    if struck.document("wrong_audience", document_type):
        claims["aud"] = f"{claims['aud']}-another"
    life = claims["exp"] - claims["iat"]
    if struck.document("expired", document_type):
        ended = claims["iat"] - _PAST
        claims |= {"iat": ended - _PAST, "exp": ended}
    if struck.document("not_yet_valid", document_type):
        begins = claims["iat"] + _HOUR
        claims |= {"iat": begins, "exp": begins + life}
    return claims


def unsigned(typ: str, claims: dict[str, Any]) -> str:
    return f"{b64(compact_json({'alg': 'none', 'typ': typ}))}.{b64(compact_json(claims))}."


def confused(key: Key, typ: str, claims: dict[str, Any]) -> str:
    """HS256 under what everybody knows: the classic trap for who lets the token choose the algorithm."""
    header = b64(compact_json({"alg": "HS256", "kid": key.kid, "typ": typ}))
    text = f"{header}.{b64(compact_json(claims))}"
    return f"{text}.{b64(hmac.digest(compact_json(key.jwk), text.encode(), 'sha256'))}"
