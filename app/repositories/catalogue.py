"""Published revisions: added, read, never changed."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, text

from app.domain.decisions import canonical
from app.domain.publications import Kind, Publication
from app.models.catalogue import catalogue_publications, catalogue_revisions

_LATEST = (
    select(catalogue_revisions.c.revision, catalogue_revisions.c.published_at)
    .order_by(catalogue_revisions.c.revision.desc())
    .limit(1)
)


def head(conn: Connection) -> int:
    """The latest revision; 0 while nothing is published."""
    return latest(conn)[0]


def latest(conn: Connection) -> tuple[int, datetime | None]:
    """The latest revision and when it was published; 0 and None while nothing is."""
    row = conn.execute(_LATEST).first()
    return (row.revision, row.published_at) if row else (0, None)


def published_at(conn: Connection, revision: int) -> datetime | None:
    r = catalogue_revisions.c
    return conn.execute(select(r.published_at).where(r.revision == revision)).scalar_one_or_none()


def publications(conn: Connection, revision: int) -> list[Publication]:
    """Everything published up to and with a revision, in the order of publication."""
    p = catalogue_publications
    rows = conn.execute(select(p.c.kind, p.c.key, p.c.body).where(p.c.revision <= revision).order_by(p.c.id))
    return [Publication(Kind(kind), key, json.loads(body)) for kind, key, body in rows]


def publications_of(conn: Connection, revision: int, kind: Kind, key: str | None = None) -> list[Publication]:
    """What was published of one kind, or under one key of it, the oldest first."""
    p = catalogue_publications
    asked = select(p.c.key, p.c.body).where(p.c.kind == kind.value, p.c.revision <= revision).order_by(p.c.id)
    rows = conn.execute(asked if key is None else asked.where(p.c.key == key))
    return [Publication(kind, name, json.loads(body)) for name, body in rows]


def revision_known(conn: Connection, until: datetime) -> int:
    """The latest revision published before a moment; 0 where nothing was."""
    r = catalogue_revisions.c
    found = select(r.revision).where(r.published_at < until).order_by(r.revision.desc()).limit(1)
    return conn.execute(found).scalar_one_or_none() or 0


def origins(conn: Connection, kinds: Iterable[Kind]) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Of everything published of these kinds: what it last came from and its digest, by slot."""
    p, r = catalogue_publications, catalogue_revisions
    asked = select(p.c.kind, p.c.key, p.c.body, p.c.digest, r.c.origin).join(r).order_by(p.c.id)
    rows = conn.execute(asked.where(p.c.kind.in_([kind.value for kind in kinds])))
    return {Publication(Kind(k), key, json.loads(body)).slot: (origin, d) for k, key, body, d, origin in rows}


def lock(conn: Connection) -> None:
    """Publish one after another, so that revisions are numbered without gaps. SQLite's one writer needs no lock."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("LOCK TABLE catalogue_revisions IN SHARE ROW EXCLUSIVE MODE"))


def publish(conn: Connection, new: Sequence[Publication], *, at: datetime, by: str, origin: str) -> int:
    """Add a revision; call `lock` first. Returns its number."""
    revision = head(conn) + 1
    conn.execute(insert(catalogue_revisions).values(revision=revision, published_at=at, published_by=by, origin=origin))
    rows = []
    for p in new:
        body = canonical(p.body)
        rows.append({"revision": revision, "kind": p.kind.value, "key": p.key, "body": body, "digest": digest_of(body)})
    conn.execute(insert(catalogue_publications), rows)
    return revision


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
