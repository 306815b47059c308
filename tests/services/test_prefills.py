"""Forms filled from the sandbox's sources, and held to what was filled when a dossier is filed."""

import asyncio
import json
import threading
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict
from sqlalchemy import Connection

from app.domain.dossiers import Status
from app.domain.errors import DomainError, UnknownCase
from app.domain.forms import Fault, FormInvalid, FormOutdated, PrefilledValueChanged, ProcedureWithoutForm, Role
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.models.evidence import lookups
from app.models.idempotency import idempotency_keys
from app.models.journal import journal_entries
from app.models.prefills import prefills as table
from app.models.results import result_versions
from app.repositories import evidence
from app.repositories.idempotency import Key
from app.services import dossiers, idempotency, prefills, results
from app.services.desk import Caller
from app.services.dossier_records import Answer
from app.services.dossiers import Form
from app.services.prefill_sources import RoleNotInForm, Wish
from app.services.prefills import NoPrefill, PrefillUnknown
from mock_vneid.faults import KINDS
from tests.desk import AGENCY, AN, CALLER, Gate, all_bytes, key, read
from tests.mock_vneid.office import ANOTHER, PERSON, Json, Office
from tests.registries.scripted import SERVICE, said, scripted

MARRIAGE, STATUS, LICENCE, NEW_COPY = "1.000894", "1.004873", "3.000347", "2.002018"
SPOUSE = Subject(SubjectKind.PERSON, ANOTHER, "TRẦN THỊ BÌNH", "1992-05-06")
COMPANY = Subject(SubjectKind.ORGANIZATION, "0398765432")
ROUTE = "POST /v1/prefills"
ADDRESS = "Số 1, Phường Thành Sen, Tỉnh Hà Tĩnh"
# What a source may say of AN, field by field; anything else in a form is wrong.
TRUTH = {
    "applicant_full_name": AN.full_name,
    "applicant_id": AN.id,
    "applicant_birth_date": AN.birth_date,
    "applicant_sex": "male",
    "applicant_permanent_address": ADDRESS,
    "applicant_card_issued_on": "2022-01-01",
    "applicant_spouse_name": SPOUSE.full_name,
    "applicant_marriage_number": "12/2020",
    "applicant_marriage_registered_on": "2022-01-01",
}


def settle(world: Office) -> None:
    world.put_holding("CAN_CUOC", number=PERSON)
    world.put_holding("THONG_TIN_CU_TRU", data={"permanent_address": ADDRESS}, valid_until=None)
    world.put_holding("GIAY_CN_KET_HON", number="12/2020", valid_until=None, data={"spouse": SPOUSE.full_name})
    world.put_person(ANOTHER, full_name=SPOUSE.full_name, birth_date=SPOUSE.birth_date, sex="female")
    world.put_holding("CAN_CUOC", ANOTHER, number=ANOTHER)


def wish(procedure: str = STATUS, applicant: Subject = AN, **change: Any) -> Wish:
    return Wish(procedure, AGENCY, "CB-0001", "own_dossier", applicant, **change)


def filled(gate: Gate, asked: Wish | None = None, named: Key | None = None, caller: Caller = CALLER) -> Json:
    answer = gate.run(prefills.fill_in(gate.desk, caller, asked or wish(), named))
    assert answer.status == 201
    body: Json = json.loads(answer.body)
    return body


def fields(body: Json) -> dict[str, Json]:
    return {f["code"]: f for f in body["fields"]}


def values(body: Json) -> dict[str, Any]:
    return {code: f["value"] for code, f in fields(body).items() if f["value"] is not None}


def reasons(body: Json) -> dict[str, str]:
    return {code: f["missing"]["reason"] for code, f in fields(body).items() if f["missing"]}


# ---- filling ------------------------------------------------------------------------------------------------------


def test_what_the_state_holds_is_filled_in_with_its_source(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate)
    assert values(body) == TRUTH
    name = fields(body)["applicant_full_name"]
    assert (name["state"], name["source"]["kind"], name["source"]["service"]) == ("locked", "population", "037")
    card = fields(body)["applicant_card_issued_on"]["source"]
    assert (card["kind"], card["document_type"], card["issued_on"]) == ("registry", "CAN_CUOC", "2022-01-01")
    assert card["checked_at"] == body["filled_at"]
    assert body["counts"]["filled"] == len(TRUTH)
    assert body["counts"]["to_declare"] == body["counts"]["fields"] - len(TRUTH)
    assert fields(body)["purpose"]["missing"]["reason"] == "no_source"


def test_every_look_up_is_on_record_and_nobody_is_named(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate)
    rows = gate.rows(lookups)
    assert {(r.source, r.service) for r in rows} == {("wallet", None), ("registry", "037"), ("registry", "HO-TICH")}
    mark = gate.desk.sealer.mark(AN.kind, AN.id)
    assert {(r.decision_id, r.holder_mark, r.purpose) for r in rows} == {(body["prefill_id"], mark, "prefill")}
    noted = json.loads(gate.rows(journal_entries)[-1].bytes)
    assert noted["facts"]["prefill"] == body["prefill_id"] if "facts" in noted else body["prefill_id"] in str(noted)
    heap = all_bytes(gate)
    for word in (AN.id, str(AN.full_name), ADDRESS, SPOUSE.full_name or "", "12/2020"):
        assert word.encode() not in heap


def test_each_source_is_asked_once_and_only_for_what_the_form_needs(gate: Gate) -> None:
    settle(gate.world)
    filled(gate)
    asked = [(e["face"], e["service"]) for e in gate.asked("wallet", "search") + gate.asked("ndxp")]
    assert sorted(a for a in asked if a[1] != "token") == [("ndxp", "037"), ("ndxp", "HO-TICH"), ("wallet", "search")]


def test_a_related_person_is_filled_in_only_when_named_rightly(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate, wish(MARRIAGE, related={Role.SPOUSE: SPOUSE}))
    assert values(body)["spouse_full_name"] == SPOUSE.full_name
    assert fields(body)["spouse_id"]["source"]["kind"] == "request"
    stranger = Subject(SPOUSE.kind, SPOUSE.id, "TRẦN THỊ KHÁC", SPOUSE.birth_date)
    body = filled(gate, wish(MARRIAGE, related={Role.SPOUSE: stranger}))
    theirs = {code: reason for code, reason in reasons(body).items() if code.startswith("spouse_")}
    assert theirs["spouse_full_name"] == theirs["spouse_card_issued_on"] == "mismatch"
    assert {c for c in values(body) if c.startswith("spouse_")} == {"spouse_id"}


def test_who_is_not_named_is_not_looked_up(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate, wish(MARRIAGE))
    assert {reasons(body)[c] for c in fields(body) if c.startswith("spouse_") and c != "spouse_marriages"} == {
        "not_named"
    }
    with pytest.raises(RoleNotInForm) as refused:
        filled(gate, wish(STATUS, related={Role.CHILD: SPOUSE}))
    assert refused.value.facts["known"] == ["applicant"]


def test_a_company_is_filled_in_from_the_business_register(gate: Gate) -> None:
    gate.world.put(f"organizations/{COMPANY.id}", {"name": "CÔNG TY TNHH THỬ"})
    holding = {"registry": "held", "number": COMPANY.id, "issued_on": "2015-05-05"}
    data = {"representative": "LÊ VĂN CHỦ", "address": ADDRESS}
    gate.world.put(f"organizations/{COMPANY.id}/holdings/GCN_DKDN", holding | {"data": data})
    body = filled(gate, wish(NEW_COPY, COMPANY))
    assert values(body) == {
        "organization_enterprise_name": "CÔNG TY TNHH THỬ",
        "organization_enterprise_id": COMPANY.id,
        "organization_enterprise_address": ADDRESS,
        "organization_enterprise_registered_on": "2015-05-05",
        "organization_enterprise_representative": "LÊ VĂN CHỦ",
    }
    assert reasons(body)["applicant_full_name"] == "not_named"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"wallet": "not_linked", "registry": "absent"}, "not_linked"),
        ({"wallet": "absent", "registry": "absent"}, "not_held"),
        ({"valid_until": "2024-01-01"}, "expired"),
        ({"revoked_on": "2024-01-01"}, "revoked"),
        ({"full_name": "NGƯỜI KHÁC"}, "mismatch"),
        ({"issued_on": None, "data": None}, "not_recorded"),
    ],
)
def test_what_could_not_be_filled_says_why(gate: Gate, change: Json, reason: str) -> None:
    settle(gate.world)
    holding: Json = {"data": {"class": "B"}} | change
    gate.world.put_holding("GIAY_PHEP_LAI_XE", **holding)
    body = filled(gate, wish(LICENCE))
    assert (
        reasons(body)["applicant_licence_class" if reason != "not_recorded" else "applicant_licence_issued_on"]
        == reason
    )


CHILD = Subject(SubjectKind.PERSON, "042226100009", "NGUYỄN HÀ MY", "2026-10-01")
CERTIFICATE = {"sex": "female", "birth_place": "Bệnh viện đa khoa", "father": "NGUYỄN VĂN AN"}
LINKED = "2.000986"


def issue(gate: Gate, holder: Subject, **data: str) -> Json:
    code = gate.submit()["code"]
    for status in (2, 4):
        gate.move(code, status)
    result = Result("GIAY_KHAI_SINH", number="01/2026", holder=holder, data=data)
    done = dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result)
    issued: Json = read(gate.run(done))["results"][0]
    return issued


def test_a_result_of_the_provinces_own_fills_the_next_form(gate: Gate) -> None:
    settle(gate.world)
    issue(gate, CHILD, **CERTIFICATE)
    body = filled(gate, wish(LINKED, related={Role.CHILD: CHILD}))
    told = {code: said for code, said in values(body).items() if code.startswith("child_")}
    assert told == {
        "child_id": CHILD.id,
        "child_full_name": CHILD.full_name,
        "child_birth_date": CHILD.birth_date,
        "child_sex": "female",
        "child_birth_place": "Bệnh viện đa khoa",
        "child_birth_number": "01/2026",
        "child_birth_registered_on": "2026-11-23",
    }
    assert {fields(body)[c]["source"]["kind"] for c in told if c != "child_id"} == {"archive"}


def test_a_revoked_result_and_one_of_another_name_fill_nothing(gate: Gate) -> None:
    settle(gate.world)
    issued = issue(gate, CHILD, **CERTIFICATE)
    misnamed = Subject(CHILD.kind, CHILD.id, "NGUYỄN HÀ ANH", CHILD.birth_date)
    assert reasons(filled(gate, wish(LINKED, related={Role.CHILD: misnamed})))["child_birth_number"] == "mismatch"
    gate.run(results.revoke(gate.desk, CALLER, issued["id"], "Cấp nhầm", None))
    assert reasons(filled(gate, wish(LINKED, related={Role.CHILD: CHILD})))["child_birth_number"] == "revoked"


def test_a_result_kept_elsewhere_fills_in_its_dates_only_for_whom_it_was_issued_to(gate: Gate) -> None:
    settle(gate.world)
    mark = gate.desk.sealer.mark(CHILD.kind, CHILD.id)
    row = {
        "document_ref": "elsewhere-1",
        "holder_mark": mark,
        "document_type": "GIAY_KHAI_SINH",
        "result_code": "KQ.T.1",
        "issued_on": date(2026, 10, 5),
        "recorded_at": gate.watch.moment,
        **asdict(gate.desk.sealer.identity_marks(mark, CHILD.identity)),
    }
    gate.desk.db.write_sync(evidence.add_result, row)
    theirs = filled(gate, wish(LINKED, related={Role.CHILD: CHILD}))
    assert values(theirs)["child_birth_registered_on"] == "2026-10-05"
    misnamed = Subject(CHILD.kind, CHILD.id, "NGUYỄN HÀ ANH", CHILD.birth_date)
    another_s = filled(gate, wish(LINKED, related={Role.CHILD: misnamed}))
    assert reasons(another_s)["child_birth_registered_on"] == "mismatch"


def test_a_result_that_the_population_record_contradicts_fills_nothing(gate: Gate) -> None:
    settle(gate.world)
    gate.world.put_person(CHILD.id, full_name="NGUYỄN HÀ MY ANH", birth_date=CHILD.birth_date, sex="female")
    issue(gate, CHILD, **CERTIFICATE)
    unnamed = Subject(CHILD.kind, CHILD.id)
    body = filled(gate, wish(LINKED, related={Role.CHILD: unnamed}))
    assert reasons(body)["child_birth_number"] == "mismatch"


def test_a_result_that_does_not_verify_any_more_says_nothing(gate: Gate) -> None:
    settle(gate.world)
    issue(gate, CHILD, **CERTIFICATE)

    def spoil(conn: Connection) -> None:
        conn.execute(result_versions.update().values(sealed=b"\x01" * 64))

    gate.desk.db.write_sync(spoil)
    missing = fields(filled(gate, wish(LINKED, related={Role.CHILD: CHILD})))["child_birth_number"]["missing"]
    assert (missing["reason"], missing["cause"]) == ("no_answer", "not_intact_sealed")


def test_two_sources_that_contradict_each_other_fill_nothing(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    settle(gate.world)
    holding = {"wallet": "linked", "registry": "held", "number": "A-1", "issued_on": "2022-01-01"}
    says = {"registry_says": {"number": "B-2"}}
    gate.world.http.put(
        f"{gate.world.control}/people/{PERSON}/holdings/GIAY_PHEP_LAI_XE", json=holding | says
    ).raise_for_status()
    body = filled(gate, wish(LICENCE))
    assert reasons(body)["applicant_licence_number"] == "sources_differ"
    assert values(body)["applicant_licence_issued_on"] == "2022-01-01"


FAULTS = [
    (face, kind)
    for kind, fault in sorted(KINDS.items())
    for face in ("wallet", "ndxp")
    if face in fault.faces and kind != "timeout"  # below, by itself
]


@pytest.mark.parametrize(("face", "kind"), FAULTS)
def test_no_fault_of_a_source_ever_fills_in_what_is_not_so(sqlite_gate: Gate, face: str, kind: str) -> None:
    gate = sqlite_gate
    settle(gate.world)
    gate.desk = gate.open(lookup_budget=1.5)
    gate.world.fault(face, kind)
    body = filled(gate)
    told = values(body)
    assert {code: said for code, said in told.items() if code in TRUTH} == {c: TRUTH[c] for c in told}
    for code, field in fields(body).items():
        if code in TRUTH and field["value"] is None:
            missing = field["missing"]
            assert (missing["reason"] == "no_answer") == (missing["cause"] is not None)
            states = KINDS[kind].states or missing["reason"] == "no_answer"
            assert states, f"{kind} on {face} became {missing['reason']} of {code}"


@pytest.mark.parametrize("face", ["wallet", "ndxp"])
def test_a_source_that_hangs_costs_its_fields_and_no_more_than_the_budget(sqlite_gate: Gate, face: str) -> None:
    gate = sqlite_gate
    settle(gate.world)
    gate.desk = gate.open(lookup_budget=0.8)
    gate.world.fault(face, "timeout")
    body = filled(gate)
    if face == "wallet":
        assert values(body) == TRUTH  # the registries say all of it too
    else:
        assert fields(body)["applicant_full_name"]["missing"]["cause"] == "timeout"
        assert values(body)["applicant_card_issued_on"] == "2022-01-01"  # the wallet says it


def test_the_same_form_over_the_gateway_knows_more_of_a_person(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    settle(gate.world)
    gate.desk = gate.open(
        population_path="lgsp-soap",
        lgsp_url=f"{gate.world.vneid}/lgsp",
        lgsp_secret_key=gate.settings.source_client_secret,
    )
    told = values(filled(gate))
    assert told["applicant_nationality"] == "Việt Nam"
    assert told["applicant_marital_status"] == "single"
    assert told["applicant_sex"] == "male"


def test_a_procedure_without_a_form_and_a_case_that_is_none_are_refused(sqlite_gate: Gate) -> None:
    with pytest.raises(ProcedureWithoutForm):
        filled(sqlite_gate, wish("9.000001"))
    with pytest.raises(UnknownCase):
        filled(sqlite_gate, wish(STATUS, case="Không có"))


# ---- again --------------------------------------------------------------------------------------------------------


def test_a_repeated_request_is_given_the_same_prefill_and_keeps_no_value_in_the_clear(gate: Gate) -> None:
    settle(gate.world)
    first = filled(gate, named=key(route=ROUTE))
    asked = len(gate.world.journal())
    again = gate.run(prefills.fill_in(gate.desk, CALLER, wish(), key(route=ROUTE)))
    assert (json.loads(again.body), again.headers["idempotent-replayed"]) == (first, "true")
    assert len(gate.world.journal()) == asked
    (kept,) = gate.rows(idempotency_keys)
    assert json.loads(kept.body) == {"prefill_id": first["prefill_id"]}


def test_it_is_read_by_its_own_caller_until_it_expires_and_then_forgotten(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate)
    again = gate.run(prefills.read_again(gate.desk, CALLER, body["prefill_id"]))
    assert json.loads(again.body) == body
    with pytest.raises(NoPrefill):
        gate.run(prefills.read_again(gate.desk, Caller("another", frozenset()), body["prefill_id"]))
    gate.watch.advance(hours=24)
    with pytest.raises(NoPrefill):
        gate.run(prefills.read_again(gate.desk, CALLER, body["prefill_id"]))
    assert gate.run(prefills.sweep(gate.desk)) == 1
    assert gate.count(table) == 0


def test_a_claim_lost_to_another_attempt_keeps_the_look_ups_and_no_prefill_of_its_own(gate: Gate) -> None:
    """The first is slow, the second takes the key over once its time is up; one prefill is left, and both look-ups."""
    settle(gate.world)
    slow, calls = threading.Event(), list[Json]()
    with scripted() as script:

        def records(asked: Json) -> tuple[int, bytes]:
            calls.append(asked)
            if len(calls) == 1:
                slow.wait(10)
            return said(script.records(asked))

        script.handlers[SERVICE] = records
        gate.desk = gate.open(ndxp_url=f"{script.url}/ndxp", lookup_budget=10.0)

        async def attempt() -> Answer:
            return await prefills.fill_in(gate.desk, CALLER, wish("2.001610"), key(route=ROUTE))

        async def overtaken() -> tuple[Answer, BaseException | None]:
            first = asyncio.ensure_future(attempt())
            while not calls:
                await asyncio.sleep(0.005)
            gate.watch.advance(seconds=61)
            second = await attempt()
            slow.set()
            await asyncio.wait([first])
            return second, first.exception()

        second, lost = gate.run(overtaken())
    assert isinstance(lost, idempotency.KeyLost)
    kept = json.loads(second.body)["prefill_id"]
    assert [r.id for r in gate.rows(table)] == [kept]
    asked_for = [r.decision_id for r in gate.rows(lookups)]
    assert len(asked_for) == 2 * asked_for.count(kept) > 0


# ---- at submission ------------------------------------------------------------------------------------------------

OWN = {"purpose": "Mua nhà"}


def submitted(gate: Gate, said: Mapping[str, Any], prefill: str | None = None, **change: Any) -> Json:
    form = Form(dict(said), change.pop("revision", None), prefill)
    caller = change.pop("caller", CALLER)
    submission = gate.submission(change.pop("procedure", STATUS), form=form, **change)
    return read(gate.run(dossiers.submit(gate.desk, caller, submission, None)))


def faults(refused: pytest.ExceptionInfo[FormInvalid]) -> dict[str | None, Fault]:
    return {f.code: f.fault for f in refused.value.faults}


def test_a_form_filed_as_it_was_filled_in_stands(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate)
    dossier = submitted(gate, values(body) | OWN, body["prefill_id"])
    assert dossier["form"]["prefill_id"] == body["prefill_id"]
    assert dossier["form"]["prefilled"] == sorted(TRUTH)
    assert dossier["form"]["fields"] == sorted([*TRUTH, "purpose"])
    assert ADDRESS.encode() not in all_bytes(gate)


def test_what_is_not_sent_stands_as_it_was_filled_in(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate)
    assert submitted(gate, OWN, body["prefill_id"])["form"]["prefilled"] == sorted(TRUTH)


def test_the_same_letters_in_another_unicode_form_are_no_change(sqlite_gate: Gate) -> None:
    settle(sqlite_gate.world)
    body = filled(sqlite_gate)
    name = unicodedata.normalize("NFD", values(body)["applicant_full_name"])
    assert submitted(sqlite_gate, OWN | {"applicant_full_name": name}, body["prefill_id"])["form"]


def test_every_changed_value_is_named_at_once_and_none_is_shown(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate)
    said = {"applicant_full_name": "TÊN KHÁC", "applicant_birth_date": None, "applicant_phone": "abc", "lạ": 1}
    with pytest.raises(PrefilledValueChanged) as refused:
        submitted(gate, said, body["prefill_id"])
    assert faults(refused) == {
        "applicant_full_name": Fault.CHANGED,
        "applicant_birth_date": Fault.CHANGED,
        "applicant_phone": Fault.PHONE,
        "purpose": Fault.REQUIRED,
        None: Fault.UNKNOWN,
    }
    assert "TÊN KHÁC" not in str(refused.value) + repr(refused.value)


def test_without_a_prefill_only_the_number_of_the_account_is_held_to(gate: Gate) -> None:
    settle(gate.world)
    whole = TRUTH | OWN
    assert submitted(gate, whole)["form"]["prefilled"] == ["applicant_id"]
    with pytest.raises(PrefilledValueChanged) as refused:
        submitted(gate, whole | {"applicant_id": ANOTHER})
    assert faults(refused) == {"applicant_id": Fault.CHANGED}
    with pytest.raises(FormInvalid) as missing:
        submitted(gate, {})
    assert set(faults(missing).values()) == {Fault.REQUIRED}
    assert "applicant_id" not in faults(missing)


@pytest.mark.parametrize(
    "change",
    [
        {"caller": Caller("another-office", frozenset())},
        {"applicant": SPOUSE},
        {"procedure": "2.000635"},
    ],
    ids=["another system's", "another person's", "another procedure's"],
)
def test_a_prefill_is_good_for_its_own_caller_person_and_procedure(sqlite_gate: Gate, change: Json) -> None:
    settle(sqlite_gate.world)
    body = filled(sqlite_gate)
    with pytest.raises(PrefillUnknown):
        submitted(sqlite_gate, OWN, body["prefill_id"], **change)


def test_a_prefill_that_has_expired_or_never_was_cannot_be_used(gate: Gate) -> None:
    settle(gate.world)
    body = filled(gate)
    gate.watch.advance(hours=23, minutes=59)
    assert submitted(gate, OWN, body["prefill_id"])["form"]
    gate.watch.advance(minutes=1)
    for prefill_id in (body["prefill_id"], "019ac000-0000-7000-8000-000000000000"):
        with pytest.raises(PrefillUnknown):
            submitted(gate, OWN, prefill_id)


def test_a_prefill_put_in_anothers_place_opens_for_nobody(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    settle(gate.world)
    one, other = filled(gate), filled(gate)
    sealed = {r.id: r.sealed for r in gate.rows(table)}

    def swap(conn: Connection) -> None:
        conn.execute(table.update().where(table.c.id == one["prefill_id"]).values(sealed=sealed[other["prefill_id"]]))

    gate.desk.db.write_sync(swap)
    with pytest.raises(PrefillUnknown):
        submitted(gate, OWN, one["prefill_id"])


def test_a_form_of_another_revision_and_of_a_procedure_without_one_are_refused(sqlite_gate: Gate) -> None:
    settle(sqlite_gate.world)
    with pytest.raises(FormOutdated):
        submitted(sqlite_gate, OWN, revision="0000")
    with pytest.raises(ProcedureWithoutForm):
        submitted(sqlite_gate, OWN, procedure="9.000001")


TAMPERED = st.one_of(st.text(max_size=40), st.booleans(), st.integers(), st.none(), st.lists(st.integers(), max_size=2))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_any_locked_value_is_found(sqlite_gate: Gate, data: st.DataObject) -> None:
    gate = sqlite_gate
    if gate.count(table) == 0:
        settle(gate.world)
        filled(gate)
    body = json.loads(gate.run(prefills.read_again(gate.desk, CALLER, gate.rows(table)[0].id)).body)
    locked = [code for code, f in fields(body).items() if f["state"] == "locked"]
    codes = data.draw(st.sets(st.sampled_from(locked), min_size=1))
    change: dict[str, object] = {code: data.draw(TAMPERED) for code in codes}
    truth = values(body)
    real = {code for code, said in change.items() if not (isinstance(said, str) and said == truth[code])}

    def check(conn: Connection) -> None:
        prefills.check(conn, gate.desk, CALLER, STATUS, AN, OWN | change, None, body["prefill_id"])

    if not real:
        gate.desk.db.read_sync(check)
        return
    with pytest.raises(PrefilledValueChanged) as refused:
        gate.desk.db.read_sync(check)
    assert {f.code for f in refused.value.faults if f.fault is Fault.CHANGED} == real


def test_errors_of_meaning_name_nobody(sqlite_gate: Gate) -> None:
    settle(sqlite_gate.world)
    raised: list[DomainError] = []
    attempts: tuple[Callable[[], Json], ...] = (
        lambda: filled(sqlite_gate, wish(STATUS, related={Role.CHILD: SPOUSE})),
        lambda: submitted(sqlite_gate, {"applicant_id": ANOTHER, ANOTHER: "x"}),
        lambda: submitted(sqlite_gate, OWN, "019ac000-0000-7000-8000-000000000000"),
    )
    for make in attempts:
        with pytest.raises(DomainError) as refused:
            make()
        raised.append(refused.value)
    told = " ".join(f"{e} {e!r} {e.facts}" for e in raised)
    assert AN.id not in told and ANOTHER not in told
