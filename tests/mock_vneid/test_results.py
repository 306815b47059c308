"""Results that offices deliver to wallets: stored once, replaced by newer versions, believed only of known issuers."""

import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from mock_vneid import worlds
from mock_vneid.results import ISSUERS, BadResult, Claims, Result, Results, opened
from tests.mock_vneid.office import ANOTHER, PERSON, PRIVATE, Json, Office
from tests.mock_vneid.wallet_office import AGENCY, BIRTH, RESULT, Issuer, bearer, wallet

REVOKED = {"version": 2, "revoked_on": "2026-11-21"}


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    return empty


@pytest.fixture
def issuer(office: Office) -> Issuer:
    return Issuer(office)


def shown(office: Office, person: str = PERSON, document_type: str = BIRTH) -> Json:
    return office.verified(office.documents([document_type], person)[document_type])


def said(answer: Any) -> tuple[int, str]:
    body = answer.json()
    return answer.status_code, body.get("status") or body.get("error_code") or body.get("error")


# Storing


def test_a_delivered_result_shows_at_once_as_a_linked_document(issuer: Issuer) -> None:
    office = issuer.office
    assert office.statuses([BIRTH]) == {BIRTH: "absent"}
    answer = issuer.deliver(issuer.sign(valid_until="2036-11-20"), request_id="r-77")
    assert answer.status_code == 201
    assert answer.json() | {"document_ref": ""} == {"request_id": "r-77", "status": "stored", "document_ref": ""}
    document = shown(office)
    assert document["document_id"] == answer.json()["document_ref"]
    assert {name: document[name] for name in ("number", "issued_on", "valid_until", "full_name", "data")} == {
        "number": "123/2026",
        "issued_on": "2026-11-20",
        "valid_until": "2036-11-20",
        "full_name": "NGUYỄN VĂN AN",
        "data": {"father": "NGUYỄN VĂN BA"},
    }


def test_the_registries_know_nothing_of_a_result_and_keep_their_own_words(issuer: Issuer) -> None:
    office = issuer.office
    issuer.deliver(issuer.sign())
    assert office.records("HO-TICH", [BIRTH]) == []
    office.put_holding(BIRTH, wallet="not_linked", number="OLD-1")
    assert shown(office)["number"] == "123/2026"
    (record,) = office.records("HO-TICH", [BIRTH])
    assert (record["number"], record["issued_on"]) == ("OLD-1", "2022-01-01")


def test_the_same_delivery_again_is_answered_alike_and_changes_nothing(issuer: Issuer) -> None:
    result = issuer.sign()
    first, again = issuer.deliver(result, request_id="a"), issuer.deliver(result, request_id="a")
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert len(issuer.office.get("results")["items"]) == 1


def test_the_same_version_in_other_bytes_is_refused_and_the_first_stays(issuer: Issuer) -> None:
    issuer.deliver(issuer.sign())
    assert said(issuer.deliver(issuer.sign(number="124/2026"))) == (409, "RESULT_DIFFERS")
    assert said(issuer.deliver(issuer.sign())) == (409, "RESULT_DIFFERS")  # another signature is other bytes
    assert shown(issuer.office)["number"] == "123/2026"


def test_a_revoked_result_shows_as_revoked_and_an_older_version_does_not_bring_it_back(issuer: Issuer) -> None:
    first = issuer.sign()
    issuer.deliver(first)
    assert said(issuer.deliver(issuer.sign(**REVOKED))) == (201, "stored")
    assert shown(issuer.office)["revoked_on"] == "2026-11-21"
    late = issuer.deliver(first)
    assert said(late) == (200, "superseded")
    assert late.json()["document_ref"] == shown(issuer.office)["document_id"]
    assert shown(issuer.office)["revoked_on"] == "2026-11-21"


def test_versions_that_arrive_in_the_wrong_order_end_with_the_newest(issuer: Issuer) -> None:
    first, second = issuer.sign(), issuer.sign(**REVOKED)
    assert [said(issuer.deliver(result)) for result in (second, first, second)] == [
        (201, "stored"),
        (200, "superseded"),
        (200, "stored"),
    ]
    assert "revoked_on" in shown(issuer.office)


def test_a_newer_version_for_another_holder_or_type_is_another_result_and_refused(issuer: Issuer) -> None:
    issuer.office.put_person(ANOTHER)
    issuer.deliver(issuer.sign())
    holder = RESULT["holder"] | {"id": ANOTHER}
    assert said(issuer.deliver(issuer.sign(version=2, holder=holder))) == (409, "RESULT_DIFFERS")
    assert said(issuer.deliver(issuer.sign(version=2, document_type="CAN_CUOC"))) == (409, "RESULT_DIFFERS")


def test_of_two_results_of_one_type_the_wallet_shows_the_last_issued_that_stands(issuer: Issuer) -> None:
    issuer.deliver(issuer.sign(jti="new", number="NEW", issued_on="2026-11-22"))
    issuer.deliver(issuer.sign(jti="old", number="OLD", issued_on="2020-01-01"))
    assert shown(issuer.office)["number"] == "NEW"
    issuer.deliver(issuer.sign(jti="new", number="NEW", issued_on="2026-11-22", **REVOKED))
    assert shown(issuer.office)["number"] == "OLD"
    issuer.deliver(issuer.sign(jti="old", number="OLD", issued_on="2020-01-01", **REVOKED))
    assert (shown(issuer.office)["number"], shown(issuer.office)["revoked_on"]) == ("NEW", "2026-11-21")


def test_two_issuers_may_use_the_same_jti(issuer: Issuer) -> None:
    other = Issuer(issuer.office, "000.00.01.H27")
    assert [said(one.deliver(one.sign(document_type=kind))) for one, kind in ((issuer, BIRTH), (other, "KET_HON"))] == [
        (201, "stored"),
        (201, "stored"),
    ]


# Who has a wallet


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_wallet_is_an_account_and_shows_from_level_two_on(issuer: Issuer, level: int) -> None:
    issuer.office.put_person(identity_level=level)
    answer = issuer.deliver(issuer.sign())
    assert said(answer) == ((422, "NO_ACCOUNT") if level == 0 else (201, "stored"))
    status = {0: "absent", 1: "not_linked", 2: "linked"}[level]
    assert issuer.office.statuses([BIRTH]) == {BIRTH: status}


def test_nobody_has_no_account(issuer: Issuer) -> None:
    holder = {"kind": "person", "id": ANOTHER}
    assert said(issuer.deliver(issuer.sign(holder=holder))) == (422, "NO_ACCOUNT")
    entry = issuer.office.journal(service="deliver")[-1]
    assert (entry["refused"], entry["matched"]) == ("account", ["token", "form", "result"])
    assert entry["holder"]["id"] == ANOTHER


NEWBORN = "042326100009"


def test_who_applied_for_somebody_without_an_account_receives_the_result_in_their_place(issuer: Issuer) -> None:
    office = issuer.office
    child = {"kind": "person", "id": NEWBORN, "full_name": "NGUYỄN THỊ MỚI"}
    parent = {"kind": "person", "id": PERSON}
    assert said(issuer.deliver(issuer.sign(holder=child))) == (422, "NO_ACCOUNT")
    assert said(issuer.deliver(issuer.sign(holder=child, recipient=parent))) == (201, "stored")
    for owner in (NEWBORN, PERSON):
        listed = office.http.get(f"{office.control}/results", params={"holder": owner}).json()["items"]
        assert [one["claims"]["holder"]["id"] for one in listed] == [NEWBORN]
    assert office.statuses([BIRTH]) == {BIRTH: "absent"}, "it is no document of the parent's own"
    office.put_person(NEWBORN, full_name="NGUYỄN THỊ MỚI", birth_date="2026-11-01", sex="female")
    assert shown(office, NEWBORN)["full_name"] == "NGUYỄN THỊ MỚI"


def test_a_result_for_one_without_an_account_by_one_without_an_account_goes_another_way(issuer: Issuer) -> None:
    child, parent = ({"kind": "person", "id": one} for one in (NEWBORN, ANOTHER))
    assert said(issuer.deliver(issuer.sign(holder=child, recipient=parent))) == (422, "NO_ACCOUNT")
    assert issuer.deliver(issuer.sign(recipient={"kind": "person", "id": "1"})).json()["check"] == "claims"


def test_a_result_received_for_oneself_is_listed_once(issuer: Issuer) -> None:
    issuer.deliver(issuer.sign(recipient={"kind": "person", "id": PERSON}))
    found = issuer.office.http.get(f"{issuer.office.control}/results", params={"holder": PERSON}).json()["items"]
    assert len(found) == 1


def test_an_organisation_is_given_its_results_too(issuer: Issuer) -> None:
    office = issuer.office
    office.put("organizations/3000000099", {"name": "CÔNG TY TNHH THỬ"})
    holder = {"kind": "organization", "id": "3000000099"}
    assert said(issuer.deliver(issuer.sign(holder=holder, document_type="GCN_DKDN"))) == (201, "stored")
    assert office.statuses(["GCN_DKDN"], "3000000099") == {"GCN_DKDN": "linked"}


def test_a_virtual_person_is_given_results_without_being_put_by_hand(virtual: Office) -> None:
    issuer = Issuer(virtual)
    holder = {"kind": "person", "id": "042190123456"}
    assert said(issuer.deliver(issuer.sign(holder=holder))) in {(201, "stored"), (422, "NO_ACCOUNT")}
    assert virtual.get("people/042190123456")["by_hand"] is False


# What is believed

_OTHER = ECKey.generate_key("P-256", parameters={"kid": "other"})


@pytest.mark.parametrize(
    ("make", "check"),
    [
        (lambda issuer: "no jws", "shape"),
        (lambda issuer: issuer.sign()[:-2] + "!!", "shape"),
        (lambda issuer: "e30.e30.", "alg"),
        (lambda issuer: issuer.sign({"typ": "JWT"}), "typ"),
        (lambda issuer: issuer.sign({"typ": None}), "typ"),
        (lambda issuer: issuer.sign({"crit": ["kid"]}), "crit"),
        (lambda issuer: issuer.sign({"kid": "another"}), "kid"),
        (lambda issuer: issuer.sign({"kid": None}), "kid"),
        (lambda issuer: issuer.sign(None, _OTHER), "signature"),
        (lambda issuer: issuer.sign(iss="000.00.99.H27"), "issuer"),
        (lambda issuer: issuer.sign(iss="http://elsewhere"), "claims"),
        (lambda issuer: issuer.sign(version=0), "claims"),
        (lambda issuer: issuer.sign(version=True), "claims"),
        (lambda issuer: issuer.sign(version=None), "claims"),
        (lambda issuer: issuer.sign(jti="x" * 201), "claims"),
        (lambda issuer: issuer.sign(holder={"kind": "person", "id": "1"}), "claims"),
        (lambda issuer: issuer.sign(issued_on="2026-02-30"), "claims"),
        (lambda issuer: issuer.sign(document_type="lower"), "claims"),
    ],
)
def test_what_proves_nothing_is_refused_with_the_check_that_failed(
    issuer: Issuer, make: Callable[[Issuer], str], check: str
) -> None:
    answer = issuer.deliver(make(issuer))
    assert said(answer) == (400, "BAD_RESULT")
    assert answer.json()["check"] == check
    assert PERSON not in answer.text
    assert issuer.office.journal(service="deliver")[-1]["refused"] == check
    assert issuer.office.statuses([BIRTH]) == {BIRTH: "absent"}


def test_every_world_believes_the_demo_province_by_the_key_everybody_knows(virtual: Office) -> None:
    seed = hashlib.sha512(b"demo-publication-key-not-a-secret").digest()
    private = ec.derive_private_key(int.from_bytes(seed[:32]) >> 1, ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = ECKey.import_key(pem.decode())
    (known,) = virtual.get(f"issuers/{AGENCY}")["keys"]
    assert (known["kid"], known["x"]) == (key.thumbprint(), key.as_dict(private=False)["x"])
    issuer = Issuer(virtual, "000.00.99.H27")
    holder = {"kind": "person", "id": "042190990001"}
    answer = issuer.deliver(issuer.sign({"kid": known["kid"]}, key, iss=AGENCY, holder=holder))
    assert said(answer) in {(201, "stored"), (422, "NO_ACCOUNT")}


def test_a_key_that_was_replaced_is_believed_no_more_and_what_it_signed_stays(issuer: Issuer) -> None:
    first = issuer.sign()
    issuer.deliver(first)
    Issuer(issuer.office)
    assert said(issuer.deliver(issuer.sign(jti="r-2"))) == (400, "BAD_RESULT")
    assert shown(issuer.office)["number"] == "123/2026"


@given(st.text() | st.lists(st.text("eyJ0_-AZ{}"), min_size=3, max_size=3).map(".".join))
def test_no_text_that_an_issuer_did_not_sign_is_a_result(text: str) -> None:
    with pytest.raises(BadResult):
        opened(text, ISSUERS)


def _result(jti: str, issued_on: str, revoked: bool) -> Result:
    change = {"jti": jti, "issued_on": issued_on, "revoked_on": "2026-01-01" if revoked else None}
    return Result(jti, Claims.model_validate(RESULT | change))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.dates().map(str), st.booleans()), min_size=1))
def test_the_wallet_shows_a_result_that_stands_if_there_is_one(told: list[tuple[str, str, bool]]) -> None:
    results = Results()
    for one in told:
        results.put(_result(*one))
    shown = results.shown(PERSON)[BIRTH]
    standing = [one.claims.issued_on for one in results if one.claims.revoked_on is None]
    assert len(results) == len({jti for jti, _, _ in told})
    assert shown.claims.issued_on == max(standing or [one.claims.issued_on for one in results])
    assert (shown.claims.revoked_on is None) == bool(standing)


# Who may deliver


def test_only_a_token_with_the_scope_delivers(issuer: Issuer) -> None:
    office, result = issuer.office, issuer.sign()
    body = {"request_id": "r", "result": result}
    for headers, status in (
        ({}, 401),
        (office.bearer("wallet"), 403),
        (office.bearer("ndxp"), 401),
        (bearer(office, "wallet.redeem wallet.subscribe"), 403),
        (bearer(office, "wallet.search wallet.deliver"), 201),
    ):
        answer = office.http.post(f"{office.vneid}/wallet/results", json=body, headers=headers)
        assert answer.status_code == status


def test_a_private_body_is_given_no_such_token(office: Office) -> None:
    for scope in ("wallet.deliver", "wallet.search", "wallet.subscribe"):
        form = {"grant_type": "client_credentials", "scope": scope}
        answer = office.http.post(f"{office.vneid}/oidc/token", data=form, auth=PRIVATE)
        assert answer.json()["error"] == "invalid_scope"


def test_a_world_keeps_so_many_results_and_newer_versions_of_them(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "MOST_RESULTS", 1)
    assert said(issuer.deliver(issuer.sign())) == (201, "stored")
    assert said(issuer.deliver(issuer.sign(jti="r-2"))) == (507, "FULL")
    assert said(issuer.deliver(issuer.sign(**REVOKED))) == (201, "stored")


@pytest.mark.parametrize("change", [{"request_id": ""}, {"result": ""}, {"result": 1}, {"more": 1}])
def test_a_delivery_out_of_form_is_told_so(issuer: Issuer, change: Json) -> None:
    answer = issuer.deliver(issuer.sign(), **change)
    assert said(answer) == (400, "bad_request")


# Faults


@pytest.mark.parametrize(("kind", "status"), [("http_503", 503), ("rate_limit", 429), ("unauthorized", 401)])
def test_a_wallet_in_trouble_takes_nothing_and_takes_it_afterwards(issuer: Issuer, kind: str, status: int) -> None:
    issuer.office.fault("wallet", kind, match={"service": "deliver", "person": PERSON}, times=1)
    result = issuer.sign()
    assert issuer.deliver(result).status_code == status
    assert issuer.office.get("results")["items"] == []
    assert said(issuer.deliver(result)) == (201, "stored")


@pytest.mark.parametrize("kind", ["reset", "timeout", "half_close"])
def test_a_connection_that_breaks_before_the_answer_has_stored_nothing(issuer: Issuer, kind: str) -> None:
    attributes = {} if kind == "reset" else {"seconds": 1}
    issuer.office.fault("wallet", kind, match={"service": "deliver"}, times=1, attributes=attributes)
    result = issuer.sign()
    with pytest.raises(httpx.TransportError):
        issuer.deliver(result)
    assert said(issuer.deliver(result)) == (201, "stored")


def test_a_receipt_cut_off_on_its_way_is_of_a_result_that_is_there(issuer: Issuer) -> None:
    issuer.office.fault("wallet", "truncated", match={"service": "deliver"}, times=1)
    result = issuer.sign()
    with pytest.raises(httpx.TransportError):
        issuer.deliver(result)
    assert said(issuer.deliver(result)) == (200, "stored")


def test_a_result_whose_receipt_was_lost_is_there_all_the_same(issuer: Issuer) -> None:
    issuer.office.fault("wallet", "garbage", match={"service": "search"})
    issuer.office.fault("wallet", "schema_drift", match={"service": "deliver"}, times=1)
    result = issuer.sign()
    assert "status" not in issuer.deliver(result).json()
    assert said(issuer.deliver(result)) == (200, "stored")


def test_a_fault_of_one_persons_deliveries_spares_the_others(issuer: Issuer) -> None:
    issuer.office.put_person(ANOTHER)
    issuer.office.fault("wallet", "http_503", match={"person": ANOTHER, "document_type": BIRTH})
    holder = {"kind": "person", "id": ANOTHER}
    assert said(issuer.deliver(issuer.sign())) == (201, "stored")
    assert issuer.deliver(issuer.sign(jti="r-2", holder=holder)).status_code == 503


# The world around them


def test_results_go_with_a_snapshot_a_fork_and_a_file_and_leave_with_a_reset(issuer: Issuer) -> None:
    office = issuer.office
    issuer.deliver(issuer.sign())
    office.post("snapshots", {})
    file = office.get("export")
    names = [office.post("fork", {})["name"], office.post("../import?name=imported-results", file)["name"]]
    issuer.deliver(issuer.sign(**REVOKED))
    for name in names:
        (kept,) = office.get(f"../{name}/results")["items"]
        assert (kept["claims"]["version"], kept["shown"]) == (1, True)
        assert office.get(f"../{name}/people/{PERSON}")["holdings"][BIRTH]["wallet"] == "linked"
        assert office.get(f"../{name}/issuers/{AGENCY}") == office.get(f"issuers/{AGENCY}")
        office.http.delete(f"{office.control}/../{name}")
    assert office.get("results/r-1")["claims"]["version"] == 2
    office.post("snapshots/snapshot/restore", {})
    assert office.get("results/r-1")["claims"]["version"] == 1
    office.post("reset", {})
    assert office.http.get(f"{office.control}/results/r-1").status_code == 404


def test_a_file_with_a_broken_result_is_refused_as_a_whole(office: Office) -> None:
    answer = office.http.post(f"{office.control}/../import", json={"results": ["no jws"]})
    assert answer.status_code == 422
    assert "results.0" in answer.text


def test_the_results_of_one_holder_are_listed_alone(issuer: Issuer) -> None:
    issuer.office.put_person(ANOTHER)
    issuer.deliver(issuer.sign())
    issuer.deliver(issuer.sign(jti="r-2", holder={"kind": "person", "id": ANOTHER}))
    items = issuer.office.http.get(f"{issuer.office.control}/results", params={"holder": ANOTHER}).json()["items"]
    assert [item["claims"]["jti"] for item in items] == ["r-2"]


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"kty": "oct", "k": "AA"}],
        [_OTHER.as_dict(private=True)],
        [{name: part for name, part in _OTHER.as_dict(private=False).items() if name != "kid"}],
    ],
)
def test_an_issuer_needs_public_keys_with_names(office: Office, keys: list[Json]) -> None:
    assert office.http.put(f"{office.control}/issuers/{AGENCY}", json={"keys": keys}).status_code == 422


def test_an_issuer_is_put_listed_and_deleted(issuer: Issuer) -> None:
    office = issuer.office
    other = Issuer(office, "000.00.01.H27")
    assert [item["agency"] for item in office.get("issuers")["items"]] == [AGENCY, other.agency]
    url = f"{office.control}/issuers/{other.agency}"
    assert [office.http.delete(url).status_code for _ in range(2)] == [204, 404]
    assert other.deliver(other.sign()).json()["check"] == "issuer"


def test_the_delivery_stands_in_the_journal_and_can_be_asserted(issuer: Issuer) -> None:
    issuer.deliver(issuer.sign(), request_id="r-9")
    wallet(issuer.office, "wallet.deliver", "results", {"request_id": "r-9"})
    found = issuer.office.post(
        "journal/assertions",
        {
            "assertions": [
                {"match": ["service:deliver", "status:201", f"person:{PERSON}", f"type:{BIRTH}"], "exactly": 1},
                {"match": ["service:deliver", "refused:form"], "exactly": 1},
                {"match": ["service:deliver", "matched:account"], "exactly": 1},
            ]
        },
    )
    assert found["holds"], found
