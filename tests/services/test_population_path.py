"""The population database asked in SOAP through the province's gateway: the gate concludes what it would by JSON."""

import pytest

from tests.desk import Gate

CARD, RESIDENCE = "CAN_CUOC", "THONG_TIN_CU_TRU"


@pytest.fixture
def soap_gate(sqlite_gate: Gate) -> Gate:
    lgsp = f"{sqlite_gate.world.vneid}/lgsp"
    sqlite_gate.desk = sqlite_gate.open(population_path="lgsp-soap", lgsp_url=lgsp)
    return sqlite_gate


def test_what_the_gateway_tells_is_not_asked_for_on_paper(soap_gate: Gate) -> None:
    soap_gate.world.put_holding(CARD, wallet="absent")
    assert soap_gate.verdict(CARD)[0] == "REFUSE_PAPER_USE_REGISTRY"
    assert soap_gate.asked("lgsp") or soap_gate.asked("soap")
    assert not soap_gate.asked("ndxp", "037")


def test_a_person_it_does_not_find_is_not_held_there(soap_gate: Gate) -> None:
    soap_gate.world.post("faults", {"face": "lgsp", "kind": "person_not_found"})
    assert soap_gate.verdict(CARD) == ("PAPER_LAWFUL", "not_held")


@pytest.mark.parametrize("kind", ["http_500", "garbage", "not_licensed", "no_right", "wrong_person", "reset"])
def test_a_fault_of_the_gateway_is_no_fact_about_the_person(soap_gate: Gate, kind: str) -> None:
    soap_gate.world.post("faults", {"face": "lgsp", "kind": kind})
    found = soap_gate.finding(CARD)
    assert found["outcome"] == "WAIT_SOURCE"
    (said,) = [a for a in found["lookups"] if a["source"] == "registry"]
    assert said["status"] == "no_answer"
    assert said["cause"]


def test_the_other_services_are_asked_as_before(soap_gate: Gate) -> None:
    soap_gate.world.put_holding("GIAY_KHAI_SINH", wallet="absent")
    assert soap_gate.verdict("GIAY_KHAI_SINH")[0] == "REFUSE_PAPER_USE_REGISTRY"
    assert soap_gate.asked("ndxp", "HO-TICH")
