"""The journal: every request, to assert on."""

from mock_vneid.journal import KEPT, Journal
from tests.mock_vneid.office import ANOTHER, PERSON, Office


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
