"""The national portal: what is read of its catalogue, and the cause we conclude from each way it may fail."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.registries import portal_wire
from app.registries.answers import SourceFailed
from app.registries.portal import Portal, PublishedComponent, PublishedLine, PublishedProcedure
from tests.mock_vneid.office import Office
from tests.registries.scripted import Json, Scripted, said, scripted
from tests.registries.sources import CLIENT, PATIENCE

T = TypeVar("T")

AGENCY = "000.00.00.H27"
CODE, OTHER, UNDATED = "1.001193", "1.000894", "1.004873"
BIRTH: Json = {
    "name": "Thủ tục đăng ký khai sinh",
    "sector": "Hộ tịch",
    "level": "tỉnh|xã",
    "agency": "Ủy ban nhân dân cấp xã",
    "updated_at": "2026-11-02T23:30:00Z",
    "components": [
        {"position": 1, "name": "Tờ khai theo mẫu.", "case": "Phải nộp", "form": "To khai.docx"},
        {"position": 2, "name": "Giấy chứng sinh.", "case": "Phải nộp", "copies": 1},
        {"position": 3, "name": "Thẻ căn cước.", "originals": 0},
    ],
}
LOGIN, SERVICES = "/portal/mapi/login", "/portal/mapi/services"


def talk(url: str, conversation: Callable[[Portal], Awaitable[T]], **change: Any) -> T:
    """One client for a whole conversation."""
    given: dict[str, Any] = {"password": CLIENT[1], "timeout": PATIENCE} | change

    async def talking() -> T:
        portal = Portal(url, CLIENT[0], given["password"], AGENCY, timeout=given["timeout"])
        try:
            return await conversation(portal)
        finally:
            await portal.close()

    return asyncio.run(talking())


async def causes(*questions: Awaitable[object]) -> list[str]:
    """For each question the cause for which there was no answer, or `answered`."""
    told = []
    for answer in await asyncio.gather(*questions, return_exceptions=True):
        told.append(answer.cause if isinstance(answer, SourceFailed) else "answered")
        assert not isinstance(answer, BaseException) or isinstance(answer, SourceFailed)
    return told


def cause(url: str, **change: Any) -> str:
    (told,) = talk(url, lambda p: causes(p.procedure(CODE)), **change)
    return told


def list_cause(url: str) -> str:
    (told,) = talk(url, lambda p: causes(p.procedures()))
    return told


@pytest.fixture
def portal(world: Office) -> str:
    """The address of a portal that publishes three procedures."""
    undated = {name: value for name, value in BIRTH.items() if name != "updated_at"}
    world.put(f"procedures/{CODE}", BIRTH)
    world.put(f"procedures/{OTHER}", BIRTH | {"name": "Thủ tục đăng ký kết hôn", "updated_at": "2026-03-01"})
    world.put(f"procedures/{UNDATED}", undated | {"name": "Xác nhận tình trạng hôn nhân", "components": []})
    return f"{world.vneid}/portal"


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as running:
        running.handlers[LOGIN] = lambda _: said({"error_code": 0, "session": "s-1"})
        running.handlers[SERVICES] = lambda asked: said(published(asked["maTTHC"]))
        yield running


def published(code: str = CODE, /, **change: Any) -> Json:
    """The least a portal may say of a procedure."""
    found = {"MATTHC": code, "TENTTHC": "Khai sinh", "THANHPHANHOSO": [{"GIAYTO": [{"TENGIAYTO": "Tờ khai."}]}]}
    return {"error_code": "00", "result": [{k: v for k, v in (found | change).items() if v is not ...}]}


# What is read


def test_the_list_is_by_code_with_the_days_that_are_told(portal: str) -> None:
    assert talk(portal, lambda p: p.procedures()) == (
        PublishedLine(OTHER, "Thủ tục đăng ký kết hôn", date(2026, 3, 1)),
        PublishedLine(CODE, "Thủ tục đăng ký khai sinh", date(2026, 11, 3)),
        PublishedLine(UNDATED, "Xác nhận tình trạng hôn nhân", None),
    )


@pytest.mark.parametrize(
    ("since", "codes"),
    [
        (date(2026, 3, 1), [OTHER, CODE, UNDATED]),
        (date(2026, 3, 2), [CODE, UNDATED]),
        (date(2026, 11, 3), [CODE, UNDATED]),
        (date(2026, 11, 4), [UNDATED]),
    ],
)
def test_since_leaves_out_only_what_is_known_to_be_older(portal: str, since: date, codes: list[str]) -> None:
    assert [line.code for line in talk(portal, lambda p: p.procedures(since))] == codes


def test_a_procedure_is_read_with_its_dossier_in_order(portal: str) -> None:
    assert talk(portal, lambda p: p.procedure(CODE)) == PublishedProcedure(
        code=CODE,
        name="Thủ tục đăng ký khai sinh",
        sector="Hộ tịch",
        level="tỉnh|xã",
        agency="Ủy ban nhân dân cấp xã",
        in_force=True,
        changed_on=date(2026, 11, 3),
        components=(
            PublishedComponent(1, "Tờ khai theo mẫu.", "Phải nộp", "To khai.docx", 1, 0),
            PublishedComponent(2, "Giấy chứng sinh.", "Phải nộp", None, 1, 1),
            PublishedComponent(3, "Thẻ căn cước.", None, None, 0, 0),
        ),
    )


def test_a_procedure_nobody_knows_is_none_and_one_without_papers_has_none(portal: str) -> None:
    assert talk(portal, lambda p: p.procedure("9.999999")) is None
    bare = talk(portal, lambda p: p.procedure(UNDATED))
    assert bare is not None and bare.components == ()


def test_a_procedure_no_longer_shown_says_so(world: Office, portal: str) -> None:
    world.put(f"procedures/{CODE}", BIRTH | {"published": False})
    found = talk(portal, lambda p: p.procedure(CODE))
    assert found is not None and not found.in_force


def test_what_a_portal_may_leave_out_is_not_told(script: Scripted) -> None:
    found = talk(f"{script.url}/portal", lambda p: p.procedure(CODE))
    assert found == PublishedProcedure(
        CODE, "Khai sinh", "", "", "", True, None, (PublishedComponent(1, "Tờ khai.", None, None, None, None),)
    )


@pytest.mark.parametrize(
    ("change", "field", "read"),
    [
        ({"CAPTHUCHIEN": [{"TENCAP": "Cấp Xã"}, {"TENCAP": "Cấp Xã"}]}, "level", "xã"),
        ({"CAPTHUCHIEN": [{"TENCAP": "Cấp Huyện"}]}, "level", "cấp huyện"),
        ({"CAPTHUCHIEN": None}, "level", ""),
        ({"COQUANTHUCHIEN": [{"TENDONVI": "Sở A "}, {"TENDONVI": "Sở B"}]}, "agency", "Sở A; Sở B"),
        ({"TENTTHC": "Khai sinh\u0300"}, "name", "Khai sinh\u0300"),
        ({"TENTTHC": "Hộ tịch".replace("ộ", "o\u0323\u0302")}, "name", "Hộ tịch"),
        ({"TRANGTHAI": ""}, "in_force", True),
        ({"TRANGTHAI": 1}, "in_force", True),
        ({"TRANGTHAI": "2"}, "in_force", False),
        ({"NGAYCAPNHAT": ""}, "changed_on", None),
        ({"NGAYCAPNHAT": "20261130235959"}, "changed_on", date(2026, 11, 30)),
    ],
)
def test_a_portals_ways_of_writing_are_understood(script: Scripted, change: Json, field: str, read: object) -> None:
    script.handlers[SERVICES] = lambda _: said(published(**change))
    assert getattr(talk(f"{script.url}/portal", lambda p: p.procedure(CODE)), field) == read


# Sessions


def test_one_session_serves_many_questions_at_once(world: Office, portal: str) -> None:
    codes = [CODE, OTHER, UNDATED] * 6
    answers = talk(portal, lambda p: causes(*(p.procedure(code) for code in codes)))
    assert answers == ["answered"] * len(codes)
    assert len(world.journal(face="portal", service="login")) == 1


def test_a_session_that_ran_out_there_is_opened_anew_once(world: Office, portal: str) -> None:
    async def across_its_end(p: Portal) -> list[str]:
        first = await causes(p.procedure(CODE))
        world.post("clock", {"advance": "PT10M"})
        return [*first, *await causes(*(p.procedure(CODE) for _ in range(8)))]

    assert talk(portal, across_its_end) == ["answered"] * 9
    assert len(world.journal(face="portal", service="login")) == 2


def test_a_question_refused_for_ever_is_not_asked_in_a_loop(script: Scripted) -> None:
    script.handlers[SERVICES] = lambda _: said({"error_code": "-1", "message": "không được"})
    assert cause(f"{script.url}/portal") == "rejected"
    assert (script.count(LOGIN), script.count(SERVICES)) == (2, 2)


def test_a_code_out_of_form_is_a_question_refused(portal: str) -> None:
    assert talk(portal, lambda p: causes(p.procedure("KHAI-SINH"))) == ["rejected"]


def test_a_wrong_password_opens_no_session(portal: str) -> None:
    assert cause(portal, password="not-the-secret") == "no_token"


@pytest.mark.parametrize("fault", ["http_500", "http_503", "rate_limit", "garbage"])
def test_a_login_that_fails_gives_no_session_and_is_tried_again_by_the_next(
    world: Office, portal: str, fault: str
) -> None:
    world.fault("portal", fault, times=1)

    async def twice(p: Portal) -> list[str]:
        return [*await causes(p.procedure(CODE)), *await causes(p.procedure(CODE))]

    assert talk(portal, twice) == ["no_token", "answered"]


@pytest.mark.parametrize("answer", [{}, [], {"error_code": 0}, {"error_code": 0, "session": ""}, {"session": "s"}])
def test_a_login_of_another_shape_gives_no_session(script: Scripted, answer: object) -> None:
    script.handlers[LOGIN] = lambda _: said(answer)
    assert cause(f"{script.url}/portal") == "no_token"


# How it fails


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("http_500", "server_error"),
        ("http_503", "server_error"),
        ("rate_limit", "rate_limited"),
        ("garbage", "garbage"),
        ("reset", "unreachable"),
    ],
)
def test_each_failure_has_its_cause_and_is_not_tried_again(
    world: Office, portal: str, fault: str, expected: str
) -> None:
    world.fault("portal", fault, match={"service": "LayThuTuc"})
    assert cause(portal) == expected
    assert len(world.journal(face="portal", service="LayThuTuc")) == 1


def test_a_portal_that_hangs_is_given_up(world: Office, portal: str) -> None:
    world.fault("portal", "timeout", match={"service": "LayDanhSachTTHC"})
    (told,) = talk(portal, lambda p: causes(p.procedures()), timeout=0.3)
    assert told == "timeout"


def test_nobody_at_the_address_is_unreachable() -> None:
    assert cause("http://127.0.0.1:9/portal") == "unreachable"


def test_lateness_within_the_time_is_no_fault(world: Office, portal: str) -> None:
    world.fault("portal", "latency", attributes={"ms": 60})
    assert cause(portal) == "answered"


@pytest.mark.parametrize(
    ("status", "expected"), [(307, "rejected"), (404, "rejected"), (403, "unauthorized"), (502, "server_error")]
)
def test_another_status_is_no_answer(script: Scripted, status: int, expected: str) -> None:
    script.handlers[SERVICES] = lambda _: (status, b"{}")
    assert cause(f"{script.url}/portal") == expected
    assert script.count(SERVICES) == 1


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"error_code": "0"},
        {"error_code": "thành công", "result": []},
        {"error_code": 0, "result": None},
        {"error_code": 0, "result": {}},
        {"error_code": 0, "result": [published()["result"][0]] * 2},
        published(MATTHC=...),
        published(MATTHC="../1"),
        published(TENTTHC="  "),
        published(THANHPHANHOSO=...),
        published(THANHPHANHOSO=None),
        published(THANHPHANHOSO=[{}]),
        published(THANHPHANHOSO=[{"GIAYTO": [{"TENGIAYTO": ""}]}]),
        published(THANHPHANHOSO=[{"GIAYTO": [{"TENGIAYTO": "x" * 20_001}]}]),
        published(THANHPHANHOSO=[{"GIAYTO": [{"TENGIAYTO": "Tờ khai.", "SOBANCHINH": "một"}]}]),
        published(THANHPHANHOSO=[{"GIAYTO": [{"TENGIAYTO": "Tờ khai.", "SOBANSAO": -1}]}]),
        published(NGAYCAPNHAT="02/11/2026"),
        published(NGAYCAPNHAT="20260230000000"),
        published(NGAYCAPNHAT=20261102),
        published(TRANGTHAI="mới"),
    ],
)
def test_a_procedure_of_another_shape_is_garbage(script: Scripted, body: object) -> None:
    script.handlers[SERVICES] = lambda _: said(body)
    assert cause(f"{script.url}/portal") == "garbage"


@pytest.mark.parametrize(
    "lines",
    [
        [{"MATTHC": CODE}],
        [{"TENTTHC": "Khai sinh"}],
        [{"MATTHC": CODE, "TENTTHC": "Khai sinh"}] * 2,
        [{"MATTHC": CODE, "TENTTHC": "Khai sinh", "NGAYCAPNHAT": "hôm qua"}],
        [CODE],
        None,
    ],
)
def test_a_list_of_another_shape_is_garbage(script: Scripted, lines: object) -> None:
    script.handlers[SERVICES] = lambda _: said({"error_code": "0", "result": lines})
    assert list_cause(f"{script.url}/portal") == "garbage"


def test_another_procedures_answer_is_not_this_ones(script: Scripted) -> None:
    script.handlers[SERVICES] = lambda _: said(published(OTHER))
    assert cause(f"{script.url}/portal") == "wrong_request"


def test_more_bytes_than_an_honest_list_has_are_not_read(script: Scripted) -> None:
    script.handlers[SERVICES] = lambda _: (200, b" " * (17 * 1024 * 1024))
    assert list_cause(f"{script.url}/portal") == "too_large"


def test_a_whole_countrys_list_is_read(script: Scripted) -> None:
    lines = [{"MATTHC": f"1.{number:06d}", "TENTTHC": "Thủ tục " * 30} for number in range(7000)]
    script.handlers[SERVICES] = lambda _: said({"error_code": "0", "result": lines})
    assert len(talk(f"{script.url}/portal", lambda p: p.procedures())) == 7000


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
_FIELDS = ["MATTHC", "TENTTHC", "NGAYCAPNHAT", "TRANGTHAI", "CAPTHUCHIEN", "LINHVUCTHUCHIEN", "THANHPHANHOSO"]


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON))
def test_no_value_of_a_field_breaks_the_reader(change: dict[str, Any]) -> None:
    with suppress(ValidationError):
        (read,) = portal_wire.Procedures.model_validate_json(said(published(**change))[1]).result
        assert read.code and read.name
        assert all(paper.text for case in read.cases for paper in case.papers)
