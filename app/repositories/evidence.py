"""Look-ups that were made, and the archive of results the province has issued."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from app.domain.evidence import Answer, Said, Source
from app.domain.persons import IdentityMarks
from app.domain.values import Frozen
from app.models.evidence import archived_results, lookups

_ADD = insert(lookups)
LOOKUP = tuple(c.name for c in lookups.c if not c.primary_key)
_ARCHIVED = (
    select(archived_results)
    .where(archived_results.c.holder_mark.in_(bindparam("marks", expanding=True)))
    .order_by(archived_results.c.recorded_at)
)


class Archived(Frozen):
    """A result in the archive, and whom it was issued to."""

    answer: Answer
    issued_to: IdentityMarks


class Archive(Frozen):
    """What the archive holds, by holder's mark and type, the oldest first; of most people that is nothing."""

    checked_at: str
    results: Mapping[tuple[str, str], Sequence[Archived]]


def add_lookups(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        conn.execute(_ADD, list(rows))


def of_holders(conn: Connection, marks: Sequence[str]) -> Sequence[Row[Any]]:
    """All archived results of these holders, the oldest first."""
    return conn.execute(_ARCHIVED, {"marks": marks}).all()


def archive(rows: Iterable[Row[Any]], wanted: Mapping[str, Iterable[str]], checked_at: str) -> Archive:
    """What `rows` hold of each holder mark and type wanted."""
    found: dict[tuple[str, str], list[Archived]] = {}
    for row in rows:
        if row.document_type not in wanted.get(row.holder_mark, ()):
            continue
        answer = Answer(
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
        issued_to = IdentityMarks(row.name_mark, row.birth_mark, row.birth_year_mark)
        found.setdefault((row.holder_mark, row.document_type), []).append(Archived(answer, issued_to))
    return Archive(checked_at, found)


def add_result(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Keep a result; False when it is there already."""
    try:
        with conn.begin_nested():
            conn.execute(insert(archived_results).values(row))
    except IntegrityError:
        return False
    return True
