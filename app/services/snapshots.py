"""The catalogue in memory, by revision: the current one, and the few a replay may ask for."""

import threading
from collections import OrderedDict
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from app.domain.calendar import VIETNAM
from app.domain.catalogue import Catalogue, Procedure
from app.domain.errors import NothingPublished
from app.domain.facts import Filed
from app.domain.publications import Kind, catalogue_of
from app.repositories import catalogue

_KEPT = 4
_OF_PROCEDURES = (Kind.PROCEDURE, Kind.DEFINITION)


class Snapshots:
    """Snapshots are values: threads may read them while another is made.

    They are kept by number and moment of publication: a transaction may see a revision that is never committed (on
    SQLite several share one commit), and the next to be published bears its number.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, datetime | None], Catalogue] = OrderedDict()
        self._lock = threading.Lock()

    def current(self, conn: Connection) -> Catalogue:
        """The catalogue as last published; one cheap query tells whether another process has published since."""
        return self.published(conn, *catalogue.latest(conn))

    def at(self, conn: Connection, revision: int) -> Catalogue:
        return self.published(conn, revision, catalogue.published_at(conn, revision))

    def known_on(self, conn: Connection, day: date | None) -> Catalogue:
        """The catalogue as it was published by the end of a day in Vietnam; as last published, where none is given.

        Raises NothingPublished where nothing was by then.
        """
        if day is None:
            return self.current(conn)
        revision = catalogue.revision_known(conn, datetime.combine(day + timedelta(days=1), time(), VIETNAM))
        if not revision:
            first = catalogue.published_at(conn, 1)
            raise NothingPublished(known_from=first.astimezone(VIETNAM).date() if first else None)
        return self.at(conn, revision)

    def filed_under(self, conn: Connection, known: Catalogue, code: str, filed: Filed) -> Procedure:
        """The procedure as it was published when a dossier was received, so that no later version adds to it.

        Only that procedure is read: dossiers of a hundred revisions do not call for a hundred catalogues.
        """
        if filed.revision == known.revision:
            return known.judged_by(code, filed.on)
        own = [p for kind in _OF_PROCEDURES for p in catalogue.publications_of(conn, filed.revision, kind, code)]
        corrections = catalogue.publications_of(conn, filed.revision, Kind.CORRECTION)
        then = catalogue_of(filed.revision, (*own, *corrections)).judged_by(code, filed.on)
        # The very value at hand where they are equal: what was worked out about it is remembered with it.
        return next((now for now in known.procedures.get(code, ()) if now == then), then)

    def published(self, conn: Connection, revision: int, published_at: datetime | None) -> Catalogue:
        """The revision of this number and moment."""
        key = revision, published_at
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                # The current one is asked for with every check: it never becomes the oldest.
                self._kept.move_to_end(key)
                return found
        made = catalogue_of(revision, catalogue.publications(conn, revision))
        with self._lock:
            # Where another thread was quicker, its value: what is remembered with it stays in use.
            found = self._kept.setdefault(key, made)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
