"""Findings and decisions: immutable values, and the exact bytes in which they are stored, answered and replayed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

import msgspec
import orjson

from app.domain.evidence import Lookup, Source
from app.domain.law import Citation
from app.domain.values import Frozen


class Outcome(StrEnum):
    """What is decided about one demanded paper."""

    REFUSE_NOT_IN_DOSSIER = "REFUSE_NOT_IN_DOSSIER"
    REFUSE_PAPER_USE_WALLET = "REFUSE_PAPER_USE_WALLET"
    REFUSE_PAPER_USE_REGISTRY = "REFUSE_PAPER_USE_REGISTRY"
    REFUSE_PAPER_USE_ARCHIVE = "REFUSE_PAPER_USE_ARCHIVE"
    REFUSE_PAPER_ELECTRONIC_ONLY = "REFUSE_PAPER_ELECTRONIC_ONLY"
    REFUSE_CERTIFIED_COPY = "REFUSE_CERTIFIED_COPY"
    SYNC_FIRST = "SYNC_FIRST"
    WAIT_SOURCE = "WAIT_SOURCE"
    PAPER_LAWFUL = "PAPER_LAWFUL"


USE_SOURCE = {
    Source.WALLET: Outcome.REFUSE_PAPER_USE_WALLET,
    Source.REGISTRY: Outcome.REFUSE_PAPER_USE_REGISTRY,
    Source.ARCHIVE: Outcome.REFUSE_PAPER_USE_ARCHIVE,
}


class Reason(StrEnum):
    """Why the outcome is what it is; for refusals by data, which source makes the paper needless."""

    NOT_IN_COMPONENTS = "not_in_components"
    CUT_BY_LIST = "cut_by_list"
    HELD_IN_WALLET = "held_in_wallet"
    HELD_IN_REGISTRY = "held_in_registry"
    HELD_IN_ARCHIVE = "held_in_archive"
    NOT_LINKED = "not_linked"
    NO_ANSWER = "no_answer"
    PARTY_DOCUMENT = "party_document"
    NOT_INTEGRATED = "not_integrated"
    NOT_HELD = "not_held"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MISMATCH = "mismatch"
    SYNC_DECLINED = "sync_declined"
    SOURCE_UNAVAILABLE = "source_unavailable"
    RULE_NOT_IN_FORCE = "rule_not_in_force"


HELD_IN = {
    Source.WALLET: Reason.HELD_IN_WALLET,
    Source.REGISTRY: Reason.HELD_IN_REGISTRY,
    Source.ARCHIVE: Reason.HELD_IN_ARCHIVE,
}


class Conclusion(StrEnum):
    """The outcome of a whole decision."""

    WAITING = "waiting"
    LAWFUL = "lawful"
    REFUSED = "refused"
    PARTLY_REFUSED = "partly_refused"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in the two languages of the service."""

    vi: str
    en: str

    def body(self) -> dict[str, str]:
        return {"vi": self.vi, "en": self.en}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do instead: who acts, what, with which source."""

    actor: str
    action: str
    text: Text
    source: str | None = None
    service: str | None = None

    def body(self) -> dict[str, object]:
        body: dict[str, object] = {"actor": self.actor, "action": self.action, "text": self.text.body()}
        if self.source:
            body["source"] = self.source
        if self.service:
            body["service"] = self.service
        return body


@dataclass(frozen=True, slots=True)
class ListNote:
    """A list the finding rests on; a candidate row is one nobody has confirmed yet, and is said to be one."""

    list: str
    status: str

    def body(self) -> dict[str, str]:
        return {"list": self.list, "status": self.status}


@dataclass(frozen=True, slots=True)
class LawfulIf:
    """A fact that, together with its neighbours in the list, would make the paper lawful."""

    fact: str
    text: Text
    sources: tuple[str, ...] = ()

    def body(self) -> dict[str, object]:
        return {"fact": self.fact, "sources": list(self.sources), "text": self.text.body()}


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was looked at, with the values used: no id, name or paper's number stands here."""

    rule: str
    in_force: bool
    applies: bool
    values: dict[str, Any]

    def body(self) -> dict[str, object]:
        return {"rule": self.rule, "in_force": self.in_force, "applies": self.applies, "values": self.values}


@dataclass(frozen=True, slots=True)
class Flags:
    """What the national portal counts per component (QĐ 766 indicators); names as on its wire."""

    digitised: bool = False
    reused: bool = False
    from_personal_store: bool = False
    database: str | None = None
    replaced_by_result: str | None = None

    def body(self) -> dict[str, object]:
        return {
            "DuocSoHoa": int(self.digitised),
            "DuocTaiSuDung": int(self.reused),
            "DuocLayTuKhoDMQG": int(self.from_personal_store),
            "MaCSDL": self.database,
            "MaKetQuaThayThe": self.replaced_by_result,
        }


class Finding(Frozen):
    """The conclusion about one demanded paper."""

    ref: str
    document_type: str
    outcome: Outcome
    reason: Reason
    rule: str
    because: Text
    citations: tuple[Citation, ...]
    remedy: Remedy
    lawful_forms: tuple[str, ...]
    lookups: tuple[Lookup, ...]
    lists: tuple[ListNote, ...]
    should_have_been_cut: bool
    lawful_if: tuple[LawfulIf, ...]
    trace: tuple[Step, ...]
    flags: Flags
    via: tuple[str, ...] = ()
    # All but `ref` and `lookups` as JSON: what findings of the same kind share is written once.
    shared: bytes = b""

    def __repr__(self) -> str:
        return f"Finding({self.ref}, {self.outcome.value}, {self.reason.value})"

    def to_share(self) -> "Callable[..., Finding]":
        """Makes the same finding about other demands (`ref`, `lookups`) that were answered the same way."""
        own = msgspec.structs.asdict(self)
        del own["ref"], own["lookups"]
        return partial(Finding, **{**own, "shared": _inner(self._shared_body())})

    def body(self) -> dict[str, object]:
        return {"ref": self.ref, "lookups": [x.body() for x in self.lookups], **self._shared_body()}

    def bytes(self) -> bytes:
        """`body` as canonical JSON."""
        own = canonical({"ref": self.ref, "lookups": [x.body() for x in self.lookups]})
        return b"%b,%b}" % (own[:-1], self.shared or _inner(self._shared_body()))

    def _shared_body(self) -> dict[str, object]:
        return {
            "document_type": self.document_type,
            "outcome": self.outcome.value,
            "reason": self.reason.value,
            "via": list(self.via),
            "rule": self.rule,
            "because": self.because.body(),
            "citations": [c.body() for c in self.citations],
            "remedy": self.remedy.body(),
            "lawful_forms": list(self.lawful_forms),
            "lists": [n.body() for n in self.lists],
            "should_have_been_cut": self.should_have_been_cut,
            "lawful_if": [f.body() for f in self.lawful_if],
            "trace": [s.body() for s in self.trace],
            "flags": self.flags.body(),
        }


class Decision(Frozen):
    decision_id: str
    outcome: Conclusion
    decided_at: str
    law_as_of: date
    catalogue_revision: int
    rulebook_revision: str
    findings: tuple[Finding, ...]

    def body(self) -> dict[str, object]:
        return {**self._head(), "findings": [f.body() for f in self.findings]}

    def bytes(self) -> bytes:
        """`body` as canonical JSON: what is stored, answered and compared."""
        findings = b",".join([f.bytes() for f in self.findings])
        return b'%b,"findings":[%b]}' % (canonical(self._head())[:-1], findings)

    def _head(self) -> dict[str, object]:
        return {
            "decision_id": self.decision_id,
            "outcome": self.outcome.value,
            "decided_at": self.decided_at,
            "law_as_of": self.law_as_of.isoformat(),
            "catalogue_revision": self.catalogue_revision,
            "rulebook_revision": self.rulebook_revision,
        }

    @property
    def waiting(self) -> bool:
        return self.outcome is Conclusion.WAITING


def conclude(findings: Sequence[Finding]) -> Conclusion:
    """The outcome of the whole from its parts: one paper that waits makes all wait."""
    outcomes = {f.outcome for f in findings}
    if Outcome.WAIT_SOURCE in outcomes:
        return Conclusion.WAITING
    if outcomes <= {Outcome.PAPER_LAWFUL}:
        return Conclusion.LAWFUL
    return Conclusion.PARTLY_REFUSED if Outcome.PAPER_LAWFUL in outcomes else Conclusion.REFUSED


def canonical(body: object) -> bytes:
    """The bytes in which a value is stored, hashed and answered: UTF-8 JSON, no spaces, keys in the order built.

    The same value built twice gives the same bytes; that is what replay compares.
    """
    return orjson.dumps(body)


def _inner(body: dict[str, object]) -> bytes:
    """A JSON object's members without its braces."""
    return canonical(body)[1:-1]
