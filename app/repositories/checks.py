"""What one check reads before the sources are asked and writes after them: one statement each on PostgreSQL.

There every statement is a journey, and a check made nine; the two here take the place of seven. On SQLite, which is in
the process, a statement costs next to nothing and there is no data-modifying CTE: it does one thing after the other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import (
    ARRAY,
    Connection,
    Executable,
    Row,
    String,
    Table,
    bindparam,
    func,
    insert,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.dialects import postgresql

from app.domain.journal import Entry
from app.domain.values import Frozen
from app.models.catalogue import catalogue_revisions
from app.models.decisions import decisions as decisions_table
from app.models.evidence import archived_results, lookups
from app.models.idempotency import idempotency_keys
from app.models.journal import journal_entries
from app.repositories import catalogue, decisions, evidence, idempotency, journal
from app.repositories.decisions import Stored
from app.repositories.idempotency import Found, Kept, Key


class Opened(Frozen):
    """`found`: what stands under the key, None where it is ours now. `archived`: the holders' results, oldest first."""

    found: Found | None
    revision: int
    published_at: datetime | None
    archived: Sequence[Row[Any]]


def open_(conn: Connection, key: Key | None, now: datetime, lease: timedelta, marks: Sequence[str]) -> Opened:
    """Claim the key (if there is one), and read the catalogue's head and what the archive holds of these holders."""
    if conn.dialect.name != "postgresql":
        found = idempotency.claim(conn, key, now, lease) if key else None
        return Opened(found, *catalogue.latest(conn), evidence.of_holders(conn, marks))
    claim = _named("k_", idempotency.row(key, now, lease)) if key else {}
    rows = conn.execute(_opening(key is not None), {**claim, "marks": marks}).all()
    first = rows[0]
    found = idempotency.standing(conn, key, now, lease) if key and first.claimed is None else None
    archived = [row for row in rows if row.holder_mark is not None]
    return Opened(found, first.revision or 0, first.published_at, archived)


def keep(
    conn: Connection,
    decision: Stored,
    asked: Sequence[Mapping[str, Any]],
    entry: Entry,
    settled: tuple[Key, Kept] | None,
) -> bool:
    """Keep a decision, its look-ups and its journal entry; False when the key to settle was lost to another attempt."""
    if conn.dialect.name != "postgresql":
        decisions.add(conn, decision)
        evidence.add_lookups(conn, asked)
        journal.add(conn, entry)
        return settled is None or idempotency.settle(conn, *settled)
    values = _named("d_", asdict(decision)) | _named("j_", asdict(entry))
    values |= {f"l_{name}": [row[name] for row in asked] for name in evidence.LOOKUP}
    if settled:
        whose, answer = idempotency.settling(*settled)
        values |= whose | _named("s_", answer)
    kept = conn.execute(_keeping(settled is not None), values)
    return settled is None or bool(kept.rowcount)


@lru_cache
def _opening(with_key: bool) -> Executable:
    r, a = catalogue_revisions.c, archived_results
    head = select(r.revision, r.published_at).order_by(r.revision.desc()).limit(1).subquery()
    one = select(literal(1).label("one")).subquery()
    joined = one.outerjoin(head, true()).outerjoin(a, a.c.holder_mark == bindparam("marks", type_=ARRAY(String)).any_())
    claimed = null().label("claimed")
    if with_key:
        k = idempotency_keys
        claim = postgresql.insert(k).values(_bound(k, "k_", idempotency.CLAIMED)).on_conflict_do_nothing()
        ours = claim.returning(k.c.holder).cte("ours")
        joined, claimed = joined.outerjoin(ours, true()), ours.c.holder.label("claimed")
    return select(claimed, head.c.revision, head.c.published_at, a).select_from(joined).order_by(a.c.recorded_at)


@lru_cache
def _keeping(with_key: bool) -> Executable:
    decided = insert(decisions_table).values(_bound(decisions_table, "d_")).cte("decided")
    entered = insert(journal_entries).values(_bound(journal_entries, "j_"))
    # Columns as arrays: one statement for any number of look-ups, and for none.
    columns = [func.unnest(bindparam(f"l_{name}", type_=ARRAY(lookups.c[name].type))) for name in evidence.LOOKUP]
    asked = insert(lookups).from_select(evidence.LOOKUP, select(*columns)).cte("asked")
    if not with_key:
        return entered.add_cte(decided, asked)
    settle = idempotency.SETTLE.values(_bound(idempotency_keys, "s_", idempotency.ANSWER))
    return settle.add_cte(decided, asked, entered.cte("entered"))


def _bound(table: Table, prefix: str, names: Sequence[str] = ()) -> dict[str, Any]:
    return {name: bindparam(f"{prefix}{name}") for name in names or table.c.keys()}


def _named(prefix: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}{name}": given for name, given in row.items()}
