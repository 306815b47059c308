"""Tokens that must not pass, each good in all but one thing.

Built by hand from `cryptography` and `hmac`: a library that makes tokens would refuse to make most of these. Where an
attack changes the text, the signature is made over the changed text, so that nothing but the check in question refuses.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.registries.jose import Cause

NOW = 1_800_000_000
ISSUER = "http://127.0.0.1:9000/w/default"
AUDIENCE = "motlan-tthc"
TYP = "vneid-document+jwt"
KID = "ky-2027"
OTHER_KID = "ky-2026"
ENCRYPTION_KID = "ma-hoa-2027"
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

KEY = ec.derive_private_key(0x1A2B3C4D5E6F, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(0x2B3C4D5E6F7A, ec.SECP256R1())
ENCRYPTION_KEY = ec.derive_private_key(0x3C4D5E6F7A8B, ec.SECP256R1())
ATTACKER = ec.derive_private_key(0x666666, ec.SECP256R1())
P384_KEY = ec.derive_private_key(0x4D5E6F7A8B9C, ec.SECP384R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)

HEADER = {"alg": "ES256", "kid": KID, "typ": TYP}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "giay-to",
    "jti": "9f2c",
    "iat": NOW - 10,
    "exp": NOW + 290,
    "full_name": "NGUYỄN VĂN AN",
}

Signer = Callable[[bytes], bytes]


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def to_json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def es256(message: bytes, key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    size = (key.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def by(key: ec.EllipticCurvePrivateKey) -> Signer:
    return lambda message: es256(message, key)


def rs256(message: bytes) -> bytes:
    return RSA_KEY.sign(message, padding.PKCS1v15(), hashes.SHA256())


def hs256(secret: bytes) -> Signer:
    return lambda message: hmac.digest(secret, message, hashlib.sha256)


def unsigned(_message: bytes) -> bytes:
    return b""


def sealed(header: str, payload: str, signer: Signer = es256) -> str:
    """Two segments as they stand, and the signature over exactly that."""
    return f"{header}.{payload}.{b64(signer(f'{header}.{payload}'.encode()))}"


def token(
    claims: Mapping[str, object] | bytes = CLAIMS,
    header: Mapping[str, object] | bytes = HEADER,
    signer: Signer = es256,
) -> str:
    header = header if isinstance(header, bytes) else to_json(header)
    claims = claims if isinstance(claims, bytes) else to_json(claims)
    return sealed(b64(header), b64(claims), signer)


def without(mapping: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in mapping.items() if name not in names}


def claims_with_raw(name: str, literal: str) -> bytes:
    """The good claims with one value written out as given: numbers that `json.dumps` would not write."""
    return to_json(without(CLAIMS, name))[:-1] + f',"{name}":{literal}}}'.encode()


def nested(depth: int) -> bytes:
    """Objects and arrays inside one another, the outermost counted."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def jwk(key: ec.EllipticCurvePrivateKey, kid: str, /, **changes: object) -> dict[str, Any]:
    """The public JWK; a change to None leaves the member out."""
    numbers = key.public_key().public_numbers()
    size = (key.key_size + 7) // 8
    member = {
        "kty": "EC",
        "crv": f"P-{key.key_size}",
        "x": b64(numbers.x.to_bytes(size, "big")),
        "y": b64(numbers.y.to_bytes(size, "big")),
        "kid": kid,
        "use": "sig",
        "alg": "ES256",
    } | changes
    return {name: value for name, value in member.items() if value is not None}


def jwks(*members: object) -> bytes:
    return to_json({"keys": list(members)})


KEY_SET = jwks(jwk(OTHER_KEY, OTHER_KID), jwk(KEY, KID), jwk(ENCRYPTION_KEY, ENCRYPTION_KID, use="enc"))


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def openssh(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


def private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes | None = None) -> bytes:
    protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def resigned(good: str, change: Callable[[bytes], bytes]) -> str:
    """The same token with the bytes of its signature changed."""
    body, _, signature = good.rpartition(".")
    return f"{body}.{b64(change(unb64(signature)))}"


def twin(signature: bytes) -> bytes:
    """(r, n - s): as valid as (r, s), for whoever holds no key at all."""
    s = int.from_bytes(signature[32:], "big")
    return signature[:32] + (ORDER_OF_P256 - s).to_bytes(32, "big")


def as_der(signature: bytes) -> bytes:
    halves = [half.lstrip(b"\0") for half in (signature[:32], signature[32:])]
    integers = [b"\0" + half if half[0] & 0x80 else half for half in halves]
    body = b"".join(bytes([2, len(integer)]) + integer for integer in integers)
    return bytes([0x30, len(body)]) + body


def uncanonical(segment: str) -> str:
    """The same bytes, written with stray bits in the last character."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = segment[:-1] + alphabet[alphabet.index(segment[-1]) + 1]
    assert unb64(changed) == unb64(segment)
    return changed


def ragged_payload() -> str:
    """The good claims, as a segment whose last character has bits to spare."""
    return next(s for s in (b64(to_json(CLAIMS | {"note": "x" * n})) for n in range(3)) if len(s) % 4)


class Attack(NamedTuple):
    family: str
    name: str
    token: str
    cause: Cause


def _attacks() -> Iterator[Attack]:
    head, body = b64(to_json(HEADER)), b64(to_json(CLAIMS))
    good = sealed(head, body)
    signature = good.rpartition(".")[2]
    # A payload whose segment has `-` and `_` in it.
    dashed = b64(to_json(CLAIMS | {"note": "~~~???>>>~~???>>>"}))
    assert set("-_") < set(dashed)

    def case(family: str, name: str, text: str, cause: Cause) -> Attack:
        return Attack(family, name, text, cause)

    for alg in ("none", "NoNe"):
        yield case("none", alg, token(header=HEADER | {"alg": alg}, signer=unsigned), Cause.WRONG_ALG)
    text = f"{b64(to_json(HEADER | {'alg': 'none'}))}.{body}.{signature}"
    yield case("none", "none with the old signature", text, Cause.WRONG_ALG)
    yield case("none", "signature stripped", f"{head}.{body}.", Cause.BAD_SIGNATURE)
    yield case("none", "two segments", f"{head}.{body}", Cause.MALFORMED)

    secrets = {
        "EC PEM": pem(KEY),
        "RSA PEM": pem(RSA_KEY),
        "OpenSSH EC": openssh(KEY),
        "PEM without the last newline": pem(KEY).rstrip(b"\n"),
        "empty secret": b"",
    }
    for name, secret in secrets.items():
        text = token(header=HEADER | {"alg": "HS256"}, signer=hs256(secret))
        yield case("hmac confusion", name, text, Cause.WRONG_ALG)

    forged = b64(to_json(CLAIMS | {"full_name": "TRẦN THỊ BÌNH"}))
    yield case("signature", "r = s = 0", resigned(good, lambda _: bytes(64)), Cause.BAD_SIGNATURE)
    yield case("signature", "DER form", resigned(good, as_der), Cause.BAD_SIGNATURE)
    yield case("signature", "payload changed", f"{head}.{forged}.{signature}", Cause.BAD_SIGNATURE)
    yield case("signature", "P-384 key", token(signer=by(P384_KEY)), Cause.BAD_SIGNATURE)
    yield case("signature", "RS256", token(header=HEADER | {"alg": "RS256"}, signer=rs256), Cause.WRONG_ALG)

    own = jwk(ATTACKER, KID)
    for name, value in {"jwk": own, "jku": "https://keys.example/jwks", "x5c": ["MIIB"]}.items():
        text = token(header=HEADER | {name: value}, signer=by(ATTACKER))
        yield case("header keys", name, text, Cause.HEADER_NOT_ALLOWED)

    yield case("crit", "unknown", token(header=HEADER | {"crit": ["moi"], "moi": 1}), Cause.HEADER_NOT_ALLOWED)
    yield case("crit", "empty", token(header=HEADER | {"crit": []}), Cause.HEADER_NOT_ALLOWED)
    text = token(header=HEADER | {"b64": False, "crit": ["b64"]})
    yield case("crit", "b64 false", text, Cause.HEADER_NOT_ALLOWED)

    yield case("kid", "path traversal", token(header=HEADER | {"kid": "../../dev/null"}), Cause.UNKNOWN_KEY)
    yield case("kid", "SQL", token(header=HEADER | {"kid": "x' OR '1'='1"}), Cause.HEADER_NOT_ALLOWED)

    yield case("jwks", "kid of another key", token(header=HEADER | {"kid": OTHER_KID}), Cause.BAD_SIGNATURE)
    yield case("jwks", "unknown kid", token(header=HEADER | {"kid": "ky-2019"}), Cause.UNKNOWN_KEY)
    yield case("jwks", "no kid", token(header=without(HEADER, "kid")), Cause.HEADER_NOT_ALLOWED)
    text = token(header=HEADER | {"kid": ENCRYPTION_KID}, signer=by(ENCRYPTION_KEY))
    yield case("jwks", "key for encryption", text, Cause.UNKNOWN_KEY)

    far = {"iat": NOW + 315_360_000, "exp": NOW + 315_360_300}
    yield case("time", "expired", token(CLAIMS | {"iat": NOW - 400, "exp": NOW - 100}), Cause.EXPIRED)
    yield case("time", "nbf in the future", token(CLAIMS | {"nbf": NOW + 200}), Cause.NOT_YET_VALID)
    yield case("time", "iat far in the future", token(CLAIMS | far), Cause.NOT_YET_VALID)
    yield case("time", "no exp", token(without(CLAIMS, "exp")), Cause.BAD_CLAIM)
    yield case("time", "exp as a string", token(CLAIMS | {"exp": str(NOW + 290)}), Cause.BAD_CLAIM)
    yield case("time", "exp 1e18", token(claims_with_raw("exp", "1e18")), Cause.BAD_CLAIM)
    yield case("time", "exp Infinity", token(claims_with_raw("exp", "Infinity")), Cause.BAD_JSON)
    yield case("time", "exp true", token(CLAIMS | {"exp": True}), Cause.BAD_CLAIM)
    yield case("time", "exp 1e400", token(claims_with_raw("exp", "1e400")), Cause.BAD_JSON)
    yield case("time", "exp of 5000 digits", token(claims_with_raw("exp", "9" * 5000)), Cause.BAD_JSON)

    yield case("claims", "no aud", token(without(CLAIMS, "aud")), Cause.WRONG_AUDIENCE)
    yield case("claims", "no iss", token(without(CLAIMS, "iss")), Cause.WRONG_ISSUER)
    yield case("claims", "wrong iss", token(CLAIMS | {"iss": ISSUER + "2"}), Cause.WRONG_ISSUER)
    yield case("claims", "wrong aud", token(CLAIMS | {"aud": "khac"}), Cause.WRONG_AUDIENCE)
    yield case("claims", "aud that begins like ours", token(CLAIMS | {"aud": AUDIENCE + ".evil"}), Cause.WRONG_AUDIENCE)
    yield case("claims", "iss list", token(CLAIMS | {"iss": [ISSUER]}), Cause.WRONG_ISSUER)
    yield case("claims", "aud list, ours and evil", token(CLAIMS | {"aud": [AUDIENCE, "evil"]}), Cause.WRONG_AUDIENCE)
    yield case("claims", "sub object", token(CLAIMS | {"sub": {"id": "giay-to"}}), Cause.BAD_CLAIM)
    yield case("claims", "jti number", token(CLAIMS | {"jti": 7}), Cause.BAD_CLAIM)

    text = token(to_json(CLAIMS)[:-1] + b',"sub":"khac"}')
    yield case("json", "duplicate sub", text, Cause.DUPLICATE_NAME)
    text = token(header=b'{"alg":"none",' + to_json(HEADER)[1:])
    yield case("json", "duplicate alg", text, Cause.DUPLICATE_NAME)
    yield case("json", "array as payload", token(b"[" + to_json(CLAIMS) + b"]"), Cause.BAD_JSON)
    yield case("json", "bad UTF-8", token(to_json(CLAIMS)[:-1] + b',"note":"\xff"}'), Cause.BAD_JSON)
    yield case("json", "payload 100,000 deep", token(nested(100_000)), Cause.TOO_LONG)
    yield case("json", "header 50,000 deep", token(header=nested(50_000)), Cause.TOO_LONG)
    yield case("json", "alg array", token(header=HEADER | {"alg": ["ES256"]}), Cause.WRONG_ALG)
    yield case("json", "no alg", token(header=without(HEADER, "alg")), Cause.HEADER_NOT_ALLOWED)

    ragged = ragged_payload()
    yield case("encoding", "padding", sealed(head, ragged + "=" * (-len(ragged) % 4)), Cause.BAD_ENCODING)
    text = sealed(head, dashed.replace("-", "+").replace("_", "/"))
    yield case("encoding", "the other alphabet", text, Cause.BAD_ENCODING)
    yield case("encoding", "newline", sealed(head, f"{body[:40]}\n{body[40:]}"), Cause.BAD_ENCODING)
    text = f"{head}.{body}.{uncanonical(signature)}"
    yield case("encoding", "stray bits in the last character", text, Cause.BAD_ENCODING)
    text = to_json({"protected": head, "payload": body, "signature": signature}).decode()
    yield case("encoding", "JSON serialization", text, Cause.MALFORMED)
    yield case("encoding", "five parts, like a JWE", f"{good}.{body}.{body}", Cause.MALFORMED)
    yield case("encoding", "1 MiB", token(CLAIMS | {"note": "x" * 786_432}), Cause.TOO_LONG)

    for typ in ("at+jwt", "logout+jwt"):
        yield case("typ", typ, token(header=HEADER | {"typ": typ}), Cause.WRONG_TYPE)


def _further_attacks() -> Iterator[Attack]:
    head, body = b64(to_json(HEADER)), b64(to_json(CLAIMS))
    good = sealed(head, body)
    signature = good.rpartition(".")[2]
    days = 86_400

    def header(name: str, value: Mapping[str, object] | bytes, cause: Cause = Cause.HEADER_NOT_ALLOWED) -> Attack:
        return Attack("header", name, token(header=value), cause)

    def claims(name: str, value: Mapping[str, object] | bytes, cause: Cause = Cause.BAD_CLAIM) -> Attack:
        return Attack("payload", name, token(value), cause)

    for name in ("cty", "zip", "x5u", "x5t", "x5t#S256", "epk", "apu", "ALG"):
        yield header(name, HEADER | {name: "x"})
    yield header("no typ", without(HEADER, "typ"))
    yield header("typ null", HEADER | {"typ": None}, Cause.WRONG_TYPE)
    yield header("typ in capitals", HEADER | {"typ": TYP.upper()}, Cause.WRONG_TYPE)
    yield header("typ with application/", HEADER | {"typ": f"application/{TYP}"}, Cause.WRONG_TYPE)
    yield header("alg in small letters", HEADER | {"alg": "es256"}, Cause.WRONG_ALG)
    yield header("alg null", HEADER | {"alg": None}, Cause.WRONG_ALG)
    for alg in ("ES384", "ES256K", "HS512", "EdDSA", "dir"):
        yield header(alg, HEADER | {"alg": alg}, Cause.WRONG_ALG)
    yield header("kid number", HEADER | {"kid": 1})
    yield header("kid empty", HEADER | {"kid": ""})
    yield header("kid of 65 characters", HEADER | {"kid": "k" * 65})
    yield header("kid beyond ASCII", HEADER | {"kid": "ký-2027"})
    yield header("kid with a newline", HEADER | {"kid": KID + "\n"})
    yield header("kid with NUL", HEADER | {"kid": KID + "\0"}, Cause.BAD_JSON)
    yield header("kid in capitals", HEADER | {"kid": KID.upper()}, Cause.UNKNOWN_KEY)
    yield header("array", b"[]", Cause.BAD_JSON)
    yield header("empty", b"", Cause.BAD_JSON)
    yield header("nested past the parser", nested(5000), Cause.BAD_JSON)
    yield header("nested past the cap", nested(9), Cause.TOO_DEEP)

    yield Attack("signature", "attacker's key", token(signer=by(ATTACKER)), Cause.BAD_SIGNATURE)
    yield Attack("signature", "RSA bytes under ES256", token(signer=rs256), Cause.BAD_SIGNATURE)
    n = ORDER_OF_P256.to_bytes(32, "big")
    for name, change in {
        "r = 0": lambda s: bytes(32) + s[32:],
        "s = n": lambda s: s[:32] + n,
        "halves swapped": lambda s: s[32:] + s[:32],
        "a byte short": lambda s: s[:-1],
        "a byte long": lambda s: s + b"\0",
        "twice": lambda s: s + s,
        "last bytes altered": lambda s: s[:-2] + bytes([s[-2] ^ 1, s[-1] ^ 1]),
    }.items():
        yield Attack("signature", name, resigned(good, change), Cause.BAD_SIGNATURE)

    yield Attack("detached", "payload left out", f"{head}..{signature}", Cause.BAD_SIGNATURE)
    other = token(CLAIMS | {"jti": "khac"})
    text = f"{head}.{other.split('.')[1]}.{signature}"
    yield Attack("detached", "payload of another document", text, Cause.BAD_SIGNATURE)
    yield Attack("detached", "an empty payload signed", sealed(head, ""), Cause.BAD_JSON)

    yield claims("a JWS inside a JWS", good.encode(), Cause.BAD_JSON)
    yield claims("a JWS inside a JSON string", to_json(good), Cause.BAD_JSON)
    yield claims("two objects", to_json(CLAIMS) * 2, Cause.BAD_JSON)
    yield claims("byte order mark", b"\xef\xbb\xbf" + to_json(CLAIMS), Cause.BAD_JSON)
    yield claims("UTF-16", json.dumps(CLAIMS).encode("utf-16"), Cause.BAD_JSON)
    yield claims("overlong UTF-8", to_json(CLAIMS)[:-1] + b',"note":"\xc0\xaf"}', Cause.BAD_JSON)
    yield claims("raw surrogate", to_json(CLAIMS)[:-1] + b',"note":"\xed\xa0\x80"}', Cause.BAD_JSON)
    yield claims("half a surrogate pair", claims_with_raw("note", r'"\ud83d"'), Cause.BAD_JSON)
    yield claims("the other half", claims_with_raw("note", r'"\uDE00\uD83D"'), Cause.BAD_JSON)
    yield claims("half a surrogate pair in a name", claims_with_raw("note", r'{"\uDfFf":1}'), Cause.BAD_JSON)
    yield claims("NUL", claims_with_raw("note", r'["a\u0000b"]'), Cause.BAD_JSON)
    yield claims("NaN", claims_with_raw("note", "NaN"), Cause.BAD_JSON)
    yield claims("-Infinity", claims_with_raw("note", "[-Infinity]"), Cause.BAD_JSON)
    yield claims("a number no double holds", claims_with_raw("note", "[-1e400]"), Cause.BAD_JSON)
    yield claims("an integer readers disagree about", claims_with_raw("note", "[9007199254740992]"), Cause.BAD_JSON)
    yield claims("duplicate name deep inside", claims_with_raw("note", '[{"a":1,"a":1}]'), Cause.DUPLICATE_NAME)
    yield claims("duplicate name, once escaped", claims_with_raw(r"\u0073ub", '"khac"'), Cause.DUPLICATE_NAME)
    yield claims("nested past the parser", claims_with_raw("note", "[" * 5000 + "]" * 5000), Cause.BAD_JSON)
    yield claims("nested past the cap", claims_with_raw("note", "[" * 8 + "]" * 8), Cause.TOO_DEEP)
    yield claims("objects nested past the cap", claims_with_raw("note", '{"a":' * 8 + "1" + "}" * 8), Cause.TOO_DEEP)

    yield claims("empty object", {}, Cause.WRONG_ISSUER)
    yield claims("iss in capitals", CLAIMS | {"iss": ISSUER.upper()}, Cause.WRONG_ISSUER)
    yield claims("iss with a slash", CLAIMS | {"iss": ISSUER + "/"}, Cause.WRONG_ISSUER)
    yield claims("aud list of ours alone", CLAIMS | {"aud": [AUDIENCE]}, Cause.WRONG_AUDIENCE)
    yield claims("aud with a space", CLAIMS | {"aud": AUDIENCE + " "}, Cause.WRONG_AUDIENCE)
    yield claims("sub empty", CLAIMS | {"sub": ""})
    yield claims("sub null", CLAIMS | {"sub": None})
    yield claims("sub of 256 characters", CLAIMS | {"sub": "s" * 256})
    yield claims("jti array", CLAIMS | {"jti": ["9f2c"]})

    yield claims("no iat", without(CLAIMS, "iat"))
    yield claims("iat true", CLAIMS | {"iat": True})
    yield claims("iat false", CLAIMS | {"iat": False})
    yield claims("iat 0", CLAIMS | {"iat": 0})
    yield claims("iat negative", CLAIMS | {"iat": -1})
    yield claims("iat with a fraction", CLAIMS | {"iat": NOW - 10.5})
    yield claims("exp as a whole float", CLAIMS | {"exp": float(NOW + 290)})
    yield claims("exp 10^18", CLAIMS | {"exp": 10**18}, Cause.BAD_JSON)
    yield claims("exp in the year 10000", CLAIMS | {"exp": 253_402_300_800})
    yield claims("exp null", CLAIMS | {"exp": None})
    yield claims("nbf true", CLAIMS | {"nbf": True})
    yield claims("nbf null", CLAIMS | {"nbf": None})
    yield claims("nbf as a string", CLAIMS | {"nbf": "0"})
    yield claims("exp before iat", CLAIMS | {"exp": NOW - 20})
    yield claims("exp at iat", CLAIMS | {"exp": NOW - 10})
    yield claims("a life of 301 seconds", CLAIMS | {"exp": NOW + 291}, Cause.LIFE_TOO_LONG)
    stale = {"iat": NOW - 2 * days, "exp": NOW - 2 * days + 300}
    yield claims("two days old", CLAIMS | stale, Cause.EXPIRED)

    for name, text in {
        "nothing": "",
        "dots": "...",
        "a hundred thousand dots": "." * 100_000,
        "beyond ASCII": good[:-1] + "é",
        "full-width letters": good.replace("e", "\uff45"),
        "half a surrogate pair": good + "\ud800",
    }.items():
        cause = Cause.TOO_LONG if len(text) > 20_000 else Cause.MALFORMED
        yield Attack("text", name, text, cause)
    text = sealed(head, uncanonical(ragged_payload()))
    yield Attack("text", "stray bits in the last character of the payload", text, Cause.BAD_ENCODING)
    for name, text in {
        "Bearer before it": f"Bearer {good}",
        "space after it": good + " ",
        "newline after it": good + "\n",
        "NUL after it": good + "\0",
        "rubbish after the signature": good + "!!!!",
        "padding after the signature": good + "==",
        "a lone character as a segment": f"{head}.{body}.A",
    }.items():
        yield Attack("text", name, text, Cause.BAD_ENCODING)


ATTACKS = tuple(_attacks())
FURTHER_ATTACKS = tuple(_further_attacks())
