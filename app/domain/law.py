"""The law as dated values: acts, provisions, the rules that rest on them, and what is in force on a day.

Nothing here knows an article by heart: the rulebook's files do. What is asked for and missing raises, it never
defaults, because a default would be law we made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cached_property

from app.domain.errors import MissingLaw


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` through `until`, both days included; None sets no limit on that side."""

    start: date | None = None
    until: date | None = None

    def covers(self, on: date) -> bool:
        return (self.start is None or self.start <= on) and (self.until is None or on <= self.until)


class CitationStatus(StrEnum):
    IN_FORCE = "in_force"
    # The act is in force and says so, but no public copy of the article could be read: the act is cited alone.
    PROVISION_NOT_FOUND = "in_force_provision_not_found"


@dataclass(frozen=True, slots=True)
class Law:
    """An act. `checked_on` is the day a person last compared the entry with the reference; `confirmed` entries agree
    with an official list, the others wait to be compared with the gazette.
    """

    id: str
    name: str
    title: str
    issuer: str
    issued_on: date | None
    period: Period
    reference: str
    confirmed: bool
    checked_on: date


@dataclass(frozen=True, slots=True)
class Provision:
    """A citable piece of a law; `provision` is None where the article was not found in any public copy."""

    id: str
    law: Law
    provision: str | None
    period: Period
    words: str | None
    reference: str
    confidence: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Citation:
    law: str
    provision: str | None
    title: str
    in_force_from: date | None
    status: CitationStatus

    def body(self) -> dict[str, object]:
        return {
            "law": self.law,
            "provision": self.provision,
            "title": self.title,
            "in_force_from": self.in_force_from.isoformat() if self.in_force_from else None,
            "status": self.status.value,
        }


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """What one rule rests on during one period; `cites` are provision ids, the strongest first."""

    period: Period
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypeLaw:
    """An earlier law of a document type's own: data of this service replaced this paper before the general rule."""

    document_type: str
    service: str
    period: Period
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListLaw:
    """A list of procedures or of documents that an act annexes; `cut_by` is the day its components had to be cut."""

    id: str
    title: str
    subject: str
    law: str
    cites: tuple[str, ...]
    period: Period
    declared: int | None
    declared_rows: int | None
    cut_by: date | None


@dataclass(frozen=True, slots=True)
class WaitLimit:
    """How long the law lets an office wait for a source: working hours, or whole working days after receipt."""

    period: Period
    channel: str
    working_hours: int | None
    working_days: int | None
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeeLaw:
    """An act that drops fees for the physical copy of a result: `purposes` of producing, printing, issuing.

    What is left empty sets no limit: no `document_types`, all of them; no `procedures`, all of them.
    """

    purposes: frozenset[str]
    document_types: frozenset[str]
    procedures: frozenset[str]
    period: Period
    cites: tuple[str, ...]

    def drops(self, purpose: str, document_type: str, procedure: str, on: date) -> bool:
        return (
            self.period.covers(on)
            and purpose in self.purposes
            and (not self.document_types or document_type in self.document_types)
            and (not self.procedures or procedure in self.procedures)
        )


@dataclass(frozen=True, slots=True)
class ProcessingCut:
    """By how much, at least, a plan shortens the time dossiers of one channel take: `percent` of it."""

    period: Period
    channel: str
    percent: int
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The hour of a working day up to which paper that another agency decides is forwarded to it on that day."""

    period: Period
    by: time
    cites: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """All law the service knows, at one revision (digest of its files)."""

    revision: str
    laws: Mapping[str, Law]
    provisions: Mapping[str, Provision]
    rules: Mapping[str, tuple[RuleVersion, ...]]
    type_laws: tuple[TypeLaw, ...]
    article_4: Mapping[str, str]
    article_4_cut_by: date
    lists: Mapping[str, ListLaw]
    wait_limits: tuple[WaitLimit, ...]
    fees_dropped: tuple[FeeLaw, ...] = ()
    ask_limits: tuple[WaitLimit, ...] = ()
    processing_cuts: tuple[ProcessingCut, ...] = ()
    forwarding: tuple[Forwarding, ...] = ()
    _days: dict[date, "LawOn"] = field(default_factory=dict, repr=False, compare=False)

    def on(self, day: date) -> "LawOn":
        """The law as in force on a day; remembered, since most demands of a day ask for the same one."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) > 512:
                self._days.clear()
            found = self._days[day] = LawOn(self, day)
        return found


@dataclass(frozen=True, eq=False)
class LawOn:
    """The rulebook seen from one day."""

    rulebook: Rulebook
    day: date
    _cited: dict[tuple[str, str | None], tuple[Citation, ...]] = field(default_factory=dict, repr=False)

    def in_force(self, rule: str) -> bool:
        return self._version(rule) is not None

    def cite_rule(self, rule: str, document_type: str | None = None) -> tuple[Citation, ...]:
        """What a rule cites on this day, the strongest first; the article-4 entry is the type's own point of it."""
        found = self._cited.get((rule, document_type))
        if found is None:
            version = self._version(rule)
            found = self._cited[rule, document_type] = self.cite(version.cites, document_type) if version else ()
        return found

    def cite(self, provisions: tuple[str, ...], document_type: str | None = None) -> tuple[Citation, ...]:
        """Those of the provisions that are in force on this day, in the given order."""
        found = []
        for name in provisions:
            known = self.rulebook.provisions.get(self._point_of_article_4(name, document_type))
            if known is None:
                raise MissingLaw(provision=name, on=self.day)
            if known.period.covers(self.day) and known.law.period.covers(self.day):
                status = CitationStatus.IN_FORCE if known.provision else CitationStatus.PROVISION_NOT_FOUND
                found.append(Citation(known.law.id, known.provision, known.law.name, known.period.start, status))
        return tuple(found)

    def cite_law(self, law: str, provision: str | None = None) -> tuple[Citation, ...]:
        """A whole act, when it is in force on this day."""
        act = self.rulebook.laws.get(law)
        if act is None:
            raise MissingLaw(law=law, on=self.day)
        status = CitationStatus.IN_FORCE if provision else CitationStatus.PROVISION_NOT_FOUND
        return (Citation(act.id, provision, act.name, act.period.start, status),) if act.period.covers(self.day) else ()

    def type_law(self, document_type: str, service: str | None) -> TypeLaw | None:
        """The type's own law for data of this service, when in force on this day."""
        for law in self.rulebook.type_laws:
            if law.document_type == document_type and law.service == service and law.period.covers(self.day):
                return law
        return None

    def list_law(self, list_id: str) -> ListLaw:
        try:
            return self.rulebook.lists[list_id]
        except KeyError:
            raise MissingLaw(list=list_id, on=self.day) from None

    def fee_dropped(self, purpose: str, document_type: str, procedure: str) -> FeeLaw | None:
        """The law that drops this fee on this day; None where the rulebook knows of none."""
        dropping = (x for x in self.rulebook.fees_dropped if x.drops(purpose, document_type, procedure, self.day))
        return next(dropping, None)

    def wait_limit(self, channel: str) -> WaitLimit:
        """How long an office may wait for a source, by channel, on this day."""
        for limit in self.rulebook.wait_limits:
            if limit.channel == channel and limit.period.covers(self.day):
                return limit
        raise MissingLaw(parameter="registry_wait", channel=channel, on=self.day)

    def waits(self, channel: str) -> bool:
        """Whether an office waits for a silent source at all, on this day."""
        return channel not in self._waitless

    @cached_property
    def _waitless(self) -> frozenset[str]:
        own = (x for x in self.rulebook.wait_limits if x.period.covers(self.day))
        return frozenset(x.channel for x in own if not (x.working_hours or x.working_days))

    def ask_limit(self, channel: str) -> WaitLimit | None:
        """How long the law lets an office take to ask for what it could not retrieve; None where it sets no limit."""
        found = (x for x in self.rulebook.ask_limits if x.channel == channel and x.period.covers(self.day))
        return next(found, None)

    def processing_cut(self, channel: str) -> ProcessingCut | None:
        """By how much dossiers received on this day through this channel are to be quicker."""
        found = (x for x in self.rulebook.processing_cuts if x.channel == channel and x.period.covers(self.day))
        return next(found, None)

    def forwarding(self) -> Forwarding | None:
        return next((x for x in self.rulebook.forwarding if x.period.covers(self.day)), None)

    def _version(self, rule: str) -> RuleVersion | None:
        versions = self.rulebook.rules.get(rule)
        if versions is None:
            raise MissingLaw(rule=rule, on=self.day)
        return next((v for v in versions if v.period.covers(self.day)), None)

    def _point_of_article_4(self, provision: str, document_type: str | None) -> str:
        if provision == ARTICLE_4 and document_type is not None:
            return self.rulebook.article_4.get(document_type, ARTICLE_4)
        return provision


# The rules the service asks for; the rulebook has to know each of them, and no other.
RULES = frozenset(
    {
        "not-in-dossier",
        "use-wallet",
        "use-registry",
        "use-archive",
        "sync-first",
        "wait-for-source",
        "no-certified-copy",
        "no-paper-service",
        "paper-after-lookup",
        "paper-after-incident",
        "sync-declined",
        "one-complete-notice",
        "physical-on-request",
        "physical-fee",
        "no-eform-signature",
        "private-paper-advised",
        "private-paper-refused",
    }
)
# The provision id under which NQ 66.7/2025 Điều 4 stands in a rule; each paper has its own point of the article.
ARTICLE_4 = "nq66.7-d4"
