"""The journal: every request, to assert on."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_vneid.journal import KEPT, Journal
from mock_vneid.masking import masked
from mock_vneid.testing import Mock
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import ANOTHER, CLIENT, PERSON, Json, Office


def test_every_request_is_noted_newest_last_with_what_became_of_it(empty: Office) -> None:
    empty.put_person()
    fault_id = empty.fault("ndxp", "http_503", match={"person": ANOTHER})
    empty.search(["CAN_CUOC"], request_id="r-1")
    empty.ask("HO-TICH", ["GIAY_KHAI_SINH", "GIAY_CN_KET_HON"], ANOTHER, request_id="r-2")
    *tokens, wallet, ndxp = empty.journal()
    assert [(entry["face"], entry["service"], entry["path"], entry["status"]) for entry in tokens] == [
        ("oidc", "vneid", "/oidc/token", 200),
        ("oidc", "ndxp", "/ndxp/token", 200),
    ]
    assert wallet.pop("at") <= ndxp.pop("at")
    assert wallet == {
        "number": 3,
        "face": "wallet",
        "method": "POST",
        "path": "/wallet/documents/search",
        "service": "search",
        "client": "motlan-tthc",
        "request_id": "r-1",
        "procedure": "1.001193",
        "officer": "CB-0001",
        "purpose": "paper-demand",
        "holder": {"kind": "person", "id": PERSON},
        "types": ["CAN_CUOC"],
        "faults": [],
        "matched": ["token", "service", "form", "licence"],
        "status": 200,
    }
    assert (ndxp["face"], ndxp["service"], ndxp["status"]) == ("ndxp", "HO-TICH", 503)
    assert ndxp["types"] == ["GIAY_KHAI_SINH", "GIAY_CN_KET_HON"]
    assert ndxp["faults"] == [{"id": fault_id, "kind": "http_503"}]
    assert ndxp["holder"]["id"] == ANOTHER


def test_what_was_refused_is_noted_with_its_error(empty: Office) -> None:
    empty.search([])
    empty.http.get(f"{empty.vneid}/wallet/nowhere")
    empty.http.get(f"{empty.vneid}/ndxp/services/037")
    empty.http.get(empty.vneid)
    noted = [(entry["face"], entry["path"], entry["status"], entry["error"]) for entry in empty.journal(since=2)]
    assert noted == [
        ("wallet", "/wallet/documents/search", 400, "bad_request"),
        ("wallet", "/wallet/nowhere", 404, "not_found"),
        ("ndxp", "/ndxp/services/037", 405, "method_not_allowed"),
        ("", "/", 404, "not_found"),
    ]


def test_the_journal_is_filtered_by_face_service_person_and_number(empty: Office) -> None:
    empty.search(["CAN_CUOC"])
    empty.search(["CAN_CUOC"], ANOTHER)
    empty.ask("037", ["CAN_CUOC"])
    empty.ask("GPLX", ["GIAY_PHEP_LAI_XE"])
    assert len(empty.journal(face="wallet")) == 2
    assert len(empty.journal(face="ndxp", service="GPLX")) == 1
    assert [entry["holder"]["id"] for entry in empty.journal(person=ANOTHER)] == [ANOTHER]
    last = empty.journal()[-1]["number"]
    assert empty.journal(since=last) == []
    assert [entry["number"] for entry in empty.journal(since=last - 1)] == [last]
    assert [entry["number"] for entry in empty.journal(limit=2)] == [last - 1, last]
    assert empty.http.get(f"{empty.control}/journal", params={"person": "042"}).status_code == 422


def test_a_cleared_journal_counts_on(empty: Office) -> None:
    last = empty.journal()[-1]["number"]
    assert empty.http.delete(f"{empty.control}/journal").status_code == 204
    assert empty.journal() == []
    empty.search(["CAN_CUOC"])
    assert [entry["number"] for entry in empty.journal(since=last)] == [last + 1]


def test_the_journal_keeps_the_newest_entries_only() -> None:
    journal = Journal()
    for _ in range(KEPT + 10):
        journal.open(0, "wallet", "POST", "/")
    assert len(journal) == KEPT
    entries = journal.entries(lambda _: True, limit=3)
    assert [entry.number for entry in entries] == [KEPT + 8, KEPT + 9, KEPT + 10]


def test_a_long_path_does_not_fill_the_memory(empty: Office) -> None:
    empty.http.get(f"{empty.vneid}/wallet/{'x' * 5000}")
    assert len(empty.journal()[-1]["path"]) == 200


def test_the_holder_is_noted_though_the_token_is_refused(empty: Office) -> None:
    empty.tokens["wallet"] = "nonsense"
    empty.search(["CAN_CUOC"])
    entry = empty.journal()[-1]
    assert (entry["status"], entry["error"], entry["holder"]["id"]) == (401, "invalid_token", PERSON)
    assert "client" not in entry


# The nearest miss


def test_a_refused_token_is_told_by_what_was_right_and_what_was_not(empty: Office) -> None:
    empty.tokens["wallet"] = empty.tokens["ndxp"]
    empty.search(["CAN_CUOC"])
    entry = empty.journal()[-1]
    assert (entry["status"], entry["error"], entry["refused"]) == (401, "invalid_token", "aud")
    assert {"signature", "iss", "exp", "client"} <= set(entry["matched"])
    assert entry["nearest_miss"].endswith("aud, scope wrong: ndxp, where wallet is what is wanted here")


def test_the_scope_was_right_and_the_audience_was_not(empty: Office) -> None:
    token = empty.http.post(
        f"{empty.ndxp}/token", data={"grant_type": "client_credentials", "scope": "ndxp.read"}, auth=CLIENT
    ).json()["access_token"]
    report = empty.http.post(
        f"{empty.control.rpartition('/worlds/')[0]}/debug/assertion",
        json={"token": token, "world": empty.world, "audience": "wallet", "scope": "ndxp.read"},
    ).json()
    assert report["failed"] == ["aud"]
    assert "scope right; aud wrong" in report["nearest_miss"]


def test_a_token_of_another_world_is_traced_to_it(mock: Mock, http: httpx.Client, empty: Office) -> None:
    other = new_world(mock, http, population="empty")
    empty.tokens["wallet"] = other.tokens["wallet"]
    empty.search(["CAN_CUOC"])
    entry = empty.journal()[-1]
    assert entry["refused"] == "kid"
    assert f"it is the key tokens of the world {other.world}" in entry["nearest_miss"]


@pytest.mark.parametrize(
    ("method", "path", "refused", "nearest"),
    [
        ("POST", "/wallet/document/search", "path", "/wallet/documents/search"),
        ("GET", "/wallet/documents/search", "method", "it knows POST"),
        ("GET", "/ndxp/services/037", "method", "it knows POST"),
        ("POST", "/ndxp/services/HO_TICH", "service", "HO-TICH"),
    ],
)
def test_an_address_that_is_none_is_told_the_nearest(
    empty: Office, method: str, path: str, refused: str, nearest: str
) -> None:
    empty.http.request(method, empty.vneid + path, json=empty.query(["CAN_CUOC"]), headers=empty.bearer("ndxp"))
    entry = empty.journal()[-1]
    assert entry["refused"] == refused
    assert nearest in entry["nearest_miss"]


def test_a_procedure_without_a_licence_is_told_the_nearest_that_has_one(empty: Office) -> None:
    empty.put("licences", {"procedures": ["1.001194"]})
    empty.search(["CAN_CUOC"])
    entry = empty.journal()[-1]
    assert (entry["refused"], entry["matched"]) == ("licence", ["token", "service", "form"])
    assert "1.001194" in entry["nearest_miss"]


def test_a_question_out_of_form_says_what_is_wrong_with_it(empty: Office) -> None:
    empty.search([])
    entry = empty.journal()[-1]
    assert (entry["refused"], entry["matched"]) == ("form", ["token", "service"])
    assert entry["says"].startswith("types: ")


# Matching, pages


def test_the_journal_is_matched_by_any_field_and_with_wildcards(empty: Office) -> None:
    empty.search(["CAN_CUOC", "GIAY_KHAI_SINH"])
    empty.search(["GIAY_KHAI_SINH"], ANOTHER)
    empty.ask("037", ["CAN_CUOC"])
    empty.search([])

    def found(*conditions: str) -> int:
        return len(empty.journal(match=list(conditions)))

    assert found("face:wallet") == 3
    assert found("face:wallet", "status:200") == 2
    assert found("status:4*") == 1
    assert found("type:GIAY*") == 2
    assert found(f"person:{ANOTHER}") == 1
    assert found("matched:licence") == 3
    assert found("refused:form") == 1
    assert found("face:wallet", "type:CAN_CUOC", f"person:{ANOTHER}") == 0


@pytest.mark.parametrize("wrong", ["wallet", "colour:red", "face:", ":x"])
def test_a_condition_out_of_form_is_refused_with_the_fields_there_are(empty: Office, wrong: str) -> None:
    answer = empty.http.get(f"{empty.control}/journal", params={"match": wrong})
    assert answer.status_code == 422
    assert "the fields are: number, face" in answer.json()["detail"]


def test_the_journal_is_read_page_by_page_without_a_gap(empty: Office) -> None:
    for _ in range(7):
        empty.search(["CAN_CUOC"])
    pages: list[list[int]] = []
    cursor: dict[str, Any] = {}
    while True:
        page = empty.http.get(f"{empty.control}/journal", params={"limit": 4, **cursor}).raise_for_status().json()
        pages.insert(0, [entry["number"] for entry in page["items"]])
        if "next_cursor" not in page:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [len(page) for page in pages] == [1, 4, 4]
    assert [number for page in pages for number in page] == list(range(1, 10))


# Assertions


def judged(office: Office, *assertions: Json, since: int = 0) -> Json:
    return office.post("journal/assertions", {"assertions": list(assertions), "since": since})


def test_how_many_requests_there_were_is_asserted(empty: Office) -> None:
    empty.search(["CAN_CUOC"])
    empty.search(["CAN_CUOC"])
    verdict = judged(
        empty,
        {"match": ["face:wallet"], "exactly": 2},
        {"match": ["face:wallet"], "at_least": 1, "at_most": 1},
        {"match": ["face:portal"], "exactly": 0},
    )
    assert verdict["holds"] is False
    assert [result["holds"] for result in verdict["results"]] == [True, False, True]
    assert verdict["results"][0]["numbers"] == [3, 4]
    assert verdict["results"][1]["says"] == "face:wallet: 1 to 1 wanted, 2 there (3, 4)".replace("1 to 1", "exactly 1")


def test_what_was_wanted_and_not_there_is_told_with_the_request_that_came_nearest(empty: Office) -> None:
    empty.search(["CAN_CUOC"])
    (result,) = judged(empty, {"match": ["face:wallet", f"person:{ANOTHER}", "status:200"], "at_least": 1})["results"]
    assert result["holds"] is False
    assert result["nearest_miss"] == f"request 3 is nearest: face, status right; person ({PERSON}) wrong"


def test_the_order_of_requests_is_asserted_whatever_stands_between(empty: Office) -> None:
    empty.search(["CAN_CUOC"])
    empty.ask("037", ["CAN_CUOC"])
    empty.search(["GIAY_KHAI_SINH"])
    token, card, person, birth = ["face:oidc"], ["type:CAN_CUOC", "face:wallet"], ["face:ndxp"], ["type:GIAY*"]
    assert judged(empty, {"order": [token, card, person, birth]})["holds"]
    assert judged(empty, {"order": [token, birth]})["holds"]
    (wrong,) = judged(empty, {"order": [person, card]})["results"]
    assert wrong["holds"] is False
    assert wrong["says"].startswith("step 2 of 2: nothing after request 4 met type:CAN_CUOC face:wallet")


def test_an_assertion_may_look_at_what_is_new_only(empty: Office) -> None:
    empty.search(["CAN_CUOC"])
    assert judged(empty, {"match": ["face:wallet"], "exactly": 0}, since=empty.journal()[-1]["number"])["holds"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"match": ["face:wallet"]},
        {"exactly": 1},
        {"match": ["face:wallet"], "exactly": 1, "at_least": 1},
        {"order": [["face:wallet"]], "exactly": 1},
        {"order": []},
        {"match": ["wallet"], "exactly": 1},
    ],
)
def test_an_assertion_out_of_form_is_refused(empty: Office, wrong: Json) -> None:
    assert empty.http.post(f"{empty.control}/journal/assertions", json={"assertions": [wrong]}).status_code == 422


# Secrets


SECRETS = [
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtYWRlLXVwIn0.c2lnbmF0dXJl",
    "Bearer abc.def.ghi",
    "client_secret=hunter2hunter2",
    'password: "correct horse"',
    "AKIAABCDEFGHIJKLMNOP",
    "kq7Zx1Pb9Lm3Vt5Rw8Yd2Nf6Hc4Js0Ga",
    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA==\n-----END EC PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_secret_is_not_shown(empty: Office, secret: str) -> None:
    shown = masked(f"before {secret} after")
    assert "[masked" in shown
    assert shown.startswith("before ")
    assert secret.rpartition("=")[2].rpartition(":")[2].strip(' "')[:12] not in shown
    empty.search(["CAN_CUOC"], officer=secret.replace("\n", " ")[:200])
    assert "[masked" in empty.journal()[-1]["officer"]


@pytest.mark.parametrize(
    "plain",
    ["CB-0001", "/wallet/documents/search", "0d8f1a52-6f0e-4d43-9c57-3b8f0c1f7a10", "000.00.00.H27", "042190000001"],
)
def test_what_is_none_is_shown_as_it_is(plain: str) -> None:
    assert masked(plain) == plain


@pytest.mark.parametrize(
    ("authorization", "said"),
    [
        ({}, "no access token came: Authorization: Bearer <token>"),
        ({"Authorization": "Bearer x"}, "this has 1"),
        ({"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.AAAA"}, "none: nobody has signed this"),
    ],
)
def test_the_sandboxs_own_words_are_not_masked(empty: Office, authorization: dict[str, str], said: str) -> None:
    url = f"{empty.vneid}/wallet/documents/search"
    refused = empty.http.post(url, json=empty.query(["CAN_CUOC"]), headers=authorization).json()
    noted = empty.journal()[-1]
    assert noted["says"] == refused["error_description"]
    assert said in noted["nearest_miss"]
    assert "[masked" not in json.dumps(noted)


def test_a_secret_inside_the_sandboxs_own_words_is(empty: Office) -> None:
    asked = empty.query(["CAN_CUOC"]) | {f"ghp_{'a1' * 12}": "x"}
    empty.http.post(f"{empty.vneid}/wallet/documents/search", json=asked, headers=empty.bearer("wallet"))
    assert "[masked known]" in empty.journal()[-1]["says"]


@given(st.text(max_size=200))
def test_masking_never_fails_and_what_is_masked_stays_so(text: str) -> None:
    once = masked(text)
    assert masked(once).count("[masked") >= once.count("[masked")
