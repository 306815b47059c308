"""The journal's rows. The head of a writer's strand lives with its connection, so that no commit waits for another."""

from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, insert, select
from uuid_utils import uuid7

from app.clock import rfc3339
from app.domain.journal import Entry, Head, chain, open_strand
from app.models.journal import journal_entries, journal_strands

# A new strand names the heads of this many strands opened before it; each of those named its own forerunners.
ANCHORS = 64
_ADD = insert(journal_entries)


def append(conn: Connection, at: datetime, kind: str, facts: Mapping[str, Any]) -> None:
    """Chain one entry to this connection's strand and keep it."""
    add(conn, next_entry(conn, at, kind, facts))


def next_entry(conn: Connection, at: datetime, kind: str, facts: Mapping[str, Any]) -> Entry:
    """The next entry of this connection's strand, which is opened when there is none yet; to be kept with `add`."""
    head = conn.info.get("head") or _open(conn, at)
    entry = chain(head, rfc3339(at), kind, facts)
    conn.info["head"] = entry.head
    return entry


def add(conn: Connection, entry: Entry) -> None:
    conn.execute(_ADD, asdict(entry))


def _open(conn: Connection, at: datetime) -> Head:
    strand = str(uuid7())
    conn.execute(insert(journal_strands).values(strand=strand, opened_at=at))
    entry = open_strand(strand, rfc3339(at), [h for h in _heads(conn) if h.strand != strand])
    add(conn, entry)
    return entry.head


def _heads(conn: Connection) -> Iterator[Head]:
    latest = select(journal_strands.c.strand).order_by(journal_strands.c.opened_at.desc()).limit(ANCHORS)
    e = journal_entries.c
    for strand in conn.execute(latest).scalars().all():
        last = select(e.strand, e.seq, e.digest).where(e.strand == strand).order_by(e.seq.desc()).limit(1)
        if row := conn.execute(last).first():
            yield Head(row.strand, row.seq, row.digest)


def entries(conn: Connection) -> Generator[Entry, None, None]:
    """All entries by strand and seq, streamed; to be closed by who does not read to the end."""
    e = journal_entries
    # The option on the statement: on the connection it would stay for whoever reads over it next.
    every = select(e).order_by(e.c.strand, e.c.seq).execution_options(yield_per=1000)
    with conn.execute(every) as rows:
        for r in rows:
            yield Entry(r.strand, r.seq, r.kind, r.bytes, r.digest)


def strands(conn: Connection) -> set[str]:
    """The strands that are known to have been opened."""
    return set(conn.execute(select(journal_strands.c.strand)).scalars())
