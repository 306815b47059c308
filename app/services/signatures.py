"""A demand that the electronic form be signed, judged and noted; it is about nobody in particular."""

from datetime import date

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.clock import rfc3339
from app.domain.decisions import canonical
from app.domain.persons import SubjectKind
from app.domain.signatures import Login, assess
from app.domain.values import Frozen
from app.repositories import journal
from app.repositories.idempotency import Kept, Key
from app.services import idempotency
from app.services.desk import Caller, Desk


class SignatureDemand(Frozen):
    procedure: str
    channel: str
    kind: SubjectKind
    login: Login
    on: date


async def demand(desk: Desk, caller: Caller, asked: SignatureDemand, key: Key | None) -> bytes:
    """The finding. Raises UnknownProcedure, ProcedureNotInForce, and what an idempotency key raises."""

    def write(conn: Connection) -> bytes:
        idempotency.claim(conn, desk, key)
        desk.snapshots.current(conn).procedure(asked.procedure, asked.on)
        now = desk.clock.now()
        finding = assess(asked.kind, asked.login, desk.rulebook.on(asked.on))
        said = {
            "decision_id": str(uuid7()),
            "procedure": asked.procedure,
            "channel": asked.channel,
            "decided_at": rfc3339(now),
            "law_as_of": asked.on.isoformat(),
            "rulebook_revision": desk.rulebook.revision,
            **finding.body(),
        }
        body = canonical(said)
        noted = {name: said[name] for name in ("procedure", "channel", "law_as_of", "outcome", "reason")}
        noted |= {"decision": said["decision_id"], "client": caller.client_id}
        journal.append(conn, now, "gate.signature.judged", noted)
        idempotency.settle(conn, key, Kept(200, {}, body))
        return body

    async with idempotency.released_on_failure(desk, key):
        return await desk.db.write(write)
