"""The rule this product exists for: is a demand for this paper lawful, and if not, what instead?

Facts in, finding out; no clock, no I/O. The steps and their order are the contract of the service; their dates and
provisions stand in the rulebook. A rule that is not in force on the day is skipped and judging goes on.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from app.domain.cases import (
    CT24_PROCEDURE_LISTS,
    CUTTING_LIST,
    NAMING_LIST,
    NO_PAPER_SERVICES,
    Case,
    Inquiry,
    Item,
    Setting,
    Verdict,
    awaited_sources,
    binds,
    certified_copy_needless,
    lookups_of,
    once_each,
    own_law,
    own_laws,
    place_of,
    replaces,
    to_link,
)
from app.domain.catalogue import Catalogue, DocumentKind, DocumentType
from app.domain.decisions import HELD_IN, USE_SOURCE, Finding, Outcome, Reason
from app.domain.evidence import Lookup, LookupStatus, Source
from app.domain.findings import FAILED_LOOKUP, finding_of
from app.domain.law import Citation, LawOn
from app.domain.requirements import queries

# Findings remembered for one place: there are not many ways in which a few sources can answer.
_RULED = 512
_PREFERENCE = (Source.WALLET, Source.REGISTRY, Source.ARCHIVE)


def inquire(item: Item, setting: Setting, catalogue: Catalogue, law: LawOn) -> Inquiry:
    """What to ask about one demanded paper: nothing where it is decided without looking at anybody's data."""
    place = place_of(item, setting, catalogue, law)
    if place.inquiry is None:
        case = Case(item, setting, place, ())
        if _not_in_dossier(case) or _party_document(case):
            place.inquiry = Inquiry()
        else:
            types = tuple(t.code for t in case.requirement.types())
            place.inquiry = Inquiry(types, queries(case.requirement, setting.procedure.code, setting.on))
    return place.inquiry


def assess(item: Item, setting: Setting, catalogue: Catalogue, law: LawOn) -> Finding:
    """Judge one demanded paper. Raises UnknownDocumentType, HolderRequired, MissingLaw.

    The same answers about the same paper of the same procedure on the same day have the same finding, so it is worked
    out once; whose answers they are, and which, is put in each time.
    """
    place = place_of(item, setting, catalogue, law)
    lookups = lookups_of(item, setting, place)
    said = [
        (a.source, a.service, a.document_type, x.status, a.result_code, a.disagrees_with)
        for x in lookups
        for a in (x.answer,)
    ]
    key = (item.form, item.declined_sync, setting.wait_over, *said)
    found = place.ruled.get(key)
    if found is None:
        if len(place.ruled) >= _RULED:
            place.ruled.clear()
        found = place.ruled[key] = _rule(Case(item, setting, place, lookups)).to_share()
    return found(ref=item.ref, lookups=lookups)


def _rule(case: Case) -> Finding:
    steps: tuple[Callable[[Case], Verdict | None], ...] = (
        _not_in_dossier,
        _party_document,
        _not_integrated,
        _held,
        _sync_first,
        _wait_for_source,
    )
    return finding_of(case, next((v for step in steps if (v := step(case))), None) or _own_reason(case))


# ---- the steps, in the order of the contract ------------------------------------------------------------------------


def _not_in_dossier(case: Case) -> Verdict | None:
    """1. The paper is no component of the procedure, or a list in force has cut it.

    While the official text of some component waits for a person's review, nobody can say what the dossier lacks.
    """
    cut = CUTTING_LIST in case.lists
    missing = not case.requirement.components and not case.setting.procedure.doubtful
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


def _party_document(case: Case) -> Verdict | None:
    """2. What the applicant or the parties write themselves may always be asked for."""
    if not case.look("party-document", case.document_type.kind is DocumentKind.PARTY):
        return None
    return _lawful("party-document", case, Reason.PARTY_DOCUMENT)


def _not_integrated(case: Case) -> Verdict | None:
    """3. The State holds neither this paper nor one that may stand in for it."""
    sourced = [code for code, sources in case.sources.items() if sources]
    archived = any(x.source is Source.ARCHIVE and x.status is LookupStatus.HELD for x in case.lookups)
    if not case.look("not-integrated", not sourced and not archived, with_source=sourced, archived=archived):
        return None
    return _lawful("not-integrated", case, Reason.NOT_INTEGRATED)


def _held(case: Case) -> Verdict | None:
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


def _sync_first(case: Case) -> Verdict | None:
    """5. The State holds it, but the citizen has not linked it: show how, before any paper."""
    unlinked = [x for x in case.lookups if x.source is Source.WALLET and x.status is LookupStatus.NOT_LINKED]
    silent = any(x.status is LookupStatus.NO_ANSWER for x in case.lookups)
    clear = to_link(case)
    applies = bool(clear) and not silent and not case.item.declined_sync
    values = {"not_linked": [x.document_type for x in unlinked], "all_answered": not silent}
    in_force = case.law.in_force("sync-first")
    if not case.look("sync-first", applies, in_force=in_force, declined=case.item.declined_sync, **values):
        return None
    own = next((x for x in clear if x.document_type == case.document_type.code), clear[0])
    via = () if own.document_type == case.document_type.code else (own.document_type,)
    cites = case.law.cite_rule("sync-first", own.document_type)
    return Verdict("sync-first", Outcome.SYNC_FIRST, Reason.NOT_LINKED, cites, own, via)


def _wait_for_source(case: Case) -> Verdict | None:
    """6. A source gave no answer: the demand waits, until the law's time for waiting is over."""
    silent = [x for x in case.lookups if x.status is LookupStatus.NO_ANSWER]
    awaited = awaited_sources(case)
    values = {"no_answer": [f"{x.source.value}:{x.document_type}" for x in silent], "wait_over": case.setting.wait_over}
    if not case.look("wait-for-source", bool(silent), in_force=bool(awaited), **values):
        return None
    if case.setting.wait_over:
        return _lawful("wait-for-source", case, Reason.SOURCE_UNAVAILABLE)
    cites = once_each((*case.law.cite_rule("wait-for-source"), *_cites_of_own_law(case, awaited)))
    return Verdict("wait-for-source", Outcome.WAIT_SOURCE, Reason.NO_ANSWER, cites, awaited[0])


def _own_reason(case: Case) -> Verdict:
    """7. Otherwise: why the sources cannot stand in for this paper, and in which form it may be asked."""
    reason = _why_not_held(case)
    case.look("after-failed-lookup", True, reason=reason.value, form=case.item.form.value)
    if case.electronic_only:
        return _lawful("after-failed-lookup", case, reason)
    if certified_copy_needless(case):
        own = (c for law in own_laws(case) for c in case.law.cite(law.cites))
        cites = once_each((*case.law.cite_rule("no-certified-copy"), *own))
        case.look("no-certified-copy", True)
        return Verdict("no-certified-copy", Outcome.REFUSE_CERTIFIED_COPY, reason, cites)
    return _lawful("after-failed-lookup", case, Reason.RULE_NOT_IN_FORCE if case.skipped_for_date else reason)


# ---- what the steps ask ---------------------------------------------------------------------------------------------


def _lawful(rule: str, case: Case, reason: Reason) -> Verdict:
    """Paper may be asked for, except where the service takes no paper at all."""
    if case.electronic_only:
        case.look("no-paper-service", True, list=NO_PAPER_SERVICES)
        cites = case.law.cite_rule("no-paper-service")
        return Verdict("no-paper-service", Outcome.REFUSE_PAPER_ELECTRONIC_ONLY, reason, cites)
    cites = ()
    if reason in (Reason.MISMATCH, Reason.SOURCE_UNAVAILABLE):
        cites = case.law.cite_rule("paper-after-incident")
    elif reason in FAILED_LOOKUP:
        cites = case.law.cite_rule("sync-declined" if reason is Reason.SYNC_DECLINED else "paper-after-lookup")
    return Verdict(rule, Outcome.PAPER_LAWFUL, reason, cites)


def _why_not_held(case: Case) -> Reason:
    """The paper's own reason, the weightiest first; the archive alone does not make a paper an integrated one."""
    if not case.sources[case.document_type.code]:
        return Reason.NOT_INTEGRATED
    statuses = {x.status for x in case.of(case.document_type.code)}
    for status in (LookupStatus.MISMATCH, LookupStatus.REVOKED, LookupStatus.EXPIRED):
        if status in statuses:
            return Reason(status.value)
    return Reason.SYNC_DECLINED if LookupStatus.NOT_LINKED in statuses and case.item.declined_sync else Reason.NOT_HELD


def _rank(lookup: Lookup) -> int:
    return _PREFERENCE.index(lookup.source)


def _best(case: Case, code: str) -> Lookup | None:
    """The preferred source that holds this type under a rule in force on the day."""
    held = (x for x in case.of(code) if x.status is LookupStatus.HELD and binds(case, x))
    return min(held, key=_rank, default=None)


def _best_of(case: Case, choice: Sequence[DocumentType]) -> Lookup | None:
    return min((x for t in choice if (x := _best(case, t.code))), key=_rank, default=None)


def _cites_of_own_law(case: Case, lookups: Iterable[Lookup]) -> list[Citation]:
    return [c for x in lookups if (own := own_law(case, x)) for c in case.law.cite(own.cites)]


def _held_out_of_time(case: Case) -> bool:
    """Something that would have refused the paper is held, under a rule that does not hold yet (or no more)."""
    codes = {x.document_type for x in case.lookups if x.status is LookupStatus.HELD}
    if case.document_type.code in codes:
        return True
    return bool(case.requirement.alternatives) and all(
        any(t.code in codes for t in choice) for choice in case.requirement.alternatives
    )


def _cites_of_data(case: Case, lookup: Lookup) -> tuple[Citation, ...]:
    """What a refusal by data cites, the strongest first: the rule, the type's own law, the dossier text, the lists."""
    law = case.law
    cites = list(law.cite_rule(f"use-{lookup.source.value}", lookup.document_type))
    cites += _cites_of_own_law(case, [lookup])
    for component in case.requirement.components:
        cites += [c for act in component.cites for c in law.cite_law(act)]
    for name in (*CT24_PROCEDURE_LISTS, NAMING_LIST):
        if name in case.lists:
            cites += law.cite(law.list_law(name).cites)
    return once_each(cites)


# ---- the finding ----------------------------------------------------------------------------------------------------


def integrated_on(document_type: DocumentType, procedure: str, day: date, law: LawOn) -> bool:
    """A wallet or registry source of the type replaces paper on this day (for publishing procedures)."""
    return any(replaces(law, document_type.code, s) for s in document_type.sources_for(procedure, day))
