"""What takes microseconds, in this process: judging one demand, verifying one document."""

import base64
import json
import time
from array import array
from collections.abc import Callable
from datetime import date

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.clock import Clock
from app.domain.cases import Item
from app.domain.catalogue import Form
from app.domain.evidence import Answer, Said, Source
from app.domain.facts import Facts, decide
from app.domain.persons import SubjectKind
from app.domain.publications import catalogue_of
from app.registries import jose
from app.rulebook.loader import load_rulebook
from app.rulebook.starter import load_starter
from bench import demand
from bench.load import Run, run_of

_TYPE, _ISSUER, _AUDIENCE = "vneid-document+jwt", "https://example.invalid/issuer", "motlan-bench"


def measure(fn: Callable[[], object], seconds: float) -> Run:
    """One call after another for so many seconds."""
    times: array[float] = array("d")
    began = time.perf_counter()
    while (start := time.perf_counter()) < began + seconds:
        fn()
        times.append(time.perf_counter() - start)
    return run_of(times, time.perf_counter() - began, 1.0)


def judging() -> Callable[[], object]:
    """`decide` alone, of one paper that the wallet and a registry hold, by the starter catalogue."""
    rulebook = load_rulebook()
    catalogue = catalogue_of(1, load_starter(rulebook))
    at = "2026-01-01T00:00:00.000Z"
    answers = (
        Answer(Source.WALLET, demand.DOCUMENT_TYPE, Said.DOCUMENT, at, issued_on=date(2015, 6, 1), document_ref="a"),
        Answer(Source.REGISTRY, demand.DOCUMENT_TYPE, Said.DOCUMENT, at, service="HO-TICH", document_ref="b"),
        Answer(Source.ARCHIVE, demand.DOCUMENT_TYPE, Said.NOTHING, at),
    )
    item = Item("a", demand.DOCUMENT_TYPE, Form.COPY, SubjectKind.PERSON, answers=answers)
    facts = Facts("", at, demand.PROCEDURE, Clock().today(), (item,))
    assert decide(facts, catalogue, rulebook).findings[0].outcome == demand.OUTCOME
    return lambda: decide(facts, catalogue, rulebook)


def verifying() -> tuple[Callable[[], object], Callable[[], object]]:
    """One ES256 document of 3 KB through the service's door, and by `cryptography` and `json.loads` alone."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = jose.SigningKey.from_pem("bench-1", pem)
    now = int(time.time())
    claims = {"iss": _ISSUER, "aud": _AUDIENCE, "iat": now, "exp": now + 3600, "jti": "1", "data": {"words": "ấ" * 650}}
    token = jose.sign(claims, key, _TYPE)
    ring = jose.KeyRing.of(key)
    expect = jose.Expectation(_ISSUER, _AUDIENCE, _TYPE, "ES256", max_life=3600, max_length=jose.MAX_DOCUMENT)
    public = private.public_key()

    def raw() -> object:
        message, _, signature = token.rpartition(".")
        octets = base64.urlsafe_b64decode(signature + "==")
        pair = encode_dss_signature(int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big"))
        public.verify(pair, message.encode(), ec.ECDSA(SHA256()))
        payload = message.partition(".")[2]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    assert jose.verify(token, ring, expect, now) == raw()
    return raw, lambda: jose.verify(token, ring, expect, now)
