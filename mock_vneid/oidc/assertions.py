"""JWTs by which clients prove who they are (`private_key_jwt`, RFC 7523 §3), checked one by one."""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mock_vneid.jws import read_json, unb64
from mock_vneid.oidc.logins import ASSERTION_LIFETIME
from mock_vneid.tokens import Client

ALGORITHMS = ("ES256", "PS256", "RS256")
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_EARLY = 60  # seconds by which a client's clock may run ahead of the world's
_LEAST_RSA = 2048
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def public_key(jwk: dict[str, Any]) -> PublicKey:
    """The key of a JWK: EC on P-256, or RSA of 2048 bits and more. ValueError, saying why, for anything else."""
    if any(name in jwk for name in _PRIVATE):
        raise ValueError("this is a private key: register the public one only")
    try:
        numbers = {name: int.from_bytes(unb64(jwk[name]), "big") for name in ("x", "y", "n", "e") if name in jwk}
        match jwk.get("kty"), jwk.get("crv"):
            case "EC", "P-256":
                return ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], ec.SECP256R1()).public_key()
            case "RSA", None:
                key = rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
                if key.key_size >= _LEAST_RSA:
                    return key
    except (ValueError, TypeError, KeyError) as broken:
        raise ValueError("the numbers of the key are missing, or are no key") from broken
    raise ValueError("a key is EC on P-256, or RSA of 2048 bits or more")


def _part(text: str, what: str) -> dict[str, Any]:
    try:
        part = read_json(unb64(text))
    except ValueError as broken:
        raise ValueError(f"the {what} of the assertion is not base64url of JSON") from broken
    if not isinstance(part, dict):
        raise ValueError(f"the {what} of the assertion is no JSON object")
    return part


def _split(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, signature, and the bytes that were signed."""
    head, _, rest = assertion.partition(".")
    body, _, tail = rest.partition(".")
    try:
        signature, signed = unb64(tail), f"{head}.{body}".encode("ascii")
    except ValueError as broken:
        raise ValueError("the assertion is not a compact JWS") from broken
    return _part(head, "header"), _part(body, "payload"), signature, signed


def fits(key: PublicKey, algorithm: str, signature: bytes, signed: bytes) -> bool:
    """Whether this key made this signature, as JWS write it (RFC 7518)."""
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            if algorithm != "ES256" or len(signature) != 64:
                return False
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
        elif algorithm == "PS256":
            key.verify(signature, signed, padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size), SHA256())
        elif algorithm == "RS256":
            key.verify(signature, signed, padding.PKCS1v15(), SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def issuer_of(assertion: str) -> str:
    """Who the assertion says it comes from, unproven. ValueError when it is out of form."""
    issuer = _split(assertion)[1].get("iss")
    if not isinstance(issuer, str):
        raise ValueError("the assertion lacks iss, the client_id")
    return issuer


def _moment(claims: dict[str, Any], name: str) -> float | None:
    moment = claims.get(name)
    if moment is not None and (isinstance(moment, bool) or not isinstance(moment, int | float)):
        raise ValueError(f"{name} of the assertion is no number of seconds")
    return moment


def verify(assertion: str, client: Client, audiences: tuple[str, ...], now: float) -> str:
    """The jti of an assertion that proves to be this client's; whether it was used before is for the caller to know.

    ValueError, naming the first check that failed.
    """
    header, claims, signature, signed = _split(assertion)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"the alg of the assertion is one of: {', '.join(ALGORITHMS)}")
    if "crit" in header:
        raise ValueError("the assertion has a crit header, of which nothing is known here")
    keys = [jwk for jwk in client.jwks if "kid" not in header or jwk.get("kid") == header["kid"]]
    if not keys:
        raise ValueError("the client has no key of this kid")
    if not any(fits(public_key(jwk), algorithm, signature, signed) for jwk in keys):
        raise ValueError("the signature of the assertion does not match a key of the client")
    if claims.get("iss") != client.id or claims.get("sub") != client.id:
        raise ValueError("iss and sub of the assertion are both the client_id")
    audience = claims.get("aud")
    if not any(known in (audience if isinstance(audience, list) else [audience]) for known in audiences):
        raise ValueError(f"aud of the assertion is the issuer, {audiences[0]}")
    expires, not_before, issued = (_moment(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is None:
        raise ValueError("the assertion lacks exp")
    if now >= expires:
        raise ValueError("the assertion has expired")
    if expires > now + ASSERTION_LIFETIME:
        raise ValueError(f"the assertion lives longer than {ASSERTION_LIFETIME} seconds")
    if max(not_before or 0, issued or 0) > now + _EARLY:
        raise ValueError("the assertion is of the future (iat or nbf)")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 200:
        raise ValueError("the assertion needs a jti of at most 200 characters")
    return jti
