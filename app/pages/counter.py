"""`/quay`: an officer's counter: the queue of their agency, one dossier, moving it on, asking the citizen for more.

Everything goes through the services the API uses, under the officer's own code. What was typed is never lost: a form
that is stale, wrong or refused comes back filled in.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from app.domain.dossiers import Actor, Status, moves_from
from app.domain.errors import DomainError, TransitionNotAllowed
from app.domain.sessions import Role
from app.pages import asked, counter_forms, counter_views, visits
from app.pages.counter_views import DONE, ROLES, Chosen, actor_of, roles_of
from app.pages.dossier_views import type_name
from app.pages.site import html, site_of
from app.pages.slips import slip
from app.services import counter, dossiers, idempotency, supplement_requests
from app.services.counter import OnDesk
from app.services.dossier_records import Answer, Stale, UnknownDossier
from app.services.dossiers import ReasonRequired
from app.services.sessions import Session
from app.services.slips import SlipNotDue

router = APIRouter(include_in_schema=False, prefix="/quay")

Officer = Annotated[Session, Depends(visits.officer)]
Done = Annotated[str, Query(alias="xong")]
# What of issuing a result the officer can mend in the form; anything else is a fault of ours.
_RESULT_FAULTS = {
    "unknown-result-code": "Loại giấy tờ này chưa rõ mã kết quả quốc gia: không cấp được tại đây.",
    "not-a-result": "Giấy tờ do người dân tự lập không phải là kết quả của cơ quan.",
    "result-dates": "Ngày hết giá trị nằm trước ngày cấp.",
    "physical-not-asked": "Người dân chưa yêu cầu bản giấy: giấy tờ thiết yếu chỉ cấp bản điện tử.",
    "holder-required": "Kết quả này không cấp cho loại người nộp của hồ sơ.",
}


class NotYours(Exception):
    """The officer's roles do not cover this; `needed` are the roles that do, at `agency` where that is another's."""

    def __init__(self, *needed: Role, agency: str | None = None) -> None:
        super().__init__(" ".join(needed))
        self.needed, self.agency = needed, agency


async def not_yours(request: Request, e: Exception) -> Response:
    assert isinstance(e, NotYours)
    session: Session = request.state.session
    at = f" của cơ quan giải quyết ({visits.desk_of(request).agencies.get(e.agency, e.agency)})" if e.agency else ""
    view = {"needed": " hoặc ".join(ROLES[r] for r in e.needed) + at, "held": roles_of(session)}
    return visits.private(request, "counter_not_yours.html", view, 403)


def agency_of(session: Session) -> str:
    """Whose desk the officer sits at. Raises NotYours where the account names none."""
    if not session.agency:
        raise NotYours(Role.ONE_STOP, Role.HANDLER)
    return session.agency


def acting(session: Session) -> Actor:
    """Raises NotYours for who may only look."""
    actor = actor_of(session.roles)
    if actor is None:
        raise NotYours(Role.ONE_STOP, Role.HANDLER)
    return actor


def acting_on(session: Session, decided_by: str) -> Actor:
    """As whom the officer acts on a dossier that this agency decides. Raises NotYours for who may only look.

    A dossier may be received anywhere in the province, and is decided by the agency competent for it alone: whatever
    an officer of another may do at home, here they do the counter's work.
    """
    actor = acting(session)
    return Actor.ONE_STOP if _elsewhere(session, decided_by) else actor


def _looking_at(session: Session, decided_by: str) -> Actor | None:
    """The same; None for who may only look."""
    return acting_on(session, decided_by) if actor_of(session.roles) else None


def _elsewhere(session: Session, decided_by: str) -> bool:
    return decided_by not in ("", session.agency)


def _handlers(session: Session, decided_by: str) -> NotYours:
    return NotYours(Role.HANDLER, agency=decided_by if _elsewhere(session, decided_by) else None)


async def once(act: Callable[[], Awaitable[Answer]], patience: int = 50) -> Answer:
    """What a sent form leads to: the answer kept, where this very form was sent before.

    A button pressed twice sends it twice: the second waits for the first.
    """
    for _ in range(patience):
        try:
            return await act()
        except idempotency.Repeated as e:
            return Answer(e.kept.status, e.kept.body, e.kept.headers)
        except idempotency.StillRunning:
            await asyncio.sleep(0.1)
    raise HTTPException(503)


# ---- the queue ------------------------------------------------------------------------------------------------------


@router.get("")
async def queue(
    request: Request,
    session: Officer,
    loc: str = "",
    trang: str = "",
    xong: Done = "",
) -> Response:
    chosen, page = counter_views.filter_of(loc), asked.number(trang, "page") or 1
    desk, agency = visits.desk_of(request), agency_of(session)
    found = await counter.queue(desk, agency, chosen.statuses, page)
    view = counter_views.queue(found, await site_of(request).catalogue(), chosen, page, agency)
    may_file = actor_of(session.roles) is not None
    return visits.private(request, "counter_queue.html", {**view, "done": DONE.get(xong), "may_file": may_file})


@router.post("/tim")
async def find(request: Request, session: Officer) -> Response:
    """A dossier by its code, in a form: what is typed there by mistake stands in no address."""
    fields = await visits.form(request, session)
    code = fields.get("code", "").strip().upper()
    try:
        await counter.opened(visits.desk_of(request), agency_of(session), code)
    except UnknownDossier:
        # A number that may be somebody's is not shown again.
        typed = asked.words(code)[0] if "-" in code else ""
        return visits.private(request, "counter_no_dossier.html", {"typed": typed}, 404)
    return visits.go(f"/quay/ho-so/{code}")


# ---- one dossier ----------------------------------------------------------------------------------------------------


@router.get("/ho-so/{code}")
async def dossier(request: Request, session: Officer, code: str, xong: Done = "") -> Response:
    return await show(request, session, code, done=DONE.get(xong))


async def show(
    request: Request,
    session: Session,
    code: str,
    *,
    done: str | None = None,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The dossier's page; after a form that was wrong with what is wrong and what was typed."""
    found = await counter.opened(visits.desk_of(request), agency_of(session), code)
    actor = _looking_at(session, found.row.decided_by)
    view = counter_views.dossier(found, await site_of(request).catalogue(), actor)
    return visits.private(
        request,
        "counter_dossier.html",
        {**view, "done": done, "faults": faults or {}, "typed": typed or {}, "key": counter_forms.fresh_key()},
        status,
    )


@router.get("/ho-so/{code}/phieu/{name}")
async def printed(request: Request, session: Officer, code: str, name: str) -> Response:
    """A slip to be printed for the citizen."""
    desk = visits.desk_of(request)
    kind = next((k for k, slug in counter_views.SLUGS.items() if slug == name), None)
    await counter.opened(desk, agency_of(session), code)
    try:
        body = await slip(desk, code, kind, session) if kind else None
    except SlipNotDue:
        body = None
    if body is None:
        raise HTTPException(404)
    return html(request, body, headers=visits.headers(desk))


@router.post("/ho-so/{code}/chuyen")
async def move(request: Request, session: Officer, code: str) -> Response:
    """On to the next step. A result is shown first, and issued when the officer says so: it cannot be taken back."""
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    acting(session)
    if fields.get("do") == "back":
        return await show(request, session, code, typed=fields)
    found = await counter.opened(desk, agency_of(session), code)
    actor = acting_on(session, found.row.decided_by)
    known = await site_of(request).catalogue()
    version, to = asked.number(fields.get("version", ""), "form"), _status(fields.get("to", ""))
    result, faults = counter_forms.result(fields, frozenset(known.document_types), desk.clock.today())
    if to is None:
        faults["to"] = "Chọn bước tiếp theo."
    if to is not Status.DONE:
        result, faults = None, {k: v for k, v in faults.items() if not k.startswith("result")}
    if faults or to is None:
        return await show(request, session, code, faults=faults, typed=fields, status=422)
    _may_move(session, found, version, to, actor)
    if result and not fields.get("confirmed"):
        if version != found.row.version or to not in moves_from(Status(found.row.status), actor):
            return await _stale(request, session, code, version, fields)
        view = counter_views.issuing(found, known, result, desk.clock.today())
        carried = counter_forms.carried(fields)
        return visits.private(request, "counter_confirm.html", {**view, "carried": carried})
    reason = counter_forms.text(fields, "reason") or None
    key = counter_forms.key_of(fields, session.caller.client_id, f"/quay/ho-so/{code}/chuyen")
    versions = frozenset({version})

    async def act() -> Answer:
        return await dossiers.transition(
            desk, session.caller, code, versions, to, reason, key, actor=actor, result=result
        )

    try:
        await once(act)
    except (Stale, TransitionNotAllowed):
        return await _stale(request, session, code, version, fields)
    except ReasonRequired:
        faults = {"reason": "Bước này phải ghi lý do."}
        return await show(request, session, code, faults=faults, typed=fields, status=422)
    except DomainError as e:
        if e.code not in _RESULT_FAULTS:
            raise
        faults = {"result_type": _RESULT_FAULTS[e.code]}
        return await show(request, session, code, faults=faults, typed=fields, status=422)
    return visits.go(f"/quay/ho-so/{code}?xong=chuyen")


def _may_move(session: Session, found: OnDesk, version: int, to: Status, actor: Actor) -> None:
    """Raises NotYours. Who has not seen the dossier as it is now is told that first."""
    status = Status(found.row.status)
    if version == found.row.version and to not in moves_from(status, actor) and to in moves_from(status):
        raise _handlers(session, found.row.decided_by)


def _status(text: str) -> Status | None:
    return next((status for status in Status if str(int(status)) == text), None)


async def _stale(request: Request, session: Session, code: str, version: int, fields: visits.Form) -> Response:
    """Somebody was first: who did what, and the form again, with all that was typed."""
    later = await counter.meanwhile(visits.desk_of(request), agency_of(session), code, version)
    view = counter_views.meanwhile(later, _looking_at(session, later.decided_by))
    lines = counter_forms.chosen(fields)
    typed = {**view, "code": code, "typed": fields, "lines": lines, "key": counter_forms.fresh_key()}
    typed["carried"] = counter_forms.carried(fields)
    known = await site_of(request).catalogue()
    names = {line.document_type: type_name(known, line.document_type) for line in lines}
    return visits.private(request, "counter_stale.html", {**typed, "names": names}, 409)


@router.post("/ho-so/{code}/tra-cuu-lai")
async def look_again(request: Request, session: Officer, code: str) -> Response:
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    acting(session)
    await counter.opened(desk, agency_of(session), code)
    version = asked.number(fields.get("version", ""), "form")
    key = counter_forms.key_of(fields, session.caller.client_id, f"/quay/ho-so/{code}/tra-cuu-lai")
    try:
        await once(lambda: dossiers.recheck(desk, session.caller, code, frozenset({version}), key))
    except (Stale, TransitionNotAllowed):
        return await _stale(request, session, code, version, fields)
    return visits.go(f"/quay/ho-so/{code}?xong=tra-cuu")


# ---- asking the citizen for more ------------------------------------------------------------------------------------


@router.get("/ho-so/{code}/bo-sung")
async def supplement_form(request: Request, session: Officer, code: str) -> Response:
    found = await counter.opened(visits.desk_of(request), agency_of(session), code)
    _may_ask(session, found, acting_on(session, found.row.decided_by))
    return await _asking(request, found, [Chosen()] * 3, {})


@router.post("/ho-so/{code}/bo-sung")
async def supplement(request: Request, session: Officer, code: str) -> Response:
    """Sent when every paper may be demanded; else nothing is sent, and the grounds stand beside what was typed."""
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    acting(session)
    found = await counter.opened(desk, agency_of(session), code)
    actor = acting_on(session, found.row.decided_by)
    known = await site_of(request).catalogue()
    lines, version = counter_forms.chosen(fields), asked.number(fields.get("version", ""), "form")
    if fields.get("do") == "more":
        return await _asking(request, found, [*lines, *[Chosen()] * 3][: counter_forms.MOST_LINES], {}, fields)
    papers, faults = counter_forms.asked(lines, frozenset(known.document_types))
    if faults:
        return await _asking(request, found, lines, faults, fields, status=422)
    if version == found.row.version:
        _may_ask(session, found, actor)
    key = counter_forms.key_of(fields, session.caller.client_id, f"/quay/ho-so/{code}/bo-sung")
    versions = frozenset({version})

    async def act() -> Answer:
        return await supplement_requests.request(desk, session.caller, code, versions, papers, key, actor=actor)

    try:
        answer = await once(act)
    except (Stale, TransitionNotAllowed):
        return await _stale(request, session, code, version, fields)
    if answer.status == 409:
        refused = counter_views.verdicts(json.loads(answer.body), known)
        return await _asking(request, found, lines, {}, fields, verdicts=refused, status=409)
    return visits.go(f"/quay/ho-so/{code}?xong=bo-sung")


def _may_ask(session: Session, found: OnDesk, actor: Actor) -> None:
    status = Status(found.row.status)
    if not counter_views.may_ask(status, actor) and counter_views.may_ask(status, Actor.HANDLER):
        raise _handlers(session, found.row.decided_by)


async def _asking(
    request: Request,
    found: OnDesk,
    lines: list[Chosen],
    faults: Mapping[str, str],
    fields: Mapping[str, str] | None = None,
    *,
    verdicts: list[counter_views.Verdict] | None = None,
    status: int = 200,
) -> Response:
    view: dict[str, Any] = counter_views.asking(found, await site_of(request).catalogue(), lines, faults)
    version = (fields or {}).get("version") or found.row.version
    more = {"version": version, "verdicts": verdicts or [], "key": counter_forms.fresh_key()}
    return visits.private(request, "counter_ask.html", {**view, **more}, status)
