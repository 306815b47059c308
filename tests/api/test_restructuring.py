"""The review over HTTP: pages, filters, days, who may read it; and that it agrees with the gate's answers."""

from typing import Any

import pytest

from tests.api.conftest import DEMAND, Service

PATHS = ("/v1/restructuring", "/v1/restructuring/proposals?list=ct24-annex-1", "/v1/restructuring/replaced")


def get(service: Service, path: str, client: str = "demo-auditor", **query: str) -> Any:
    return service.client.get(path, params=query or None, headers=service.bearer(client))


def pages(service: Service, path: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        asked = {**query, **({"cursor": cursor} if cursor else {})}
        body = service.client.get(path, params=asked, headers=service.bearer("demo-auditor")).json()
        found += body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("path", PATHS)
def test_a_review_is_for_those_who_read_reports(service: Service, path: str) -> None:
    assert service.client.get(path).status_code == 401
    assert get(service, path, "demo-onestop").status_code == 403
    assert get(service, path).status_code == 200


def test_pages_put_together_are_every_procedure_and_the_totals_are_of_all_of_them(service: Service) -> None:
    whole = pages(service, "/v1/restructuring", limit="200")
    assert pages(service, "/v1/restructuring", limit="50") == whole
    body = get(service, "/v1/restructuring", limit="1").json()
    totals = body["totals"]["whole"]
    assert totals["procedures"] == len(whole)
    assert totals["components"] == sum(len(r["components"] or ()) for r in whole)
    verdicts = [c["verdict"] for r in whole for c in r["components"] or ()]
    assert {v: totals[v] for v in set(verdicts)} == {v: verdicts.count(v) for v in set(verdicts)}


def test_every_verdict_but_keep_has_its_grounds_and_what_replaces_the_paper_a_name(service: Service) -> None:
    lines = [c for r in pages(service, "/v1/restructuring", limit="200") for c in r["components"] or ()]
    for line in lines:
        assert (line["verdict"] == "keep") == (line["citations"] == []), line
        for paper in line["papers"]:
            assert all(s["database"] for s in paper["replaced_by"])
    assert {"data_first", "electronic_only", "cut", "keep"} <= {line["verdict"] for line in lines}


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"list": "no-paper-services"}, lambda r: "no-paper-services" in [m["list"] for m in r["lists"]]),
        ({"agency": "so tu phap"}, lambda r: "Sở Tư pháp" in r["agency"]),
        ({"sector": "HỘ TỊCH"}, lambda r: "hộ tịch" in r["sector"].casefold()),
        ({"level": "commune"}, lambda r: "commune" in r["level"]),
    ],
)
def test_a_review_of_some_procedures_is_that_part_of_the_whole(
    service: Service, query: dict[str, str], holds: Any
) -> None:
    whole = pages(service, "/v1/restructuring", limit="200")
    part = pages(service, "/v1/restructuring", limit="200", **query)
    assert part == [r for r in whole if holds(r)]
    assert part


def test_an_unknown_list_and_a_misspelt_filter_are_refused(service: Service) -> None:
    unknown = get(service, "/v1/restructuring", list="ct25-annex-1")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-list")
    assert get(service, "/v1/restructuring", agencies="x").status_code == 422
    assert get(service, "/v1/restructuring/proposals", list="nq66.7-annex-1").status_code == 422


def test_before_the_directive_nothing_is_replaced_by_the_general_rule(service: Service) -> None:
    before = get(service, "/v1/restructuring", as_of="2025-09-12").json()["totals"]["whole"]
    assert before["not_lawful_since"] == before["cut"] == before["electronic_only"] == before["overdue"] == 0
    assert before["data_first"] < get(service, "/v1/restructuring").json()["totals"]["whole"]["data_first"]


def test_the_review_says_of_a_demand_what_the_gate_answers(service: Service) -> None:
    """The example whose paper the wallet holds."""
    decision = service.client.post("/v1/paper-demands", json=DEMAND, headers=service.bearer()).json()
    finding = decision["findings"][0]
    (reviewed,) = [r for r in pages(service, "/v1/restructuring", limit="200") if r["code"] == DEMAND["procedure"]]
    papers = [(c, p) for c in reviewed["components"] for p in c["papers"] if p["document_type"] == "CAN_CUOC"]
    for line, paper in papers:
        assert paper["verdict"] == "data_first"
        assert paper["rule"] == finding["rule"]
        assert line["citations"] == finding["citations"]
        assert "wallet" in [s["source"] for s in paper["replaced_by"]]
    assert papers


def test_proposals_stand_beside_what_is_loaded(service: Service) -> None:
    body = get(service, "/v1/restructuring/proposals", list="ct24-annex-1", limit="200").json()
    items = pages(service, "/v1/restructuring/proposals", list="ct24-annex-1", limit="200")
    assert body["declared"] == 324
    assert body["proposed"] == sum(p["proposed"] for p in items)
    assert body["loaded"] == sum(p["loaded"] is not None for p in items)
    assert body["both"] == sum(p["proposed"] and p["loaded"] is not None for p in items)
    assert all(p["proposed"] or p["loaded"] for p in items)


def test_every_procedure_of_annex_i_is_answered_for(service: Service) -> None:
    body = get(service, "/v1/restructuring/replaced", limit="1").json()
    items = pages(service, "/v1/restructuring/replaced", limit="200")
    counts = {state: body[state] for state in ("still_asked", "only_if_not_found", "no_longer_asked", "not_known")}
    assert sum(counts.values()) == len(items)
    loaded = service.client.get("/v1/lists/nq66.7-annex-1").json()["loaded"]
    assert len(items) == loaded


def test_a_list_published_since_changes_the_review_and_an_earlier_catalogue_is_reviewed_as_it_was(
    stored: Service,
) -> None:
    code = "1.001022"

    def on_list(**query: str) -> bool:
        reviewed = pages(stored, "/v1/restructuring", limit="200", **query)
        (r,) = [r for r in reviewed if r["code"] == code]
        return "nq66.7-annex-2" in [m["list"] for m in r["lists"]]

    assert not on_list()
    body = {"from": "2026-01-01", "status": "confirmed", "basis": "NQ-66.7-2025", "document_types": ["CAN_CUOC"]}
    path = f"/v1/lists/nq66.7-annex-2/members/{code}"
    assert stored.client.put(path, json=body, headers=stored.bearer()).status_code == 201
    assert on_list()
    assert on_list(as_known="2100-01-01")
    # Nothing was known on a day before the service was set up.
    nothing = get(stored, "/v1/restructuring", as_known="2020-01-01")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing-published")
    assert nothing.json()["facts"]["known_from"] >= "2026-01-01"
