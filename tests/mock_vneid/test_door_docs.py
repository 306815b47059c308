"""Swagger UI of the two doors: every group is told, and every body it offers can be sent as it stands."""

import json
from typing import Any

import httpx
import pytest

from mock_vneid import door_docs, face_docs
from mock_vneid.testing import Mock
from tests.mock_vneid.citizens_client import Citizens
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import Office
from tests.mock_vneid.rp import Rp

PLACES = {
    "id": "042190000001",
    "document_type": "CAN_CUOC",
    "code": "1.001193",
    "client_id": "my-rp",
    "agency": "000.00.00.H27",
}
BODIES = [(method, path, name) for (method, path), examples in door_docs.BODIES.items() for name in examples]


@pytest.mark.parametrize(("method", "path", "name"), BODIES)
def test_a_body_that_is_offered_can_be_sent_as_it_stands(
    mock: Mock, http: httpx.Client, method: str, path: str, name: str
) -> None:
    office = new_world(mock, http, population="virtual")
    places = PLACES | {"world": office.world}
    if "organizations" in path:
        places["id"] = "3000000097"
    if "/staff/" in path:
        places["code"] = "CB-0001"
    value = door_docs.BODIES[(method, path)][name]["value"]
    answer = http.request(method, f"{mock.control_url}{path.format(**places)}", json=value)
    assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize("door", ["faces", "control"])
def test_every_group_of_calls_is_told_in_its_order(mock: Mock, http: httpx.Client, door: str) -> None:
    base, told = {
        "faces": (mock.faces_url, door_docs.FACES),
        "control": (mock.control_url, door_docs.CONTROL),
    }[door]
    document: dict[str, Any] = http.get(f"{base}/openapi.json").json()
    used = {tag for call in document["paths"].values() for one in call.values() for tag in one["tags"]}
    assert document["tags"] == told
    assert used == {group["name"] for group in told}


@pytest.fixture(scope="module")
def faces(mock: Mock, http: httpx.Client) -> dict[str, Any]:
    told: dict[str, Any] = http.get(f"{mock.faces_url}/openapi.json").json()["paths"]
    return told


def below(faces: dict[str, Any], *methods: str) -> dict[str, Any]:
    """What stands below a world, by method and the path's end; both providers under one."""
    return {
        f"{method} {path.removeprefix('/w/{world}').removeprefix('/staff')}": call
        for path, calls in faces.items()
        for method, call in calls.items()
        if path.startswith("/w/{world}") and method in methods
    }


def test_whatever_a_face_reads_of_a_body_is_told(faces: dict[str, Any]) -> None:
    silent = [name for name, call in below(faces, "post", "put").items() if "requestBody" not in call]
    assert silent == ["post /oidc/userinfo"]  # it reads none


def test_how_a_face_says_no_is_told(faces: dict[str, Any]) -> None:
    calls = below(faces, "get", "post", "put", "delete")
    assert all("404" in call["responses"] for call in calls.values())
    public = [name for name, call in calls.items() if "400" not in call["responses"] and "/soap/" not in name]
    assert sorted(public) == ["get /.well-known/openid-configuration", "get /oidc/jwks", "get /wallet/jwks"]
    assert {"401", "403", "413", "415"} <= calls["post /wallet/documents/search"]["responses"].keys()
    assert {"409", "422", "507"} <= calls["post /wallet/results"]["responses"].keys()
    assert "422" not in calls["post /ndxp/services/{code}"]["responses"]


def test_every_table_names_calls_there_are(faces: dict[str, Any]) -> None:
    posts, gets = below(faces, "post"), below(faces, "get")
    assert {f"post {tail}" for tail in (*face_docs.FORMS, *face_docs.BODIES, *face_docs.HEADERS)} <= posts.keys()
    assert {f"get {tail}" for tail in face_docs.QUERIES} <= gets.keys()


@pytest.mark.parametrize("left_out", [None, *face_docs.FORMS["/oidc/par"][0]])
def test_a_pushed_request_needs_what_is_told_and_no_more(empty: Office, left_out: str | None) -> None:
    rp = Rp(empty)
    needed = face_docs.FORMS["/oidc/par"][0]
    form = {name: value for name, value in rp.question().items() if name in needed and name != left_out}
    answer = empty.http.post(f"{rp.oidc}/par", data=form, auth=rp.client)
    assert answer.status_code == (400 if left_out else 201), answer.text


@pytest.mark.parametrize("tail", face_docs.BODIES)
def test_a_question_to_the_population_database_can_be_sent_as_it_is_offered(virtual: Office, tail: str) -> None:
    citizens = Citizens(virtual)
    virtual.put("people/042190000001", {"full_name": "NGUYỄN THỊ AN", "birth_date": "1990-05-12", "sex": "female"})
    ((media_type, body),) = face_docs.BODIES[tail].items()
    said = body["example"] if media_type == "text/xml" else json.dumps(body["example"])
    headers = citizens.direct() if tail.startswith("/soap") else citizens.through(**{"Content-Type": media_type})
    assert set(face_docs.HEADERS[tail]) <= headers.keys()
    answer = virtual.http.post(f"{virtual.vneid}{tail}", content=said.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    assert "042190000001" in answer.text


def test_every_json_body_of_the_control_door_is_offered_one(mock: Mock, http: httpx.Client) -> None:
    document = http.get(f"{mock.control_url}/openapi.json").json()
    asked = {
        (method, path)
        for path, calls in document["paths"].items()
        for method, call in calls.items()
        if "application/json" in call.get("requestBody", {}).get("content", {})
    }
    # A name alone has its example in the model; a whole world comes out of `export`.
    assert asked - set(door_docs.BODIES) == {("post", "/worlds/{world}/snapshots"), ("post", "/worlds/import")}
