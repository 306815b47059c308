"""A result to be printed, and the page behind the code on the print, where anybody sees whether it still holds."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from app.domain.catalogue import Catalogue
from app.domain.results import UnknownResult
from app.freshness import KEEP_NOTHING
from app.pages import visits
from app.pages.citizen_views import RESULT_STATUSES, born, written_on
from app.pages.dossier_views import procedure_name, type_name
from app.pages.site import SECURITY, html, qr_of, render, site_of
from app.services import citizens, results
from app.services.desk import Desk
from app.services.sessions import Session

router = APIRouter(include_in_schema=False)

Citizen = Annotated[Session, Depends(visits.citizen)]
_METHODS = ["GET", "HEAD"]
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")


def printable(desk: Desk, result: Mapping[str, Any], known: Catalogue) -> bytes:
    """A result on A4: `result` as its record shows it, with the signed `claims` beside.

    The code on it holds the opaque reference alone: whoever scans it learns whether the result holds, and nothing of
    whose it is.
    """
    address = f"{desk.settings.base_url}/ket-qua/{result['document_ref']}"
    return render(
        "result.html", **_view(desk, result, known), claims=result["claims"], official=address, qr=qr_of(address)
    )


@router.get("/cua-toi/ket-qua/{result_id}/ban-in")
async def mine(request: Request, session: Citizen, result_id: str) -> Response:
    """For the holder to print."""
    desk, site = visits.desk_of(request), site_of(request)
    found = await citizens.results_of(desk, session)
    result = next((r for r in found if r["id"] == result_id), None)
    if result is None:
        raise HTTPException(404)
    body = printable(desk, result, await site.catalogue())
    return html(request, body, headers=visits.headers(desk))


@router.api_route("/ket-qua/{document_ref}", methods=_METHODS)
async def standing(request: Request, document_ref: str) -> Response:
    """Whether a printed result is one of ours and still holds; neither its holder nor what stands on it is shown."""
    desk, site = visits.desk_of(request), site_of(request)
    headers = {**SECURITY, "cache-control": KEEP_NOTHING, "x-robots-tag": "noindex"}
    try:
        if not _REF.fullmatch(document_ref):
            raise UnknownResult
        result = await results.standing(desk, document_ref)
    except UnknownResult:
        # Whoever holds a print-out in hand looks for no procedure.
        return html(request, render("result_unknown.html"), 404, headers=headers)
    body = render("result_standing.html", **_view(desk, result, await site.catalogue()))
    return html(request, body, headers=headers)


def _view(desk: Desk, result: Mapping[str, Any], known: Catalogue) -> dict[str, Any]:
    days = {name: _day(result[name]) for name in ("issued_on", "valid_until", "revoked_on")}
    claims = result.get("claims", {"holder": {}})
    return {
        "result": {**result, **days},
        "name": type_name(known, result["document_type"]),
        "procedure_name": procedure_name(known, result["procedure"]),
        "standing": RESULT_STATUSES[result["status"]],
        "data": written_on(claims),
        "born": born(claims),
        "agency": desk.settings.portal_agency,
        "agencies": desk.agencies,
        "today": desk.clock.today(),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
