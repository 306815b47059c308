"""Results over HTTP: issued by a transition, read, verified with the published keys, corrected, revoked; and fees."""

import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from app.api import examples
from tests.api.conftest import DOSSIER, Service

COMPLETE: dict[str, Any] = examples.TRANSITIONS["complete"]["value"]
NEW, FORMER = "042176990036", "042070990037"


def post(service: Service, path: str, body: Any, **headers: str) -> Any:
    sent = service.bearer() | {name.replace("_", "-"): value for name, value in headers.items()}
    return service.client.post(path, json=body, headers=sent)


def get(service: Service, path: str, scope: str = "dossiers:read") -> Any:
    return service.client.get(path, headers=service.bearer(scope=scope))


def complete(service: Service, result: dict[str, Any] | None = None, **dossier: Any) -> Any:
    """The answer to the move to 9."""
    code, _ = service.file({**DOSSIER, **dossier})
    for step in (2, 4):
        assert post(service, f"/v1/dossiers/{code}/transitions", {"to": step}, if_match="*").status_code == 200
    body = {**COMPLETE, "result": {**COMPLETE["result"], **(result or {})}}
    return post(service, f"/v1/dossiers/{code}/transitions", body, if_match="*")


def issued(service: Service) -> dict[str, Any]:
    answer = complete(service)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["results"][0]
    return found


def test_a_result_is_issued_with_9_and_read_under_its_own_address(stored: Service) -> None:
    found = issued(stored)
    answer = get(stored, f"/v1/results/{found['id']}")
    assert answer.headers["cache-control"] == "no-store"
    read = answer.json()
    assert {name: read[name] for name in found} == found
    assert read["content"]["data"]["full_name"] == "NGUYỄN HÀ MY"
    assert get(stored, f"/v1/results/{found['id']}/check").json() == {"intact": True, "faults": [], "status": "valid"}


def test_the_published_keys_verify_it_and_are_anybody_s_to_read(service: Service) -> None:
    token = get(service, f"/v1/results/{issued(service)['id']}").json()["jws"]
    keys = service.client.get("/v1/results/keys")
    assert keys.json() == service.client.get("/v1/publications/jwks").json()
    signed = jws.deserialize_compact(token, KeySet.import_key_set(keys.json()), algorithms=["ES256"])
    assert json.loads(signed.payload)["document_type"] == "GIAY_KHAI_SINH"
    kept = service.client.get("/v1/results/keys", headers={"if-none-match": keys.headers["etag"]})
    assert kept.status_code == 304


def test_a_result_is_revoked_once_and_the_answer_is_kept(stored: Service) -> None:
    path = f"/v1/results/{issued(stored)['id']}/revoke"
    first = post(stored, path, {"reason": "Cấp nhầm"}, idempotency_key="r-1")
    assert (first.status_code, first.json()["status"], first.json()["version"]) == (200, "revoked", 2)
    again = post(stored, path, {"reason": "Cấp nhầm"}, idempotency_key="r-1")
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    late = post(stored, path, {"reason": "Cấp nhầm"})
    assert (late.status_code, late.json()["code"]) == (409, "result-already-revoked")


def test_a_correction_has_an_address_of_its_own(stored: Service) -> None:
    old = issued(stored)
    answer = post(stored, f"/v1/results/{old['id']}/replacements", examples.REPLACEMENTS["name"]["value"])
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert answer.headers["location"] == f"/v1/results/{new['id']}"
    assert new["replaces"] == old["id"]
    assert get(stored, f"/v1/results/{old['id']}").json()["replaced_by"] == new["id"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"result_code": "KQ.G15.000032"}, 422, "unknown-result-code"),
        ({"document_type": "TO_KHAI"}, 422, "not-a-result"),
        ({"valid_until": "1999-01-01"}, 422, "result-dates"),
        ({"replaces": "01936d5c-7a10-7c3e-9d1f-2b6f0f1c8a55"}, 422, "not-replaceable"),
        ({"physical": True}, 409, "physical-not-asked"),
    ],
)
def test_what_cannot_be_issued_says_how_to_mend_it(
    service: Service, change: dict[str, Any], status: int, code: str
) -> None:
    answer = complete(service, change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if code == "unknown-result-code":
        assert answer.json()["facts"]["known"] == ["KQ.G15.000031"]
    if code == "physical-not-asked":
        facts = answer.json()["facts"]
        assert facts["citations"][0]["provision"] == "Mục 4 điểm c"
        assert "wishes.physical_result" in facts["remedy"]["en"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"result_code": "kq.g15"}, "string_pattern_mismatch"),
        ({"result_code": "KQ.G15..1"}, "string_pattern_mismatch"),
        ({"fee": {"amount_vnd": 1, "for": "printing"}}, "fee_without_paper"),
        ({"data": {"note": ["x" * 2000] * 9}}, "too_much_data"),
        ({"data": {"Tên": "x"}}, "string_pattern_mismatch"),
    ],
)
def test_a_result_of_the_wrong_shape_is_refused(service: Service, change: dict[str, Any], kind: str) -> None:
    answer = complete(service, change)
    assert answer.status_code == 422
    assert kind in {e["kind"] for e in answer.json()["errors"]}


def test_a_copy_the_citizen_asked_for_may_cost_something_and_the_fee_is_flagged(service: Service) -> None:
    fee = {"amount_vnd": 8000, "for": "printing"}
    answer = complete(service, {"physical": True, "fee": fee}, wishes={"physical_result": True})
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["results"]
    assert (found["physical"], found["fee"]["outcome"], found["fee"]["amount_vnd"]) == (True, "FEE_FLAGGED", 8000)


@pytest.mark.parametrize("name", examples.FEE_DEMANDS)
def test_the_examples_of_fees_give_what_they_say(service: Service, name: str) -> None:
    example = examples.FEE_DEMANDS[name]
    answer = post(service, "/v1/fee-demands", example["value"])
    assert answer.status_code == 200, answer.text
    assert example["summary"].startswith(answer.json()["outcome"])


def test_nobody_reads_or_revokes_without_the_scope(service: Service) -> None:
    path = f"/v1/results/{issued(service)['id']}"
    assert get(service, path, "reports:read").status_code == 403
    assert service.client.get(path).status_code == 401
    refused = service.client.post(f"{path}/revoke", json={"reason": "x"}, headers=service.bearer(scope="dossiers:read"))
    assert refused.status_code == 403


@pytest.mark.parametrize("result_id", ["01936d5c-7a10-7c3e-9d1f-2b6f0f1c8a55", "042190000001"])
def test_a_result_nobody_issued_is_not_found_and_its_address_not_repeated(service: Service, result_id: str) -> None:
    answer = get(service, f"/v1/results/{result_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-result")
    assert result_id not in answer.text


# ---- organisations --------------------------------------------------------------------------------------------------


def test_the_company_s_new_representative_files_and_its_former_one_does_not(service: Service) -> None:
    company = examples.DOSSIERS["company"]["value"]
    filed = post(service, "/v1/dossiers", company)
    assert filed.status_code == 201, filed.text
    found = filed.json()["representation"]
    assert (found["status"], found["service"], found["compared"]) == ("confirmed", "DKDN", "id")
    outcomes = {f["document_type"]: f["outcome"] for c in filed.json()["components"] for f in c["findings"]}
    assert outcomes["GCN_DKDN"] == "REFUSE_PAPER_USE_REGISTRY" and outcomes["CAN_CUOC"] == "REFUSE_PAPER_USE_WALLET"
    refused = post(service, "/v1/dossiers", {**company, "representative": {"kind": "person", "id": FORMER}})
    assert (refused.status_code, refused.json()["code"]) == (422, "not-representative")
    assert not [word for word in (FORMER, "3002990001", "NGUYỄN BÁ TRUNG") if word in refused.text]


def test_a_person_has_no_representative(service: Service) -> None:
    answer = post(service, "/v1/dossiers", {**DOSSIER, "representative": {"kind": "person", "id": NEW}})
    assert (answer.status_code, answer.json()["code"]) == (422, "representative-unfit")
