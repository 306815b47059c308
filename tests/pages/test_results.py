"""A result on paper, and the page behind its code: it says whether the result holds, and nothing of whose it is."""

from datetime import date

import pytest
from sqlalchemy import Connection, update

from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.models.evidence import archived_results
from app.services import dossiers, results
from tests.desk import CALLER, Gate, read
from tests.mock_vneid.office import ANOTHER, PERSON, Json
from tests.pages.conftest import Visitor
from tests.pages.signed_in import SignedIn

ON_IT = {
    "full_name": "NGUYỄN VĂN AN",
    "birth_place": "Xã Cẩm Lạc",
    "registered_on": "2026-04-05",
    "late": True,
    "parents": [{"name": "NGUYỄN VĂN CHA"}],
}
RESULT = Result("GIAY_KHAI_SINH", number="12/2026", data=ON_IT)


def issued(gate: Gate, result: Result = RESULT) -> Json:
    code = gate.submit()["code"]
    gate.move(code, 2)
    gate.move(code, 4)
    done = dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result)
    found: Json = read(gate.run(done))["results"][0]
    return found


def words(visitor: Visitor, result: Json) -> str:
    return visitor.main(f"/ket-qua/{result['document_ref']}").text


def test_the_page_behind_the_code_says_that_the_result_holds_and_not_whose_it_is(visitor: Visitor) -> None:
    found = issued(visitor.gate)
    said = words(visitor, found)
    assert "Còn hiệu lực" in said and "KQ.G15.000031" in said and "23/11/2026" in said
    assert "Ủy ban nhân dân tỉnh Hà Tĩnh 000.00.00.H27 đã cấp" in said
    assert "Số 12/2026" in said and "đối chiếu loại giấy tờ, số và ngày cấp" in said
    answer = visitor.ask(f"/ket-qua/{found['document_ref']}")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-robots-tag"] == "noindex"
    for word in (PERSON, "NGUYỄN VĂN AN", "Cẩm Lạc", found["id"], found["dossier"]):
        assert word not in answer.text


def test_the_page_behind_the_code_warns_of_what_was_revoked_or_replaced(visitor: Visitor) -> None:
    gate = visitor.gate
    revoked, replaced = issued(gate), issued(gate)
    gate.run(results.revoke(gate.desk, CALLER, revoked["id"], "Cấp nhầm", None))
    gate.run(results.replace(gate.desk, CALLER, replaced["id"], RESULT, "Sai tên", None))
    assert "Không dùng bản in này: đã bị thu hồi từ ngày 23/11/2026" in words(visitor, revoked)
    assert "Đã có kết quả khác thay thế" in words(visitor, replaced)


def test_the_day_after_its_last_a_print_is_worth_nothing(visitor: Visitor) -> None:
    found = issued(visitor.gate, Result("GIAY_KHAI_SINH", valid_until=date(2026, 11, 24)))
    visitor.gate.watch.advance(days=2)
    assert "đã hết hạn" in words(visitor, found)


@pytest.mark.parametrize("ref", ["kq-nobody", "archive-sample-0001", "kq%20nobody", "a.b", "x" * 65])
def test_a_code_nobody_knows_is_a_page_that_says_so(visitor: Visitor, ref: str) -> None:
    main = visitor.main(f"/ket-qua/{ref}", 404)
    assert main.all("h1")[0].text == "Không có kết quả nào mang mã này"
    assert not main.all("form")  # nobody who holds a print looks for a procedure
    assert visitor.ask("/ket-qua/%00").status_code == 404


def test_a_result_that_was_tampered_with_is_not_vouched_for(visitor: Visitor) -> None:
    found = issued(visitor.gate)

    def longer(conn: Connection) -> None:
        conn.execute(update(archived_results).values(valid_until=date(2099, 1, 1)))

    visitor.gate.desk.db.write_sync(longer)
    assert "Còn hiệu lực" not in visitor.page(f"/ket-qua/{found['document_ref']}", 500).text


def test_the_holder_prints_it_with_a_code_that_holds_the_reference_alone(sqlite_gate: Gate) -> None:
    found = issued(sqlite_gate)
    browser = SignedIn(sqlite_gate)
    browser.sign_in()
    assert f"/cua-toi/ket-qua/{found['id']}/ban-in" in browser.ask(f"/cua-toi/ket-qua/{found['id']}").text
    page = browser.page(f"/cua-toi/ket-qua/{found['id']}/ban-in")
    assert "NGUYỄN VĂN AN" in page.text and "12/2026" in page.text and "Xã Cẩm Lạc" in page.text
    assert "NGUYỄN VĂN CHA" not in page.text  # data for systems
    assert "03/02/1990" in page.text and "05/04/2026" in page.text and "1990-02-03" not in page.text
    assert page.all("main")[0].text.count("NGUYỄN VĂN AN") == 1
    assert f"{sqlite_gate.desk.settings.base_url}/ket-qua/{found['document_ref']}" in page.text
    assert page.all("svg")
    assert "không dùng cookie" not in page.text and "cookie giữ phiên đăng nhập" in page.text
    assert "Ủy ban nhân dân tỉnh Hà Tĩnh" in page.text
    assert "‹ Về kết quả" in [a.text for a in page.all("a", href=f"/cua-toi/ket-qua/{found['id']}")]


def test_nobody_prints_what_is_not_theirs(sqlite_gate: Gate) -> None:
    """Theirs is what they hold, and what they applied for on a child's behalf: it was handed to them."""
    found = issued(sqlite_gate)
    browser = SignedIn(sqlite_gate)
    assert browser.ask(f"/cua-toi/ket-qua/{found['id']}/ban-in").status_code == 303
    sqlite_gate.world.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH", birth_date="1991-05-06", sex="female")
    browser.sign_in(ANOTHER)
    assert browser.ask(f"/cua-toi/ket-qua/{found['id']}/ban-in").status_code == 404


def test_a_result_without_a_number_or_a_name_is_printed_without(sqlite_gate: Gate) -> None:
    child = Subject(SubjectKind.PERSON, "042226000012")
    found = issued(sqlite_gate, Result("GIAY_KHAI_SINH", holder=child))
    browser = SignedIn(sqlite_gate)
    browser.sign_in()
    page = browser.main(f"/cua-toi/ket-qua/{found['id']}/ban-in").text
    assert "Giấy khai sinh" in page and "Cấp cho" not in page
