"""Every example of Swagger UI, played against the sandbox's default world, gives what its name says."""

import re
from typing import Any

import pytest

from app.api import examples
from app.domain.decisions import Outcome, Reason
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
