"""The account of an organisation: what its representative sees and does for it, and what stays apart from their own."""

import json
from typing import Any

import pytest

from app.domain.catalogue import Form
from app.domain.dossiers import Status
from app.domain.organizations import NotRepresentative
from app.domain.outbox import State
from app.domain.persons import Subject, SubjectKind
from app.domain.reports import UnknownReport
from app.domain.results import PhysicalNotAsked, Result
from app.domain.sessions import Visitor
from app.models import dossiers as dossier_tables
from app.models.journal import journal_entries
from app.models.results import dossier_representatives
from app.models.sessions import sessions
from app.registries.oidc import NotLoggedIn
from app.services import catalogue, citizens, dossiers, reports
from app.services import sessions as visits
from app.services.citizens import MOST_A_DAY, Filing, LevelTooLow, TooManyDossiers
from app.services.dossier_records import UnknownDossier
from app.services.sessions import Session
from tests.desk import AGENCY, AN, CALLER, CHOICE, Gate, all_bytes, component, offered, procedure_body, read
from tests.mock_vneid.office import ANOTHER, PERSON, Json
from tests.outlets import SHOWN
from tests.pages.signed_in import SignedIn
from tests.pages.test_logins import query_of
from tests.services.test_deliveries import messages, tell
from tests.services.test_reports import told

COMPANY = Subject(SubjectKind.ORGANIZATION, "3000000012", "CÔNG TY TNHH THỬ")
OTHER_COMPANY = "3000000098"
CERTIFICATE = "GCN_DKDN"  # the business register holds it, and annex IV of Directive 24 names it
PROCEDURE = "9.000042"  # 1 registration of the company · 2 application form · 3 the representative's card


@pytest.fixture(autouse=True)
def company(gate: Gate) -> None:
    """A company whose register and account name NGUYỄN VĂN AN; another that names somebody else."""
    body = procedure_body(component(1, CERTIFICATE), component(2, "TO_KHAI"), component(3, "CAN_CUOC"))
    gate.run(catalogue.publish_procedure(gate.desk, "test", PROCEDURE, body))
    gate.world.put_person(ANOTHER, full_name="LÊ THỊ BA", birth_date="1991-04-05", sex="female")
    gate.world.put_holding("CAN_CUOC")
    for number, representative in ((COMPANY.id, PERSON), (OTHER_COMPANY, ANOTHER)):
        gate.world.put(f"organizations/{number}", {"name": COMPANY.full_name, "representative": representative})
    register(gate, PERSON)


def register(gate: Gate, representative: str) -> None:
    """What the business register says of the company."""
    data = {"representative": "NGUYỄN VĂN AN", "representative_id": representative}
    body = {"registry": "held", "number": COMPANY.id, "issued_on": "2020-01-02", "data": data}
    gate.world.put(f"organizations/{COMPANY.id}/holdings/{CERTIFICATE}", body)


def signed_in(gate: Gate, who: str) -> Session:
    """A visit by the sandbox's own login: a citizen's number, or an organisation's for its representative."""
    begun = gate.run(visits.begin(gate.desk, Visitor.CITIZEN, None))
    told = query_of(SignedIn(gate).at_provider(begun.address, who))
    opened = gate.run(visits.finish(gate.desk, Visitor.CITIZEN, told, begun.browser))
    found = gate.run(visits.of(gate.desk, opened.secret, Visitor.CITIZEN))
    assert found == opened.session
    return opened.session


@pytest.fixture
def acting(gate: Gate, company: None) -> Session:
    return signed_in(gate, COMPANY.id)


def refused(gate: Gate, call: Any) -> Exception:
    (ended,) = gate.together(call)
    assert isinstance(ended, Exception), ended
    return ended


def filing(procedure: str = PROCEDURE, **change: Any) -> Filing:
    given = {"case": None, "offered": (offered(3, "none", AN),)}
    return Filing(**{"procedure": procedure, "agency": AGENCY, **given, **change})


def filed(gate: Gate, session: Session, **change: Any) -> Json:
    return read(gate.run(citizens.file(gate.desk, session, filing(**change), None)))


# ---- who is signed in -----------------------------------------------------------------------------------------------


def test_the_visit_is_the_organisations_and_names_who_acts(gate: Gate, acting: Session) -> None:
    assert acting.kind is Visitor.CITIZEN
    assert acting.subject == acting.acting_for == acting.citizen == COMPANY
    assert acting.representative == AN
    assert (acting.name, acting.level) == (AN.full_name, 2)
    assert (acting.officer, acting.roles, acting.caller.scopes) == (None, frozenset(), frozenset())


def test_a_persons_own_visit_acts_for_nobody(gate: Gate) -> None:
    own = signed_in(gate, PERSON)
    assert (own.subject, own.acting_for, own.representative) == (AN, None, None)


def test_who_acts_for_whom_stands_nowhere_in_the_open(gate: Gate, acting: Session) -> None:
    (row,) = gate.rows(sessions)
    mark = gate.desk.sealer.mark
    assert row.owner == mark(COMPANY.kind, COMPANY.id)
    (opened,) = (json.loads(r.bytes)["facts"] for r in gate.rows(journal_entries) if r.kind == "gate.session.opened")
    assert (opened["who"], opened["acting"]) == (row.owner, mark(AN.kind, AN.id))
    heap = all_bytes(gate, [sessions, journal_entries])
    for word in (PERSON, AN.full_name, COMPANY.id, COMPANY.full_name):
        assert word is not None and word.encode() not in heap
    assert repr(acting) == "Session(citizen)"


@pytest.mark.parametrize(
    ("representative", "level"),
    [({"representative": ANOTHER}, 2), ({}, 2), ({"representative": PERSON}, 1)],
    ids=["another represents it", "nobody represents it", "an account of level 1"],
)
def test_nobody_is_signed_in_for_an_organisation_that_is_not_theirs(
    gate: Gate, representative: Json, level: int
) -> None:
    gate.world.put_person(identity_level=level)
    gate.world.put(f"organizations/{COMPANY.id}", {"name": COMPANY.full_name, **representative})
    browser = SignedIn(gate)
    begun = gate.run(visits.begin(gate.desk, Visitor.CITIZEN, None))
    back = browser.at_provider(f"{begun.address}&acting_for={COMPANY.id}", PERSON)
    ended = refused(gate, visits.finish(gate.desk, Visitor.CITIZEN, query_of(back), begun.browser))
    assert isinstance(ended, NotLoggedIn) and ended.cause == "access_denied"
    assert gate.count(sessions) == 0


# ---- dossiers -------------------------------------------------------------------------------------------------------


def codes(gate: Gate, session: Session) -> list[str]:
    return [row.code for row in gate.run(citizens.dossiers_of(gate.desk, session, 1)).rows]


def test_a_dossier_is_filed_in_the_organisations_name_by_whoever_acts_for_it(gate: Gate, acting: Session) -> None:
    dossier = filed(gate, acting)
    found = dossier["representation"]
    assert (found["status"], found["compared"], found["service"]) == ("confirmed", "id", "DKDN")
    (row,) = gate.rows(dossier_tables.dossiers)
    assert gate.desk.sealer.unseal(row.applicant) == COMPANY
    (acts,) = gate.rows(dossier_representatives)
    assert gate.desk.sealer.unseal(acts.representative) == AN
    assert (row.channel, row.client) == ("online", "citizen")
    assert codes(gate, acting) == [dossier["code"]]


def test_a_register_that_names_another_refuses_the_dossier(gate: Gate, acting: Session) -> None:
    register(gate, ANOTHER)
    assert isinstance(refused(gate, citizens.file(gate.desk, acting, filing(), None)), NotRepresentative)
    assert gate.count(dossier_tables.dossiers) == 0


def test_the_organisations_dossiers_and_the_persons_own_stay_apart(gate: Gate, acting: Session) -> None:
    own, strangers = signed_in(gate, PERSON), signed_in(gate, OTHER_COMPANY)
    of_company, of_person = filed(gate, acting)["code"], gate.submit(CHOICE)["code"]
    assert (codes(gate, acting), codes(gate, own), codes(gate, strangers)) == ([of_company], [of_person], [])
    for session, code in ((own, of_company), (acting, of_person), (strangers, of_company)):
        for call in (
            citizens.dossier(gate.desk, session, code),
            citizens.refuse_anothers(gate.desk, session, code),
            citizens.withdraw(gate.desk, session, code, 1, None),
        ):
            assert isinstance(refused(gate, call), UnknownDossier)
    assert [gate.dossier(code)["status"] for code in (of_company, of_person)] == [Status.NEW, Status.NEW]


def test_who_acts_for_it_withdraws_the_organisations_dossier(gate: Gate, acting: Session) -> None:
    code = filed(gate, acting)["code"]
    gate.run(citizens.withdraw(gate.desk, acting, code, 1, None))
    assert gate.dossier(code)["status"] == Status.WITHDRAWN


def test_the_same_person_files_for_themselves_without_representing_anybody(gate: Gate) -> None:
    dossier = filed(gate, signed_in(gate, PERSON), procedure=CHOICE, offered=())
    assert dossier["representation"] is None
    (row,) = gate.rows(dossier_tables.dossiers)
    assert gate.desk.sealer.unseal(row.applicant) == AN


def test_an_account_of_level_1_files_nothing(gate: Gate) -> None:
    gate.world.put_person(identity_level=1)
    call = citizens.file(gate.desk, signed_in(gate, PERSON), filing(CHOICE, offered=()), None)
    assert isinstance(refused(gate, call), LevelTooLow)


def test_one_account_files_so_many_a_day_and_what_the_counter_files_does_not_count(gate: Gate) -> None:
    session, more = signed_in(gate, PERSON), filing(CHOICE, offered=())
    gate.submit(CHOICE)
    for _ in range(MOST_A_DAY):
        gate.run(citizens.file(gate.desk, session, more, None))
    asked = len(gate.asked("wallet"))
    assert isinstance(refused(gate, citizens.file(gate.desk, session, more, None)), TooManyDossiers)
    assert len(gate.asked("wallet")) == asked
    gate.watch.advance(days=1)
    gate.run(citizens.file(gate.desk, session, more, None))


# ---- annex IV: what organisations need most -------------------------------------------------------------------------


def test_a_dossier_that_wants_the_registration_finds_it_in_the_register(gate: Gate, acting: Session) -> None:
    dossier = filed(gate, acting)
    by_type = {finding["document_type"]: finding for c in dossier["components"] for finding in c["findings"]}
    finding = by_type[CERTIFICATE]
    assert (finding["outcome"], finding["reason"]) == ("REFUSE_PAPER_USE_REGISTRY", "held_in_registry")
    assert ("NQ-66.7-2025", "Điều 4 khoản 5 điểm a") in {(c["law"], c["provision"]) for c in finding["citations"]}
    assert by_type["CAN_CUOC"]["outcome"] == "REFUSE_PAPER_USE_WALLET"  # the representative's
    assert [need["document_types"] for need in dossier["to_supply"]] == [["TO_KHAI"]]
    refusal = gate.ask_more(dossier["code"], CERTIFICATE)
    assert refusal.status == 409
    (again,) = read(refusal)["findings"]
    assert again["outcome"] == "REFUSE_PAPER_USE_REGISTRY"


def completed(gate: Gate, acting: Session, **result: Any) -> Json:
    code = filed(gate, acting, wishes=result.pop("wishes", None))["code"]
    gate.move(code, Status.RECEIVED)
    gate.move(code, Status.IN_PROGRESS)
    issued = Result(CERTIFICATE, number=COMPANY.id, **result)
    move = dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=issued)
    return read(gate.run(move))


def test_its_result_is_electronic_and_on_paper_only_on_request(gate: Gate, acting: Session) -> None:
    done = completed(gate, acting)
    assert [r["physical"] for r in done["results"]] == [False]
    (shown,) = gate.run(citizens.results_of(gate.desk, acting))
    assert (shown["document_type"], shown["status"], shown["physical"]) == (CERTIFICATE, "valid", False)
    holder = {"kind": "organization", "id": COMPANY.id, "full_name": COMPANY.full_name}
    assert shown["claims"]["holder"] == holder
    with pytest.raises(PhysicalNotAsked) as unasked:
        completed(gate, acting, physical=True)
    assert [entry["list"] for entry in unasked.value.facts["lists"]] == ["ct24-annex-4"]  # type: ignore[attr-defined]
    asked = completed(gate, acting, physical=True, wishes={"physical_result": True})
    assert [r["physical"] for r in asked["results"]] == [True]


def test_its_result_arrives_in_the_organisations_wallet_and_not_in_the_persons(gate: Gate, acting: Session) -> None:
    completed(gate, acting)
    gate.world.put(f"procedures/{PROCEDURE}", SHOWN)
    tell(gate)
    assert {m.status for m in messages(gate)} == {State.DELIVERED}
    assert gate.world.statuses([CERTIFICATE], COMPANY.id) == {CERTIFICATE: "linked"}
    assert gate.world.statuses([CERTIFICATE]) == {CERTIFICATE: "absent"}


def test_the_organisations_results_are_not_among_the_persons_own(gate: Gate, acting: Session) -> None:
    completed(gate, acting)
    for who in (PERSON, OTHER_COMPANY):
        assert gate.run(citizens.results_of(gate.desk, signed_in(gate, who))) == []


# ---- who looked -----------------------------------------------------------------------------------------------------


def test_the_tracker_shows_its_look_ups_and_those_of_who_acts_made_for_it(gate: Gate, acting: Session) -> None:
    code = filed(gate, acting)["code"]
    gate.submit(CHOICE)  # the representative's own affair
    tracked = gate.run(citizens.lookups_of(gate.desk, acting, 1))
    mark = gate.desk.sealer.mark
    of_company, of_person = mark(COMPANY.kind, COMPANY.id), mark(AN.kind, AN.id)
    assert {row.dossier_code for row in tracked.page.rows} == {code}
    assert {row.holder_mark for row in tracked.page.rows} == {of_company, of_person}
    assert (tracked.acting, tracked.withheld) == (of_person, 0)
    own = gate.run(citizens.lookups_of(gate.desk, signed_in(gate, PERSON), 1))
    assert code not in {row.dossier_code for row in own.page.rows}
    assert own.withheld == len([row for row in tracked.page.rows if row.holder_mark == of_person])


def test_who_acts_from_now_on_does_not_see_what_was_looked_up_of_who_acted_before(gate: Gate, acting: Session) -> None:
    filed(gate, acting)
    gate.world.put(f"organizations/{COMPANY.id}", {"name": COMPANY.full_name, "representative": ANOTHER})
    tracked = gate.run(citizens.lookups_of(gate.desk, signed_in(gate, COMPANY.id), 1))
    assert {row.holder_mark for row in tracked.page.rows} == {gate.desk.sealer.mark(COMPANY.kind, COMPANY.id)}


# ---- reports --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document_type", "outcome"),
    [(CERTIFICATE, "REFUSE_PAPER_USE_REGISTRY"), ("CAN_CUOC", "REFUSE_PAPER_USE_WALLET")],
    ids=["its own paper", "its representative's"],
)
def test_an_organisation_reports_a_paper_that_was_demanded(
    gate: Gate, acting: Session, document_type: str, outcome: str
) -> None:
    said = told(gate, procedure=PROCEDURE, document_type=document_type, form=Form.COPY)
    report_id = gate.run(reports.file(gate.desk, acting, said))
    report = gate.run(reports.read(gate.desk, acting, report_id))
    assert report.finding["outcome"] == outcome
    rows, _ = gate.run(reports.of_reporter(gate.desk, acting, 1))
    assert [row.id for row in rows] == [report_id]
    assert isinstance(refused(gate, reports.read(gate.desk, signed_in(gate, PERSON), report_id)), UnknownReport)


def test_a_silent_source_is_asked_again_about_who_acts_for_the_organisation(gate: Gate, acting: Session) -> None:
    faults = [gate.world.fault(face, "http_503") for face in ("wallet", "ndxp")]
    report_id = gate.run(reports.file(gate.desk, acting, told(gate, procedure=PROCEDURE, document_type="CAN_CUOC")))
    assert gate.run(reports.read(gate.desk, acting, report_id)).finding["outcome"] == "WAIT_SOURCE"
    for fault in faults:
        gate.world.http.delete(f"{gate.world.control}/faults/{fault}").raise_for_status()
    gate.watch.advance(minutes=5)
    gate.run(reports.judge_again(gate.desk, acting, report_id))
    assert gate.run(reports.read(gate.desk, acting, report_id)).finding["outcome"] == "REFUSE_PAPER_USE_WALLET"
