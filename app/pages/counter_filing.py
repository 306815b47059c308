"""`/quay/ho-so/moi`: a dossier filed at the counter: the procedure, the case, what the citizen gives, whose it is.

Before anything is sent, the officer sees which of the papers the office will look up by itself.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from app.domain.catalogue import TypeSubject
from app.domain.errors import DomainError, HolderRequired, ProcedureNotInForce, UnknownProcedure
from app.domain.guidance import Guidance, Guide, guidance
from app.pages import asked, counter_forms, visits
from app.pages.counter import Officer, acting, agency_of, once
from app.pages.counter_views import CHANNELS, SUPPLIED, subject_kinds, to_fill_in
from app.pages.site import searched, site_of
from app.services import dossiers
from app.services.checks import IdentityDoubted
from app.services.dossier_records import Answer
from app.services.dossiers import NotInProvince

router = APIRouter(include_in_schema=False, prefix="/quay/ho-so")


@router.get("/moi")
async def choose(request: Request, session: Officer, q: str = "") -> Response:
    """Procedures by words or code: all there is to search for here."""
    acting(session)
    return visits.private(request, "counter_choose.html", await searched(request, q))


@router.get("/moi/{code}")
async def fill_in(
    request: Request, session: Officer, code: str, truong_hop: Annotated[str, Query(alias="truong-hop")] = ""
) -> Response:
    acting(session)
    found = await guidance_of(request, code)
    guide = guide_of(found, truong_hop)
    return _form(request, found, guide, truong_hop, {"kind": "person", "channel": "counter"}, {})


@router.post("/moi/{code}")
async def file(request: Request, session: Officer, code: str) -> Response:
    """Filed, unless what was typed of somebody contradicts their number or what the dossier's own look-ups find: then
    the officer looks once more, and says so.
    """
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    acting(session)
    found = await guidance_of(request, code)
    number = fields.get("case", "")
    guide = guide_of(found, number)
    if guide is None:
        return _form(request, found, None, number, fields, {}, 422)
    submission, faults = counter_forms.submission(
        fields, found.procedure, guide.case, agency_of(session), session.officer or "", desk.clock.today()
    )
    if submission is None:
        return _form(request, found, guide, number, fields, faults, 422)
    sure = bool(fields.get("sure"))
    if not sure and (doubts := counter_forms.doubts(submission)):
        return _form(request, found, guide, number, fields, doubts, 422)
    key = counter_forms.key_of(fields, session.caller.client_id, f"/quay/ho-so/moi/{code}")

    async def act() -> Answer:
        return await dossiers.submit(desk, session.caller, submission, key, sure=sure)

    try:
        answer = await once(act)
    except IdentityDoubted as e:
        return _form(request, found, guide, number, fields, counter_forms.doubted(submission, e.refs), 422)
    except DomainError as e:
        if not (faults := _faults_of(e)):
            raise
        return _form(request, found, guide, number, fields, faults, 422)
    filed = answer.headers["location"].rpartition("/")[2]
    return visits.go(f"/quay/ho-so/{filed}?xong=nop")


def _faults_of(e: DomainError) -> counter_forms.Faults:
    """What the officer can mend of what the service refused."""
    if isinstance(e, NotInProvince):
        return {"decided_by": "Cơ quan giải quyết phải thuộc tỉnh này."}
    if isinstance(e, HolderRequired):
        whose = "tổ chức" if e.facts["subject"] == TypeSubject.ORGANIZATION else "người"
        return {f"holder-id-{e.facts['position']}": f"Đây là giấy tờ của {whose}: ghi số của {whose} có giấy tờ."}
    return {}


async def guidance_of(request: Request, code: str) -> Guidance:
    """What a dossier of this procedure needs today. A 404 where there is none."""
    site = site_of(request)
    law = site.desk.rulebook.on(site.today())
    confirmed = site.desk.settings.lists == "confirmed"
    try:
        return guidance(await site.catalogue(), law, code, confirmed_only=confirmed)
    except (UnknownProcedure, ProcedureNotInForce):
        raise HTTPException(404) from None


def guide_of(found: Guidance, number: str) -> Guide | None:
    """The case chosen; the only one there is need not be. None where one is still to be chosen, or none is known."""
    chosen = asked.number(number, "case")
    if len(found.guides) == 1:
        return found.guides[0]
    return found.guides[chosen - 1] if 0 < chosen <= len(found.guides) else None


def _form(
    request: Request,
    found: Guidance,
    guide: Guide | None,
    number: str,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> Response:
    view = {
        "found": found,
        "procedure": found.procedure,
        "guide": guide,
        "case_number": number,
        "components": to_fill_in(found.procedure, guide) if guide else [],
        "kinds": subject_kinds(),
        "channels": CHANNELS,
        "supplied": SUPPLIED,
        "typed": typed,
        "faults": faults,
        "key": counter_forms.fresh_key(),
    }
    return visits.private(request, "counter_file.html", view, status)
