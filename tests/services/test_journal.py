"""The journal: every effect has its entry, the chain holds under load and across restarts, and tampering shows."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from app.domain.errors import JournalBroken
from app.domain.journal import OPENED, Verified
from app.models.decisions import decisions
from app.models.dossiers import dossiers as dossier_table
from app.models.journal import journal_entries, journal_strands
from app.services import catalogue, dossiers, paper_demands
from app.services.journal import verify_journal
from tests.desk import AN, CALLER, CHOICE, Gate, key


def verified(gate: Gate) -> Verified:
    return verify_journal(gate.desk.db)


def entries(gate: Gate) -> list[dict[str, Any]]:
    rows = sorted(gate.rows(journal_entries), key=lambda r: (r.strand, r.seq))
    return [json.loads(r.bytes) for r in rows]


def of_kind(gate: Gate, kind: str) -> list[dict[str, Any]]:
    return [e["facts"] for e in entries(gate) if e["kind"] == kind]


def test_two_hundred_mixed_writes_at_once_leave_whole_chains_also_across_a_restart(gate: Gate) -> None:
    async def publish(n: int) -> object:
        body = {"name": f"Giấy {n}", "kind": "party", "subject": "any", "sources": []}
        return await catalogue.publish_document_type(gate.desk, "test", f"GIAY_{n}", body)

    def one(n: int) -> Any:
        if n % 10 == 0:
            return publish(n)
        if n % 5 == 1:
            return dossiers.submit(gate.desk, CALLER, gate.submission(CHOICE), None)
        again = key(f"K-{n // 2}") if n % 5 == 2 else None
        return paper_demands.demand(gate.desk, CALLER, gate.check("TO_KHAI"), again)

    before = verified(gate)
    results = gate.together(*(one(n) for n in range(200)))
    assert not [r for r in results if isinstance(r, Exception)]
    after = verified(gate)
    strands = after.strands - before.strands
    assert 1 <= strands <= gate.desk.settings.database_writers
    assert after.entries == before.entries + 200 + strands
    # Every decision has its entry, and the entry holds the digest of the very bytes that are kept.
    made = {e["decision"]: e for e in of_kind(gate, "gate.decision.made")}
    kept = {r.decision_id: r for r in gate.rows(decisions)}
    assert made.keys() == kept.keys() and len(kept) == 180
    for decision_id, entry in made.items():
        assert entry["digest"] == hashlib.sha256(kept[decision_id].body).hexdigest()
        assert entry["facts_digest"] == hashlib.sha256(kept[decision_id].facts).hexdigest()
    assert gate.count(dossier_table) == 40

    gate.restart()
    gate.demand("TO_KHAI")
    assert verified(gate) == Verified(after.entries + 2, after.strands + 1)


def test_a_strand_opened_after_a_restart_names_the_heads_of_the_older_ones(gate: Gate) -> None:
    gate.demand("TO_KHAI")
    heads: dict[str, tuple[int, str]] = {}
    for row in gate.rows(journal_entries):
        heads[row.strand] = max(heads.get(row.strand, (0, "")), (row.seq, row.digest))
    gate.restart()
    gate.watch.advance(seconds=1)
    gate.demand("TO_KHAI")
    (newest,) = [e for e in entries(gate) if e["kind"] == OPENED and e["strand"] not in heads]
    assert {strand: (seq, digest) for strand, seq, digest in newest["facts"]["seen"]} == heads


def change(**values: Any) -> Callable[[Connection, str, int], None]:
    def changing(conn: Connection, strand: str, seq: int) -> None:
        e = journal_entries
        conn.execute(update(e).where(e.c.strand == strand, e.c.seq == seq).values(**values))

    return changing


def drop(conn: Connection, strand: str, seq: int) -> None:
    e = journal_entries
    conn.execute(delete(e).where(e.c.strand == strand, e.c.seq == seq))


def drop_from(conn: Connection, strand: str, seq: int) -> None:
    e = journal_entries
    conn.execute(delete(e).where(e.c.strand == strand, e.c.seq >= seq))


def drop_strand(conn: Connection, strand: str, _: int) -> None:
    e, s = journal_entries, journal_strands
    conn.execute(delete(e).where(e.c.strand == strand))
    conn.execute(delete(s).where(s.c.strand == strand))


def forge(conn: Connection, strand: str, seq: int) -> None:
    """Another text with its right digest, as one who can write to the database would put it."""
    text = json.dumps({"strand": strand, "seq": seq, "prev": "0" * 64, "at": "", "kind": "x", "facts": {}}).encode()
    change(bytes=text, digest=hashlib.sha256(text).hexdigest(), kind="x")(conn, strand, seq)


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(change(bytes=b"{}"), id="an entry rewritten"),
        pytest.param(change(digest="0" * 64), id="a digest rewritten"),
        pytest.param(change(kind="gate.dossier.moved"), id="an entry called something else"),
        pytest.param(forge, id="an entry forged"),
        pytest.param(drop, id="an entry taken out"),
        pytest.param(drop_from, id="the end of a strand cut off"),
        pytest.param(drop_strand, id="a whole strand gone"),
    ],
)
def test_tampering_is_found(gate: Gate, tamper: Callable[[Connection, str, int], None]) -> None:
    old = {r.strand for r in gate.rows(journal_strands)}
    for _ in range(3):
        gate.demand("TO_KHAI")
    if gate.desk.db.dialect == "postgresql":
        gate.together(*(paper_demands.demand(gate.desk, CALLER, gate.check("TO_KHAI"), None) for _ in range(8)))
    gate.restart()
    gate.watch.advance(seconds=1)
    gate.demand("TO_KHAI")  # a strand that has seen the heads of the others
    verified(gate)
    lengths: dict[str, int] = {}
    for row in gate.rows(journal_entries):
        if row.strand not in old:
            lengths[row.strand] = max(lengths.get(row.strand, 0), row.seq)
    strand = max(lengths, key=lambda s: lengths[s])
    gate.desk.db.write_sync(tamper, strand, 2)
    with pytest.raises(JournalBroken) as broken:
        verified(gate)
    assert broken.value.facts["strand"] == strand


def test_a_strand_whose_entries_are_all_gone_is_missed_though_nobody_has_seen_it(gate: Gate) -> None:
    gate.demand("TO_KHAI")
    newest = max(gate.rows(journal_strands), key=lambda r: r.strand).strand
    gate.desk.db.write_sync(drop_from, newest, 1)
    with pytest.raises(JournalBroken) as broken:
        verified(gate)
    assert broken.value.facts == {"strand": newest, "seq": 1, "wrong": "missing"}


def test_an_entry_says_who_asked_where_and_what_for_and_names_nobody(gate: Gate) -> None:
    gate.world.put_holding("CAN_CUOC")
    gate.demand("CAN_CUOC", officer="CB-0007")
    (made,) = of_kind(gate, "gate.decision.made")
    mark = gate.desk.sealer.mark(AN.kind, AN.id)
    assert made["subject"] == mark
    assert (made["officer"], made["client"], made["purpose"]) == ("CB-0007", "test-office", "paper_demand")
    assert made["lookups"] == [
        ["wallet", None, ["CAN_CUOC"], mark, None],
        ["registry", "037", ["CAN_CUOC"], mark, None],
    ]
