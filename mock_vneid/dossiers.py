"""Dossiers as one-stop systems report them to the national portal: read strictly, kept, and counted.

Observed in public integrations, not an official specification; what each thing rests on:

- The fields of a dossier, of its papers, results and steps: two public systems' models of `DongBoHoSoMC` and
  `CapNhatTienDoHoSoMC` (OpenCPS, and one province's, which has more). Every value is a text, times `yyyyMMddHHmmss`.
- Values: `TrangThaiHoSo` 1-10, `KenhThucHien` 1-3, a paper's `DuocTaiSuDung` 0, 1 or 2 (2: replaced by a known result,
  which then stands in `MaKetQuaThayThe`), `LoaiDinhDanh` 1 (12 digits), 2 (9 digits): those systems. 3 (an
  organisation's number) and the bounds of `HinhThuc`, `LoaiDoiTuong` and `NoiNopHoSo` are this project's own.
- What is refused beyond the form (times out of order, a flag its papers belie, a step after the end) is this
  project's own: what nobody checks reaches the index unseen.
- What counts: formulas circulated for the national index, in public. A dossier counts in the period it was received
  in; a share of nothing is no number; two decimals. More than one request for papers makes a dossier count as late.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mock_vneid.ids import organization_id_problem, person_id_problem
from mock_vneid.specs import ProcedureCode, Words, mistake
from mock_vneid.wire import Wire

MOST_DOSSIERS = 10_000  # of one world
MOST_AT_ONCE = 100
MOST_STEPS = 200  # of one dossier
FULL_MARKS = 80.0  # per cent, of digitised and of reused

RECEIVED, SUPPLEMENT, DONE, RETURNED = "2", "5", "9", "10"
FINAL = frozenset({"3", "7", "8", RETURNED})
_OLD_NUMBER = re.compile(r"[0-9]{9}")


def _check_time(text: str) -> str:
    try:
        if text and (len(text) != 14 or not text.isdigit() or not text.isascii()):
            raise ValueError
        return text and datetime.strptime(text, "%Y%m%d%H%M%S").strftime("%Y%m%d%H%M%S")  # noqa: DTZ007 - Việt Nam's
    except ValueError:
        raise mistake("write a moment as yyyyMMddHHmmss") from None


Time = Annotated[str, Field(min_length=14), AfterValidator(_check_time)]
MaybeTime = Annotated[str, AfterValidator(_check_time)]
Flag = Literal["0", "1"]
Status = Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]
Text = Annotated[str, Field(max_length=4000)]
DossierCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Z0-9]{1,8}(\.[A-Z0-9]{1,8}){0,5}-([0-9]{6}|[0-9]{8})-[0-9]{4,7}$",
        examples=["000.00.00.H27-261120-0001"],
    ),
]


class Paper(Wire):
    """One line of what was handed in."""

    file_id: Text = Field(alias="TepDinhKemId", default="")
    file_name: Words = Field(alias="TenTepDinhKem")
    deleted: Text = Field(alias="IsDeleted", default="")
    component: Words = Field(alias="MaThanhPhanHoSo")
    url: Text = Field(alias="DuongDanTaiTepTin")
    digitised: Flag = Field(alias="DuocSoHoa")
    reused: Literal["0", "1", "2"] = Field(alias="DuocTaiSuDung")
    from_store: Flag = Field(alias="DuocLayTuKhoDMQG")
    replaced_by: Text = Field(alias="MaKetQuaThayThe", default="")

    @model_validator(mode="after")
    def _names_what_replaces_it(self) -> Self:
        if (self.reused == "2" or self.from_store == "1") and not self.replaced_by:
            raise mistake("MaKetQuaThayThe: name the result that was reused, or taken from the store")
        return self


class Result(Wire):
    name: Words = Field(alias="TenGiayTo")
    component: Text = Field(alias="MaThanhPhanHoSo", default="")
    paper_id: Text = Field(alias="GiayToId", default="")
    url: Words = Field(alias="DuongDanTepTinKetQua")
    code: Words = Field(alias="MaGiayToKetQua")


class Identifier(Wire):
    kind: Literal["1", "2", "3"] = Field(alias="LoaiDinhDanh")
    number: str = Field(alias="SoDinhDanh")

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        problem = {
            "1": person_id_problem,
            "2": lambda number: None if _OLD_NUMBER.fullmatch(number) else "an old number is 9 digits (0-9)",
            "3": organization_id_problem,
        }[self.kind](self.number)
        if problem:
            raise mistake(problem)
        return self


class Connected(Wire):
    database: Annotated[str, Field(alias="MaCSDL", pattern=r"^[0-9]{1,3}$")]


class Reported(Wire):
    """A dossier as `DongBoHoSoMC` carries it."""

    code: DossierCode = Field(alias="MaHoSo")
    procedure: ProcedureCode = Field(alias="MaTTHC")
    procedure_name: Words = Field(alias="TenTTHC")
    sector: Text = Field(alias="MaLinhVuc")
    sector_name: Words = Field(alias="TenLinhVuc")
    channel: Literal["1", "2", "3"] = Field(alias="KenhThucHien")
    owner_number: Text = Field(alias="SoGiayToChuHoSo", default="")
    owner: Text = Field(alias="ChuHoSo", default="")
    owner_kind: Literal["0", "1", "2", "3", "4"] = Field(alias="LoaiDoiTuong")
    owner_code: Text = Field(alias="MaDoiTuong", default="")
    more: Text = Field(alias="ThongTinKhac", default="")
    email: Text = Field(alias="Email", default="")
    fax: Text = Field(alias="Fax", default="")
    phone: Text = Field(alias="SoDienThoai", default="")
    subject: Text = Field(alias="TrichYeuHoSo", default="")
    submitted_at: Time = Field(alias="NgayNopHoSo")
    received_at: Time = Field(alias="NgayTiepNhan")
    due_at: MaybeTime = Field(alias="NgayHenTra", default="")
    finished_at: MaybeTime = Field(alias="NgayKetThucXuLy", default="")
    returned_at: MaybeTime = Field(alias="NgayTra", default="")
    refused_at: MaybeTime = Field(alias="NgayTuChoi", default="")
    returned_how: Text = Field(alias="ThongTinTra", default="")
    status: Status = Field(alias="TrangThaiHoSo")
    form: Flag = Field(alias="HinhThuc")
    agency: Words = Field(alias="DonViXuLy")
    note: Text = Field(alias="GhiChu", default="")
    submitted_to: Literal["1", "2", "3"] = Field(alias="NoiNopHoSo")
    digitised: Flag = Field(alias="HoSoCoThanhPhanSoHoa")
    verified: Flag = Field(alias="TaiKhoanDuocXacThucVoiVNeID")
    paid_online: Flag = Field(alias="DuocThanhToanTrucTuyen")
    identifiers: Annotated[list[Identifier], Field(alias="DinhDanhCHS", min_length=1, max_length=20)]
    connected: Annotated[list[Connected], Field(alias="DSKetNoiCSDL", max_length=50)]
    papers: Annotated[list[Paper], Field(alias="TaiLieuNop", max_length=200, default_factory=list)]
    results: Annotated[list[Result], Field(alias="DanhSachGiayToKetQua", max_length=50, default_factory=list)]
    fees: Annotated[list[dict[str, Any]], Field(alias="DanhSachLePhi", max_length=50, default_factory=list)]
    other_files: Annotated[
        list[dict[str, Any]], Field(alias="DanhSachTepDinhKemKhac", max_length=50, default_factory=list)
    ]
    supplements: Annotated[list[dict[str, Any]], Field(alias="DanhSachHoSoBoSung", max_length=50, default_factory=list)]

    @model_validator(mode="after")
    def _tells_one_story(self) -> Self:
        if self.submitted_at > self.received_at:
            raise mistake("NgayNopHoSo lies after NgayTiepNhan")
        ends = {"NgayHenTra": self.due_at, "NgayKetThucXuLy": self.finished_at, "NgayTra": self.returned_at}
        for name, moment in ends.items():
            if moment and moment < self.received_at:
                raise mistake(f"{name} lies before NgayTiepNhan")
        if (self.status == RETURNED) != bool(self.returned_at):
            raise mistake("NgayTra is there when TrangThaiHoSo is 10, and only then")
        if self.digitised != max((paper.digitised for paper in self.papers), default="0"):
            raise mistake("HoSoCoThanhPhanSoHoa says otherwise than DuocSoHoa of the papers")
        return self


class Step(Wire):
    """One step of the work, as `CapNhatTienDoHoSoMC` carries it."""

    code: DossierCode = Field(alias="MaHoSo")
    officer: Words = Field(alias="NguoiXuLy")
    title: Text = Field(alias="ChucDanh", default="")
    at: Time = Field(alias="ThoiDiemXuLy")
    office: Text = Field(alias="PhongBanXuLy", default="")
    content: Text = Field(alias="NoiDungXuLy", default="")
    status: Status = Field(alias="TrangThai")
    began_at: MaybeTime = Field(alias="NgayBatDau", default="")
    due_at: MaybeTime = Field(alias="NgayKetThucTheoQuyDinh", default="")


class Refused(ValueError):
    """Why a report is not taken; the sentence names the entry and repeats nothing that is personal."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the portal knows of one dossier: the last report of it, every step told, and where it stands by now."""

    report: Reported
    status: str
    steps: tuple[Step, ...] = ()

    @property
    def supplements(self) -> int:
        """How often more papers were asked for."""
        told = sum(step.status == SUPPLEMENT for step in self.steps)
        return max(told, int(self.report.status == SUPPLEMENT), len(self.report.supplements))


@dataclass(frozen=True, slots=True)
class Flags:
    """What the national index counts of one dossier. `unfounded`: components said to come from a store without them."""

    digitised: bool
    reused: bool
    from_store: bool
    population_data: bool
    paid_online: bool
    late: bool
    unfounded: tuple[str, ...] = ()


Dossiers = dict[str, Dossier]


def take(known: Dossiers, reports: Iterable[Reported], *, updating: bool) -> Dossiers:
    """The dossiers after these reports, all or none. Refused: a new one that is known, or the other way round."""
    after = dict(known)
    for index, report in enumerate(reports):
        before = known.get(report.code)
        if after.get(report.code) is not before:
            raise Refused(f"data.{index}: the same MaHoSo is there twice")
        if (before is not None) != updating:
            raise Refused(f"data.{index}: {'no such MaHoSo is known' if updating else 'this MaHoSo is known'}")
        if before is not None and before.report.procedure != report.procedure:
            raise Refused(f"data.{index}: MaTTHC of a dossier does not change")
        after[report.code] = Dossier(report, report.status, before.steps if before else ())
    if len(after) > MOST_DOSSIERS:
        raise Refused(f"a world keeps at most {MOST_DOSSIERS} dossiers")
    return after


def advance(known: Dossiers, steps: Iterable[Step]) -> Dossiers:
    """The dossiers after these steps, all or none. Refused: an unknown dossier, a step back in time or past the end."""
    after = dict(known)
    for index, step in enumerate(steps):
        dossier = after.get(step.code)
        if dossier is None:
            raise Refused(f"data.{index}: no such MaHoSo is known")
        if dossier.status in FINAL:
            raise Refused(f"data.{index}: the dossier has ended (TrangThai {dossier.status})")
        last = dossier.steps[-1].at if dossier.steps else dossier.report.received_at
        if step.at < last:
            raise Refused(f"data.{index}: ThoiDiemXuLy lies before the step before it")
        if len(dossier.steps) >= MOST_STEPS:
            raise Refused(f"data.{index}: a dossier has at most {MOST_STEPS} steps")
        after[step.code] = Dossier(dossier.report, step.status, (*dossier.steps, step))
    return after


# The store of a person, and what is counted

Stored = dict[str, list[tuple[Dossier, Result]]]


def stores(known: Dossiers) -> Stored:
    """By number, the results that ended dossiers of this person or organisation brought, oldest dossier first."""
    found: Stored = {}
    for dossier in sorted(known.values(), key=lambda dossier: dossier.report.received_at):
        if dossier.status in (DONE, RETURNED):
            for number in {one.number for one in dossier.report.identifiers}:
                found.setdefault(number, []).extend((dossier, result) for result in dossier.report.results)
    return found


def flags(stored: Stored, dossier: Dossier) -> Flags:
    report = dossier.report
    others = {
        result.code
        for one in report.identifiers
        for other, result in stored.get(one.number, ())
        if other.report.code != report.code
    }
    taken = [paper for paper in report.papers if paper.from_store == "1"]
    ended = report.finished_at or report.returned_at
    return Flags(
        digitised=report.digitised == "1",
        reused=any(paper.reused != "0" for paper in report.papers),
        from_store=bool(taken),
        population_data=report.verified == "1" and bool(report.connected),
        paid_online=report.paid_online == "1",
        late=bool(report.due_at and ended > report.due_at) or dossier.supplements > 1,
        unfounded=tuple(paper.component for paper in taken if paper.replaced_by not in others),
    )


def _share(count: int, of: int) -> float | None:
    return round(100 * count / of, 2) if of else None


def index(known: Dossiers, since: date | None = None, until: date | None = None) -> dict[str, Any]:
    """The shares of the dossiers received in a period, both days included: per cent, None of none."""
    first, last = (day and day.strftime("%Y%m%d") for day in (since, until))
    stored = stores(known)
    counted = [
        flags(stored, dossier)
        for dossier in known.values()
        if (not first or dossier.report.received_at[:8] >= first)
        and (not last or dossier.report.received_at[:8] <= last)
    ]
    names = ("digitised", "reused", "from_store", "population_data", "paid_online", "late")
    shares = {name: _share(sum(getattr(one, name) for one in counted), len(counted)) for name in names}
    full = {name: shares[name] is not None and (shares[name] or 0) >= FULL_MARKS for name in ("digitised", "reused")}
    return {"dossiers": len(counted), "shares": shares, "full_marks": full}
