"""The catalogue in memory, by revision: the current one, and the few a replay may ask for."""

from collections import OrderedDict

from sqlalchemy import Connection

from app.domain.catalogue import Catalogue
from app.domain.publications import catalogue_of
from app.repositories import catalogue

_KEPT = 4


class Snapshots:
    """Snapshots are values: threads may read them while another is made."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Catalogue] = OrderedDict()

    def current(self, conn: Connection) -> Catalogue:
        """The catalogue as last published; one cheap query tells whether another process has published since."""
        return self.at(conn, catalogue.head(conn))

    def at(self, conn: Connection, revision: int) -> Catalogue:
        found = self._kept.get(revision)
        if found is None:
            found = self._kept[revision] = catalogue_of(revision, catalogue.publications(conn, revision))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
