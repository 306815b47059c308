"""Swagger UI of the two doors: every group is told, and every body it offers can be sent as it stands."""

from typing import Any

import httpx
import pytest

from mock_vneid import door_docs
from mock_vneid.testing import Mock
from tests.mock_vneid.conftest import new_world

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
