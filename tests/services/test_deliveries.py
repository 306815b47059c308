"""The portal and the wallet are told: everything, once, in order, whatever was down meanwhile."""

import asyncio
from datetime import datetime
from typing import Any, cast

import pytest
from sqlalchemy import Connection, delete, select, update

from app.db import Database
from app.domain.calendar import VIETNAM
from app.domain.dossiers import Status
from app.domain.outbox import Kind, State
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.domain.values import replace
from app.models.outbox import events, outbox
from app.services import catalogue, deliveries, dossiers, results
from app.services import outbox as service
from app.services.outbox import NotStopped, UnknownMessage
from app.wiring import open_outlets
from tests.desk import ALL_OF, CALLER, CHOICE, OTHER, PLAIN, PROCEDURES, Gate, all_bytes, offered, read
from tests.mock_vneid.office import PERSON
from tests.outlets import at_portal, connected, steps_of, worked

CHILD = "042326000012"
BIRTH = Result("GIAY_KHAI_SINH", number="12/2026", data={"full_name": "NGUYỄN VĂN AN"})
WHOLE = ["2", "4", "9", "10"]


def lived(gate: Gate, procedure: str = CHOICE, result: Result | None = None, **filed: Any) -> str:
    """A dossier from its filing until the citizen has the result, a minute between two moves."""
    code: str = gate.submit(procedure, **filed)["code"]
    for status in (2, 4):
        gate.watch.advance(minutes=1)
        gate.move(code, status)
    gate.watch.advance(minutes=1)
    read(gate.run(dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result)))
    gate.watch.advance(minutes=1)
    gate.move(code, 10)
    return code


def messages(gate: Gate, *states: State) -> list[Any]:
    return [m for m in gate.rows(outbox) if not states or m.status in states]


def all_told(gate: Gate) -> bool:
    """Nothing is left that a worker would do."""

    def look(conn: Connection) -> bool:
        waits = conn.execute(select(outbox.c.id).where(outbox.c.status == State.WAITING, outbox.c.due_at.is_not(None)))
        unread = conn.execute(select(events.c.seq).where(events.c.number.is_(None)))
        return waits.first() is None and unread.first() is None

    return gate.desk.db.read_sync(look)


def tell(gate: Gate, **change: Any) -> None:
    worked(gate, lambda: all_told(gate), connected(gate, **change))


def clear(gate: Gate) -> None:
    gate.world.http.delete(f"{gate.world.control}/faults").raise_for_status()


def again(gate: Gate, attempts: int, *kinds: Kind) -> None:
    """These messages wait once more, as a worker leaves them that was killed after so many attempts."""

    def write(conn: Connection) -> None:
        values = {"status": State.WAITING, "due_at": gate.watch.moment, "attempts": attempts}
        conn.execute(update(outbox).where(outbox.c.kind.in_(kinds)).values(values))

    gate.desk.db.write_sync(write)


# ---- what is told ---------------------------------------------------------------------------------------------------


def test_a_dossier_s_life_is_told_step_by_step_and_its_result_is_in_the_wallet(gate: Gate) -> None:
    gate.world.put_holding("CAN_CUOC")
    code = gate.submit(PLAIN, offered(2), offered(3, "electronic"), channel="online")["code"]
    gate.move(code, 2)
    gate.move(code, 4)
    gate.run(dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=BIRTH))
    gate.move(code, 10)
    tell(gate)
    assert {m.status for m in messages(gate)} == {State.DELIVERED}
    (told,) = at_portal(gate).values()
    assert (told["code"], told["status"], steps_of(told)) == (code, "10", WHOLE)
    assert gate.world.statuses(["GIAY_KHAI_SINH"]) == {"GIAY_KHAI_SINH": "linked"}
    report = told["report"]
    assert (report["KenhThucHien"], report["LoaiDoiTuong"], report["ChuHoSo"]) == ("2", "0", "NGUYỄN VĂN AN")
    assert report["DinhDanhCHS"] == [{"LoaiDinhDanh": "1", "SoDinhDanh": PERSON}]
    assert report["TaiKhoanDuocXacThucVoiVNeID"] == report["HoSoCoThanhPhanSoHoa"] == "1"
    flags = {p["MaThanhPhanHoSo"]: (p["DuocSoHoa"], p["DuocTaiSuDung"]) for p in report["TaiLieuNop"]}
    assert flags == {f"{PLAIN}-1": ("1", "1"), f"{PLAIN}-2": ("0", "0"), f"{PLAIN}-3": ("0", "0")}
    (result,) = report["DanhSachGiayToKetQua"]
    assert PERSON not in result["DuongDanTepTinKetQua"]


def test_a_result_of_the_archive_is_reported_as_reused_from_the_store(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    lived(gate, ALL_OF, BIRTH)
    second = lived(gate, PLAIN)
    tell(gate)
    told = at_portal(gate)[second]
    paper = next(p for p in told["report"]["TaiLieuNop"] if p["MaThanhPhanHoSo"] == f"{PLAIN}-4")
    code = gate.dossier(second)["components"][3]["findings"][0]["flags"]["MaKetQuaThayThe"]
    assert (paper["DuocTaiSuDung"], paper["DuocLayTuKhoDMQG"], paper["MaKetQuaThayThe"]) == ("2", "1", code)
    assert told["flags"]["from_store"] is True
    assert told["flags"]["unfounded"] == []


def test_every_supplement_request_is_one_step_and_the_second_makes_the_dossier_late(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    code = gate.submit(PLAIN)["code"]
    gate.move(code, 2)
    gate.ask_more(code, "VAN_BANG")
    tell(gate)
    told = at_portal(gate)[code]
    assert (steps_of(told), told["supplements"], told["flags"]["late"]) == (["2", "5"], 1, False)
    gate.watch.advance(hours=1)
    gate.ask_more(code, "VAN_BANG")
    tell(gate)
    told = at_portal(gate)[code]
    assert (steps_of(told), told["supplements"], told["flags"]["late"]) == (["2", "5", "5"], 2, True)


def test_put_into_5_by_hand_and_asked_for_then_is_one_request_there_too(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    code = gate.submit(PLAIN)["code"]
    gate.move(code, 2)
    gate.move(code, 5)
    gate.ask_more(code, "VAN_BANG")
    tell(gate)
    assert steps_of(at_portal(gate)[code]) == ["2", "5"]
    gate.ask_more(code, "VAN_BANG")
    tell(gate)
    told = at_portal(gate)[code]
    assert (steps_of(told), told["supplements"]) == (["2", "5", "5"], 2)


def test_a_waiting_dossier_settles_by_itself_and_the_portal_hears_of_it(gate: Gate) -> None:
    gate.world.put_holding("CAN_CUOC", wallet="absent")
    gate.world.fault("ndxp", "http_503")
    code = gate.submit(CHOICE)["code"]
    tell(gate)
    assert at_portal(gate)[code]["flags"]["reused"] is False
    clear(gate)
    worked(gate, lambda: any(e.type.endswith("settled") for e in gate.rows(events)), connected(gate, recheck_after=1))
    tell(gate)
    told = at_portal(gate)[code]
    assert told["flags"]["reused"] is told["flags"]["digitised"] is True
    assert [step["NoiDungXuLy"].split(",")[0] for step in told["steps"]] == ["Tra cứu đã kết thúc"]


def test_a_dossier_that_does_not_wait_is_not_said_to_settle(sqlite_gate: Gate) -> None:
    code = sqlite_gate.submit(PLAIN)["code"]
    sqlite_gate.recheck(code)
    assert [e.type.rsplit(".", 1)[1] for e in sqlite_gate.rows(events)] == ["received"]


def test_a_revoked_result_is_revoked_in_the_wallet(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    lived(gate, result=BIRTH)
    tell(gate)
    (row,) = [e for e in gate.rows(events) if e.type.endswith("result.issued")]
    gate.run(results.revoke(gate.desk, CALLER, row.subject, "Cấp nhầm", None))
    tell(gate)
    (stored,) = gate.world.get("results")["items"]
    assert stored["claims"]["version"] == 2
    assert {m.status for m in messages(gate)} == {State.DELIVERED}


def test_a_holder_without_an_account_is_an_end_of_its_own(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    gate.world.put_person(identity_level=0)
    lived(gate, result=BIRTH)
    tell(gate)
    assert not messages(gate, State.DEAD)
    (ended,) = messages(gate, State.UNDELIVERABLE)
    assert (ended.kind, ended.cause) == ("result", "no_account")


def test_a_newborn_s_result_is_kept_in_the_wallet_of_who_applied(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    gate.world.put_person(CHILD, identity_level=0)
    child = Subject(SubjectKind.PERSON, CHILD, "TRẦN NGỌC MAI", "2026-11-02")
    lived(gate, result=Result("GIAY_KHAI_SINH", number="13/2026", holder=child))
    tell(gate)
    assert {m.status for m in messages(gate)} == {State.DELIVERED}
    (stored,) = gate.world.get(f"results?holder={PERSON}")["items"]
    assert (stored["claims"]["holder"]["id"], stored["claims"]["recipient"]["id"]) == (CHILD, PERSON)


def test_nobody_s_data_stands_in_the_log_or_the_outbox(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    gate.world.put_holding("CAN_CUOC")
    lived(gate, result=BIRTH)
    tell(gate)
    found = all_bytes(gate, [events, outbox])
    assert PERSON.encode() not in found
    assert "NGUYỄN".encode() not in found
    assert gate.desk.sealer.mark(OTHER.kind, PERSON).encode() not in found


def test_a_demand_for_paper_tells_nobody(gate: Gate) -> None:
    gate.demand("CAN_CUOC", "VAN_BANG")
    assert gate.count(events) == gate.count(outbox) == 0


# ---- what goes wrong ------------------------------------------------------------------------------------------------


def test_portal_and_wallet_down_for_the_whole_story_and_then_everything_arrives_once_and_in_order(gate: Gate) -> None:
    for face, kind in (("portal", "http_503"), ("wallet", "http_500")):
        gate.world.fault(face, kind)
    codes = [lived(gate, CHOICE, BIRTH), lived(gate, PLAIN), lived(gate, ALL_OF)]
    desk = connected(gate)
    worked(gate, lambda: max([m.attempts for m in messages(gate)], default=0) >= 4, desk)
    assert at_portal(gate) == {}
    assert not messages(gate, State.DEAD)
    clear(gate)
    worked(gate, lambda: all_told(gate), desk)
    told = at_portal(gate)
    assert sorted(told) == sorted(codes)
    assert all(steps_of(one) == WHOLE for one in told.values())
    assert len(gate.world.get("results")["items"]) == 1
    assert {m.status for m in messages(gate)} == {State.DELIVERED}


@pytest.mark.parametrize("kind", ["reset", "garbage", "timeout"])
def test_an_answer_that_is_no_answer_doubles_nothing(sqlite_gate: Gate, kind: str) -> None:
    for face in ("portal", "wallet"):
        sqlite_gate.world.fault(face, kind, times=3)
    code = lived(sqlite_gate, result=BIRTH)
    tell(sqlite_gate, outbox_lease=0.8)
    assert steps_of(at_portal(sqlite_gate)[code]) == WHOLE
    assert {m.status for m in messages(sqlite_gate)} == {State.DELIVERED}


def test_what_had_arrived_before_the_worker_died_is_not_told_twice(gate: Gate) -> None:
    code = lived(gate, result=BIRTH)
    tell(gate)
    before, stored = at_portal(gate)[code], gate.world.get("results")["items"]
    again(gate, 1, Kind.REPORT, Kind.PROGRESS, Kind.RESULT)
    asked = len(gate.asked("portal", "CapNhatTienDoHoSoMC"))
    tell(gate)
    assert at_portal(gate)[code] == before
    assert gate.world.get("results")["items"] == stored
    assert len(gate.asked("portal", "CapNhatTienDoHoSoMC")) == asked


def test_a_dossier_the_portal_knows_already_goes_on_as_one_that_is_updated(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    code = gate.submit(CHOICE)["code"]
    tell(gate)
    again(gate, 0, Kind.REPORT)
    tell(gate)
    assert {m.status for m in messages(gate)} == {State.DELIVERED}
    assert at_portal(gate)[code]["status"] == "1"


def test_a_dossier_the_portal_has_never_heard_of_is_reported_before_its_next_step(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    code = gate.submit(CHOICE)["code"]
    gate.run(service.dispatch(gate.desk))

    def lost(conn: Connection) -> None:
        conn.execute(update(outbox).values(status=State.DELIVERED, due_at=None))

    gate.desk.db.write_sync(lost)
    gate.move(code, 2)
    gate.watch.advance(seconds=1)
    gate.move(code, 4)
    tell(gate)
    told = at_portal(gate)[code]
    # Reported as it stood before that step; and its reception dates it anew.
    assert (steps_of(told), told["report"]["TrangThaiHoSo"]) == (["2", "4"], "2")


def test_the_day_it_is_due_is_told_when_the_applicant_was_waited_for(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    timed = {**PROCEDURES[CHOICE], "processing": {"working_days": 3, "basis": "Luật thử"}}
    gate.run(catalogue.publish_procedure(gate.desk, "test", CHOICE, timed))

    def due_here_and_there() -> tuple[str, str]:
        tell(gate)
        here = datetime.fromisoformat(gate.dossier(code)["due_at"]).astimezone(VIETNAM)
        return here.strftime("%Y%m%d%H%M%S"), at_portal(gate)[code]["report"]["NgayHenTra"]

    code = gate.submit(CHOICE)["code"]
    filed = due_here_and_there()
    gate.watch.advance(days=2)
    gate.move(code, 2)
    received = due_here_and_there()
    gate.move(code, 6)
    gate.watch.advance(days=9)
    gate.move(code, 4)
    paid = due_here_and_there()
    assert all(here == there for here, there in (filed, received, paid))
    assert filed < received < paid


def test_a_dossier_older_than_the_log_is_reported_where_it_stood(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    code = gate.submit(CHOICE)["code"]
    for status in (2, 4):
        gate.move(code, status)

    def before_the_log(conn: Connection) -> None:
        conn.execute(delete(events))

    gate.desk.db.write_sync(before_the_log)
    gate.watch.advance(minutes=1)
    gate.move(code, 6)
    tell(gate)
    told = at_portal(gate)[code]
    assert (told["report"]["TrangThaiHoSo"], steps_of(told)) == ("4", ["6"])


def test_a_procedure_the_portal_does_not_publish_stops_its_dossier_alone(gate: Gate) -> None:
    stopped, other = lived(gate, CHOICE), lived(gate, PLAIN)
    desk = connected(gate)
    gate.world.http.delete(f"{gate.world.control}/procedures/{CHOICE}").raise_for_status()
    gate.world.fault("portal", "procedure_not_published")
    worked(gate, lambda: all_told(gate), desk)
    assert list(at_portal(gate)) == [other]
    (dead,) = messages(gate, State.DEAD)
    assert (dead.kind, dead.cause, dead.attempts) == ("report", "procedure_not_published", 1)
    assert all(m.due_at is None for m in messages(gate, State.WAITING))
    connected(gate)  # which publishes it
    gate.run(service.retry(gate.desk, CALLER, dead.id))
    worked(gate, lambda: all_told(gate), desk)
    assert steps_of(at_portal(gate)[stopped]) == WHOLE


def test_a_message_that_was_given_up_lets_the_others_of_its_stream_go(gate: Gate) -> None:
    code = lived(gate)
    gate.world.fault("portal", "http_503", match={"service": "CapNhatTienDoHoSoMC"}, times=2)
    tell(gate, outbox_attempts=2)
    (dead,) = messages(gate, State.DEAD)
    assert (dead.kind, dead.cause) == ("progress", "server_error")
    gate.run(service.discard(gate.desk, CALLER, dead.id))
    tell(gate)
    assert steps_of(at_portal(gate)[code]) == WHOLE[1:]
    for act in (service.retry, service.discard):
        with pytest.raises(NotStopped):
            gate.run(act(gate.desk, CALLER, dead.id))
        with pytest.raises(UnknownMessage):
            gate.run(act(gate.desk, CALLER, 10**9))


def test_a_slow_answer_holds_back_its_own_stream_alone(gate: Gate) -> None:
    gate.world.fault("portal", "timeout", match={"service": "DongBoHoSoMC"}, times=1)
    codes = {lived(gate), lived(gate)}

    def one_is_told() -> bool:
        return any(steps_of(told) == WHOLE for told in at_portal(gate).values())

    worked(gate, one_is_told, connected(gate, outbox_lease=400.0, portal_timeout=300))
    (other,) = codes - set(at_portal(gate))
    held = [m for m in messages(gate) if m.stream == f"dossier:{other}"]
    assert [m.attempts for m in held if m.kind == Kind.REPORT] == [1]
    assert {m.status for m in held} == {State.WAITING}


def test_a_claim_that_took_the_database_too_long_sends_nothing(sqlite_gate: Gate) -> None:
    """Its lease is over, or nearly: another worker may be at the message by now."""
    gate = sqlite_gate
    gate.submit(CHOICE)
    gate.run(service.dispatch(gate.desk))
    desk = connected(gate, outbox_lease=0.1)

    class Slow:
        async def read(self, *call: Any) -> Any:
            return await desk.db.read(*call)

        async def write(self, *call: Any) -> Any:
            found = await desk.db.write(*call)
            await asyncio.sleep(0.1)
            return found

    async def late() -> None:
        portal, wallet, subscribers = open_outlets(desk.settings)
        work = await deliveries.take(replace(desk, db=cast(Database, Slow())), portal)
        assert work is not None
        await work
        for outlet in (portal, wallet, subscribers):
            await outlet.close()

    gate.run(late())
    (message,) = messages(gate)
    assert (message.status, message.attempts, message.cause) == (State.WAITING, 1, "timeout")
    assert gate.asked("portal") == []


def test_two_workers_at_once_tell_everything_once(postgres_gate: Gate) -> None:
    gate = postgres_gate
    codes = [lived(gate) for _ in range(8)]
    worked(gate, lambda: all_told(gate), connected(gate), connected(gate))
    told = at_portal(gate)
    assert sorted(told) == sorted(codes)
    assert all(steps_of(one) == WHOLE for one in told.values())
    # One attempt each: neither took what the other had.
    assert {(m.status, m.attempts) for m in messages(gate)} == {(State.DELIVERED, 1)}
