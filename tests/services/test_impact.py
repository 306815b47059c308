"""What a publication, a day or a draft changes, said before it is published."""

import pytest

from app.domain.impact import Impact
from app.domain.restructuring import Verdict
from app.repositories import catalogue as revisions
from app.services import catalogue, imports
from app.services import impact as service
from app.services.decisions import UnknownRevision
from app.services.impact import Side
from app.services.imports import Status
from app.services.restructuring import Scope
from tests.desk import PLAIN, Gate, day

CUT = {"from": "2026-01-01", "status": "confirmed", "basis": "NQ-66.7-2025", "document_types": ["VAN_BANG"]}


def changes(found: Impact | None) -> dict[str, list[tuple[int, Verdict]]]:
    assert found is not None
    return {p.code: [(c.after.position, c.after.verdict) for c in p.lines if c.after] for p in found.procedures}


def test_two_revisions_differ_by_what_was_published_between_them(gate: Gate) -> None:
    before = gate.desk.db.read_sync(revisions.head)
    done = gate.run(catalogue.publish_list_member(gate.desk, "test", "nq66.7-annex-2", PLAIN, CUT))
    today = gate.desk.clock.today()
    sides = Side(today, before), Side(today, done.revision)
    assert changes(gate.run(service.between(gate.desk, *sides))) == {PLAIN: [(3, Verdict.CUT)]}
    assert changes(gate.run(service.between(gate.desk, *sides, Scope(on_list="no-paper-services")))) == {}
    latest = Side(today, before), Side(today)
    assert changes(gate.run(service.between(gate.desk, *latest))) == {PLAIN: [(3, Verdict.CUT)]}
    with pytest.raises(UnknownRevision):
        gate.run(service.between(gate.desk, Side(today, 99), Side(today)))


def test_two_days_differ_by_the_law_and_the_sources_of_each(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    found = changes(gate.run(service.between(gate.desk, Side(day("2025-09-12")), Side(day("2025-09-13")))))
    assert found[PLAIN] == [(1, Verdict.DATA_FIRST), (4, Verdict.DATA_FIRST)]


def test_a_draft_is_judged_as_if_it_were_imported_and_nothing_is_published(gate: Gate) -> None:
    before = gate.desk.db.read_sync(revisions.head)
    rows = "procedure_code,position,name\n9.700001,1,Bản sao Giấy chứng nhận đăng ký doanh nghiệp\n"
    names = "code,name,sector,level,agency\n9.700001,Thủ tục mới,Thử,tỉnh,Sở Thử\n"
    files = [
        imports.prepare(name, text.encode(), None, gate.desk.read)
        for name, text in (("components.csv", rows), ("procedures.csv", names))
    ]
    outcomes, found = gate.run(service.of_drafts(gate.desk, files, gate.desk.clock.today()))
    assert {o.status for o in outcomes} == {Status.DONE}
    assert changes(found) == {"9.700001": [(1, Verdict.NOT_LAWFUL)]}
    assert gate.desk.db.read_sync(revisions.head) == before


def test_a_draft_that_would_be_refused_has_no_impact(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    bad = imports.prepare("procedures.csv", b"code,name\nx,y\n", None, gate.desk.read)
    outcomes, found = gate.run(service.of_drafts(gate.desk, [bad], gate.desk.clock.today()))
    assert found is None
    assert [o.status for o in outcomes] == [Status.REFUSED]
