"""`/v1/reports` over HTTP: who may read and answer, and what an answer is made of."""

from datetime import UTC, datetime

import pytest

from app.domain.catalogue import Form
from app.domain.persons import Subject, SubjectKind
from app.domain.sessions import Visitor
from app.services import reports
from app.services.reports import Told
from app.services.sessions import Session
from tests.api.conftest import Service

AN = Subject(SubjectKind.PERSON, "042190000001", "NGUYỄN THỊ AN", "1990-05-12")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def report_id(service: Service) -> str:
    """A report of a citizen of the default world."""
    desk = service.client.app.state.desk  # type: ignore[attr-defined] # the test client's app is the service's
    session = Session("0" * 64, Visitor.CITIZEN, AN, 2, None, None, frozenset(), "", "", datetime.now(UTC))
    key = datetime.now(UTC).isoformat()
    told = Told("1.001193", "CAN_CUOC", Form.COPY, "000.00.00.H27", desk.clock.today(), "Phải photo", key)
    assert service.client.portal is not None
    filed: str = service.client.portal.call(reports.file, desk, session, told)
    return filed


def test_an_office_reads_and_answers_what_is_reported_on_it(service: Service, report_id: str) -> None:
    listed = service.client.get(
        "/v1/reports", params={"agency": "000.00.00.H27", "status": "filed"}, headers=service.bearer()
    )
    assert report_id in {item["id"] for item in listed.json()["items"]}
    assert listed.headers["cache-control"] == "no-store"
    answered = service.client.post(
        f"/v1/reports/{report_id}/answer", json={"text": "Đã bỏ yêu cầu này."}, headers=service.bearer()
    )
    assert answered.status_code == 200, answered.text
    assert (answered.json()["status"], answered.json()["answer"]) == ("answered", "Đã bỏ yêu cầu này.")
    read = service.client.get(f"/v1/reports/{report_id}", headers=service.bearer())
    assert read.json() == answered.json()
    again = service.client.post(f"/v1/reports/{report_id}/answer", json={"text": "Nữa"}, headers=service.bearer())
    assert (again.status_code, again.json()["code"]) == (409, "report-not-open")


def test_who_reported_is_told_to_nobody(service: Service, report_id: str) -> None:
    answer = service.client.get(f"/v1/reports/{report_id}", headers=service.bearer())
    decision = service.client.get(f"/v1/decisions/{answer.json()['decision_id']}", headers=service.bearer())
    for said in (answer, decision):
        assert said.status_code == 200
        assert AN.id not in said.text and "NGUYỄN THỊ AN" not in said.text


def test_an_answer_sent_again_under_its_key_is_kept(service: Service, report_id: str) -> None:
    headers = {**service.bearer(), "idempotency-key": report_id}
    sent = [
        service.client.post(f"/v1/reports/{report_id}/answer", json={"text": "Một lời"}, headers=headers)
        for _ in range(2)
    ]
    assert sent[0].content == sent[1].content
    assert sent[1].headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("dossiers:write", "GET", "/v1/reports", 403),
        ("dossiers:read", "POST", f"/v1/reports/{UNKNOWN}/answer", 403),
        ("dossiers:read", "GET", f"/v1/reports/{UNKNOWN}", 404),
        ("dossiers:write", "POST", f"/v1/reports/{UNKNOWN}/answer", 404),
    ],
)
def test_each_call_needs_its_own_right(service: Service, scope: str, method: str, path: str, status: int) -> None:
    body = {"text": "Lời"} if method == "POST" else None
    answer = service.client.request(method, path, json=body, headers=service.bearer("demo-onestop", scope))
    assert answer.status_code == status


def test_without_a_token_nothing_is_read(service: Service) -> None:
    assert service.client.get("/v1/reports").status_code == 401


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "   "}, {"text": "x" * 2001}, {"text": "x", "more": 1}])
def test_an_answer_says_something(service: Service, report_id: str, body: dict[str, object]) -> None:
    answer = service.client.post(f"/v1/reports/{report_id}/answer", json=body, headers=service.bearer())
    assert answer.status_code == 422


@pytest.mark.parametrize("query", ["agency=x y", "status=lost", "limit=0", "cursor=a%20b", "what=1"])
def test_a_question_nobody_understands_is_refused(service: Service, query: str) -> None:
    assert service.client.get(f"/v1/reports?{query}", headers=service.bearer()).status_code == 422


def test_a_citizens_cookie_opens_no_call_of_the_api(service: Service) -> None:
    answer = service.client.get("/v1/reports", headers={"cookie": "motlan=" + "A" * 43})
    assert answer.status_code == 401
