import hashlib
import json
from collections.abc import Iterable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.decisions import canonical
from app.domain.errors import JournalBroken
from app.domain.journal import GENESIS, OPENED, Entry, Head, Verified, chain, open_strand, verify
from app.domain.values import replace

AT = "2026-11-20T08:00:00+07:00"


def strand(name: str, length: int, seen: Iterable[Head] = ()) -> list[Entry]:
    entries = [open_strand(name, AT, seen)]
    while len(entries) < length:
        entries.append(chain(entries[-1].head, AT, "demand.decision.made", {"decision_id": f"{name}-{len(entries)}"}))
    return entries


@st.composite
def journals(draw: st.DrawFn) -> list[Entry]:
    """Strands s0, s1, …, each of which saw the ends of those before it."""
    entries: list[Entry] = []
    heads: list[Head] = []
    for n in range(draw(st.integers(1, 4))):
        new = strand(f"s{n}", draw(st.integers(1, 5)), heads)
        heads.append(new[-1].head)
        entries += new
    return entries


def wrong(entries: Iterable[Entry]) -> dict[str, object]:
    with pytest.raises(JournalBroken) as broken:
        verify(entries)
    return broken.value.facts


@given(journals())
def test_an_untouched_journal_verifies(entries: list[Entry]) -> None:
    assert verify(entries) == Verified(len(entries), len({e.strand for e in entries}))


def test_an_empty_journal_verifies() -> None:
    assert verify(()) == Verified(0, 0)


def test_a_strand_begins_with_the_heads_it_saw() -> None:
    one = strand("a", 3)
    first = strand("b", 1, [one[-1].head])[0]
    said = json.loads(first.bytes)
    assert (first.seq, first.kind, said["prev"]) == (1, OPENED, GENESIS)
    assert said["facts"] == {"seen": [["a", 3, one[-1].digest]]}


@given(journals(), st.data())
def test_any_changed_byte_is_found_at_its_place(entries: list[Entry], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[n]
    at = data.draw(st.integers(0, len(entry.bytes) - 1))
    byte = data.draw(st.integers(0, 255))
    assume(byte != entry.bytes[at])
    edited = replace(entry, bytes=entry.bytes[:at] + bytes([byte]) + entry.bytes[at + 1 :])
    facts = wrong([*entries[:n], edited, *entries[n + 1 :]])
    assert facts == {"strand": entry.strand, "seq": entry.seq, "wrong": "digest"}


@given(journals(), st.data())
def test_any_changed_column_is_found(entries: list[Entry], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[n]
    edits = [
        (replace(entry, digest="f" * 64), "digest"),
        (replace(entry, seq=entry.seq + 1), "seq"),
        (replace(entry, kind="another.kind.here"), "place"),
    ]
    edited, what = data.draw(st.sampled_from(edits))
    facts = wrong([*entries[:n], edited, *entries[n + 1 :]])
    assert facts == {"strand": edited.strand, "seq": edited.seq, "wrong": what}


@given(journals(), st.data())
def test_an_entry_moved_to_another_strand_is_found(entries: list[Entry], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(entries) - 1))
    moved = replace(entries[n], strand="elsewhere")
    assert wrong([*entries[:n], moved, *entries[n + 1 :]])["strand"] in {"elsewhere", entries[n].strand}


@given(journals(), st.data())
def test_an_entry_taken_out_of_a_strand_is_found_at_the_next_one(entries: list[Entry], data: st.DataObject) -> None:
    inner = [n for n in range(len(entries) - 1) if entries[n].strand == entries[n + 1].strand]
    assume(inner)
    n = data.draw(st.sampled_from(inner))
    after = entries[n + 1]
    assert wrong([*entries[:n], *entries[n + 1 :]]) == {"strand": after.strand, "seq": after.seq, "wrong": "seq"}


@given(journals(), st.data())
def test_two_entries_in_the_wrong_order_are_found(entries: list[Entry], data: st.DataObject) -> None:
    inner = [n for n in range(len(entries) - 1) if entries[n].strand == entries[n + 1].strand]
    assume(inner)
    n = data.draw(st.sampled_from(inner))
    swapped = [*entries[:n], entries[n + 1], entries[n], *entries[n + 2 :]]
    assert wrong(swapped) == {"strand": entries[n].strand, "seq": entries[n + 1].seq, "wrong": "seq"}


@given(journals(), st.data())
def test_a_strand_or_its_end_cannot_vanish_once_another_has_seen_it(entries: list[Entry], data: st.DataObject) -> None:
    names = sorted({e.strand for e in entries})
    assume(len(names) > 1)
    gone = data.draw(st.sampled_from(names[:-1]))
    last = [e for e in entries if e.strand == gone][-1]
    place = {"strand": gone, "seq": last.seq, "wrong": "missing"}
    assert wrong([e for e in entries if e.strand != gone]) == place
    if last.seq > 1:
        assert wrong([e for e in entries if e is not last]) == place


def forged(entry: Entry, raw: bytes) -> Entry:
    """Bytes replaced together with their digest, by somebody who can compute SHA-256."""
    return replace(entry, bytes=raw, digest=hashlib.sha256(raw).hexdigest())


def test_a_forged_entry_breaks_the_one_after_it() -> None:
    entries = strand("a", 3)
    said = json.loads(entries[1].bytes)
    changed = forged(entries[1], canonical({**said, "facts": {"decision_id": "another"}}))
    assert wrong([entries[0], changed, entries[2]]) == {"strand": "a", "seq": 3, "wrong": "prev"}


def test_a_forged_end_breaks_the_strand_that_saw_it() -> None:
    entries = strand("a", 2)
    later = strand("b", 1, [entries[-1].head])
    said = json.loads(entries[1].bytes)
    changed = forged(entries[1], canonical({**said, "facts": {}}))
    assert wrong([entries[0], changed, *later]) == {"strand": "a", "seq": 2, "wrong": "missing"}


@pytest.mark.parametrize("raw", [b"", b"not json", b"[]", b"{}", b'{"strand": "a"}', b"\xff", b"null"])
def test_bytes_that_the_program_never_writes_are_found_and_do_not_crash(raw: bytes) -> None:
    entries = strand("a", 2)
    assert wrong([entries[0], forged(entries[1], raw)]) == {"strand": "a", "seq": 2, "wrong": "bytes"}


def test_the_same_value_in_other_bytes_is_found() -> None:
    entries = strand("a", 2)
    spaced = json.dumps(json.loads(entries[1].bytes)).encode()
    assert wrong([entries[0], forged(entries[1], spaced)])["wrong"] == "bytes"
