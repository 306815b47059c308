"""Issued results and their signed versions; the archive's row follows in the same transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, Table, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.persons import IdentityMarks
from app.domain.values import Frozen
from app.models.dossiers import dossiers
from app.models.evidence import archived_results
from app.models.results import dossier_representatives, result_keys, result_versions, results


class ResultRow(Frozen):
    id: str
    document_ref: str
    dossier_code: str
    procedure: str
    holder_mark: str
    document_type: str
    result_code: str
    issued_on: date
    valid_until: date | None
    revoked_on: date | None
    version: int
    replaces: str | None
    physical: bool
    fee: bytes | None
    client: str
    issued_at: datetime


class VersionRow(Frozen):
    """One signed version; `sealed` is the compact JWS, `digest` the keyed digest of it."""

    result_id: str
    version: int
    sealed: bytes
    digest: str
    reason: str | None
    client: str
    signed_at: datetime


class RepresentativeRow(Frozen):
    dossier_code: str
    representative: bytes
    status: str
    body: bytes
    checked_at: datetime


def add(conn: Connection, result: ResultRow, signed: VersionRow, issued_to: IdentityMarks) -> None:
    """Keep a result, its first version, and its row in the archive, where later checks find it."""
    conn.execute(insert(results), asdict(result))
    conn.execute(insert(result_versions), asdict(signed))
    archived = {
        "document_ref": result.document_ref,
        "holder_mark": result.holder_mark,
        "document_type": result.document_type,
        "result_code": result.result_code,
        "issued_on": result.issued_on,
        "valid_until": result.valid_until,
        "revoked_on": None,
        "recorded_at": result.issued_at,
        **asdict(issued_to),
    }
    conn.execute(insert(archived_results), archived)


def revoke(conn: Connection, result: ResultRow, revoked_on: date, signed: VersionRow) -> bool:
    """Keep the next version, and mark the result and its row in the archive; False when somebody was first."""
    r, a = results, archived_results
    marking = update(r).where(r.c.id == result.id, r.c.version == result.version)
    if not conn.execute(marking.values(version=signed.version, revoked_on=revoked_on)).rowcount:
        return False
    conn.execute(insert(result_versions), asdict(signed))
    conn.execute(update(a).where(a.c.document_ref == result.document_ref).values(revoked_on=revoked_on))
    return True


def get(conn: Connection, result_id: str) -> ResultRow | None:
    return _one(conn, results.c.id == result_id)


def by_ref(conn: Connection, document_ref: str) -> ResultRow | None:
    return _one(conn, results.c.document_ref == document_ref)


def replacing(conn: Connection, result_id: str) -> ResultRow | None:
    """The result that corrects this one."""
    return _one(conn, results.c.replaces == result_id)


def _one(conn: Connection, which: Any) -> ResultRow | None:
    row = conn.execute(select(results).where(which)).first()
    return ResultRow(**row._mapping) if row else None


def of_dossier(conn: Connection, code: str) -> list[ResultRow]:
    """A dossier's results, the oldest first."""
    return _many(conn, results.c.dossier_code == code)


def of_person(conn: Connection, mark: str) -> list[ResultRow]:
    """What they hold, and what they applied for on another's behalf, the oldest first."""
    theirs = select(dossiers.c.code).where(dossiers.c.applicant_mark == mark)
    return _many(conn, or_(results.c.holder_mark == mark, results.c.dossier_code.in_(theirs)))


def _many(conn: Connection, which: Any) -> list[ResultRow]:
    found = conn.execute(select(results).where(which).order_by(results.c.issued_at, results.c.id))
    return [ResultRow(**row._mapping) for row in found]


def version(conn: Connection, result_id: str, number: int) -> VersionRow | None:
    v = result_versions.c
    row = conn.execute(select(result_versions).where(v.result_id == result_id, v.version == number)).first()
    return VersionRow(**row._mapping) if row else None


def add_key(conn: Connection, kid: str, sealed: bytes, at: datetime) -> None:
    """Remember a key that signs results, once."""
    adding = _insert(conn, result_keys).values(kid=kid, sealed=sealed, first_used_at=at)
    conn.execute(adding.on_conflict_do_nothing())


def keys(conn: Connection) -> list[tuple[str, bytes]]:
    """Names and sealed public keys, the one used last first."""
    k = result_keys.c
    return [(row.kid, row.sealed) for row in conn.execute(select(k.kid, k.sealed).order_by(k.first_used_at.desc()))]


def archived(conn: Connection, document_ref: str) -> Mapping[str, Any] | None:
    """The result's row in the archive."""
    row = conn.execute(select(archived_results).where(archived_results.c.document_ref == document_ref)).first()
    return dict(row._mapping) if row else None


# ---- what belongs to a dossier --------------------------------------------------------------------------------------


def note_representative(conn: Connection, row: RepresentativeRow) -> None:
    r, given = dossier_representatives, asdict(row)
    change = {name: given[name] for name in ("status", "body", "checked_at")}
    conn.execute(_insert(conn, r).values(given).on_conflict_do_update(index_elements=[r.c.dossier_code], set_=change))


def representative(conn: Connection, code: str) -> RepresentativeRow | None:
    r = dossier_representatives
    row = conn.execute(select(r).where(r.c.dossier_code == code)).first()
    return RepresentativeRow(**row._mapping) if row else None


def _insert(conn: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what to do where the row is there already."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)
