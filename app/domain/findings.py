"""A verdict put in full: the words, the grounds, the remedy, and what would make the paper lawful."""

from app.domain import wording
from app.domain.cases import Case, Verdict, awaited_sources, binds, certified_copy_needless, replaces, to_link
from app.domain.catalogue import Form
from app.domain.decisions import USE_SOURCE, Finding, Flags, LawfulIf, ListNote, Outcome, Reason
from app.domain.evidence import Compared, Lookup, LookupStatus, Source

FAILED_LOOKUP = frozenset({Reason.MISMATCH, Reason.REVOKED, Reason.EXPIRED, Reason.SYNC_DECLINED, Reason.NOT_HELD})
# What the sources' answers decide, and other answers might have decided otherwise.
_BY_ANSWERS = frozenset({*USE_SOURCE.values(), Outcome.SYNC_FIRST, Outcome.WAIT_SOURCE})


def finding_of(case: Case, verdict: Verdict) -> Finding:
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
        remedy=wording.remedy(verdict.outcome, verdict.reason, verdict.lookup, case.item.form, _contradicted(case)),
        lawful_forms=_lawful_forms(case, verdict),
        lookups=case.lookups,
        lists=tuple(ListNote(name, member.status.value) for name, member in case.lists.items()),
        should_have_been_cut=case.place.overdue,
        lawful_if=_lawful_if(case, verdict),
        trace=tuple(case.trace),
        flags=_flags(verdict),
        via=verdict.via,
    )


def _names_of(case: Case, codes: tuple[str, ...]) -> tuple[str, ...]:
    names = {t.code: t.name for t in case.requirement.types()}
    return tuple(names[code] for code in codes)


def _contradicted(case: Case) -> tuple[Lookup, ...]:
    """The sources the population record contradicts, the databases first; none where it may be the typing."""
    found = [x for x in case.of(case.document_type.code) if x.status is LookupStatus.MISMATCH]
    if any(x.answer.disagrees_with is not Compared.RECORD for x in found):
        return ()
    return tuple(sorted(found, key=lambda x: x.source is not Source.REGISTRY))


def _lawful_forms(judged: Case, verdict: Verdict) -> tuple[str, ...]:
    """What may be asked: after a failed look-up the original, for comparison; never a certified copy of it."""
    match verdict.outcome:
        case Outcome.PAPER_LAWFUL if judged.no_paper_service:
            return (Form.ELECTRONIC.value,)
        case Outcome.PAPER_LAWFUL if verdict.reason in (*FAILED_LOOKUP, Reason.SOURCE_UNAVAILABLE):
            return (Form.ORIGINAL.value,)
        case Outcome.PAPER_LAWFUL:
            return tuple(f.value for f in Form)
        case Outcome.REFUSE_CERTIFIED_COPY:
            return (Form.ORIGINAL.value,)
        case Outcome.REFUSE_PAPER_ELECTRONIC_ONLY:
            return (Form.ELECTRONIC.value,)
        case _:
            return ()


def _lawful_if(case: Case, verdict: Verdict) -> tuple[LawfulIf, ...]:
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
        waited = bool(awaited_sources(case))
        if waited and not case.setting.wait_over:
            facts.append(wording.lawful_if("wait_over"))
        elif not waited and to_link(case) and not case.item.declined_sync and case.law.in_force("sync-first"):
            facts.append(wording.lawful_if("citizen_declines_sync"))
    if case.electronic_only:
        facts.append(wording.lawful_if("form_electronic"))
    elif certified_copy_needless(case) and not waited:
        facts.append(wording.lawful_if("form_original"))
    return tuple(facts)


def _binding_sources(case: Case) -> tuple[str, ...]:
    """The paper's own sources that replace paper on the day."""
    code = case.document_type.code
    return tuple(f"{s.service or s.source.value}:{code}" for s in case.sources[code] if replaces(case.law, code, s))


def _holding_sources(case: Case) -> tuple[str, ...]:
    """The fewest sources that would have to lose the paper: its own, and those of one choice it may be met by."""
    held = [x for x in case.lookups if x.status is LookupStatus.HELD and binds(case, x)]
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
