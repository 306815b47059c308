"""What the sources say of everybody a form is about: whom to ask for what, and what each of them answered."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from app.clock import rfc3339
from app.domain.errors import DomainError, UnknownCase
from app.domain.evidence import Answer as Fact
from app.domain.evidence import LookupStatus
from app.domain.forms import CARD, POPULATION, Form, Role, SourceKind
from app.domain.persons import Identity, Subject, SubjectKind
from app.domain.prefills import Asked, Filled, Said, fill, place
from app.domain.requirements import Query
from app.domain.results import NotIntact
from app.domain.values import Frozen, replace
from app.repositories import evidence
from app.repositories import results as issued
from app.repositories.evidence import Archive, Archived
from app.services import result_records
from app.services.desk import Desk
from app.services.evidence import Gathered, answer_of, archive_answer
from app.services.forms import asking, form_of


class RoleNotInForm(DomainError):
    """Somebody is named whom the form is not about: nobody is looked up for nothing."""

    code = "role-not-in-form"


class Wish(Frozen):
    """A form to be filled. `purpose`: own_dossier, on_behalf or counter; `related`: who else it is about."""

    procedure: str
    agency: str
    officer: str
    purpose: str
    applicant: Subject
    case: str | None = None
    related: Mapping[Role, Subject] = msgspec.field(default_factory=dict)


class Prepared(Frozen):
    """What was read before anybody was asked; `people` by their part, `marks` their keyed hashes. `opened`: what stands
    on the archive's results that are kept here, by reference.
    """

    form: Form
    asking: Mapping[str, tuple[Asked, ...]]
    people: Mapping[Role, Subject]
    marks: Mapping[Role, str]
    archive: Archive
    opened: Mapping[str, Said]


def prepare(conn: Connection, desk: Desk, wish: Wish) -> Prepared:
    """What to ask, and what the archive says. Raises what `fill_in` raises of the form and the procedure."""
    known = desk.snapshots.current(conn)
    on = desk.clock.today()
    procedure = known.procedure(wish.procedure, on)
    form = form_of(wish.procedure)
    if wish.case is not None and wish.case not in procedure.cases:
        raise UnknownCase(procedure=procedure.code, cases=list(procedure.cases))
    if wish.related.keys() - set(form.roles):
        raise RoleNotInForm(procedure=procedure.code, known=[role.value for role in form.roles])
    own = own_role(wish.applicant)
    people = {**({own: wish.applicant} if own in form.roles else {}), **wish.related}
    marks = {role: desk.sealer.mark(who.kind, who.id) for role, who in people.items()}
    sources = asking(form, known, on)
    archive = _archive(conn, desk, form, sources, marks)
    return Prepared(form, sources, people, marks, *_opened(conn, desk, archive))


def own_role(applicant: Subject) -> Role:
    """The part whoever applies takes in a form."""
    return Role.APPLICANT if applicant.kind is SubjectKind.PERSON else Role.ORGANIZATION


def _archive(
    conn: Connection, desk: Desk, form: Form, sources: Mapping[str, Sequence[Asked]], marks: Mapping[Role, str]
) -> Archive:
    """What the archive holds of each paper it is asked for."""
    wanted: dict[str, set[str]] = {}
    for field in form.fields:
        for source in (a.source for a in sources[field.code]):
            if source.kind is SourceKind.ARCHIVE and source.document_type and field.whose in marks:
                wanted.setdefault(marks[field.whose], set()).add(source.document_type)
    rows = evidence.of_holders(conn, [*wanted]) if wanted else []
    return evidence.archive(rows, wanted, rfc3339(desk.clock.now()))


def _opened(conn: Connection, desk: Desk, archive: Archive) -> tuple[Archive, dict[str, Said]]:
    """The archive's results with what stands on them, and with whom they name as it was signed."""
    results: dict[tuple[str, str], list[Archived]] = {}
    opened: dict[str, Said] = {}
    for (mark, document_type), kept in archive.results.items():
        for result in kept:
            said, identity = _read(conn, desk, result.answer)
            issued_to = desk.sealer.identity_marks(mark, identity) if identity else result.issued_to
            results.setdefault((mark, document_type), []).append(replace(result, issued_to=issued_to))
            opened[str(result.answer.document_ref)] = said
    return replace(archive, results=results), opened


def _read(conn: Connection, desk: Desk, fact: Fact) -> tuple[Said, Identity | None]:
    """What stands on a result of the archive that holds, and whom it names; one that does not verify any more says
    nothing, and of one kept elsewhere only its dates are known.
    """
    row = issued.by_ref(conn, str(fact.document_ref))
    if row is None:
        dated = {"issued_on": fact.issued_on, "valid_until": fact.valid_until}
        known = {name: day.isoformat() for name, day in dated.items() if day}
        return Said(LookupStatus.HELD, fact.checked_at, fact.cause, fact.issued_on, known), None
    try:
        claims = result_records.opened(conn, desk, row).claims
    except NotIntact as e:
        return Said(LookupStatus.NO_ANSWER, fact.checked_at, f"not_intact_{e.facts['fault']}"), None
    identity = result_records.identity_of(claims)
    agreed = {name: claims.get(name) for name in ("number", "issued_on", "valid_until")}
    agreed |= {"full_name": identity.full_name, "birth_date": identity.birth_date}
    said = {**claims.get("data", {}), **{name: text for name, text in agreed.items() if text}}
    facts = {name: str(text) for name, text in said.items() if type(text) in (str, int)}
    return Said(LookupStatus.HELD, fact.checked_at, None, fact.issued_on, facts), identity


def questions(prepared: Prepared) -> list[tuple[str, Subject, tuple[Query, ...]]]:
    """What to ask of whom; whoever is named twice is asked about in the fuller words."""
    queries: dict[Role, dict[Query, None]] = {}
    for field in prepared.form.fields:
        if field.whose in prepared.people:
            for asked in prepared.asking[field.code]:
                for query in _query(asked):
                    queries.setdefault(field.whose, {})[query] = None
    found = [(prepared.marks[role], prepared.people[role], tuple(asked)) for role, asked in queries.items()]
    return sorted(found, key=lambda question: (question[1].full_name is None, question[1].birth_date is None))


def _query(asked: Asked) -> Iterator[Query]:
    if asked.source.kind is SourceKind.POPULATION:
        yield Query(CARD, POPULATION)
    elif asked.source.kind in (SourceKind.REGISTRY, SourceKind.WALLET) and asked.source.document_type:
        yield Query(asked.source.document_type, asked.service)


def filled(desk: Desk, prepared: Prepared, gathered: Gathered, now: datetime) -> tuple[Filled, ...]:
    """The form's fields, from what was gathered."""
    today = desk.clock.today()
    heard = {}
    for field in prepared.form.fields:
        person = prepared.people.get(field.whose)
        for asked in prepared.asking[field.code] if person else ():
            at = place(field.whose, asked)
            if person and at not in heard and (said := _said(desk, prepared, gathered, field.whose, asked, today)):
                heard[at] = said
    return fill(prepared.form, prepared.asking, prepared.people, heard, today, rfc3339(now))


def _said(desk: Desk, prepared: Prepared, gathered: Gathered, role: Role, asked: Asked, today: date) -> Said | None:
    mark, person = prepared.marks[role], prepared.people[role]
    if asked.source.kind is SourceKind.POPULATION:
        return _of_population(gathered, mark, person)
    if asked.source.document_type is None:
        return None
    if asked.source.kind is SourceKind.ARCHIVE:
        fact = archive_answer(desk, prepared.archive, gathered, mark, person, asked.source.document_type)
        if (status := fact.status(today)) is LookupStatus.HELD:
            return prepared.opened[str(fact.document_ref)]
        return Said(status, fact.checked_at, fact.cause, fact.issued_on)
    query = Query(asked.source.document_type, asked.service)
    fact = answer_of(desk, gathered, mark, person, query)
    content = gathered.readings[mark, query.document_type, query.service].content or {}
    status = fact.status(today)
    return Said(status, fact.checked_at, fact.cause, fact.issued_on, content if status is LookupStatus.HELD else {})


def _of_population(gathered: Gathered, mark: str, person: Subject) -> Said:
    """The population record of a person; it is theirs only when it agrees with the name and birth they gave."""
    call = next(a for a in gathered.accesses if (a.mark, a.service) == (mark, POPULATION))
    record = gathered.records.get(mark)
    if call.cause is not None:
        return Said(LookupStatus.NO_ANSWER, gathered.checked_at, call.cause)
    if record is None:
        return Said(LookupStatus.NOT_HELD, gathered.checked_at)
    if not record.agrees_with(person.identity):
        return Said(LookupStatus.MISMATCH, gathered.checked_at)
    return Said(LookupStatus.HELD, gathered.checked_at, facts=gathered.told.get(mark, {}))
