"""An office demands papers from a person: is it lawful? The answer is a decision, kept before it is given."""

from sqlalchemy import Connection

from app.repositories.idempotency import Kept, Key
from app.services import checks, idempotency
from app.services.checks import Check, Prepared
from app.services.desk import Caller, Desk


async def demand(desk: Desk, caller: Caller, check: Check, key: Key | None) -> bytes:
    """Judge a stand-alone demand; the bytes of the decision, as committed.

    Raises UnknownProcedure, ProcedureNotInForce, UnknownDocumentType, HolderRequired, and what an idempotency key
    raises. A refusal of paper is a result.
    """
    check = checks.starting_anew(desk, check)

    def read(conn: Connection) -> Prepared:
        return checks.prepare(conn, desk, check, key)

    async with idempotency.released_on_failure(desk, key):
        prepared = await (desk.db.read(read) if key is None else desk.db.write(read))
        judged = await checks.judge(desk, check, prepared)

        def write(conn: Connection) -> None:
            checks.record(conn, caller, judged, (key, Kept(200, {}, judged.body)) if key else None)

        await checks.keep(desk, caller, judged, write)
    return judged.body
