"""Imports and readings over HTTP: taken in, done by the worker, read, corrected."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.api import examples
from app.api.gate import MAX_BODY
from app.services import import_queue
from app.services.desk import Desk
from tests.api.conftest import Service, document

CSV = {"content-type": "text/csv"}
CODE = "9.400001"
PROCEDURES = f"code,name,sector,level,agency\n{CODE},Thủ tục nhập qua HTTP,Thử nghiệm,tỉnh,Sở Thử nghiệm\n"
COMPONENTS = f"procedure_code,position,name\n{CODE},1,Bản sao giấy chứng nhận kết hôn\n{CODE},2,Giấy lạ chưa ai biết\n"
READING = f"/v1/procedures/{CODE}/components/1/reading"
NOBODY = "01936f7c-2f4b-7c63-8d2e-0a4b5c6d7e8f"


def post(service: Service, content: str | bytes, headers: dict[str, str] | None = None, **query: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return service.client.post(
        "/v1/imports", params=query, content=raw, headers={**service.bearer(), **CSV, **(headers or {})}
    )


def get(service: Service, path: str, **query: str) -> Any:
    return service.client.get(path, params=query, headers=service.bearer())


def work(service: Service) -> None:
    """What the worker does in a process of its own."""
    desk: Desk = service.client.app.state.desk  # type: ignore[attr-defined]  # FastAPI's own

    async def until_idle() -> None:
        while await import_queue.work(desk, asyncio.Event()):
            pass

    service.client.portal.call(until_idle)  # type: ignore[union-attr]  # there while the client is open


def done(service: Service, content: str | bytes, headers: dict[str, str] | None = None, **query: str) -> dict[str, Any]:
    taken = post(service, content, headers, **query)
    assert taken.status_code == 202, taken.text
    work(service)
    found: dict[str, Any] = get(service, taken.headers["location"]).json()
    return found


def put(service: Service, path: str, body: dict[str, Any]) -> Any:
    return service.client.put(path, json=body, headers=service.bearer())


@pytest.fixture(scope="module")
def filled(service: Service) -> Service:
    assert done(service, PROCEDURES)["status"] == "done"
    assert done(service, COMPONENTS)["status"] == "done"
    return service


def test_a_file_is_taken_in_at_once_and_its_progress_is_read_where_it_says(stored: Service) -> None:
    taken = post(stored, PROCEDURES.replace(CODE, "9.400002"), name="thu-tuc.csv")
    assert (taken.status_code, taken.json()["status"], taken.json()["counts"]) == (202, "queued", {})
    assert taken.headers["location"] == f"/v1/imports/{taken.json()['id']}"
    assert get(stored, taken.headers["location"]).json() == taken.json()
    work(stored)
    found = get(stored, taken.headers["location"]).json()
    assert (found["status"], found["kind"], found["name"]) == ("done", "procedures", "thu-tuc.csv")
    assert found["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "retired": 0}
    assert found["finished_at"] and found["revision"]


def test_a_bad_row_is_told_with_its_place_and_how_to_mend_it(service: Service) -> None:
    found = done(service, PROCEDURES.replace(CODE, "9.4"), name="thu-tuc.csv")
    assert (found["status"], found["revision"]) == ("refused", None)
    (problem,) = found["problems"]
    assert {k: problem[k] for k in ("file", "row", "column", "code")} == {
        "file": "thu-tuc.csv",
        "row": 2,
        "column": "code",
        "code": "code_as_number",
    }
    assert problem["vi"] and problem["en"]


def test_a_dry_run_publishes_nothing(service: Service) -> None:
    found = done(service, PROCEDURES.replace(CODE, "9.400003"), dry_run="true")
    assert (found["status"], found["counts"]["new"], found["revision"]) == ("done", 1, None)
    assert get(service, "/v1/procedures/9.400003").status_code == 404


def test_the_same_key_gives_the_same_import_and_other_wishes_under_it_are_refused(stored: Service) -> None:
    key = {"idempotency-key": "import-1"}
    first, again = post(stored, PROCEDURES, key), post(stored, PROCEDURES, key)
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"
    for other in (post(stored, COMPONENTS, key), post(stored, PROCEDURES, key, dry_run="true")):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    work(stored)


def test_imports_are_listed_from_the_latest_and_paged(service: Service) -> None:
    for n in range(3):
        post(service, f"a,b\n{n},\n")
    work(service)
    page = get(service, "/v1/imports", limit="2").json()
    assert len(page["items"]) == 2 and "problems" not in page["items"][0]
    more = get(service, "/v1/imports", limit="2", cursor=page["next_cursor"]).json()
    assert more["items"][0]["created_at"] <= page["items"][1]["created_at"]
    assert not {i["id"] for i in page["items"]} & {i["id"] for i in more["items"]}


@pytest.mark.parametrize(
    ("content", "headers", "query", "status", "code"),
    [
        (b"", {}, {}, 422, "invalid-request"),
        (b"a,b\n", {"content-type": "text/html"}, {}, 415, "unsupported-media-type"),
        (b"a,b\n", {"content-encoding": "gzip"}, {}, 415, "unsupported-media-type"),
        (b"a,b\n", {}, {"kind": "laws"}, 422, "invalid-request"),
        (b"a,b\n", {}, {"dry_run": "1"}, 422, "invalid-request"),
        (b"a,b\n", {}, {"valid_from": "2026-02-30"}, 422, "invalid-request"),
        (b"a,b\n", {}, {"name": "../etc/passwd"}, 422, "invalid-request"),
        (b"a,b\n", {}, {"colour": "red"}, 422, "invalid-request"),
        (b"a,b\n", {"idempotency-key": "khoá"}, {}, 422, "invalid-idempotency-key"),
    ],
)
def test_what_cannot_be_taken_in_is_a_problem_and_nothing_is_kept(
    service: Service, content: bytes, headers: dict[str, str], query: dict[str, str], status: int, code: str
) -> None:
    before = service.rows()
    sent = {n.encode(): v.encode() for n, v in {**service.bearer(), **CSV, **headers}.items()}
    answer = service.client.post("/v1/imports", params=query, content=content, headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert service.rows() == before


def test_a_file_may_be_larger_than_other_bodies_but_not_without_end(service: Service) -> None:
    assert post(service, b"a,b\n" + b"1,2\n" * (MAX_BODY // 4)).status_code == 202
    assert post(service, b"1,2\n" * (8 * MAX_BODY) + b"\n").status_code == 413
    work(service)


def test_imports_need_the_right_to_publish(service: Service) -> None:
    for method, path in (("POST", "/v1/imports"), ("GET", "/v1/imports"), ("GET", f"/v1/imports/{NOBODY}")):
        assert service.client.request(method, path, content=b"a", headers=CSV).status_code == 401
        headers = {**service.bearer("demo-onestop"), **CSV}
        assert service.client.request(method, path, content=b"a", headers=headers).status_code == 403
    missing = get(service, f"/v1/imports/{NOBODY}")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-import")


def test_the_examples_of_files_end_as_named(service: Service) -> None:
    played: list[tuple[dict[str, Any], str, Callable[[Any], bytes]]] = [
        (examples.IMPORTS_CSV, "text/csv", lambda v: v.encode()),
        (examples.IMPORTS_JSON, "application/json", lambda v: json.dumps(v).encode()),
        (examples.IMPORTS_NDJSON, "application/x-ndjson", lambda v: v.encode()),
    ]
    for files, media_type, raw in played:
        for example in files.values():
            found = done(service, raw(example["value"]), {"content-type": media_type}, dry_run="true")
            assert found["status"] == example["summary"].split(":")[0], found
    media_types = document()["paths"]["/v1/imports"]["post"]["requestBody"]["content"]
    assert {m for _, m, _ in played} < media_types.keys()


# ---- readings --------------------------------------------------------------------------------------------------------


def test_a_reading_says_what_decided_it(filled: Service) -> None:
    found = get(filled, READING).json()
    assert found["text"] == "Bản sao giấy chứng nhận kết hôn"
    assert found["reading"]["document_types"] == ["GIAY_CN_KET_HON"]
    assert all(b["words"] and b["says"] for b in found["reading"]["because"]) and found["reading"]["because"]
    assert (found["corrected"], found["corrected_by"], found["note"]) == (False, None, None)


def test_what_waits_for_review_is_listed_by_its_words_with_the_doubts(filled: Service) -> None:
    waiting = get(filled, "/v1/readings", needs_review="true").json()["items"]
    (strange,) = [w for w in waiting if w["text"] == "Giấy lạ chưa ai biết"]
    assert strange["components"] == [{"procedure": CODE, "position": 2}]
    assert all(d["vi"] and d["en"] for d in strange["reading"]["doubts"]) and strange["reading"]["doubts"]
    sure = get(filled, "/v1/readings", needs_review="false").json()["items"]
    every, query = list[Any](), {"limit": "1"}
    while "cursor" not in query or query["cursor"]:
        page = get(filled, "/v1/readings", **query).json()
        every += page["items"]
        query["cursor"] = page["next_cursor"]
    assert len(every) == len(waiting) + len(sure)


def test_a_correction_is_new_then_the_same_then_replaced(stored: Service) -> None:
    done(stored, PROCEDURES)
    done(stored, COMPONENTS)
    official = examples.READINGS["official"]["value"]
    first, again = put(stored, READING, official), put(stored, READING, official)
    assert (first.status_code, first.json()["changed"]) == (201, True)
    assert (again.status_code, again.json()) == (200, {**first.json(), "changed": False})
    assert first.json()["component"]["corrected_by"] == "demo-admin"
    other = put(stored, READING, examples.READINGS["instruction"]["value"])
    assert (other.status_code, other.json()["revision"]) == (200, first.json()["revision"] + 1)
    assert get(stored, READING).json()["reading"]["kind"] == "instruction"
    assert put(stored, READING, official).json()["changed"]


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        ({"document_types": ["GIAY_KHONG_CO"]}, "unknown-document-type", "body/document_types/0"),
        ({"document_types": []}, "invalid-request", "body"),
        ({"relation": None}, "invalid-request", "body"),
        ({"document_types": ["CAN_CUOC", "CAN_CUOC"]}, "invalid-request", "body"),
        ({"kind": "giấy"}, "invalid-request", "body/kind"),
        ({"conditional": "yes"}, "invalid-request", "body/conditional"),
        ({"page": 1}, "invalid-request", "body/…"),
    ],
)
def test_a_correction_that_cannot_be_kept_says_why(filled: Service, change: dict[str, Any], code: str, at: str) -> None:
    before = filled.rows()
    answer = put(filled, READING, {**examples.READINGS["official"]["value"], **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["at"] for error in answer.json()["errors"]] == [at]
    assert filled.rows() == before


def test_a_place_that_is_not_there_is_not_found(filled: Service) -> None:
    for path in (READING.replace("/1/", "/9/"), READING.replace(CODE, "9.999999")):
        assert get(filled, path).json()["code"] == "not-in-catalogue"
        answer = put(filled, path, examples.READINGS["official"]["value"])
        assert (answer.status_code, answer.json()["code"]) == (404, "not-in-catalogue")


@pytest.mark.parametrize("position", ["0", "1000", "-1", "1.0", "%D9%A1", "x"])
def test_a_position_is_a_whole_number_as_it_is_written(filled: Service, position: str) -> None:
    answer = get(filled, READING.replace("/1/", f"/{position}/"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-in-catalogue")


def test_the_example_of_an_unknown_type_is_refused_as_named(filled: Service) -> None:
    assert put(filled, READING, examples.READINGS["unknown_type"]["value"]).status_code == 422
