"""A dossier over HTTP: versions, repeated requests, the refused supplement. On both databases."""

from typing import Any

import pytest

from app.api import examples
from tests.api.conftest import DEMAND, DOSSIER, Service

REFUSED: dict[str, Any] = examples.SUPPLEMENTS["refused"]["value"]
LAWFUL: dict[str, Any] = examples.SUPPLEMENTS["lawful"]["value"]


def post(service: Service, path: str, body: dict[str, Any] | None, **headers: str) -> Any:
    sent = service.bearer() | {name.replace("_", "-"): value for name, value in headers.items()}
    return service.client.request("POST", path, json=body, headers=sent)


def test_a_filed_dossier_says_where_it_is_and_which_version(stored: Service) -> None:
    answer = post(stored, "/v1/dossiers", DOSSIER)
    assert answer.status_code == 201
    code = answer.json()["code"]
    assert answer.headers["location"] == f"/v1/dossiers/{code}"
    assert answer.headers["etag"] == '"1"'
    read = stored.client.get(answer.headers["location"], headers=stored.bearer())
    assert (read.status_code, read.headers["etag"], read.json()) == (200, '"1"', answer.json())


def test_two_dossiers_alike_are_two(stored: Service) -> None:
    assert stored.file()[0] != stored.file()[0]


@pytest.mark.parametrize("call", ["recheck", "transitions", "supplement-requests"])
def test_a_change_needs_the_version_it_was_made_for(stored: Service, call: str) -> None:
    code, etag = stored.file()
    path, body = f"/v1/dossiers/{code}/{call}", {"recheck": {}, "transitions": {"to": 2}}.get(call, LAWFUL)
    before = stored.rows()
    assert post(stored, path, body).json()["code"] == "precondition-required"
    for stale in ('"7"', '"2", "3"', f"W/{etag}", '"x"'):
        answer = post(stored, path, body, if_match=stale)
        assert (answer.status_code, answer.json()["code"]) == (412, "version-stale")
        assert code not in answer.text
    assert stored.rows() == before
    done = post(stored, path, body, if_match=f'"9", {etag}')
    assert done.status_code in (200, 201)
    assert done.headers["etag"] == '"2"'
    assert post(stored, path, body, if_match=etag).status_code == 412


def test_a_star_takes_the_version_as_it_is(stored: Service) -> None:
    code, _ = stored.file()
    moved = post(stored, f"/v1/dossiers/{code}/transitions", {"to": 2}, if_match="*")
    assert (moved.status_code, moved.json()["status"]) == (200, 2)


def test_a_recheck_needs_no_body(stored: Service) -> None:
    code, etag = stored.file()
    assert post(stored, f"/v1/dossiers/{code}/recheck", None, if_match=etag).status_code == 200


def test_a_move_that_is_not_allowed_names_those_that_are(stored: Service) -> None:
    code, etag = stored.file()
    answer = post(stored, f"/v1/dossiers/{code}/transitions", {"to": 9}, if_match=etag)
    assert answer.status_code == 409
    assert answer.json()["code"] == "transition-not-allowed"
    assert answer.json()["facts"] == {"status": 1, "allowed": [2, 3, 5, 7]}
    assert (
        post(stored, f"/v1/dossiers/{code}/transitions", {"to": 3}, if_match=etag).json()["code"] == "reason-required"
    )


def test_a_refused_supplement_carries_the_decision_and_leaves_the_dossier_as_it_was(stored: Service) -> None:
    code, etag = stored.file()
    path = f"/v1/dossiers/{code}/supplement-requests"
    answer = post(stored, path, REFUSED, if_match=etag, idempotency_key=f"s-{code}")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "paper-demand-refused"
    assert problem["decision"]["outcome"] == "refused"
    assert [f["outcome"] for f in problem["decision"]["findings"]] == ["REFUSE_PAPER_USE_WALLET"]
    read = stored.client.get(f"/v1/dossiers/{code}", headers=stored.bearer())
    assert (read.headers["etag"], read.json()["status"]) == (etag, 1)
    kept = stored.client.get(f"/v1/decisions/{problem['decision']['decision_id']}", headers=stored.bearer())
    assert kept.json() == problem["decision"]
    again = post(stored, path, REFUSED, if_match=etag, idempotency_key=f"s-{code}")
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.json()["decision"]) == (409, problem["decision"])


def test_a_second_supplement_is_sent_with_a_warning(stored: Service) -> None:
    code, etag = stored.file()
    path = f"/v1/dossiers/{code}/supplement-requests"
    first = post(stored, path, LAWFUL, if_match=etag)
    assert (first.status_code, first.json()["status"], first.json()["warnings"]) == (201, 5, [])
    second = post(stored, path, LAWFUL, if_match=first.headers["etag"])
    assert [w["code"] for w in second.json()["warnings"]] == ["second-supplement-request"]


@pytest.mark.parametrize(
    ("path", "body", "status"), [("/v1/paper-demands", DEMAND, 200), ("/v1/dossiers", DOSSIER, 201)]
)
def test_the_same_request_under_the_same_key_is_answered_once(
    stored: Service, path: str, body: dict[str, Any], status: int
) -> None:
    key = f"once-{status}"
    first = post(stored, path, body, idempotency_key=key)
    assert "idempotent-replayed" not in first.headers
    before = stored.rows()
    again = post(stored, path, body, idempotency_key=key)
    assert (first.status_code, again.status_code) == (status, status)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers.get("location") == first.headers.get("location")
    other = post(stored, path, {**body, "officer": "CB-0009"}, idempotency_key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert stored.rows() == before


def test_a_key_belongs_to_its_client_and_its_call(stored: Service) -> None:
    first = post(stored, "/v1/paper-demands", DEMAND, idempotency_key="mine")
    assert first.status_code == 200
    headers = stored.bearer("demo-onestop") | {"idempotency-key": "mine"}
    theirs = stored.client.post("/v1/paper-demands", json=DEMAND, headers=headers)
    assert "idempotent-replayed" not in theirs.headers
    assert theirs.json()["decision_id"] != first.json()["decision_id"]
    assert "idempotent-replayed" not in post(stored, "/v1/dossiers", DOSSIER, idempotency_key="mine").headers


def test_a_request_that_failed_leaves_its_key_free(stored: Service) -> None:
    wrong = {**DEMAND, "procedure": "9.999999"}
    assert post(stored, "/v1/paper-demands", wrong, idempotency_key="free").json()["code"] == "unknown-procedure"
    assert post(stored, "/v1/paper-demands", DEMAND, idempotency_key="free").status_code == 200


@pytest.mark.parametrize("scope", ["demands:write", "dossiers:read"])
def test_a_decision_is_read_explained_and_judged_again_with_either_scope(stored: Service, scope: str) -> None:
    made = post(stored, "/v1/paper-demands", DEMAND)
    path, headers = f"/v1/decisions/{made.json()['decision_id']}", stored.bearer("demo-admin", scope)
    assert stored.client.get(path, headers=headers).content == made.content
    told = stored.client.get(f"{path}/explanation", headers=headers)
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert "KHÔNG ĐƯỢC YÊU CẦU" in told.text
    again = stored.client.post(f"{path}/replay", headers=headers)
    assert again.json() == {"same": True, "differences": [], "decision": made.json()}
    what_if = stored.client.post(f"{path}/replay", json={"law_as_of": "2025-09-12"}, headers=headers)
    assert what_if.json()["same"] is False
    assert what_if.json()["differences"]
    ahead = stored.client.post(f"{path}/replay", json={"catalogue_revision": 2**31 - 1}, headers=headers)
    assert (ahead.status_code, ahead.json()["code"]) == (422, "unknown-revision")


def test_nobody_s_number_or_name_stands_in_an_answer(stored: Service) -> None:
    subject = DEMAND["subject"]
    made = post(stored, "/v1/paper-demands", DEMAND)
    filed = post(stored, "/v1/dossiers", DOSSIER)
    told = stored.client.get(f"/v1/decisions/{made.json()['decision_id']}/explanation", headers=stored.bearer())
    for answer in (made, filed, told):
        assert subject["id"] not in answer.text
        assert subject["full_name"] not in answer.text
