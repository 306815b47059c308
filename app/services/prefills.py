"""A form filled with what the State holds already, and held to it when it comes back.

Everybody named in it is asked about at once, within the budget of a look-up and with no transaction open. What was
answered is kept sealed for a day, so that a dossier filed with it can be compared; what a source did not answer never
becomes a value.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection
from uuid_utils import uuid7

from app.clock import rfc3339
from app.db import DatabaseUnavailable
from app.domain.decisions import canonical
from app.domain.errors import DomainError
from app.domain.forms import (
    Fault,
    Form,
    FormInvalid,
    FormOutdated,
    PrefilledValueChanged,
    SourceKind,
    Value,
    declare,
)
from app.domain.persons import Subject
from app.domain.prefills import Filled, count
from app.domain.values import Frozen
from app.registries.answers import Errand
from app.repositories import evidence, journal, prefills
from app.repositories.idempotency import Kept, Key
from app.repositories.prefills import PrefillRow
from app.services import idempotency
from app.services.desk import Caller, Desk
from app.services.dossier_records import FORM, Answer, row_of
from app.services.evidence import Gathered, gather
from app.services.forms import form_of
from app.services.prefill_sources import Prepared, Wish, filled, own_role, prepare, questions

PURPOSE = "prefill"


class PrefillUnknown(DomainError):
    """No prefill that this caller may file this dossier with: unknown, expired, another's or for something else."""

    code = "prefill-unknown"


class NoPrefill(DomainError):
    """There is no prefill at this address for this caller."""

    code = "unknown-prefill"


class NothingDeclared(DomainError):
    """The dossier came without a form."""

    code = "nothing-declared"


# ---- filling ------------------------------------------------------------------------------------------------------


async def fill_in(desk: Desk, caller: Caller, wish: Wish, key: Key | None) -> Answer:
    """Fill a procedure's form from all its sources. A repeated request is given the same prefill again.

    Raises ProcedureWithoutForm, UnknownProcedure, ProcedureNotInForce, UnknownCase, RoleNotInForm, NoPrefill (a
    repetition of one that has expired), and what an idempotency key raises.
    """

    def read(conn: Connection) -> Prepared:
        idempotency.claim(conn, desk, key)
        return prepare(conn, desk, wish)

    try:
        async with idempotency.released_on_failure(desk, key):
            prepared = await (desk.db.read(read) if key is None else desk.db.write(read))
            return await _ask_and_keep(desk, caller, wish, prepared, key)
    except idempotency.Repeated as e:
        # Under the key is kept which prefill it was, not what stands in it.
        again = await read_again(desk, caller, json.loads(e.kept.body)["prefill_id"])
        return Answer(e.kept.status, again.body, {**e.kept.headers, "idempotent-replayed": "true"})


async def _ask_and_keep(desk: Desk, caller: Caller, wish: Wish, prepared: Prepared, key: Key | None) -> Answer:
    prefill_id = str(uuid7())
    errand = Errand(prefill_id, wish.procedure, wish.officer, PURPOSE, content=True)
    gathered = await gather(desk, questions(prepared), errand)
    now = desk.clock.now()
    fields = filled(desk, prepared, gathered, now)
    expires_at = now + timedelta(hours=desk.settings.prefill_hours)
    body = canonical(_body(prefill_id, wish, prepared.form, fields, now, expires_at))
    row = PrefillRow(
        prefill_id,
        caller.client_id,
        wish.procedure,
        desk.sealer.mark(wish.applicant.kind, wish.applicant.id),
        desk.sealer.seal_bytes(body, _sealed_for(prefill_id)),
        now,
        expires_at,
    )
    answer = Answer(201, body, {"location": f"/v1/prefills/{prefill_id}", "cache-control": "no-store"})

    def write(conn: Connection) -> None:
        prefills.add(conn, row)
        _trace(conn, caller, wish, gathered, row, fields)
        kept = Kept(answer.status, dict(answer.headers), canonical({"prefill_id": prefill_id}))
        idempotency.settle(conn, key, kept)

    try:
        await desk.db.write(write)
    except DatabaseUnavailable:
        raise
    except Exception:
        # The sources have been asked all the same, and that stays on record.
        await desk.db.write(_trace, caller, wish, gathered, row, None)
        raise
    return answer


def _body(
    prefill_id: str, wish: Wish, form: Form, fields: Sequence[Filled], now: datetime, expires_at: datetime
) -> dict[str, Any]:
    return {
        "prefill_id": prefill_id,
        "procedure": wish.procedure,
        "case": wish.case,
        "purpose": wish.purpose,
        "revision": form.revision,
        "filled_at": rfc3339(now),
        "expires_at": rfc3339(expires_at),
        "counts": count(fields).body(),
        "fields": [f.body() for f in fields],
    }


def _trace(
    conn: Connection,
    caller: Caller,
    wish: Wish,
    gathered: Gathered,
    row: PrefillRow,
    fields: Sequence[Filled] | None,
) -> None:
    """Who was looked up, for the journal and for the holder's own eyes. A look-up's `decision_id` is the prefill's."""
    lookups = [
        {
            "decision_id": row.id,
            "holder_mark": access.mark,
            "source": access.source.value,
            "service": access.service,
            "document_types": " ".join(access.document_types),
            "purpose": PURPOSE,
            "agency": wish.agency,
            "officer": wish.officer,
            "cause": access.cause,
            "looked_up_at": row.filled_at,
            "subject_mark": row.subject_mark,
            "procedure": wish.procedure,
        }
        for access in gathered.accesses
    ]
    evidence.add_lookups(conn, lookups)
    noted = {
        "prefill": row.id,
        "subject": row.subject_mark,
        "why": wish.purpose,
        "purpose": PURPOSE,
        "procedure": wish.procedure,
        "agency": wish.agency,
        "officer": wish.officer,
        "client": row.client,
        "lookups": [[a.source, a.service, a.document_types, a.mark, a.cause] for a in gathered.accesses],
        **({"counts": count(fields).body()} if fields is not None else {}),
    }
    journal.append(conn, row.filled_at, "gate.prefill.made" if fields is not None else "gate.lookups.made", noted)


# ---- reading ------------------------------------------------------------------------------------------------------


async def read_again(desk: Desk, caller: Caller, prefill_id: str) -> Answer:
    """A prefill as it was answered, for the caller it was made for and until it expires. Raises NoPrefill."""

    def read(conn: Connection) -> bytes | None:
        row = prefills.get(conn, prefill_id)
        mine = row is not None and row.client == caller.client_id and row.expires_at > desk.clock.now()
        return _opened(desk, row) if row and mine else None

    body = await desk.db.read(read)
    if body is None:
        raise NoPrefill
    return Answer(200, body, {"cache-control": "no-store"})


def _opened(desk: Desk, row: PrefillRow) -> bytes | None:
    """None of one whose bytes were changed, or that stands in another's place."""
    try:
        return desk.sealer.unseal_bytes(row.sealed, _sealed_for(row.id))
    except InvalidTag:
        return None


def _sealed_for(prefill_id: str) -> str:
    return f"prefill:{prefill_id}"


async def declared(desk: Desk, caller: Caller, code: str) -> Answer:
    """The form of a dossier with its values, for who handles it; that it was read is noted.

    Raises UnknownDossier, NothingDeclared.
    """

    def read(conn: Connection) -> bytes:
        row = row_of(conn, code)
        if row.form is None:
            raise NothingDeclared
        journal.append(conn, desk.clock.now(), "gate.form.read", {"dossier": code, "client": caller.client_id})
        return desk.sealer.unseal_bytes(row.form, FORM)

    return Answer(200, await desk.db.write(read), {"cache-control": "no-store"})


async def sweep(desk: Desk) -> int:
    """Forget what has expired; how many."""
    return await desk.db.write(prefills.sweep, desk.clock.now())


# ---- at submission ------------------------------------------------------------------------------------------------


class Checked(Frozen):
    """A form as it is to be kept: the value of each field, and which of them stand as the State had filled them."""

    revision: str
    prefill_id: str | None
    prefilled: tuple[str, ...]
    values: Mapping[str, Value]

    def __repr__(self) -> str:
        return f"Checked({self.revision})"

    def body(self) -> dict[str, Any]:
        return {
            "revision": self.revision,
            "prefill_id": self.prefill_id,
            "prefilled": list(self.prefilled),
            "values": dict(self.values),
        }


def check(
    conn: Connection,
    desk: Desk,
    caller: Caller,
    procedure: str,
    applicant: Subject,
    values: Mapping[str, object],
    revision: str | None = None,
    prefill_id: str | None = None,
) -> Checked:
    """The form as it is to be kept: what was sent, laid over what was filled in, field by field.

    Raises ProcedureWithoutForm, FormOutdated, PrefillUnknown, FormInvalid and, where a locked value came back changed,
    PrefilledValueChanged; both with everything that is wrong.
    """
    form = form_of(procedure)
    if revision not in (None, form.revision):
        raise FormOutdated(procedure=procedure)
    given, locked = _given(conn, desk, caller, form, applicant, prefill_id)
    declared = declare(form, values, given, locked, desk.clock.today())
    if declared.faults:
        changed = any(f.fault is Fault.CHANGED for f in declared.faults)
        raise (PrefilledValueChanged if changed else FormInvalid)(declared.faults)
    kept = tuple(sorted(code for code, said in declared.values.items() if code in given and said == given[code]))
    return Checked(form.revision, prefill_id, kept, declared.values)


def _given(
    conn: Connection, desk: Desk, caller: Caller, form: Form, applicant: Subject, prefill_id: str | None
) -> tuple[dict[str, Value], frozenset[str]]:
    """The values the form began with, and which of them may not be changed: without a prefill, the account's number."""
    numbers = (SourceKind.ACCOUNT, SourceKind.REQUEST)
    role = own_role(applicant)
    own = [f for f in form.fields if f.whose is role and any(s.kind in numbers for s in f.sources)]
    given: dict[str, Value] = {f.code: applicant.id for f in own}
    locked = frozenset(f.code for f in own if f.locked)
    if prefill_id is None:
        return given, locked
    row = prefills.get(conn, prefill_id)
    suits = (
        row is not None
        and row.client == caller.client_id
        and row.procedure == form.procedure
        and row.subject_mark == desk.sealer.mark(applicant.kind, applicant.id)
        and row.expires_at > desk.clock.now()
    )
    body = _opened(desk, row) if row and suits else None
    if body is None:
        raise PrefillUnknown
    fields = json.loads(body)["fields"]
    given |= {f["code"]: f["value"] for f in fields if f["value"] is not None}
    return given, locked | {f["code"] for f in fields if f["state"] == "locked"}
