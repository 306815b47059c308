"""`GET /v1/impact` over HTTP."""

from typing import Any

from tests.api.conftest import Service


def get(service: Service, client: str = "demo-auditor", **query: str) -> Any:
    return service.client.get("/v1/impact", params=query, headers=service.bearer(client))


def test_what_a_day_changes_is_told_by_procedure_and_office(service: Service) -> None:
    body = get(service, **{"from": "2025-12-31", "to": "2026-01-01", "limit": "200"}).json()
    assert (body["from"]["as_of"], body["to"]["as_of"]) == ("2025-12-31", "2026-01-01")
    assert body["procedures"] == sum(o["procedures"] for o in body["offices"]) > 10
    first = next(p for p in body["items"] if p["components"] and p["change"] == "changed")
    assert {c["before"]["verdict"] for c in first["components"]} == {"keep"}
    assert "data_first" in {c["after"]["verdict"] for c in first["components"]}


def test_pages_put_together_are_the_whole(service: Service) -> None:
    asked = {"from": "2025-09-12", "to": "2025-09-13"}
    whole = get(service, **asked, limit="200").json()
    first = get(service, **asked, limit="2").json()
    second = get(service, **asked, limit="200", cursor=first["next_cursor"]).json()
    assert first["items"] + second["items"] == whole["items"]
    assert first["offices"] == whole["offices"]


def test_nothing_changes_between_today_and_today(service: Service) -> None:
    assert get(service).json()["items"] == []


def test_what_is_asked_wrongly_is_refused(service: Service) -> None:
    assert get(service, "demo-onestop").status_code == 403
    assert get(service, from_revision="99999").json()["code"] == "unknown-revision"
    assert get(service, list="ct25").json()["code"] == "unknown-list"
    for query in ({"start": "2026-01-01"}, {"from": "01/01/2026"}, {"to_revision": "0"}, {"to_revision": "x"}):
        assert get(service, **query).status_code == 422
