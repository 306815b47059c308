"""What is wrong in a request is said so that it can be mended; nothing of it comes back, nothing is written."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api import examples
from tests.api.conftest import DEMAND, DOSSIER, Service, operations

# Put into every bad request; none of it may come back.
CANARY = {"id": "042177031459", "name": "KHÔNG CÓ NGƯỜI NÀY", "word": "kho_bau_canary"}


def changed(path: str, value: Any, body: dict[str, Any] = DEMAND) -> dict[str, Any]:
    """The body with one field set; `path` as in `subject/id` or `items/0/form`."""
    body = copy.deepcopy(body)
    *above, last = path.split("/")
    at: Any = body
    for step in above:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return body


def refused(service: Service, body: Any, status: int = 422, path: str = "/v1/paper-demands") -> dict[str, Any]:
    """The problem a body is answered with; a mapping is sent as JSON, text and bytes as they are."""
    before = service.rows()
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    answer = service.client.post(
        path, content=raw, headers={**service.bearer(), "content-type": "application/json", "idempotency-key": "k"}
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "title_en", "detail_en", "code", "trace_id"} <= problem.keys()
    assert problem["trace_id"] == answer.headers["x-trace-id"]
    for canary in CANARY.values():
        assert canary not in answer.text
        assert canary not in str(answer.headers)
    assert service.rows() == before
    return problem


def places(problem: dict[str, Any]) -> set[tuple[str, str]]:
    assert all(error["vi"] and error["en"] for error in problem["errors"])
    return {(error["at"], error["kind"]) for error in problem["errors"]}


@pytest.mark.parametrize(
    ("id_", "kind"),
    [
        ("０４２１９０００００１１", "digits"),
        ("042190001", "digits"),
        ("0421900000011", "digits"),
        ("042190000001\n", "digits"),
        (" 42190000001", "digits"),
        ("04219000000\u0661", "digits"),
        ("", "digits"),
        ("999190000001", "province"),
        ("042490000001", "century"),
        ("042299000001", "year"),
        ("0" * 65, "string_too_long"),
        (42190000001, "string_type"),
        (None, "string_type"),
        ({"a": "042177031459"}, "string_type"),
    ],
)
def test_a_wrong_citizen_id_is_named_by_its_fault(service: Service, id_: Any, kind: str) -> None:
    assert places(refused(service, changed("subject/id", id_))) == {("body/subject/id", kind)}


@pytest.mark.parametrize("id_", ["300000001", "30000000012", "30000000１2", "3000000012-001", "042190000001"])
def test_an_organisation_has_ten_or_thirteen_digits(service: Service, id_: str) -> None:
    body = changed("subject", {"kind": "organization", "id": id_})
    assert places(refused(service, body)) == {("body/subject/id", "digits")}


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        ("subject/birth_date", "1990-02-30", "calendar"),
        ("subject/birth_date", "12/05/1990", "format"),
        ("subject/birth_date", "１９９０", "format"),
        ("subject/birth_date", "2999", "future"),
        ("subject/birth_date", 1990, "string_type"),
        ("subject/full_name", "", "string_too_short"),
        ("subject/full_name", "   ", "string_pattern_mismatch"),
        ("subject/full_name", CANARY["name"] + "\0", "string_pattern_mismatch"),
        ("subject/full_name", "A" * 301, "string_too_long"),
        ("subject/kind", CANARY["word"], "literal_error"),
        ("subject", CANARY["id"], "model_attributes_type"),
        ("subject", [], "model_attributes_type"),
        ("demanded_on", "2026-02-30", "day"),
        ("demanded_on", "2026", "day"),
        ("demanded_on", "2026-02-03T00:00:00Z", "day"),
        ("demanded_on", "20260203", "day"),
        ("demanded_on", "2026-W05-2", "day"),
        ("demanded_on", "２026-02-03", "day"),
        ("demanded_on", 1767225600, "day"),
        ("demanded_on", True, "day"),
        ("demanded_on", "1989-12-31", "bounds"),
        ("demanded_on", "9999-12-31", "bounds"),
        ("channel", CANARY["word"], "literal_error"),
        ("channel", "Counter", "literal_error"),
        ("procedure", "1.001.193", "string_pattern_mismatch"),
        ("procedure", "1.001193\n", "string_pattern_mismatch"),
        ("procedure", "1.００1193", "string_pattern_mismatch"),
        ("agency", CANARY["name"], "string_pattern_mismatch"),
        ("agency", "A" * 41, "string_too_long"),
        ("officer", "a b", "string_pattern_mismatch"),
        ("items", [], "too_short"),
        ("items", DEMAND["items"] * 51, "too_long"),
        ("items", {"0": DEMAND["items"][0]}, "list_type"),
        ("items", DEMAND["items"] * 2, "distinct_refs"),
        ("items/0", CANARY["id"], "model_attributes_type"),
        ("items/0/form", "scan", "literal_error"),
        ("items/0/ref", CANARY["name"], "string_pattern_mismatch"),
        ("items/0/document_type", "can_cuoc", "string_pattern_mismatch"),
        ("items/0/document_type", "A" * 65, "string_pattern_mismatch"),
        ("items/0/declined_sync", "true", "bool_type"),
        ("items/0/declined_sync", 1, "bool_type"),
    ],
)
def test_a_wrong_field_is_named_with_its_fault(service: Service, path: str, value: Any, kind: str) -> None:
    assert places(refused(service, changed(path, value))) == {(f"body/{path}", kind)}


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        ("components/0/position", -1, "greater_than_equal"),
        ("components/0/position", 10**30, "less_than_equal"),
        ("components/0/position", "1", "int_type"),
        ("components/0/position", 1.5, "int_type"),
        ("components/0/position", True, "int_type"),
        ("components/0/supplied", "fax", "literal_error"),
        ("components", [{"position": 1, "supplied": "none"}] * 2, "distinct_positions"),
        ("case", "\0", "string_pattern_mismatch"),
    ],
)
def test_a_wrong_field_of_a_dossier_is_named_with_its_fault(service: Service, path: str, value: Any, kind: str) -> None:
    problem = refused(service, changed(path, value, DOSSIER), path="/v1/dossiers")
    assert places(problem) == {(f"body/{path}", kind)}


@pytest.mark.parametrize("field", ["procedure", "agency", "channel", "subject", "items"])
def test_a_missing_field_is_named(service: Service, field: str) -> None:
    body = {k: v for k, v in DEMAND.items() if k != field}
    assert places(refused(service, body)) == {(f"body/{field}", "missing")}


@pytest.mark.parametrize("name", [CANARY["id"], CANARY["word"], CANARY["name"], "\0", "", "a/b"])
def test_a_field_too_many_is_refused_and_its_name_is_not_given_back(service: Service, name: str) -> None:
    body = changed("subject", {**DEMAND["subject"], name: CANARY["id"]})
    assert places(refused(service, body)) == {("body/subject/…", "extra_forbidden")}


def test_a_field_name_of_broken_unicode_is_refused(service: Service) -> None:
    body = changed("subject", {**DEMAND["subject"], "\ud800": 1})
    assert places(refused(service, body)) == {("body/subject", "string_unicode")}


@pytest.mark.parametrize(
    ("path", "value", "code", "at"),
    [
        ("procedure", "9.999999", "unknown-procedure", "body/procedure"),
        ("items/0/document_type", CANARY["id"], "unknown-document-type", "body/items/0/document_type"),
        ("subject", examples.COMPANY, "holder-required", "body/items/0/document_type"),
        ("demanded_on", "1995-01-01", "procedure-not-in-force", "body/procedure"),
    ],
)
def test_what_the_catalogue_does_not_know_is_pointed_at(
    service: Service, path: str, value: Any, code: str, at: str
) -> None:
    problem = refused(service, changed(path, value))
    assert problem["code"] == code
    assert places(problem) == {(at, code)}


CITIZEN, COMPANY = DEMAND["subject"], examples.COMPANY
CARD, REGISTRATION = "CAN_CUOC", "GCN_DKDN"


def item(n: int, code: str, holder: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"ref": str(n), "document_type": code, "form": "copy", **({"holder": holder} if holder else {})}


@pytest.mark.parametrize(
    ("items", "at", "words"),
    [
        ([item(1, REGISTRATION)], {"body/items/0/document_type"}, "name the organisation"),
        ([item(1, CARD, COMPANY)], {"body/items/0/holder"}, "name the person"),
        ([item(1, REGISTRATION, CITIZEN)], {"body/items/0/holder"}, "name the organisation"),
        # Neither the one that is right, nor the same paper under its subject, is pointed at.
        ([item(1, CARD), item(2, CARD, CITIZEN), item(3, CARD, COMPANY)], {"body/items/2/holder"}, "name the person"),
        ([item(1, REGISTRATION, COMPANY), item(2, REGISTRATION)], {"body/items/1/document_type"}, "the organisation"),
    ],
)
def test_whose_paper_it_is_has_to_be_said_where_the_holder_is_of_the_wrong_kind_or_missing(
    service: Service, items: list[dict[str, Any]], at: set[str], words: str
) -> None:
    problem = refused(service, {**DEMAND, "items": items})
    assert (problem["code"], {e["at"] for e in problem["errors"]}) == ("holder-required", at)
    assert all(words in e["en"] for e in problem["errors"])
    assert problem["facts"]["document_type"] in (CARD, REGISTRATION)


@pytest.mark.parametrize(
    ("offered", "at"),
    [
        ([], "body/components"),
        ([{"position": 3, "supplied": "none"}, {"position": 2, "supplied": "none"}], "body/components/1"),
        ([{"position": 2, "supplied": "none", "holder": CITIZEN}], "body/components/0/holder"),
    ],
)
def test_a_dossier_says_for_which_position_a_holder_is_needed(
    service: Service, offered: list[dict[str, Any]], at: str
) -> None:
    put(service, "9.910004", [{"types": ["TO_KHAI"]}, {"types": [REGISTRATION]}, {"types": ["TO_KHAI"]}])
    body = {**DOSSIER, "procedure": "9.910004", "components": offered}
    problem = refused(service, body, path="/v1/dossiers")
    assert problem["facts"] == {"document_type": REGISTRATION, "subject": "organization", "position": 2}
    (error,) = problem["errors"]
    assert (error["at"], error["kind"]) == (at, "holder-required")
    assert "position 2 in components" in error["en"]
    assert "position 2 trong components" in error["vi"]


def test_a_choice_for_persons_or_companies_is_filed_by_either(service: Service) -> None:
    put(service, "9.910003", [{"types": [CARD, REGISTRATION], "relation": "any_of"}])
    for applicant, holder, judged in (
        (CITIZEN, None, CARD),
        (COMPANY, None, REGISTRATION),
        (CITIZEN, COMPANY, REGISTRATION),
        (COMPANY, CITIZEN, CARD),
    ):
        offered = {"position": 1, "supplied": "none", **({"holder": holder} if holder else {})}
        body = {**DOSSIER, "procedure": "9.910003", "applicant": applicant, "components": [offered]}
        answer = service.client.post("/v1/dossiers", json=body, headers=service.bearer())
        assert answer.status_code == 201, answer.text
        assert [f["document_type"] for f in answer.json()["components"][0]["findings"]] == [judged]


def put(service: Service, code: str, components: list[dict[str, Any]]) -> None:
    """A procedure with these components, from position 1 on."""
    known = examples.PROCEDURES["lawful"]["value"]
    whole = [
        {
            **known["components"][0],
            "position": n,
            "name": f"Thành phần {n}",
            "document_types": c["types"],
            "relation": c.get("relation", "one"),
        }
        for n, c in enumerate(components, 1)
    ]
    body = {**known, "components": whole}
    answer = service.client.put(f"/v1/procedures/{code}", json=body, headers=service.bearer())
    assert answer.status_code in (200, 201), answer.text


def test_facts_help_and_come_from_our_own_data(service: Service) -> None:
    assert refused(service, changed("demanded_on", "1995-01-01"))["facts"].keys() == {"in_force_from"}
    position = changed("components", [{"position": 998, "supplied": "none"}], DOSSIER)
    assert refused(service, position, path="/v1/dossiers")["facts"]["known"]
    case = refused(service, changed("case", CANARY["name"], DOSSIER), path="/v1/dossiers")
    assert case["code"] == "unknown-case"
    assert case["facts"] == {"cases": []}


DEEP = 200_000
RAW = json.dumps(DEMAND)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe{}",
        b'{"procedure": "\xc3\x28"}',
        RAW.encode("utf-16"),
        b"\xef\xbb\xbf" + RAW.encode(),
        "[" * DEEP,
        "[" * DEEP + "]" * DEEP,
        '{"a":' * DEEP,
        RAW.replace('"counter"', "NaN"),
        RAW.replace('"counter"', "-Infinity"),
        RAW.replace('"counter"', "1" * 5000),
        RAW.replace('"counter"', "'counter'"),
        RAW[:-1] + ', "channel": "counter"}',
        RAW.replace('"kind"', '"id": "042177031459", "kind"'),
        RAW + "{}",
        "kho_bau_canary",
    ],
    ids=range(16),
)
def test_what_is_no_json_is_refused_as_such(service: Service, raw: str | bytes) -> None:
    assert refused(service, raw, status=400)["code"] == "bad-json"


@pytest.mark.parametrize("raw", ["", "null", "[]", "1", '"042177031459"', "true", "[{}]"])
def test_a_body_that_is_no_object_is_refused(service: Service, raw: str) -> None:
    assert {at for at, _ in places(refused(service, raw))} == {"body"}


def test_no_body_at_all_is_refused(service: Service) -> None:
    answer = service.client.post("/v1/paper-demands", headers=service.bearer())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["kind"] == "missing"


def _leaves(value: Any, at: str = "") -> list[str]:
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for step, inner in steps for leaf in _leaves(inner, f"{at}/{step}")]
    return [at.lstrip("/")]


@pytest.mark.parametrize("path", _leaves(DEMAND))
@pytest.mark.parametrize("escape", ["\0", "\ud800", "\udfff tail", "a\0b"])
def test_nul_and_broken_unicode_are_refused_wherever_they_stand(stored: Service, path: str, escape: str) -> None:
    if path != "subject/id":
        assert {at for at, _ in places(refused(stored, changed(path, escape)))} == {f"body/{path}"}
    assert refused(stored, changed(path, "042190000001" + escape))["status"] == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/document-types/THU_NGHIEM", examples.DOCUMENT_TYPES["official"]["value"]),
        ("/v1/procedures/9.000001", examples.PROCEDURES["lawful"]["value"]),
        ("/v1/lists/nq66.7-annex-1/members/1.001193", examples.LIST_MEMBERS["confirmed"]["value"]),
    ],
)
def test_a_publication_with_a_bad_leaf_is_refused_whole(stored: Service, path: str, body: dict[str, Any]) -> None:
    before, headers = stored.rows(), stored.bearer()
    wrong: list[Any] = ["\0", "\ud800", "x" * 2000, -(10**40), [[]]]
    for leaf in _leaves(body):
        for bad in wrong:
            answer = stored.client.put(
                path,
                content=json.dumps(changed(leaf, bad, body)),
                headers={**headers, "content-type": "application/json"},
            )
            assert answer.status_code == 422, (leaf, answer.text)
    assert stored.rows() == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(path=st.sampled_from(_leaves(DEMAND)), value=JSON)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_in_a_field_is_answered_and_never_by_a_fault_of_ours(service: Service, path: str, value: Any) -> None:
    answer = service.client.post(
        "/v1/paper-demands",
        content=json.dumps(changed(path, value)),
        headers={**service.bearer(), "content-type": "application/json"},
    )
    assert answer.status_code in (200, 400, 422)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("limit=0", "greater_than_equal"),
        ("limit=201", "less_than_equal"),
        ("limit=-1", "count"),
        ("limit=1.0", "count"),
        ("limit=1_0", "count"),
        ("limit=%EF%BC%91", "count"),
        ("limit=" + "9" * 5000, "int_parsing_size"),
        ("as_of=2026-02-30", "day"),
        ("as_of=0", "day"),
        ("as_of=2026", "day"),
        ("as_of=2026-01-01T00:00:00", "day"),
        ("as_of=", "day"),
        ("as_of=0001-01-01", "bounds"),
        ("cursor=%00", "string_pattern_mismatch"),
        ("cursor=", "string_pattern_mismatch"),
        ("asof=2026-01-01", "extra_forbidden"),
        ("kho_bau_canary=042177031459", "extra_forbidden"),
    ],
)
def test_a_wrong_query_is_named_with_its_fault(service: Service, query: str, kind: str) -> None:
    answer = service.client.get(f"/v1/procedures?{query}")
    assert answer.status_code == 422
    assert [error["kind"] for error in answer.json()["errors"]] == [kind]
    assert not any(canary in answer.text for canary in CANARY.values())


CODED = [(m, path, o) for m, path, o in operations() if "{" in path]
# What the resource of an address is called when it is not there.
NOT_THERE = {
    "procedures": "not-in-catalogue",
    "document-types": "not-in-catalogue",
    "lists": "not-in-catalogue",
    "decisions": "unknown-decision",
    "dossiers": "unknown-dossier",
    "imports": "unknown-import",
    "outbox": "unknown-message",
    "subscriptions": "unknown-subscription",
    "prefills": "unknown-prefill",
    "presentations": "unknown-presentation",
    "publications": "unknown-publication",
    "reports": "unknown-report",
    "results": "unknown-result",
}


@pytest.mark.parametrize(("method", "path", "operation"), CODED, ids=[o["operationId"] for _, _, o in CODED])
def test_what_no_code_can_be_names_nothing_in_any_address(
    service: Service, method: str, path: str, operation: dict[str, Any]
) -> None:
    before, address = service.rows(), re.sub(r"\{\w+\}", "kho_bau_canary.", path)
    kinds = list(operation.get("requestBody", {}).get("content", ()))
    # A body that no call takes, either: where there is nothing to send it to, nothing is said of it.
    sent: dict[str, Any] = {"content": b'{"kho_bau_canary": 1}'} if kinds else {}
    headers = {"content-type": kinds[0]} if kinds else {}
    answer = service.client.request(method, address, headers={**headers, **service.bearer()}, **sent)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (404, NOT_THERE[path.split("/")[2]])
    assert all(error["at"].startswith("path/") and error["vi"] and error["en"] for error in problem["errors"])
    assert "kho_bau_canary" not in answer.text
    assert "404" in operation["responses"]
    if operation.get("security"):
        assert service.client.request(method, address, headers=headers, **sent).status_code == 401
    assert service.rows() == before


@pytest.mark.parametrize(
    "path",
    [
        "/v1/procedures/1.00119",
        "/v1/procedures/1.001193%0A",
        "/v1/procedures/1.00119?as_of=never",
        "/v1/procedures/%00",
        "/v1/procedures/042177031459",
        "/v1/document-types/can_cuoc",
        "/v1/document-types/%ff",
        "/v1/lists/UPPER",
        "/v1/decisions/042177031459",
        "/v1/decisions/019ac000-0000-7000-8000-00000000000g",
        "/v1/dossiers/042177031459",
    ],
)
def test_an_address_that_does_not_fit_is_not_found_and_the_part_is_named(service: Service, path: str) -> None:
    answer = service.client.get(path, headers=service.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, NOT_THERE[path.split("/")[2]])
    assert [error["at"].split("/")[0] for error in answer.json()["errors"]] == ["path"]
    assert CANARY["id"] not in answer.text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/procedures/9.999999", "not-in-catalogue"),
        ("/v1/procedures/1.001193?as_of=1995-01-01", "not-in-catalogue"),
        ("/v1/document-types/042177031459", "not-in-catalogue"),
        ("/v1/lists/042177031459", "not-in-catalogue"),
        ("/v1/decisions/019ac000-0000-7000-8000-000000000000", "unknown-decision"),
        ("/v1/dossiers/000.00.00.H27-261122-9999", "unknown-dossier"),
        ("/v1/procedures/", "not-found"),
        ("/v1/people/042177031459", "not-found"),
        ("/kho_bau_canary", "not-found"),
        ("/static-offline-docs/kho_bau_canary", "not-found"),
        ("/static-offline-docs/..%2f..%2fpyproject.toml", "not-found"),
    ],
)
def test_what_is_not_there_is_not_found(service: Service, path: str, code: str) -> None:
    answer = service.client.get(path, headers=service.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert not any(canary in answer.text for canary in CANARY.values())
