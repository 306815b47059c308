"""What goes wrong on our side: one problem, one log line, and nothing of what was sent in either."""

import traceback

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from app.api import gate, problems
from app.api.gate import AnswerCutShort, Gate
from app.db import DatabaseBusy, DatabaseDown

NUMBER = "042177031459"


def test_an_unexpected_error_is_one_problem_and_its_text_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    # The module's own logger keeps to where it wrote first; a new one can be listened to.
    monkeypatch.setattr(gate, "log", structlog.get_logger())

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError(NUMBER)

    with capture_logs() as logs:
        answer = TestClient(Gate(broken)).get("/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"] == logs[0]["trace_id"]
    assert logs[0]["kind"] == "ValueError"
    assert logs[0]["where"].startswith("test_gate.py:")
    assert NUMBER not in answer.text + str(answer.headers) + str(logs)


def test_an_answer_that_had_begun_is_cut_short_without_a_word_of_why() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(NUMBER)

    app = FastAPI()
    app.router.default = broken  # anything unmatched
    app.add_middleware(Gate)
    with pytest.raises(AnswerCutShort) as caught:
        TestClient(app).get("/nowhere")
    assert NUMBER not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("error", [DatabaseBusy, DatabaseDown])
def test_a_database_out_of_reach_is_said_to_be_temporary(error: type[Exception]) -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def busy() -> None:
        raise error(NUMBER)

    answer = TestClient(app).get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "temporarily-unavailable")
    assert answer.headers["retry-after"] == "2"
    assert NUMBER not in answer.text
