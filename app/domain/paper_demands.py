"""The rule this product exists for: is a demand for this paper lawful, and if not, what instead?

Facts in, finding out; no clock, no I/O. The steps and their order are the contract of the service; their dates and
provisions stand in the rulebook. A rule that is not in force on the day is skipped and judging goes on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.domain import wording
from app.domain.catalogue import (
    Catalogue,
    DocumentKind,
    DocumentType,
    Form,
    ListMember,
    Procedure,
    TypeSource,
)
from app.domain.decisions import HELD_IN, USE_SOURCE, Finding, Flags, LawfulIf, ListNote, Outcome, Reason, Step
from app.domain.evidence import Answer, Lookup, LookupStatus, Source, judge
from app.domain.law import Citation, LawOn, TypeLaw
from app.domain.persons import SubjectKind
from app.domain.requirements import Query, Requirement, queries, resolve, sources_of

NO_PAPER_SERVICES = "no-paper-services"
CUTTING_LIST = "nq66.7-annex-2"
NAMING_LIST = "nq66.7-annex-1"
CT24_PROCEDURE_LISTS = ("ct24-annex-1", "ct24-annex-2")

_PREFERENCE = (Source.WALLET, Source.REGISTRY, Source.ARCHIVE)
_FAILED_LOOKUP = (Reason.MISMATCH, Reason.REVOKED, Reason.EXPIRED, Reason.SYNC_DECLINED, Reason.NOT_HELD)
# What the sources' answers decide, and other answers might have decided otherwise.
_BY_ANSWERS = frozenset({*USE_SOURCE.values(), Outcome.SYNC_FIRST, Outcome.WAIT_SOURCE})
_STANDS_AGAINST = frozenset({LookupStatus.EXPIRED, LookupStatus.REVOKED, LookupStatus.MISMATCH})


@dataclass(frozen=True, slots=True)
class Item:
    """One demanded paper and what every source answered about it and about its alternatives."""

    ref: str
    document_type: str
    form: Form
    holder: SubjectKind
    holder_named: bool = False
    declined_sync: bool = False
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What all papers of one demand share. `wait_over`: the office has waited for a silent source as long as it may."""

    procedure: Procedure
    on: date
    case: str | None = None
    wait_over: bool = False
    confirmed_lists_only: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a step decides, before it is put in words."""

    rule: str
    outcome: Outcome
    reason: Reason
    cites: tuple[Citation, ...] = ()
    lookup: Lookup | None = None
    via: tuple[str, ...] = ()


@dataclass
class _Case:
    """One paper under judgment: the facts, and the trace of what was looked at."""

    item: Item
    setting: Setting
    law: LawOn
    requirement: Requirement
    lists: dict[str, ListMember]
    overdue: bool
    sources: dict[str, tuple[TypeSource, ...]]
    lookups: tuple[Lookup, ...]
    trace: list[Step] = field(default_factory=list)
    skipped_for_date: bool = False

    @property
    def document_type(self) -> DocumentType:
        return self.requirement.document_type

    @property
    def no_paper_service(self) -> bool:
        """The service takes nothing on paper, from the day its rule holds."""
        return NO_PAPER_SERVICES in self.lists and self.law.in_force("no-paper-service")

    @property
    def electronic_only(self) -> bool:
        """Paper is demanded of a service that takes none."""
        return self.item.form is not Form.ELECTRONIC and self.no_paper_service

    def look(self, rule: str, applies: bool, *, in_force: bool = True, **values: Any) -> bool:
        """Note that a rule was looked at; True when it decides."""
        self.trace.append(Step(rule, in_force, applies, values))
        if applies and not in_force:
            self.skipped_for_date = True
        return applies and in_force

    def of(self, code: str) -> Iterable[Lookup]:
        return (x for x in self.lookups if x.document_type == code)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What has to be asked before a paper can be judged: the archive about `types`, the sources by `queries`."""

    types: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()


def inquire(item: Item, setting: Setting, catalogue: Catalogue, law: LawOn) -> Inquiry:
    """What to ask about one demanded paper: nothing where it is decided without looking at anybody's data."""
    case = _open(item, setting, catalogue, law)
    if _not_in_dossier(case) or _party_document(case):
        return Inquiry()
    types = tuple(t.code for t in case.requirement.types())
    return Inquiry(types, queries(case.requirement, setting.procedure.code, setting.on))


def assess(item: Item, setting: Setting, catalogue: Catalogue, law: LawOn) -> Finding:
    """Judge one demanded paper. Raises UnknownDocumentType, HolderRequired, MissingLaw."""
    case = _open(item, setting, catalogue, law)
    steps: tuple[Callable[[_Case], Verdict | None], ...] = (
        _not_in_dossier,
        _party_document,
        _not_integrated,
        _held,
        _sync_first,
        _wait_for_source,
    )
    verdict = next((v for step in steps if (v := step(case))), None) or _own_reason(case)
    return _finding(case, verdict)


def _open(item: Item, setting: Setting, catalogue: Catalogue, law: LawOn) -> _Case:
    requirement = resolve(
        catalogue, setting.procedure, item.document_type, item.holder, case=setting.case, named=item.holder_named
    )
    memberships = _memberships(catalogue, setting, requirement.document_type)
    sources = sources_of(requirement, setting.procedure.code, setting.on)
    answers = (a for a in item.answers if _counts(a, sources))
    return _Case(
        item,
        setting,
        law,
        requirement,
        {name: m for name, m in memberships.items() if law.list_law(name).period.covers(law.day)},
        _overdue(requirement.document_type, memberships, law),
        sources,
        judge(answers, setting.on),
    )


def _counts(answer: Answer, sources: dict[str, tuple[TypeSource, ...]]) -> bool:
    """The answer is about this paper or a stand-in, from a source in force: facts judged again on another day may hold
    answers of sources that do not serve on that one.
    """
    own = sources.get(answer.document_type)
    if own is None or answer.source is Source.ARCHIVE:
        return own is not None
    return any((s.source, s.service) == (answer.source, answer.service) for s in own)


# ---- the steps, in the order of the contract ------------------------------------------------------------------------


def _not_in_dossier(case: _Case) -> Verdict | None:
    """1. The paper is no component of the procedure, or a list in force has cut it."""
    cut = CUTTING_LIST in case.lists
    missing = not case.requirement.components
    in_force = case.law.in_force("not-in-dossier")
    if not case.look("not-in-dossier", missing or cut, in_force=in_force, in_components=not missing, cut_by_list=cut):
        # Before this rule there was no list to hold a demand against: its absence is no reason of its own.
        case.skipped_for_date = False
        return None
    cites = case.law.cite_rule("not-in-dossier")
    if cut:
        cites = (*case.law.cite(case.law.list_law(CUTTING_LIST).cites), *cites)
    reason = Reason.NOT_IN_COMPONENTS if missing else Reason.CUT_BY_LIST
    return Verdict("not-in-dossier", Outcome.REFUSE_NOT_IN_DOSSIER, reason, cites)


def _party_document(case: _Case) -> Verdict | None:
    """2. What the applicant or the parties write themselves may always be asked for."""
    if not case.look("party-document", case.document_type.kind is DocumentKind.PARTY):
        return None
    return _lawful("party-document", case, Reason.PARTY_DOCUMENT)


def _not_integrated(case: _Case) -> Verdict | None:
    """3. The State holds neither this paper nor one that may stand in for it."""
    sourced = [code for code, sources in case.sources.items() if sources]
    archived = any(x.source is Source.ARCHIVE and x.status is LookupStatus.HELD for x in case.lookups)
    if not case.look("not-integrated", not sourced and not archived, with_source=sourced, archived=archived):
        return None
    return _lawful("not-integrated", case, Reason.NOT_INTEGRATED)


def _held(case: _Case) -> Verdict | None:
    """4. Some source holds it, or holds what may stand in for it."""
    own = _best(case, case.document_type.code)
    via = [_best_of(case, choice) for choice in case.requirement.alternatives]
    stand_in = max((x for x in via if x), key=_rank, default=None) if via and all(via) else None
    lookup = min((x for x in (own, stand_in) if x), key=_rank, default=None)
    out_of_time = lookup is None and _held_out_of_time(case)
    case.look(
        "held-by-the-state",
        lookup is not None or out_of_time,
        in_force=not out_of_time,
        sources=[f"{x.source.value}:{x.document_type}" for x in case.lookups if x.status is LookupStatus.HELD],
    )
    if lookup is None:
        return None
    names = tuple(dict.fromkeys(x.document_type for x in via if x)) if lookup is not own else ()
    return Verdict(
        "held-by-the-state",
        USE_SOURCE[lookup.source],
        HELD_IN[lookup.source],
        _cites_of_data(case, lookup),
        lookup,
        names,
    )


def _sync_first(case: _Case) -> Verdict | None:
    """5. The State holds it, but the citizen has not linked it: show how, before any paper."""
    unlinked = [x for x in case.lookups if x.source is Source.WALLET and x.status is LookupStatus.NOT_LINKED]
    silent = any(x.status is LookupStatus.NO_ANSWER for x in case.lookups)
    clear = _to_link(case)
    applies = bool(clear) and not silent and not case.item.declined_sync
    values = {"not_linked": [x.document_type for x in unlinked], "all_answered": not silent}
    in_force = case.law.in_force("sync-first")
    if not case.look("sync-first", applies, in_force=in_force, declined=case.item.declined_sync, **values):
        return None
    own = next((x for x in clear if x.document_type == case.document_type.code), clear[0])
    via = () if own.document_type == case.document_type.code else (own.document_type,)
    cites = case.law.cite_rule("sync-first", own.document_type)
    return Verdict("sync-first", Outcome.SYNC_FIRST, Reason.NOT_LINKED, cites, own, via)


def _wait_for_source(case: _Case) -> Verdict | None:
    """6. A source gave no answer: the demand waits, until the law's time for waiting is over."""
    silent = [x for x in case.lookups if x.status is LookupStatus.NO_ANSWER]
    awaited = _awaited(case)
    values = {"no_answer": [f"{x.source.value}:{x.document_type}" for x in silent], "wait_over": case.setting.wait_over}
    if not case.look("wait-for-source", bool(silent), in_force=bool(awaited), **values):
        return None
    if case.setting.wait_over:
        return _lawful("wait-for-source", case, Reason.SOURCE_UNAVAILABLE)
    cites = _once((*case.law.cite_rule("wait-for-source"), *_cites_of_own_law(case, awaited)))
    return Verdict("wait-for-source", Outcome.WAIT_SOURCE, Reason.NO_ANSWER, cites, awaited[0])


def _own_reason(case: _Case) -> Verdict:
    """7. Otherwise: why the sources cannot stand in for this paper, and in which form it may be asked."""
    reason = _why_not_held(case)
    case.look("after-failed-lookup", True, reason=reason.value, form=case.item.form.value)
    if case.electronic_only:
        return _lawful("after-failed-lookup", case, reason)
    if _certified_copy_needless(case):
        own = (c for law in _own_laws(case) for c in case.law.cite(law.cites))
        cites = _once((*case.law.cite_rule("no-certified-copy"), *own))
        case.look("no-certified-copy", True)
        return Verdict("no-certified-copy", Outcome.REFUSE_CERTIFIED_COPY, reason, cites)
    return _lawful("after-failed-lookup", case, Reason.RULE_NOT_IN_FORCE if case.skipped_for_date else reason)


# ---- what the steps ask ---------------------------------------------------------------------------------------------


def _lawful(rule: str, case: _Case, reason: Reason) -> Verdict:
    """Paper may be asked for, except where the service takes no paper at all."""
    if case.electronic_only:
        case.look("no-paper-service", True, list=NO_PAPER_SERVICES)
        cites = case.law.cite_rule("no-paper-service")
        return Verdict("no-paper-service", Outcome.REFUSE_PAPER_ELECTRONIC_ONLY, reason, cites)
    cites = ()
    if reason in (Reason.MISMATCH, Reason.SOURCE_UNAVAILABLE):
        cites = case.law.cite_rule("paper-after-incident")
    elif reason in _FAILED_LOOKUP:
        cites = case.law.cite_rule("sync-declined" if reason is Reason.SYNC_DECLINED else "paper-after-lookup")
    return Verdict(rule, Outcome.PAPER_LAWFUL, reason, cites)


def _why_not_held(case: _Case) -> Reason:
    """The paper's own reason, the weightiest first; the archive alone does not make a paper an integrated one."""
    if not case.sources[case.document_type.code]:
        return Reason.NOT_INTEGRATED
    statuses = {x.status for x in case.of(case.document_type.code)}
    for status in (LookupStatus.MISMATCH, LookupStatus.REVOKED, LookupStatus.EXPIRED):
        if status in statuses:
            return Reason(status.value)
    return Reason.SYNC_DECLINED if LookupStatus.NOT_LINKED in statuses and case.item.declined_sync else Reason.NOT_HELD


def _certified_copy_needless(case: _Case) -> bool:
    """A certified copy is asked of a paper the State has data about: seeing the original is enough, by law."""
    sourced = bool(case.sources[case.document_type.code])
    in_force = case.law.in_force("no-certified-copy") or bool(_own_laws(case))
    return case.item.form is Form.CERTIFIED_COPY and sourced and in_force


def _own_laws(case: _Case) -> list[TypeLaw]:
    """The earlier laws of the paper's own, by its sources in force."""
    code = case.document_type.code
    return [law for s in case.sources[code] if (law := case.law.type_law(code, s.service))]


def _to_link(case: _Case) -> list[Lookup]:
    """What the citizen could link in the wallet, and nothing that another source speaks against."""
    return [
        x
        for x in case.lookups
        if x.status is LookupStatus.NOT_LINKED
        and not any(y.status in _STANDS_AGAINST for y in case.of(x.document_type))
    ]


def _awaited(case: _Case) -> list[Lookup]:
    """The silent sources for which waiting is law on the day, by the general rule or the type's own earlier law."""
    general = case.law.in_force("wait-for-source")
    return [
        x for x in case.lookups if x.status is LookupStatus.NO_ANSWER and (general or _own_law(case, x) is not None)
    ]


def _rank(lookup: Lookup) -> int:
    return _PREFERENCE.index(lookup.source)


def _best(case: _Case, code: str) -> Lookup | None:
    """The preferred source that holds this type under a rule in force on the day."""
    held = (x for x in case.of(code) if x.status is LookupStatus.HELD and _binds(case, x))
    return min(held, key=_rank, default=None)


def _best_of(case: _Case, choice: Sequence[DocumentType]) -> Lookup | None:
    return min((x for t in choice if (x := _best(case, t.code))), key=_rank, default=None)


def _binds(case: _Case, lookup: Lookup) -> bool:
    """Using this source instead of paper is law on the day: by the general rule, or by the type's own earlier law."""
    return case.law.in_force(f"use-{lookup.source.value}") or _own_law(case, lookup) is not None


def _own_law(case: _Case, lookup: Lookup) -> TypeLaw | None:
    return case.law.type_law(lookup.document_type, lookup.answer.service)


def _cites_of_own_law(case: _Case, lookups: Iterable[Lookup]) -> list[Citation]:
    return [c for x in lookups if (own := _own_law(case, x)) for c in case.law.cite(own.cites)]


def _held_out_of_time(case: _Case) -> bool:
    """Something that would have refused the paper is held, under a rule that does not hold yet (or no more)."""
    codes = {x.document_type for x in case.lookups if x.status is LookupStatus.HELD}
    if case.document_type.code in codes:
        return True
    return bool(case.requirement.alternatives) and all(
        any(t.code in codes for t in choice) for choice in case.requirement.alternatives
    )


def _cites_of_data(case: _Case, lookup: Lookup) -> tuple[Citation, ...]:
    """What a refusal by data cites, the strongest first: the rule, the type's own law, the dossier text, the lists."""
    law = case.law
    cites = list(law.cite_rule(f"use-{lookup.source.value}", lookup.document_type))
    cites += _cites_of_own_law(case, [lookup])
    for component in case.requirement.components:
        cites += [c for act in component.cites for c in law.cite_law(act)]
    for name in (*CT24_PROCEDURE_LISTS, NAMING_LIST):
        if name in case.lists:
            cites += law.cite(law.list_law(name).cites)
    return _once(cites)


def _once(cites: Iterable[Citation]) -> tuple[Citation, ...]:
    """Each provision once; a whole act only where none of its provisions is cited already."""
    kept: list[Citation] = []
    for c in cites:
        if not any(k.law == c.law and (k.provision == c.provision or c.provision is None) for k in kept):
            kept.append(c)
    return tuple(kept)


def _memberships(catalogue: Catalogue, setting: Setting, document_type: DocumentType) -> dict[str, ListMember]:
    """The lists on which the procedure stands, as far as they speak of this paper."""
    found = catalogue.memberships(setting.procedure.code, setting.on, confirmed_only=setting.confirmed_lists_only)
    official = document_type.kind is DocumentKind.OFFICIAL
    return {
        name: member
        for name, member in found.items()
        if name == NO_PAPER_SERVICES
        or (name in (NAMING_LIST, CUTTING_LIST) and document_type.code in member.document_types)
        or (name in CT24_PROCEDURE_LISTS and official)
    }


def _overdue(document_type: DocumentType, memberships: dict[str, ListMember], law: LawOn) -> bool:
    """The component should have been cut from the procedure by this day, whatever becomes of the demand.

    A deadline that has passed stays passed: the end of the act that set it does not bring the component back to date.
    """
    if document_type.kind is DocumentKind.PARTY:
        return False
    deadlines = [law.list_law(name).cut_by for name in memberships]
    if document_type.code in law.rulebook.article_4:
        deadlines.append(law.rulebook.article_4_cut_by)
    return any(cut_by is not None and cut_by <= law.day for cut_by in deadlines)


# ---- the finding ----------------------------------------------------------------------------------------------------


def _finding(case: _Case, verdict: Verdict) -> Finding:
    return Finding(
        ref=case.item.ref,
        document_type=case.document_type.code,
        outcome=verdict.outcome,
        reason=verdict.reason,
        rule=verdict.rule,
        because=wording.because(
            verdict.outcome, verdict.reason, case.document_type.name, verdict.lookup, _names_of(case, verdict.via)
        ),
        citations=verdict.cites,
        remedy=wording.remedy(verdict.outcome, verdict.reason, verdict.lookup, case.item.form),
        lawful_forms=_lawful_forms(case, verdict),
        lookups=case.lookups,
        lists=tuple(ListNote(name, member.status.value) for name, member in case.lists.items()),
        should_have_been_cut=case.overdue,
        lawful_if=_lawful_if(case, verdict),
        trace=tuple(case.trace),
        flags=_flags(verdict),
        via=verdict.via,
    )


def _names_of(case: _Case, codes: tuple[str, ...]) -> tuple[str, ...]:
    names = {t.code: t.name for t in case.requirement.types()}
    return tuple(names[code] for code in codes)


def _lawful_forms(judged: _Case, verdict: Verdict) -> tuple[str, ...]:
    """What may be asked: after a failed look-up the original, for comparison; never a certified copy of it."""
    match verdict.outcome:
        case Outcome.PAPER_LAWFUL if judged.no_paper_service:
            return (Form.ELECTRONIC.value,)
        case Outcome.PAPER_LAWFUL if verdict.reason in (*_FAILED_LOOKUP, Reason.SOURCE_UNAVAILABLE):
            return (Form.ORIGINAL.value,)
        case Outcome.PAPER_LAWFUL:
            return tuple(f.value for f in Form)
        case Outcome.REFUSE_CERTIFIED_COPY:
            return (Form.ORIGINAL.value,)
        case Outcome.REFUSE_PAPER_ELECTRONIC_ONLY:
            return (Form.ELECTRONIC.value,)
        case _:
            return ()


def _lawful_if(case: _Case, verdict: Verdict) -> tuple[LawfulIf, ...]:
    """The fewest facts that, together, would make the paper lawful: each removes what the next step would refuse."""
    outcome, facts, waited = verdict.outcome, [], False
    if outcome is Outcome.PAPER_LAWFUL:
        return ()
    if outcome is Outcome.REFUSE_NOT_IN_DOSSIER:
        facts.append(wording.lawful_if("component_published"))
        # Nobody was asked; where a source binds the office, it must not hold the paper either.
        if unasked := _binding_sources(case):
            facts.append(wording.lawful_if("no_source_holds_it", unasked))
    if outcome in USE_SOURCE.values():
        facts.append(wording.lawful_if("no_source_holds_it", _holding_sources(case)))
    if outcome in _BY_ANSWERS:
        waited = bool(_awaited(case))
        if waited and not case.setting.wait_over:
            facts.append(wording.lawful_if("wait_over"))
        elif not waited and _to_link(case) and not case.item.declined_sync and case.law.in_force("sync-first"):
            facts.append(wording.lawful_if("citizen_declines_sync"))
    if case.electronic_only:
        facts.append(wording.lawful_if("form_electronic"))
    elif _certified_copy_needless(case) and not waited:
        facts.append(wording.lawful_if("form_original"))
    return tuple(facts)


def _binding_sources(case: _Case) -> tuple[str, ...]:
    """The paper's own sources that replace paper on the day."""
    code = case.document_type.code
    return tuple(f"{s.service or s.source.value}:{code}" for s in case.sources[code] if _replaces(case.law, code, s))


def _holding_sources(case: _Case) -> tuple[str, ...]:
    """The fewest sources that would have to lose the paper: its own, and those of one choice it may be met by."""
    held = [x for x in case.lookups if x.status is LookupStatus.HELD and _binds(case, x)]
    own = [x for x in held if x.document_type == case.document_type.code]
    choices = [[x for x in held if x.document_type in {t.code for t in c}] for c in case.requirement.alternatives]
    needed = (*own, *min(choices, key=len, default=[]))
    return tuple(f"{x.answer.service or x.source.value}:{x.document_type}" for x in needed)


def _flags(verdict: Verdict) -> Flags:
    """The portal's marks for a component that data replaces; all zero while nothing does."""
    lookup = verdict.lookup
    if lookup is None or verdict.outcome not in USE_SOURCE.values():
        return Flags()
    return Flags(
        digitised=True,
        reused=True,
        from_personal_store=lookup.source is not Source.REGISTRY,
        database=lookup.answer.service,
        replaced_by_result=lookup.answer.result_code,
    )


def integrated_on(document_type: DocumentType, procedure: str, day: date, law: LawOn) -> bool:
    """A wallet or registry source of the type replaces paper on this day (for publishing procedures)."""
    return any(_replaces(law, document_type.code, s) for s in document_type.sources_for(procedure, day))


def _replaces(law: LawOn, document_type: str, source: TypeSource) -> bool:
    return law.in_force(f"use-{source.source.value}") or law.type_law(document_type, source.service) is not None
