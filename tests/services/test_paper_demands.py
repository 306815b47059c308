"""A demand through the whole stack: real sources over real sockets, both databases, every outcome."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import asdict

from app.domain.catalogue import Form
from app.domain.errors import HolderRequired, ProcedureNotInForce, UnknownDocumentType, UnknownProcedure
from app.domain.persons import Identity, Subject, SubjectKind
from app.models.decisions import decisions
from app.models.evidence import lookups
from app.models.journal import journal_entries
from app.repositories import evidence
from app.services import catalogue
from app.services.checks import Line
from app.services.decisions import WhatIf, replay
from tests.desk import AN, CHOICE, CUT, MONDAY, NO_PAPER, OTHER, PLAIN, Gate, component, day, key, procedure_body
from tests.mock_vneid.office import ANOTHER, PERSON

CARD = "CAN_CUOC"
BIRTH = "GIAY_KHAI_SINH"


def archive(
    gate: Gate,
    document_type: str = "VAN_BANG",
    subject: Subject = AN,
    issued_to: Identity | None = None,
    **change: Any,
) -> None:
    """A result in the archive; `issued_to` where it is on record."""
    mark = gate.desk.sealer.mark(subject.kind, subject.id)
    row = {
        "document_ref": f"archive-{document_type}",
        "holder_mark": mark,
        "document_type": document_type,
        "result_code": "KQ.T.1",
        "issued_on": day("2020-01-01"),
        "valid_until": None,
        "revoked_on": None,
        "recorded_at": MONDAY,
        **asdict(gate.desk.sealer.identity_marks(mark, issued_to or Identity())),
        **change,
    }
    assert gate.desk.db.write_sync(evidence.add_result, row)


LICENCE_AND_CARD = procedure_body(component(1, CARD), component(2, "GIAY_PHEP_LAI_XE"))


def test_a_card_in_the_wallet_is_not_owed_on_paper(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    decision = gate.demand(CARD)
    finding = decision["findings"][0]
    assert (decision["outcome"], finding["outcome"]) == ("refused", "REFUSE_PAPER_USE_WALLET")
    assert {(x["source"], x["status"]) for x in finding["lookups"]} >= {("wallet", "held"), ("registry", "held")}
    assert "ND-118-2025" in {c["law"] for c in finding["citations"]}
    assert gate.count(decisions) == 1


def test_a_card_the_registry_alone_holds_is_not_owed_on_paper(gate: Gate) -> None:
    gate.world.put_holding(CARD, wallet="absent")
    assert gate.verdict(CARD) == ("REFUSE_PAPER_USE_REGISTRY", "held_in_registry")


def test_a_result_in_the_provinces_archive_is_not_owed_on_paper(gate: Gate) -> None:
    assert gate.verdict("VAN_BANG") == ("PAPER_LAWFUL", "not_integrated")
    archive(gate)
    found = gate.finding("VAN_BANG")
    assert (found["outcome"], found["flags"]["MaKetQuaThayThe"]) == ("REFUSE_PAPER_USE_ARCHIVE", "KQ.T.1")
    assert gate.verdict("VAN_BANG", subject=OTHER) == ("PAPER_LAWFUL", "not_integrated")


def test_a_paper_outside_the_dossier_is_refused_and_nobody_is_asked(gate: Gate) -> None:
    gate.world.put_holding("GIAY_CN_KET_HON")
    assert gate.verdict("GIAY_CN_KET_HON") == ("REFUSE_NOT_IN_DOSSIER", "not_in_components")
    assert gate.verdict(CARD, procedure=CUT) == ("REFUSE_NOT_IN_DOSSIER", "cut_by_list")
    assert gate.asked("wallet") == []
    assert gate.asked("ndxp") == []


def test_a_form_the_applicant_fills_in_is_lawful(gate: Gate) -> None:
    assert gate.verdict("TO_KHAI") == ("PAPER_LAWFUL", "party_document")


def test_a_document_not_linked_yet_is_linked_first_and_owed_only_when_the_citizen_declines(gate: Gate) -> None:
    gate.world.put_holding(CARD, wallet="not_linked", registry="absent")
    assert gate.verdict(CARD) == ("SYNC_FIRST", "not_linked")
    declined = Line("a", CARD, Form.ORIGINAL, declined_sync=True)
    assert gate.verdict(declined) == ("PAPER_LAWFUL", "sync_declined")


def test_an_account_below_level_two_has_linked_nothing(gate: Gate) -> None:
    gate.world.put_person(identity_level=1)
    gate.world.put_holding(CARD, registry="absent")
    assert gate.verdict(CARD) == ("SYNC_FIRST", "not_linked")


def test_a_source_that_is_silent_makes_the_demand_wait_and_says_nothing_about_the_citizen(gate: Gate) -> None:
    gate.world.fault("ndxp", "http_503")
    decision = gate.demand(CARD)
    assert decision["outcome"] == "waiting"
    found = decision["findings"][0]
    assert found["outcome"] == "WAIT_SOURCE"
    causes = {(x["source"], x["status"], x["cause"]) for x in found["lookups"]}
    assert ("registry", "no_answer", "server_error") in causes


@pytest.mark.parametrize("channel", ["online", "counter", "postal"])
def test_where_the_law_lets_nobody_wait_a_silent_source_makes_the_paper_lawful_at_once(
    gate: Gate, channel: str
) -> None:
    for face in ("wallet", "ndxp"):
        gate.world.fault(face, "http_503")
    assert gate.verdict(CARD, channel=channel) == ("WAIT_SOURCE", "no_answer")
    gate.without_wait()
    decision = gate.demand(CARD, channel=channel, key=key())
    found = decision["findings"][0]
    assert (decision["outcome"], found["outcome"], found["reason"]) == ("lawful", "PAPER_LAWFUL", "source_unavailable")
    # A dossier filed now says the same, and what is kept is judged again to the same.
    dossier = gate.submit(CHOICE, channel=channel)
    assert {f["reason"] for f in dossier["components"][0]["findings"]} == {"source_unavailable"}
    assert gate.run(replay(gate.desk, decision["decision_id"], WhatIf())).same


def test_nothing_held_anywhere_makes_the_paper_lawful_but_no_certified_copy(gate: Gate) -> None:
    assert gate.verdict(CARD) == ("PAPER_LAWFUL", "not_held")
    assert gate.verdict(Line("a", CARD, Form.CERTIFIED_COPY)) == ("REFUSE_CERTIFIED_COPY", "not_held")


@pytest.mark.parametrize(
    ("dates", "reason"),
    [({"valid_until": "2026-11-22"}, "expired"), ({"revoked_on": "2026-11-23"}, "revoked")],
)
def test_a_paper_that_ended_is_owed_in_a_newer_one(gate: Gate, dates: dict[str, str], reason: str) -> None:
    gate.world.put_holding(CARD, **dates)
    assert gate.verdict(CARD) == ("PAPER_LAWFUL", reason)


def test_a_paper_valid_through_today_is_held(gate: Gate) -> None:
    gate.world.put_holding(CARD, valid_until="2026-11-23")
    assert gate.verdict(CARD) == ("REFUSE_PAPER_USE_WALLET", "held_in_wallet")


def test_a_service_without_paper_takes_none(gate: Gate) -> None:
    assert gate.verdict("VAN_BANG", procedure=NO_PAPER) == ("REFUSE_PAPER_ELECTRONIC_ONLY", "not_integrated")
    electronic = Line("a", "VAN_BANG", Form.ELECTRONIC)
    assert gate.verdict(electronic, procedure=NO_PAPER) == ("PAPER_LAWFUL", "not_integrated")


def test_who_has_shown_the_driving_licence_owes_no_card(gate: Gate) -> None:
    gate.world.put_holding("GIAY_PHEP_LAI_XE")
    found = gate.finding(CARD, procedure=CHOICE)
    assert (found["outcome"], found["via"]) == ("REFUSE_PAPER_USE_WALLET", ["GIAY_PHEP_LAI_XE"])


def test_one_paper_refused_and_one_lawful_is_partly_refused(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    assert gate.demand(CARD, "VAN_BANG")["outcome"] == "partly_refused"
    assert gate.demand("TO_KHAI", "VAN_BANG")["outcome"] == "lawful"


# ---- who it is about ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", ["nguyen van an", "NGUYỄN VĂN  AN", "Nguyễn Văn An"])
def test_a_name_is_the_same_however_it_is_typed(sqlite_gate: Gate, claim: str) -> None:
    sqlite_gate.world.put_holding(CARD)
    subject = Subject(SubjectKind.PERSON, PERSON, claim, "1990")
    assert sqlite_gate.verdict(CARD, subject=subject)[0] == "REFUSE_PAPER_USE_WALLET"


@pytest.mark.parametrize("wrong", [{"full_name": "TRẦN VĂN AN"}, {"birth_date": "1990-02-04"}, {"birth_date": "1991"}])
def test_a_claim_that_differs_from_the_document_is_a_mismatch(sqlite_gate: Gate, wrong: dict[str, str]) -> None:
    sqlite_gate.world.put_holding(CARD)
    subject = Subject(SubjectKind.PERSON, PERSON, **wrong)
    assert sqlite_gate.verdict(CARD, subject=subject) == ("PAPER_LAWFUL", "mismatch")


ISSUED_TO = Identity("Nguyễn Văn An", "1990-02-03")


@pytest.mark.parametrize(
    "issued_to", [ISSUED_TO, Identity("NGUYEN VAN AN", "1990"), Identity(None, "1990-02-03"), None]
)
def test_a_result_in_the_archive_that_contradicts_nothing_is_held(gate: Gate, issued_to: Identity | None) -> None:
    archive(gate, issued_to=issued_to)
    assert gate.verdict("VAN_BANG") == ("REFUSE_PAPER_USE_ARCHIVE", "held_in_archive")


@pytest.mark.parametrize("wrong", [{"full_name": "TRẦN VĂN AN"}, {"birth_date": "1990-02-04"}, {"birth_date": "1991"}])
def test_a_result_in_the_archive_under_another_name_or_birth_date_than_claimed_is_a_mismatch(
    gate: Gate, wrong: dict[str, str]
) -> None:
    archive(gate, BIRTH, issued_to=ISSUED_TO)
    found = gate.finding(BIRTH, subject=Subject(SubjectKind.PERSON, PERSON, **wrong))
    assert {x["source"]: x["status"] for x in found["lookups"]}["archive"] == "mismatch"
    assert (found["outcome"], found["reason"]) == ("PAPER_LAWFUL", "mismatch")
    assert found["remedy"]["action"] == "check_typing_then_correct_database"


def test_each_paper_of_a_demand_is_compared_with_whom_it_says_it_is_of(gate: Gate) -> None:
    archive(gate, issued_to=ISSUED_TO)
    again = Line("b", "VAN_BANG", Form.COPY, holder=Subject(SubjectKind.PERSON, PERSON, "TRẦN VĂN AN"))
    findings = gate.demand("VAN_BANG", again)["findings"]
    assert [f["outcome"] for f in findings] == ["REFUSE_PAPER_USE_ARCHIVE", "PAPER_LAWFUL"]


def test_a_result_in_the_archive_is_compared_with_the_population_record_where_037_is_asked(gate: Gate) -> None:
    archive(gate, CARD, issued_to=Identity("NGUYỄN VĂN ÂN HÒA", "1990-02-03"))
    found = gate.finding(CARD, subject=Subject(SubjectKind.PERSON, PERSON))
    assert {x["source"]: x["status"] for x in found["lookups"]}["archive"] == "mismatch"
    assert (found["reason"], found["remedy"]["action"]) == ("mismatch", "ask_keeper_to_correct")
    assert (found["remedy"]["source"], found["remedy"].get("service")) == ("archive", None)


def test_a_result_under_another_name_never_stands_before_one_that_agrees(gate: Gate) -> None:
    archive(gate, issued_to=ISSUED_TO)
    later = MONDAY + timedelta(days=1)
    archive(gate, issued_to=Identity("TRẦN VĂN AN"), document_ref="archive-later", recorded_at=later)
    found = gate.finding("VAN_BANG")
    assert [x["document_ref"] for x in found["lookups"] if x["source"] == "archive"] == ["archive-VAN_BANG"]
    assert found["outcome"] == "REFUSE_PAPER_USE_ARCHIVE"


def test_the_typing_is_doubted_only_where_something_was_typed(gate: Gate) -> None:
    """The licence names somebody else than the card and the population record do."""
    gate.world.put_holding(CARD)
    gate.world.put_holding("GIAY_PHEP_LAI_XE", full_name="NGUYỄN VĂN ÂN HÒA")
    gate.run(catalogue.publish_procedure(gate.desk, "test", "9.000011", LICENCE_AND_CARD))

    def remedy(**said: str) -> tuple[str, str | None]:
        subject = Subject(SubjectKind.PERSON, PERSON, **said)
        findings = gate.demand(CARD, "GIAY_PHEP_LAI_XE", procedure="9.000011", subject=subject)["findings"]
        assert [f["reason"] for f in findings] == ["held_in_wallet", "mismatch"]
        return findings[1]["remedy"]["action"], findings[1]["remedy"].get("service")

    assert remedy() == ("ask_keeper_to_correct", "GPLX")
    assert remedy(birth_date="1990-02-03") == ("ask_keeper_to_correct", "GPLX")
    assert remedy(full_name="NGUYỄN VĂN AN") == ("check_typing_then_correct_database", None)


def test_the_population_record_is_compared_where_037_is_asked_and_not_asked_for_its_own_sake(gate: Gate) -> None:
    # The certificate was written under another name than the population record has.
    gate.world.put_holding(BIRTH, full_name="NGUYỄN VĂN ÂN HÒA", registry="held")
    unnamed = Subject(SubjectKind.PERSON, PERSON)
    assert gate.verdict(BIRTH, subject=unnamed)[0] == "REFUSE_PAPER_USE_WALLET"
    assert [e["service"] for e in gate.asked("ndxp")] == ["HO-TICH"]
    # The same certificate beside a card: 037 is asked about the card anyway, and its record stands against the name.
    gate.world.put_holding(CARD)
    findings = gate.demand(CARD, BIRTH, subject=unnamed)["findings"]
    assert [f["outcome"] for f in findings] == ["REFUSE_PAPER_USE_WALLET", "PAPER_LAWFUL"]
    assert findings[1]["reason"] == "mismatch"


def test_the_paper_of_another_holder_is_looked_up_under_the_holder(gate: Gate) -> None:
    gate.world.put_person(ANOTHER, full_name="LÊ THỊ BÌNH", sex="female")
    gate.world.put_holding(BIRTH, person_id=ANOTHER)
    lines = (Line("own", BIRTH, Form.COPY), Line("mother", BIRTH, Form.COPY, holder=OTHER))
    findings = gate.demand(*lines)["findings"]
    assert [f["outcome"] for f in findings] == ["PAPER_LAWFUL", "REFUSE_PAPER_USE_WALLET"]
    assert {row.holder_mark for row in gate.rows(lookups)} == {gate.desk.sealer.mark(s.kind, s.id) for s in (AN, OTHER)}


def test_an_organisation_is_looked_up_by_its_own_number(gate: Gate) -> None:
    company = Subject(SubjectKind.ORGANIZATION, "0123456789", "CÔNG TY TNHH THỬ")
    gate.world.put(f"organizations/{company.id}", {"name": "CÔNG TY TNHH THỬ"})
    gate.world.put(f"organizations/{company.id}/holdings/GCN_QSDD", {"wallet": "absent", "registry": "held"})
    land = procedure_body(component(1, "GCN_QSDD"))
    gate.run(catalogue.publish_procedure(gate.desk, "test", "9.000010", land))
    assert gate.verdict("GCN_QSDD", procedure="9.000010", subject=company)[0] == "REFUSE_PAPER_USE_REGISTRY"
    with pytest.raises(HolderRequired):
        gate.demand(CARD, subject=company)


# ---- how much is asked ----------------------------------------------------------------------------------------------


def test_one_call_to_the_wallet_and_one_to_each_service_however_many_papers(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    gate.demand(CARD, BIRTH, "VAN_BANG", Line("again", CARD, Form.ORIGINAL))
    searches = gate.asked("wallet", "search")
    assert [sorted(e["types"]) for e in searches] == [[CARD, BIRTH]]
    assert sorted(e["service"] for e in gate.asked("ndxp")) == ["037", "HO-TICH"]


def test_one_person_named_twice_in_different_words_is_asked_about_once(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    again = Line("b", CARD, Form.COPY, holder=Subject(SubjectKind.PERSON, PERSON, "TRẦN VĂN AN"))
    findings = gate.demand(CARD, again)["findings"]
    assert [f["reason"] for f in findings] == ["held_in_wallet", "mismatch"]
    assert len(gate.asked("wallet", "search")) == len(gate.asked("ndxp")) == 1


def test_every_call_is_kept_with_who_asked_and_what_for(gate: Gate) -> None:
    gate.world.fault("ndxp", "not_licensed")
    decision = gate.demand(CARD, officer="CB-0007")
    kept = {(r.source, r.service, r.document_types, r.officer, r.purpose, r.cause) for r in gate.rows(lookups)}
    assert kept == {
        ("wallet", None, CARD, "CB-0007", "paper_demand", None),
        ("registry", "037", CARD, "CB-0007", "paper_demand", "not_licensed"),
    }
    assert {r.decision_id for r in gate.rows(lookups)} == {decision["decision_id"]}
    asked = gate.asked("wallet", "search")[0]
    assert (asked["officer"], asked["procedure"], asked["purpose"]) == ("CB-0007", PLAIN, "paper_demand")


def test_a_demand_that_names_what_is_not_there_is_an_error_and_leaves_nothing(gate: Gate) -> None:
    before = gate.count(journal_entries)
    with pytest.raises(UnknownProcedure):
        gate.demand(CARD, procedure="9.999999")
    with pytest.raises(UnknownDocumentType):
        gate.demand("KHONG_CO")
    with pytest.raises(ProcedureNotInForce):
        gate.demand(CARD, on=day("2019-12-31"))
    assert (gate.count(decisions), gate.count(journal_entries)) == (0, before)


def test_a_demand_of_another_day_is_judged_by_the_law_of_that_day(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    first = day("2025-09-13")
    assert gate.verdict(CARD, on=first)[0] == "REFUSE_PAPER_USE_WALLET"
    assert gate.verdict(CARD, on=first - timedelta(days=1)) == ("PAPER_LAWFUL", "rule_not_in_force")
