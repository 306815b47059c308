"""An officer asks the citizen for more papers: sent when every one of them is lawful, refused whole otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.domain import deadlines
from app.domain.catalogue import Component, Form
from app.domain.decisions import Conclusion, Reason, canonical
from app.domain.dossiers import MAY_ASK_SUPPLEMENT, Actor, Holders, Status
from app.domain.errors import TransitionNotAllowed
from app.domain.persons import Subject
from app.repositories import dossiers
from app.repositories.dossiers import DossierRow
from app.repositories.idempotency import Kept, Key
from app.services import announcements, checks, idempotency
from app.services.checks import Judged, Line
from app.services.desk import Caller, Desk
from app.services.dossier_records import (
    Answer,
    Opened,
    Stale,
    change,
    etag,
    note_move,
    on_opened,
    open_dossier,
    row_of,
    seen,
)

# What the look-ups of the day of receipt could have told: the law's limit for asking is counted for these papers. For
# a source that stayed silent it is not: until that limit the gate itself made the office wait.
_OF_LOOKUPS = frozenset({Reason.NOT_HELD, Reason.EXPIRED, Reason.REVOKED, Reason.MISMATCH})


@dataclass(frozen=True, slots=True)
class Asked:
    """One item of a supplement request."""

    document_type: str
    form: Form
    reason: str
    holder: Subject | None = None


async def request(
    desk: Desk,
    caller: Caller,
    code: str,
    versions: frozenset[int] | None,
    asked: Sequence[Asked],
    key: Key | None,
    *,
    actor: Actor = Actor.HANDLER,
) -> Answer:
    """Ask the citizen for more papers: sent when every one of them is lawful, refused whole otherwise.

    The office's clock stands still from then on. A refusal changes nothing in the dossier; the attempt is kept.
    Raises UnknownDossier, Stale, TransitionNotAllowed.
    """

    def open_(conn: Connection) -> Opened:
        idempotency.claim(conn, desk, key)
        row = seen(conn, code, versions)
        if Status(row.status) not in MAY_ASK_SUPPLEMENT:
            raise TransitionNotAllowed(status=row.status, allowed=sorted(int(s) for s in MAY_ASK_SUPPLEMENT))
        return open_dossier(conn, desk, row, lambda components, holders: _lines(asked, components, holders))

    def write(conn: Connection, opened: Opened, judged: Judged) -> Answer:
        row = opened.row
        lawful = judged.decision.outcome is Conclusion.LAWFUL
        warned = dossiers.supplement_requests_sent(conn, code) > 0
        checks.record(conn, caller, judged)
        request_id = str(uuid7())
        dossiers.add_supplement_request(
            conn,
            {
                "id": request_id,
                "dossier_code": code,
                "decision_id": judged.decision.decision_id,
                "outcome": "sent" if lawful else "refused",
                "items": canonical(
                    [{"document_type": a.document_type, "form": a.form.value, "reason": a.reason} for a in asked]
                ),
                "client": caller.client_id,
                "asked_at": judged.decided_at,
            },
        )
        if not lawful:
            if row_of(conn, code).version != row.version:
                raise Stale(code=code)
            answer = Answer(409, judged.body, {})
        else:
            change(conn, row, _asked_of(desk, row, judged))
            if Status(row.status) is not Status.SUPPLEMENT_REQUESTED:
                note_move(conn, desk, caller, row, Status.SUPPLEMENT_REQUESTED, None, actor)
            announcements.supplement_requested(conn, desk, code, request_id)
            answer = _sent(desk, row, request_id, judged, warned=warned)
        idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
        return answer

    return await on_opened(desk, caller, key, open_, write)


def _asked_of(desk: Desk, row: DossierRow, judged: Judged) -> dict[str, Any]:
    """What a request that is sent changes in the dossier."""
    now = judged.decided_at
    # Put into 5 by hand and asked for only now: that is one request, not two.
    first_of_this_stay = Status(row.status) is Status.SUPPLEMENT_REQUESTED and row.paused_at is None
    could_have_asked = any(f.reason in _OF_LOOKUPS for f in judged.decision.findings)
    return {
        "status": int(Status.SUPPLEMENT_REQUESTED),
        "supplements": row.supplements + (not first_of_this_stay),
        "asked_late": row.asked_late or (could_have_asked and row.ask_by is not None and now > row.ask_by),
        **deadlines.stopped(row, now, desk.calendar),
    }


def _lines(asked: Sequence[Asked], components: Sequence[Component], holders: Holders) -> tuple[Line, ...]:
    """Who is not named here is whom the dossier named for the component that asks for the paper, or the applicant."""
    return tuple(
        Line(f"{n}.{a.document_type}", a.document_type, a.form, a.holder or holders.of(a.document_type, components))
        for n, a in enumerate(asked, 1)
    )


def _sent(desk: Desk, row: DossierRow, request_id: str, judged: Judged, *, warned: bool) -> Answer:
    body: dict[str, Any] = {
        "id": request_id,
        "code": row.code,
        "status": int(Status.SUPPLEMENT_REQUESTED),
        "version": row.version + 1,
        "decision": judged.decision.body(),
        "warnings": [],
    }
    if warned:
        body["warnings"] = [
            {
                "code": "second-supplement-request",
                "vi": "Hồ sơ đã có yêu cầu bổ sung trước đó: thông báo phải đầy đủ trong một lần; chỉ số phục vụ có "
                "thể tính hồ sơ là trễ hạn.",
                "en": "This dossier was asked for supplements before: the notice must be complete in one go, and the "
                "service index may count the dossier as late.",
                "citations": [c.body() for c in desk.rulebook.on(desk.clock.today()).cite_rule("one-complete-notice")],
            }
        ]
    return Answer(201, canonical(body), {"etag": etag(row.version + 1)})
