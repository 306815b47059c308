"""`/v1/events`, `/v1/subscriptions`, `/v1/outbox`: the log, subscribers, and what came to a stop, as callers see it."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import Connection, update

from app.domain.outbox import State
from app.models.outbox import outbox as messages
from app.services import outbox
from app.services.desk import Desk
from tests.api.conftest import Service, document

URL = "https://example.vn/hook"
NOBODY = "01936f7c-2f4b-7c63-8d2e-0a4b5c6d7e8f"


def desk_of(service: Service) -> Desk:
    app: Any = service.client.app
    desk: Desk = app.state.desk
    return desk


def dispatch(service: Service) -> None:
    """What the worker does."""
    while asyncio.run(outbox.dispatch(desk_of(service))):
        pass


def told(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def log(service: Service, **asked: Any) -> Any:
    return told(service.client.get("/v1/events", params=asked, headers=service.bearer()))


def subscribe(service: Service, key: str | None = None, **body: Any) -> Any:
    headers = service.bearer() | ({"idempotency-key": key} if key else {})
    return service.client.post("/v1/subscriptions", json={"url": URL} | body, headers=headers)


def test_what_happens_to_a_dossier_is_in_the_log_and_can_be_followed(stored: Service) -> None:
    dispatch(stored)
    place = log(stored, limit=200)["next_cursor"]
    code, etag = stored.file()
    headers = stored.bearer() | {"if-match": etag}
    stored.client.post(f"/v1/dossiers/{code}/transitions", json={"to": 2}, headers=headers).raise_for_status()
    dispatch(stored)
    found = log(stored, cursor=place)
    assert [(e["type"].rsplit(".", 1)[1], e["subject"]) for e in found["items"]] == [
        ("received", code),
        ("moved", code),
    ]
    assert found["items"][1]["data"]["to"] == 2
    assert log(stored, cursor=place, limit=1)["next_cursor"] == found["items"][0]["sequence"]
    end = log(stored, cursor=found["next_cursor"])
    assert end == {"items": [], "next_cursor": found["next_cursor"]}


@pytest.mark.parametrize("asked", [{"cursor": "x"}, {"cursor": "-1"}, {"limit": "0"}, {"limit": "201"}, {"after": "1"}])
def test_a_place_that_is_none_is_refused(service: Service, asked: dict[str, str]) -> None:
    answer = service.client.get("/v1/events", params=asked, headers=service.bearer())
    assert code_of(answer) == (422, "invalid-request")


def test_a_subscription_is_made_read_replayed_enabled_and_removed(stored: Service) -> None:
    answer = subscribe(stored, types=["vn.motlan.dossier.moved"])
    made = told(answer)
    assert answer.headers["cache-control"] == "no-store"
    where, headers = answer.headers["location"], stored.bearer()
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert told(stored.client.get(where, headers=headers)) == made
    assert made in told(stored.client.get("/v1/subscriptions", headers=headers))["items"]
    stored.file()
    dispatch(stored)
    replayed = told(stored.client.post(f"{where}/replay", json={"cursor": "0"}, headers=headers))
    assert replayed["cursor"] == "0" * 18
    beyond = stored.client.post(f"{where}/replay", json={"cursor": "9" * 18}, headers=headers)
    assert code_of(beyond) == (422, "cursor-beyond-log")
    assert told(stored.client.post(f"{where}/enable", headers=headers))["status"] == "active"
    assert stored.client.delete(where, headers=headers).status_code == 204
    assert code_of(stored.client.get(where, headers=headers)) == (404, "unknown-subscription")
    assert code_of(stored.client.delete(where, headers=headers)) == (404, "unknown-subscription")


def test_the_secret_is_not_in_the_answer_that_is_repeated(service: Service) -> None:
    first, second = told(subscribe(service, "S-1")), told(subscribe(service, "S-1"))
    assert second == first | {"secret": None}
    assert code_of(subscribe(service, "S-1", cursor="0")) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "https://127.0.0.1/hook"}, "webhook-url-forbidden"),
        ({"url": "http://example.vn/hook"}, "webhook-url-forbidden"),
        ({"url": "https://metadata.google.internal/"}, "webhook-url-forbidden"),
        ({"url": "nothing"}, "invalid-request"),
        ({"types": ["vn.motlan.everything"]}, "invalid-request"),
        ({"types": ["vn.motlan.dossier.moved"] * 2}, "invalid-request"),
        ({"cursor": "9" * 18}, "cursor-beyond-log"),
        ({"secret": "mine"}, "invalid-request"),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(service: Service, body: dict[str, Any], code: str) -> None:
    assert code_of(subscribe(service, **body)) == (422, code)


def test_another_system_sees_no_subscription_of_this_one(service: Service) -> None:
    made = told(subscribe(service))
    other = service.bearer("demo-onestop")
    assert code_of(service.client.get(f"/v1/subscriptions/{made['id']}", headers=other)) == (
        404,
        "unknown-subscription",
    )
    assert told(service.client.get("/v1/subscriptions", headers=other))["items"] == []


def test_a_dead_message_is_listed_with_its_cause_and_tried_again(stored: Service) -> None:
    code, _ = stored.file()
    dispatch(stored)

    def die(conn: Connection) -> None:
        values = {"status": State.DEAD, "cause": "procedure_not_published", "due_at": None}
        conn.execute(update(messages).where(messages.c.stream == f"dossier:{code}").values(values))

    desk_of(stored).db.write_sync(die)
    auditor, admin = stored.bearer("demo-auditor"), stored.bearer()
    listed = told(stored.client.get("/v1/outbox", params={"destination": "portal"}, headers=auditor))["items"]
    dead = next(m for m in listed if m["subject"] == code)
    assert (dead["kind"], dead["cause"], dead["status"]) == ("report", "procedure_not_published", "dead")
    where = f"/v1/outbox/{dead['id']}"
    # Whoever files dossiers does not operate the service, nor does who may only look.
    for act, scope in [(a, s) for a in ("retry", "discard") for s in ("dossiers:write", "journal:read")]:
        refused = stored.client.post(f"{where}/{act}", headers=stored.bearer(scope=scope))
        assert code_of(refused) == (403, "insufficient-scope")
    again = told(stored.client.post(f"{where}/retry", headers=admin))
    assert (again["status"], again["attempts"], again["cause"]) == ("waiting", 0, None)
    for act in ("retry", "discard"):
        answer = stored.client.post(f"{where}/{act}", headers=admin)
        assert code_of(answer) == (409, "message-not-stopped")
        assert answer.json()["facts"] == {"status": "waiting"}
    desk_of(stored).db.write_sync(die)
    assert told(stored.client.post(f"{where}/discard", headers=admin))["status"] == "discarded"
    assert code_of(stored.client.post("/v1/outbox/999999999/retry", headers=admin)) == (404, "unknown-message")


def test_the_figures_are_there(stored: Service) -> None:
    stored.file()
    dispatch(stored)
    lines = stored.client.get("/metrics").text.splitlines()
    waiting = next(line for line in lines if line.startswith('motlan_outbox_waiting{destination="portal"}'))
    assert float(waiting.rsplit(" ", 1)[1]) >= 1
    assert any(line.startswith("motlan_outbox_lag_seconds") for line in lines)


def test_scopes_are_asked_for(service: Service) -> None:
    auditor, onestop = service.bearer("demo-auditor"), service.bearer("demo-onestop")
    for path in ("/v1/events", "/v1/subscriptions", f"/v1/subscriptions/{NOBODY}"):
        assert code_of(service.client.get(path, headers=auditor)) == (403, "insufficient-scope")
        assert service.client.get(path).status_code == 401
    assert code_of(service.client.get("/v1/outbox", headers=onestop)) == (403, "insufficient-scope")


def test_the_document_tells_what_a_subscriber_is_sent() -> None:
    operation = document()["webhooks"]["motlan-event"]["post"]
    assert {p["name"] for p in operation["parameters"]} == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert "application/cloudevents+json" in operation["requestBody"]["content"]
    assert "EventOut" in json.dumps(operation["requestBody"])
