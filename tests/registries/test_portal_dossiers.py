"""Dossiers reported to the portal: as its own checks want them, each way it may answer, and nothing personal told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.domain.values import replace
from app.registries.answers import SourceFailed
from app.registries.portal import Portal, Refused
from app.registries.portal_dossiers import PortalDossiers, Report, ReportedPaper, ReportedResult, Step, _dossier
from mock_vneid.dossiers import Reported
from tests.mock_vneid.office import PERSON, Office
from tests.registries.scripted import Json, Scripted, said, scripted
from tests.registries.sources import CLIENT, PATIENCE

T = TypeVar("T")

AGENCY, CODE, PROCEDURE = "000.00.00.H27", "000.00.00.H27-261123-0001", "1.001193"
NOON = datetime(2026, 11, 23, 5, 0, 0, 700_000, tzinfo=UTC)
LOGIN, SERVICES = "/portal/mapi/login", "/portal/mapi/services"
REPLACED = {
    "DuocSoHoa": 1,
    "DuocTaiSuDung": 1,
    "DuocLayTuKhoDMQG": 1,
    "MaCSDL": "037",
    "MaKetQuaThayThe": "KQ.G09.000001",
}
REPORT = Report(
    code=CODE,
    procedure=PROCEDURE,
    procedure_name="Đăng ký khai sinh",
    sector="Hộ tịch",
    channel="counter",
    applicant=Subject(SubjectKind.PERSON, PERSON, "NGUYỄN VĂN AN", "1990-02-03"),
    agency=AGENCY,
    status=Status.NEW,
    received_at=NOON,
    due_at=None,
    finished_at=None,
    returned_at=None,
    refused_at=None,
    papers=(ReportedPaper("1.001193-1", "Giấy chứng sinh", REPLACED),),
    results=(),
    level_2=True,
    url="http://127.0.0.1:8000/v1/dossiers/x",
)
STEP = Step(CODE, "CB-0001", NOON + timedelta(hours=1), Status.RECEIVED, 17)


def talk(url: str, conversation: Callable[[PortalDossiers], Awaitable[T]]) -> T:
    async def talking() -> T:
        portal = PortalDossiers(Portal(url, *CLIENT, AGENCY, timeout=PATIENCE))
        try:
            return await conversation(portal)
        finally:
            await portal.close()

    return asyncio.run(talking())


@pytest.fixture
def portal(world: Office) -> str:
    shown = {"name": "Đăng ký khai sinh", "sector": "Hộ tịch", "level": "xã", "agency": "UBND", "components": []}
    world.put(f"procedures/{PROCEDURE}", shown)
    return f"{world.vneid}/portal"


def told(world: Office) -> Json:
    return world.get(f"dossiers/{CODE}")


def test_a_dossier_is_told_found_and_goes_on(world: Office, portal: str) -> None:
    async def telling(p: PortalDossiers) -> list[Any]:
        before = await p.find(CODE)
        await p.report(REPORT, known=False)
        between = await p.find(CODE)
        await p.progress(STEP)
        return [before, between, await p.find(CODE)]

    before, between, after = talk(portal, telling)
    assert before is None
    assert (between.contents, between.last_at) == (frozenset(), "20261123120000")
    assert (after.contents, after.last_at) == (frozenset({STEP.content}), "20261123130000")
    report = told(world)["report"]
    assert report["DSKetNoiCSDL"] == [{"MaCSDL": "1"}]
    (paper,) = report["TaiLieuNop"]
    assert (paper["DuocTaiSuDung"], paper["DuocLayTuKhoDMQG"]) == ("2", "1")
    assert paper["MaKetQuaThayThe"] == "KQ.G09.000001"


def test_what_is_refused_is_refused_and_what_is_published_is_known(portal: str) -> None:
    async def telling(p: PortalDossiers) -> None:
        with pytest.raises(Refused):
            await p.progress(STEP)
        with pytest.raises(Refused):
            await p.report(REPORT, known=True)
        await p.report(REPORT, known=False)
        with pytest.raises(Refused) as refused:
            await p.report(REPORT, known=False)
        assert refused.value.cause == "rejected"
        with pytest.raises(Refused):
            await p.report(replace(REPORT, procedure="9.999999"), known=True)
        assert await p.publishes(PROCEDURE)
        assert not await p.publishes("9.999999")

    talk(portal, telling)


def test_a_clock_that_is_behind_is_no_step_back(world: Office, portal: str) -> None:
    late = replace(STEP, at=STEP.at - timedelta(seconds=1), status=Status.IN_PROGRESS, number=18)

    async def telling(p: PortalDossiers) -> None:
        await p.report(REPORT, known=False)
        await p.progress(STEP)
        with pytest.raises(Refused):
            await p.progress(late)
        known = await p.find(CODE)
        assert known
        await p.progress(late, known.last_at)

    talk(portal, telling)
    assert [step["TrangThai"] for step in told(world)["steps"]] == ["2", "4"]


ANOTHER = {"MaHoSo": "000.00.00.H27-261123-0002", "NgayTiepNhan": "20261123120000", "QuaTrinhXuLy": []}
MOMENTS = st.none() | st.timedeltas(timedelta(), timedelta(days=400)).map(lambda d: NOON + d)
FLAGS = st.fixed_dictionaries(
    {
        "DuocSoHoa": st.sampled_from([0, 1]),
        "DuocTaiSuDung": st.sampled_from([0, 1]),
        "DuocLayTuKhoDMQG": st.sampled_from([0, 1]),
        "MaCSDL": st.sampled_from([None, "037", "HO-TICH", "BHXH"]),
        "MaKetQuaThayThe": st.sampled_from([None, "", "KQ.G09.000001"]),
    }
)
PAPERS = st.lists(st.builds(ReportedPaper, st.just("c-1"), st.just("Giấy tờ"), FLAGS | st.just({})), max_size=5)


@given(
    status=st.sampled_from(Status),
    channel=st.sampled_from(["counter", "online", "postal"]),
    papers=PAPERS,
    due_at=MOMENTS,
    finished_at=MOMENTS,
    level_2=st.booleans(),
    owner=st.sampled_from([REPORT.applicant, Subject(SubjectKind.ORGANIZATION, "3000000012")]),
)
def test_whatever_a_dossier_is_its_report_passes_the_portal_s_checks(
    status: Status, papers: list[ReportedPaper], owner: Subject, **change: Any
) -> None:
    result = ReportedResult("Giấy khai sinh", "KQ.G09.000001", "http://127.0.0.1:8000/v1/results/r-1")
    returned = NOON + timedelta(days=1) if status is Status.RETURNED else None
    report = replace(
        REPORT,
        status=status,
        returned_at=returned,
        papers=tuple(papers),
        results=(result,),
        applicant=owner,
        **change,
    )
    assert Reported.model_validate(_dossier(report)).code == CODE


def test_a_report_shows_nobody_s_data_where_it_is_printed() -> None:
    assert PERSON not in repr(REPORT)
    assert "NGUYỄN" not in repr(REPORT)


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as script:
        script.handlers[LOGIN] = lambda _: said({"error_code": "0", "session": "s"})
        yield script


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (
            said({"error_code": "00", "result": [ANOTHER]}),
            "wrong_request",
        ),
        (said({"error_code": "00", "result": [{"MaHoSo": CODE}]}), "garbage"),
        (said({"error_code": "00"}), "garbage"),
        (said({"error_code": "-1", "message": PERSON}), "rejected"),
        (said({}, 503), "server_error"),
        ((200, b"<html>"), "garbage"),
    ],
)
def test_an_answer_that_is_none_is_told_by_its_cause(script: Scripted, answer: tuple[int, bytes], cause: str) -> None:
    script.handlers[SERVICES] = lambda _: answer
    with pytest.raises(SourceFailed) as failed:
        talk(f"{script.url}/portal", lambda p: p.find(CODE))
    assert (failed.value.cause, str(failed.value)) == (cause, cause)
