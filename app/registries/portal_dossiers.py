"""Dossiers reported to the national portal: `DongBoHoSoMC`, `CapNhatTienDoHoSoMC`, and `TraCuuHoSo` to see what it has.

The message was seen in public integrations and is no official specification; every value is a text. The session is the
catalogue's (`portal.py`). A refusal does not say why, so what to do next is told by what the portal knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.domain.calendar import VIETNAM
from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.registries import portal_wire as wire
from app.registries.answers import NoAnswer, SourceFailed
from app.registries.portal import Portal

_CHANNELS = {"counter": "1", "online": "2", "postal": "3"}
_OWNERS = {SubjectKind.PERSON: "0", SubjectKind.ORGANIZATION: "1"}
_NUMBERS = {SubjectKind.PERSON: "1", SubjectKind.ORGANIZATION: "3"}
# The number under which the portal counts a connected database; what has none there is not reported as one.
_DATABASES = {"037": "1"}
# What a step says, by the status it brings. Never an officer's own words: no paper is asked for by the back door.
_STEPS = {
    Status.NEW: "Mới đăng ký",
    Status.RECEIVED: "Tiếp nhận hồ sơ",
    Status.NOT_RECEIVED: "Từ chối tiếp nhận hồ sơ",
    Status.IN_PROGRESS: "Thụ lý hồ sơ",
    Status.SUPPLEMENT_REQUESTED: "Yêu cầu bổ sung hồ sơ",
    Status.FEE_DUE: "Yêu cầu thực hiện nghĩa vụ tài chính",
    Status.WITHDRAWN: "Công dân rút hồ sơ",
    Status.STOPPED: "Dừng xử lý hồ sơ",
    Status.DONE: "Đã xử lý xong",
    Status.RETURNED: "Đã trả kết quả",
}
# Whether the sources have answered or the time for waiting is over: the step claims neither.
_SETTLED = "Tra cứu đã kết thúc, hồ sơ không còn chờ cơ sở dữ liệu"


@dataclass(frozen=True, slots=True)
class ReportedPaper:
    """One component that was handed in, or that data stands in for. `flags`: as in a finding."""

    component: str
    name: str
    flags: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReportedResult:
    name: str
    code: str
    url: str


@dataclass(frozen=True, slots=True)
class Report:
    """A dossier as the portal is to know it; what has not happened yet is None. `url`: where the dossier is read.

    `level_2`: the applicant's wallet has answered, which it does for an account of level 2 alone.
    """

    code: str
    procedure: str
    procedure_name: str
    sector: str
    channel: str
    applicant: Subject
    agency: str
    status: Status
    received_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    refused_at: datetime | None
    papers: tuple[ReportedPaper, ...]
    results: tuple[ReportedResult, ...]
    level_2: bool
    url: str

    def __repr__(self) -> str:
        # Whose dossier it is must not end in a log.
        return f"Report({self.code})"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the work. `number` is its event's: by it a step that has arrived is found again."""

    code: str
    officer: str
    at: datetime
    status: Status
    number: int
    settled: bool = False

    @property
    def content(self) -> str:
        return f"{_SETTLED if self.settled else _STEPS[self.status]} (#{self.number})"


@dataclass(frozen=True, slots=True)
class Known:
    """What the portal knows of a dossier: what each step said, and the last one's time in its own form."""

    contents: frozenset[str]
    last_at: str


class _StepOut(wire.Wire):
    at: Annotated[str, Field(alias="ThoiDiemXuLy"), StringConstraints(max_length=14)]
    content: Annotated[str, Field(alias="NoiDungXuLy"), StringConstraints(max_length=4000)] = ""


class _DossierOut(wire.Wire):
    code: Annotated[str, Field(alias="MaHoSo"), StringConstraints(max_length=64)]
    received_at: Annotated[str, Field(alias="NgayTiepNhan"), StringConstraints(max_length=14)]
    steps: Annotated[list[_StepOut], Field(alias="QuaTrinhXuLy", max_length=1000)]


class _Dossiers(wire.Outcome):
    result: Annotated[list[_DossierOut], Field(max_length=1)]


class PortalDossiers:
    """The portal as the one who is reported to. Each call raises Refused, or SourceFailed with one of NoAnswer."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def report(self, report: Report, *, known: bool) -> None:
        """Tell of a dossier; whether the portal knows it already must be right."""
        await self._portal.ask(wire.Outcome, "DongBoHoSoMC", isUpdating=str(known), data=[_dossier(report)])

    async def progress(self, step: Step, not_before: str = "") -> None:
        """Tell of a step. `not_before`: two clocks may differ by a second, and no step back in time is taken."""
        body = {
            "MaHoSo": step.code,
            "NguoiXuLy": step.officer,
            "ThoiDiemXuLy": max(_moment(step.at), not_before),
            "NoiDungXuLy": step.content,
            "TrangThai": str(int(step.status)),
        }
        await self._portal.ask(wire.Outcome, "CapNhatTienDoHoSoMC", data=[body])

    async def find(self, code: str) -> Known | None:
        """None where the portal knows no such dossier."""
        answer = await self._portal.ask(_Dossiers, "TraCuuHoSo", mahoso=code)
        if not answer.result:
            return None
        (found,) = answer.result
        if found.code != code:
            raise SourceFailed(NoAnswer.WRONG_REQUEST.value)
        last_at = found.steps[-1].at if found.steps else found.received_at
        return Known(frozenset(step.content for step in found.steps), last_at)

    async def publishes(self, procedure: str) -> bool:
        return await self._portal.procedure(procedure) is not None

    async def close(self) -> None:
        await self._portal.close()


def _dossier(r: Report) -> dict[str, Any]:
    papers = [_paper(paper, r.url) for paper in r.papers]
    databases = {str(paper.flags.get("MaCSDL")) for paper in r.papers}
    return {
        "MaHoSo": r.code,
        "MaTTHC": r.procedure,
        "TenTTHC": r.procedure_name,
        "MaLinhVuc": "",
        "TenLinhVuc": r.sector,
        "KenhThucHien": _CHANNELS[r.channel],
        "ChuHoSo": r.applicant.full_name or "",
        "LoaiDoiTuong": _OWNERS[r.applicant.kind],
        "NgayNopHoSo": _moment(r.received_at),
        "NgayTiepNhan": _moment(r.received_at),
        "NgayHenTra": _moment(r.due_at),
        "NgayKetThucXuLy": _moment(r.finished_at),
        "NgayTra": _moment(r.returned_at),
        "NgayTuChoi": _moment(r.refused_at),
        "TrangThaiHoSo": str(int(r.status)),
        "HinhThuc": "0",
        "DonViXuLy": r.agency,
        "NoiNopHoSo": "1",
        "HoSoCoThanhPhanSoHoa": max((paper["DuocSoHoa"] for paper in papers), default="0"),
        "TaiKhoanDuocXacThucVoiVNeID": str(int(r.level_2)),
        "DuocThanhToanTrucTuyen": "0",
        "DinhDanhCHS": [{"LoaiDinhDanh": _NUMBERS[r.applicant.kind], "SoDinhDanh": r.applicant.id}],
        "DSKetNoiCSDL": [{"MaCSDL": _DATABASES[name]} for name in sorted(databases & _DATABASES.keys())],
        "TaiLieuNop": papers,
        "DanhSachGiayToKetQua": [
            {"TenGiayTo": one.name, "DuongDanTepTinKetQua": one.url, "MaGiayToKetQua": one.code} for one in r.results
        ],
    }


def _paper(paper: ReportedPaper, url: str) -> dict[str, str]:
    """With a result's code, reuse means that the result stands in for the paper, and says so; a wallet's document has
    no code that the portal knows, so there the portal's store is not named as where it came from.
    """
    flags = paper.flags
    replaced_by = flags.get("MaKetQuaThayThe") or ""
    return {
        "TenTepDinhKem": paper.name,
        "MaThanhPhanHoSo": paper.component,
        "DuongDanTaiTepTin": url,
        "DuocSoHoa": "1" if flags.get("DuocSoHoa") else "0",
        "DuocTaiSuDung": ("2" if replaced_by else "1") if flags.get("DuocTaiSuDung") else "0",
        "DuocLayTuKhoDMQG": "1" if flags.get("DuocLayTuKhoDMQG") and replaced_by else "0",
        "MaKetQuaThayThe": replaced_by,
    }


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")
