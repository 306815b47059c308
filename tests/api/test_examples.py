"""Every example of Swagger UI, played against the sandbox's default world, gives what its name says."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.api import examples, subscriptions
from app.domain.catalogue import Form
from app.domain.decisions import Outcome, Reason
from app.domain.persons import Subject, SubjectKind
from app.domain.sessions import Visitor
from app.services import reports
from app.services.reports import Told
from app.services.sessions import Session
from mock_vneid.testing import Mock
from tests.api.conftest import Service

SAID = re.compile(r"(?P<outcome>[A-Z_]+)(?: \((?P<reason>[a-z_]+)\))?: ")


def judged(service: Service, example: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post("/v1/paper-demands", json=example["value"], headers=service.bearer())
    assert answer.status_code == 200, answer.text
    finding: dict[str, Any] = answer.json()["findings"][0]
    return finding


def said(example: dict[str, Any]) -> re.Match[str] | None:
    return SAID.match(example["summary"])


@pytest.mark.parametrize("name", [n for n, e in examples.DEMANDS.items() if said(e)])
def test_an_example_of_a_demand_gives_the_outcome_it_names(service: Service, name: str) -> None:
    promised = said(examples.DEMANDS[name])
    assert promised
    finding = judged(service, examples.DEMANDS[name])
    assert finding["outcome"] == promised["outcome"]
    assert promised["reason"] in (None, finding["reason"])


def test_there_is_an_example_of_every_outcome() -> None:
    named = {m["outcome"] for e in examples.DEMANDS.values() if (m := said(e))}
    assert named == {outcome.value for outcome in Outcome}


def test_there_is_an_example_of_every_reason_for_paper_that_one_call_can_show() -> None:
    named = {m["reason"] for e in examples.DEMANDS.values() if (m := said(e))}
    # The source must have been silent until the wait's end; that takes hours.
    assert {"party_document", "not_integrated", "not_held", "expired", "revoked", "mismatch", "sync_declined"} <= named
    assert {n for n in named if n} <= {reason.value for reason in Reason}


def test_the_example_of_a_company_is_answered_from_the_business_registry(service: Service) -> None:
    assert judged(service, examples.DEMANDS["organization"])["outcome"] == "REFUSE_PAPER_USE_REGISTRY"


def test_the_examples_of_dossiers_ask_wait_and_hand_back(service: Service) -> None:
    def filed(name: str) -> dict[str, Any]:
        answer = service.client.post("/v1/dossiers", json=examples.DOSSIERS[name]["value"], headers=service.bearer())
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    needs = [need["document_types"] for need in filed("birth")["to_supply"]]
    assert len(needs) == 1 and "GIAY_CHUNG_SINH" in needs[0]
    assert filed("waiting")["wait_until"] is not None
    assert filed("no_paper")["handed_back"] == [2]


def test_the_example_of_a_company_s_dossier_is_filed_by_who_represents_it_today(service: Service) -> None:
    body = examples.DOSSIERS["company"]["value"]
    filed = service.client.post("/v1/dossiers", json=body, headers=service.bearer())
    assert filed.status_code == 201, filed.text
    former = {**body, "representative": {"kind": "person", "id": "042070990037"}}
    refused = service.client.post("/v1/dossiers", json=former, headers=service.bearer())
    assert (refused.status_code, refused.json()["code"]) == (422, "not-representative")


@pytest.mark.parametrize("name", examples.PREFILLS)
def test_the_examples_of_prefills_fill_at_least_a_fifth_of_the_form(service: Service, name: str) -> None:
    answer = service.client.post("/v1/prefills", json=examples.PREFILLS[name]["value"], headers=service.bearer())
    assert answer.status_code == 201, answer.text
    counts = answer.json()["counts"]
    assert counts["filled"] * 5 >= counts["fields"]


@pytest.mark.parametrize(
    ("path", "example"),
    [
        *(("/v1/signature-demands", example) for example in examples.SIGNATURES.values()),
        *(("/v1/fee-demands", example) for example in examples.FEE_DEMANDS.values()),
    ],
    ids=lambda given: given["summary"].split(":")[0] if isinstance(given, dict) else "",
)
def test_an_example_of_a_demand_for_a_signature_or_a_fee_gives_the_outcome_it_names(
    service: Service, path: str, example: dict[str, Any]
) -> None:
    answer = service.client.post(path, json=example["value"], headers=service.bearer())
    assert answer.status_code == 200, answer.text
    promised = said(example)
    assert promised
    assert answer.json()["outcome"] == promised["outcome"]


def test_the_examples_of_moves_lead_from_the_counter_to_a_result_which_is_corrected_and_revoked(
    service: Service,
) -> None:
    code, _ = service.file()

    def post(path: str, example: dict[str, Any]) -> dict[str, Any]:
        answer = service.client.post(path, json=example["value"], headers=service.bearer() | {"if-match": "*"})
        assert answer.status_code in (200, 201), answer.text
        body: dict[str, Any] = answer.json()
        return body

    moves = f"/v1/dossiers/{code}/transitions"
    for name in ("receive", "process", "complete", "return"):
        last = post(moves, examples.TRANSITIONS[name])
    assert last["status"] == 10
    result = f"/v1/results/{last['results'][0]['id']}"
    corrected = post(f"{result}/replacements", examples.REPLACEMENTS["name"])
    assert service.client.get(result, headers=service.bearer()).json()["status"] == "revoked"
    assert post(f"/v1/results/{corrected['id']}/revoke", examples.REVOCATIONS["wrong"])["status"] == "revoked"


def test_the_examples_of_share_codes_work_with_a_code_of_the_sandbox(service: Service, sandbox: Mock) -> None:
    def shown(name: str, mode: str) -> dict[str, Any]:
        body = examples.PRESENTATIONS[name]["value"]
        made = httpx.post(
            f"{sandbox.control_url}/worlds/default/people/{examples.AN['id']}/presentations",
            json={"mode": mode, "document_type": "CAN_CUOC", "purpose": body["purpose"]},
        )
        body = {**body, "code": made.raise_for_status().json()["code"]}
        answer = service.client.post("/v1/presentations/verify", json=body, headers=service.bearer())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def demanded(shown: dict[str, Any], name: str) -> str:
        answer = service.client.post(
            f"/v1/presentations/{shown['id']}/paper-demand",
            json=examples.PRESENTED_PAPERS[name]["value"],
            headers=service.bearer(),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["outcome"])

    office, private = shown("office", "sharing"), shown("private", "validation")
    assert office["valid"] and private["valid"]
    assert private["paper_demand"]["outcome"] == "REFUSE_PAPER_SHOWN"
    assert demanded(private, "copy") == "REFUSE_PAPER_SHOWN"
    assert demanded(office, "of_an_office").startswith("REFUSE_")


def test_the_examples_of_subscribing_are_taken_and_disabled_nobody(service: Service) -> None:
    for example in subscriptions.EXAMPLES.values():
        made = service.client.post("/v1/subscriptions", json=example["value"], headers=service.bearer())
        assert made.status_code == 201, made.text
        replayed = service.client.post(
            f"/v1/subscriptions/{made.json()['id']}/replay",
            json=subscriptions.REPLAYS["beginning"]["value"],
            headers=service.bearer(),
        )
        assert replayed.json()["status"] == "active", replayed.text


def test_the_example_of_an_answer_to_a_report_is_taken(service: Service) -> None:
    desk = service.client.app.state.desk  # type: ignore[attr-defined] # the test client's app is the service's
    an = Subject(SubjectKind.PERSON, examples.AN["id"], examples.AN["full_name"], examples.AN["birth_date"])
    session = Session("0" * 64, Visitor.CITIZEN, an, 2, None, None, frozenset(), "", "", datetime.now(UTC))
    told = Told("1.001193", "CAN_CUOC", Form.COPY, examples.AGENCY, desk.clock.today(), "Phải photo", "example")
    assert service.client.portal is not None
    report_id = service.client.portal.call(reports.file, desk, session, told)
    answer = service.client.post(
        f"/v1/reports/{report_id}/answer",
        json=examples.REPORT_ANSWERS["apology"]["value"],
        headers=service.bearer(),
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "answered")


@pytest.mark.parametrize(
    ("call", "expected", "played"),
    [
        ("transitions", {"receive": 200, "reject": 200, "withdraw": 200, "counter": 200}, examples.TRANSITIONS),
        ("supplement-requests", {"lawful": 201, "refused": 409}, examples.SUPPLEMENTS),
        ("recheck", {"now": 200}, examples.RECHECKS),
    ],
)
def test_the_examples_of_changes_are_answered_as_named(
    service: Service, call: str, expected: dict[str, int], played: dict[str, Any]
) -> None:
    for name, status in expected.items():
        code, etag = service.file()
        answer = service.client.post(
            f"/v1/dossiers/{code}/{call}", json=played[name]["value"], headers=service.bearer() | {"if-match": etag}
        )
        assert answer.status_code == status, answer.text


def test_the_examples_of_publishing_are_answered_as_named(service: Service) -> None:
    for name, expected in {"lawful": 201, "refused": 409}.items():
        body = examples.PROCEDURES[name]["value"]
        answer = service.client.put("/v1/procedures/9.100001", json=body, headers=service.bearer())
        assert answer.status_code == expected, answer.text


def test_the_examples_of_replay_are_answered_as_named(service: Service) -> None:
    body = examples.DEMANDS["use_registry"]["value"]
    made = service.client.post("/v1/paper-demands", json=body, headers=service.bearer()).json()
    for name, same in {"same": True, "what_if": False}.items():
        answer = service.client.post(
            f"/v1/decisions/{made['decision_id']}/replay",
            json=examples.REPLAYS[name]["value"],
            headers=service.bearer(),
        )
        assert answer.json()["same"] is same
