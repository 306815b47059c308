"""The named ways in which a world may be wrong, and which request each one strikes."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Literal, get_args

Face = Literal["wallet", "ndxp", "oidc", "portal", "soap", "lgsp", "vneid", "vnconnect", "staff", "webhooks"]
# transport: in place of the answer, before anything is looked at. line: the finished answer, spoiled on its way.
Effect = Literal["transport", "line", "refusal", "document"]
Family = Literal["transport", "protocol", "crypto", "domain", "login"]

# There is no catalogue of data services: any code answers by what is held. These are the ones to name in examples.
NDXP_CODE = r"[A-Za-z0-9-]{1,32}"
NDXP_SERVICES = ("037", "HO-TICH", "GPLX", "BHXH", "DKDN", "DK-HKD-HTX", "DAT-DAI", "DK-XE", "LLTP", "SKDT")

# What `match.service` may be on each face; `is_service` says what else. On oidc, `vneid` and `ndxp` are the two token
# endpoints.
SERVICES: dict[Face, tuple[str, ...]] = {
    "wallet": ("search", "deliver", "present", "redeem", "subscribe", "jwks"),
    "ndxp": NDXP_SERVICES,
    "oidc": (
        *("vneid", "ndxp", "authorize", "par", "userinfo", "introspect", "revoke", "end_session"),
        *("discovery", "jwks"),
    ),
    "portal": (
        *("login", "LayDanhSachTTHC", "LayThuTuc"),
        *("DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo", "LayGiayToKho"),
    ),
    "soap": ("037", "033", "034"),
    "lgsp": ("token", "037", "033", "034"),
    "vneid": ("auth", "token", "userinfo"),
    "vnconnect": ("auth", "token", "userinfo"),
    "webhooks": ("document.added", "document.changed", "document.revoked"),
    "staff": (
        *("token", "authorize", "par", "userinfo", "introspect", "revoke", "end_session"),
        *("discovery", "jwks"),
    ),
}
# Their requests name no person and no document type.
NAMELESS: tuple[Face, ...] = ("oidc", "portal", "vneid", "vnconnect", "staff")
# Struck only when named: a wallet that is down for one search should not also lose its keys.
ONLY_BY_NAME = ("jwks", "discovery")


@dataclass(frozen=True, slots=True)
class Attribute:
    default: int
    least: int
    most: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`says`: what the wire carries; `client`: what a client should do about it.

    `states`: the source then says something of the person, in good order; every other fault says nothing of anybody.
    """

    effect: Effect
    faces: tuple[Face, ...]
    says: str
    client: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    states: bool = False


_ANY: tuple[Face, ...] = tuple(face for face in get_args(Face) if face != "webhooks")
_HOOKS: tuple[Face, ...] = ("webhooks",)  # the one on which the sandbox calls, and is not called
_DATA: tuple[Face, ...] = ("wallet", "ndxp")
_CITIZENS: tuple[Face, ...] = ("wallet", "ndxp", "soap", "lgsp")
_LISTS: tuple[Face, ...] = ("wallet", "ndxp", "portal")
_WALLET: tuple[Face, ...] = ("wallet",)
_SIGNED: tuple[Face, ...] = ("wallet", "oidc", "staff")
_OIDC: tuple[Face, ...] = ("oidc", "staff")
_NO_ANSWER = "treat as no answer; ask again later"
_DISCARD = "discard the document: it proves nothing about the holder"
_NO_LOGIN = "refuse the login: nobody has been identified"

_AGAIN = {"seconds": Attribute(1, 0, 3600, "what Retry-After says")}

_TRANSPORT: dict[str, Kind] = {
    "latency": Kind(
        "transport",
        _ANY + _HOOKS,
        "answers late, and right",
        "wait within its time budget",
        {"ms": Attribute(300, 0, 60_000, "how late, in milliseconds")},
    ),
    "jitter": Kind(
        "transport",
        _ANY,
        "answers right, each time differently late",
        "wait within its time budget",
        {"ms": Attribute(300, 0, 60_000, "how late at most, in milliseconds")},
    ),
    "timeout": Kind(
        "transport",
        _ANY,
        "holds the connection and never answers",
        "give up within its time budget",
        {"seconds": Attribute(60, 1, 60, "when the sandbox itself gives up and drops the connection")},
    ),
    "slow_bytes": Kind(
        "line",
        _ANY,
        "the right answer, a few bytes at a time",
        "have a time budget for the whole answer, not only for the next byte",
        {
            "ms": Attribute(100, 0, 10_000, "between two pieces, in milliseconds"),
            "bytes": Attribute(64, 1, 65_536, "of one piece"),
        },
    ),
    "reset": Kind("transport", _ANY, "closes the connection (RST) without an answer", _NO_ANSWER),
    "half_close": Kind(
        "transport",
        _ANY,
        "ends its side of the connection (FIN) without a byte, and goes on listening",
        _NO_ANSWER,
        {"seconds": Attribute(60, 1, 60, "when it closes the other side too")},
    ),
    "truncated": Kind("line", _ANY, "half of the announced bytes, then the end of the connection", _NO_ANSWER),
    "huge": Kind(
        "line",
        _ANY,
        "the right answer with megabytes of blanks behind it, of unannounced length",
        "stop reading at a limit; treat as no answer",
        {"kb": Attribute(4096, 1, 65_536, "of blanks, in KiB")},
    ),
}

_PROTOCOL: dict[str, Kind] = {
    "http_500": Kind("transport", _ANY, "500, text/plain", _NO_ANSWER),
    "http_503": Kind("transport", _ANY, "503 with Retry-After: 1", "ask again after Retry-After", _AGAIN),
    "rate_limit": Kind("transport", _ANY, "429 with Retry-After: 1", "ask again after Retry-After, less often", _AGAIN),
    "unauthorized": Kind(
        "refusal", _DATA, "401 invalid_token, though the token is good", "fetch a new token, once; then no answer"
    ),
    "redirect": Kind("transport", _ANY, "302 to a login page on the same host", "follow nothing; treat as no answer"),
    "garbage": Kind("transport", _ANY, "200, application/json, a body that is not JSON", _NO_ANSWER),
    "empty_body": Kind("transport", _ANY, "200, application/json, not one byte", _NO_ANSWER),
    "html_page": Kind("transport", _ANY, "200, text/html, a page that says maintenance", _NO_ANSWER),
    "wrong_content_type": Kind(
        "line",
        _ANY,
        "the right answer, called text/html",
        "believe the content that can be verified, or treat as no answer",
    ),
    "schema_drift": Kind(
        "line",
        _ANY,
        "an unannounced version of the answer: fields renamed (`requestId`), and one level deeper, under `data`",
        _NO_ANSWER,
    ),
    "duplicate": Kind(
        "line",
        _LISTS + _HOOKS,
        "each entry of the answer twice (webhooks: the delivery, with the same Webhook-Id)",
        "treat as no answer: it is not known which one is meant (webhooks: act once)",
    ),
    "out_of_order": Kind(
        "line",
        _LISTS + _HOOKS,
        "the entries of the answer in another order (webhooks: after the holder's next one, for which it waits)",
        "go by names, not by places (webhooks: by the sequence)",
    ),
    "replayed_answer": Kind(
        "document", _DATA, "the answer to an earlier question: right, of another request_id", "discard it"
    ),
    "stale_cache": Kind(
        "document",
        _DATA,
        "a copy an hour old from a cache on the way (Age: 3600); on the service jwks: the keys of before",
        "discard messages that are old; fetch keys anew when one is missing",
    ),
    "stale": Kind(
        "document",
        _DATA + _HOOKS,
        "a message two days old (iat/exp, answered_at; webhooks: their timestamp), otherwise right",
        _DISCARD,
    ),
}

_CRYPTO: dict[str, Kind] = {
    "bad_signature": Kind(
        "document",
        _SIGNED + _HOOKS,
        "a document (oidc: an ID token; webhooks: a delivery) whose signature was altered in its last bytes",
        _DISCARD,
    ),
    "retired_key": Kind(
        "document", _SIGNED, "a document (oidc: an ID token) signed by a key that is no longer in the JWKS", _DISCARD
    ),
    "unknown_kid": Kind(
        "document", _SIGNED, "a document (oidc: an ID token) rightly signed, whose kid nobody published", _DISCARD
    ),
    "alg_none": Kind("document", _SIGNED, "a document (oidc: an ID token) with alg none and no signature", _DISCARD),
    "wrong_alg": Kind(
        "document", _SIGNED, "a document (oidc: an ID token) with alg HS256, under the text of the public key", _DISCARD
    ),
    "wrong_issuer": Kind("document", _SIGNED, "a document (oidc: an ID token) of another issuer", _DISCARD),
    "wrong_audience": Kind("document", _SIGNED, "a document (oidc: an ID token) for another client", _DISCARD),
    "expired": Kind("document", _SIGNED, "a message past its exp (oidc: an ID token, by an hour)", _DISCARD),
    "not_yet_valid": Kind("document", _SIGNED, "a message whose time begins in an hour (iat; oidc: nbf)", _DISCARD),
    "rotated_mid_flight": Kind(
        "document",
        _WALLET,
        "the signing key is replaced just before the document is signed; both keys are published from then on",
        "fetch the keys anew for a kid it does not know, not too often",
    ),
}

_DOMAIN: dict[str, Kind] = {
    "revoked_yesterday": Kind(
        "document", _DATA, "revoked_on is yesterday, by the world's clock", "judge by the date", states=True
    ),
    "expired_yesterday": Kind(
        "document", _DATA, "valid_until is yesterday, by the world's clock", "judge by the date", states=True
    ),
    "name_differs": Kind(
        "document",
        _DATA,
        "another name is written on the document than the holder's",
        "tell it as a mismatch; have the database corrected",
        states=True,
    ),
    "accent_differs": Kind(
        "document", _DATA, "the name on the document differs by its accents only", "take it for the same", states=True
    ),
    "birth_year_only": Kind("document", _DATA, "of the birth date only the year", "compare what is there", states=True),
    "not_linked": Kind("document", _WALLET, "what is linked shows as not_linked", "show how to link it", states=True),
    "person_not_found": Kind(
        "document",
        _CITIZENS,
        "nothing about anybody: all absent, no record, no person",
        "take it for not held",
        states=True,
    ),
    "registry_and_wallet_disagree": Kind(
        "document",
        _DATA,
        "this source does not know what the other one holds: absent here, or no record",
        "believe the one that holds it",
        states=True,
    ),
    "wrong_person": Kind("document", _CITIZENS, "a document or record whose holder.id is somebody else's", _DISCARD),
    "procedure_not_published": Kind(
        "refusal",
        ("portal",),
        "200 with error_code -1 for a report on a procedure that was not PUT: the portal publishes none of this MaTTHC",
        "have the procedure published, and report the dossier again; it is no fact about the person",
    ),
    "not_licensed": Kind(
        "refusal", _CITIZENS, "403 with error_code 004", "have the procedure licensed; it is no fact about the person"
    ),
    "no_right": Kind(
        "refusal", _CITIZENS, "403 with error_code 005", "have the officer's rights set; it is no fact about the person"
    ),
}

_LOGIN: dict[str, Kind] = {
    # The login: what the ID token, the userinfo or the redirect back to the client carries. `mock_vneid/oidc`.
    "wrong_nonce": Kind("document", _OIDC, "an ID token with the nonce of another login", _NO_LOGIN),
    "no_nonce": Kind("document", _OIDC, "an ID token without the nonce that was sent", _NO_LOGIN),
    "wrong_sub": Kind("document", _OIDC, "userinfo whose sub is not that of the ID token", "discard the userinfo"),
    "wrong_state": Kind("document", _OIDC, "a redirect back with the state of another login", _NO_LOGIN),
    "wrong_callback_iss": Kind("document", _OIDC, "a redirect back whose iss is another issuer (mix-up)", _NO_LOGIN),
    "no_callback_iss": Kind("document", _OIDC, "a redirect back without the iss that is announced", _NO_LOGIN),
    "access_denied": Kind("refusal", _OIDC, "a redirect back with error access_denied", "tell the person; offer again"),
    "temporarily_unavailable": Kind(
        "refusal", _OIDC, "a redirect back with error temporarily_unavailable", "offer to log in again later"
    ),
}

FAMILIES: dict[Family, dict[str, Kind]] = {
    "transport": _TRANSPORT,
    "protocol": _PROTOCOL,
    "crypto": _CRYPTO,
    "domain": _DOMAIN,
    "login": _LOGIN,
}
KINDS: dict[str, Kind] = {name: kind for family in FAMILIES.values() for name, kind in family.items()}
_LATE = ("latency", "jitter")
_AGES = {"stale": 2 * 24 * 3600, "stale_cache": 3600}
# What `spoiling` does to a finished answer; the rest of a stale copy is done by who writes the answer.
ON_THE_LINE = frozenset(name for name, kind in KINDS.items() if kind.effect == "line") | {"stale_cache"}
# What fits keys and other things that are about nobody.
FIT_FOR_KEYS = frozenset(name for name, kind in KINDS.items() if kind.effect in ("transport", "line")) | {"stale_cache"}


def is_service(face: Face, service: str) -> bool:
    return service in SERVICES[face] or (face == "ndxp" and re.fullmatch(NDXP_CODE, service) is not None)


def kinds_for(face: Face) -> list[str]:
    return [name for name, kind in KINDS.items() if face in kind.faces]


@dataclass(slots=True)
class Fault:
    """A fault in force: it strikes a `share` of matching requests, at most `times` of them. None: any, or no limit.

    `starts_at` and `ends_at`, in seconds since the epoch by the world's clock, bound when it is in force. `missed_by`
    counts the requests that would have matched but for this one condition: why a fault does not strike.
    """

    id: str
    face: Face
    kind: str
    person: str | None = None
    document_type: str | None = None
    service: str | None = None
    share: float = 1.0
    times: int | None = None
    attributes: dict[str, int] = field(default_factory=dict)
    starts_at: float | None = None
    ends_at: float | None = None
    matched: int = 0
    hits: int = 0
    missed_by: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "Fault":
        return replace(self, attributes=dict(self.attributes), missed_by=dict(self.missed_by))

    def matches(
        self, service: str, holder_id: str | None, types: Collection[str], now: float, counted: bool = True
    ) -> bool:
        missed = self._missed(service, holder_id, types, now)
        if counted and len(missed) == 1:
            self.missed_by[missed[0]] = self.missed_by.get(missed[0], 0) + 1
        return not missed

    def _missed(self, service: str, holder_id: str | None, types: Collection[str], now: float) -> list[str]:
        """The conditions that this request of the fault's own face does not meet."""
        missed = []
        if self.service != service and (self.service is not None or service in ONLY_BY_NAME):
            missed.append("service")
        if self.person not in (None, holder_id):
            missed.append("person")
        if self.document_type is not None and self.document_type not in types:
            missed.append("document_type")
        if (self.starts_at is not None and now < self.starts_at) or (self.ends_at is not None and now >= self.ends_at):
            missed.append("window")
        return missed

    def strike(self, seed: int) -> bool:
        """Whether the fault strikes this request: the same sequence of requests is struck alike in every run."""
        self.matched += 1
        if self.times is not None and self.hits >= self.times:
            return False
        if self._draw("fault", seed) >= self.share:
            return False
        self.hits += 1
        return True

    def lateness(self, seed: int) -> float:
        """Seconds by which a request it has just struck is late."""
        part = self._draw("jitter", seed) if self.kind == "jitter" else 1.0
        return self.attribute("ms") / 1000 * part

    def _draw(self, topic: str, seed: int) -> float:
        """From 0 to 1, 1 not included, for the request that matched last."""
        drawn = blake2b(f"{topic}|{seed}|{self.id}|{self.matched}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn, "big") / 2**64

    def attribute(self, name: str) -> int:
        return self.attributes.get(name, KINDS[self.kind].attributes[name].default)


class Struck:
    """The faults that match one request. Each decides once whether it strikes, when it first has something to spoil."""

    def __init__(self, faults: list[Fault], seed: int, noted: list[tuple[str, str]]) -> None:
        self._faults, self._seed, self._noted = faults, seed, noted
        self._decided: dict[str, bool] = {}
        self._spent: set[str] = set()

    def __bool__(self) -> bool:
        """Whether there is anything to ask: most requests match no fault."""
        return bool(self._faults)

    def on_the_line(self) -> bool:
        """Whether a finished answer may yet be spoiled."""
        return any(fault.kind in ON_THE_LINE for fault in self._faults)

    def _strikes(self, fault: Fault) -> bool:
        if fault.id not in self._decided:
            struck = self._decided[fault.id] = fault.strike(self._seed)
            if struck:
                self._noted.append((fault.id, fault.kind))
        return self._decided[fault.id]

    def latency(self) -> float:
        """Seconds to wait before anything else."""
        return sum(fault.lateness(self._seed) for fault in self._faults if fault.kind in _LATE and self._strikes(fault))

    def transport(self) -> Fault | None:
        """The first fault, in the order they were made, that stands in for the answer."""
        for fault in self._faults:
            if KINDS[fault.kind].effect == "transport" and fault.kind not in _LATE and self._strikes(fault):
                return fault
        return None

    def answer(self, kind: str) -> Fault | None:
        """The fault of this kind that strikes the answer as a whole, if one does."""
        return next((fault for fault in self._faults if fault.kind == kind and self._strikes(fault)), None)

    def once(self, kind: str, document_type: str | None) -> bool:
        """Whether this document is struck, and none of the same answer was before."""
        if kind in self._spent or not self.document(kind, document_type):
            return False
        self._spent.add(kind)
        return True

    def age(self, document_type: str | None = None) -> int:
        """How old this document, or the answer as a whole, is told to be, in seconds."""
        for kind, seconds in _AGES.items():
            if self.answer(kind) if document_type is None else self.document(kind, document_type):
                return seconds
        return 0

    def document(self, kind: str, document_type: str | None) -> bool:
        """Whether this document is; None asks for what is no document but belongs to the answer."""
        return any(
            fault.kind == kind and fault.document_type in (None, document_type) and self._strikes(fault)
            for fault in self._faults
        )
