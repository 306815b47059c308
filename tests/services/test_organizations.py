"""Dossiers of organisations: who acts for one is held against its register, and an outage refuses nobody."""

import json
from typing import Any

import pytest

from app.domain.errors import TransitionNotAllowed
from app.domain.organizations import NotRepresentative, RepresentativeUnfit
from app.domain.persons import Subject, SubjectKind
from app.domain.values import replace
from app.models import dossiers as tables
from app.models.evidence import lookups
from app.models.journal import journal_entries
from app.services import catalogue, dossiers
from tests.desk import AN, PLAIN, Gate, all_bytes, component, procedure_body
from tests.mock_vneid.office import ANOTHER, PERSON, Json

COMPANY = Subject(SubjectKind.ORGANIZATION, "3000000012", "CÔNG TY TNHH THỬ")
CERTIFICATE = "GCN_DKDN"
PROCEDURE = "9.000041"
HER = Subject(SubjectKind.PERSON, ANOTHER, "LÊ THỊ BA")


@pytest.fixture(autouse=True)
def procedure(gate: Gate) -> None:
    """A procedure of companies; the world knows the company and two persons."""
    body = procedure_body(component(1, CERTIFICATE), component(2, "TO_KHAI"))
    gate.run(catalogue.publish_procedure(gate.desk, "test", PROCEDURE, body))
    gate.world.put(f"organizations/{COMPANY.id}", {"name": COMPANY.full_name})
    gate.world.put_person(ANOTHER, full_name="LÊ THỊ BA", birth_date="1991-04-05", sex="female")


def registered(gate: Gate, document_type: str = CERTIFICATE, **holding: Any) -> None:
    """The register holds the company's certificate; `data` says whom it names."""
    body = {"registry": "held", "number": COMPANY.id, "issued_on": "2020-01-02", **holding}
    gate.world.put(f"organizations/{COMPANY.id}/holdings/{document_type}", body)


def filed(gate: Gate, representative: Subject | None = AN, **change: Any) -> Json:
    return gate.submit(PROCEDURE, applicant=COMPANY, representative=representative, **change)


def standing(dossier: Json) -> tuple[str, str | None, str | None]:
    found = dossier["representation"]
    return found["status"], found["compared"], found["cause"]


# ---- what the register says -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "compared"),
    [
        ({"representative": "NGUYỄN VĂN AN"}, "name"),
        ({"representative": "Nguyen Van  An"}, "name"),
        ({"representative_id": PERSON, "representative": "NGUYỄN VĂN AN"}, "id"),
    ],
    ids=["by name", "by name as another wrote it", "by number"],
)
def test_whom_the_register_names_is_confirmed(gate: Gate, data: Json, compared: str) -> None:
    registered(gate, data=data)
    dossier = filed(gate)
    assert standing(dossier) == ("confirmed", compared, None)
    assert (dossier["representation"]["document_type"], dossier["representation"]["service"]) == (CERTIFICATE, "DKDN")
    cited = [(c["law"], c["provision"]) for c in dossier["representation"]["citations"]]
    assert ("NQ-66.7-2025", "Điều 4 khoản 5 điểm a") in cited
    assert gate.dossier(dossier["code"]) == dossier


@pytest.mark.parametrize(
    "data",
    [{"representative": "TRẦN VĂN KHÁC"}, {"representative": "NGUYỄN VĂN AN", "representative_id": ANOTHER}],
    ids=["another name", "the same name, another number"],
)
def test_whom_the_register_does_not_name_is_refused_and_the_look_up_stays_on_record(gate: Gate, data: Json) -> None:
    registered(gate, data=data)
    with pytest.raises(NotRepresentative):
        filed(gate)
    assert gate.count(tables.dossiers) == 0
    marks = {gate.desk.sealer.mark(s.kind, s.id) for s in (COMPANY, AN)}
    assert {r.holder_mark for r in gate.rows(lookups)} == marks
    assert "gate.lookups.made" in [r.kind for r in gate.rows(journal_entries)]


def test_a_name_that_was_typed_counts_for_nothing_beside_the_number_s_own(gate: Gate) -> None:
    """Somebody gives their own number under the representative's name."""
    registered(gate, data={"representative": "NGUYỄN VĂN AN"})
    with pytest.raises(NotRepresentative):
        filed(gate, replace(HER, full_name="NGUYỄN VĂN AN"))


def test_the_papers_and_the_representative_cost_one_call_a_service(gate: Gate) -> None:
    registered(gate, data={"representative": "NGUYỄN VĂN AN"})
    filed(gate)
    assert [len(gate.asked("ndxp", service)) for service in ("DKDN", "037", "DK-HKD-HTX")] == [1, 1, 1]


def test_a_household_business_is_asked_of_its_own_register(gate: Gate) -> None:
    registered(gate, "GCN_DK_HKD", data={"representative": "NGUYỄN VĂN AN"})
    found = filed(gate)["representation"]
    assert (found["status"], found["document_type"], found["service"]) == ("confirmed", "GCN_DK_HKD", "DK-HKD-HTX")


# ---- nothing was learnt ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["DKDN", "037"])
def test_an_outage_takes_the_dossier_and_it_is_confirmed_by_itself_later(gate: Gate, service: str) -> None:
    registered(gate, data={"representative": "NGUYỄN VĂN AN"})
    fault = gate.world.fault("ndxp", "http_503", match={"service": service})
    dossier = filed(gate)
    assert standing(dossier) == ("no_answer", None, "server_error")
    assert dossier["representation"]["waiting"]
    gate.world.http.delete(f"{gate.world.control}/faults/{fault}").raise_for_status()
    gate.watch.advance(seconds=40)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 1
    assert standing(gate.dossier(dossier["code"]))[0] == "confirmed"
    gate.watch.advance(hours=1)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 0


def test_what_an_outage_hid_is_told_and_takes_nothing_back(gate: Gate) -> None:
    registered(gate, data={"representative": "TRẦN VĂN KHÁC"})
    fault = gate.world.fault("ndxp", "reset", match={"service": "DKDN"})
    code = filed(gate)["code"]
    gate.world.http.delete(f"{gate.world.control}/faults/{fault}").raise_for_status()
    again = gate.recheck(code)
    assert (again["status"], standing(again)[0]) == (1, "not_representative")
    assert gate.move(code, 2)["status"] == 2


def test_a_silent_register_is_not_asked_for_ever(gate: Gate) -> None:
    gate.world.fault("ndxp", "http_503", match={"service": "DKDN"})
    dossier = filed(gate)
    for _ in range(3):
        gate.watch.advance(days=2)
        gate.run(dossiers.recheck_due(gate.desk))
    assert all(r.recheck_at is None for r in gate.rows(tables.dossiers))
    left = gate.dossier(dossier["code"])["representation"]
    assert (left["status"], left["waiting"]) == ("no_answer", False)  # nobody is told that it goes on


@pytest.mark.parametrize(
    ("holding", "cause"),
    [
        (None, "not_registered"),
        ({}, "representative_not_given"),
        ({"revoked_on": "2026-01-01", "data": {"representative": "NGUYỄN VĂN AN"}}, "registration_revoked"),
    ],
    ids=["no registration", "nobody named", "registration revoked"],
)
def test_a_register_that_cannot_tell_leaves_it_to_the_officer(gate: Gate, holding: Json | None, cause: str) -> None:
    if holding is not None:
        registered(gate, **holding)
    found = filed(gate)["representation"]
    assert (found["status"], found["cause"], found["waiting"]) == ("no_answer", cause, False)


def test_a_person_nobody_knows_is_left_to_the_officer(gate: Gate) -> None:
    registered(gate, data={"representative": "NGUYỄN VĂN AN"})
    unknown = Subject(SubjectKind.PERSON, "042190100099")
    assert standing(filed(gate, unknown)) == ("no_answer", None, "person_not_found")


# ---- who may be one -------------------------------------------------------------------------------------------------


def test_only_an_organisation_is_represented_and_by_a_person(gate: Gate) -> None:
    with pytest.raises(RepresentativeUnfit):
        gate.submit(PLAIN, representative=HER)
    with pytest.raises(RepresentativeUnfit):
        filed(gate, COMPANY)


def test_an_organisation_need_not_say_who_acts_for_it(gate: Gate) -> None:
    assert filed(gate, None)["representation"] is None


def test_a_confirmed_representative_is_not_asked_about_again(gate: Gate) -> None:
    registered(gate, data={"representative": "NGUYỄN VĂN AN"})
    code = filed(gate)["code"]
    gate.recheck(code)
    assert len(gate.asked("ndxp", "037")) == 1
    with pytest.raises(TransitionNotAllowed):
        gate.move(code, 9)


def test_nothing_at_rest_says_who_acts_for_whom(gate: Gate) -> None:
    registered(gate, data={"representative": "NGUYỄN VĂN AN"})
    dossier = filed(gate)
    heap = all_bytes(gate) + json.dumps(dossier, ensure_ascii=False).encode()
    for word in (PERSON, AN.full_name, COMPANY.id, COMPANY.full_name):
        assert word is not None and word.encode() not in heap
