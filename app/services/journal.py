"""The journal walked from end to end: is every entry where it was put, and as it was put?"""

from collections.abc import Iterable, Iterator
from contextlib import closing

from sqlalchemy import Connection

from app.db import Database
from app.domain.errors import JournalBroken
from app.domain.journal import Entry, Verified, verify
from app.repositories import journal


def verify_journal(db: Database) -> Verified:
    """Raises JournalBroken naming strand and entry."""

    def walk(conn: Connection) -> Verified:
        seen: set[str] = set()

        def noting(entries: Iterable[Entry]) -> Iterator[Entry]:
            for entry in entries:
                seen.add(entry.strand)
                yield entry

        known = journal.strands(conn)
        with closing(journal.entries(conn)) as entries:
            verified = verify(noting(entries))
        if lost := known - seen:
            raise JournalBroken(strand=min(lost), seq=1, wrong="missing")
        return verified

    return db.read_sync(walk)
