"""A decision is kept as it was given, and its stored facts judged again give the same bytes."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import NothingPublished, ProcedureNotInForce, UnknownDocumentType
from app.domain.values import replace
from app.models.decisions import decisions
from app.services import catalogue, paper_demands
from app.services import decisions as service
from app.services.decisions import UnknownDecision, UnknownRevision, WhatIf, differences
from tests.desk import CALLER, PLAIN, PROCEDURES, Gate, component, day, procedure_body

CARD, BIRTH = "CAN_CUOC", "GIAY_KHAI_SINH"


def decided(gate: Gate, *papers: str, **change: Any) -> tuple[str, bytes]:
    body = gate.run(paper_demands.demand(gate.desk, CALLER, gate.check(*papers, **change), None))
    return json.loads(body)["decision_id"], body


def replayed(gate: Gate, decision_id: str, **what_if: Any) -> service.Replayed:
    return gate.run(service.replay(gate.desk, decision_id, WhatIf(**what_if)))


def publish_without_sources(gate: Gate) -> int:
    body = {"name": "Thẻ căn cước", "kind": "official", "subject": "person", "sources": []}
    return gate.run(catalogue.publish_document_type(gate.desk, "test", CARD, body)).revision


def test_a_decision_is_read_in_the_bytes_in_which_it_was_given_also_after_a_restart(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    decision_id, body = decided(gate, CARD, "TO_KHAI")
    assert gate.run(service.read(gate.desk, decision_id)) == body
    publish_without_sources(gate)
    gate.restart()
    assert gate.run(service.read(gate.desk, decision_id)) == body


def test_judged_again_it_is_the_same_to_the_byte_whatever_the_world_says_by_then(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    gate.world.fault("ndxp", "http_500", match={"service": "HO-TICH"})
    decision_id, body = decided(gate, CARD, BIRTH, "TO_KHAI", "VAN_BANG")
    gate.world.put_person()  # who holds nothing any more
    publish_without_sources(gate)
    asked = len(gate.world.journal())
    for _ in range(2):
        again = replayed(gate, decision_id)
        assert (again.same, again.differences, again.decision) == (True, [], body)
        gate.restart()
    assert len(gate.world.journal()) == asked
    assert gate.count(decisions) == 1


def test_a_rulebook_that_has_grown_leads_to_the_same_bytes_and_one_that_says_otherwise_is_named(
    gate: Gate,
) -> None:
    gate.world.put_holding(CARD)
    now = gate.desk.rulebook
    gate.desk = replace(gate.desk, rulebook=replace(now, revision="before"))
    decision_id, body = decided(gate, CARD, "TO_KHAI", "VAN_BANG")
    gate.desk = replace(gate.desk, rulebook=now)
    again = replayed(gate, decision_id)
    assert (again.same, again.differences, again.decision) == (True, [], body)
    without_the_rule = replace(now, revision="after", rules={**now.rules, "use-wallet": ()}, _days={})
    gate.desk = replace(gate.desk, rulebook=without_the_rule)
    changed = {d["at"]: (d["before"], d["after"]) for d in replayed(gate, decision_id).differences}
    assert changed["/rulebook_revision"] == ("before", "after")
    assert changed["/findings/0/outcome"][0] == "REFUSE_PAPER_USE_WALLET"


def test_what_if_it_had_been_another_day(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    decision_id, _ = decided(gate, CARD)
    before = replayed(gate, decision_id, law_as_of=day("2025-09-12"))
    assert not before.same
    changed = {d["at"]: (d["before"], d["after"]) for d in before.differences}
    assert changed["/findings/0/outcome"] == ("REFUSE_PAPER_USE_WALLET", "PAPER_LAWFUL")
    assert changed["/law_as_of"] == ("2026-11-23", "2025-09-12")
    assert replayed(gate, decision_id, law_as_of=day("2026-11-23")).same
    with pytest.raises(ProcedureNotInForce):
        replayed(gate, decision_id, law_as_of=day("2019-12-31"))


def test_what_if_the_catalogue_had_been_the_one_known_on_another_day(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    decision_id, body = decided(gate, CARD)
    gate.watch.advance(days=2)
    latest = publish_without_sources(gate)
    today = gate.desk.clock.today()
    assert replayed(gate, decision_id, as_known=today - timedelta(days=1)).decision == body
    other = json.loads(replayed(gate, decision_id, as_known=today).decision)
    assert (other["catalogue_revision"], other["findings"][0]["reason"]) == (latest, "not_integrated")
    # Both dates at once: the law of one day, the catalogue as known on another.
    both = json.loads(replayed(gate, decision_id, as_known=today, law_as_of=day("2025-09-12")).decision)
    assert (both["catalogue_revision"], both["law_as_of"]) == (latest, "2025-09-12")
    with pytest.raises(NothingPublished):
        replayed(gate, decision_id, as_known=day("2020-01-01"))


def test_what_if_the_catalogue_had_been_another(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    decision_id, body = decided(gate, CARD)
    first = json.loads(body)["catalogue_revision"]
    latest = publish_without_sources(gate)
    assert replayed(gate, decision_id, revision=first).decision == body
    other = json.loads(replayed(gate, decision_id, revision=latest).decision)
    assert (other["catalogue_revision"], other["findings"][0]["reason"]) == (latest, "not_integrated")
    for unknown in (0, latest + 1):
        with pytest.raises(UnknownRevision):
            replayed(gate, decision_id, revision=unknown)


def test_what_if_a_paper_had_not_been_known_yet_is_an_error_of_the_question(gate: Gate) -> None:
    new = {"name": "Giấy mới", "kind": "official", "subject": "person", "sources": []}
    known = gate.run(catalogue.publish_document_type(gate.desk, "test", "GIAY_MOI", new)).revision
    body = procedure_body(*PROCEDURES[PLAIN]["components"], component(9, "GIAY_MOI"))
    gate.run(catalogue.publish_procedure(gate.desk, "test", PLAIN, body))
    decision_id, _ = decided(gate, "GIAY_MOI")
    with pytest.raises(UnknownDocumentType):
        replayed(gate, decision_id, revision=known - 1)


def test_a_page_about_a_decision_has_the_procedures_name(gate: Gate) -> None:
    decision_id, body = decided(gate, CARD)
    assert gate.run(service.explanation(gate.desk, decision_id)) == (json.loads(body), "Thủ tục thử")


def test_a_decision_nobody_made_is_unknown(gate: Gate) -> None:
    for call in (service.read, service.explanation):
        with pytest.raises(UnknownDecision):
            gate.run(call(gate.desk, "01a20180-0000-7000-8000-000000000000"))
    with pytest.raises(UnknownDecision):
        replayed(gate, "01a20180-0000-7000-8000-000000000000")


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["/a"]),
        ({"a": 1}, {}, ["/a"]),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ["/a/1/b"]),
        ({"a": [1]}, {"a": [1, 2]}, ["/a"]),
        ([1], {"0": 1}, [""]),
    ],
)
def test_differences_say_where_two_decisions_part(before: Any, after: Any, at: list[str]) -> None:
    assert [d["at"] for d in differences(before, after)] == at
