"""Where the counter asks once more: before a result is signed, and before a dossier is filed for somebody else."""

import pytest

from app.domain.dossiers import Status
from app.models.dossiers import dossiers
from app.models.evidence import lookups
from tests.desk import PLAIN, Gate
from tests.mock_vneid.office import ANOTHER
from tests.pages.html import Element
from tests.pages.signed_in import SignedIn
from tests.pages.test_counter import (
    CHILD,
    CLERK,
    HANDLER,
    MARRIAGE,
    act,
    carried,
    confirm,
    file,
    main,
    officer,
    went_to,
)


@pytest.fixture
def clerk(sqlite_gate: Gate) -> SignedIn:
    return officer(sqlite_gate)


# ---- before a result is signed --------------------------------------------------------------------------------------


def test_who_goes_back_from_issuing_finds_the_form_as_it_was(sqlite_gate: Gate) -> None:
    handler, code = officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    sqlite_gate.move(code, 2)
    sqlite_gate.move(code, 4)
    asked_first = act(handler, code, "chuyen", to=9, result_type=MARRIAGE, result_number="KH-<1>")
    page = main(confirm(handler, code, asked_first, do="back"), 200)
    (number,) = page.all("input", id="result_number")
    assert number.attributes["value"] == "KH-<1>"
    assert MARRIAGE in [o.attributes["value"] for o in page.all("option") if "selected" in o.attributes]
    assert sqlite_gate.dossier(code)["status"] == Status.IN_PROGRESS


def test_what_changed_while_the_officer_looked_once_more_is_not_issued(sqlite_gate: Gate) -> None:
    handler, code = officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    sqlite_gate.move(code, 2)
    sqlite_gate.move(code, 4)
    typed = {"to": 9, "result_type": "GIAY_KHAI_SINH", "result_number": "KS-1", **CHILD}
    asked_first = act(handler, code, "chuyen", **typed)
    sqlite_gate.move(code, 6, "Lệ phí")
    stale = confirm(handler, code, asked_first)
    assert "Hồ sơ vừa thay đổi" in main(stale, 409).text
    assert sqlite_gate.dossier(code)["results"] == []
    # Sent again with the dossier as it is now, it is still the child's, and is still shown first.
    sqlite_gate.move(code, 4)
    again = {**carried(stale), "version": str(sqlite_gate.dossier(code)["version"]), "to": "9"}
    shown = main(handler.send(f"/quay/ho-so/{code}/chuyen", again, page="/quay"), 200)
    assert "cho TRẦN NGỌC MAI, số KS-1" in shown.text and "không phải người nộp" in shown.text


@pytest.mark.parametrize("code_of_type", ["GIAY_KHAI_SINH", "TRICH_LUC_KHAI_TU"])
def test_a_paper_about_a_child_or_the_dead_is_never_the_applicants_by_default(
    sqlite_gate: Gate, code_of_type: str
) -> None:
    handler, code = officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    sqlite_gate.move(code, 2)
    sqlite_gate.move(code, 4)
    wrong = main(act(handler, code, "chuyen", to=9, result_type=code_of_type), 422)
    ids = [x.attributes["id"] for x in wrong.all("input") if "aria-invalid" in x.attributes]
    assert ids == ["result_number", "result_id", "result_full_name"]


# ---- before a dossier is filed --------------------------------------------------------------------------------------


def boxes(page: Element) -> list[str]:
    return [x.attributes["id"] for x in page.all("input", type="checkbox") if x.attributes.get("name") == "sure"]


def test_a_birth_year_that_the_number_contradicts_is_asked_about_before_anybody_is_looked_up(clerk: SignedIn) -> None:
    page = main(file(clerk, birth_date="3/2/1909"), 422)
    assert "Năm sinh không khớp với số định danh" in page.text and boxes(page) == ["sure"]
    assert clerk.gate.asked("wallet", "search") == []
    assert clerk.gate.count(dossiers) == 0
    assert boxes(clerk.main(f"/quay/ho-so/moi/{PLAIN}")) == []
    assert went_to(file(clerk, birth_date="3/2/1909", sure="yes"))


def test_a_name_that_a_document_contradicts_is_asked_about_before_filing(gate: Gate) -> None:
    """The look-ups are the dossier's own: made, on record for the person to see, and no dossier for them yet."""
    clerk = officer(gate)
    gate.world.put_holding("CAN_CUOC")
    page = main(file(clerk, full_name="TRẦN VĂN B"), 422)
    assert "Họ tên, ngày sinh không khớp với số định danh: hãy kiểm tra lại." in page.text
    (name,) = page.all("input", id="full_name")
    assert name.attributes["value"] == "TRẦN VĂN B" and "aria-invalid" in name.attributes
    assert gate.count(dossiers) == 0
    looked = gate.rows(lookups)
    assert looked and {(x.officer, x.purpose, x.dossier_code) for x in looked} == {(CLERK, "dossier", None)}
    assert went_to(file(clerk, full_name="TRẦN VĂN B", sure="yes"))
    assert went_to(file(clerk))
    assert gate.count(dossiers) == 2


def test_a_holder_who_is_somebody_else_is_asked_about_where_they_stand(clerk: SignedIn) -> None:
    clerk.gate.world.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH", birth_date="1990-05-06", sex="female")
    clerk.gate.world.put_holding("GIAY_KHAI_SINH", ANOTHER)
    page = main(file(clerk, **{"holder-id-4": ANOTHER, "holder-full_name-4": "LÊ VĂN C"}), 422)
    assert [x.attributes["id"] for x in page.all("input") if "aria-invalid" in x.attributes] == ["holder-id-4"]
