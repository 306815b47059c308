"""The named ways in which a world may be wrong, and which request each one strikes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

Face = Literal["wallet", "ndxp", "oidc", "portal"]
Effect = Literal["transport", "refusal", "document"]

NDXP_SERVICES = ("037", "HO-TICH", "GPLX", "BHXH", "DKDN", "DK-HKD-HTX", "DAT-DAI", "DK-XE", "LLTP", "SKDT")

# What `match.service` may be on each face. The two token endpoints are the face oidc.
SERVICES: dict[Face, tuple[str, ...]] = {
    "wallet": ("search", "jwks"),
    "ndxp": NDXP_SERVICES,
    "oidc": ("vneid", "ndxp"),
    "portal": ("login", "LayDanhSachTTHC", "LayThuTuc"),
}
# Their requests name no person and no document type.
NAMELESS: tuple[Face, ...] = ("oidc", "portal")
# Struck only when named: a wallet that is down for one search should not also lose its keys.
ONLY_BY_NAME = "jwks"


@dataclass(frozen=True, slots=True)
class Attribute:
    default: int
    least: int
    most: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`says`: what the wire carries; `client`: what a client should do about it."""

    effect: Effect
    faces: tuple[Face, ...]
    says: str
    client: str
    attributes: dict[str, Attribute] = field(default_factory=dict)


_ANY: tuple[Face, ...] = ("wallet", "ndxp", "oidc", "portal")
_DATA: tuple[Face, ...] = ("wallet", "ndxp")
_WALLET: tuple[Face, ...] = ("wallet",)
_NO_ANSWER = "treat as no answer; ask again later"
_DISCARD = "discard the document: it proves nothing about the holder"

KINDS: dict[str, Kind] = {
    "latency": Kind(
        "transport",
        _ANY,
        "answers late, and right",
        "wait within its time budget",
        {"ms": Attribute(300, 0, 60_000, "how late, in milliseconds")},
    ),
    "timeout": Kind(
        "transport",
        _ANY,
        "holds the connection and never answers",
        "give up within its time budget",
        {"seconds": Attribute(60, 1, 60, "when the sandbox itself gives up and drops the connection")},
    ),
    "reset": Kind("transport", _ANY, "closes the connection (RST) without an answer", _NO_ANSWER),
    "http_500": Kind("transport", _ANY, "500, text/plain", _NO_ANSWER),
    "http_503": Kind("transport", _ANY, "503 with Retry-After: 1", "ask again after Retry-After"),
    "rate_limit": Kind("transport", _ANY, "429 with Retry-After: 1", "ask again after Retry-After, less often"),
    "garbage": Kind("transport", _ANY, "200, application/json, a body that is not JSON", _NO_ANSWER),
    "bad_signature": Kind("document", _WALLET, "a document whose signature was altered in its last bytes", _DISCARD),
    "retired_key": Kind("document", _WALLET, "a document signed by a key that is no longer in the JWKS", _DISCARD),
    "wrong_person": Kind("document", _DATA, "a document or record whose holder.id is somebody else's", _DISCARD),
    "stale": Kind("document", _DATA, "a message two days old (iat/exp, answered_at), otherwise right", _DISCARD),
    "not_licensed": Kind(
        "refusal", _DATA, "403 with error_code 004", "have the procedure licensed; it is no fact about the person"
    ),
    "no_right": Kind(
        "refusal", _DATA, "403 with error_code 005", "have the officer's rights set; it is no fact about the person"
    ),
}


def kinds_for(face: Face) -> list[str]:
    return [name for name, kind in KINDS.items() if face in kind.faces]


@dataclass(slots=True)
class Fault:
    """A fault in force: it strikes a `share` of matching requests, at most `times` of them. None: any, or no limit."""

    id: str
    face: Face
    kind: str
    person: str | None = None
    document_type: str | None = None
    service: str | None = None
    share: float = 1.0
    times: int | None = None
    attributes: dict[str, int] = field(default_factory=dict)
    matched: int = 0
    hits: int = 0

    def matches(self, service: str, holder_id: str | None, types: Iterable[str]) -> bool:
        return (
            (self.service == service or (self.service is None and service != ONLY_BY_NAME))
            and self.person in (None, holder_id)
            and (self.document_type is None or self.document_type in types)
        )

    def strike(self, seed: int) -> bool:
        """Whether the fault strikes this request: the same sequence of requests is struck alike in every run."""
        self.matched += 1
        if self.times is not None and self.hits >= self.times:
            return False
        draw = blake2b(f"fault|{seed}|{self.id}|{self.matched}".encode(), digest_size=8).digest()
        if int.from_bytes(draw, "big") >= self.share * 2**64:
            return False
        self.hits += 1
        return True

    def attribute(self, name: str) -> int:
        return self.attributes.get(name, KINDS[self.kind].attributes[name].default)


class Struck:
    """The faults that match one request. Each decides once whether it strikes, when it first has something to spoil."""

    def __init__(self, faults: list[Fault], seed: int, noted: list[tuple[str, str]]) -> None:
        self._faults, self._seed, self._noted = faults, seed, noted
        self._decided: dict[str, bool] = {}

    def _strikes(self, fault: Fault) -> bool:
        if fault.id not in self._decided:
            struck = self._decided[fault.id] = fault.strike(self._seed)
            if struck:
                self._noted.append((fault.id, fault.kind))
        return self._decided[fault.id]

    def latency(self) -> float:
        """Seconds to wait before anything else."""
        late = [fault for fault in self._faults if fault.kind == "latency" and self._strikes(fault)]
        return sum(fault.attribute("ms") for fault in late) / 1000

    def transport(self) -> Fault | None:
        """The first fault, in the order they were made, that stands in for the answer."""
        for fault in self._faults:
            if KINDS[fault.kind].effect == "transport" and fault.kind != "latency" and self._strikes(fault):
                return fault
        return None

    def answer(self, kind: str) -> bool:
        """Whether the answer as a whole is struck by this kind."""
        return any(fault.kind == kind and self._strikes(fault) for fault in self._faults)

    def document(self, kind: str, document_type: str | None) -> bool:
        """Whether this document is; None asks for what is no document but belongs to the answer."""
        return any(
            fault.kind == kind and fault.document_type in (None, document_type) and self._strikes(fault)
            for fault in self._faults
        )
