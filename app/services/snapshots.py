"""The catalogue in memory, by revision: the current one, and the few a replay may ask for."""

from collections import OrderedDict
from datetime import datetime

from sqlalchemy import Connection

from app.domain.catalogue import Catalogue, Procedure
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

    def current(self, conn: Connection) -> Catalogue:
        """The catalogue as last published; one cheap query tells whether another process has published since."""
        return self.published(conn, *catalogue.latest(conn))

    def at(self, conn: Connection, revision: int) -> Catalogue:
        return self.published(conn, revision, catalogue.published_at(conn, revision))

    def filed_under(self, conn: Connection, known: Catalogue, code: str, filed: Filed) -> Procedure:
        """The procedure as it was published when a dossier was received, so that no later version adds to it.

        Only that procedure is read: dossiers of a hundred revisions do not call for a hundred catalogues.
        """
        now = known.judged_by(code, filed.on) if code in known.procedures else None
        if filed.revision == known.revision and now is not None:
            return now
        own = [p for kind in _OF_PROCEDURES for p in catalogue.publications_of(conn, filed.revision, kind, code)]
        corrections = catalogue.publications_of(conn, filed.revision, Kind.CORRECTION)
        then = catalogue_of(filed.revision, (*own, *corrections)).judged_by(code, filed.on)
        # The very value at hand where they are equal: what was worked out about it is remembered with it.
        return now if now == then and now is not None else then

    def published(self, conn: Connection, revision: int, published_at: datetime | None) -> Catalogue:
        """The revision of this number and moment."""
        found = self._kept.get((revision, published_at))
        if found is None:
            found = catalogue_of(revision, catalogue.publications(conn, revision))
            self._kept[revision, published_at] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
