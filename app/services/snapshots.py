"""The catalogue in memory, by revision: the current one, and the few a replay may ask for."""

from collections import OrderedDict
from datetime import datetime

from sqlalchemy import Connection

from app.domain.catalogue import Catalogue
from app.domain.publications import catalogue_of
from app.repositories import catalogue

_KEPT = 4


class Snapshots:
    """Snapshots are values: threads may read them while another is made.

    They are kept by number and moment of publication: a transaction may see a revision that is never committed (on
    SQLite several share one commit), and the next to be published bears its number.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, datetime | None], Catalogue] = OrderedDict()

    def current(self, conn: Connection) -> Catalogue:
        """The catalogue as last published; one cheap query tells whether another process has published since."""
        return self._made(conn, *catalogue.latest(conn))

    def at(self, conn: Connection, revision: int) -> Catalogue:
        return self._made(conn, revision, catalogue.published_at(conn, revision))

    def _made(self, conn: Connection, revision: int, published_at: datetime | None) -> Catalogue:
        found = self._kept.get((revision, published_at))
        if found is None:
            found = catalogue_of(revision, catalogue.publications(conn, revision))
            self._kept[revision, published_at] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
