"""Results: issued with the dossier's end, found again by later checks, corrected, revoked, believed if they verify."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import Connection, Table, update

from app.domain.dossiers import Status
from app.domain.errors import DomainError, HolderRequired, UnknownDocumentType
from app.domain.law import FeeLaw, Period
from app.domain.persons import Subject, SubjectKind
from app.domain.results import (
    AlreadyRevoked,
    Fee,
    FeePurpose,
    FeeRefused,
    NotAResult,
    NotIntact,
    NotReplaceable,
    PhysicalNotAsked,
    Result,
    ResultDates,
    UnknownResult,
    UnknownResultCode,
)
from app.domain.values import replace
from app.models.evidence import archived_results, lookups
from app.models.journal import journal_entries
from app.models.results import result_versions
from app.models.results import results as results_table
from app.services import catalogue, dossiers, idempotency, results
from tests.desk import AN, CALLER, OTHER, PLAIN, Gate, all_bytes, component, key, procedure_body, read
from tests.mock_vneid.office import PERSON, Json

DEGREE, BIRTH = "VAN_BANG", "GIAY_KHAI_SINH"
COMPANYS = "9.000031"
DATA = {"full_name": "NGUYỄN VĂN AN", "school": "Trường Đại học Thử Nghiệm", "grades": [{"subject": "Toán", "mark": 9}]}
RESULT = Result(DEGREE, result_code="KQ.G99.000001", number="VB-77120", data=DATA)
CERTIFICATE = Result(BIRTH, number="12/2026", data={"full_name": "NGUYỄN VĂN AN"})
COMPANY = Subject(SubjectKind.ORGANIZATION, "3000000012")


def handled(gate: Gate, **change: Any) -> str:
    """A dossier about to be decided."""
    code: str = gate.submit(**change)["code"]
    gate.move(code, 2)
    gate.move(code, 4)
    return code


def completed(gate: Gate, code: str, result: Result | None) -> Json:
    done = dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result)
    return read(gate.run(done))


def issued(gate: Gate, result: Result = RESULT, **change: Any) -> Json:
    """A result as its dossier shows it."""
    (found,) = completed(gate, handled(gate, **change), result)["results"]
    return dict(found)


def claims(gate: Gate, result_id: str) -> Json:
    """What is signed, as read by a system that may."""
    content: Json = json.loads(gate.run(results.read(gate.desk, CALLER, result_id)).body)["content"]
    return content


def revoke(gate: Gate, result_id: str, **more: Any) -> Json:
    given: dict[str, Any] = {"reason": "Cấp nhầm", "key": None, **more}
    revoked: Json = json.loads(gate.run(results.revoke(gate.desk, CALLER, result_id, **given)).body)
    return revoked


def replaced(gate: Gate, result_id: str, result: Result = RESULT) -> Json:
    answer = gate.run(results.replace(gate.desk, CALLER, result_id, result, "Sai tên", None))
    assert answer.status == 201
    body: Json = json.loads(answer.body)
    return body


def faults(gate: Gate, result_id: str) -> tuple[str, ...]:
    return gate.run(results.verify(gate.desk, result_id)).faults


def tamper(gate: Gate, table: Table, **values: Any) -> None:
    def change(conn: Connection) -> None:
        conn.execute(update(table).values(**values))

    gate.desk.db.write_sync(change)


def journal(gate: Gate) -> list[str]:
    return [r.kind for r in gate.rows(journal_entries)]


# ---- issued with the dossier's end ----------------------------------------------------------------------------------


def test_completing_a_dossier_issues_its_result_and_the_dossier_shows_it_without_its_holder(gate: Gate) -> None:
    code = handled(gate)
    dossier = completed(gate, code, RESULT)
    (found,) = dossier["results"]
    assert (found["document_type"], found["result_code"]) == (DEGREE, "KQ.G99.000001")
    assert (found["version"], found["status"], found["physical"]) == (1, "valid", False)
    assert (found["dossier"], found["procedure"], found["issued_on"]) == (code, PLAIN, "2026-11-23")
    assert not {PERSON, "NGUYỄN", "VB-77120"} & set(json.dumps(dossier, ensure_ascii=False).split('"'))
    assert gate.dossier(code)["results"] == [found]
    assert journal(gate).count("gate.result.issued") == 1


def test_a_dossier_may_end_without_a_result(gate: Gate) -> None:
    assert completed(gate, handled(gate), None)["results"] == []


def test_another_library_verifies_the_result_with_the_published_key(gate: Gate) -> None:
    found = issued(gate)
    body = json.loads(gate.run(results.read(gate.desk, CALLER, found["id"])).body)
    keys = KeySet.import_key_set(json.loads(gate.run(results.keys(gate.desk))))
    signed = jws.deserialize_compact(body["jws"], keys, algorithms=["ES256"])
    assert signed.headers() == {"alg": "ES256", "kid": gate.desk.publication_key.kid, "typ": "vn-result+jwt"}
    assert json.loads(signed.payload) == body["content"]
    assert body["content"] == {
        "iss": "000.00.00.H27",
        "iat": int(gate.watch.moment.timestamp()),
        "jti": found["id"],
        "version": 1,
        "holder": {"kind": "person", "id": PERSON, "full_name": AN.full_name, "birth_date": AN.birth_date},
        "document_type": DEGREE,
        "result_code": "KQ.G99.000001",
        "number": "VB-77120",
        "issued_on": "2026-11-23",
        "procedure": PLAIN,
        "dossier": found["dossier"],
        "data": DATA,
    }


def test_the_type_s_only_result_code_need_not_be_given(gate: Gate) -> None:
    assert issued(gate, CERTIFICATE)["result_code"] == "KQ.G15.000031"


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (replace(CERTIFICATE, result_code="KQ.G15.999999"), UnknownResultCode),
        (replace(RESULT, result_code=None), UnknownResultCode),
        (replace(RESULT, document_type="KHONG_CO"), UnknownDocumentType),
        (replace(RESULT, document_type="TO_KHAI"), NotAResult),
        (replace(RESULT, holder=COMPANY), HolderRequired),
        (replace(RESULT, issued_on=date(2026, 11, 24)), ResultDates),
        (replace(RESULT, valid_until=date(2026, 11, 22)), ResultDates),
        (replace(RESULT, replaces="01936d5c-0000-7000-8000-000000000000"), NotReplaceable),
        (replace(CERTIFICATE, physical=True), PhysicalNotAsked),
    ],
    ids=lambda given: given.__name__ if isinstance(given, type) else "",
)
def test_what_cannot_be_issued_leaves_the_dossier_as_it_was(
    sqlite_gate: Gate, result: Result, error: type[DomainError]
) -> None:
    code = handled(sqlite_gate)
    before = sqlite_gate.dossier(code)
    with pytest.raises(error):
        completed(sqlite_gate, code, result)
    assert sqlite_gate.dossier(code) == before
    assert sqlite_gate.count(results_table) == 0
    assert "gate.result.issued" not in journal(sqlite_gate)


def test_a_transition_sent_twice_issues_one_result(gate: Gate) -> None:
    code = handled(gate)

    def once() -> Any:
        return dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, key("K-9"), result=RESULT)

    first = gate.run(once())
    with pytest.raises(idempotency.Repeated) as again:
        gate.run(once())
    assert again.value.kept.body == first.body
    assert gate.count(results_table) == 1


# ---- a source for later dossiers ------------------------------------------------------------------------------------


def test_a_later_dossier_of_the_same_holder_is_refused_the_paper_under_its_national_code(gate: Gate) -> None:
    assert gate.verdict(DEGREE) == ("PAPER_LAWFUL", "not_integrated")
    found = issued(gate)
    finding = gate.finding(DEGREE)
    assert (finding["outcome"], finding["reason"]) == ("REFUSE_PAPER_USE_ARCHIVE", "held_in_archive")
    assert finding["flags"]["MaKetQuaThayThe"] == "KQ.G99.000001"
    assert [x["document_ref"] for x in finding["lookups"] if x["source"] == "archive"] == [found["document_ref"]]
    assert gate.verdict(DEGREE, subject=OTHER) == ("PAPER_LAWFUL", "not_integrated")
    later = gate.submit()
    assert DEGREE not in [t for need in later["to_supply"] for t in need["document_types"]]


def test_an_integrated_type_stands_in_the_archive_as_well(gate: Gate) -> None:
    issued(gate, CERTIFICATE)
    assert gate.verdict(BIRTH) == ("REFUSE_PAPER_USE_ARCHIVE", "held_in_archive")
    gate.world.put_holding(BIRTH)
    assert gate.verdict(BIRTH) == ("REFUSE_PAPER_USE_WALLET", "held_in_wallet")


def test_a_result_counts_from_the_day_it_is_issued_through_its_last(gate: Gate) -> None:
    issued(gate, replace(RESULT, issued_on=date(2026, 11, 20), valid_until=date(2026, 11, 25)))
    said = {on: gate.verdict(DEGREE, on=date(2026, 11, on)) for on in (19, 20, 25, 26)}
    assert {on: reason for on, (_, reason) in said.items()} == {
        19: "not_integrated",
        20: "held_in_archive",
        25: "held_in_archive",
        26: "not_integrated",
    }


def test_the_result_of_somebody_else_is_archived_as_theirs(gate: Gate) -> None:
    found = issued(gate, replace(RESULT, holder=OTHER))
    assert claims(gate, found["id"])["holder"] == {"kind": "person", "id": OTHER.id}
    assert gate.verdict(DEGREE, subject=OTHER)[1] == "held_in_archive"
    assert gate.verdict(DEGREE)[1] == "not_integrated"


MISNAMED = Subject(SubjectKind.PERSON, AN.id, "NGUYỄN VĂN THỬ", "1990-02-03")


def test_a_result_stands_in_for_the_paper_of_whom_it_was_issued_to_and_of_nobody_else(gate: Gate) -> None:
    issued(gate, RESULT, applicant=MISNAMED)

    def found(full_name: str | None, birth_date: str | None) -> tuple[str, str]:
        subject = Subject(SubjectKind.PERSON, AN.id, full_name, birth_date)
        finding = gate.finding(DEGREE, subject=subject)
        return finding["outcome"], finding["lookups"][-1]["status"]

    assert found("nguyen van thu", "1990") == ("REFUSE_PAPER_USE_ARCHIVE", "held")
    assert found(None, None) == ("REFUSE_PAPER_USE_ARCHIVE", "held")
    assert found("TRẦN THỊ KHÁC", "1991-01-01") == ("PAPER_LAWFUL", "mismatch")
    assert found("NGUYỄN VĂN THỬ", "1990-02-04") == ("PAPER_LAWFUL", "mismatch")


def test_a_result_corrected_to_its_holder_s_true_name_stands_in_for_their_paper(gate: Gate) -> None:
    old = issued(gate, RESULT, applicant=MISNAMED)
    assert gate.verdict(DEGREE)[0] == "PAPER_LAWFUL"
    new = replaced(gate, old["id"], replace(RESULT, holder=AN))
    finding = gate.finding(DEGREE)
    assert finding["outcome"] == "REFUSE_PAPER_USE_ARCHIVE"
    assert finding["lookups"][-1]["document_ref"] == new["document_ref"]
    assert faults(gate, old["id"]) == faults(gate, new["id"]) == ()


# ---- revoked, corrected ---------------------------------------------------------------------------------------------


def test_a_revoked_result_has_a_second_signed_version_and_no_later_check_relies_on_it(gate: Gate) -> None:
    found = issued(gate)
    gate.watch.advance(days=2)
    revoked = revoke(gate, found["id"])
    assert (revoked["version"], revoked["status"], revoked["revoked_on"]) == (2, "revoked", "2026-11-25")
    assert claims(gate, found["id"])["revoked_on"] == "2026-11-25"
    first = gate.desk.db.read_sync(results.signed, gate.desk, found["id"], 1)
    assert "revoked_on" not in first.claims
    finding = gate.finding(DEGREE)
    assert finding["outcome"] == "PAPER_LAWFUL"
    assert [x["status"] for x in finding["lookups"] if x["source"] == "archive"] == ["revoked"]
    assert gate.finding(DEGREE, on=date(2026, 11, 24))["outcome"] == "REFUSE_PAPER_USE_ARCHIVE"
    assert journal(gate).count("gate.result.revoked") == 1
    assert faults(gate, found["id"]) == ()


def test_a_result_is_revoked_once(gate: Gate) -> None:
    found = issued(gate)
    first = revoke(gate, found["id"], key=key("K-1"))
    with pytest.raises(idempotency.Repeated) as again:
        revoke(gate, found["id"], key=key("K-1"))
    assert json.loads(again.value.kept.body) == first
    with pytest.raises(AlreadyRevoked):
        revoke(gate, found["id"])
    with pytest.raises(UnknownResult):
        revoke(gate, "01936d5c-0000-7000-8000-000000000000")


def test_of_two_who_revoke_at_once_one_is_told_that_it_is_done(gate: Gate) -> None:
    found = issued(gate)
    both = [results.revoke(gate.desk, CALLER, found["id"], "Cấp nhầm", None) for _ in range(2)]
    said = gate.together(*both)
    assert sorted(type(x).__name__ for x in said) == ["AlreadyRevoked", "Answer"]
    assert gate.count(result_versions) == 2


def test_a_correction_takes_the_place_of_the_old_result(gate: Gate) -> None:
    old = issued(gate)
    new = replaced(gate, old["id"], replace(RESULT, number="VB-77121"))
    assert (new["replaces"], new["status"], new["dossier"]) == (old["id"], "valid", old["dossier"])
    assert claims(gate, new["id"])["number"] == "VB-77121"
    before, after = gate.dossier(old["dossier"])["results"]
    assert (before["status"], before["replaced_by"], after["id"]) == ("revoked", new["id"], new["id"])
    finding = gate.finding(DEGREE)
    assert finding["outcome"] == "REFUSE_PAPER_USE_ARCHIVE"
    assert [x["document_ref"] for x in finding["lookups"] if x["source"] == "archive"] == [new["document_ref"]]
    assert faults(gate, old["id"]) == faults(gate, new["id"]) == ()


def test_a_correction_is_of_the_same_holder_and_type_and_of_what_still_holds(gate: Gate) -> None:
    old = issued(gate)
    for other in (replace(RESULT, holder=OTHER), CERTIFICATE):
        with pytest.raises(NotReplaceable):
            replaced(gate, old["id"], other)
    replaced(gate, old["id"])
    with pytest.raises(NotReplaceable):
        replaced(gate, old["id"])
    assert gate.count(results_table) == 2


def test_of_two_corrections_at_once_one_counts(gate: Gate) -> None:
    old = issued(gate)
    said = gate.together(*(results.replace(gate.desk, CALLER, old["id"], RESULT, "Sai", None) for _ in range(2)))
    assert sorted(type(x).__name__ for x in said) == ["Answer", "NotReplaceable"]
    assert gate.count(results_table) == 2


def test_revoking_one_of_two_papers_of_a_type_leaves_the_other(gate: Gate) -> None:
    """Whoever has two degrees and loses the second still has the first."""
    issued(gate)
    gate.watch.advance(hours=1)
    second = issued(gate, replace(RESULT, number="VB-2"))
    revoke(gate, second["id"])
    assert gate.verdict(DEGREE)[0] == "REFUSE_PAPER_USE_ARCHIVE"


# ---- believed only when it verifies ---------------------------------------------------------------------------------


def test_a_result_that_was_touched_is_found_and_not_given_out(gate: Gate) -> None:
    found = issued(gate)
    (version,) = gate.rows(result_versions)
    touched = bytearray(version.sealed)
    touched[len(touched) // 2] ^= 1
    tamper(gate, result_versions, sealed=bytes(touched))
    assert faults(gate, found["id"]) == ("sealed",)
    with pytest.raises(NotIntact):
        claims(gate, found["id"])
    with pytest.raises(NotIntact):
        revoke(gate, found["id"])


def test_a_result_put_in_another_s_place_is_found(gate: Gate) -> None:
    one, _ = issued(gate), issued(gate, replace(RESULT, holder=OTHER))
    sealed = next(r.sealed for r in gate.rows(result_versions) if r.result_id != one["id"])
    tamper(gate, result_versions, sealed=sealed)
    assert faults(gate, one["id"]) == ("sealed",)


@pytest.mark.parametrize(
    ("table", "values", "fault"),
    [
        (results_table, {"valid_until": date(2099, 1, 1)}, ("record", "archive")),
        (results_table, {"document_type": "CAN_CUOC"}, ("record", "archive")),
        (archived_results, {"valid_until": date(2099, 1, 1)}, ("archive",)),
        (archived_results, {"holder_mark": "0" * 64}, ("archive",)),
        (archived_results, {"name_mark": "0" * 64}, ("archive",)),
        (archived_results, {"birth_mark": "0" * 64}, ("archive",)),
        (archived_results, {"birth_year_mark": "0" * 64}, ("archive",)),
        (archived_results, {"name_mark": None, "birth_mark": None, "birth_year_mark": None}, ()),
    ],
    ids=[
        *("a longer life", "another paper", "a longer life in the archive", "another holder in the archive"),
        *("another name in the archive", "another birthday there", "another birth year there", "from before names"),
    ],
)
def test_what_stands_beside_a_result_is_held_against_it(
    sqlite_gate: Gate, table: Table, values: Json, fault: tuple[str, ...]
) -> None:
    found = issued(sqlite_gate)
    tamper(sqlite_gate, table, **values)
    assert faults(sqlite_gate, found["id"]) == fault


def test_a_revocation_undone_in_the_archive_is_found(sqlite_gate: Gate) -> None:
    found = issued(sqlite_gate)
    revoke(sqlite_gate, found["id"])
    tamper(sqlite_gate, archived_results, revoked_on=None)
    assert faults(sqlite_gate, found["id"]) == ("archive",)


def test_a_result_is_verified_after_the_key_that_signed_it_has_gone(gate: Gate) -> None:
    found = issued(gate)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    later = gate.open(publication_key=type(gate.settings.publication_key)(pem.decode()))
    assert gate.run(results.verify(later, found["id"])).intact
    kids = [k["kid"] for k in json.loads(gate.run(results.keys(later)))["keys"]]
    assert kids == [later.publication_key.kid, gate.desk.publication_key.kid]
    assert gate.run(results.revoke(later, CALLER, found["id"], "Cấp nhầm", None)).status == 200
    assert gate.run(results.verify(later, found["id"])).intact


# ---- who has read it, and what is at rest ---------------------------------------------------------------------------


def test_whoever_reads_a_result_is_in_its_holder_s_tracker(gate: Gate) -> None:
    found = issued(gate)
    before = gate.count(lookups)
    claims(gate, found["id"])
    assert gate.count(lookups) == before + 1
    seen = gate.rows(lookups)[-1]
    mark = gate.desk.sealer.mark(AN.kind, AN.id)
    assert (seen.holder_mark, seen.source, seen.purpose, seen.officer) == (mark, "archive", "result", CALLER.client_id)
    assert journal(gate).count("gate.result.read") == 1


def test_nothing_at_rest_says_whose_result_it_is_or_what_stands_on_it(gate: Gate) -> None:
    found = issued(gate, replace(RESULT, data={"secret": "CHỮ-CHIM-MỒI"}))
    replaced(gate, found["id"], replace(RESULT, number="VB-CHIM-MOI"))
    heap = all_bytes(gate)
    for word in (PERSON, AN.full_name, AN.birth_date, "CHỮ-CHIM-MỒI", "VB-77120", "VB-CHIM-MOI"):
        assert word is not None and word.encode() not in heap


# ---- essential papers, and fees -------------------------------------------------------------------------------------

PAPER = replace(CERTIFICATE, physical=True)


def test_a_physical_copy_of_an_essential_paper_is_issued_only_to_who_asks(gate: Gate) -> None:
    code = handled(gate)
    with pytest.raises(PhysicalNotAsked) as refused:
        completed(gate, code, PAPER)
    cited = refused.value.facts["citations"]
    assert [(c["law"], c["provision"]) for c in cited] == [("CT-24-2025", "Mục 4 điểm c")]  # type: ignore[attr-defined]
    assert issued(gate, PAPER, wishes={"physical_result": True})["physical"]
    assert issued(gate, replace(RESULT, document_type="GIAY_CHUNG_SINH", physical=True))["physical"]


def test_a_paper_of_a_company_is_electronic_too(gate: Gate) -> None:
    body = procedure_body(component(1, "GCN_DKDN"))
    gate.run(catalogue.publish_procedure(gate.desk, "test", COMPANYS, body))
    certificate = Result("GCN_DKDN", number="3000000012")
    code = handled(gate, applicant=COMPANY, procedure=COMPANYS)
    with pytest.raises(PhysicalNotAsked):
        completed(gate, code, replace(certificate, physical=True))
    (found,) = completed(gate, code, certificate)["results"]
    assert (found["physical"], found["result_code"]) == (False, "KQ.G12.001056")
    assert claims(gate, found["id"])["holder"] == {"kind": "organization", "id": COMPANY.id}
    assert gate.verdict("GCN_DKDN", procedure=COMPANYS, subject=COMPANY)[1] == "held_in_archive"


def test_a_fee_for_the_paper_is_flagged_and_the_result_issued(gate: Gate) -> None:
    result = replace(PAPER, fee=Fee(30_000, FeePurpose.PRINTING))
    fee = issued(gate, result, wishes={"physical_result": True})["fee"]
    assert (fee["outcome"], fee["amount_vnd"], fee["for"]) == ("FEE_FLAGGED", 30_000, "printing")
    assert [c["provision"] for c in fee["citations"]] == ["Mục 4 điểm c"]


def test_a_fee_that_a_law_has_dropped_is_refused_and_nothing_is_issued(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    law = FeeLaw(frozenset({"printing"}), frozenset(), frozenset(), Period(date(2026, 11, 23)), ("nd118-d6-k1",))
    dropping = replace(gate.desk, rulebook=replace(gate.desk.rulebook, fees_dropped=(law,), _days={}))
    code = handled(gate, wishes={"physical_result": True})
    result = replace(PAPER, fee=Fee(30_000, FeePurpose.PRINTING))
    with pytest.raises(FeeRefused) as refused:
        gate.run(dossiers.transition(dropping, CALLER, code, None, Status.DONE, None, None, result=result))
    assert refused.value.facts["finding"]["outcome"] == "REFUSE_FEE"  # type: ignore[index]
    assert gate.count(results_table) == 0
    other = replace(PAPER, fee=Fee(30_000, FeePurpose.ISSUING))
    done = gate.run(dossiers.transition(dropping, CALLER, code, None, Status.DONE, None, None, result=other))
    assert read(done)["results"][0]["fee"]["outcome"] == "FEE_FLAGGED"


def test_a_fee_demand_is_judged_on_its_day_and_on_record(gate: Gate) -> None:
    def asked(document_type: str, on: date | None = None) -> Json:
        demand = results.fee_demand(gate.desk, CALLER, PLAIN, document_type, FeePurpose.ISSUING, on)
        body: Json = json.loads(gate.run(demand))
        return body

    found = asked(BIRTH)
    assert (found["outcome"], found["law_as_of"]) == ("FEE_FLAGGED", "2026-11-23")
    assert found["lists"] == [{"list": "ct24-annex-3", "status": "candidate"}]
    assert asked(BIRTH, date(2025, 9, 12))["outcome"] == "FEE_NOT_COVERED"
    assert asked("GIAY_CHUNG_SINH")["outcome"] == "FEE_NOT_COVERED"
    assert journal(gate).count("gate.fee.judged") == 3


def test_candidates_of_a_list_bind_nobody_where_only_confirmed_rows_act(sqlite_gate: Gate) -> None:
    strict = sqlite_gate.open(lists="confirmed")
    code = handled(sqlite_gate)
    done = dossiers.transition(strict, CALLER, code, None, Status.DONE, None, None, result=PAPER)
    assert read(sqlite_gate.run(done))["results"][0]["physical"]


def test_the_day_after_its_last_a_result_is_shown_as_expired(sqlite_gate: Gate) -> None:
    found = issued(sqlite_gate, replace(RESULT, valid_until=date(2026, 11, 24)))
    sqlite_gate.watch.moment += timedelta(days=2)
    assert sqlite_gate.dossier(found["dossier"])["results"][0]["status"] == "expired"
    assert sqlite_gate.run(results.verify(sqlite_gate.desk, found["id"])).status == "expired"
