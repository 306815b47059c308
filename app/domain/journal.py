"""The journal: append-only strands of entries, each chained to the one before by SHA-256 over stored bytes.

One chain would make every commit wait for its head. Each writer therefore keeps a strand of its own; a strand's first
entry names the heads of the others it saw, so that a strand cannot vanish without a trace elsewhere. The exact bytes
that were hashed are stored: an entry can be checked by anybody with SHA-256 and nothing of this program.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.decisions import canonical
from app.domain.errors import JournalBroken
from app.domain.values import Frozen

OPENED = "journal.strand.opened"
GENESIS = "0" * 64


class Head(Frozen):
    """The end of a strand: the digest the next entry is chained to (64 hex digits)."""

    strand: str
    seq: int
    digest: str


class Entry(Frozen):
    """`bytes` is what was hashed: canonical JSON with strand, seq, previous digest, time, kind and facts."""

    strand: str
    seq: int
    kind: str
    bytes: bytes
    digest: str

    @property
    def head(self) -> Head:
        return Head(self.strand, self.seq, self.digest)


def chain(head: Head, at: str, kind: str, facts: Mapping[str, Any]) -> Entry:
    """The next entry of a strand. `at` is RFC 3339; `kind` is named source.subject.action."""
    seq = head.seq + 1
    raw = canonical({"strand": head.strand, "seq": seq, "prev": head.digest, "at": at, "kind": kind, "facts": facts})
    return Entry(head.strand, seq, kind, raw, hashlib.sha256(raw).hexdigest())


def open_strand(strand: str, at: str, seen: Iterable[Head]) -> Entry:
    """A strand's first entry; `seen` are the heads of all other strands as far as committed."""
    anchors = [[h.strand, h.seq, h.digest] for h in seen]
    return chain(Head(strand, 0, GENESIS), at, OPENED, {"seen": anchors})


@dataclass(frozen=True, slots=True)
class Verified:
    entries: int
    strands: int


def verify(entries: Iterable[Entry]) -> Verified:
    """Walk entries ordered by strand and seq.

    Raises JournalBroken naming strand, seq and what is wrong: `digest`, `seq`, `bytes` (not what `chain` writes),
    `prev`, `place`, or, for a head that another strand saw, `missing`.
    """
    heads: dict[str, Head] = {}
    digests: dict[tuple[str, int], str] = {}
    anchors: list[tuple[str, int, str]] = []
    count = 0
    for entry in entries:
        count += 1
        before = heads.get(entry.strand, Head(entry.strand, 0, GENESIS))
        if hashlib.sha256(entry.bytes).hexdigest() != entry.digest:
            raise JournalBroken(strand=entry.strand, seq=entry.seq, wrong="digest")
        if entry.seq != before.seq + 1:
            raise JournalBroken(strand=entry.strand, seq=entry.seq, wrong="seq")
        said = _parsed(entry)
        if said["prev"] != before.digest:
            raise JournalBroken(strand=entry.strand, seq=entry.seq, wrong="prev")
        if (said["strand"], said["seq"], said["kind"]) != (entry.strand, entry.seq, entry.kind):
            raise JournalBroken(strand=entry.strand, seq=entry.seq, wrong="place")
        if entry.kind == OPENED:
            anchors += [(strand, seq, digest) for strand, seq, digest in said["facts"]["seen"]]
        heads[entry.strand] = entry.head
        digests[entry.strand, entry.seq] = entry.digest
    for strand, seq, digest in anchors:
        if digests.get((strand, seq)) != digest:
            raise JournalBroken(strand=strand, seq=seq, wrong="missing")
    return Verified(count, len(heads))


def _parsed(entry: Entry) -> dict[str, Any]:
    """The entry's bytes as the value they were written from; they are read only once their digest has been checked."""
    try:
        said: dict[str, Any] = json.loads(entry.bytes)
        if said.keys() == {"strand", "seq", "prev", "at", "kind", "facts"} and canonical(said) == entry.bytes:
            return said
    except (ValueError, AttributeError):
        pass
    raise JournalBroken(strand=entry.strand, seq=entry.seq, wrong="bytes")
