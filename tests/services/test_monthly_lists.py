"""Publishing a month: frozen, signed, journalled, followed by corrections and never changed; both databases."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from app.domain.monthly_lists import CorrectionReasonRequired, MonthNotBegun, UnknownPublication
from app.models.journal import journal_entries
from app.models.monthly_lists import monthly_lists as table
from app.repositories.idempotency import Key
from app.services import catalogue, idempotency, migrations, monthly_lists
from app.services.idempotency import KeyReused, Repeated
from app.services.journal import verify_journal
from app.services.monthly_lists import Answer, Brief, Issue
from tests.desk import MONDAY, Gate, key

REASON = "Bổ sung giấy tờ còn thiếu"


def publish(gate: Gate, month: str = "2026-10", reason: str | None = None, key: Key | None = None) -> Answer:
    return gate.run(monthly_lists.publish(gate.desk, "test", month, reason, key))


def issue(gate: Gate, month: str = "2026-10", revision: int | None = None) -> Issue:
    return gate.run(monthly_lists.read(gate.desk, month, revision))


def with_new_type(gate: Gate, code: str = "GIAY_MOI") -> None:
    source = {"source": "registry", "service": "037", "from": "2026-10-01", "basis": "NQ-66.7-2025"}
    body = {"name": f"Giấy {code}", "kind": "official", "subject": "person", "sources": [source]}
    gate.run(catalogue.publish_document_type(gate.desk, "test", code, body))


def journalled(gate: Gate) -> list[dict[str, Any]]:
    mine = [r for r in gate.rows(journal_entries) if r.kind == "catalogue.monthly_list.published"]
    # Each connection writes a strand of its own: the rows come in no order.
    return sorted((json.loads(r.bytes)["facts"] for r in mine), key=lambda f: (f["month"], f["revision"]))


def execute(gate: Gate, statement: str) -> None:
    def write(conn: Connection) -> None:
        conn.execute(text(statement))

    gate.desk.db.write_sync(write)


# ---- publishing -----------------------------------------------------------------------------------------------------


def test_a_month_is_published_with_what_it_was_made_of(gate: Gate) -> None:
    done = publish(gate)
    found = issue(gate)
    brief, content = found.brief, found.stated
    assert done.changed and done.brief == brief
    assert (brief.month, brief.revision, brief.published_by, brief.reason) == ("2026-10", 1, "test", None)
    assert brief.published_at == MONDAY
    assert brief.digest == hashlib.sha256(found.content).hexdigest()
    assert content["as_of"] == brief.as_of.isoformat() == "2026-10-31"
    assert content["published_at"] == "2026-11-23T03:00:00.000Z"
    assert content["catalogue_revision"] == brief.catalogue_revision
    assert content["rulebook_revision"] == brief.rulebook_revision == gate.desk.rulebook.revision
    assert content["documents"] and content["lists"]


def test_the_present_month_states_today_and_one_to_come_is_refused(gate: Gate) -> None:
    assert publish(gate, "2026-11").brief.as_of.isoformat() == "2026-11-23"
    with pytest.raises(MonthNotBegun):
        publish(gate, "2026-12")
    assert gate.count(table) == 1
    gate.watch.advance(days=8)
    assert publish(gate, "2026-12").brief.as_of.isoformat() == "2026-12-01"


def test_a_days_end_is_that_of_vietnam(gate: Gate) -> None:
    gate.watch.moment = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)  # half past midnight of 1 December
    assert publish(gate, "2026-12").brief.as_of.isoformat() == "2026-12-01"
    assert publish(gate, "2026-11").brief.as_of.isoformat() == "2026-11-30"


def test_another_library_verifies_what_was_signed_and_refuses_one_letter_changed(gate: Gate) -> None:
    publish(gate)
    found = issue(gate)
    public = ECKey.import_key(dict(gate.desk.publication_key.jwk()))
    header, payload, signature = found.brief.signature.split(".")
    assert payload == ""

    def verified(content: bytes) -> jws.CompactSignature:
        written = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
        return jws.deserialize_compact(f"{header}.{written}.{signature}", public, algorithms=["ES256"])

    opened = verified(found.content)
    assert opened.payload == found.content
    kid = gate.desk.publication_key.kid
    assert opened.headers() == {"alg": "ES256", "kid": kid, "typ": "motlan-monthly-list+json"}
    assert kid == public.thumbprint()
    with pytest.raises(BadSignatureError):
        verified(found.content.replace(b"2026-10-31", b"2026-10-30"))


def test_the_members_of_the_lists_are_signed_by_their_digest_so_that_the_signature_stays_small(gate: Gate) -> None:
    publish(gate)
    found = issue(gate)
    signed, members = json.loads(found.content), json.loads(found.members)
    assert [x["list"] for x in signed["lists"]] == sorted(members)
    for entry in signed["lists"]:
        written = json.dumps(members[entry["list"]], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert entry["members_sha256"] == hashlib.sha256(written.encode()).hexdigest()
        assert entry["loaded"] == len(members[entry["list"]])
    assert len(found.members) > 200_000
    assert len(found.content) < 64_000


def test_the_same_again_is_no_new_revision_whatever_the_day_and_the_catalogues_number(gate: Gate) -> None:
    first = publish(gate)
    gate.watch.advance(days=1)
    # The catalogue has another revision, but nothing of it is in what a month states.
    gate.run(
        catalogue.publish_document_type(
            gate.desk, "test", "GIAY_KHAC", {"name": "Giấy khác", "kind": "official", "subject": "any", "sources": []}
        )
    )
    again = publish(gate, reason=REASON)
    assert (again.changed, again.brief) == (False, first.brief)
    assert (again.status, first.status) == (200, 201)
    assert gate.count(table) == len(journalled(gate)) == 1


def test_a_correction_says_why_and_the_earlier_revision_stays(gate: Gate) -> None:
    publish(gate)
    first = issue(gate)
    with_new_type(gate)
    with pytest.raises(CorrectionReasonRequired):
        publish(gate)
    second = publish(gate, reason=REASON)
    assert (second.changed, second.brief.revision, second.brief.reason) == (True, 2, REASON)
    assert issue(gate).stated["reason"] == REASON
    assert issue(gate).brief == second.brief
    assert issue(gate, revision=1) == first
    # As it was at first is a correction of the correction.
    gate.run(catalogue.publish_document_type(gate.desk, "test", "GIAY_MOI", no_source()))
    with pytest.raises(CorrectionReasonRequired):
        publish(gate)
    assert publish(gate, reason="Thôi").brief.revision == 3


def no_source() -> dict[str, Any]:
    return {"name": "Giấy GIAY_MOI", "kind": "official", "subject": "person", "sources": []}


def test_one_journal_entry_is_written_for_each_publication_and_the_journal_holds(gate: Gate) -> None:
    first = publish(gate).brief
    with_new_type(gate)
    second = publish(gate, reason=REASON).brief
    assert [(f["month"], f["revision"], f["digest"], f["by"]) for f in journalled(gate)] == [
        ("2026-10", 1, first.digest, "test"),
        ("2026-10", 2, second.digest, "test"),
    ]
    verify_journal(gate.desk.db)


def test_many_who_publish_at_once_make_one_revision(gate: Gate) -> None:
    desks = [gate.desk, gate.open()]
    done = gate.together(*(monthly_lists.publish(desks[n % 2], f"test-{n}", "2026-10", None) for n in range(6)))
    assert [a.changed for a in done].count(True) == 1
    assert {a.brief.digest for a in done} == {issue(gate).brief.digest}
    assert gate.count(table) == len(journalled(gate)) == 1


def test_the_same_key_gives_the_kept_answer_and_another_wish_under_it_is_refused(gate: Gate) -> None:
    route = "POST /v1/publications"
    first = publish(gate, key=key(body="a", route=route))
    with_new_type(gate)
    with pytest.raises(Repeated) as again:
        publish(gate, key=key(body="a", route=route))
    assert (again.value.kept.status, again.value.kept.body) == (201, first.body)
    assert again.value.kept.headers["location"] == "/v1/publications/2026-10?revision=1"
    with pytest.raises(KeyReused):
        publish(gate, reason=REASON, key=key(body="b", route=route))
    assert gate.count(table) == 1


def test_a_refused_publication_leaves_its_key_free(gate: Gate) -> None:
    with pytest.raises(MonthNotBegun):
        publish(gate, "2026-12", key=key(route="r"))
    assert publish(gate, key=key(route="r")).changed
    assert isinstance(idempotency.lease(gate.desk), timedelta)


# ---- never changed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE monthly_lists SET reason = 'x'",
        "UPDATE monthly_lists SET revision = 9 WHERE month = '2026-10'",
        "DELETE FROM monthly_lists",
        "DELETE FROM monthly_lists WHERE month = '2026-10' AND revision = 1",
    ],
)
def test_the_database_itself_refuses_to_change_or_forget_what_was_published(gate: Gate, statement: str) -> None:
    publish(gate)
    before = gate.rows(table)
    with pytest.raises(DatabaseError, match="never changed"):
        execute(gate, statement)
    assert gate.rows(table) == before


_COPY = """
INTO monthly_lists SELECT month, revision, as_of, content, digest, members, 'x', catalogue_revision, rulebook_revision,
published_at, published_by, reason FROM monthly_lists
"""


def test_no_way_round_on_sqlite(sqlite_gate: Gate) -> None:
    publish(sqlite_gate)
    before = sqlite_gate.rows(table)
    upsert = f"INSERT {_COPY} WHERE true ON CONFLICT (month, revision) DO UPDATE SET signature = 'x'"
    for statement in (f"INSERT OR REPLACE {_COPY}", f"REPLACE {_COPY}", upsert):
        with pytest.raises(DatabaseError, match="never changed"):
            execute(sqlite_gate, statement)
    assert sqlite_gate.rows(table) == before


def test_no_way_round_on_postgresql(postgres_gate: Gate) -> None:
    publish(postgres_gate)
    before = postgres_gate.rows(table)
    upsert = f"INSERT {_COPY} ON CONFLICT (month, revision) DO UPDATE SET signature = 'x'"
    for statement in ("TRUNCATE monthly_lists", upsert):
        with pytest.raises(DatabaseError, match="never changed"):
            execute(postgres_gate, statement)
    assert postgres_gate.rows(table) == before


def test_the_migration_goes_down_and_up_again(database_url: str) -> None:
    migrations.upgrade(database_url)
    migrations.downgrade(database_url, "0002")
    migrations.upgrade(database_url)


# ---- reading --------------------------------------------------------------------------------------------------------


def months(found: list[Brief]) -> list[tuple[str, int]]:
    return [(b.month, b.revision) for b in found]


def test_pages_are_read_from_the_latest_month_and_nothing_is_left_out(gate: Gate) -> None:
    for month in ("2026-09", "2026-08", "2026-10"):
        publish(gate, month)
    with_new_type(gate)
    publish(gate, "2026-10", REASON)
    every = [("2026-10", 2), ("2026-10", 1), ("2026-09", 1), ("2026-08", 1)]
    found: list[tuple[str, int]] = []
    more = True
    while more:
        page, more = gate.run(monthly_lists.page(gate.desk, found[-1] if found else None, 1))
        found += months(page)
    assert found == every
    assert months(list(gate.desk.db.read_sync(monthly_lists.latest))) == [every[0], *every[2:]]


def test_the_feed_goes_by_the_moment_of_publication(gate: Gate) -> None:
    empty, since = gate.run(monthly_lists.feed(gate.desk, 5))
    assert empty == [] and since.tzinfo
    for month in ("2026-10", "2026-08"):
        gate.watch.advance(hours=1)
        publish(gate, month)
    found, updated = gate.run(monthly_lists.feed(gate.desk, 5))
    assert months(found) == [("2026-08", 1), ("2026-10", 1)]
    assert updated == MONDAY + timedelta(hours=2)


def test_a_publication_is_compared_with_the_month_before_unless_another_is_named(gate: Gate) -> None:
    def compared(*asked: Any) -> tuple[Any, list[str]]:
        two = gate.desk.db.read_sync(monthly_lists.compared_with, *asked)
        found = gate.run(monthly_lists.compare(gate.desk, *two))
        return found.body()["since"], [c.code for c in found.documents.added]

    for month in ("2026-08", "2026-09", "2026-10"):
        publish(gate, month)
    with_new_type(gate)
    publish(gate, "2026-10", REASON)
    assert compared("2026-10") == ({"month": "2026-09", "revision": 1}, ["GIAY_MOI"])
    assert compared("2026-10", 1) == ({"month": "2026-09", "revision": 1}, [])
    assert compared("2026-10", None, "2026-10") == ({"month": "2026-10", "revision": 1}, ["GIAY_MOI"])
    assert compared("2026-10", None, "2026-08") == ({"month": "2026-08", "revision": 1}, ["GIAY_MOI"])
    assert compared("2026-08")[0] is None
    for asked in (("2026-07",), ("2026-10", 3), ("2026-10", None, "2026-07"), ("2026-10", 1, "2026-10")):
        with pytest.raises(UnknownPublication):
            compared(*asked)


def test_a_publication_stays_whatever_becomes_of_the_catalogue_it_was_made_from(gate: Gate) -> None:
    publish(gate)
    before = issue(gate)
    with_new_type(gate)
    gate.watch.advance(days=400)
    gate.restart()
    assert issue(gate) == before
