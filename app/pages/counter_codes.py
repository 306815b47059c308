"""`/quay/ma-chia-se`: a citizen's share code, redeemed at the counter, and the paper asked for all the same.

What a citizen has shared stands on the one page that answers, and is kept nowhere: the page says so.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from app.domain.catalogue import Form
from app.domain.errors import ComponentsUnknown, HolderRequired, ProcedureNotInForce, UnknownProcedure
from app.domain.presentations import (
    DemandUnclear,
    NothingConcluded,
    NotRedeemed,
    Refusal,
    UnknownPresentation,
    VerifierKind,
)
from app.pages import counter_forms, visits, wording
from app.pages.counter import Officer, acting, agency_of, once
from app.pages.counter_views import FIELDS, STANDINGS, verdict
from app.pages.dossier_views import procedure_name, type_name
from app.pages.site import site_of
from app.services import counter, presentations
from app.services.dossier_records import Answer, UnknownDossier
from app.services.presentations import Asked, Paper, Verifier
from app.services.sessions import Session

router = APIRouter(include_in_schema=False, prefix="/quay/ma-chia-se")

_REFUSALS = {
    Refusal.USED: ("code", "Mã này đã được dùng. Mỗi mã chỉ dùng một lần: đề nghị công dân tạo mã mới."),
    Refusal.EXPIRED: ("code", "Mã đã hết hạn. Mã chỉ sống vài phút: đề nghị công dân tạo mã mới."),
    Refusal.UNKNOWN: ("code", "Không có mã này: kiểm tra lại từng ký tự."),
    Refusal.WRONG_AUDIENCE: ("code", "Công dân tạo mã này cho bên khác, không cho cơ quan nhà nước."),
    Refusal.WRONG_PURPOSE: ("purpose", "Công dân đồng ý cho mục đích khác: hỏi lại và ghi đúng mục đích đó."),
}
_UNCLEAR = {
    "presentation-demand-unclear": "Công dân chỉ cho biết có hay không, nên không biết giấy tờ là của ai. Hãy mở hồ sơ "
    "của công dân rồi kiểm tra mã từ hồ sơ đó.",
    "holder-required": "Giấy tờ này không phải của loại người nộp hồ sơ: chưa xét được.",
}
_NO_PROCEDURE = "Không có thủ tục này, hoặc chưa biết thành phần hồ sơ của nó: kiểm tra lại mã thủ tục."
_SILENT = "VNeID không trả lời: chưa kết luận được gì về công dân hay giấy tờ. Hãy gửi lại; mã chưa chắc đã bị dùng."


@router.get("")
async def ask_for_code(
    request: Request, session: Officer, ho_so: Annotated[str, Query(alias="ho-so")] = ""
) -> Response:
    acting(session)
    return await _form(request, session, {"dossier": ho_so}, {})


@router.post("")
async def redeem(request: Request, session: Officer) -> Response:
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    acting(session)
    faults: dict[str, str] = {}
    code = counter_forms.share_code(fields.get("code", ""))
    if code is None:
        faults["code"] = "Mã có 10 chữ cái và chữ số; dán nguyên nội dung mã QR cũng được."
    purpose = " ".join(counter_forms.text(fields, "purpose", 300).split())
    if not purpose:
        faults["purpose"] = "Ghi mục đích, đúng như công dân chọn trên VNeID."
    dossier = fields.get("dossier", "").strip().upper() or None
    if dossier:
        try:
            await counter.opened(desk, agency_of(session), dossier)
        except UnknownDossier:
            faults["dossier"] = "Cơ quan bạn không có hồ sơ này."
    if faults or code is None:
        return await _form(request, session, fields, faults, 422)
    asked = Asked(code, purpose, _verifier(session), dossier=dossier)
    # A code that was used up by an answer that got lost is had again by the same form, even with other words in it.
    key = counter_forms.key_of(fields, session.caller.client_id, "/quay/ma-chia-se", "code")

    async def act() -> Answer:
        return Answer(200, await presentations.verify(desk, session.caller, asked, key), {})

    try:
        shown = json.loads((await once(act)).body)
    except NotRedeemed as e:
        name, said = _REFUSALS[Refusal(e.code)]
        return await _form(request, session, fields, {name: said}, 422)
    except NothingConcluded:
        return await _form(request, session, fields, {"code": _SILENT}, 503)
    return await _shown(request, shown)


@router.post("/{presentation_id}/doi-giay")
async def demand(request: Request, session: Officer, presentation_id: str) -> Response:
    """The paper asked for although its data was shown: judged like any other demand, and kept."""
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    acting(session)
    known = await site_of(request).catalogue()
    code, form = fields.get("document_type", ""), fields.get("form", "")
    try:
        number = str(UUID(presentation_id))
    except ValueError:
        raise HTTPException(404) from None
    if code not in known.document_types or form not in set(Form):
        raise HTTPException(422)
    paper = Paper(code, Form(form), fields.get("procedure") or None)
    key = counter_forms.key_of(fields, session.caller.client_id, f"/quay/ma-chia-se/{number}/doi-giay")

    async def act() -> Answer:
        return Answer(200, await presentations.demand(desk, session.caller, number, paper, key), {})

    view: dict[str, Any] = {"name": type_name(known, code), "form": wording.FORMS[Form(form)]}
    try:
        said = json.loads((await once(act)).body)
    except (DemandUnclear, UnknownProcedure, ProcedureNotInForce, ComponentsUnknown, HolderRequired) as e:
        unclear = {"verdict": None, "dossier": fields.get("dossier"), "fault": _UNCLEAR.get(e.code, _NO_PROCEDURE)}
        return visits.private(request, "counter_demand.html", {**view, **unclear}, 422)
    except UnknownPresentation:
        raise HTTPException(404) from None
    found = verdict(said["decision"]["findings"][0], known)
    return visits.private(request, "counter_demand.html", {**view, "verdict": found, "dossier": fields.get("dossier")})


def _verifier(session: Session) -> Verifier:
    return Verifier(VerifierKind.OFFICE, agency_of(session), session.officer)


async def _form(
    request: Request, session: Session, typed: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> Response:
    """The form; for a dossier it proposes the procedure's name as the purpose."""
    proposed, dossier = "", typed.get("dossier", "")
    if dossier and "purpose" not in typed:
        try:
            found = await counter.opened(visits.desk_of(request), agency_of(session), dossier)
            proposed = procedure_name(await site_of(request).catalogue(), found.row.procedure)[:300]
        except UnknownDossier:
            raise HTTPException(404) from None
    view = {
        "typed": {"purpose": proposed, **typed},
        "faults": faults,
        # The same after a failure: a code that was used up by a lost answer is then not lost with it.
        "key": typed.get("key") or counter_forms.fresh_key(),
    }
    return visits.private(request, "counter_code.html", view, status)


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What was shared, line by line; what stands inside one field has lines of its own."""
    for name, said in fields.items():
        if isinstance(said, dict):
            yield from _flat(said)
        else:
            yield FIELDS.get(name, name), said


async def _shown(request: Request, shown: Mapping[str, Any]) -> Response:
    known = await site_of(request).catalogue()
    fields = shown["fields"]
    view = {
        "shown": shown,
        "name": type_name(known, shown["document_type"]),
        "standing": STANDINGS[shown["standing"]],
        "fields": list(_flat(fields)) if fields is not None else None,
        "forms": [(f.value, wording.FORMS[f]) for f in Form if f is not Form.ELECTRONIC],
        "known": shown["document_type"] in known.document_types,
        "key": counter_forms.fresh_key(),
    }
    return visits.private(request, "counter_shown.html", view)
