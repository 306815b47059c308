"""Forms and prefills over HTTP: schema, filling, tampering, the refused signature."""

from typing import Any

import jsonschema_rs
import pytest
from sqlalchemy import select

from app.api import examples
from app.models.journal import journal_entries
from tests.api.conftest import Service

MARRIAGE: dict[str, Any] = examples.PREFILLS["marriage"]["value"]
LICENCE: dict[str, Any] = examples.PREFILLS["licence"]["value"]


def post(service: Service, path: str, body: Any, client: str = "demo-admin", **headers: str) -> Any:
    sent = service.bearer(client) | {name.replace("_", "-"): value for name, value in headers.items()}
    return service.client.post(path, json=body, headers=sent)


def filled(service: Service, body: dict[str, Any] = LICENCE) -> dict[str, Any]:
    answer = post(service, "/v1/prefills", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def dossier(form: dict[str, Any]) -> dict[str, Any]:
    return {
        "procedure": "3.000347",
        "agency": examples.AGENCY,
        "channel": "online",
        "applicant": examples.AN,
        "form": form,
    }


def rest(service: Service) -> dict[str, Any]:
    """Values for what the State did not fill, by the form's own schema."""
    whole = service.client.get("/v1/procedures/3.000347/form").json()
    blanks: dict[str, Any] = {"applicant_phone": "0912345678", "reason": "Sắp hết hạn", "wanted_class": "B"}
    return {code: said for code, said in blanks.items() if code in whole["properties"]}


def readings(service: Service) -> int:
    """How often the journal says that a declared form was read."""
    with service.tables.connect() as conn:
        kinds = conn.execute(select(journal_entries.c.kind)).scalars()
        return list(kinds).count("gate.form.read")


def test_anybody_reads_a_form_as_json_schema_and_keeps_it(service: Service) -> None:
    answer = service.client.get("/v1/procedures/1.000894/form")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/schema+json")
    whole = answer.json()
    assert jsonschema_rs.meta.is_valid(whole)
    name = whole["properties"]["applicant_full_name"]
    assert (name["x-locked"], name["x-whose"], name["x-source"][0]["service"]) == (True, "applicant", "037")
    assert name["title"] and name["x-title-en"]
    assert whole["properties"]["copies"]["x-source"] == []
    again = service.client.get("/v1/procedures/1.000894/form", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("code", ["1.001022", "9.999999"])
def test_a_procedure_without_a_form_is_not_found(service: Service, code: str) -> None:
    answer = service.client.get(f"/v1/procedures/{code}/form")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-form")


def test_a_form_is_filled_and_its_values_suit_its_schema(stored: Service) -> None:
    answer = post(stored, "/v1/prefills", MARRIAGE)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    body = answer.json()
    told = {f["code"]: f["value"] for f in body["fields"] if f["value"] is not None}
    assert told["applicant_full_name"] == examples.AN["full_name"]
    assert told["spouse_full_name"] == examples.BINH["full_name"]
    whole = stored.client.get("/v1/procedures/1.000894/form").json()
    del whole["required"]
    jsonschema_rs.validate(whole, told)
    assert body["revision"] == whole["x-revision"]
    read = stored.client.get(answer.headers["location"], headers=stored.bearer())
    assert (read.status_code, read.json(), read.headers["cache-control"]) == (200, body, "no-store")
    for client in ("demo-onestop", "demo-auditor"):
        denied = stored.client.get(answer.headers["location"], headers=stored.bearer(client))
        assert denied.json()["code"] in ("unknown-prefill", "insufficient-scope")


def test_the_same_key_gets_the_same_prefill(stored: Service) -> None:
    first = post(stored, "/v1/prefills", LICENCE, idempotency_key="PREFILL-1")
    again = post(stored, "/v1/prefills", LICENCE, idempotency_key="PREFILL-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = post(stored, "/v1/prefills", MARRIAGE, idempotency_key="PREFILL-1")
    assert other.json()["code"] == "idempotency-key-reused"


def test_a_dossier_is_filed_with_what_was_filled_in(stored: Service) -> None:
    body = filled(stored)
    answer = post(stored, "/v1/dossiers", dossier({"prefill_id": body["prefill_id"], "values": rest(stored)}))
    assert answer.status_code == 201, answer.text
    form = answer.json()["form"]
    assert form["prefill_id"] == body["prefill_id"]
    locked = {f["code"] for f in body["fields"] if f["state"] == "locked"}
    assert locked <= set(form["prefilled"])
    assert examples.AN["id"] not in answer.text


def test_who_handles_the_dossier_reads_what_was_declared_and_that_is_noted(stored: Service) -> None:
    body = filled(stored)
    sent = dossier({"prefill_id": body["prefill_id"], "values": rest(stored)})
    code = post(stored, "/v1/dossiers", sent).json()["code"]
    before = readings(stored)
    answer = stored.client.get(f"/v1/dossiers/{code}/form", headers=stored.bearer())
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    told = {f["code"]: f["value"] for f in body["fields"] if f["value"] is not None}
    assert answer.json()["values"] == told | rest(stored)
    assert readings(stored) == before + 1
    bare, _ = stored.file()
    missing = stored.client.get(f"/v1/dossiers/{bare}/form", headers=stored.bearer())
    assert (missing.status_code, missing.json()["code"]) == (404, "nothing-declared")


def test_a_changed_value_is_refused_by_name_in_both_languages_and_nothing_is_written(stored: Service) -> None:
    body = filled(stored)
    before = stored.rows()
    values = rest(stored) | {"applicant_full_name": "HACKER", "applicant_phone": "x", "042190000001": "y"}
    answer = post(stored, "/v1/dossiers", dossier({"prefill_id": body["prefill_id"], "values": values}))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "prefilled-value-changed")
    wrong = {e["at"]: e["kind"] for e in problem["errors"]}
    assert wrong == {
        "body/form/values/applicant_full_name": "changed",
        "body/form/values/applicant_phone": "phone",
        "body/form/values/…": "unknown_field",
    }
    assert all(e["vi"] and e["en"] for e in problem["errors"])
    assert "HACKER" not in answer.text and examples.AN["id"] not in answer.text
    assert stored.rows() == before


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"values": {}}, "form-invalid"),
        ({"values": {}, "prefill_id": "019ac000-0000-7000-8000-000000000000"}, "prefill-unknown"),
        ({"values": {}, "revision": "0"}, "form-outdated"),
    ],
)
def test_a_form_that_does_not_do_is_refused_by_its_own_code(service: Service, form: Any, code: str) -> None:
    answer = post(service, "/v1/dossiers", dossier(form))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("related", "kind"),
    [
        ({"spouse": {"kind": "person", "id": "042085000002"}}, "related_named"),
        # Whoever has the number has the year.
        ({"spouse": examples.BINH | {"birth_date": examples.BINH["birth_date"][:4]}}, "related_named"),
        ({"spouse": examples.COMPANY}, "role_kind"),
        ({"neighbour": examples.BINH}, "extra_forbidden"),
    ],
)
def test_a_related_person_has_a_part_and_a_name(service: Service, related: Any, kind: str) -> None:
    answer = post(service, "/v1/prefills", MARRIAGE | {"related": related})
    assert answer.status_code == 422
    assert [e["kind"] for e in answer.json()["errors"]] == [kind]


def test_nobody_is_looked_up_for_a_form_that_is_not_about_them(service: Service) -> None:
    answer = post(service, "/v1/prefills", LICENCE | {"related": {"child": examples.BINH}})
    assert (answer.json()["code"], answer.json()["facts"]["known"]) == ("role-not-in-form", ["applicant"])


def test_filling_needs_the_scope_of_filing(service: Service) -> None:
    assert post(service, "/v1/prefills", LICENCE, "demo-auditor").status_code == 403
    assert service.client.post("/v1/prefills", json=LICENCE).status_code == 401


@pytest.mark.parametrize("name", list(examples.SIGNATURES))
def test_an_example_of_a_signature_gives_the_outcome_it_names(stored: Service, name: str) -> None:
    example = examples.SIGNATURES[name]
    answer = post(stored, "/v1/signature-demands", example["value"])
    assert answer.status_code == 200, answer.text
    assert example["summary"].startswith(answer.json()["outcome"])
    cited = [c["provision"] for c in answer.json()["citations"]]
    assert cited == (["Điều 2 khoản 4"] if name == "refused" else [])


def test_a_demand_for_a_signature_is_kept_once_under_its_key(stored: Service) -> None:
    value = examples.SIGNATURES["refused"]["value"]
    first = post(stored, "/v1/signature-demands", value, idempotency_key="SIGN-1")
    before = stored.rows()["journal_entries"]
    again = post(stored, "/v1/signature-demands", value, idempotency_key="SIGN-1")
    assert (again.content, stored.rows()["journal_entries"]) == (first.content, before)
    assert (
        post(stored, "/v1/signature-demands", value | {"procedure": "9.999999"}).json()["code"] == "unknown-procedure"
    )
