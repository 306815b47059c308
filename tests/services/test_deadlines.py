"""The clock of a dossier at the gate, on both databases: due, stopped, late, and what an agency owes by it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from app.domain.calendar import VIETNAM
from app.domain.dossiers import Actor, Status
from app.models import dossiers as tables
from app.repositories.dossiers import DeadlineCounts
from app.services import catalogue, deadlines, dossiers
from app.services.dossiers import NotInProvince
from tests.desk import AGENCY, CALLER, MONDAY, Gate, component, offered, procedure_body, read
from tests.mock_vneid.office import Json

CARD, DEGREE, BIRTH = "CAN_CUOC", "VAN_BANG", "GIAY_KHAI_SINH"
# Three working days: a card the State may hold, a degree it does not.
TIMED, UNTIMED = "9.000101", "9.000102"
ELSEWHERE = "000.11.27.H27"


@pytest.fixture(autouse=True)
def published(gate: Gate) -> None:
    body = procedure_body(component(1, CARD), component(2, DEGREE))
    three_days = {"working_days": 3, "basis": "Luật bịa cho thử nghiệm"}
    gate.run(catalogue.publish_procedure(gate.desk, "test", TIMED, {**body, "processing": three_days}))
    gate.run(catalogue.publish_procedure(gate.desk, "test", UNTIMED, body))


def file(gate: Gate, procedure: str = TIMED, **change: Any) -> str:
    code: str = gate.submit(procedure, offered(1, "electronic"), **change)["code"]
    return code


def vietnam(dossier: Json) -> str | None:
    """When it is due, in Vietnam."""
    due = dossier["due_at"]
    return f"{datetime.fromisoformat(due).astimezone(VIETNAM):%Y-%m-%d %H:%M}" if due else None


def standing(dossier: Json) -> tuple[str | None, bool]:
    return vietnam(dossier), dossier["paused"]


# ---- due ------------------------------------------------------------------------------------------------------------


def test_a_dossier_is_due_from_when_it_was_filed_and_then_from_when_it_was_received_in_full(gate: Gate) -> None:
    code = file(gate)
    filed = gate.dossier(code)
    assert (vietnam(filed), filed["due_on"]) == ("2026-11-27 17:30", "2026-11-27")  # Tuesday is a holiday
    gate.watch.advance(days=2)
    received = gate.move(code, 2)
    assert (vietnam(received), received["due_on"]) == ("2026-11-30 17:30", "2026-11-30")
    assert vietnam(gate.move(code, 4)) == "2026-11-30 17:30"


def test_a_dossier_filed_online_is_due_sooner_and_the_cut_is_that_of_the_year_it_was_filed(gate: Gate) -> None:
    assert vietnam(gate.dossier(file(gate, channel="online"))) == "2026-11-26 17:30"
    gate.watch.moment = datetime(2025, 12, 31, 3, tzinfo=VIETNAM)
    code = file(gate, channel="online")
    gate.watch.moment = datetime(2026, 1, 5, 9, tzinfo=VIETNAM)
    assert vietnam(gate.move(code, 2)) == "2026-01-07 17:30"


def test_where_no_act_names_a_time_there_is_no_due_date_and_nothing_is_made_up(gate: Gate) -> None:
    code = file(gate, UNTIMED)
    for to in (2, 4):
        dossier = gate.move(code, to)
        assert (dossier["due_on"], dossier["due_at"], dossier["late"]["overdue"]) == (None, None, False)
    gate.ask_more(code, DEGREE)
    assert standing(gate.dossier(code)) == (None, True)
    assert standing(gate.move(code, 4)) == (None, False)


def test_the_time_of_a_dossier_is_that_of_the_procedure_as_it_was_when_it_was_filed(gate: Gate) -> None:
    code = file(gate)
    gate.watch.advance(minutes=1)
    body = procedure_body(component(1, CARD)) | {"processing": {"working_days": 30, "basis": "Luật bịa"}}
    gate.run(catalogue.publish_procedure(gate.desk, "test", TIMED, body))
    assert gate.move(code, 2)["due_on"] == "2026-11-27"
    assert gate.dossier(file(gate))["due_on"] != "2026-11-27"


# ---- the clock stands still -----------------------------------------------------------------------------------------


def test_the_clock_stands_still_from_a_request_that_was_sent_until_the_dossier_is_taken_up_again(gate: Gate) -> None:
    code = file(gate)
    gate.move(code, 2)
    gate.watch.moment = datetime(2026, 11, 25, 9, 30, tzinfo=VIETNAM)
    assert gate.ask_more(code, DEGREE).status == 201
    assert standing(gate.dossier(code)) == (None, True)
    gate.watch.advance(days=7)
    resumed = gate.move(code, 4)
    # Left on Wednesday at 9:30: six hours, Thursday, Friday.
    assert standing(resumed) == ("2026-12-04 17:30", False)
    assert resumed["late"]["supplements"] == 1


def test_an_office_that_puts_a_dossier_into_5_without_asking_for_anything_gains_no_time(gate: Gate) -> None:
    code = file(gate)
    gate.move(code, 2)
    held = gate.move(code, 5, "Chờ ý kiến")
    assert standing(held) == ("2026-11-27 17:30", False)
    assert standing(gate.move(code, 4)) == ("2026-11-27 17:30", False)


def test_a_request_asked_for_before_receipt_leaves_the_whole_time(gate: Gate) -> None:
    code = file(gate)
    gate.ask_more(code, DEGREE)
    assert standing(gate.dossier(code)) == (None, True)
    gate.watch.advance(days=7)
    assert standing(gate.move(code, 4)) == ("2026-12-03 17:30", False)


def test_the_clock_stands_still_while_a_fee_is_due(gate: Gate) -> None:
    code = file(gate)
    gate.move(code, 2)
    assert standing(gate.move(code, 6, "Lệ phí 10.000 đồng")) == (None, True)
    gate.watch.advance(days=2)
    paid = read(gate.run(dossiers.transition(gate.desk, CALLER, code, None, Status(4), None, None, actor=Actor.SYSTEM)))
    # Left on Monday at 10:00: five and a half hours and three days.
    assert standing(paid) == ("2026-11-30 17:30", False)
    assert paid["history"][-1]["actor"] == "system"


def test_what_is_overdue_stays_overdue_whatever_is_asked_for_then(gate: Gate) -> None:
    code = file(gate)
    gate.move(code, 2)
    gate.watch.advance(days=10)
    assert gate.dossier(code)["late"]["reasons"][0]["code"] == "overdue"
    gate.ask_more(code, DEGREE)
    assert standing(gate.dossier(code)) == ("2026-11-27 17:30", True)
    assert standing(gate.move(code, 4)) == ("2026-11-27 17:30", False)
    assert gate.move(code, 9)["late"]["counts_as_late"] is True


@pytest.mark.parametrize(("days", "overdue"), [(4, False), (5, True)])
def test_the_clock_stops_for_good_when_the_dossier_is_decided(gate: Gate, days: int, overdue: bool) -> None:
    code = file(gate)
    gate.move(code, 2)
    gate.move(code, 4)
    gate.watch.moment = MONDAY + timedelta(days=days)
    done = gate.move(code, 9)
    assert (done["late"]["overdue"], done["ended_at"] is not None) == (overdue, True)
    gate.watch.advance(days=30)
    returned = gate.move(code, 10)
    assert (returned["late"]["overdue"], returned["ended_at"]) == (overdue, done["ended_at"])


# ---- asked late, asked twice ----------------------------------------------------------------------------------------


def test_a_second_request_counts_as_late_and_putting_it_into_5_by_hand_counts_as_a_request(gate: Gate) -> None:
    code = file(gate)
    gate.move(code, 5)
    gate.ask_more(code, DEGREE)  # the one the hand's move spoke of
    first = gate.dossier(code)["late"]
    assert (first["supplements"], first["counts_as_late"]) == (1, False)
    gate.ask_more(code, DEGREE)
    second = gate.dossier(code)["late"]
    assert (second["supplements"], second["counts_as_late"]) == (2, True)
    assert [r["code"] for r in second["reasons"]] == ["asked-twice"]
    gate.move(code, 4)
    gate.ask_more(code, DEGREE)
    assert gate.dossier(code)["late"]["supplements"] == 3


@pytest.mark.parametrize(
    ("channel", "limit"),
    [("online", "2026-11-25 10:00"), ("counter", "2026-11-25 17:30"), ("postal", "2026-11-25 17:30")],
)
def test_what_could_not_be_retrieved_has_to_be_asked_for_in_time(gate: Gate, channel: str, limit: str) -> None:
    """Eight working hours online, one working day otherwise, and a holiday between."""
    end = datetime.fromisoformat(limit).replace(tzinfo=VIETNAM)
    code, other = file(gate, channel=channel), file(gate, channel=channel)
    assert datetime.fromisoformat(gate.dossier(code)["ask_by"]) == end
    gate.watch.moment = end
    gate.ask_more(code, CARD)
    assert gate.dossier(code)["late"]["asked_late"] is False
    gate.watch.advance(seconds=1)
    gate.ask_more(other, CARD)
    late = gate.dossier(other)["late"]
    assert (late["asked_late"], late["counts_as_late"]) == (True, False)
    assert [r["code"] for r in late["reasons"]] == ["asked-late"]


def test_a_paper_no_source_holds_and_a_source_that_stayed_silent_are_not_asked_for_late(gate: Gate) -> None:
    plain, silent = file(gate), file(gate)
    gate.watch.advance(days=7)
    gate.ask_more(plain, DEGREE)
    gate.world.fault("ndxp", "http_503", match={"service": "037"})
    assert gate.ask_more(silent, CARD).status == 201
    assert [gate.dossier(c)["late"]["asked_late"] for c in (plain, silent)] == [False, False]


def test_a_request_that_was_refused_stops_no_clock_and_counts_for_nothing(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    code = file(gate)
    gate.move(code, 2)
    before = gate.dossier(code)
    assert gate.ask_more(code, CARD, DEGREE).status == 409
    after = gate.dossier(code)
    assert [after[k] for k in ("due_at", "paused", "late")] == [before[k] for k in ("due_at", "paused", "late")]


def test_before_the_resolution_was_in_force_no_limit_for_asking_is_counted(gate: Gate) -> None:
    gate.watch.moment = datetime(2025, 12, 30, 9, tzinfo=VIETNAM)
    assert gate.dossier(file(gate))["ask_by"] is None


# ---- received here, decided there -----------------------------------------------------------------------------------


def test_receipt_is_not_bound_to_a_place_within_the_province(gate: Gate) -> None:
    code = file(gate, decided_by=ELSEWHERE)
    dossier = gate.dossier(code)
    assert (dossier["agency"], dossier["decided_by"]) == (AGENCY, ELSEWHERE)
    assert gate.dossier(file(gate))["decided_by"] == AGENCY


@pytest.mark.parametrize("agency", ["000.00.00.H20", "000.00.00.G01", "H27.9"])
def test_the_agency_that_decides_is_one_of_this_province(gate: Gate, agency: str) -> None:
    with pytest.raises(NotInProvince):
        file(gate, decided_by=agency)
    assert gate.count(tables.dossiers) == 0


@pytest.mark.parametrize(("hour", "due"), [(14, "2026-11-27"), (16, "2026-11-30")])
def test_the_clock_starts_where_it_is_decided_once_the_paper_is_there(gate: Gate, hour: int, due: str) -> None:
    gate.watch.moment = datetime(2026, 11, 23, hour, tzinfo=VIETNAM)
    code = file(gate, decided_by=ELSEWHERE)
    assert gate.move(code, 2)["due_on"] == due


# ---- what is kept ---------------------------------------------------------------------------------------------------


def test_every_move_is_in_the_history_with_who_made_it_and_why(gate: Gate) -> None:
    code = file(gate)
    assert gate.dossier(code)["history"] == []
    run = gate.run
    run(dossiers.transition(gate.desk, CALLER, code, None, Status(2), None, None, actor=Actor.ONE_STOP))
    gate.ask_more(code, DEGREE)
    gate.watch.advance(hours=1)
    run(dossiers.transition(gate.desk, CALLER, code, None, Status(7), None, None, actor=Actor.CITIZEN))
    assert gate.dossier(code)["history"] == [
        {"from": 1, "to": 2, "reason": None, "actor": "one_stop", "at": "2026-11-23T03:00:00.000Z"},
        {"from": 2, "to": 5, "reason": None, "actor": "handler", "at": "2026-11-23T03:00:00.000Z"},
        {"from": 5, "to": 7, "reason": None, "actor": "citizen", "at": "2026-11-23T04:00:00.000Z"},
    ]


def test_what_the_applicant_wishes_is_kept_with_the_dossier(gate: Gate) -> None:
    code = file(gate, wishes={"physical_result": True})
    assert gate.dossier(code)["wishes"] == {"physical_result": True}
    assert gate.dossier(file(gate))["wishes"] is None


# ---- the report -----------------------------------------------------------------------------------------------------


def test_the_report_counts_by_the_agency_that_decides_and_by_the_day_of_receipt(gate: Gate) -> None:
    desk = gate.desk
    gate.watch.moment = datetime(2026, 10, 31, 23, 59, tzinfo=VIETNAM)
    file(gate)  # in October, in Vietnam
    gate.watch.moment = MONDAY
    one, two, three, four, five = (file(gate) for _ in range(5))
    there = file(gate, UNTIMED, decided_by=ELSEWHERE)
    refused = file(gate)
    gate.move(refused, 3)
    for code in (one, two, three):
        gate.move(code, 2)
        gate.move(code, 4)
    gate.move(one, 9)  # in time
    gate.ask_more(four, CARD)
    gate.watch.advance(days=7)
    gate.move(two, 9)  # overdue
    gate.ask_more(five, CARD)  # asked late, and twice
    gate.ask_more(five, CARD)
    found = gate.run(deadlines.report(desk, None, None, None))
    assert (found["from"], found["until"], found["as_of"]) == ("2026-11-01", "2026-11-30", "2026-11-30")
    here = {
        "filed": 6,
        "done": 2,
        "done_in_time": 1,
        "open": 3,
        "open_in_time": 0,
        "paused": 2,
        "without_due_date": 0,
        "overdue": 2,
        "asked_late": 1,
        "asked_twice": 1,
        "counts_as_late": 3,
    }
    other = dict.fromkeys(here, 0) | {"filed": 1, "open": 1, "without_due_date": 1}
    assert found["agencies"] == [{"agency": AGENCY, **here}, {"agency": ELSEWHERE, **other}]
    assert found["total"] == {name: here[name] + other[name] for name in here}
    assert set(here) == {*DeadlineCounts.__struct_fields__} - {"agency"}
    assert gate.run(deadlines.report(desk, None, None, ELSEWHERE))["total"] == other
    assert gate.run(deadlines.report(desk, date(2026, 10, 31), date(2026, 10, 31), None))["total"]["filed"] == 1
    assert gate.run(deadlines.report(desk, date(2026, 12, 1), None, None))["agencies"] == []
    assert gate.dossier(there)["decided_by"] == ELSEWHERE


def test_a_dossier_from_before_the_clock_is_shown_and_moved_like_the_others(gate: Gate) -> None:
    """As a row was left by the schema's earlier version."""
    code = file(gate)
    gate.move(code, 2)

    def as_before(conn: Connection) -> None:
        blank = dict.fromkeys(("due_at", "started_at", "ask_by"), None)
        conn.execute(update(tables.dossiers).values(**blank))
        conn.execute(update(tables.dossier_moves).values(actor=None))

    gate.desk.db.write_sync(as_before)
    assert gate.dossier(code)["history"][0]["actor"] is None
    assert vietnam(gate.move(code, 4)) == "2026-11-27 17:30"
