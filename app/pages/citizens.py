"""`/cua-toi`: a citizen's own pages: dossiers, results, who looked at their data, what is wrong in them, reports."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from starlette.exceptions import HTTPException

from app.domain.catalogue import Catalogue, Form, TypeSubject
from app.domain.dossiers import CODE, Status
from app.domain.errors import ComponentsUnknown, HolderRequired, ProcedureNotInForce, TransitionNotAllowed
from app.domain.reports import EARLIEST_YEARS, LONGEST, ReportNotOpen, TooManyReports
from app.domain.text import plain
from app.pages import asked, slips, visits, wording
from app.pages.citizen_views import (
    PURPOSES,
    RESULT_STATUSES,
    SLIPS,
    born,
    dossier_view,
    mismatch_view,
    report_view,
    tracked_view,
    written_on,
)
from app.pages.dossier_views import STATUSES, WITHOUT_RESULT, procedure_name, type_name
from app.pages.site import html, searched, site_of
from app.services import citizens, reports
from app.services.citizens import LevelTooLow
from app.services.dossier_records import Stale
from app.services.reports import Told
from app.services.sessions import Session

router = APIRouter(include_in_schema=False, prefix="/cua-toi")

Citizen = Annotated[Session, Depends(visits.citizen)]
_MOST_FOUND = 20
_FIELDS = ("document_type", "form", "agency", "day", "said", "key")


def install(app: FastAPI) -> None:
    app.include_router(router)
    app.add_exception_handler(LevelTooLow, _level_too_low)


async def _level_too_low(request: Request, _: Exception) -> Response:
    return visits.private(request, "citizen_level.html", {}, 403)


# ---- dossiers -----------------------------------------------------------------------------------------------------


@router.get("")
async def my_dossiers(request: Request, session: Citizen, trang: str = "") -> Response:
    known, page = await site_of(request).catalogue(), asked.number(trang, "page") or 1
    found = await citizens.dossiers_of(visits.desk_of(request), session, page)
    rows = [
        {
            "code": row.code,
            "procedure": procedure_name(known, row.procedure),
            "status": STATUSES[Status(row.status)],
            "received_at": row.received_at,
            "due_at": row.due_at,
            "paused": row.paused_at is not None,
            "ended_at": row.ended_at,
            "dropped": Status(row.status) in WITHOUT_RESULT,
        }
        for row in found.rows
    ]
    return visits.private(request, "citizen_dossiers.html", {"rows": rows, "page": page, "more": found.more})


@router.get("/ho-so/{code}")
async def my_dossier(request: Request, session: Citizen, code: str, xong: str = "") -> Response:
    """`xong`: what has just been done with it."""
    return await _dossier_page(request, session, code, done=xong)


@router.post("/ho-so/{code}/rut")
async def withdraw(request: Request, session: Citizen, code: str) -> Response:
    """Take the dossier back, as it was seen; somebody may have acted on it meanwhile."""
    _refuse_no_code(code)
    fields = await visits.form(request, session)
    version, reason = asked.number(fields.get("version", ""), "form"), fields.get("reason", "").strip()
    if fields.get("sure") != "yes":
        return await _dossier_page(request, session, code, "not-sure", 422)
    if len(reason) > LONGEST:
        raise visits.FormRefused("too-long")
    try:
        await citizens.withdraw(visits.desk_of(request), session, code, version, reason or None)
    except (Stale, TransitionNotAllowed):
        return await _dossier_page(request, session, code, "changed", 409)
    return visits.go(f"/cua-toi/ho-so/{code}")


@router.get("/ho-so/{code}/phieu/{name}")
async def my_slip(request: Request, session: Citizen, code: str, name: str) -> Response:
    """A slip of theirs, to be printed."""
    _refuse_no_code(code)
    kind = next((kind for kind, slug in SLIPS.items() if slug == name), None)
    if kind is None:
        raise HTTPException(404)
    desk = visits.desk_of(request)
    await citizens.refuse_anothers(desk, session, code)
    return html(request, await slips.slip(desk, code, kind, session), headers=visits.headers(desk))


async def _dossier_page(
    request: Request, session: Session, code: str, fault: str = "", status: int = 200, *, done: str = ""
) -> Response:
    _refuse_no_code(code)
    mine = await citizens.dossier(visits.desk_of(request), session, code)
    view = dossier_view(mine, await site_of(request).catalogue())
    return visits.private(request, "citizen_dossier.html", {**view, "fault": fault, "done": done}, status)


def _refuse_no_code(code: str) -> None:
    if not CODE.fullmatch(code):
        raise HTTPException(404)


# ---- results ------------------------------------------------------------------------------------------------------


@router.get("/ket-qua")
async def my_results(request: Request, session: Citizen) -> Response:
    known = await site_of(request).catalogue()
    found = await citizens.results_of(visits.desk_of(request), session)
    rows = [_result(result, known) for result in found]
    return visits.private(request, "citizen_results.html", {"rows": rows})


@router.get("/ket-qua/{result_id}")
async def my_result(request: Request, session: Citizen, result_id: str) -> Response:
    known = await site_of(request).catalogue()
    found = await citizens.results_of(visits.desk_of(request), session)
    result = next((r for r in found if r["id"] == result_id), None)
    if result is None:
        raise HTTPException(404)
    claims = result["claims"]
    view = {"result": _result(result, known), "claims": claims, "born": born(claims), "data": written_on(claims)}
    return visits.private(request, "citizen_result.html", view)


def _result(result: Mapping[str, Any], known: Catalogue) -> dict[str, Any]:
    days = {name: _day(result[name]) for name in ("issued_on", "valid_until", "revoked_on")}
    return {
        **result,
        **days,
        "name": type_name(known, result["document_type"]),
        "procedure_name": procedure_name(known, result["procedure"]),
        "standing": RESULT_STATUSES[result["status"]],
        "number": result["claims"].get("number"),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# ---- who looked, what is wrong --------------------------------------------------------------------------------------


@router.get("/tra-cuu")
async def who_looked(request: Request, session: Citizen, trang: str = "") -> Response:
    known, page = await site_of(request).catalogue(), asked.number(trang, "page") or 1
    tracked = await citizens.lookups_of(visits.desk_of(request), session, page)
    rows = [
        {**tracked_view(row, known), "of_representative": row.holder_mark == tracked.acting}
        for row in tracked.page.rows
    ]
    view = {"rows": rows, "page": page, "more": tracked.page.more, "withheld": tracked.withheld, "purposes": PURPOSES}
    return visits.private(request, "citizen_lookups.html", view)


@router.get("/du-lieu")
async def my_data(request: Request, session: Citizen) -> Response:
    known = await site_of(request).catalogue()
    found = await citizens.mismatches_of(visits.desk_of(request), session)
    return visits.private(request, "citizen_data.html", {"rows": [mismatch_view(m, known) for m in found]})


# ---- reports --------------------------------------------------------------------------------------------------------


@router.get("/bao-cao")
async def my_reports(request: Request, session: Citizen, trang: str = "") -> Response:
    known, page = await site_of(request).catalogue(), asked.number(trang, "page") or 1
    rows, more = await reports.of_reporter(visits.desk_of(request), session, page)
    view = {"rows": [report_view(row, known) for row in rows], "page": page, "more": more}
    return visits.private(request, "citizen_reports.html", view)


@router.get("/bao-cao/moi")
async def new_report(
    request: Request, session: Citizen, q: str = "", thu_tuc: Annotated[str, Query(alias="thu-tuc")] = ""
) -> Response:
    """First the procedure, then what was demanded."""
    known = await site_of(request).catalogue()
    if thu_tuc in known.procedures:
        return _report_form(request, session, known, thu_tuc, {"key": reports.fresh_key()}, {})
    return visits.private(request, "citizen_report_search.html", await searched(request, q))


@router.post("/bao-cao")
async def file_report(request: Request, session: Citizen) -> Response:
    known, desk = await site_of(request).catalogue(), visits.desk_of(request)
    fields = await visits.form(request, session)
    values = {name: fields.get(name, "").strip() for name in _FIELDS}
    code = fields.get("procedure", "")
    if code not in known.procedures:
        raise asked.Unreadable("form")
    today = desk.clock.today()
    told, faults = _told(code, values, known, citizens.agencies(desk), today)
    if told is not None:
        try:
            return visits.go(f"/cua-toi/bao-cao/{await reports.file(desk, session, told)}")
        except TooManyReports:
            raise visits.FormRefused("too-many") from None
        except ProcedureNotInForce:
            faults = {"day": "Vào ngày này thủ tục không có hiệu lực."}
        except ComponentsUnknown:
            faults = {"document_type": "Chưa biết thành phần hồ sơ của thủ tục này nên chưa kết luận được."}
        except HolderRequired:
            faults = {"document_type": "Giấy tờ này là của tổ chức, không phải của bạn."}
    return _report_form(request, session, known, code, values, faults, 422)


def _told(
    procedure: str, values: Mapping[str, str], known: Catalogue, offered: Mapping[str, str], today: date
) -> tuple[Told | None, dict[str, str]]:
    """What was filled in; or what is wrong with it, by field."""
    faults = {}
    if values["document_type"] not in known.document_types:
        faults["document_type"] = "Hãy chọn loại giấy tờ."
    if values["form"] not in set(Form):
        faults["form"] = "Hãy chọn hình thức đã bị yêu cầu."
    agency = values["agency"]
    if agency not in offered:
        faults["agency"] = "Hãy chọn cơ quan trong danh sách."
    try:
        day = date.fromisoformat(values["day"])
    except ValueError:
        day = None
    if day is None:
        faults["day"] = "Hãy ghi ngày, ví dụ 2026-11-23."
    elif not today.year - EARLIEST_YEARS <= day.year or day > today:
        faults["day"] = f"Ngày phải trong {EARLIEST_YEARS} năm gần đây và không sau hôm nay."
    if len(values["said"]) > LONGEST:
        faults["said"] = f"Tối đa {LONGEST} ký tự."
    elif asked.names_somebody(values["said"]):
        faults["said"] = (
            "Có dãy từ 9 chữ số (số định danh, số điện thoại, mã hồ sơ): cơ quan sẽ biết ai phản ánh. "
            "Hãy bỏ dãy số đó đi rồi gửi lại; chưa có gì được gửi."
        )
    if faults or day is None:
        return None, faults
    form = Form(values["form"])
    said = "".join(c for c in values["said"] if c.isprintable() or c == "\n") or None
    return Told(procedure, values["document_type"], form, agency, day, said, values["key"] or reports.fresh_key()), {}


def _report_form(
    request: Request,
    session: Session,
    known: Catalogue,
    code: str,
    values: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> Response:
    desk = visits.desk_of(request)
    versions = known.procedures[code]
    own = {t for version in versions for c in version.components for t in c.document_types}
    types = known.document_types.values()
    # Of an organisation a person's papers are demanded too: those of who acts for it.
    theirs = types if session.acting_for else [t for t in types if t.subject is not TypeSubject.ORGANIZATION]
    ordered = sorted(theirs, key=lambda t: plain(t.name))
    view = {
        "procedure": versions[-1],
        "own": [t for t in ordered if t.code in own],
        "others": [t for t in ordered if t.code not in own],
        "forms": wording.FORMS,
        "offered": citizens.agencies(desk),
        "values": {**dict.fromkeys(_FIELDS, ""), "day": desk.clock.today().isoformat(), **values},
        "faults": faults,
        "longest": LONGEST,
    }
    return visits.private(request, "citizen_report_form.html", view, status)


@router.get("/bao-cao/{report_id}")
async def my_report(request: Request, session: Citizen, report_id: str) -> Response:
    return await _report_page(request, session, report_id)


@router.post("/bao-cao/{report_id}/kiem-tra-lai")
async def judge_again(request: Request, session: Citizen, report_id: str) -> Response:
    await visits.form(request, session)
    await reports.judge_again(visits.desk_of(request), session, report_id)
    return visits.go(f"/cua-toi/bao-cao/{report_id}")


@router.post("/bao-cao/{report_id}/dong")
async def close_report(request: Request, session: Citizen, report_id: str) -> Response:
    """Closed when the office has answered; before that it is taken back, and has to be meant."""
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    report = await reports.read(desk, session, report_id)
    if report.row.answered_at is None and not fields.get("sure"):
        return await _report_page(request, session, report_id, 422, unsure=True)
    settled = {"yes": True, "no": False}.get(fields.get("settled", ""))
    try:
        await reports.close(desk, session, report_id, settled=settled)
    except ReportNotOpen:
        return await _report_page(request, session, report_id, 409)
    return visits.go(f"/cua-toi/bao-cao/{report_id}")


async def _report_page(
    request: Request, session: Session, report_id: str, status: int = 200, *, unsure: bool = False
) -> Response:
    known = await site_of(request).catalogue()
    report = await reports.read(visits.desk_of(request), session, report_id)
    view = report_view(report.row, known) | {"said": report.said, "answer": report.answer, "finding": report.finding}
    forms = {form.value: name for form, name in wording.FORMS.items()}
    return visits.private(request, "citizen_report.html", {"report": view, "forms": forms, "unsure": unsure}, status)
