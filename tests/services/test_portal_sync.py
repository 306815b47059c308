"""The national portal beside a real catalogue: what differs is published once, and what goes wrong costs nothing."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from app import models
from app.domain.definitions import Definition
from app.domain.portal_sync import Failed
from app.domain.readings import AskedForm, ComponentKind, Reading
from app.models.catalogue import catalogue_revisions
from app.models.journal import journal_entries
from app.registries.portal import Portal
from app.services import decisions, paper_demands, readings
from app.services.decisions import WhatIf
from app.services.imports import Options, prepare, settle
from app.services.journal import verify_journal
from app.services.portal_sync import PortalUnavailable, Synced, pull
from app.services.portal_sync import settle as settle_portal
from mock_vneid.testing import Mock
from tests.desk import AGENCY, CALLER, PLAIN, Gate
from tests.registries.scripted import Json, Scripted, said, scripted
from tests.registries.sources import CLIENT, PATIENCE

CODE, OTHER = "9.300001", "9.300002"
PAPERS = ("Tờ khai theo mẫu.", "Bản sao giấy chứng nhận kết hôn.")
SHOWN: Json = {"name": "Thủ tục A", "sector": "Thử", "level": "tỉnh|xã", "agency": "Sở Thử"}
LOGIN, SERVICES = "/portal/mapi/login", "/portal/mapi/services"
LIST, ONE = "LayDanhSachTTHC", "LayThuTuc"


def synced(
    gate: Gate, url: str | None = None, *, timeout: float = PATIENCE, dry_run: bool = False, **asked: Any
) -> Synced:
    """What one sync came to, with the world's portal or the one at `url`."""

    async def syncing() -> Synced:
        portal = Portal(url or f"{gate.world.vneid}/portal", *CLIENT, AGENCY, timeout=timeout)
        try:
            pulled = await pull(portal, AGENCY, **asked)
        finally:
            await portal.close()
        return await settle_portal(gate.desk, pulled, "officer", dry_run=dry_run)

    return gate.run(syncing())


def show(gate: Gate, code: str = CODE, *papers: str, **change: Any) -> None:
    """The portal publishes this from now on."""
    lines = [{"position": n, "name": text} for n, text in enumerate(papers or PAPERS, 1)]
    gate.world.put(f"procedures/{code}", {**SHOWN, "components": lines, **change})


def versions(gate: Gate, code: str = CODE) -> list[Definition]:
    known = gate.desk.db.read_sync(gate.desk.snapshots.current)
    return list(known.definitions.get(code, ()))


def words(version: Definition) -> list[str] | None:
    return None if version.parts is None else [p.text for p in version.parts]


def everything(gate: Gate) -> dict[str, int]:
    return {table.name: gate.count(table) for table in models.metadata.sorted_tables}


def codes(found: list[Definition]) -> list[str]:
    return [d.code for d in found]


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as running:
        running.handlers[LOGIN] = lambda _: said({"error_code": 0, "session": "s-1"})
        yield running


def published(*listed: str, **answers: Json) -> Callable[[Json], tuple[int, bytes]]:
    """A portal of these codes; `answers` by code, with _ for the dots."""

    def handler(asked: Json) -> tuple[int, bytes]:
        if asked["service"] == LIST:
            return said({"error_code": 0, "result": [{"MATTHC": code, "TENTTHC": "Thủ tục A"} for code in listed]})
        code = asked["maTTHC"]
        body = {"MATTHC": code, "TENTTHC": "Thủ tục A", "THANHPHANHOSO": [{"GIAYTO": [{"TENGIAYTO": PAPERS[0]}]}]}
        return said({"error_code": 0, "result": [body | answers.get("_" + code.replace(".", "_"), {})]})

    return handler


# ---- published -------------------------------------------------------------------------------------------------------


def test_the_first_sync_brings_what_the_portal_shows_and_the_second_changes_nothing(gate: Gate, sandbox: Mock) -> None:
    url = sandbox.portal_url("default")
    gate.world.http.post(f"{sandbox.control_url}/worlds/default/reset").raise_for_status()
    first = synced(gate, url)
    assert len(first.difference.new) >= 6 and not first.difference.failed
    revision = gate.rows(catalogue_revisions)[-1]
    assert (revision.revision, revision.origin, revision.published_by) == (first.revision, "portal", "officer")
    (birth,) = versions(gate, "1.001193")
    assert (birth.sector, birth.level, birth.agency) == ("Hộ tịch", "commune", "Ủy ban nhân dân cấp xã")
    assert (words(birth) or [])[0] == "Tờ khai đăng ký khai sinh theo mẫu."
    assert birth.parts and birth.parts[0].reading.document_types == ("TO_KHAI",)
    before = everything(gate)
    gate.watch.advance(days=40)
    second = synced(gate, url)
    assert (second.revision, len(second.difference.unchanged)) == (None, len(first.difference.new))
    assert everything(gate) == before
    gate.world.http.post(f"{sandbox.control_url}/worlds/default/reset").raise_for_status()


def test_what_a_person_has_read_is_judged_as_before_after_its_first_sync(gate: Gate) -> None:
    before = gate.finding("CAN_CUOC")
    show(gate, PLAIN, "Đơn đề nghị.", updated_at="2026-11-20")
    synced(gate)
    after = gate.finding("CAN_CUOC")
    assert {k: after[k] for k in ("outcome", "reason", "rule")} == {k: before[k] for k in ("outcome", "reason", "rule")}
    assert [words(v) for v in versions(gate, PLAIN)] == [["Đơn đề nghị."]]


def test_one_sync_is_one_revision_that_is_journalled(gate: Gate) -> None:
    show(gate)
    show(gate, OTHER)
    done = synced(gate)
    last = [r.bytes for r in gate.rows(journal_entries) if r.kind == "catalogue.revision.published"][-1]
    facts = json.loads(last)["facts"]
    assert (facts["revision"], [p[:2] for p in facts["published"]]) == (
        done.revision,
        [["definition", CODE], ["definition", OTHER]],
    )
    verify_journal(gate.desk.db)


def test_a_changed_text_is_a_new_version_from_the_portals_day_and_old_decisions_replay_to_the_same_bytes(
    gate: Gate,
) -> None:
    show(gate)
    synced(gate)
    check = gate.check("GIAY_CN_KET_HON", procedure=CODE)
    body = gate.run(paper_demands.demand(gate.desk, CALLER, check, None))
    gate.watch.advance(days=10)
    show(gate, CODE, PAPERS[0], "Bản chính giấy khai sinh.", updated_at="2026-11-28T09:00:00+07:00")
    (changed,) = synced(gate).difference.changed
    assert [(c.what, c.position, c.before, c.after) for c in changed.changes] == [
        ("component", 2, PAPERS[1], "Bản chính giấy khai sinh.")
    ]
    old, new = versions(gate)
    assert (old.valid_from, new.valid_from) == (date(2025, 7, 1), date(2026, 11, 28))
    assert (words(old), words(new)) == ([*PAPERS], [PAPERS[0], "Bản chính giấy khai sinh."])
    again = gate.run(decisions.replay(gate.desk, json.loads(body)["decision_id"], WhatIf()))
    assert (again.same, again.decision) == (True, body)
    now = json.loads(
        gate.run(paper_demands.demand(gate.desk, CALLER, gate.check("GIAY_CN_KET_HON", procedure=CODE), None))
    )
    assert now["findings"][0]["outcome"] == "REFUSE_NOT_IN_DOSSIER" != json.loads(body)["findings"][0]["outcome"]


def test_a_sync_never_tightens_a_dossier_that_is_filed(gate: Gate) -> None:
    show(gate)
    synced(gate)
    filed = gate.submit(CODE)
    gate.watch.advance(days=1)
    show(gate, CODE, *PAPERS, "Bản sao giấy khai sinh.", updated_at="2025-07-02")
    synced(gate)
    assert [c["position"] for c in gate.recheck(filed["code"])["components"]] == [1, 2]
    assert [c["position"] for c in gate.submit(CODE)["components"]] == [1, 2, 3]


def test_a_reviewers_correction_outlives_a_sync_of_the_words(gate: Gate) -> None:
    show(gate)
    synced(gate)
    reading = Reading(ComponentKind.INSTRUCTION, (), None, AskedForm.UNSPECIFIED, conditional=False)
    gate.run(readings.correct(gate.desk, "reviewer", CODE, 2, reading, "Chỉ là hướng dẫn"))
    gate.watch.advance(days=1)
    show(gate, CODE, "Đơn đề nghị.", PAPERS[1].upper())
    synced(gate)
    one, two = versions(gate)[-1].parts or ()
    assert (one.corrected, two.corrected, two.reading.kind) == (False, True, ComponentKind.INSTRUCTION)


def test_where_the_portal_names_no_components_those_that_are_known_stay(gate: Gate) -> None:
    show(gate)
    synced(gate)
    gate.watch.advance(days=1)
    show(gate, components=[], name="Thủ tục A, tên mới")
    (changed,) = synced(gate).difference.changed
    assert [c.what for c in changed.changes] == ["name"]
    assert words(versions(gate)[-1]) == [*PAPERS]
    show(gate, OTHER, components=[])
    synced(gate)
    assert words(versions(gate, OTHER)[-1]) is None
    known = gate.desk.db.read_sync(gate.desk.snapshots.current)
    assert known.procedure(OTHER, gate.desk.clock.today()).components_known is False


def test_what_was_imported_in_the_same_words_is_unchanged(gate: Gate) -> None:
    rows = {
        "tt.csv": f"code,name,sector,level,agency\n{CODE},Thủ tục A,Thử,tỉnh|xã,Sở Thử\n",
        "tp.csv": f"procedure_code,position,name\n{CODE},1,{PAPERS[0]}\n{CODE},2,{PAPERS[1]}\n",
    }
    for name, text in rows.items():
        made = prepare(name, text.encode(), None, gate.desk.read)
        gate.desk.db.write_sync(settle, gate.desk, made, Options("officer"))
    show(gate, updated_at="2026-11-20")
    before = everything(gate)
    assert synced(gate).difference.unchanged == [CODE]
    assert everything(gate) == before


def test_a_dry_run_finds_what_a_real_run_publishes_and_writes_nothing(gate: Gate) -> None:
    show(gate)
    before = everything(gate)
    dry = synced(gate, dry_run=True)
    assert (everything(gate), dry.revision) == (before, None)
    assert synced(gate).difference == dry.difference


def test_two_syncs_at_once_publish_the_difference_once(gate: Gate) -> None:
    show(gate)

    async def syncing(by: str) -> Synced:
        portal = Portal(f"{gate.world.vneid}/portal", *CLIENT, AGENCY, timeout=PATIENCE)
        pulled = await pull(portal, AGENCY)
        await portal.close()
        return await settle_portal(gate.desk, pulled, by)

    done = gate.together(*(syncing(f"officer-{n}") for n in range(3)))
    assert len([d for d in done if d.revision]) == 1
    assert [r.origin for r in gate.rows(catalogue_revisions)].count("portal") == 1


# ---- which procedures ------------------------------------------------------------------------------------------------


def test_a_withdrawn_procedure_is_told_stays_and_is_never_added(gate: Gate) -> None:
    show(gate)
    synced(gate)
    show(gate, published=False)
    show(gate, OTHER, published=False)
    done = synced(gate)
    assert (done.difference.withdrawn, done.revision) == ([(CODE, "Thủ tục A")], None)
    assert (len(versions(gate)), versions(gate, OTHER)) == (1, [])


def test_a_procedure_the_whole_list_does_not_name_is_told_and_stays(gate: Gate) -> None:
    show(gate)
    show(gate, OTHER)
    synced(gate)
    gate.world.http.delete(f"{gate.world.control}/procedures/{CODE}").raise_for_status()
    assert synced(gate).difference.not_listed == [CODE]
    assert synced(gate, since=date(2026, 1, 1)).difference.not_listed == []
    assert synced(gate, only=[OTHER]).difference.not_listed == []
    assert len(versions(gate)) == 1


def test_since_and_only_leave_the_others_alone(sqlite_gate: Gate) -> None:
    show(sqlite_gate, updated_at="2026-03-01")
    show(sqlite_gate, OTHER, updated_at="2026-11-01")
    assert codes(synced(sqlite_gate, since=date(2026, 6, 1), dry_run=True).difference.new) == [OTHER]
    found = synced(sqlite_gate, only=[CODE, "9.999999"], dry_run=True).difference
    assert (codes(found.new), found.failed) == ([CODE], [Failed("9.999999", "not_listed")])
    asked = [e["procedure"] for e in sqlite_gate.asked("portal", ONE)]
    assert asked == [OTHER, CODE]


def test_a_code_with_an_agency_behind_it_is_the_national_one_and_other_codes_are_told(
    gate: Gate, script: Scripted
) -> None:
    local = f"{CODE}.000.00.00.H18"
    script.handlers[SERVICES] = published(local, f"{OTHER}.H18", "BTP-1", OTHER)
    found = synced(gate, f"{script.url}/portal").difference
    assert codes(found.new) == [CODE, OTHER]
    assert found.failed == [Failed(f"{OTHER}.H18", "code_form"), Failed("BTP-1", "code_form")]
    assert synced(gate, f"{script.url}/portal", only=[local]).difference.unchanged == [CODE]


# ---- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "cause"), [("garbage", "garbage"), ("http_500", "server_error"), ("reset", "unreachable")]
)
def test_a_procedure_that_fails_is_told_and_keeps_no_other_from_being_taken(gate: Gate, fault: str, cause: str) -> None:
    show(gate)
    show(gate, OTHER)
    gate.world.fault("portal", fault, times=1, match={"service": ONE})
    done = synced(gate)
    ((failed, taken),) = [(f.code, codes(done.difference.new)) for f in done.difference.failed]
    assert {failed, *taken} == {CODE, OTHER}
    assert [f.cause for f in done.difference.failed] == [cause]
    assert codes(synced(gate).difference.new) == [failed]


def test_a_procedure_that_is_not_answered_in_time_is_told(gate: Gate) -> None:
    show(gate)
    show(gate, OTHER)
    gate.world.fault("portal", "timeout", times=1, match={"service": ONE})
    done = synced(gate, timeout=1)
    assert [f.cause for f in done.difference.failed] == ["timeout"]
    assert len(done.difference.new) == 1


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ({"CAPTHUCHIEN": [{"TENCAP": "Cấp Huyện"}]}, "level_choice"),
        ({"TENTTHC": "x" * 2_001}, "name_too_long"),
        ({"THANHPHANHOSO": [{"GIAYTO": [{"TENGIAYTO": "x" * 10_001}]}]}, "name_too_long"),
        ({"THANHPHANHOSO": [{"GIAYTO": [{"TENGIAYTO": "Đơn."}] * 1000}]}, "position_count"),
        ({"MATTHC": OTHER}, "wrong_request"),
    ],
)
def test_what_no_file_may_say_no_portal_may_say_either(
    sqlite_gate: Gate, script: Scripted, answer: Json, cause: str
) -> None:
    script.handlers[SERVICES] = published(CODE, OTHER, _9_300001=answer)
    found = synced(sqlite_gate, f"{script.url}/portal").difference
    assert (found.failed, codes(found.new)) == ([Failed(CODE, cause)], [OTHER])


def test_a_listed_procedure_the_portal_does_not_have_is_told(sqlite_gate: Gate, script: Scripted) -> None:
    named = published(CODE, OTHER)
    gone = said({"error_code": 0, "result": []})
    script.handlers[SERVICES] = lambda asked: gone if asked.get("maTTHC") == CODE else named(asked)
    found = synced(sqlite_gate, f"{script.url}/portal").difference
    assert (found.failed, codes(found.new)) == ([Failed(CODE, "not_found")], [OTHER])


@pytest.mark.parametrize(
    ("fault", "cause"),
    [("garbage", "garbage"), ("http_503", "server_error"), ("timeout", "timeout"), ("reset", "unreachable")],
)
def test_without_a_list_nothing_is_done(gate: Gate, fault: str, cause: str) -> None:
    show(gate)
    before = everything(gate)
    gate.world.fault("portal", fault, match={"service": LIST})
    with pytest.raises(PortalUnavailable) as failed:
        synced(gate, timeout=1)
    assert failed.value.cause == cause
    assert everything(gate) == before


def test_a_portal_that_falls_silent_behind_its_list_is_left_alone(sqlite_gate: Gate) -> None:
    for n in range(40):
        show(sqlite_gate, f"9.30{n:04}")
    sqlite_gate.world.fault("portal", "http_503", match={"service": ONE})
    with pytest.raises(PortalUnavailable, match="server_error"):
        synced(sqlite_gate)
    assert 12 <= len(sqlite_gate.asked("portal", ONE)) <= 16


def test_no_more_than_four_are_asked_for_at_a_time(sqlite_gate: Gate) -> None:
    now, most = 0, 0

    class Counting(Portal):
        async def procedure(self, code: str) -> Any:
            nonlocal now, most
            now += 1
            most = max(most, now)
            try:
                return await super().procedure(code)
            finally:
                now -= 1

    for n in range(20):
        show(sqlite_gate, f"9.30{n:04}")
    steps: list[tuple[int, int | None]] = []

    async def pulling() -> int:
        portal = Counting(f"{sqlite_gate.world.vneid}/portal", *CLIENT, AGENCY, timeout=PATIENCE)
        try:
            return len((await pull(portal, AGENCY, tick=lambda done, total: steps.append((done, total)))).shown)
        finally:
            await portal.close()

    assert sqlite_gate.run(pulling()) == 20
    assert most == 4
    assert steps == [(n, 20) for n in range(21)]
