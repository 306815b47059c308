"""The strict door for signatures, attacked. joserfc, another library, is asked for its opinion where it has one."""

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jose.backends.base import Key
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey

import app
from app.domain.values import replace
from app.registries.jose import (
    MAX_DEPTH,
    MAX_DOCUMENT,
    MAX_KEY_SET,
    MAX_KEYS,
    MAX_TOKEN,
    Cause,
    Expectation,
    KeyRing,
    Refused,
    SigningKey,
    sign,
    sign_octets,
    verify,
    verify_statement,
)
from tests.registries.jose_attacks import (
    ATTACKER,
    ATTACKS,
    AUDIENCE,
    CLAIMS,
    FURTHER_ATTACKS,
    HEADER,
    ISSUER,
    KEY,
    KEY_SET,
    KID,
    NOW,
    OTHER_KEY,
    OTHER_KID,
    P384_KEY,
    RSA_KEY,
    TYP,
    Attack,
    b64,
    by,
    hs256,
    jwk,
    jwks,
    nested,
    openssh,
    pem,
    private_pem,
    resigned,
    sealed,
    to_json,
    token,
    twin,
    unb64,
    without,
)

DOCUMENT = Expectation(ISSUER, AUDIENCE, TYP, "ES256", max_life=300)
RING = KeyRing.from_jwks(KEY_SET)
SECRET = b"bi-mat-chi-dung-trong-kiem-thu-0"
GOOD = token()
ORACLE_KEYS = KeySet.import_key_set(json.loads(KEY_SET))


def refusal(text: Any, ring: KeyRing = RING, expect: Expectation = DOCUMENT, now: int = NOW) -> Refused:
    with pytest.raises(Refused) as caught:
        verify(text, ring, expect, now)
    return caught.value


def cause_of(text: Any, ring: KeyRing = RING, expect: Expectation = DOCUMENT, now: int = NOW) -> Cause:
    return refusal(text, ring, expect, now).cause


def key_set_cause(document: bytes) -> Cause:
    with pytest.raises(Refused) as caught:
        KeyRing.from_jwks(document)
    return caught.value.cause


def oracle(text: str) -> dict[str, Any]:
    """The claims as joserfc reads them, checked as far as it can. Raises what it raises."""
    found = jwt.decode(text, ORACLE_KEYS, algorithms=["ES256"])
    jwt.JWTClaimsRegistry(
        now=NOW,
        leeway=60,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
        iat={"essential": True},
    ).validate(found.claims)
    return found.claims


# --- what passes


def test_a_good_token_gives_its_claims() -> None:
    assert verify(GOOD, RING, DOCUMENT, NOW) == CLAIMS == oracle(GOOD)


def test_claims_come_back_as_written_in_vietnamese_escaped_or_not() -> None:
    claims = CLAIMS | {"full_name": "ĐỖ THỊ HUYỀN 😀", "data": {"Nơi sinh": ["Hà Nội", 1, -2.5, True, None, {}]}}
    escaped = json.dumps(claims).encode()
    plain = json.dumps(claims, ensure_ascii=False).encode()
    assert b"\\ud83d" in escaped
    assert verify(token(escaped), RING, DOCUMENT, NOW) == verify(token(plain), RING, DOCUMENT, NOW) == claims


def test_data_may_nest_as_deep_as_the_cap_and_no_deeper() -> None:
    inner = json.loads(nested(MAX_DEPTH - 1))
    assert verify(token(CLAIMS | {"data": inner}), RING, DOCUMENT, NOW)["data"] == inner
    assert cause_of(token(CLAIMS | {"data": {"a": inner}})) == Cause.TOO_DEEP


def test_brackets_in_text_are_not_depth() -> None:
    assert verify(token(CLAIMS | {"note": "[{" * 50}), RING, DOCUMENT, NOW)["note"] == "[{" * 50


def test_a_document_may_be_longer_than_a_token_when_expected_to_be() -> None:
    long = token(CLAIMS | {"note": "x" * MAX_TOKEN})
    assert cause_of(long) == Cause.TOO_LONG
    assert verify(long, RING, replace(DOCUMENT, max_length=MAX_DOCUMENT), NOW)["sub"] == CLAIMS["sub"]


def test_the_length_cap_counts_to_the_character() -> None:
    assert verify(GOOD, RING, replace(DOCUMENT, max_length=len(GOOD)), NOW) == CLAIMS
    assert cause_of(GOOD, expect=replace(DOCUMENT, max_length=len(GOOD) - 1)) == Cause.TOO_LONG


def test_the_twin_of_a_signature_passes_so_a_token_is_no_identity() -> None:
    other = resigned(GOOD, twin)
    assert other != GOOD
    assert verify(other, RING, DOCUMENT, NOW) == verify(GOOD, RING, DOCUMENT, NOW) == oracle(other)


# --- what does not


@pytest.mark.parametrize("attack", ATTACKS + FURTHER_ATTACKS, ids=lambda attack: f"{attack.family}: {attack.name}")
def test_an_attack_is_refused_for_its_own_cause(attack: Attack) -> None:
    error = refusal(attack.token)
    assert error.cause == attack.cause
    # Nothing of the token goes along: neither as text nor in an exception behind this one.
    assert error.args == (attack.cause.value,)
    assert error.__context__ is None


def test_no_known_family_of_attacks_is_left_out() -> None:
    assert Counter(attack.family for attack in ATTACKS) == {
        "none": 5,
        "hmac confusion": 5,
        "signature": 5,
        "header keys": 3,
        "crit": 3,
        "kid": 2,
        "jwks": 4,
        "time": 10,
        "claims": 9,
        "json": 8,
        "encoding": 7,
        "typ": 2,
    }


@pytest.mark.parametrize("value", [None, 7, True, b"a.b.c", ["a.b.c"], {"a": 1}], ids=repr)
def test_what_is_no_text_is_refused(value: object) -> None:
    assert cause_of(value) == Cause.MALFORMED


def test_a_library_that_blows_up_is_a_refusal() -> None:
    class Exploding(Key):
        def __init__(self, error: Exception) -> None:
            self.error = error

        def verify(self, msg: bytes, sig: bytes) -> bool:
            raise self.error

    for error in (OverflowError(), RecursionError(), KeyError("k"), TypeError(GOOD)):
        refused = refusal(GOOD, KeyRing({(KID, "ES256"): Exploding(error)}))
        assert (refused.cause, refused.__context__) == (Cause.BAD_SIGNATURE, None)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"issuer": ISSUER + "2"}, Cause.WRONG_ISSUER),
        ({"audience": "khac"}, Cause.WRONG_AUDIENCE),
        ({"typ": "at+jwt"}, Cause.WRONG_TYPE),
        ({"alg": "HS256"}, Cause.WRONG_ALG),
        ({"max_life": 299}, Cause.LIFE_TOO_LONG),
    ],
)
def test_a_good_token_for_another_purpose_is_refused(change: dict[str, Any], cause: Cause) -> None:
    assert cause_of(GOOD, expect=replace(DOCUMENT, **change)) == cause


@pytest.mark.parametrize(
    ("required", "passes"),
    [
        ({"full_name": str, "holder": dict, "account_level": int, "types": list, "declined": bool}, True),
        ({"document_id": str}, False),
        ({"full_name": int}, False),
        ({"holder": list}, False),
        ({"account_level": bool}, False),
        ({"declined": int}, False),
        ({"nothing": str}, False),
    ],
    ids=str,
)
def test_required_claims_must_be_there_in_their_shape(required: dict[str, type], passes: bool) -> None:
    claims = CLAIMS | {"holder": {}, "account_level": 2, "types": [], "declined": False, "nothing": None}
    expect = replace(DOCUMENT, required=required)
    if passes:
        assert verify(token(claims), RING, expect, NOW) == claims
    else:
        assert cause_of(token(claims), expect=expect) == Cause.BAD_CLAIM


def test_sub_and_jti_may_be_left_out_unless_required() -> None:
    bare = token(without(CLAIMS, "sub", "jti"))
    assert "sub" not in verify(bare, RING, DOCUMENT, NOW)
    assert cause_of(bare, expect=replace(DOCUMENT, required={"jti": str})) == Cause.BAD_CLAIM


# --- clocks: ours and theirs may differ by the leeway and not by a second more


@pytest.mark.parametrize(
    ("claims", "cause"),
    [
        ({"iat": NOW + 59, "exp": NOW + 300}, None),
        ({"iat": NOW + 60, "exp": NOW + 300}, None),
        ({"iat": NOW + 61, "exp": NOW + 300}, Cause.NOT_YET_VALID),
        ({"iat": NOW + 61, "exp": NOW + 300, "nbf": NOW}, Cause.NOT_YET_VALID),
        ({"nbf": NOW + 59}, None),
        ({"nbf": NOW + 60}, None),
        ({"nbf": NOW + 61}, Cause.NOT_YET_VALID),
        ({"iat": NOW - 200, "exp": NOW - 59}, None),
        ({"iat": NOW - 200, "exp": NOW - 60}, Cause.EXPIRED),
        ({"iat": NOW - 200, "exp": NOW - 61}, Cause.EXPIRED),
        ({"iat": NOW - 280, "exp": NOW + 20}, None),
    ],
    ids=str,
)
def test_times_are_judged_with_the_leeway(claims: dict[str, int], cause: Cause | None) -> None:
    text = token(CLAIMS | claims)
    if cause is None:
        assert verify(text, RING, DOCUMENT, NOW) == CLAIMS | claims
    else:
        assert cause_of(text) == cause


def test_without_leeway_a_token_lives_to_its_last_second() -> None:
    exact = replace(DOCUMENT, leeway=0)
    assert verify(GOOD, RING, exact, NOW + 289) == verify(GOOD, RING, exact, NOW - 10) == CLAIMS
    assert cause_of(GOOD, expect=exact, now=NOW + 290) == Cause.EXPIRED
    assert cause_of(GOOD, expect=exact, now=NOW - 11) == Cause.NOT_YET_VALID


def test_an_old_message_is_stale_before_it_is_expired() -> None:
    fresh = replace(DOCUMENT, max_age=30, leeway=5)
    assert verify(token(CLAIMS | {"iat": NOW - 35}), RING, replace(fresh, max_life=400), NOW)
    assert cause_of(token(CLAIMS | {"iat": NOW - 36}), expect=replace(fresh, max_life=400)) == Cause.STALE
    assert cause_of(token(CLAIMS | {"iat": NOW - 172_800, "exp": NOW - 172_500}), expect=fresh) == Cause.STALE


# --- keys


def test_each_key_of_a_set_verifies_its_own_and_only_its_own() -> None:
    other = token(header=HEADER | {"kid": OTHER_KID}, signer=by(OTHER_KEY))
    assert verify(other, RING, DOCUMENT, NOW) == CLAIMS
    assert cause_of(token(signer=by(OTHER_KEY))) == Cause.BAD_SIGNATURE


def test_a_retired_key_signs_nothing_any_more() -> None:
    before, after = KeyRing.from_jwks(jwks(jwk(OTHER_KEY, OTHER_KID))), KeyRing.from_jwks(jwks(jwk(KEY, KID)))
    retired = token(header=HEADER | {"kid": OTHER_KID}, signer=by(OTHER_KEY))
    assert verify(retired, before, DOCUMENT, NOW) == CLAIMS
    assert cause_of(retired, after) == Cause.UNKNOWN_KEY


def test_a_new_key_is_unknown_until_the_set_is_fetched_again() -> None:
    before, after = KeyRing.from_jwks(jwks(jwk(OTHER_KEY, OTHER_KID))), KeyRing.from_jwks(KEY_SET)
    assert cause_of(GOOD, before) == Cause.UNKNOWN_KEY
    assert verify(GOOD, after, DOCUMENT, NOW) == CLAIMS


def test_keys_of_other_kinds_and_uses_are_passed_over() -> None:
    others = [
        jwk(ATTACKER, "enc", use="enc"),
        jwk(ATTACKER, "mislabelled", kty="RSA"),
        jwk(P384_KEY, "p384", alg="ES384"),
        {"kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "kid": "okp", "use": "sig", "alg": "EdDSA", "crv": "Ed25519", "x": "AA"},
    ]
    ring = KeyRing.from_jwks(jwks(*others, jwk(KEY, KID, x5t="bo-qua")))
    assert verify(GOOD, ring, DOCUMENT, NOW) == CLAIMS
    for kid in ("enc", "mislabelled", "p384", "rsa", "okp"):
        assert cause_of(token(header=HEADER | {"kid": kid}, signer=by(ATTACKER)), ring) == Cause.UNKNOWN_KEY


PADDED_POINT = jwk(OTHER_KEY, "b", x=b64(b"\0" + unb64(jwk(OTHER_KEY, "b")["x"])))


def good_and(member: object) -> bytes:
    return jwks(jwk(KEY, KID), member)


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        pytest.param(b"", Cause.BAD_JSON, id="nothing"),
        pytest.param(b"<html>", Cause.BAD_JSON, id="a page"),
        pytest.param(b"[]", Cause.BAD_JSON, id="array"),
        pytest.param(b"{}", Cause.BAD_KEY_SET, id="no keys member"),
        pytest.param(b'{"keys":{}}', Cause.BAD_KEY_SET, id="keys as an object"),
        pytest.param(jwks(), Cause.BAD_KEY_SET, id="no key"),
        pytest.param(jwks(jwk(KEY, KID, use="enc")), Cause.BAD_KEY_SET, id="no key to verify with"),
        pytest.param(b'{"keys":[],' + KEY_SET[1:], Cause.DUPLICATE_NAME, id="keys twice"),
        pytest.param(nested(20_000), Cause.BAD_JSON, id="nested past the parser"),
        pytest.param(good_and(None), Cause.BAD_KEY_SET, id="null among the keys"),
        pytest.param(good_and("key"), Cause.BAD_KEY_SET, id="text among the keys"),
        pytest.param(good_and(jwk(OTHER_KEY, KID)), Cause.BAD_KEY_SET, id="one name for two keys"),
        pytest.param(good_and(jwk(OTHER_KEY, KID, use="enc")), Cause.BAD_KEY_SET, id="one name for two uses"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", kid=None)), Cause.BAD_KEY_SET, id="no kid"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", kid=1)), Cause.BAD_KEY_SET, id="kid number"),
        pytest.param(good_and(jwk(OTHER_KEY, "")), Cause.BAD_KEY_SET, id="kid empty"),
        pytest.param(good_and(jwk(OTHER_KEY, "k" * 65)), Cause.BAD_KEY_SET, id="kid of 65 characters"),
        pytest.param(good_and(jwk(OTHER_KEY, "ký")), Cause.BAD_KEY_SET, id="kid beyond ASCII"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", use=None)), Cause.BAD_KEY_SET, id="no use"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", use=["sig"])), Cause.BAD_KEY_SET, id="use array"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", alg=None)), Cause.BAD_KEY_SET, id="no alg"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", kty=None)), Cause.BAD_KEY_SET, id="no kty"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", d="AQAB")), Cause.BAD_KEY_SET, id="private part"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", kty="oct", k="AQAB")), Cause.BAD_KEY_SET, id="shared secret"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", crv=None)), Cause.BAD_KEY_SET, id="no curve"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", crv="P-384")), Cause.BAD_KEY_SET, id="another curve's name"),
        pytest.param(good_and(jwk(P384_KEY, "b", crv="P-256")), Cause.BAD_KEY_SET, id="another curve's point"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", y=None)), Cause.BAD_KEY_SET, id="no y"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", x=b64(bytes(31)))), Cause.BAD_KEY_SET, id="x of 31 bytes"),
        pytest.param(good_and(PADDED_POINT), Cause.BAD_KEY_SET, id="x with a zero before it"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", x="A" * 42 + "B")), Cause.BAD_ENCODING, id="x with stray bits"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", x="+" * 43)), Cause.BAD_ENCODING, id="x in the other alphabet"),
        pytest.param(good_and(jwk(OTHER_KEY, "b", x=b64(bytes(32)))), Cause.BAD_KEY_SET, id="point off the curve"),
    ],
)
def test_a_key_set_that_is_not_one_is_refused_whole(document: bytes, cause: Cause) -> None:
    assert key_set_cause(document) == cause


def test_a_key_set_has_a_bounded_count_and_size() -> None:
    members = [jwk(KEY, f"{KID}-{n}") for n in range(MAX_KEYS + 1)]
    last = HEADER | {"kid": f"{KID}-{MAX_KEYS - 1}"}
    assert verify(token(header=last), KeyRing.from_jwks(jwks(*members[:-1])), DOCUMENT, NOW) == CLAIMS
    assert key_set_cause(jwks(*members)) == Cause.BAD_KEY_SET
    assert KeyRing.from_jwks(KEY_SET.ljust(MAX_KEY_SET)).find(KID, "ES256")
    assert key_set_cause(KEY_SET.ljust(MAX_KEY_SET + 1)) == Cause.TOO_LONG
    assert key_set_cause(jwks(*(jwk(KEY, f"k{n}") for n in range(60_000)))) == Cause.TOO_LONG


# --- our own tokens

HMAC_KEY = SigningKey.from_secret("hs-1", SECRET)
EC_KEY = SigningKey.from_pem(KID, private_pem(KEY))
BEARER = replace(DOCUMENT, typ="at+jwt", alg="HS256", required={"sub": str})


@pytest.mark.parametrize("key", [HMAC_KEY, EC_KEY], ids=["HS256", "ES256"])
def test_what_we_sign_we_verify_and_the_header_holds_three_names(key: SigningKey) -> None:
    text = sign(CLAIMS, key, "at+jwt")
    found = jwt.decode(text, OctKey.import_key(SECRET) if key is HMAC_KEY else ORACLE_KEYS)
    assert found.header == {"alg": key.alg, "kid": key.kid, "typ": "at+jwt"}
    assert found.claims == CLAIMS
    assert verify(text, KeyRing.of(key), replace(BEARER, alg=key.alg), NOW) == CLAIMS


def test_two_secrets_verify_while_one_replaces_the_other() -> None:
    new = SigningKey.from_secret("hs-2", SECRET[::-1])
    ring = KeyRing.of(new, HMAC_KEY)
    for key in (new, HMAC_KEY):
        assert verify(sign(CLAIMS, key, "at+jwt"), ring, BEARER, NOW) == CLAIMS
    assert cause_of(sign(CLAIMS, HMAC_KEY, "at+jwt"), KeyRing.of(new), BEARER) == Cause.UNKNOWN_KEY
    with pytest.raises(ValueError, match="two keys of one name"):
        KeyRing.of(HMAC_KEY, SigningKey.from_secret("hs-1", SECRET[::-1]))


def test_a_token_made_with_another_secret_is_refused() -> None:
    forged = token(header={"alg": "HS256", "kid": "hs-1", "typ": "at+jwt"}, signer=hs256(SECRET + b"\0x"))
    assert cause_of(forged, KeyRing.of(HMAC_KEY), BEARER) == Cause.BAD_SIGNATURE


@pytest.mark.parametrize("secret", [pem(KEY), openssh(KEY), b"", SECRET], ids=["PEM", "OpenSSH", "empty", "secret"])
def test_a_public_key_is_never_a_secret_even_where_both_kinds_are_kept(secret: bytes) -> None:
    ring = KeyRing.of(EC_KEY, HMAC_KEY)
    text = token(header={"alg": "HS256", "kid": KID, "typ": "at+jwt"}, signer=hs256(secret))
    assert cause_of(text, ring, BEARER) == Cause.UNKNOWN_KEY
    assert cause_of(text, ring, replace(BEARER, alg="ES256")) == Cause.WRONG_ALG


@pytest.mark.parametrize(
    "secret", [b"", SECRET[:31], pem(KEY), openssh(KEY), private_pem(KEY)], ids=["empty", "31", "PEM", "SSH", "private"]
)
def test_a_weak_or_public_secret_is_no_key(secret: bytes) -> None:
    with pytest.raises(ValueError, match=r"HMAC secret|not a key for HS256") as caught:
        SigningKey.from_secret("hs-1", secret)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "text",
    [b"", SECRET, pem(KEY), private_pem(P384_KEY), private_pem(RSA_KEY), private_pem(KEY, b"mat-khau")],
    ids=["", "text", "public", "P-384", "RSA", "encrypted"],
)
def test_only_a_private_key_on_p256_signs_es256(text: bytes) -> None:
    with pytest.raises(ValueError, match="not an unencrypted P-256 private key"):
        SigningKey.from_pem("es-1", text)


@pytest.mark.parametrize("kid", ["", "k" * 65, "ký", "a b", "a\n"])
def test_a_key_of_ours_has_a_name_that_verifies(kid: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        SigningKey.from_secret(kid, SECRET)
    with pytest.raises(ValueError, match="visible ASCII"):
        SigningKey.from_pem(kid, private_pem(KEY))


def test_a_key_does_not_show_itself() -> None:
    shown = repr(HMAC_KEY) + repr(EC_KEY) + repr(RING)
    assert SECRET.decode() not in shown
    assert "Cryptography" not in shown  # whose own text is nothing to rely on


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_json_is_not_signed(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        sign(CLAIMS | {"amount": value}, HMAC_KEY, "at+jwt")


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": ""},
        {"audience": ""},
        {"typ": ""},
        {"alg": "none"},
        {"alg": "RS256"},
        {"leeway": 61},
        {"leeway": -1},
        {"max_life": 0},
        {"max_length": 0},
        {"max_length": MAX_DOCUMENT + 1},
    ],
    ids=str,
)
def test_an_expectation_that_expects_too_little_cannot_be_made(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an expectation"):
        replace(DOCUMENT, **change)


# --- properties

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
clean_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


def accepted(text: str) -> dict[str, object] | None:
    """The claims, or None for a refusal; anything else that is raised is the failure looked for."""
    try:
        return dict(verify(text, RING, DOCUMENT, NOW))
    except Refused:
        return None


@given(
    at=st.integers(0, len(GOOD)),
    drop=st.integers(0, 3),
    put=st.text(max_size=3) | st.text("ABYZabyz0189-_.=+/", max_size=3),
)
@example(at=len(GOOD), drop=0, put="=")
@settings(max_examples=500)
def test_a_changed_token_is_never_accepted(at: int, drop: int, put: str) -> None:
    changed = GOOD[:at] + put + GOOD[at + drop :]
    assert (accepted(changed) is not None) == (changed == GOOD)


@given(st.data())
@settings(max_examples=300)
def test_a_flipped_bit_is_never_accepted(data: st.DataObject) -> None:
    octets = bytearray(GOOD.encode())
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert accepted(octets.decode("latin-1")) is None


@given(st.text() | st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(lambda s: ".".join(map(b64, s))))
@example("\ud800.\ud800.\ud800")
def test_arbitrary_text_is_refused_and_nothing_else(text: str) -> None:
    assert accepted(text) is None


@given(header=st.binary(max_size=40) | st.dictionaries(st.sampled_from([*HEADER, "crit"]), json_values).map(to_json))
def test_arbitrary_headers_are_refused_and_nothing_else(header: bytes) -> None:
    assert accepted(sealed(b64(header), b64(to_json(CLAIMS)))) is None


@given(st.binary(max_size=80) | json_values.map(to_json))
def test_arbitrary_payloads_well_signed_are_refused_and_nothing_else(payload: bytes) -> None:
    assert accepted(token(payload)) is None


@given(st.dictionaries(st.sampled_from([*CLAIMS, "nbf", "data"]), json_values))
def test_whatever_claims_pass_joserfc_passes_too(changes: dict[str, object]) -> None:
    text = token(CLAIMS | changes)
    claims = accepted(text)
    assert claims is None or claims == oracle(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_signed_as_they_are_under_the_keys_own_thumbprint(payload: bytes) -> None:
    own = SigningKey.named_by_itself(private_pem(KEY))
    public = ECKey.import_key(dict(own.jwk()))
    assert own.kid == public.thumbprint()
    opened = jws.deserialize_compact(sign_octets(payload, own, TYP), public, algorithms=["ES256"])
    assert opened.payload == payload
    assert opened.headers() == {"alg": "ES256", "kid": own.kid, "typ": TYP}


def test_a_shown_key_verifies_here_too_and_has_no_private_part() -> None:
    own = SigningKey.named_by_itself(private_pem(KEY))
    shown = own.jwk()
    assert shown.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    ring = KeyRing.from_jwks(json.dumps({"keys": [shown]}).encode())
    assert ring.find(own.kid, "ES256") is not None
    with pytest.raises(ValueError, match="no public half"):
        SigningKey.from_secret("k", b"s" * 32).jwk()


@given(st.dictionaries(clean_text.filter(lambda name: name not in CLAIMS and name != "nbf"), clean_text, max_size=5))
def test_two_libraries_read_each_others_tokens(more: dict[str, str]) -> None:
    claims = CLAIMS | more
    ours = sign(claims, EC_KEY, TYP)
    theirs = jwt.encode(HEADER, claims, ECKey.import_key(private_pem(KEY)), algorithms=["ES256"])
    assert oracle(ours) == oracle(theirs) == claims
    assert accepted(ours) == accepted(theirs) == claims


# --- the project


def imports_of(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


def test_only_this_module_imports_a_jose_library() -> None:
    root = Path(app.__file__).parent
    libraries = {"jose", "jwt", "joserfc", "authlib", "jwcrypto"}
    users = {p.relative_to(root).as_posix() for p in root.rglob("*.py") if imports_of(p.read_text()) & libraries}
    assert users == {"registries/jose.py"}
    assert imports_of((root / "registries" / "jose.py").read_text()) - sys.stdlib_module_names == {
        "jose",
        "cryptography",
    }


def test_the_door_does_not_open_on_the_pure_python_backend() -> None:
    blocked = "import sys; sys.modules['jose.backends.cryptography_backend'] = None; import app.registries.jose"
    result = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, check=False)
    assert "RuntimeError: python-jose has no cryptography backend" in result.stderr


# --- what is signed to be kept: no audience, no end

OF_A_MESSAGE = {
    *(Cause.WRONG_AUDIENCE, Cause.BAD_CLAIM, Cause.LIFE_TOO_LONG, Cause.NOT_YET_VALID, Cause.STALE, Cause.EXPIRED),
    Cause.TOO_LONG,  # a document may be longer than a token
}


@pytest.mark.parametrize(
    "attack",
    [a for a in ATTACKS + FURTHER_ATTACKS if a.cause not in OF_A_MESSAGE],
    ids=lambda attack: f"{attack.family}: {attack.name}",
)
def test_a_statement_is_refused_what_a_message_is_refused(attack: Attack) -> None:
    with pytest.raises(Refused) as caught:
        verify_statement(attack.token, RING, ISSUER, TYP)
    assert caught.value.cause is attack.cause


def test_a_statement_needs_no_audience_and_no_end_and_is_its_issuer_s() -> None:
    claims = {"iss": ISSUER, "iat": NOW, "jti": "r-1", "holder": {"id": "x"}}
    key = SigningKey.from_pem("own", private_pem(KEY))
    stated, ring = sign(claims, key, TYP), KeyRing.of(key)
    assert verify_statement(stated, ring, ISSUER, TYP) == claims
    for issuer, typ, cause in (("another", TYP, Cause.WRONG_ISSUER), (ISSUER, "another", Cause.WRONG_TYPE)):
        with pytest.raises(Refused) as caught:
            verify_statement(stated, ring, issuer, typ)
        assert caught.value.cause is cause
    with pytest.raises(Refused) as caught:
        verify_statement("a" * (MAX_DOCUMENT + 1), ring, ISSUER, TYP)
    assert caught.value.cause is Cause.TOO_LONG
