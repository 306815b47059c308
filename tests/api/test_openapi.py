"""The OpenAPI document: complete, true to the service, and the one that is committed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api import snapshot
from app.api.problems import MEDIA_TYPE
from app.api.wording import CATALOGUE
from app.domain.errors import DomainError, JournalBroken
from tests.api.conftest import Service, document, operations

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
IDS = [o["operationId"] for _, _, o in operations()]
OPERATIONS = pytest.mark.parametrize(("method", "path", "operation"), list(operations()), ids=IDS)


def test_the_committed_document_is_the_service_s_own() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == snapshot.document(), "run: make openapi, and look at the difference"


def test_the_running_service_serves_the_same_document(service: Service) -> None:
    assert service.client.get("/openapi.json").json() == document()


def test_the_document_is_of_openapi_3_1_and_introduces_itself() -> None:
    found = document()
    assert found["openapi"].startswith("3.1")
    assert {"title", "version", "summary", "description", "contact", "license"} <= found["info"].keys()
    assert [tag["name"] for tag in found["tags"]]
    assert all(tag["description"] for tag in found["tags"])


def test_a_reader_is_offered_one_way_in() -> None:
    """Swagger UI shows each scheme as a box to fill in: HTTP Basic, which opens the token's call alone, is none."""
    assert document()["components"]["securitySchemes"].keys() == {"motlan"}
    token = document()["paths"]["/oauth/token"]["post"]
    assert token["security"] == []
    assert "HTTP Basic" in token["description"]


def test_operation_ids_are_distinct() -> None:
    assert len(set(IDS)) == len(IDS)


@OPERATIONS
def test_every_call_is_described(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert len(operation["description"]) > 20
    assert operation["tags"][0] in {tag["name"] for tag in document()["tags"]}
    assert all(p.get("description") or "examples" in p["schema"] for p in operation.get("parameters", ()))
    for parameter in operation.get("parameters", ()):
        if parameter["required"]:
            assert parameter["schema"].get("examples"), parameter["name"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        assert all(example["summary"] for example in content["examples"].values())


@OPERATIONS
def test_every_refusal_of_a_call_is_a_problem(method: str, path: str, operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        assert answer["description"]
        if status[0] in "45" and path not in ("/oauth/token", "/readyz"):
            assert list(answer["content"]) == [MEDIA_TYPE]
    expected = {"401", "403"} if operation.get("security") else set()
    expected |= {"413", "415"} if "requestBody" in operation else set()
    expected |= {"422"} if operation.get("parameters") else set()
    assert expected <= operation["responses"].keys()


def _schemas(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _schemas(inner)


def _inputs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema that a request body is made of, by name."""
    todo = {m for _, _, o in operations() for m in _references(o.get("requestBody", {}))}
    done: set[str] = set()
    while todo - done:
        name = (todo - done).pop()
        done.add(name)
        schema = document()["components"]["schemas"][name]
        todo |= set(_references(schema))
        yield name, schema


def _references(value: Any) -> Iterator[str]:
    return (s["$ref"].rsplit("/", 1)[-1] for s in _schemas(value) if isinstance(s.get("$ref"), str))


def test_every_input_is_closed_and_every_text_and_list_in_it_bounded() -> None:
    seen = 0
    for name, schema in _inputs():
        assert schema["additionalProperties"] is False, name
        for inner in _schemas(schema):
            if inner.get("type") == "string":
                assert {"pattern", "enum", "const", "format"} & inner.keys(), (name, inner)
                seen += 1
            if inner.get("type") == "array":
                assert "maxItems" in inner, (name, inner)
            if inner.get("type") == "integer":
                assert {"minimum", "maximum"} <= inner.keys(), (name, inner)
    assert seen > 20


def test_every_link_leads_to_a_call_that_is_there() -> None:
    links = [(name, link) for s in _schemas(document()) for name, link in s.get("links", {}).items()]
    assert len(links) > 10
    parameters = {o["operationId"]: {p["name"] for p in o.get("parameters", ())} for _, _, o in operations()}
    for _, link in links:
        assert link["parameters"].keys() <= parameters[link["operationId"]]


def test_authorize_asks_for_a_token_where_it_is_given(service: Service) -> None:
    flow = document()["components"]["securitySchemes"]["motlan"]["flows"]["clientCredentials"]
    answer = service.client.post(
        flow["tokenUrl"],
        data={"grant_type": "client_credentials", "scope": " ".join(flow["scopes"])},
        auth=("demo-admin", "demo-admin-secret"),
    )
    assert set(answer.json()["scope"].split()) == set(flow["scopes"])


def _codes(error: type[DomainError]) -> Iterator[str]:
    for below in error.__subclasses__():
        yield below.code
        yield from _codes(below)


@pytest.mark.parametrize("code", sorted(set(_codes(DomainError)) - {JournalBroken.code}))
def test_every_error_of_meaning_has_words(code: str) -> None:
    assert code in CATALOGUE


@pytest.mark.parametrize("code", CATALOGUE)
def test_words_are_in_both_languages_and_say_how_to_mend_it(code: str) -> None:
    words = CATALOGUE[code]
    assert 400 <= words.status < 600
    assert re.search(
        "[ăâđêôơưáàảãạíìỉĩịúùủũụóòỏõọéèẻẽẹýỳỷỹỵấầẩẫậếềểễệốồổỗộớờởỡợứừửữự]", words.title_vi + words.detail_vi
    )
    assert words.title_en.isascii() and words.detail_en.isascii()
    assert words.detail_vi.endswith(".") and words.detail_en.endswith(".")


def test_the_document_holds_no_address_of_elsewhere() -> None:
    text = json.dumps(document())
    assert set(re.findall(r"https?://[^\s\"'`]+", text)) <= {"https://example.invalid/motlan"}
