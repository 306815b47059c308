"""`/v1/presentations` over HTTP, against the sandbox's wallet: statuses, scopes, problems, nothing echoed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mock_vneid.testing import Mock
from tests.api.conftest import Service, serve

VERIFY = "/v1/presentations/verify"
PERSON, CARD = "042190000001", "CAN_CUOC"
PURPOSE = "Đăng ký khai sinh"
OFFICE = {"kind": "office", "agency": "000.00.00.H27", "officer": "CB-0001"}
BANK = {"kind": "private", "organization": "3000000012"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def control(sandbox: Mock) -> str:
    return f"{sandbox.control_url}/worlds/default"


@pytest.fixture(scope="module")
def running(sandbox: Mock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(f"sqlite:///{tmp_path_factory.mktemp('codes') / 'motlan.sqlite3'}", sandbox) as service:
        yield service


def made(control: str, **change: Any) -> str:
    body = {"mode": "sharing", "document_type": CARD, "purpose": PURPOSE, "fields": ["full_name"], **change}
    code: str = httpx.post(f"{control}/people/{PERSON}/presentations", json=body).raise_for_status().json()["code"]
    return code


def verify(running: Service, body: Json, client: str = "demo-admin", **headers: str) -> Any:
    return running.client.post(VERIFY, json=body, headers=running.bearer(client) | headers)


def test_a_shared_document_is_answered_and_kept_by_no_cache(running: Service, control: str) -> None:
    answer = verify(running, {"code": made(control), "purpose": PURPOSE, "verifier": OFFICE, "procedure": "1.001193"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["valid"], body["standing"], body["fields"]) == (True, "valid", {"full_name": "NGUYỄN THỊ AN"})
    assert body["verifier"] == {"kind": "office", "number": "000.00.00.H27"}
    assert PERSON not in answer.text


def test_a_private_body_is_told_what_the_law_says_of_its_demand(running: Service, control: str) -> None:
    body = {"code": made(control), "purpose": PURPOSE, "verifier": BANK}
    shown = verify(running, body, "demo-verifier", **{"idempotency-key": "bank-1"})
    again = verify(running, body, "demo-verifier", **{"idempotency-key": "bank-1"})
    assert (again.json(), again.headers["idempotent-replayed"]) == (shown.json(), "true")
    assert again.headers["cache-control"] == "no-store"
    assert shown.status_code == 200, shown.text
    paper = {"document_type": CARD, "form": "copy"}
    address = f"/v1/presentations/{shown.json()['id']}/paper-demand"
    said = running.client.post(address, json=paper, headers=running.bearer("demo-verifier"))
    assert said.status_code == 200, said.text
    assert said.json()["outcome"] == "REFUSE_PAPER_SHOWN"
    other = running.client.post(address, json=paper, headers=running.bearer("demo-admin"))
    assert (other.status_code, other.json()["code"]) == (404, "unknown-presentation")


def test_an_office_needs_the_scope_of_an_office(running: Service) -> None:
    body = {"code": "AAAAAAAAAA", "purpose": PURPOSE, "verifier": OFFICE}
    answer = verify(running, body, "demo-verifier")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")
    assert "demands:write" in answer.headers["www-authenticate"]


def test_a_used_up_code_is_gone_but_for_its_own_key(running: Service, control: str) -> None:
    body = {"code": made(control), "purpose": PURPOSE, "verifier": OFFICE}
    first, again = (verify(running, body, **{"idempotency-key": "K-7"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    gone = verify(running, body)
    assert (gone.status_code, gone.json()["code"]) == (410, "presentation-used")


def test_each_refusal_has_a_problem_of_its_own(running: Service, control: str) -> None:
    base: Json = {"purpose": PURPOSE, "verifier": OFFICE}
    cases: list[tuple[Json, int, str]] = [
        ({"code": "ZZZZZZZZZZ"}, 422, "presentation-unknown"),
        ({"code": made(control, audience="private")}, 403, "presentation-wrong-audience"),
        ({"code": made(control), "purpose": "Cho thuê nhà"}, 403, "presentation-wrong-purpose"),
        ({"code": made(control), "procedure": "9.999999"}, 422, "unknown-procedure"),
        ({"code": made(control), "dossier": "000.00.00.H27-261123-9999"}, 404, "unknown-dossier"),
        (
            {
                "code": made(control, mode="validation", fields=None),
                "paper_demanded": {"document_type": CARD, "form": "copy"},
            },
            422,
            "presentation-demand-unclear",
        ),
    ]
    for change, status, code in cases:
        answer = verify(running, {**base, **change})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert change["code"] not in answer.text


def test_a_silent_wallet_is_a_503_that_says_nothing_about_anybody(running: Service, control: str) -> None:
    code = made(control)
    match = {"service": "redeem"}
    fault = httpx.post(f"{control}/faults", json={"face": "wallet", "kind": "http_503", "match": match})
    try:
        answer = verify(running, {"code": code, "purpose": PURPOSE, "verifier": OFFICE})
    finally:
        # This one alone: the default world has a standing fault that others rely on.
        httpx.delete(f"{control}/faults/{fault.raise_for_status().json()['id']}").raise_for_status()
    assert (answer.status_code, answer.json()["code"]) == (503, "presentation-not-verified")
    assert verify(running, {"code": code, "purpose": PURPOSE, "verifier": OFFICE}).status_code == 200


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"code": "short"}, "body/code"),
        ({"code": "aaaaaaaaaa"}, "body/code"),
        ({"purpose": " "}, "body/purpose"),
        ({"verifier": {"kind": "office", "organization": "3000000012"}}, "body/verifier"),
        ({"verifier": {"kind": "private", "agency": "000.00.00.H27"}}, "body/verifier"),
        ({"verifier": {"kind": "private", "organization": PERSON}}, "body/verifier/organization"),
        ({"verifier": BANK, "procedure": "1.001193"}, "body"),
        ({"paper_demanded": {"document_type": CARD, "form": "stone"}}, "body/paper_demanded/form"),
        ({"holder": PERSON}, "body/holder"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_echoed(running: Service, change: Json, at: str) -> None:
    answer = verify(running, {"code": "AAAAAAAAAA", "purpose": PURPOSE, "verifier": OFFICE, **change})
    assert answer.status_code == 422, answer.text
    assert at in [e["at"] for e in answer.json()["errors"]]
    assert PERSON not in answer.text
