"""`/v1/publications` as those see it who publish, verify, compare and follow."""

import base64
import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from starlette.testclient import TestClient

from app.api import examples
from app.main import create_app
from app.services.migrations import upgrade
from app.settings import Settings
from app.sheets import Columns, Row, read
from mock_vneid.testing import Mock
from tests.api.conftest import Service, document, serve

ATOM = "{http://www.w3.org/2005/Atom}"
REASON = "Bổ sung <mục> còn thiếu & sửa tên"
ALL = "/v1/publications"


def post(service: Service, body: Any, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return service.client.post(ALL, json=body, headers={**service.bearer(), **given})


def get(service: Service, path: str, status: int = 200, **headers: str) -> Any:
    """Without a token: everybody reads."""
    answer = service.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == status, answer.text
    return answer


def new_type(service: Service, code: str) -> None:
    source = {"source": "registry", "service": "HO-TICH", "from": "2025-10-01", "basis": "CT-24-2025"}
    body = {"name": f"Giấy {code}", "kind": "official", "subject": "person", "sources": [source]}
    path = f"/v1/document-types/{code}"
    assert service.client.put(path, json=body, headers=service.bearer()).status_code == 201


@pytest.fixture(scope="module")
def published(service: Service) -> Service:
    """September and December 2025; of December a correction too."""
    for month in ("2025-09", "2025-12"):
        assert post(service, {"month": month}).status_code == 201
    new_type(service, "GIAY_DINH_CHINH")
    assert post(service, {"month": "2025-12", "reason": REASON}).status_code == 201
    return service


# ---- the demo -------------------------------------------------------------------------------------------------------


def test_the_demo_begins_with_the_running_month_and_corrects_nothing_by_itself(sandbox: Mock, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'motlan.sqlite3'}"
    with serve(url, sandbox) as fresh:
        (first,) = get(fresh, ALL).json()["items"]
        month, header = first["month"], base64.urlsafe_b64decode(first["signature"].split(".")[0] + "==")
        assert (month, first["revision"], first["reason"]) == (first["as_of"][:7], 1, None)
        assert json.loads(header)["typ"] == "motlan-monthly-list+json"
        assert get(fresh, f"{ALL}/{month}").json()["digest"] == first["digest"]
    with serve(url, sandbox) as again:
        assert get(again, ALL).json()["items"] == [first]
        new_type(again, "GIAY_SAU_CONG_BO")
    with serve(url, sandbox) as later:
        assert get(later, ALL).json()["items"] == [first]


def test_where_it_is_no_demo_somebody_publishes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'motlan.sqlite3'}"
    upgrade(url)
    with TestClient(create_app(Settings(env="test", database_url=url, log_level="error"))) as client:
        assert client.get(ALL).json()["items"] == []


# ---- publishing -----------------------------------------------------------------------------------------------------


def test_a_month_is_published_once_and_corrected_with_a_reason(stored: Service) -> None:
    first = post(stored, {"month": "2025-11"})
    assert (first.status_code, first.json()["changed"], first.json()["revision"]) == (201, True, 1)
    assert first.headers["location"] == f"{ALL}/2025-11?revision=1"
    again = post(stored, {"month": "2025-11"})
    assert (again.status_code, again.json()) == (200, {**first.json(), "changed": False})
    new_type(stored, "GIAY_MOI")
    refused = post(stored, {"month": "2025-11"})
    assert (refused.status_code, refused.json()["code"]) == (422, "correction-reason-required")
    second = post(stored, {"month": "2025-11", "reason": REASON})
    assert (second.status_code, second.json()["revision"], second.json()["reason"]) == (201, 2, REASON)
    assert get(stored, f"{ALL}/2025-11?revision=1").json()["digest"] == first.json()["digest"]
    assert get(stored, f"{ALL}/2025-11").json()["digest"] == second.json()["digest"]


def test_the_same_key_gives_the_kept_answer_and_another_body_under_it_is_refused(stored: Service) -> None:
    first = post(stored, {"month": "2025-10"}, idempotency_key="month-1")
    again = post(stored, {"month": "2025-10"}, idempotency_key="month-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    other = post(stored, {"month": "2025-09"}, idempotency_key="month-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "code", "at"),
    [
        ({"month": "2025-13"}, "invalid-request", "body/month"),
        ({"month": "2025-1"}, "invalid-request", "body/month"),
        ({"month": "２025-10"}, "invalid-request", "body/month"),
        ({"month": "2025-10-01"}, "invalid-request", "body/month"),
        ({"month": 202510}, "invalid-request", "body/month"),
        ({}, "invalid-request", "body/month"),
        ({"month": "2025-10", "reason": ""}, "invalid-request", "body/reason"),
        ({"month": "2025-10", "reason": "a\u0000b"}, "invalid-request", "body/reason"),
        ({"month": "2025-10", "by": "x"}, "invalid-request", "body/…"),
        ({"month": "2099-12"}, "month-not-begun", None),
    ],
)
def test_what_cannot_be_published_is_a_problem_and_nothing_is_kept(
    service: Service, body: Any, code: str, at: str | None
) -> None:
    before = service.rows()
    answer = post(service, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["at"] for error in answer.json().get("errors", [])] == ([at] if at else [])
    assert service.rows() == before


def test_publishing_needs_the_right_to_publish(service: Service) -> None:
    body = {"month": "2025-10"}
    assert service.client.post(ALL, json=body).status_code == 401
    assert service.client.post(ALL, json=body, headers=service.bearer("demo-onestop")).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_there_is_no_call_that_changes_a_publication(published: Service, method: str) -> None:
    answer = published.client.request(method, f"{ALL}/2025-12", headers=published.bearer())
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


# ---- reading and verifying ------------------------------------------------------------------------------------------


def test_anyone_can_verify_a_publication_with_another_library_and_what_stands_in_the_answer(
    published: Service,
) -> None:
    body = get(published, f"{ALL}/2025-12").json()
    keys = KeySet.import_key_set(get(published, f"{ALL}/jwks").json())
    written = json.dumps(body["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(written).hexdigest() == body["digest"]
    header, _, signature = body["signature"].split(".")
    whole = f"{header}.{base64.urlsafe_b64encode(written).rstrip(b'=').decode()}.{signature}"
    assert jws.deserialize_compact(whole, keys, algorithms=["ES256"]).payload == written
    for entry in body["content"]["lists"]:
        members = json.dumps(
            body["members"][entry["list"]], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        assert hashlib.sha256(members).hexdigest() == entry["members_sha256"]
    ready = get(published, f"{ALL}/2025-12?format=jws")
    assert ready.headers["content-type"] == "application/jose"
    assert ready.text == whole


def test_the_key_set_shows_no_private_part(published: Service) -> None:
    (key,) = get(published, f"{ALL}/jwks").json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_publication_states_the_integrated_list_of_its_day(published: Service) -> None:
    body = get(published, f"{ALL}/2025-12").json()
    assert (body["month"], body["revision"], body["as_of"]) == ("2025-12", 2, "2025-12-31")
    assert {k: body["content"][k] for k in ("month", "revision", "as_of", "reason")} == {
        k: body[k] for k in ("month", "revision", "as_of", "reason")
    }
    listed = get(published, "/v1/integrated-documents?as_of=2025-12-31&limit=200").json()["items"]
    assert [(d["document_type"], d["name"]) for d in body["content"]["documents"]] == [
        (d["document_type"], d["name"]) for d in listed
    ]
    stands = get(published, "/v1/lists/no-paper-services?as_of=2025-12-31").json()
    (mine,) = [x for x in body["content"]["lists"] if x["list"] == "no-paper-services"]
    assert {k: mine[k] for k in ("declared", "loaded", "confirmed")} == {
        k: stands[k] for k in ("declared", "loaded", "confirmed")
    }


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("part", ["documents", "lists"])
def test_a_sheet_says_what_the_content_says(published: Service, form: str, part: str) -> None:
    answer = get(published, f"{ALL}/2025-12?format={form}&part={part}")
    name = "danh-muc" if part == "documents" else "danh-sach"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}-2025-12-ban-2.{form}"'
    body = get(published, f"{ALL}/2025-12").json()
    if part == "documents":
        key, count = "document_type", sum(len(d["sources"]) for d in body["content"]["documents"])
        expected = {d["document_type"] for d in body["content"]["documents"]}
    else:
        key, count = "code", sum(map(len, body["members"].values()))
        expected = {m["code"] for members in body["members"].values() for m in members}
    header = next(csv.reader(io.StringIO(get(published, f"{ALL}/2025-12?format=csv&part={part}").text[1:])))
    with read(f"a.{form}", answer.content, Columns((key,), tuple(c for c in header if c != key))) as sheet:
        rows = [row for row in sheet if isinstance(row, Row)]
    assert len(rows) == count
    assert {row.cells[key] for row in rows} == expected
    assert all(row.cells["citations"] for row in rows)


def test_publications_are_listed_from_the_latest_month_and_paged(published: Service) -> None:
    every = get(published, f"{ALL}?limit=200").json()
    found = [(p["month"], p["revision"]) for p in every["items"]]
    assert found == sorted(found, reverse=True)
    assert [f for f in found if f[0] in ("2025-12", "2025-09")] == [("2025-12", 2), ("2025-12", 1), ("2025-09", 1)]
    paged: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(published, f"{ALL}?limit=1" + (f"&cursor={cursor}" if cursor else "")).json()
        paged += page["items"]
        cursor = page["next_cursor"]
    assert paged == every["items"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/2025-08", 404, "unknown-publication"),
        ("/2025-12?revision=9", 404, "unknown-publication"),
        ("/2025-12/changes?since=2025-08", 404, "unknown-publication"),
        ("/2025-09/changes?since=2025-09", 404, "unknown-publication"),
        ("/2025-09/changes?since=2025-12", 422, "invalid-request"),
        ("/2025-13", 404, "unknown-publication"),
        ("/danh-muc", 404, "unknown-publication"),
        ("/2025-13/changes", 404, "unknown-publication"),
        ("/2025-12?revision=0", 422, "invalid-request"),
        ("/2025-12?revision=x", 422, "invalid-request"),
        ("/2025-12?format=pdf", 422, "invalid-request"),
        ("/2025-12?fromat=csv", 422, "invalid-request"),
        ("?cursor=2025-12", 422, "invalid-request"),
    ],
)
def test_what_is_not_there_or_badly_asked_is_a_problem(published: Service, path: str, status: int, code: str) -> None:
    answer = get(published, ALL + path, status)
    assert (answer.headers["content-type"], answer.json()["code"]) == ("application/problem+json", code)


# ---- what changed ---------------------------------------------------------------------------------------------------


def cited(change: dict[str, Any]) -> set[str]:
    return {c["law"] for c in change["citations"]}


def test_changes_name_the_law_that_did_it(published: Service) -> None:
    body = get(published, f"{ALL}/2025-12/changes?since=2025-09").json()
    assert body["since"] == {"month": "2025-09", "revision": 1}
    (new,) = [c for c in body["added"] if c["code"] == "GIAY_DINH_CHINH"]
    assert "CT-24-2025" in cited(new)
    assert all(c["citations"] for c in (*body["added"], *body["removed"]))
    assert get(published, f"{ALL}/2025-12/changes").json() == body


def test_a_correction_is_compared_with_what_it_corrects(published: Service) -> None:
    body = get(published, f"{ALL}/2025-12/changes?since=2025-12").json()
    assert body["since"] == {"month": "2025-12", "revision": 1}
    assert [c["code"] for c in body["added"]] == ["GIAY_DINH_CHINH"]
    assert (body["removed"], body["changed"], body["lists"]) == ([], [], [])


def test_beside_nothing_everything_is_new(published: Service) -> None:
    body = get(published, f"{ALL}/2025-09/changes").json()
    assert body["since"] is None
    assert len(body["added"]) == len(get(published, f"{ALL}/2025-09").json()["content"]["documents"])


# ---- following ------------------------------------------------------------------------------------------------------


def test_the_feed_is_atom_with_an_entry_that_leads_to_each_revision(published: Service) -> None:
    answer = get(published, f"{ALL}/feed.atom")
    assert answer.headers["content-type"].partition(";")[0] == "application/atom+xml"
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for one in ("id", "title", "updated"):
        assert len(root.findall(ATOM + one)) == 1
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    (own,) = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert (own.get("href") or "").endswith(f"{ALL}/feed.atom")
    entries = root.findall(f"{ATOM}entry")
    every = get(published, f"{ALL}?limit=200").json()["items"]
    assert len({e.findtext(f"{ATOM}id") for e in entries}) == len(entries) == len(every)
    moments = [e.findtext(f"{ATOM}updated") or "" for e in entries]
    assert moments == sorted(moments, reverse=True)
    assert root.findtext(f"{ATOM}updated") == moments[0]
    for entry in entries:
        links = {(x.get("rel"), x.get("type")): x.get("href") or "" for x in entry.findall(f"{ATOM}link")}
        assert len(links) == 3
        for href in links.values():
            get(published, "/" + href.split("/", 3)[3])
    (corrected,) = [e for e in entries if "bản số 2" in (e.findtext(f"{ATOM}title") or "")]
    assert REASON in (corrected.findtext(f"{ATOM}summary") or "")


def test_ids_in_the_feed_stay_when_more_is_published(published: Service) -> None:
    def ids() -> list[str | None]:
        root = ET.fromstring(get(published, f"{ALL}/feed.atom").content)
        return [e.text for e in root.iter(f"{ATOM}id")]

    before = ids()
    assert post(published, {"month": "2026-02"}).status_code == 201
    after = ids()
    assert (after[0], after[2:]) == (before[0], before[1:])


# ---- kept by readers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "for_ever"),
    [
        ("", False),
        ("/jwks", False),
        ("/feed.atom", False),
        ("/2025-12", False),
        ("/2025-12/changes", False),
        ("/2025-12?revision=1", True),
        ("/2025-12?revision=1&format=csv", True),
        ("/2025-12?revision=1&format=xlsx", True),
        ("/2025-12?revision=1&format=jws", True),
    ],
)
def test_who_has_it_gets_304_and_a_named_revision_may_be_kept_for_ever(
    published: Service, path: str, for_ever: bool
) -> None:
    first = get(published, ALL + path)
    tag = first.headers["etag"]
    assert ("immutable" in first.headers["cache-control"]) is for_ever
    for given in (tag, f'"other", W/{tag}', "*"):
        again = get(published, ALL + path, 304, if_none_match=given)
        assert (again.content, again.headers["etag"]) == (b"", tag)
    assert get(published, ALL + path, if_none_match='"other"').content == first.content


def test_a_correction_has_another_etag(stored: Service) -> None:
    post(stored, {"month": "2026-04"})
    before = get(stored, f"{ALL}/2026-04").headers["etag"]
    new_type(stored, "GIAY_ETAG")
    assert post(stored, {"month": "2026-04", "reason": REASON}).status_code == 201
    assert get(stored, f"{ALL}/2026-04").headers["etag"] != before


# ---- the document ---------------------------------------------------------------------------------------------------


def test_the_examples_are_answered_as_named(stored: Service) -> None:
    for name, example in examples.PUBLICATIONS.items():
        if name == "correction":
            new_type(stored, "GIAY_VI_DU")
        answer = post(stored, {**example["value"], "month": example["value"]["month"].replace("2025-10", "2026-03")})
        assert answer.status_code == int(example["summary"].split(":")[0]), answer.text


def test_the_document_says_how_to_verify() -> None:
    paths = document()["paths"]
    assert "RFC 8785" in paths[f"{ALL}/{{month}}"]["get"]["description"]
    shown = paths[f"{ALL}/{{month}}"]["get"]["responses"]
    assert {"application/json", "text/csv", "application/jose"} <= shown["200"]["content"].keys()
    assert shown["404"]["content"]["application/problem+json"]["example"]["code"] == "unknown-publication"
    assert "security" not in paths[f"{ALL}/{{month}}"]["get"]
