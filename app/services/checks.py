"""One check, as every gate makes it: read, ask the sources, judge, put the decision and its traces in one commit."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.clock import rfc3339
from app.db import DatabaseUnavailable
from app.domain.cases import Inquiry, Item, Setting
from app.domain.catalogue import Catalogue, Form, Procedure
from app.domain.decisions import Decision
from app.domain.evidence import Compared
from app.domain.facts import Facts, Filed, decide
from app.domain.organizations import Representation
from app.domain.paper_demands import inquire
from app.domain.persons import Subject
from app.domain.values import Frozen, replace
from app.registries.answers import Errand
from app.repositories import checks, evidence, journal
from app.repositories.decisions import Stored
from app.repositories.evidence import Archive
from app.repositories.idempotency import Kept, Key
from app.services import idempotency, organizations
from app.services.desk import Caller, Desk
from app.services.evidence import Access, Gathered, Question, answer_of, archive_answer, gather

T = TypeVar("T")


class Line(Frozen):
    """One demanded paper; `holder` is whose document it is, the subject unless given."""

    ref: str
    document_type: str
    form: Form
    holder: Subject | None = None
    declined_sync: bool = False


class Check(Frozen):
    """A demand as it reaches the gate. `purpose`: paper_demand, dossier, supplement_request."""

    purpose: str
    procedure: str
    agency: str
    officer: str
    channel: str
    subject: Subject
    on: date
    lines: tuple[Line, ...]
    case: str | None = None
    wait_over: bool = False
    dossier_code: str | None = None
    filed: Filed | None = None
    # Who acts for the subject, an organisation; to be held against its register.
    representative: Subject | None = None


class IdentityDoubted(Exception):
    """A source knows somebody by another name or birth date; `refs` are the lines whose holder it is about."""

    def __init__(self, *refs: str) -> None:
        super().__init__(" ".join(refs))
        self.refs = refs


class Paper(Frozen):
    """One line, with whose paper it is and what has to be asked about it. `mark`: the holder's keyed hash."""

    item: Item
    inquiry: Inquiry
    holder: Subject
    mark: str


class Prepared(Frozen):
    """What was read before anybody was asked."""

    catalogue: Catalogue
    procedure: Procedure
    papers: tuple[Paper, ...]
    archive: Archive
    subject_mark: str


class Judged(Frozen):
    """A decision with the bytes in which it is kept and answered, and the calls it cost."""

    check: Check
    facts: Facts
    decision: Decision
    body: bytes
    decided_at: datetime
    accesses: tuple[Access, ...]
    subject_mark: str
    representation: Representation | None = None


def starting_anew(desk: Desk, check: Check) -> Check:
    """A demand judged by itself, outside the life of a dossier: its wait begins with it.

    So only a limit of zero can be over already, and no calendar has to be walked to know that.
    """
    return check if desk.rulebook.on(check.on).waits(check.channel) else replace(check, wait_over=True)


def prepare(
    conn: Connection, desk: Desk, check: Check, key: Key | None = None, filed_under: Procedure | None = None
) -> Prepared:
    """Claim the key and read what judging needs, in the caller's transaction; `filed_under` is the procedure's version
    at `check.filed`.

    Raises what the key, the catalogue and the requirement raise.
    """
    subject = check.subject
    subject_mark = desk.sealer.mark(subject.kind, subject.id)
    holders = [(line.holder or subject, _mark(desk, line, subject_mark)) for line in check.lines]
    now, marks = desk.clock.now(), [*{mark: None for _, mark in holders}]
    opened = checks.open_(conn, key, now, idempotency.lease(desk), marks)
    idempotency.refuse(opened.found)
    catalogue = desk.snapshots.published(conn, opened.revision, opened.published_at)
    law = desk.rulebook.on(check.on)
    procedure = filed_under or catalogue.judged_by(check.procedure, check.on)
    setting = Setting(procedure, check.on, check.case, check.wait_over, desk.settings.lists == "confirmed")
    papers = []
    wanted: dict[str, set[str]] = {}
    for line, (holder, mark) in zip(check.lines, holders, strict=True):
        item = Item(line.ref, line.document_type, line.form, holder.kind, line.holder is not None, line.declined_sync)
        inquiry = inquire(item, setting, catalogue, law)
        if inquiry.types:
            wanted.setdefault(mark, set()).update(inquiry.types)
        papers.append(Paper(item, inquiry, holder, mark))
    archive = evidence.archive(opened.archived, wanted, rfc3339(now))
    return Prepared(catalogue, procedure, tuple(papers), archive, subject_mark)


def _mark(desk: Desk, line: Line, subject_mark: str) -> str:
    return subject_mark if line.holder is None else desk.sealer.mark(line.holder.kind, line.holder.id)


async def judge(desk: Desk, check: Check, prepared: Prepared) -> Judged:
    """Ask the sources, all at once and with no transaction open, and conclude."""
    decision_id = str(uuid7())
    who = organizations.representing(desk, check.subject, check.representative) if check.representative else None
    errand = Errand(decision_id, check.procedure, check.officer, check.purpose, content=who is not None)
    questions: list[Question] = [(p.mark, p.holder, p.inquiry.queries) for p in prepared.papers]
    if who is not None:
        questions += organizations.questions(prepared.catalogue, check.procedure, check.on, who)
    gathered = await gather(desk, questions, errand)
    now = desk.clock.now()
    facts = Facts(
        decision_id=decision_id,
        decided_at=rfc3339(now),
        procedure=check.procedure,
        law_as_of=check.on,
        items=tuple([_with_answers(desk, p, prepared, gathered) for p in prepared.papers]),
        case=check.case,
        wait_over=check.wait_over,
        confirmed_lists_only=desk.settings.lists == "confirmed",
        filed=check.filed,
    )
    decision = decide(facts, prepared.catalogue, desk.rulebook, prepared.procedure)
    found = None
    if who is not None:
        found = organizations.represented(desk, prepared.catalogue, check.procedure, check.on, who, gathered)
    return Judged(check, facts, decision, decision.bytes(), now, gathered.accesses, prepared.subject_mark, found)


def record(conn: Connection, caller: Caller, judged: Judged, settled: tuple[Key, Kept] | None = None) -> None:
    """Keep the decision, the look-ups and the journal entry in the caller's transaction, and settle the key.

    Raises KeyLost, which undoes all of it.
    """
    check, decision = judged.check, judged.decision
    facts = judged.facts.bytes()
    mark = judged.subject_mark
    stored = Stored(
        decision_id=decision.decision_id,
        purpose=check.purpose,
        dossier_code=check.dossier_code,
        subject_mark=mark,
        procedure=check.procedure,
        agency=check.agency,
        officer=check.officer,
        channel=check.channel,
        outcome=decision.outcome.value,
        decided_at=judged.decided_at,
        law_as_of=decision.law_as_of,
        catalogue_revision=decision.catalogue_revision,
        rulebook_revision=decision.rulebook_revision,
        facts=facts,
        body=judged.body,
    )
    noted = {
        "decision": decision.decision_id,
        "digest": hashlib.sha256(judged.body).hexdigest(),
        "facts_digest": hashlib.sha256(facts).hexdigest(),
        "outcome": decision.outcome.value,
        "subject": mark,
        "dossier": check.dossier_code,
        **_traces(caller, judged),
    }
    entry = journal.next_entry(conn, judged.decided_at, "gate.decision.made", noted)
    if not checks.keep(conn, stored, _lookup_rows(judged), entry, settled):
        raise idempotency.KeyLost


async def keep(desk: Desk, caller: Caller, judged: Judged, write: Callable[[Connection], T]) -> T:
    """Commit what a check leads to. Where that is refused (the dossier had changed, the key was lost), the sources
    have been asked all the same, and that stays on record.
    """
    try:
        return await desk.db.write(write)
    except DatabaseUnavailable:
        raise
    except Exception:
        if judged.accesses:
            await desk.db.write(_record_undecided, caller, judged)
        raise


def _record_undecided(conn: Connection, caller: Caller, judged: Judged) -> None:
    evidence.add_lookups(conn, _lookup_rows(judged))
    journal.append(conn, judged.decided_at, "gate.lookups.made", _traces(caller, judged))


def refuse_doubted(judged: Judged) -> None:
    """Raises IdentityDoubted where what was said of a person contradicts a document or the population record."""
    doubted = [i.ref for i in judged.facts.items if any(a.disagrees_with is Compared.CLAIM for a in i.answers)]
    if doubted:
        raise IdentityDoubted(*doubted)


def with_code(judged: Judged, code: str) -> Judged:
    """The same decision, of a dossier whose code was given only now."""
    return replace(judged, check=replace(judged.check, dossier_code=code))


def _with_answers(desk: Desk, paper: Paper, prepared: Prepared, gathered: Gathered) -> Item:
    whose = gathered, paper.mark, paper.holder
    answers = [answer_of(desk, *whose, query) for query in paper.inquiry.queries]
    answers += [archive_answer(desk, prepared.archive, *whose, code) for code in paper.inquiry.types]
    item = paper.item
    return Item(
        item.ref,
        item.document_type,
        item.form,
        item.holder,
        item.holder_named,
        item.declined_sync,
        tuple(answers),
    )


def _lookup_rows(judged: Judged) -> Sequence[Mapping[str, Any]]:
    check = judged.check
    return [
        {
            "decision_id": judged.decision.decision_id,
            "holder_mark": access.mark,
            "source": access.source.value,
            "service": access.service,
            "document_types": " ".join(access.document_types),
            "purpose": check.purpose,
            "agency": check.agency,
            "officer": check.officer,
            "cause": access.cause,
            "looked_up_at": judged.decided_at,
            "subject_mark": judged.subject_mark,
            "procedure": check.procedure,
            "dossier_code": check.dossier_code,
        }
        for access in judged.accesses
    ]


def _traces(caller: Caller, judged: Judged) -> dict[str, Any]:
    check = judged.check
    return {
        "purpose": check.purpose,
        "procedure": check.procedure,
        "agency": check.agency,
        "officer": check.officer,
        "client": caller.client_id,
        "lookups": [[a.source, a.service, a.document_types, a.mark, a.cause] for a in judged.accesses],
    }
