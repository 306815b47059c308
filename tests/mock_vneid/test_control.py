"""The second door: worlds and what is in them, by hand."""

import json
import unicodedata
from pathlib import Path

import httpx
import pytest

from mock_vneid import scenario
from mock_vneid.testing import Mock
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import AN, ANOTHER, HELD, PERSON, Json, Office

ORGANIZATION = "3000000097"


def test_a_world_is_made_listed_read_and_deleted(mock: Mock, http: httpx.Client) -> None:
    made = http.post(
        f"{mock.control_url}/worlds", json={"name": "my-test", "seed": 5, "population": "empty", "now": "2026-01-01"}
    )
    assert made.status_code == 201
    body = made.json()
    assert {key: body[key] for key in ("name", "path", "seed", "population", "people", "faults")} == {
        "name": "my-test",
        "path": "/w/my-test",
        "seed": 5,
        "population": "empty",
        "people": 0,
        "faults": 0,
    }
    assert body["now"].startswith("2026-01-01T00:00:0")
    assert body["now"].endswith("+07:00")
    assert http.post(f"{mock.control_url}/worlds", json={"name": "my-test"}).status_code == 409
    names = [world["name"] for world in http.get(f"{mock.control_url}/worlds").json()["items"]]
    assert {"default", "my-test"} <= set(names)
    assert http.get(f"{mock.control_url}/worlds/my-test").json()["seed"] == 5
    gone = http.delete(f"{mock.control_url}/worlds/my-test")
    assert (gone.status_code, gone.content, gone.headers.get("content-type")) == (204, b"", None)
    assert http.get(f"{mock.control_url}/worlds/my-test").status_code == 404
    assert http.get(f"{mock.faces_url}/w/my-test/wallet/jwks").json()["error"] == "unknown_world"


def test_a_world_without_a_name_gets_one(mock: Mock, http: httpx.Client) -> None:
    names = {http.post(f"{mock.control_url}/worlds", json={}).json()["name"] for _ in range(3)}
    assert len(names) == 3


def test_a_world_needs_not_even_a_body(mock: Mock, http: httpx.Client) -> None:
    made = http.post(f"{mock.control_url}/worlds")
    assert (made.status_code, made.json()["population"]) == (201, "virtual")


def test_the_default_world_cannot_be_deleted(mock: Mock, http: httpx.Client) -> None:
    assert http.delete(f"{mock.control_url}/worlds/default").status_code == 409


def test_a_person_by_hand_holds_only_what_is_put(virtual: Office) -> None:
    url = f"{virtual.control}/people/{PERSON}"
    before = virtual.get(f"people/{PERSON}")
    assert before["by_hand"] is False
    assert before["holdings"]
    made = virtual.http.put(url, json=AN)
    assert made.status_code == 201
    assert made.json() == {"id": PERSON, **AN, "identity_level": 2, "by_hand": True, "holdings": {}}
    put = virtual.http.put(f"{url}/holdings/CAN_CUOC", json=HELD)
    assert (put.status_code, put.json()) == (201, HELD)
    assert virtual.http.put(f"{url}/holdings/CAN_CUOC", json={"registry": "held"}).status_code == 200
    assert virtual.get(f"people/{PERSON}")["holdings"] == {"CAN_CUOC": {"wallet": "absent", "registry": "held"}}
    again = virtual.http.put(url, json=AN | {"identity_level": 1})
    assert (again.status_code, again.json()["holdings"], again.json()["identity_level"]) == (200, {}, 1)
    assert virtual.http.delete(url).status_code == 204
    assert virtual.get(f"people/{PERSON}") == before
    assert virtual.http.delete(url).status_code == 404


def test_a_holding_by_hand_is_laid_over_a_virtual_person(virtual: Office) -> None:
    before = virtual.get(f"people/{PERSON}")
    virtual.put(f"people/{PERSON}/holdings/VAN_BANG", {"registry": "held"})
    virtual.put(f"people/{PERSON}/holdings/CAN_CUOC", {})
    over = virtual.get(f"people/{PERSON}")
    assert over["holdings"] == before["holdings"] | {
        "VAN_BANG": {"wallet": "absent", "registry": "held"},
        "CAN_CUOC": {"wallet": "absent", "registry": "absent"},
    }
    assert [person["id"] for person in virtual.get("people")["items"]] == [PERSON]
    assert virtual.statuses(["CAN_CUOC"]) == {"CAN_CUOC": "absent"}
    assert virtual.http.delete(f"{virtual.control}/people/{PERSON}/holdings/VAN_BANG").status_code == 204
    assert virtual.http.delete(f"{virtual.control}/people/{PERSON}/holdings/VAN_BANG").status_code == 404
    assert virtual.http.delete(f"{virtual.control}/people/{PERSON}").status_code == 204
    assert virtual.get(f"people/{PERSON}") == before


def test_nobody_of_an_empty_world_can_be_read_or_given_a_paper(empty: Office) -> None:
    assert empty.http.get(f"{empty.control}/people/{PERSON}").status_code == 404
    refused = empty.http.put(f"{empty.control}/people/{PERSON}/holdings/CAN_CUOC", json=HELD)
    assert refused.status_code == 404
    assert "PUT them first" in refused.json()["detail"]


def test_an_organisation_by_hand(empty: Office) -> None:
    url = f"{empty.control}/organizations/{ORGANIZATION}"
    made = empty.http.put(url, json={"name": "HỢP TÁC XÃ THỬ"})
    assert (made.status_code, made.json()["name"]) == (201, "HỢP TÁC XÃ THỬ")
    assert empty.http.put(f"{url}/holdings/GCN_DK_HTX", json={"registry": "held"}).status_code == 201
    assert empty.get(f"organizations/{ORGANIZATION}")["holdings"] == {
        "GCN_DK_HTX": {"wallet": "absent", "registry": "held"}
    }
    assert empty.http.delete(f"{url}/holdings/GCN_DK_HTX").status_code == 204
    assert [item["id"] for item in empty.get("organizations")["items"]] == [ORGANIZATION]
    assert empty.http.delete(url).status_code == 204
    assert empty.http.get(url).status_code == 404


BAD_BODIES: list[tuple[str, str, Json, str]] = [
    (
        "PUT",
        f"people/{PERSON}",
        AN | {"colour": "red"},
        "no such field: colour; the fields are: full_name, birth_date, sex, identity_level",
    ),
    ("PUT", f"people/{PERSON}", {"full_name": "A", "sex": "male"}, "birth_date"),
    ("PUT", f"people/{PERSON}", AN | {"birth_date": "1990-02-30"}, "YYYY where only the year is known"),
    ("PUT", f"people/{PERSON}", AN | {"birth_date": "3/2/1990"}, "YYYY-MM-DD"),
    ("PUT", f"people/{PERSON}", AN | {"birth_date": 1990}, "birth_date"),
    ("PUT", f"people/{PERSON}", AN | {"sex": "nam"}, "'male' or 'female'"),
    ("PUT", f"people/{PERSON}", AN | {"full_name": " "}, "write some text"),
    ("PUT", f"people/{PERSON}", AN | {"full_name": "A\x00B"}, "control characters"),
    ("PUT", f"people/{PERSON}", AN | {"identity_level": 3}, "identity_level"),
    ("PUT", f"people/{PERSON}", AN | {"identity_level": True}, "identity_level"),
    ("PUT", "people/042", AN, "12 digits"),
    ("PUT", "people/999090100001", AN, "province"),
    ("PUT", "organizations/30000000", {"name": "A"}, "10 or 13 digits"),
    ("PUT", f"people/{PERSON}/holdings/can_cuoc", HELD, "document_type"),
    ("PUT", f"people/{PERSON}/holdings/CAN_CUOC", {"wallet": "yes"}, "'linked', 'not_linked' or 'absent'"),
    ("PUT", f"people/{PERSON}/holdings/CAN_CUOC", {"issued_on": "2022"}, "YYYY-MM-DD"),
    ("PUT", f"people/{PERSON}/holdings/CAN_CUOC", {"until": "2022-01-01"}, "valid_until"),
    ("PUT", f"people/{PERSON}/holdings/CAN_CUOC", {"data": []}, "data"),
    ("PUT", "licences", {"procedures": ["birth"]}, "procedures"),
    ("PUT", "licences", {"services": []}, "procedures, officers"),
    ("POST", "faults", {"face": "wallet", "kind": "typo"}, "its kinds are: latency"),
    ("POST", "faults", {"face": "ndxp", "kind": "bad_signature"}, "its kinds are: latency"),
    ("POST", "faults", {"face": "oidc", "kind": "wrong_person"}, "its kinds are: latency"),
    ("POST", "faults", {"face": "archive", "kind": "latency"}, "face"),
    ("POST", "faults", {"face": "wallet", "kind": "latency", "attributes": {"s": 1}}, "these attributes: ms"),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "attributes": {"ms": 1}}, "these attributes: none"),
    ("POST", "faults", {"face": "wallet", "kind": "latency", "attributes": {"ms": 60_001}}, "0 to 60000"),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "share": 1.1}, "share"),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "share": True}, "share"),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "share": "0.5"}, "share"),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "times": 0}, "times"),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "match": {"person": "042"}}, "10 or 13 digits"),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "match": {"service": "037"}}, "search, deliver,"),
    ("POST", "faults", {"face": "ndxp", "kind": "reset", "match": {"service": "HO_TICH"}}, "any other code"),
    ("POST", "faults", {"face": "ndxp", "kind": "reset", "match": {"document_type": "x"}}, "document_type"),
    ("POST", "faults", {"face": "ndxp", "kind": "reset", "match": {"officer": "x"}}, "person, document_type, service"),
    ("POST", "faults", {"face": "oidc", "kind": "reset", "match": {"person": PERSON}}, "match by service only"),
    ("POST", "faults", {"face": "wallet", "kind": "stale", "match": {"service": "jwks"}}, "only faults of transport"),
    ("POST", "clock", {}, "one of the two"),
    ("POST", "clock", {"now": "2026-01-01", "advance": 1}, "one of the two"),
    ("POST", "clock", {"now": "2026-01-01T00:00:00"}, "zone"),
    ("POST", "clock", {"now": "tomorrow"}, "RFC 3339"),
    ("POST", "clock", {"now": "1969-12-31"}, "1970 to 2199"),
    ("POST", "clock", {"advance": "P1Y"}, "ISO 8601"),
    ("POST", "clock", {"advance": "P"}, "ISO 8601"),
    ("POST", "clock", {"advance": "P1DT"}, "ISO 8601"),
    ("POST", "clock", {"advance": "P999999W"}, "1970 to 2199"),
    ("POST", "clock", {"advance": -3_000_000_000}, "1970 to 2199"),
    ("POST", "fork", {"name": "A B"}, "name"),
]


@pytest.mark.parametrize(("method", "path", "body", "says"), BAD_BODIES)
def test_a_mistake_is_refused_with_what_mends_it_and_changes_nothing(
    empty: Office, method: str, path: str, body: Json, says: str
) -> None:
    empty.put_person()
    before = empty.get("people"), empty.get("faults"), empty.get("licences"), empty.get("clock")["offset_seconds"]
    answer = empty.http.request(method, f"{empty.control}/{path}", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert PERSON not in answer.text
    assert (
        empty.get("people"),
        empty.get("faults"),
        empty.get("licences"),
        empty.get("clock")["offset_seconds"],
    ) == before


@pytest.mark.parametrize(
    "body",
    [
        {"name": "A"},
        {"name": "-a"},
        {"name": "a/b"},
        {"seed": -1},
        {"seed": "1"},
        {"seed": True},
        {"population": "some"},
        {"world": 1},
    ],
)
def test_a_world_out_of_form_is_not_made(mock: Mock, http: httpx.Client, body: Json) -> None:
    assert http.post(f"{mock.control_url}/worlds", json=body).status_code == 422


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "nowhere", 404), ("PATCH", "worlds", 405)])
def test_a_path_that_is_none_is_a_problem_too(
    mock: Mock, http: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = http.request(method, f"{mock.control_url}/{path}")
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_world_from_nowhere_is_not_made(mock: Mock, http: httpx.Client) -> None:
    assert http.post(f"{mock.control_url}/worlds", json={"from": "no-such-world"}).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 100_000, 400),
        (b'{"wallet": "linked", "data": {"x": NaN}}', 422),
        (b'{"wallet": "linked", "data": {"x": "\\ud800"}}', 422),
        (b'{"full_name": "\\ud800"}', 422),
        (b'{"number": "' + b"1" * 1024 * 1024 + b'"}', 413),
    ],
)
def test_what_cannot_be_sent_on_is_refused_and_never_a_crash(empty: Office, content: bytes, status: int) -> None:
    empty.put_person()
    url = f"{empty.control}/people/{PERSON}/holdings/CAN_CUOC"
    answer = empty.http.put(url, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_a_body_of_unannounced_length_is_limited_too(empty: Office) -> None:
    pieces = (b" " * 64 * 1024 for _ in range(20))
    answer = empty.http.post(f"{empty.control}/faults", content=pieces, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_data_is_kept_as_it_was_written(empty: Office) -> None:
    empty.put_person()
    data = {"nothing": None, "deep": {"list": [1, 2.5, {"x": None}]}, "chữ": "Hà Tĩnh"}
    empty.put_holding("MADE_UP", data=data)
    assert empty.get(f"people/{PERSON}")["holdings"]["MADE_UP"]["data"] == data


def test_a_name_is_kept_as_it_was_written(empty: Office) -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn Văn Ân")
    empty.put_person(full_name=decomposed)
    assert empty.ask("037", ["CAN_CUOC"]).json()["person"]["full_name"] == decomposed


def test_reset_brings_back_how_the_world_began(mock: Mock, http: httpx.Client) -> None:
    world = new_world(mock, http, population="empty", now="2026-03-01")
    world.put_person()
    world.fault("wallet", "http_500")
    world.put("licences", {"procedures": []})
    world.post("clock", {"advance": "P30D"})
    world.search(["CAN_CUOC"])
    keys = world.keys().keys()
    body = world.http.post(f"{world.control}/reset").json()
    assert (body["people"], body["faults"], body["requests"]) == (0, 0, 0)
    assert body["now"].startswith("2026-03-01")
    assert world.get("licences") == {}
    assert world.keys().keys() == keys
    assert world.fault("wallet", "http_500") == "fault-1"


def test_a_fork_begins_as_the_world_is_now_and_then_goes_its_own_way(mock: Mock, empty: Office) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    empty.fault("ndxp", "http_500")
    empty.post("clock", {"advance": "P10D"})
    name = empty.post("fork", {})["name"]
    fork = Office(mock, name, empty.http)
    assert fork.get(f"people/{PERSON}") == empty.get(f"people/{PERSON}")
    assert fork.get("faults") == empty.get("faults")
    assert round(fork.get("clock")["offset_seconds"]) == 864_000
    assert "CAN_CUOC" in fork.documents(["CAN_CUOC"])
    fork.put_holding("CAN_CUOC", wallet="not_linked")
    fork.put_person(ANOTHER)
    fork.http.delete(f"{fork.control}/faults")
    assert empty.get(f"people/{PERSON}")["holdings"]["CAN_CUOC"]["wallet"] == "linked"
    assert empty.http.get(f"{empty.control}/people/{ANOTHER}").status_code == 404
    assert len(empty.get("faults")["items"]) == 1
    fork.http.post(f"{fork.control}/reset")
    assert fork.statuses(["CAN_CUOC"]) == {"CAN_CUOC": "linked"}
    assert len(fork.get("faults")["items"]) == 1


def test_a_world_may_be_made_from_another(mock: Mock, http: httpx.Client) -> None:
    demo = new_world(mock, http, **{"from": "default"})
    assert demo.statuses(["CAN_CUOC"], "042190000001") == {"CAN_CUOC": "linked"}
    other = new_world(mock, http, **{"from": "default", "seed": 99})
    assert other.get("people/042190000001") == demo.get("people/042190000001")
    assert other.get(f"people/{PERSON}") != demo.get(f"people/{PERSON}")


def test_worlds_do_not_see_each_others_people(mock: Mock, http: httpx.Client) -> None:
    one, two = (new_world(mock, http, population="virtual", seed=3) for _ in range(2))
    assert one.get(f"people/{PERSON}") == two.get(f"people/{PERSON}")
    one.put_person()
    assert two.get(f"people/{PERSON}")["by_hand"] is False
    one.search(["CAN_CUOC"])
    assert two.journal(face="wallet") == []


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ({"now": "2030-05-06T07:08:09Z"}, "2030-05-06T14:08:"),
        ({"now": "2030-05-06"}, "2030-05-06T00:00:"),
    ],
)
def test_the_clock_is_set_and_goes_on(empty: Office, body: Json, day: str) -> None:
    assert empty.post("clock", body)["now"].startswith(day)
    assert empty.get("clock")["now"] >= day


@pytest.mark.parametrize(
    ("advance", "seconds"),
    [(90, 90), (-90.5, -90.5), ("P1D", 86400), ("P2W", 1209600), ("PT1H30M", 5400), ("-P1DT1S", -86401)],
)
def test_the_clock_is_moved_by_seconds_or_a_duration(empty: Office, advance: object, seconds: float) -> None:
    assert empty.post("clock", {"advance": advance})["offset_seconds"] == pytest.approx(seconds, abs=0.01)


def test_both_doors_tell_that_they_live_and_describe_themselves(mock: Mock, http: httpx.Client) -> None:
    for url in (mock.faces_url, mock.control_url):
        assert http.get(f"{url}/healthz").json()["status"] == "ok"
        page = http.get(f"{url}/docs")
        assert "swagger-ui-bundle.js" in page.text
        assert "//cdn" not in page.text
        assert http.get(f"{url}/static-offline-docs/swagger-ui-bundle.js").status_code == 200
        assert http.get(f"{url}/openapi.json").json()["openapi"].startswith("3.1")
    paths = http.get(f"{mock.faces_url}/openapi.json").json()["paths"]
    search = paths["/w/{world}/wallet/documents/search"]["post"]
    assert search["parameters"][0]["name"] == "world"
    assert search["security"] == [{"wallet": ["wallet.search"]}]
    assert "$ref" not in json.dumps(search["requestBody"])


def test_a_scenario_with_a_mistake_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        'description: x\npeople: [{id: "042", full_name: A, birth_date: "1990", sex: male, story: s}]\n',
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=r"(?s)wrong\.yaml.*people\.0\.id.*12 digits"):
        scenario.load(file)
    file.write_text("description: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"wrong\.yaml"):
        scenario.load(file)
