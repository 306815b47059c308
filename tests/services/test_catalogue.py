"""Publishing: only ever added to, seen by every process, and never a component that demands paper unlawfully."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from app.domain.errors import UnknownDocumentType, UnknownLaw, UnknownList, UnknownProcedure
from app.domain.publications import Kind, Publication
from app.models.catalogue import catalogue_publications, catalogue_revisions
from app.models.journal import journal_entries
from app.repositories import catalogue as repository
from app.services import catalogue, decisions
from app.services.catalogue import PaperOnlyRefused, Published
from app.services.desk import Desk
from app.wiring import seed
from tests.desk import PLAIN, PROCEDURES, Gate, component, day, procedure_body
from tests.mock_vneid.office import Json

CARD, DEGREE = "CAN_CUOC", "VAN_BANG"
NEW = "9.000020"


def document_type(*sources: Json, name: str = "Giấy thử") -> Json:
    return {"name": name, "kind": "official", "subject": "person", "sources": list(sources)}


def source(name: str = "registry", **more: Any) -> Json:
    service = {"service": "037"} if name == "registry" else {}
    return {"source": name, **service, "basis": "CT-24-2025", **more}


def put_type(gate: Gate, code: str, *sources: Json, **more: Any) -> Published:
    return gate.run(catalogue.publish_document_type(gate.desk, "test", code, document_type(*sources, **more)))


def put_procedure(gate: Gate, body: Json, code: str = NEW) -> Published:
    return gate.run(catalogue.publish_procedure(gate.desk, "test", code, body))


def head(desk: Desk) -> int:
    return desk.db.read_sync(repository.head)


def paper_only(*types: str) -> Json:
    return component(1, *types, relation="one" if len(types) == 1 else "any_of", acceptance="paper_only")


# ---- revisions ------------------------------------------------------------------------------------------------------


def test_each_change_is_a_revision_and_the_same_body_again_is_none(gate: Gate) -> None:
    start = head(gate.desk)
    assert put_type(gate, "GIAY_MOI") == Published(start + 1, changed=True, created=True)
    assert put_type(gate, "GIAY_MOI") == Published(start + 1, changed=False, created=False)
    assert put_type(gate, "GIAY_MOI", name="Tên khác") == Published(start + 2, changed=True, created=False)
    assert put_type(gate, "GIAY_MOI") == Published(start + 3, changed=True, created=False)
    assert [r.revision for r in gate.rows(catalogue_revisions)] == list(range(1, start + 4))


def test_what_was_published_is_never_changed(gate: Gate) -> None:
    before = gate.rows(catalogue_publications)
    put_type(gate, CARD)
    put_procedure(gate, PROCEDURES[PLAIN] | {"name": "Tên khác"}, PLAIN)
    after = gate.rows(catalogue_publications)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 2


def test_a_procedure_has_a_version_for_each_day_it_begins(gate: Gate) -> None:
    put_procedure(gate, procedure_body(component(1, CARD), valid_from="2020-01-01"))
    put_procedure(gate, procedure_body(component(1, DEGREE), valid_from="2026-12-01"))
    # Publishing the older one again makes no newer version of it.
    assert put_procedure(gate, procedure_body(component(1, CARD), valid_from="2020-01-01")).changed is False
    assert gate.verdict(DEGREE, procedure=NEW)[0] == "REFUSE_NOT_IN_DOSSIER"
    gate.watch.advance(days=8)
    assert gate.verdict(DEGREE, procedure=NEW) == ("PAPER_LAWFUL", "not_integrated")
    assert gate.verdict(CARD, procedure=NEW)[0] == "REFUSE_NOT_IN_DOSSIER"


def test_a_member_has_a_version_for_each_day_it_begins_and_a_demand_is_judged_by_that_of_its_day(gate: Gate) -> None:
    def listed(**body: Any) -> Published:
        row = {"status": "confirmed", "basis": "KH-02-2025", **body}
        return gate.run(catalogue.publish_list_member(gate.desk, "test", "no-paper-services", PLAIN, row))

    def paperless(on: str) -> bool:
        return gate.verdict("TO_KHAI", on=day(on))[0] == "REFUSE_PAPER_ELECTRONIC_ONLY"

    autumn = {"from": "2025-10-01", "until": "2025-12-31"}
    assert listed(**autumn).created
    assert paperless("2025-11-01")
    kept = gate.demand("TO_KHAI", on=day("2025-11-01"))
    assert listed(**{"from": "2026-06-01"}).created
    days = ("2025-09-30", "2025-11-01", "2026-05-31", "2026-06-01")
    assert [paperless(on) for on in days] == [False, True, False, True]
    assert listed(**autumn).changed is False
    # The same first day again: that version alone is replaced, and what was decided before stays decided so.
    assert listed(**autumn | {"until": "2025-10-31"}) == Published(head(gate.desk), changed=True, created=False)
    assert [paperless(on) for on in days] == [False, False, False, True]
    assert gate.run(decisions.replay(gate.desk, kept["decision_id"], decisions.WhatIf())).same


def test_many_publishing_at_once_number_their_revisions_without_a_gap(gate: Gate) -> None:
    start = head(gate.desk)
    desks = [gate.desk, gate.open()]
    results = gate.together(
        *(
            catalogue.publish_document_type(desks[n % 2], "test", f"GIAY_{n}", document_type(name=f"Giấy {n}"))
            for n in range(12)
        )
    )
    assert sorted(p.revision for p in results) == list(range(start + 1, start + 13))


def test_two_processes_see_each_others_publications_at_once(gate: Gate) -> None:
    other = gate.open()
    put_procedure(gate, procedure_body(component(1, CARD)))
    gate.desk, first = other, gate.desk
    assert gate.verdict(DEGREE, procedure=NEW)[0] == "REFUSE_NOT_IN_DOSSIER"
    put_procedure(gate, procedure_body(component(1, DEGREE)))
    gate.desk = first
    assert gate.verdict(DEGREE, procedure=NEW)[0] == "PAPER_LAWFUL"


def test_a_revision_that_was_undone_is_not_remembered(gate: Gate) -> None:
    """Its number goes to the next one published, which says something else."""

    def undone(conn: Connection) -> None:
        repository.lock(conn)
        gone = Publication(Kind.DOCUMENT_TYPE, CARD, document_type(name="Không bao giờ có"))
        repository.publish(conn, [gone], at=gate.watch.moment, by="test", origin="api")
        assert gate.desk.snapshots.current(conn).document_type(CARD).name == "Không bao giờ có"
        raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        gate.desk.db.write_sync(undone)
    gate.watch.advance(seconds=1)
    put_type(gate, CARD, name="Có thật")
    assert gate.desk.db.read_sync(gate.desk.snapshots.current).document_type(CARD).name == "Có thật"


def test_every_publication_is_journalled_by_its_digest(gate: Gate) -> None:
    published = put_type(gate, "GIAY_MOI")
    last = [r.bytes for r in gate.rows(journal_entries) if r.kind == "catalogue.revision.published"][-1]
    digest = gate.rows(catalogue_publications)[-1].digest
    assert f'"revision":{published.revision}'.encode() in last
    assert digest.encode() in last
    assert b'"by":"test"' in last


# ---- what is refused ------------------------------------------------------------------------------------------------


def test_a_component_that_insists_on_paper_the_state_holds_is_refused(gate: Gate) -> None:
    before = head(gate.desk)
    with pytest.raises(PaperOnlyRefused) as refused:
        put_procedure(gate, procedure_body(paper_only(CARD)))
    assert refused.value.facts["components"] == [{"position": 1, "document_type": CARD}]
    with pytest.raises(PaperOnlyRefused):
        put_procedure(gate, procedure_body(paper_only(DEGREE, CARD)))
    assert head(gate.desk) == before
    put_procedure(gate, procedure_body(paper_only(DEGREE)))
    put_procedure(gate, procedure_body(component(1, CARD)))


@pytest.mark.parametrize(
    ("period", "refused"),
    [
        ({}, True),
        ({"from": "2027-06-01"}, True),  # begins one day: a component published today would insist on paper then
        ({"from": "2026-11-23", "until": "2026-11-23"}, True),
        ({"until": "2026-11-22"}, False),  # ended yesterday
        ({"procedures": [NEW]}, True),
        ({"procedures": [PLAIN]}, False),
    ],
)
def test_what_counts_is_every_day_from_today_on(sqlite_gate: Gate, period: Json, refused: bool) -> None:
    put_procedure(sqlite_gate, procedure_body(component(1, DEGREE)))
    put_type(sqlite_gate, "GIAY_MOI", source(**period))
    body = procedure_body(paper_only("GIAY_MOI"))
    if refused:
        with pytest.raises(PaperOnlyRefused):
            put_procedure(sqlite_gate, body)
    else:
        assert put_procedure(sqlite_gate, body).changed


def test_a_version_that_begins_after_the_source_has_ended_may_insist_on_paper(sqlite_gate: Gate) -> None:
    put_type(sqlite_gate, "GIAY_MOI", source(until="2026-12-31"))
    with pytest.raises(PaperOnlyRefused):
        put_procedure(sqlite_gate, procedure_body(paper_only("GIAY_MOI"), valid_from="2026-12-31"))
    put_procedure(sqlite_gate, procedure_body(paper_only("GIAY_MOI"), valid_from="2027-01-01"))


def test_before_the_rule_is_law_nothing_is_integrated_but_from_its_day_on_it_is(sqlite_gate: Gate) -> None:
    sqlite_gate.watch.moment -= timedelta(days=700)
    with pytest.raises(PaperOnlyRefused):
        put_procedure(sqlite_gate, procedure_body(paper_only(CARD)))


def test_what_nobody_knows_may_not_be_named(gate: Gate) -> None:
    before = (head(gate.desk), gate.count(journal_entries))
    with pytest.raises(UnknownDocumentType):
        put_procedure(gate, procedure_body(component(1, "KHONG_CO")))
    with pytest.raises(UnknownLaw):
        put_procedure(gate, procedure_body(component(1, CARD, cites=["KHONG-CO"])))
    with pytest.raises(UnknownLaw):
        put_type(gate, "GIAY_MOI", source(basis="KHONG-CO"))
    with pytest.raises(UnknownProcedure):
        put_type(gate, "GIAY_MOI", source(procedures=["9.999999"]))

    def member(list_id: str, code: str, **more: Any) -> Any:
        body = {"status": "confirmed", "basis": "CT-24-2025", **more}
        return gate.run(catalogue.publish_list_member(gate.desk, "test", list_id, code, body))

    with pytest.raises(UnknownList):
        member("khong-co", PLAIN)
    with pytest.raises(UnknownProcedure):
        member("ct24-annex-1", "9.999999")
    with pytest.raises(UnknownDocumentType):
        member("ct24-annex-3", "KHONG_CO")
    with pytest.raises(UnknownDocumentType):
        member("nq66.7-annex-1", PLAIN, document_types=["KHONG_CO"])
    with pytest.raises(UnknownLaw):
        member("ct24-annex-1", PLAIN, basis="KHONG-CO")
    assert (head(gate.desk), gate.count(journal_entries)) == before
    assert member("ct24-annex-1", PLAIN).created


# ---- the starter ----------------------------------------------------------------------------------------------------


def test_seeding_again_publishes_nothing_and_keeps_what_was_published_here(gate: Gate) -> None:
    put_type(gate, CARD, name="Tên của tỉnh")
    revision, journalled = head(gate.desk), gate.count(journal_entries)
    gate.restart()
    assert seed(gate.desk) == revision
    assert (head(gate.desk), gate.count(journal_entries)) == (revision, journalled)
    assert gate.desk.db.read_sync(gate.desk.snapshots.current).document_type(CARD).name == "Tên của tỉnh"


def test_what_is_new_in_the_starter_comes_with_the_next_seeding(gate: Gate) -> None:
    before = head(gate.desk)
    new = [Publication(Kind.DOCUMENT_TYPE, "GIAY_MOI", document_type())]
    for _ in range(2):
        assert gate.desk.db.write_sync(catalogue.seed, gate.desk.clock, new) == before + 1
    last = gate.rows(catalogue_revisions)[-1]
    assert (last.revision, last.origin, last.published_by) == (before + 1, "starter", "motlan")


def test_many_processes_that_start_at_once_seed_once(gate: Gate) -> None:
    new = [Publication(Kind.DOCUMENT_TYPE, "GIAY_MOI", document_type())]
    before = head(gate.desk)
    desks = [gate.desk, *(gate.open() for _ in range(2))]
    revisions = gate.together(*(d.db.write(catalogue.seed, d.clock, new) for d in desks))
    assert revisions == [before + 1] * 3


def test_the_public_list_names_the_types_that_replace_paper_on_a_day(sqlite_gate: Gate) -> None:
    desk = sqlite_gate.desk
    snapshot = desk.db.read_sync(desk.snapshots.current)

    def listed(on: str) -> set[str]:
        day = sqlite_gate.watch.moment.fromisoformat(on).date()
        return {row["type"].code for row in catalogue.integrated_documents(snapshot, desk.rulebook, day)}

    assert listed("2022-12-31") == set()
    assert listed("2023-01-01") == {"THONG_TIN_CU_TRU"}  # by a law of its own
    assert {CARD, "GIAY_KHAI_SINH", "GCN_DKDN"} <= listed("2025-09-13")
    assert "GCN_QSDD" not in listed("2025-12-31")
    assert "GCN_QSDD" in listed("2026-01-01")
    assert DEGREE not in listed("2026-11-23")
