"""A dossier's life at the gate, on both databases and against real sources."""

import json
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from sqlalchemy import Connection, update

from app.clock import Clock
from app.domain.catalogue import Form
from app.domain.dossiers import Status
from app.domain.errors import CaseRequired, HolderRequired, TransitionNotAllowed, UnknownCase, UnknownPosition
from app.domain.persons import Subject, SubjectKind
from app.domain.values import replace
from app.models import dossiers as tables
from app.models.decisions import decisions
from app.models.evidence import lookups
from app.models.journal import journal_entries
from app.repositories.dossiers import claim_due
from app.services import catalogue, dossiers, supplement_requests
from app.services.dossier_records import Stale, UnknownDossier
from app.services.dossiers import ReasonRequired
from app.services.supplement_requests import Asked
from tests.desk import (
    ALL_OF,
    AN,
    CALLER,
    CASES,
    CHOICE,
    NO_PAPER,
    OTHER,
    PLAIN,
    Gate,
    component,
    offered,
    procedure_body,
    read,
    types_to_supply,
)
from tests.mock_vneid.office import ANOTHER, PERSON, Json

CARD, BIRTH, LICENCE, MARRIAGE, DEGREE = (
    "CAN_CUOC",
    "GIAY_KHAI_SINH",
    "GIAY_PHEP_LAI_XE",
    "GIAY_CN_KET_HON",
    "VAN_BANG",
)


# A person's card, or a company's registration.
MIXED, REGISTRATION = "9.000011", "GCN_DKDN"
COMPANY = Subject(SubjectKind.ORGANIZATION, "0123456789")


def publish_mixed(gate: Gate, relation: str) -> None:
    """The component asks for both; the company's registration is held by the State."""
    body = procedure_body(component(1, CARD, REGISTRATION, relation=relation))
    gate.run(catalogue.publish_procedure(gate.desk, "test", MIXED, body))
    gate.world.put(f"organizations/{COMPANY.id}", {"name": "CÔNG TY TNHH THỬ"})
    gate.world.put(f"organizations/{COMPANY.id}/holdings/{REGISTRATION}", {"wallet": "absent", "registry": "held"})


def row_of(gate: Gate, code: str) -> Any:
    return next(r for r in gate.rows(tables.dossiers) if r.code == code)


def outcomes(dossier: Json) -> dict[str, tuple[str, str]]:
    return {f["document_type"]: (f["outcome"], f["reason"]) for c in dossier["components"] for f in c["findings"]}


def without_decisions(dossier: Json) -> Json:
    return {name: value for name, value in dossier.items() if name != "decisions"}


def journal_kinds(gate: Gate) -> list[str]:
    return [r.kind for r in gate.rows(journal_entries)]


# ---- filing ---------------------------------------------------------------------------------------------------------


def test_a_dossier_is_asked_only_for_what_the_state_does_not_hold(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    dossier = gate.submit()
    assert dossier["code"] == "000.00.00.H27-261123-0001"
    assert (dossier["status"], dossier["version"], dossier["law_as_of"]) == (1, 1, "2026-11-23")
    assert types_to_supply(dossier) == {2: ["TO_KHAI"], 3: [DEGREE], 4: [BIRTH]}
    assert outcomes(dossier)[CARD] == ("REFUSE_PAPER_USE_WALLET", "held_in_wallet")
    assert gate.dossier(dossier["code"]) == dossier


def test_two_dossiers_alike_are_two_and_each_agency_and_day_counts_from_one(gate: Gate) -> None:
    codes = [gate.submit()["code"], gate.submit()["code"], gate.submit(agency="H27.9")["code"]]
    gate.watch.advance(days=1)
    codes.append(gate.submit()["code"])
    assert codes == [
        "000.00.00.H27-261123-0001",
        "000.00.00.H27-261123-0002",
        "H27.9-261123-0001",
        "000.00.00.H27-261124-0001",
    ]


def test_many_filed_at_once_have_each_a_number_of_their_own(gate: Gate) -> None:
    filed = gate.together(*(dossiers.submit(gate.desk, CALLER, gate.submission(CHOICE), None) for _ in range(20)))
    assert sorted(read(a)["code"][-4:] for a in filed) == [f"{n:04d}" for n in range(1, 21)]


@pytest.mark.parametrize("how", ["paper", "electronic", "wallet"])
def test_what_was_offered_is_not_asked_for_again(gate: Gate, how: str) -> None:
    dossier = gate.submit(PLAIN, offered(3, how), offered(2, how))
    assert types_to_supply(dossier) == {1: [CARD], 4: [BIRTH]}
    assert {c["position"]: c["supplied"] for c in dossier["components"]} == {1: "none", 2: how, 3: how, 4: "none"}
    assert dossier["handed_back"] == []


def test_paper_is_handed_back_where_the_service_takes_none(gate: Gate) -> None:
    dossier = gate.submit(NO_PAPER, offered(1), offered(2, "electronic"))
    assert dossier["handed_back"] == [1]
    assert types_to_supply(dossier) == {1: [CARD]}
    assert dossier["to_supply"][0]["forms"] == ["electronic"]
    assert gate.dossier(dossier["code"])["handed_back"] == [1]


def test_one_of_several_is_enough_where_one_is_asked(gate: Gate) -> None:
    nothing = gate.submit(CHOICE)
    assert types_to_supply(nothing) == {1: [CARD, LICENCE]}
    assert nothing["to_supply"][0]["relation"] == "any_of"
    gate.world.put_holding(LICENCE)
    assert types_to_supply(gate.submit(CHOICE)) == {}


def test_all_of_several_means_each_that_is_missing(gate: Gate) -> None:
    assert types_to_supply(gate.submit(ALL_OF)) == {1: [BIRTH, MARRIAGE]}
    gate.world.put_holding(BIRTH)
    assert types_to_supply(gate.submit(ALL_OF)) == {1: [MARRIAGE]}


def test_what_is_not_linked_yet_is_to_be_linked_not_brought(gate: Gate) -> None:
    gate.world.put_holding(CARD, wallet="not_linked", registry="absent")
    need = gate.submit()["to_supply"][0]
    assert (need["position"], need["action"], need["forms"]) == (1, "link_on_vneid", [])


def test_the_case_chooses_the_components(gate: Gate) -> None:
    assert types_to_supply(gate.submit(CASES, case="A")) == {1: [CARD], 2: [DEGREE]}
    assert types_to_supply(gate.submit(CASES, case="B")) == {1: [CARD], 3: ["GIAY_CHUNG_SINH"]}


def test_a_dossier_that_does_not_fit_its_procedure_is_an_error_and_leaves_nothing(gate: Gate) -> None:
    before = gate.count(journal_entries)
    with pytest.raises(CaseRequired):
        gate.submit(CASES)
    with pytest.raises(UnknownCase):
        gate.submit(CASES, case="C")
    with pytest.raises(UnknownPosition):
        gate.submit(CASES, offered(3), case="A")
    with pytest.raises(HolderRequired):
        gate.submit(applicant=Subject(SubjectKind.ORGANIZATION, "0123456789"))
    assert (gate.count(tables.dossiers), gate.count(tables.dossier_counters)) == (0, 0)
    assert gate.count(journal_entries) == before
    with pytest.raises(UnknownDossier):
        gate.dossier("000.00.00.H27-261123-0001")


def test_the_paper_of_another_holder_is_looked_up_under_them_each_time(gate: Gate) -> None:
    gate.world.put_person(ANOTHER, full_name="LÊ THỊ BÌNH", sex="female")
    gate.world.put_holding(BIRTH, person_id=ANOTHER)
    dossier = gate.submit(PLAIN, offered(4, "none", OTHER))
    assert outcomes(dossier)[BIRTH][0] == "REFUSE_PAPER_USE_WALLET"
    gate.recheck(dossier["code"])
    # A supplement request for the same paper means the same person's.
    answer = gate.ask_more(dossier["code"], BIRTH)
    assert answer.status == 409
    asked = [e["holder"]["id"] for e in gate.asked("ndxp", "HO-TICH")]
    assert asked == [ANOTHER] * 3
    assert {e["holder"]["id"] for e in gate.asked("ndxp", "037")} == {PERSON}


def test_of_a_choice_for_persons_or_organisations_the_papers_of_its_holder_are_judged(gate: Gate) -> None:
    publish_mixed(gate, "any_of")
    alone = gate.submit(MIXED)
    assert outcomes(alone).keys() == {CARD}
    assert types_to_supply(alone) == {1: [CARD]}
    named = gate.submit(MIXED, offered(1, "none", COMPANY))
    assert outcomes(named) == {REGISTRATION: ("REFUSE_PAPER_USE_REGISTRY", "held_in_registry")}
    assert types_to_supply(named) == {}
    companys = gate.submit(MIXED, applicant=COMPANY)
    assert outcomes(companys) == outcomes(named)


def test_of_papers_of_both_kinds_that_are_all_due_each_is_looked_up_under_whom_it_can_be(gate: Gate) -> None:
    publish_mixed(gate, "all_of")
    gate.world.put_holding(CARD)
    for applicant, holder in ((AN, COMPANY), (COMPANY, AN)):
        dossier = gate.submit(MIXED, offered(1, "none", holder), applicant=applicant)
        assert {code: outcome for code, (outcome, _) in outcomes(dossier).items()} == {
            CARD: "REFUSE_PAPER_USE_WALLET",
            REGISTRATION: "REFUSE_PAPER_USE_REGISTRY",
        }
        assert types_to_supply(dossier) == {}
        again = gate.recheck(dossier["code"])
        assert (outcomes(again), again["to_supply"]) == (outcomes(dossier), [])


def test_what_nobody_is_named_for_is_not_looked_up_and_stays_to_be_supplied(gate: Gate) -> None:
    publish_mixed(gate, "all_of")
    gate.world.put_holding(CARD)
    dossier = gate.submit(MIXED)
    assert outcomes(dossier).keys() == {CARD}
    left = {"position": 1, "document_types": [REGISTRATION], "relation": "all_of"}
    assert dossier["to_supply"] == [{**left, "action": "supply", "forms": ["original"]}]
    assert gate.recheck(dossier["code"])["to_supply"] == dossier["to_supply"]
    assert gate.submit(MIXED, offered(1))["to_supply"] == []
    # Asked for later on, it is judged like any paper: whoever asks has to say whose it is.
    with pytest.raises(HolderRequired):
        gate.ask_more(dossier["code"], REGISTRATION)
    asked = Asked(REGISTRATION, Form.ORIGINAL, "Cần đối chiếu", COMPANY)
    answer = gate.run(supplement_requests.request(gate.desk, CALLER, dossier["code"], None, [asked], None))
    assert answer.status == 409
    assert read(answer)["findings"][0]["outcome"] == "REFUSE_PAPER_USE_REGISTRY"


def test_a_service_without_paper_asks_for_what_was_not_looked_up_in_electronic_form(gate: Gate) -> None:
    publish_mixed(gate, "all_of")
    member = {"from": "2025-10-01", "status": "confirmed", "basis": "KH-02-2025"}
    gate.run(catalogue.publish_list_member(gate.desk, "test", "no-paper-services", MIXED, member))
    for dossier in (gate.submit(MIXED), gate.submit(MIXED, offered(1))):
        assert dossier["to_supply"][0]["document_types"] == [CARD, REGISTRATION]
        assert dossier["to_supply"][0]["forms"] == ["electronic"]


def test_a_supplement_of_either_kind_means_whom_the_dossier_named_for_it(gate: Gate) -> None:
    publish_mixed(gate, "all_of")
    code = gate.submit(MIXED, offered(1, "none", COMPANY))["code"]
    findings = read(gate.ask_more(code, REGISTRATION, CARD))["findings"]
    assert [f["outcome"] for f in findings] == ["REFUSE_PAPER_USE_REGISTRY", "PAPER_LAWFUL"]


def test_where_one_holder_could_have_all_papers_they_have_to_be_named(gate: Gate) -> None:
    """The component is not mixed: a person could have both, the company that applies only one."""
    body = procedure_body(component(1, CARD, "TO_KHAI", relation="all_of"))
    gate.run(catalogue.publish_procedure(gate.desk, "test", MIXED, body))
    for holder, applicant in ((None, COMPANY), (COMPANY, AN)):
        with pytest.raises(HolderRequired) as refused:
            gate.submit(MIXED, offered(1, "none", holder), applicant=applicant)
        expected = {"document_type": CARD, "subject": "person", "position": 1, "named": holder is not None}
        assert refused.value.facts == expected
    assert outcomes(gate.submit(MIXED, offered(1, "none", AN), applicant=COMPANY)).keys() == {CARD, "TO_KHAI"}


def test_a_dossier_filed_in_the_last_moment_of_a_day_is_one_of_that_day(sqlite_gate: Gate) -> None:
    """Midnight in Vietnam passes while it is being filed."""
    gate = sqlite_gate
    before, after = datetime(2026, 11, 25, 16, 59, 59, 999_000, UTC), datetime(2026, 11, 25, 17, 0, 1, tzinfo=UTC)
    moments = chain([before], repeat(after))
    gate.desk = replace(gate.desk, clock=Clock(lambda: next(moments)))
    dossier = gate.submit()
    assert (dossier["received_at"], dossier["law_as_of"]) == ("2026-11-25T16:59:59.999Z", "2026-11-25")
    assert dossier["code"].split("-")[1] == "261125"


# ---- waiting --------------------------------------------------------------------------------------------------------


def test_a_dossier_waits_for_a_silent_source_and_settles_by_itself_when_it_is_back(gate: Gate) -> None:
    gate.world.put_holding(CARD, wallet="absent")
    gate.world.fault("ndxp", "http_503", match={"service": "037"})
    dossier = gate.submit()
    assert outcomes(dossier)[CARD] == ("WAIT_SOURCE", "no_answer")
    assert 1 not in types_to_supply(dossier)  # nobody owes paper because a machine is down
    assert dossier["wait_until"] == "2026-11-25T10:30:00.000Z"  # the end of the next working day: Tuesday is a holiday

    assert gate.run(dossiers.recheck_due(gate.desk)) == 0  # not yet
    gate.watch.advance(seconds=31)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 1
    still = gate.dossier(dossier["code"])
    assert (still["version"], len(still["decisions"])) == (2, 2)
    assert outcomes(still)[CARD][0] == "WAIT_SOURCE"

    gate.world.http.delete(f"{gate.world.control}/faults").raise_for_status()
    gate.watch.advance(seconds=61)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 1
    settled = gate.dossier(dossier["code"])
    assert outcomes(settled)[CARD] == ("REFUSE_PAPER_USE_REGISTRY", "held_in_registry")
    assert (settled["version"], settled["wait_until"]) == (3, None)
    gate.watch.advance(days=1)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 0


def test_what_waits_goes_on_waiting_while_a_fee_is_due(gate: Gate) -> None:
    gate.world.put_holding(CARD, wallet="absent")
    gate.world.fault("ndxp", "http_503", match={"service": "037"})
    code = gate.submit()["code"]
    gate.move(code, 2)
    assert gate.move(code, 6)["wait_until"] is not None
    gate.world.http.delete(f"{gate.world.control}/faults").raise_for_status()
    gate.watch.advance(seconds=31)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 1
    assert outcomes(gate.move(code, 4))[CARD] == ("REFUSE_PAPER_USE_REGISTRY", "held_in_registry")


def test_all_that_is_due_is_asked_for_side_by_side_and_one_that_fails_keeps_no_other_waiting(gate: Gate) -> None:
    gate.world.put_holding(CARD, wallet="absent")
    gate.world.fault("ndxp", "http_503", match={"service": "037"})
    codes = [gate.submit(CHOICE)["code"] for _ in range(dossiers.AT_ONCE + 1)]

    def unreadable(conn: Connection) -> None:
        broken = update(tables.dossiers).where(tables.dossiers.c.code == codes[0])
        conn.execute(broken.values(applicant=b"not sealed", recheck_at=gate.watch.moment))

    gate.desk.db.write_sync(unreadable)
    gate.world.http.delete(f"{gate.world.control}/faults").raise_for_status()
    gate.watch.advance(seconds=31)
    assert [gate.run(dossiers.recheck_due(gate.desk)) for _ in range(3)] == [dossiers.AT_ONCE, 1, 0]
    assert [gate.dossier(code)["wait_until"] is None for code in codes] == [False] + [True] * dossiers.AT_ONCE


@pytest.mark.parametrize(
    ("channel", "ends"),
    [("online", "2026-11-25T03:00:00.000Z"), ("counter", "2026-11-25T10:30:00.000Z")],
)
def test_when_the_wait_is_over_the_paper_may_be_asked_for(gate: Gate, channel: str, ends: str) -> None:
    gate.world.fault("ndxp", "http_503", match={"service": "037"})
    dossier = gate.submit(channel=channel)
    assert dossier["wait_until"] == ends
    # Just before its end the dossier still waits, at its end it no longer does; the worker looks at that moment.
    gate.watch.moment = datetime.fromisoformat(ends) - timedelta(seconds=1)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 1
    assert outcomes(gate.dossier(dossier["code"]))[CARD][0] == "WAIT_SOURCE"
    gate.watch.advance(seconds=1)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 1
    over = gate.dossier(dossier["code"])
    assert outcomes(over)[CARD] == ("PAPER_LAWFUL", "source_unavailable")
    assert types_to_supply(over)[1] == [CARD]
    assert gate.ask_more(dossier["code"], CARD).status == 201


def test_a_source_is_asked_later_each_time_but_at_the_end_of_the_wait_at_the_latest(gate: Gate) -> None:
    gate.world.fault("ndxp", "http_503", match={"service": "037"})
    code = gate.submit()["code"]
    pauses = []
    while (due := row_of(gate, code).recheck_at) is not None:
        pauses.append((due - gate.watch.moment).total_seconds())
        gate.watch.moment = due
        assert gate.run(dossiers.recheck_due(gate.desk)) == 1
        if len(pauses) == 7:
            gate.watch.moment = row_of(gate, code).wait_until - timedelta(seconds=10)
            gate.recheck(code)
    assert pauses[:7] == [30, 60, 120, 240, 480, 900, 900]
    assert pauses[7:] == [10]
    assert gate.watch.moment == row_of(gate, code).wait_until


def test_a_lease_that_a_dead_worker_left_runs_out_and_the_next_takes_the_dossier(gate: Gate) -> None:
    gate.world.fault("ndxp", "http_503", times=1)
    code = gate.submit()["code"]
    gate.watch.advance(seconds=31)
    now = gate.watch.moment
    assert gate.desk.db.write_sync(claim_due, now, now + timedelta(seconds=60), 20) == [code]  # and then it died
    assert gate.run(dossiers.recheck_due(gate.desk)) == 0
    gate.watch.advance(seconds=60)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 1
    assert row_of(gate, code).recheck_at is None


def test_two_workers_share_the_dossiers_that_are_due(gate: Gate) -> None:
    gate.world.fault("ndxp", "http_503", times=8)
    codes = {gate.submit(CHOICE)["code"] for _ in range(4)}
    other = gate.open()
    gate.watch.advance(seconds=31)
    counts = gate.together(*(dossiers.recheck_due(desk, 2) for desk in (gate.desk, other)))
    assert sum(counts) == 4
    assert {len(gate.dossier(code)["decisions"]) for code in codes} == {2}


def test_one_dossier_that_cannot_be_read_does_not_keep_the_others_waiting(gate: Gate) -> None:
    gate.world.fault("ndxp", "http_503", match={"service": "037"}, times=2)
    broken, sound = gate.submit()["code"], gate.submit()["code"]

    def spoil(conn: Connection) -> None:
        d = tables.dossiers
        # Due before the other, so that it is the first to be tried.
        spoilt = {"applicant": b"\x01not sealed by us", "recheck_at": gate.watch.moment}
        conn.execute(update(d).where(d.c.code == broken).values(spoilt))

    gate.desk.db.write_sync(spoil)
    gate.watch.advance(seconds=31)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 2
    assert row_of(gate, sound).recheck_at is None
    assert row_of(gate, broken).recheck_at is not None


def test_papers_filed_are_judged_by_the_law_of_the_day_of_receipt_and_new_demands_by_their_own(gate: Gate) -> None:
    code = gate.submit()["code"]
    gate.watch.moment += timedelta(days=120)
    decision_id = gate.recheck(code)["decisions"][-1]
    decided = {r.decision_id: r for r in gate.rows(decisions)}
    assert str(decided[decision_id].law_as_of) == "2026-11-23"
    answer = read(gate.ask_more(code, DEGREE))
    assert answer["decision"]["law_as_of"] == "2027-03-23"


# ---- moving ---------------------------------------------------------------------------------------------------------

# A way to each status, and where a handler may go from it.
PATHS = {
    1: [],
    2: [2],
    3: [3],
    4: [2, 4],
    5: [5],
    6: [2, 6],
    7: [7],
    8: [2, 4, 8],
    9: [2, 4, 9],
    10: [2, 4, 9, 10],
}
ALLOWED: dict[int, set[int]] = {
    1: {2, 3, 5, 7},
    2: {4, 5, 6, 7},
    3: set(),
    4: {5, 6, 7, 8, 9},
    5: {4, 7, 8},
    6: {4, 7, 8},
    7: set(),
    8: set(),
    9: {10},
    10: set(),
}


@pytest.mark.parametrize("status", PATHS)
def test_a_dossier_moves_only_as_the_national_statuses_allow(gate: Gate, status: int) -> None:
    def at(status: int) -> str:
        code: str = gate.submit(CHOICE)["code"]
        for to in PATHS[status]:
            gate.move(code, to)
        return code

    code = at(status)
    before = gate.dossier(code)
    assert (before["status"], before["version"]) == (status, 1 + len(PATHS[status]))
    moves = gate.count(tables.dossier_moves)
    for to in set(range(1, 11)) - ALLOWED[status]:
        with pytest.raises(TransitionNotAllowed) as refused:
            gate.move(code, to)
        assert refused.value.facts["allowed"] == sorted(ALLOWED[status])
    assert gate.dossier(code) == before
    assert gate.count(tables.dossier_moves) == moves
    for to in ALLOWED[status]:
        after = gate.move(at(status), to)
        assert (after["status"], after["version"]) == (to, before["version"] + 1)


def test_not_receiving_and_asking_for_more_need_a_reason(gate: Gate) -> None:
    code = gate.submit(CHOICE)["code"]
    for to in (3, 5):
        for reason in (None, ""):
            with pytest.raises(ReasonRequired):
                gate.move(code, to, reason)
    assert gate.move(code, 2, None)["status"] == 2
    assert [(m.from_status, m.to_status, m.reason) for m in gate.rows(tables.dossier_moves)] == [(1, 2, None)]


def test_a_move_is_journalled(gate: Gate) -> None:
    code = gate.submit(CHOICE)["code"]
    gate.move(code, 2)
    moved = [json.loads(r.bytes) for r in gate.rows(journal_entries) if r.kind == "gate.dossier.moved"]
    assert [m["facts"] for m in moved] == [{"dossier": code, "from": 1, "to": 2, "client": "test-office"}]


def test_a_dossier_that_was_not_received_waits_no_longer_and_is_not_asked_about_again(gate: Gate) -> None:
    gate.world.fault("ndxp", "http_503")
    code = gate.submit(CHOICE)["code"]
    gate.move(code, 3)
    gate.watch.advance(hours=1)
    assert gate.run(dossiers.recheck_due(gate.desk)) == 0
    with pytest.raises(TransitionNotAllowed):
        gate.recheck(code)
    with pytest.raises(TransitionNotAllowed):
        gate.ask_more(code, CARD)


def test_whoever_saw_an_older_version_changes_nothing(gate: Gate) -> None:
    code = gate.submit(CHOICE)["code"]
    gate.move(code, 2, version=1)
    before = gate.dossier(code)
    with pytest.raises(Stale):
        gate.move(code, 4, version=1)
    with pytest.raises(Stale):
        gate.ask_more(code, CARD, version=1)
    with pytest.raises(Stale):
        gate.run(dossiers.recheck(gate.desk, CALLER, code, frozenset({1}), None))
    assert gate.dossier(code) == before


@pytest.mark.parametrize("second", ["move", "supplement", "recheck"])
def test_of_two_officers_at_once_exactly_one_wins(gate: Gate, second: str) -> None:
    code = gate.submit()["code"]
    # Both have read version 1 before either writes.
    gate.world.fault("ndxp", "latency", attributes={"ms": 150})
    kept = gate.count(lookups)
    seen = frozenset({1})
    asked = [supplement_requests.Asked(CARD, Form.ORIGINAL, "Cần đối chiếu")]
    one = supplement_requests.request(gate.desk, CALLER, code, seen, asked, None)
    two = {
        "move": lambda: dossiers.transition(gate.desk, CALLER, code, seen, Status.RECEIVED, None, None),
        "supplement": lambda: supplement_requests.request(gate.desk, CALLER, code, seen, asked, None),
        "recheck": lambda: dossiers.recheck(gate.desk, CALLER, code, seen, None),
    }[second]()
    results = gate.together(one, two)
    assert sorted(type(r).__name__ for r in results) == ["Answer", "Stale"]
    assert gate.dossier(code)["version"] == 2
    # The loser's decision is not kept, but whoever was looked up has a right to know it.
    assert journal_kinds(gate).count("gate.lookups.made") == 1
    assert gate.count(lookups) > kept


# ---- asking for more ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [1, 2, 4, 5])
def test_a_lawful_request_is_sent_and_the_dossier_waits_for_the_citizen(gate: Gate, status: int) -> None:
    code = gate.submit()["code"]
    for to in PATHS[status]:
        gate.move(code, to)
    version = gate.dossier(code)["version"]
    answer = gate.ask_more(code, DEGREE, CARD, version=version)
    assert (answer.status, answer.headers["etag"]) == (201, f'"{version + 1}"')
    body = read(answer)
    assert (body["status"], body["version"], body["warnings"]) == (5, version + 1, [])
    assert body["decision"]["outcome"] == "lawful"
    after = gate.dossier(code)
    assert (after["status"], after["version"]) == (5, version + 1)
    assert body["decision"]["decision_id"] in after["decisions"]
    assert gate.count(tables.dossier_moves) == len(PATHS[status]) + (status != 5)
    assert [r.outcome for r in gate.rows(tables.supplement_requests)] == ["sent"]


def test_one_unlawful_item_refuses_the_whole_request_and_the_attempt_is_kept(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    code = gate.submit()["code"]
    before = gate.dossier(code)
    answer = gate.ask_more(code, DEGREE, CARD, version=1)
    assert answer.status == 409
    decision = read(answer)
    assert decision["outcome"] == "partly_refused"
    after = gate.dossier(code)
    assert without_decisions(after) == without_decisions(before)
    assert after["decisions"] == [*before["decisions"], decision["decision_id"]]
    (attempt,) = gate.rows(tables.supplement_requests)
    assert (attempt.outcome, attempt.decision_id, attempt.dossier_code) == ("refused", decision["decision_id"], code)
    assert [i["document_type"] for i in json.loads(attempt.items)] == [DEGREE, CARD]
    # The version the officer has seen still stands: a better request goes through.
    assert gate.ask_more(code, DEGREE, version=1).status == 201


def test_a_request_that_would_have_to_wait_is_not_sent(gate: Gate) -> None:
    code = gate.submit()["code"]
    gate.world.fault("ndxp", "http_503")
    answer = gate.ask_more(code, CARD)
    assert (answer.status, read(answer)["outcome"]) == (409, "waiting")
    assert gate.dossier(code)["status"] == 1


def test_paper_that_was_offered_bars_no_request(gate: Gate) -> None:
    code = gate.submit(PLAIN, offered(3))["code"]
    assert gate.ask_more(code, DEGREE).status == 201


def test_a_second_request_is_warned_that_the_first_should_have_been_complete(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    code = gate.submit()["code"]
    assert gate.ask_more(code, CARD).status == 409  # a refused attempt was never sent and does not count
    assert read(gate.ask_more(code, DEGREE))["warnings"] == []
    warned = read(gate.ask_more(code, BIRTH))
    assert [w["code"] for w in warned["warnings"]] == ["second-supplement-request"]
    assert {c["law"] for c in warned["warnings"][0]["citations"]} == {"ND-118-2025"}
    assert (warned["status"], gate.dossier(code)["status"]) == (5, 5)
    assert gate.count(tables.dossier_moves) == 1


def test_the_applicant_stands_sealed_in_the_database(gate: Gate) -> None:
    code = gate.submit(PLAIN, offered(4, "none", OTHER))["code"]
    row = row_of(gate, code)
    assert gate.desk.sealer.unseal(row.applicant) == AN
    assert PERSON.encode() not in row.applicant
    (holder,) = [c.holder for c in gate.rows(tables.dossier_components) if c.holder]
    assert gate.desk.sealer.unseal(holder) == OTHER
