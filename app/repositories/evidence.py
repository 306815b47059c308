"""Look-ups that were made, and the archive of results the province has issued."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from app.domain.evidence import Answer, Said, Source
from app.models.evidence import archived_results, lookups

_ADD = insert(lookups)
LOOKUP = tuple(c.name for c in lookups.c if not c.primary_key)
_ARCHIVED = (
    select(archived_results)
    .where(archived_results.c.holder_mark.in_(bindparam("marks", expanding=True)))
    .order_by(archived_results.c.recorded_at)
)


def add_lookups(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        conn.execute(_ADD, list(rows))


def of_holders(conn: Connection, marks: Sequence[str]) -> Sequence[Row[Any]]:
    """All archived results of these holders, the oldest first."""
    return conn.execute(_ARCHIVED, {"marks": marks}).all()


def answers(
    rows: Iterable[Row[Any]], wanted: Mapping[str, Iterable[str]], checked_at: str
) -> dict[tuple[str, str], Answer]:
    """What the archive says about each (holder mark, type) wanted: its latest result, or that it holds none.

    One that was revoked never stands before one that was not: it may be a second paper of the same type.
    """
    found = {
        (mark, code): Answer(Source.ARCHIVE, code, Said.NOTHING, checked_at)
        for mark, codes in wanted.items()
        for code in codes
    }
    for row in rows:
        known = found.get((row.holder_mark, row.document_type))
        standing = known is not None and known.said is Said.DOCUMENT and known.revoked_on is None
        if known is not None and not (standing and row.revoked_on is not None):
            found[row.holder_mark, row.document_type] = Answer(
                Source.ARCHIVE,
                row.document_type,
                Said.DOCUMENT,
                checked_at,
                issued_on=row.issued_on,
                valid_until=row.valid_until,
                revoked_on=row.revoked_on,
                document_ref=row.document_ref,
                result_code=row.result_code,
            )
    return found


def add_result(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Keep a result; False when it is there already."""
    try:
        with conn.begin_nested():
            conn.execute(insert(archived_results).values(row))
    except IntegrityError:
        return False
    return True
