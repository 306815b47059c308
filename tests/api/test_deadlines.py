"""Due dates, the report of deadlines and slips over HTTP."""

from typing import Any

import pytest

from tests.api.conftest import DOSSIER, Service

SUBJECT = DOSSIER["applicant"]


def post(service: Service, path: str, body: dict[str, Any], etag: str) -> Any:
    return service.client.post(path, json=body, headers=service.bearer() | {"if-match": etag})


def move(service: Service, code: str, etag: str, to: int, **more: str) -> Any:
    return post(service, f"/v1/dossiers/{code}/transitions", {"to": to, **more}, etag)


def slip(service: Service, code: str, kind: str, client: str = "demo-onestop") -> Any:
    return service.client.get(f"/v1/dossiers/{code}/slips/{kind}", headers=service.bearer(client))


def test_of_two_officers_one_wins_and_the_other_is_told(stored: Service) -> None:
    code, etag = stored.file()
    won = move(stored, code, etag, 2)
    assert (won.status_code, won.headers["etag"]) == (200, '"2"')
    lost = move(stored, code, etag, 3, reason="Không thuộc thẩm quyền")
    assert (lost.status_code, lost.json()["code"]) == (412, "version-stale")
    now = stored.client.get(f"/v1/dossiers/{code}", headers=stored.bearer()).json()
    assert (now["status"], [m["to"] for m in now["history"]]) == (2, [2])


def test_the_counter_does_not_decide(stored: Service) -> None:
    code, _ = stored.file()
    move(stored, code, "*", 2, **{"as": "one_stop"})
    move(stored, code, "*", 4, **{"as": "one_stop"})
    refused = move(stored, code, "*", 9, **{"as": "one_stop"})
    assert (refused.status_code, refused.json()["facts"]) == (409, {"status": 4, "allowed": [7]})
    done = move(stored, code, "*", 9)
    assert [m["actor"] for m in done.json()["history"]] == ["one_stop", "one_stop", "handler"]
    assert move(stored, code, "*", 10, **{"as": "one_stop"}).json()["status"] == 10


@pytest.mark.parametrize("actor", ["citizen", "system", "HANDLER", 1])
def test_a_system_of_an_office_acts_as_an_office(service: Service, actor: Any) -> None:
    code, etag = service.file()
    answer = move(service, code, etag, 7, **{"as": actor, "reason": "Đơn xin rút"})
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, "body/as")


def test_withdrawing_for_the_citizen_needs_what_they_wrote(service: Service) -> None:
    code, etag = service.file()
    assert move(service, code, etag, 7).json()["code"] == "reason-required"
    assert move(service, code, etag, 7, reason="Đơn xin rút số 12").json()["status"] == 7


def test_a_result_comes_with_9_alone(service: Service) -> None:
    code, etag = service.file()
    body = {"to": 2, "result": {"document_type": "GIAY_KHAI_SINH"}}
    answer = post(service, f"/v1/dossiers/{code}/transitions", body, etag)
    assert (answer.status_code, answer.json()["code"]) == (422, "result-not-due")


def test_a_dossier_is_decided_within_its_province(service: Service) -> None:
    def filed(agency: str) -> Any:
        return service.client.post("/v1/dossiers", json={**DOSSIER, "decided_by": agency}, headers=service.bearer())

    there = filed("000.11.27.H27")
    assert (there.status_code, there.json()["decided_by"]) == (201, "000.11.27.H27")
    assert (filed("000.00.00.H20").status_code, filed("000.00.00.H20").json()["code"]) == (422, "not-in-province")


def test_how_long_a_procedure_takes_is_read_and_published(service: Service) -> None:
    read = service.client.get("/v1/procedures/1.004873").json()["processing"]
    assert (read["working_days"], read["working_hours"], read["same_day"]) == (3, None, None)
    assert service.client.get("/v1/procedures/1.001193").json()["processing"]["same_day"] == "15:00"
    component = {"position": 1, "name": "Giấy tờ", "document_types": ["CAN_CUOC"], "relation": "one", "form": "copy"}
    body = {
        "name": "Thủ tục thử",
        "sector": "Thử",
        "level": "province",
        "agency": "Sở Thử",
        "valid_from": "2026-01-01",
        "components": [{**component, "mandatory": True, "acceptance": "data_first"}],
    }

    def publish(processing: Any) -> Any:
        sent = body if processing is None else {**body, "processing": processing}
        return service.client.put("/v1/procedures/9.000201", json=sent, headers=service.bearer())

    basis = {"basis": "Luật bịa"}
    assert (
        publish({"working_days": 3, "same_day": "15:00", **basis}).json()["errors"][0]["kind"] == "one_processing_time"
    )
    assert publish(basis).status_code == publish({"working_days": 0, **basis}).status_code == 422
    assert publish({"same_day": "25:00", **basis}).status_code == publish({"working_days": 3}).status_code == 422
    assert publish({"working_hours": 8, **basis}).json()["changed"] is True
    shown = service.client.get("/v1/procedures/9.000201").json()["processing"]
    assert shown == {"working_days": None, "working_hours": 8, "same_day": None, **basis}
    assert publish(None).json()["changed"] is True
    assert service.client.get("/v1/procedures/9.000201").json()["processing"] is None


# ---- slips ----------------------------------------------------------------------------------------------------------


def test_a_slip_is_a_page_nobody_keeps_for_whoever_may_read_the_dossier(service: Service) -> None:
    code, etag = service.file()
    early = slip(service, code, "receipt")
    assert (early.status_code, early.json()["code"], early.json()["facts"]) == (409, "slip-not-due", {"status": 1})
    move(service, code, etag, 2)
    page = slip(service, code, "receipt")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert SUBJECT["full_name"] in page.text
    assert SUBJECT["id"] not in page.text
    assert service.client.get(f"/v1/dossiers/{code}/slips/receipt").status_code == 401
    assert slip(service, code, "receipt", "demo-auditor").status_code == 403
    assert (slip(service, code, "photo").status_code, slip(service, code, "photo").json()["code"]) == (404, "not-found")
    assert slip(service, "000.00.00.H27-261123-9999", "receipt").json()["code"] == "unknown-dossier"


# ---- the report -----------------------------------------------------------------------------------------------------


def test_the_report_is_for_who_may_read_reports(stored: Service) -> None:
    stored.file({**DOSSIER, "agency": "000.99.99.H27"})

    def report(query: str = "", client: str = "demo-auditor") -> Any:
        return stored.client.get(f"/v1/reports/deadlines{query}", headers=stored.bearer(client))

    shown = report("?agency=000.99.99.H27")
    assert shown.status_code == 200
    assert [(a["agency"], a["filed"], a["open"]) for a in shown.json()["agencies"]] == [("000.99.99.H27", 1, 1)]
    assert shown.json()["total"]["filed"] == 1
    assert SUBJECT["full_name"] not in shown.text
    assert report("?from=2020-01-01&until=2020-01-31").json()["agencies"] == []
    assert report(client="demo-onestop").status_code == 403
    for wrong in ("?from=2026-02-01&until=2026-01-01", "?from=01/02/2026", "?agency=x%20y", "?form=2026-01-01"):
        assert report(wrong).status_code == 422, wrong
