"""What an office issues: signed, kept in the archive, corrected, revoked, and believed only when it verifies."""

import json
import secrets
from datetime import date
from typing import Any

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.domain.decisions import canonical
from app.domain.errors import DomainError
from app.domain.evidence import Source
from app.domain.results import (
    AlreadyRevoked,
    FeeOutcome,
    FeePurpose,
    FeeRefused,
    NotIntact,
    NotReplaceable,
    Result,
    UnknownResult,
    code_of,
    dated,
    essential,
    issuable,
    judge_fee,
    refuse_unasked,
)
from app.domain.values import Frozen
from app.domain.values import replace as but
from app.repositories import dossiers, evidence, journal
from app.repositories import results as rows
from app.repositories.dossiers import DossierRow
from app.repositories.idempotency import Kept, Key
from app.repositories.results import ResultRow
from app.services import announcements, idempotency, result_records
from app.services.desk import Caller, Desk
from app.services.dossier_records import Answer
from app.services.result_records import Verified, key_set, of_dossier, of_person, signed

__all__ = [
    "Issued",
    "fee_demand",
    "issue",
    "keys",
    "of_dossier",
    "of_person",
    "read",
    "replace",
    "revoke",
    "signed",
    "standing",
    "verify",
]


class Issued(Frozen):
    """A result as issued; `jws` is what the holder's wallet is sent."""

    result_id: str
    document_ref: str
    result_code: str
    jws: str

    def __repr__(self) -> str:
        return f"Issued({self.result_id})"


# ---- issuing --------------------------------------------------------------------------------------------------------


def issue(
    conn: Connection, desk: Desk, caller: Caller, row: DossierRow, result: Result, *, reason: str | None = None
) -> Issued:
    """Issue the result of a dossier in the caller's transaction: signed, sealed, put in the archive.

    Whoever calls tells others of it (`announcements.result_issued`). `reason`: why it replaces an earlier one. Raises
    UnknownDocumentType, NotAResult, HolderRequired, UnknownResultCode, ResultDates, PhysicalNotAsked, FeeRefused,
    NotReplaceable.
    """
    known, today = desk.snapshots.current(conn), desk.clock.today()
    document_type = known.document_type(result.document_type)
    applicant = desk.sealer.unseal(row.applicant)
    holder = result.holder or applicant
    issuable(document_type, holder)
    law = desk.rulebook.on(today)
    lists = essential(known, document_type.code, today, confirmed_only=desk.settings.lists == "confirmed")
    refuse_unasked(law, lists, physical=result.physical, asked=_asks_for_paper(row))
    charged = None
    if result.fee is not None:
        found = judge_fee(law, lists, result.fee.purpose, document_type.code, row.procedure)
        if found.outcome is FeeOutcome.REFUSE_FEE:
            raise FeeRefused(finding=found.body())
        charged = {"amount_vnd": result.fee.amount_vnd, **found.body()}
    made = ResultRow(
        id=str(uuid7()),
        document_ref=f"kq-{secrets.token_urlsafe(16)}",
        dossier_code=row.code,
        procedure=row.procedure,
        holder_mark=desk.sealer.mark(holder.kind, holder.id),
        document_type=document_type.code,
        result_code=code_of(document_type, result.result_code),
        issued_on=dated(result.issued_on, result.valid_until, today),
        valid_until=result.valid_until,
        revoked_on=None,
        version=1,
        replaces=result.replaces,
        physical=result.physical,
        fee=canonical(charged) if charged else None,
        client=caller.client_id,
        issued_at=desk.clock.now(),
    )
    if result.replaces is not None:
        _make_room(conn, desk, caller, made, result.replaces, reason)
    claims = result_records.claims_of(desk, made, result.number, holder, applicant, result.data or {})
    jws, version = result_records.sign(desk, made, 1, claims, caller.client_id)
    result_records.remember_key(conn, desk)
    rows.add(conn, made, version, desk.sealer.identity_marks(made.holder_mark, holder.identity))
    facts: dict[str, object] = {"result": made.id, "dossier": row.code, "document_type": made.document_type}
    facts |= {"code": made.result_code}
    facts |= {"holder": made.holder_mark, "digest": version.digest, "client": caller.client_id}
    facts |= {"replaces": made.replaces, "fee": charged["outcome"] if charged else None}
    journal.append(conn, made.issued_at, "gate.result.issued", facts)
    return Issued(made.id, made.document_ref, made.result_code, jws)


def _asks_for_paper(row: DossierRow) -> bool:
    """The citizen's own wish, as noted in the dossier."""
    return bool(row.wishes and json.loads(row.wishes).get("physical_result"))


def _make_room(conn: Connection, desk: Desk, caller: Caller, new: ResultRow, old_id: str, reason: str | None) -> None:
    """The result that is corrected stops holding on the day its correction is issued."""
    old = rows.get(conn, old_id)
    if old is None or (old.holder_mark, old.document_type) != (new.holder_mark, new.document_type):
        raise NotReplaceable
    _revoke(conn, desk, caller, old, reason or f"Thay bằng {new.document_ref}", NotReplaceable())


# ---- revoking, correcting -------------------------------------------------------------------------------------------


async def revoke(desk: Desk, caller: Caller, result_id: str, reason: str, key: Key | None) -> Answer:
    """Revoke a result as of today: a second version of it says so, and so does every later check.

    Raises UnknownResult, AlreadyRevoked, NotIntact, and what an idempotency key raises.
    """

    def write(conn: Connection) -> Answer:
        idempotency.claim(conn, desk, key)
        _revoke(conn, desk, caller, result_records.row_of(conn, result_id), reason, AlreadyRevoked())
        return _settled(conn, desk, result_id, 200, key)

    return await desk.db.write(write)


async def replace(desk: Desk, caller: Caller, result_id: str, result: Result, reason: str, key: Key | None) -> Answer:
    """Correct a result by a new one of the same dossier and holder, which takes its place.

    Raises UnknownResult, NotIntact, what `issue` raises, and what an idempotency key raises.
    """

    def write(conn: Connection) -> Answer:
        idempotency.claim(conn, desk, key)
        old = result_records.row_of(conn, result_id)
        holder = result.holder or result_records.opened(conn, desk, old).holder
        dossier = dossiers.get(conn, old.dossier_code)
        assert dossier is not None
        correction = but(result, holder=holder, replaces=result_id)
        issued = issue(conn, desk, caller, dossier, correction, reason=reason)
        announcements.result_issued(conn, desk, issued.result_id)
        return _settled(conn, desk, issued.result_id, 201, key)

    return await desk.db.write(write)


def _revoke(conn: Connection, desk: Desk, caller: Caller, old: ResultRow, reason: str, too_late: DomainError) -> None:
    """Sign the version that says it does not hold any more. Raises NotIntact, `too_late`."""
    if old.revoked_on is not None:
        raise too_late
    today, version = desk.clock.today(), old.version + 1
    claims = {**result_records.opened(conn, desk, old).claims}
    claims |= {"iat": int(desk.clock.now().timestamp()), "version": version, "revoked_on": today.isoformat()}
    _, kept = result_records.sign(desk, old, version, claims, caller.client_id, reason)
    result_records.remember_key(conn, desk)
    if not rows.revoke(conn, old, today, kept):
        raise too_late
    facts = {"result": old.id, "dossier": old.dossier_code, "version": version, "digest": kept.digest}
    journal.append(conn, kept.signed_at, "gate.result.revoked", facts | {"client": caller.client_id})
    announcements.result_revoked(conn, desk, old.id)


def _settled(conn: Connection, desk: Desk, result_id: str, status: int, key: Key | None) -> Answer:
    body = canonical(result_records.shown(conn, desk, result_records.row_of(conn, result_id)))
    answer = Answer(status, body, {"location": f"/v1/results/{result_id}"} if status == 201 else {})
    idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
    return answer


# ---- reading --------------------------------------------------------------------------------------------------------


async def read(desk: Desk, caller: Caller, result_id: str) -> Answer:
    """The signed result, with what stands beside it. The holder can see that it was read, and by whom.

    Raises UnknownResult, NotIntact.
    """

    def reading(conn: Connection) -> Answer:
        row = result_records.row_of(conn, result_id)
        found = result_records.opened(conn, desk, row)
        now = desk.clock.now()
        access = {
            "decision_id": row.id,
            "holder_mark": row.holder_mark,
            "source": Source.ARCHIVE.value,
            "service": None,
            "document_types": row.document_type,
            "purpose": "result",
            "agency": desk.settings.portal_agency,
            "officer": caller.client_id,
            "cause": None,
            "looked_up_at": now,
            "subject_mark": row.holder_mark,
            "procedure": row.procedure,
            "dossier_code": row.dossier_code,
        }
        evidence.add_lookups(conn, [access])
        journal.append(conn, now, "gate.result.read", {"result": row.id, "client": caller.client_id})
        body = {**result_records.shown(conn, desk, row), "content": dict(found.claims), "jws": found.jws}
        return Answer(200, canonical(body), {})

    return await desk.db.write(reading)


async def verify(desk: Desk, result_id: str) -> Verified:
    """Whether what is stored is still what was signed. Raises UnknownResult."""
    return await desk.db.read(lambda conn: result_records.verified(conn, desk, result_records.row_of(conn, result_id)))


async def standing(desk: Desk, document_ref: str) -> dict[str, Any]:
    """What anybody may know of a result whose reference they have seen: which, with its `number` (None where it has
    none) to be compared with a print, and whether it holds; not whose it is.

    Raises UnknownResult; NotIntact where what is stored is not what was signed.
    """

    def reading(conn: Connection) -> dict[str, Any]:
        row = rows.by_ref(conn, document_ref)
        if row is None:
            raise UnknownResult
        found = result_records.verified(conn, desk, row)
        if not found.intact:
            raise NotIntact(fault=found.faults[0])
        number = result_records.opened(conn, desk, row).claims.get("number")
        return {**result_records.shown(conn, desk, row), "number": number}

    return await desk.db.read(reading)


async def keys(desk: Desk) -> bytes:
    """The public keys with which results are verified, as a JWK set."""
    return canonical(await desk.db.read(key_set, desk))


# ---- fees for a physical copy ---------------------------------------------------------------------------------------


async def fee_demand(
    desk: Desk, caller: Caller, procedure: str, document_type: str, purpose: FeePurpose, on: date | None
) -> bytes:
    """Whether a fee for a physical copy may be charged, as JSON. Nothing is charged by asking; that it was asked is
    on record. Raises UnknownDocumentType, UnknownProcedure, ProcedureNotInForce.
    """
    day = on or desk.clock.today()

    def judging(conn: Connection) -> bytes:
        known = desk.snapshots.current(conn)
        known.document_type(document_type)
        known.procedure(procedure, day)
        lists = essential(known, document_type, day, confirmed_only=desk.settings.lists == "confirmed")
        found = judge_fee(desk.rulebook.on(day), lists, purpose, document_type, procedure)
        body = {
            "procedure": procedure,
            "law_as_of": day.isoformat(),
            "catalogue_revision": known.revision,
            "rulebook_revision": desk.rulebook.revision,
            **found.body(),
        }
        facts = {"procedure": procedure, "document_type": document_type, "for": purpose.value}
        facts |= {"outcome": found.outcome.value, "client": caller.client_id}
        journal.append(conn, desk.clock.now(), "gate.fee.judged", facts)
        return canonical(body)

    return await desk.db.write(judging)
