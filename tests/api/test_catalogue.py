"""The catalogue over HTTP: pages, days, publishing."""

from datetime import date
from typing import Any

import pytest

from app.api import examples
from tests.api.conftest import Service, operations

PUBLIC = [(p, {x["name"] for x in o.get("parameters", ())}) for _, p, o in operations() if o["tags"] == ["Danh mục"]]
DATED = [p for p, names in PUBLIC if "as_of" in names]
PAGED = [p for p, names in PUBLIC if "cursor" in names]
LISTS = [p for p in PAGED if "{" not in p]
TYPE: dict[str, Any] = examples.DOCUMENT_TYPES["official"]["value"]
PROCEDURE: dict[str, Any] = examples.PROCEDURES["lawful"]["value"]


def put(service: Service, path: str, body: dict[str, Any]) -> Any:
    return service.client.put(path, json=body, headers=service.bearer())


def items(service: Service, path: str, limit: int) -> list[Any]:
    """All items, page by page."""
    found, cursor = [], None
    while True:
        query = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        page = service.client.get(path, params=query).json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
        assert page["items"]


def test_every_read_of_the_catalogue_is_dated_and_every_list_paged() -> None:
    reads = {p for m, p, o in operations() if m == "GET" and o["tags"] == ["Danh mục"]}
    assert set(DATED) == reads
    assert set(LISTS) == {p for p in reads if "{" not in p}
    assert set(PAGED) - set(LISTS) == {"/v1/lists/{list_id}"}


@pytest.mark.parametrize("path", LISTS)
def test_pages_put_together_are_the_whole(service: Service, path: str) -> None:
    whole = items(service, path, 200)
    assert len(whole) > 3
    assert items(service, path, 3) == whole


def test_nothing_is_lost_or_doubled_when_something_is_published_between_two_pages(service: Service) -> None:
    before = [t["code"] for t in items(service, "/v1/document-types", 200)]
    first = service.client.get("/v1/document-types", params={"limit": "5"}).json()
    assert put(service, "/v1/document-types/AAA_MOI", TYPE).status_code == 201  # sorts before what was shown
    rest: list[str] = []
    cursor = first["next_cursor"]
    while cursor:
        page = service.client.get("/v1/document-types", params={"limit": "5", "cursor": cursor}).json()
        rest += [t["code"] for t in page["items"]]
        cursor = page["next_cursor"]
    assert [t["code"] for t in first["items"]] + rest == before


@pytest.mark.parametrize("path", DATED)
def test_a_read_as_of_a_day_is_answered_for_that_day(service: Service, path: str) -> None:
    address = path.format(code="CAN_CUOC" if "types" in path else "1.001193", list_id="nq66.7-annex-1")
    today = service.client.get(address)
    assert today.status_code == 200
    long_ago = service.client.get(address, params={"as_of": "1990-01-01"})
    assert long_ago.status_code in (200, 404)
    assert long_ago.json() != today.json() or path == "/v1/document-types/{code}"


def test_a_list_says_which_rows_held_on_the_day(service: Service) -> None:
    path = "/v1/lists/ct24-annex-3"
    body = {"from": "2025-09-13", "until": "2026-01-31", "status": "candidate", "basis": "CT-24-2025"}
    assert put(service, f"{path}/members/HO_CHIEU", body).status_code in (200, 201)

    def on(day: str) -> list[str]:
        return [m["code"] for m in service.client.get(path, params={"as_of": day}).json()["members"]]

    assert "HO_CHIEU" not in on("2025-09-12")
    assert "HO_CHIEU" in on("2025-09-13")
    assert "HO_CHIEU" in on("2026-01-31")
    assert "HO_CHIEU" not in on("2026-02-01")


def test_a_long_list_is_read_page_by_page_and_says_each_time_how_long_it_is(service: Service) -> None:
    path = "/v1/lists/nq66.7-annex-1"
    first = service.client.get(path).json()
    assert (len(first["members"]), first["declared"], first["loaded"]) == (100, 766, 765)
    codes, page = [], first
    while True:
        codes += [m["code"] for m in page["members"]]
        if page["next_cursor"] is None:
            break
        page = service.client.get(path, params={"limit": "200", "cursor": page["next_cursor"]}).json()
        assert page["loaded"] == 765
    assert len(codes) == 765
    assert codes == sorted(set(codes))


def test_a_member_says_what_the_act_writes_beside_it(service: Service) -> None:
    page = service.client.get("/v1/lists/nq66.7-annex-1", params={"cursor": "2.000828", "limit": "1"}).json()
    (member,) = page["members"]
    assert member == {
        "code": "2.000829",
        "name": "Thủ tục yêu cầu trợ giúp pháp lý",
        "from": "2026-01-01",
        "until": None,
        "status": "confirmed",
        "basis": "NQ-66.7-2025",
        "document_types": ["CAN_CUOC", "GIAY_KHAI_SINH"],
        "services": ["037", "HO-TICH"],
        "provisions": ["Điểm a khoản 3 Điều 33 Thông tư 08/2017/TT-BTP"],
        "numbers": [504],
        "field": "Bộ Tư pháp",
        "note": None,
    }


def test_a_member_without_a_name_of_its_own_is_called_what_the_catalogue_calls_it(service: Service) -> None:
    lists = {n: service.client.get(f"/v1/lists/ct24-annex-{n}").json()["members"] for n in (1, 3)}
    named = {m["code"]: m["name"] for members in lists.values() for m in members}
    assert named["1.001766"] == "Thủ tục đăng ký khai tử có yếu tố nước ngoài"
    assert named["CAN_CUOC"].startswith("Thẻ căn cước")
    assert all(m["services"] == m["provisions"] == m["numbers"] == [] for m in lists[1])


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        ("/v1/document-types/GIAY_MOI", TYPE, {**TYPE, "name": "Tên khác"}),
        ("/v1/procedures/9.123456", PROCEDURE, {**PROCEDURE, "name": "Tên khác"}),
        (
            "/v1/lists/ct24-annex-2/members/1.001193",
            examples.LIST_MEMBERS["confirmed"]["value"],
            {**examples.LIST_MEMBERS["confirmed"]["value"], "status": "candidate"},
        ),
    ],
)
def test_the_first_publication_is_new_the_same_again_is_nothing_and_another_a_version(
    stored: Service, path: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    first = put(stored, path, body)
    assert (first.status_code, first.json()["changed"]) == (201, True)
    before = stored.rows()
    again = put(stored, path, body)
    assert (again.status_code, again.json()) == (200, {**first.json(), "changed": False})
    assert stored.rows() == before
    changed = put(stored, path, other)
    assert (changed.status_code, changed.json()["changed"]) == (200, True)
    assert changed.json()["revision"] == first.json()["revision"] + 1


def test_a_component_that_insists_on_paper_of_integrated_types_is_refused(stored: Service) -> None:
    before = stored.rows()
    answer = put(stored, "/v1/procedures/9.654321", examples.PROCEDURES["refused"]["value"])
    assert (answer.status_code, answer.json()["code"]) == (409, "paper-demand-refused")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["facts"]["components"] == [{"position": 1, "document_type": "GIAY_KHAI_SINH"}]
    assert stored.rows() == before


@pytest.mark.parametrize(
    ("path", "body", "code", "at"),
    [
        (
            "/v1/document-types/GIAY_SAI",
            {**TYPE, "sources": [{**TYPE["sources"][0], "basis": "042177031459"}]},
            "unknown-law",
            "body/sources/0/basis",
        ),
        (
            "/v1/document-types/GIAY_SAI",
            {**TYPE, "sources": [{**TYPE["sources"][0], "procedures": ["1.001193", "9.999999"]}]},
            "unknown-procedure",
            "body/sources/0/procedures/1",
        ),
        (
            "/v1/procedures/9.654321",
            {
                **PROCEDURE,
                "components": [{**PROCEDURE["components"][0], "document_types": ["CAN_CUOC", "042177031459"]}],
            },
            "unknown-document-type",
            "body/components/0/document_types/1",
        ),
    ],
)
def test_a_publication_that_names_the_unknown_is_refused_and_points_at_it(
    service: Service, path: str, body: dict[str, Any], code: str, at: str
) -> None:
    before = service.rows()
    answer = put(service, path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["at"] for error in answer.json()["errors"]] == [at]
    assert "042177031459" not in answer.text
    assert service.rows() == before


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"source": "registry", "service": None}, "registry_service"),
        ({"source": "wallet"}, "registry_service"),
        ({"from": "2026-02-01", "until": "2026-01-01"}, "period"),
        ({"source": "archive"}, "literal_error"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused(service: Service, change: dict[str, Any], kind: str) -> None:
    answer = put(service, "/v1/document-types/GIAY_SAI", {**TYPE, "sources": [{**TYPE["sources"][0], **change}]})
    assert answer.status_code == 422
    assert [error["kind"] for error in answer.json()["errors"]] == [kind]


def test_an_unknown_list_or_member_in_an_address_is_not_found(service: Service) -> None:
    body = examples.LIST_MEMBERS["confirmed"]["value"]
    before = service.rows()
    for address in (
        "no-such-list/members/1.001193",
        "ct24-annex-1/members/9.999999",
        "ct24-annex-1/members/GIAY_KHAI_SINH",
        "ct24-annex-3/members/KHONG_CO",
        "ct24-annex-3/members/1.001193",
    ):
        # The address is looked at first: there is nothing that a wrong basis could be a fault of.
        for sent in (body, {**body, "basis": "KHONG-CO"}, {**body, "document_types": ["KHONG_CO"]}):
            answer = put(service, f"/v1/lists/{address}", sent)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-in-catalogue"), address
    assert service.rows() == before


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        ({"basis": "KHONG-CO"}, "unknown-law", "body/basis"),
        ({"document_types": ["KHONG_CO"]}, "unknown-document-type", "body/document_types/0"),
    ],
)
def test_what_a_member_names_in_its_body_is_refused_there(
    service: Service, change: dict[str, Any], code: str, at: str
) -> None:
    answer = put(
        service, "/v1/lists/ct24-annex-1/members/1.001193", {**examples.LIST_MEMBERS["confirmed"]["value"], **change}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["at"] for error in answer.json()["errors"]] == [at]


def test_a_second_membership_leaves_the_first_its_days_and_the_same_day_again_replaces_it(stored: Service) -> None:
    path = "/v1/lists/ct24-annex-2/members/1.000894"
    row = {"status": "confirmed", "basis": "CT-24-2025"}
    first = {**row, "from": "2025-10-01", "until": "2025-12-31"}
    second = {**row, "from": "2026-06-01"}

    def listed(day: str) -> list[tuple[str, str | None]]:
        found = stored.client.get("/v1/lists/ct24-annex-2", params={"as_of": day, "limit": 200}).json()["members"]
        return [(m["from"], m["until"]) for m in found if m["code"] == "1.000894"]

    assert [put(stored, path, body).status_code for body in (first, second, second)] == [201, 201, 200]
    days = ("2025-11-01", "2026-03-01", "2026-06-01")
    assert [listed(day) for day in days] == [[("2025-10-01", "2025-12-31")], [], [("2026-06-01", None)]]
    assert put(stored, path, {**first, "until": "2025-10-31"}).json()["changed"] is True
    assert [listed(day) for day in days] == [[], [], [("2026-06-01", None)]]


def test_the_integrated_list_names_the_provision_and_the_sources(service: Service) -> None:
    found = service.client.get("/v1/integrated-documents").json()
    assert found["as_of"] >= date(2026, 11, 1).isoformat()
    card = next(row for row in found["items"] if row["document_type"] == "CAN_CUOC")
    assert {s["source"] for s in card["sources"]} == {"wallet", "registry"}
    assert card["citations"]
    assert service.client.get("/v1/integrated-documents?as_of=2022-12-31").json()["items"] == []


KNOWN = [p for p, names in PUBLIC if "as_known" in names]


def test_everything_published_is_read_as_it_was_known_on_a_day() -> None:
    assert set(DATED) - set(KNOWN) == {"/v1/laws"}  # the rulebook comes with the service


@pytest.mark.parametrize("path", KNOWN)
def test_a_read_as_known_before_anything_was_published_is_refused_and_later_ones_are_the_current(
    service: Service, path: str
) -> None:
    address = path.format(code="CAN_CUOC" if "types" in path else "1.001193", list_id="nq66.7-annex-1")
    before = service.client.get(address, params={"as_known": "2020-01-01"})
    assert (before.status_code, before.json()["code"]) == (422, "nothing-published")
    today = service.client.get(address)
    assert service.client.get(address, params={"as_known": "2100-01-01"}).json() == today.json()


def test_the_integrated_list_comes_with_a_tag_and_who_has_it_gets_no_body(service: Service) -> None:
    first = service.client.get("/v1/integrated-documents")
    assert "from" in first.json()["items"][0]["sources"][0]
    had = {"if-none-match": first.headers["etag"]}
    again = service.client.get("/v1/integrated-documents", headers=had)
    assert (again.status_code, again.content) == (304, b"")
    other = service.client.get("/v1/integrated-documents?as_of=2025-09-13", headers=had)
    assert other.status_code == 200
