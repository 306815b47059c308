"""Every request the faces received, oldest first, in a bounded memory."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import islice

from mock_vneid.masking import legible

KEPT = 5_000


@dataclass(slots=True)
class Entry:
    """One request. `status` stays None while it is unanswered, and for ever when its connection was dropped.

    `matched`: the checks it passed, in order; `refused`: the one it did not; `nearest_miss`: what was right and what
    was not, in a sentence.
    """

    number: int
    at: float
    face: str
    method: str
    path: str
    service: str | None = None
    client: str | None = None
    request_id: str | None = None
    procedure: str | None = None
    officer: str | None = None
    purpose: str | None = None
    holder_kind: str | None = None
    holder_id: str | None = None
    types: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    status: int | None = None
    error: str | None = None
    says: str | None = None
    matched: tuple[str, ...] = ()
    refused: str | None = None
    nearest_miss: str | None = None

    def refuse(self, check: str, nearest_miss: str | None = None) -> None:
        self.refused, self.nearest_miss = check, nearest_miss

    def at_text(self) -> str:
        return datetime.fromtimestamp(self.at, UTC).isoformat(timespec="microseconds")

    def readable(self) -> "Entry":
        """Itself, with every text such as can be shown: what callers send is noted as it comes."""
        for name in _NOTED:
            noted = getattr(self, name)
            if isinstance(noted, str):
                setattr(self, name, legible(noted))
        self.types = [legible(document_type) for document_type in self.types]
        return self


_NOTED = tuple(field.name for field in fields(Entry))


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def open(self, at: float, face: str, method: str, path: str) -> Entry:
        """Note a request that just came in; the rest is filled in while it is handled."""
        self._count += 1
        entry = Entry(self._count, at, face, method, path)
        self._entries.append(entry)
        return entry

    def __iter__(self) -> Iterator[Entry]:
        """Oldest first."""
        return (entry.readable() for entry in self._entries)

    def entries(self, wanted: Callable[[Entry], bool], limit: int) -> list[Entry]:
        """The newest `limit` entries that are wanted, newest last."""
        found = list(islice((entry.readable() for entry in reversed(self._entries) if wanted(entry)), limit))
        found.reverse()
        return found

    def clear(self) -> None:
        """Forget the entries; numbers go on, so that a reader's `since` stays true."""
        self._entries.clear()
