"""What a citizen sees of their own, and what they are not shown: another's dossier, another's act."""

import pytest
from sqlalchemy import Connection, update

from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.domain.sessions import Visitor
from app.domain.values import replace
from app.models.evidence import lookups
from app.services import citizens, dossiers
from app.services.citizens import PAGE, LevelTooLow
from app.services.dossier_records import Stale, UnknownDossier
from app.services.sessions import Session
from tests.desk import ALL_OF, AN, CALLER, CHOICE, OTHER, PLAIN, Gate, offered
from tests.mock_vneid.office import ANOTHER

SPOUSE = Subject(SubjectKind.PERSON, ANOTHER, "TRẦN THỊ BÌNH", "1991-05-06")


def visit(gate: Gate, subject: Subject = AN, level: int = 2) -> Session:
    ends = gate.watch.moment
    return Session("0" * 64, Visitor.CITIZEN, subject, level, None, None, frozenset(), "", "", ends)


def codes(gate: Gate, subject: Subject = AN, page: int = 1) -> list[str]:
    return [row.code for row in gate.run(citizens.dossiers_of(gate.desk, visit(gate, subject), page)).rows]


def seen(gate: Gate, subject: Subject = AN) -> tuple[list[tuple[str, str | None]], int]:
    """Purpose and dossier of each look-up shown, and how many are withheld."""
    tracked = gate.run(citizens.lookups_of(gate.desk, visit(gate, subject), 1))
    return [(row.purpose, row.dossier_code) for row in tracked.page.rows], tracked.withheld


# ---- dossiers -------------------------------------------------------------------------------------------------------


def test_a_citizen_sees_the_dossiers_they_handed_in_the_newest_first(gate: Gate) -> None:
    first = gate.submit(CHOICE)["code"]
    gate.watch.advance(minutes=1)
    second = gate.submit(CHOICE)["code"]
    gate.submit(CHOICE, applicant=OTHER)
    assert codes(gate) == [second, first]
    assert len(codes(gate, OTHER)) == 1


def test_many_dossiers_come_in_pages(sqlite_gate: Gate) -> None:
    mine = {sqlite_gate.submit(CHOICE)["code"] for _ in range(PAGE + 1)}
    first = sqlite_gate.run(citizens.dossiers_of(sqlite_gate.desk, visit(sqlite_gate), 1))
    second = sqlite_gate.run(citizens.dossiers_of(sqlite_gate.desk, visit(sqlite_gate), 2))
    assert (len(first.rows), first.more, len(second.rows), second.more) == (PAGE, True, 1, False)
    assert {row.code for row in (*first.rows, *second.rows)} == mine


def test_anothers_dossier_and_one_that_does_not_exist_are_the_same(gate: Gate) -> None:
    code = gate.submit(CHOICE, applicant=OTHER)["code"]
    for asked in (code, code[:-1] + "9"):
        for answer in (
            citizens.dossier(gate.desk, visit(gate), asked),
            citizens.withdraw(gate.desk, visit(gate), asked, 1, None),
        ):
            (ended,) = gate.together(answer)
            assert isinstance(ended, UnknownDossier)
            assert ended.facts == {}
    assert gate.dossier(code)["status"] == Status.NEW


def test_whose_paper_is_in_a_dossier_does_not_see_the_dossier(gate: Gate) -> None:
    code = gate.submit(CHOICE, offered(1, "none", SPOUSE))["code"]
    (ended,) = gate.together(citizens.dossier(gate.desk, visit(gate, SPOUSE), code))
    assert isinstance(ended, UnknownDossier)


def test_what_was_lawfully_asked_for_is_shown_and_a_refused_attempt_is_not(gate: Gate) -> None:
    gate.world.put_holding("CAN_CUOC")
    code = gate.submit(PLAIN)["code"]
    assert gate.ask_more(code, "CAN_CUOC").status == 409
    assert gate.run(citizens.dossier(gate.desk, visit(gate), code)).asked == ()
    assert gate.ask_more(code, "VAN_BANG").status == 201
    (asked,) = gate.run(citizens.dossier(gate.desk, visit(gate), code)).asked
    (item,) = asked.items
    assert (item["document_type"], item["reason"], item["finding"]["outcome"]) == (
        "VAN_BANG",
        "Cần đối chiếu",
        "PAPER_LAWFUL",
    )


def test_a_citizen_withdraws_what_is_not_decided_yet(gate: Gate) -> None:
    code = gate.submit(CHOICE)["code"]
    assert gate.run(citizens.dossier(gate.desk, visit(gate), code)).withdrawable
    gate.run(citizens.withdraw(gate.desk, visit(gate), code, 1, None))
    mine = gate.run(citizens.dossier(gate.desk, visit(gate), code))
    assert (mine.body["status"], mine.withdrawable) == (Status.WITHDRAWN, False)
    (move,) = mine.body["history"]
    assert (move["actor"], move["reason"]) == ("citizen", None)


def test_a_withdrawal_does_not_overtake_what_the_office_did_meanwhile(gate: Gate) -> None:
    code = gate.submit(CHOICE)["code"]
    gate.move(code, Status.RECEIVED)
    (ended,) = gate.together(citizens.withdraw(gate.desk, visit(gate), code, 1, None))
    assert isinstance(ended, Stale)
    assert gate.dossier(code)["status"] == Status.RECEIVED


def test_of_a_withdrawal_and_the_offices_move_at_once_one_wins(gate: Gate) -> None:
    code = gate.submit(CHOICE)["code"]
    ended = gate.together(
        citizens.withdraw(gate.desk, visit(gate), code, 1, None),
        dossiers.transition(gate.desk, CALLER, code, frozenset({1}), Status.RECEIVED, None, None),
    )
    assert [type(e).__name__ for e in ended].count("Stale") == 1
    assert gate.dossier(code)["version"] == 2


# ---- results --------------------------------------------------------------------------------------------------------


def completed(gate: Gate) -> str:
    code: str = gate.submit(PLAIN)["code"]
    gate.move(code, 2)
    gate.move(code, 4)
    result = Result("VAN_BANG", result_code="KQ.G99.000001", number="VB-1", data={"school": "Trường Thử Nghiệm"})
    gate.run(dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result))
    return code


def test_a_citizen_of_level_2_reads_what_they_were_issued(gate: Gate) -> None:
    code = completed(gate)
    (result,) = gate.run(citizens.results_of(gate.desk, visit(gate)))
    assert (result["dossier"], result["status"]) == (code, "valid")
    assert result["claims"]["data"] == {"school": "Trường Thử Nghiệm"}
    assert gate.run(citizens.results_of(gate.desk, visit(gate, SPOUSE))) == []


def issued_to(gate: Gate, holder: Subject) -> str:
    code: str = gate.submit(PLAIN)["code"]
    gate.move(code, 2)
    gate.move(code, 4)
    result = Result("GIAY_KHAI_SINH", number="12/2026", holder=holder)
    gate.run(dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result))
    return code


def test_who_applied_for_an_adult_does_not_read_the_result_of_theirs(gate: Gate) -> None:
    code = issued_to(gate, SPOUSE)
    assert gate.run(citizens.results_of(gate.desk, visit(gate))) == []
    (found,) = gate.run(citizens.results_of(gate.desk, visit(gate, SPOUSE)))
    assert (found["dossier"], found["claims"].get("recipient")) == (code, None)


def test_who_applied_for_a_child_reads_the_result_and_so_does_the_child(gate: Gate) -> None:
    child = Subject(SubjectKind.PERSON, "042226000012", "TRẦN NGỌC MINH", "2026-11-02")
    code = issued_to(gate, child)
    for reader in (AN, child):
        (found,) = gate.run(citizens.results_of(gate.desk, visit(gate, reader)))
        assert (found["dossier"], found["claims"]["holder"]["id"]) == (code, child.id)
    assert gate.run(citizens.results_of(gate.desk, visit(gate, Subject(SubjectKind.PERSON, "042190100003")))) == []


def test_an_account_of_level_1_opens_no_result(gate: Gate) -> None:
    completed(gate)
    (ended,) = gate.together(citizens.results_of(gate.desk, visit(gate, level=1)))
    assert isinstance(ended, LevelTooLow)


# ---- who looked -----------------------------------------------------------------------------------------------------


def test_a_citizen_sees_who_looked_for_their_own_acts(gate: Gate) -> None:
    code = gate.submit(CHOICE)["code"]
    gate.demand("CAN_CUOC")
    shown, withheld = seen(gate)
    assert set(shown) == {("dossier", code), ("paper_demand", None)}
    assert withheld == 0


def test_what_was_looked_up_for_somebody_elses_dossier_is_counted_and_not_shown(gate: Gate) -> None:
    """The spouse's marriage certificate, looked up for the other's dossier: who would see it would see that dossier."""
    gate.submit(ALL_OF, offered(1, "none", SPOUSE))
    shown, withheld = seen(gate, SPOUSE)
    assert shown == []
    assert withheld == len([r for r in gate.rows(lookups) if r.holder_mark != r.subject_mark]) > 0
    assert seen(gate)[1] == 0


def test_looking_up_ones_own_paper_shows_although_others_papers_are_in_the_dossier(gate: Gate) -> None:
    code = gate.submit(PLAIN, offered(4, "none", SPOUSE))["code"]
    shown, _ = seen(gate)
    assert set(shown) == {("dossier", code)}


def test_a_look_up_nobody_knows_the_act_of_is_withheld(gate: Gate) -> None:
    gate.submit(CHOICE)
    before = len(seen(gate)[0])

    def forget(conn: Connection) -> None:
        conn.execute(update(lookups).values(subject_mark=None))

    gate.desk.db.write_sync(forget)
    assert seen(gate) == ([], before)


# ---- what is wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", ["wallet", "registry"])
def test_a_source_that_contradicts_the_dossier_is_named_once(sqlite_gate: Gate, face: str) -> None:
    absent = {"registry": "absent"} if face == "wallet" else {"wallet": "absent"}
    sqlite_gate.world.put_holding("GIAY_KHAI_SINH", full_name="NGUYỄN VĂN ANH", **absent)
    sqlite_gate.submit(ALL_OF)
    sqlite_gate.watch.advance(minutes=1)
    second = sqlite_gate.submit(ALL_OF)["code"]
    (found,) = sqlite_gate.run(citizens.mismatches_of(sqlite_gate.desk, visit(sqlite_gate)))
    assert (found.dossier, found.document_type, found.source) == (second, "GIAY_KHAI_SINH", face)


def test_what_is_wrong_in_anothers_data_is_theirs_to_know(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH", birth_date="1991-05-06", sex="female")
    sqlite_gate.world.put_holding("GIAY_KHAI_SINH", ANOTHER, full_name="TRẦN THỊ BÌNH YÊN")
    sqlite_gate.submit(PLAIN, offered(4, "none", replace(SPOUSE)))
    assert sqlite_gate.run(citizens.mismatches_of(sqlite_gate.desk, visit(sqlite_gate))) == []
