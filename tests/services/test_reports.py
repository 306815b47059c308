"""A report from filing to its end: judged at once, one for one form, answered once, closed by who filed it."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.catalogue import Form
from app.domain.reports import MOST_A_DAY, ReportNotOpen, ReportStatus, TooManyReports, UnknownReport
from app.models.decisions import decisions
from app.models.evidence import lookups
from app.models.journal import journal_entries
from app.models.outbox import events
from app.models.reports import reports as table
from app.services import reports
from app.services.desk import Caller
from app.services.reports import Report, Told
from tests.desk import AGENCY, AN, OTHER, PLAIN, Gate, all_bytes
from tests.desk import key as idempotency_key
from tests.services.test_citizens import visit

OFFICE = Caller("office", frozenset({"dossiers:write"}))
WORDS = "Chị ở quầy số 3 bảo photo căn cước"


def told(gate: Gate, key: str = "form-1", **change: Any) -> Told:
    given: dict[str, Any] = {
        "procedure": PLAIN,
        "document_type": "CAN_CUOC",
        "form": Form.COPY,
        "agency": AGENCY,
        "demanded_on": gate.desk.clock.today(),
        "said": WORDS,
        "key": key,
    }
    return Told(**{**given, **change})


def filed(gate: Gate, key: str = "form-1", **change: Any) -> str:
    gate.world.put_holding("CAN_CUOC")
    return gate.run(reports.file(gate.desk, visit(gate), told(gate, key, **change)))


def read(gate: Gate, report_id: str) -> Report:
    return gate.run(reports.read(gate.desk, visit(gate), report_id))


def answered(gate: Gate, report_id: str, text: str = "Đã bỏ yêu cầu.") -> Any:
    return gate.run(reports.answer(gate.desk, OFFICE, report_id, text, None))


# ---- filing ---------------------------------------------------------------------------------------------------------


def test_a_report_is_judged_by_the_same_engine_and_cites_the_law(gate: Gate) -> None:
    report = read(gate, filed(gate))
    demanded = gate.finding("CAN_CUOC")
    assert report.row.status == ReportStatus.FILED
    assert report.finding["outcome"] == demanded["outcome"] == "REFUSE_PAPER_USE_WALLET"
    assert report.finding["citations"] == demanded["citations"]
    assert report.said == WORDS


def test_a_lawful_demand_is_said_to_be_lawful(gate: Gate) -> None:
    report = read(gate, filed(gate, document_type="VAN_BANG"))
    assert report.finding["outcome"] == "PAPER_LAWFUL"


def test_a_report_is_judged_by_the_law_of_the_day_of_the_demand(gate: Gate) -> None:
    long_ago = gate.desk.clock.today() - timedelta(days=600)
    assert read(gate, filed(gate, demanded_on=long_ago)).finding["outcome"] == "PAPER_LAWFUL"


def test_one_form_sent_twice_is_one_report(gate: Gate) -> None:
    assert filed(gate) == filed(gate)
    assert gate.count(table) == gate.count(decisions) == 1
    assert filed(gate, "form-2") != filed(gate)


def test_a_form_sent_again_with_other_words_is_another_report(gate: Gate) -> None:
    """Back in the browser, something changed, sent again: what was written is not dropped in silence."""
    assert len({filed(gate), filed(gate, said="Lần khác"), filed(gate, document_type="VAN_BANG")}) == 3
    assert gate.count(table) == 3


def test_one_form_sent_twice_at_once_is_one_report(gate: Gate) -> None:
    gate.world.put_holding("CAN_CUOC")
    ended = gate.together(*(reports.file(gate.desk, visit(gate), told(gate)) for _ in range(4)))
    assert len(set(ended)) == 1
    assert gate.count(table) == 1


def test_two_peoples_forms_with_one_key_are_two_reports(gate: Gate) -> None:
    theirs = gate.run(reports.file(gate.desk, visit(gate, OTHER), told(gate)))
    assert theirs != filed(gate)


def test_one_person_files_so_many_a_day(gate: Gate) -> None:
    for n in range(MOST_A_DAY):
        filed(gate, f"form-{n}")
    (ended,) = gate.together(reports.file(gate.desk, visit(gate), told(gate, "one-more")))
    assert isinstance(ended, TooManyReports)
    gate.run(reports.file(gate.desk, visit(gate, OTHER), told(gate)))
    gate.watch.advance(days=1)
    filed(gate, "tomorrow")


def test_the_look_ups_of_a_report_are_the_reporters_own_act(gate: Gate) -> None:
    filed(gate)
    mark = gate.desk.sealer.mark(AN.kind, AN.id)
    assert {(r.purpose, r.holder_mark, r.subject_mark) for r in gate.rows(lookups)} == {("report", mark, mark)}


def test_neither_the_reporter_nor_their_words_stand_readable_in_the_database(gate: Gate) -> None:
    report_id = filed(gate)
    words, kept = "Đã xin lỗi công dân.", idempotency_key(route="answer")
    gate.run(reports.answer(gate.desk, OFFICE, report_id, words, kept))
    heap = all_bytes(gate)
    for text in (AN.id, AN.full_name or "", WORDS, "Đã xin lỗi công dân."):
        assert text.encode() not in heap


# ---- the office -----------------------------------------------------------------------------------------------------


def test_the_office_reads_what_is_reported_on_it_and_not_by_whom(gate: Gate) -> None:
    report_id = filed(gate)
    filed(gate, "form-2", agency="000.00.12.H27")
    (listed,) = gate.run(reports.of_agency(gate.desk, AGENCY, None, None, 10)).items
    assert listed == gate.run(reports.of_id(gate.desk, report_id))
    assert (listed["said"], listed["outcome"]) == (WORDS, "REFUSE_PAPER_USE_WALLET")
    assert not {"reporter", "reporter_mark", "subject"} & listed.keys()


def test_reports_come_in_pages_the_oldest_first(gate: Gate) -> None:
    ids = []
    for n in range(5):
        ids.append(filed(gate, f"form-{n}"))
        gate.watch.advance(minutes=n % 2)  # some in the same moment
    found: list[str] = []
    cursor = None
    while True:
        page = gate.run(reports.of_agency(gate.desk, None, None, cursor, 2))
        found += [item["id"] for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(found) == sorted(ids) and len(found) == 5
    assert found[0] == ids[0] and found[-1] in ids[3:]


def test_a_cursor_of_nowhere_leads_to_an_empty_page(gate: Gate) -> None:
    filed(gate)
    assert gate.run(reports.of_agency(gate.desk, None, None, "nowhere", 2)).items == []


def test_an_answer_reaches_the_reporter(gate: Gate) -> None:
    report_id = filed(gate)
    gate.watch.advance(hours=2)
    answered(gate, report_id)
    report = read(gate, report_id)
    assert (report.row.status, report.answer) == (ReportStatus.ANSWERED, "Đã bỏ yêu cầu.")
    assert report.row.answered_at == gate.watch.moment


def test_a_report_is_answered_once(gate: Gate) -> None:
    report_id = filed(gate)
    answered(gate, report_id)
    (ended,) = gate.together(reports.answer(gate.desk, OFFICE, report_id, "Lần hai", None))
    assert isinstance(ended, ReportNotOpen)
    assert read(gate, report_id).answer == "Đã bỏ yêu cầu."


def test_of_two_answers_at_once_one_counts(gate: Gate) -> None:
    report_id = filed(gate)
    ended = gate.together(*(reports.answer(gate.desk, OFFICE, report_id, f"Lời {n}", None) for n in range(4)))
    assert sum(isinstance(e, ReportNotOpen) for e in ended) == 3


def test_an_answer_sent_again_under_its_key_is_the_same(gate: Gate) -> None:
    report_id = filed(gate)
    route = f"POST /v1/reports/{report_id}/answer"
    first = gate.run(reports.answer(gate.desk, OFFICE, report_id, "Một lời", idempotency_key(route=route)))
    (again,) = gate.together(reports.answer(gate.desk, OFFICE, report_id, "Một lời", idempotency_key(route=route)))
    assert again.kept.body == first.body


def test_others_are_told_that_a_report_was_filed_and_answered(gate: Gate) -> None:
    report_id = filed(gate)
    answered(gate, report_id)
    told_of = [(row.type, row.subject) for row in gate.rows(events)]
    assert told_of == [("vn.motlan.report.filed", report_id), ("vn.motlan.report.answered", report_id)]


# ---- its end --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settled", [True, False, None])
def test_the_reporter_closes_it_and_says_whether_it_helped(gate: Gate, settled: bool | None) -> None:
    report_id = filed(gate)
    answered(gate, report_id)
    gate.run(reports.close(gate.desk, visit(gate), report_id, settled=settled))
    row = read(gate, report_id).row
    assert (row.status, row.settled, row.closed_at) == (ReportStatus.CLOSED, settled, gate.watch.moment)
    kinds = [r.kind for r in gate.rows(journal_entries) if r.kind.startswith("gate.report")]
    assert sorted(kinds) == ["gate.report.answered", "gate.report.closed", "gate.report.filed"]


def test_what_is_closed_stays_closed(gate: Gate) -> None:
    report_id = filed(gate)
    gate.run(reports.close(gate.desk, visit(gate), report_id, settled=None))
    for late in (
        reports.close(gate.desk, visit(gate), report_id, settled=True),
        reports.answer(gate.desk, OFFICE, report_id, "Muộn", None),
    ):
        (ended,) = gate.together(late)
        assert isinstance(ended, ReportNotOpen)


def test_anothers_report_and_one_that_does_not_exist_are_the_same(gate: Gate) -> None:
    report_id = filed(gate)
    for asked in (report_id, "00000000-0000-4000-8000-000000000000"):
        for call in (
            reports.read(gate.desk, visit(gate, OTHER), asked),
            reports.close(gate.desk, visit(gate, OTHER), asked, settled=True),
            reports.judge_again(gate.desk, visit(gate, OTHER), asked),
        ):
            (ended,) = gate.together(call)
            assert isinstance(ended, UnknownReport)


def test_where_the_law_lets_nobody_wait_a_report_does_not_wait_either(gate: Gate) -> None:
    for face in ("wallet", "ndxp"):
        gate.world.fault(face, "http_503")
    gate.without_wait()
    report = read(gate, filed(gate))
    assert (report.row.outcome, report.finding["reason"]) == ("PAPER_LAWFUL", "source_unavailable")


def test_a_report_that_waits_for_a_source_is_judged_again_when_asked(gate: Gate) -> None:
    for face in ("wallet", "ndxp"):
        gate.world.fault(face, "http_503", times=1)
    report_id = filed(gate)
    assert read(gate, report_id).row.outcome == "WAIT_SOURCE"
    gate.watch.advance(seconds=gate.settings.recheck_after)
    gate.run(reports.judge_again(gate.desk, visit(gate), report_id))
    report = read(gate, report_id)
    assert report.row.outcome == report.finding["outcome"] == "REFUSE_PAPER_USE_WALLET"
    gate.run(reports.judge_again(gate.desk, visit(gate), report_id))
    assert read(gate, report_id).row.version == report.row.version


def waiting(gate: Gate) -> str:
    """A report about which no source has answered."""
    for face in ("wallet", "ndxp"):
        gate.world.fault(face, "http_503")
    return filed(gate)


def test_a_report_is_not_judged_again_at_every_click(gate: Gate) -> None:
    report_id = waiting(gate)
    asked = len(gate.asked("wallet"))
    gate.watch.advance(seconds=gate.settings.recheck_after - 1)
    for _ in range(3):
        gate.run(reports.judge_again(gate.desk, visit(gate), report_id))
    assert (len(gate.asked("wallet")), gate.count(decisions)) == (asked, 1)


def test_look_ups_made_for_nothing_stay_on_record(gate: Gate) -> None:
    """Two tabs ask at once: one judges, and what the other has looked up is not hidden from who was looked up."""
    report_id = waiting(gate)
    before = gate.count(lookups)
    gate.watch.advance(seconds=gate.settings.recheck_after)
    asked = len(gate.asked("wallet")) + len(gate.asked("ndxp"))
    gate.together(*(reports.judge_again(gate.desk, visit(gate), report_id) for _ in range(3)))
    assert gate.count(decisions) == 2
    made = len(gate.asked("wallet")) + len(gate.asked("ndxp")) - asked
    assert gate.count(lookups) - before == made > 2
    assert {r.purpose for r in gate.rows(lookups)} == {"report"}
