"""A citizen's own pages: what they say, what they send, and that they are the citizen's alone."""

import re
from dataclasses import replace

import pytest

from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.domain.reports import MOST_A_DAY
from app.domain.results import Result
from app.domain.text import plain
from app.models.reports import reports as report_table
from app.repositories import evidence
from app.services import reports
from tests.desk import AGENCY, ALL_OF, AN, CHOICE, NO_PAPER, PLAIN, Gate, offered
from tests.mock_vneid.office import ANOTHER, PERSON
from tests.pages.html import Element
from tests.pages.signed_in import SignedIn
from tests.pages.test_results import issued
from tests.services.test_citizens import SPOUSE, completed
from tests.services.test_reports import OFFICE, WORDS, filed

FORM = {
    "procedure": PLAIN,
    "document_type": "CAN_CUOC",
    "form": "copy",
    "agency": AGENCY,
    "day": "2026-11-23",
    "said": WORDS,
    "key": "form-1",
}
NEW = f"/cua-toi/bao-cao/moi?thu-tuc={PLAIN}"


@pytest.fixture
def browser(sqlite_gate: Gate) -> SignedIn:
    signed_in = SignedIn(sqlite_gate)
    signed_in.sign_in()
    return signed_in


@pytest.fixture
def stranger(sqlite_gate: Gate) -> SignedIn:
    sqlite_gate.world.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH", birth_date="1991-05-06", sex="female")
    signed_in = SignedIn(sqlite_gate)
    signed_in.sign_in(ANOTHER)
    return signed_in


def knowing(browser: SignedIn, agencies: dict[str, str]) -> None:
    """The service knows these agencies by name, and no others."""
    browser.app.state.desk = replace(browser.gate.desk, agencies=agencies)


def section(main: Element, heading: str) -> Element:
    """The section under a heading."""
    return next(s for s in main.all("section") if any(heading in h.text for h in (*s.all("h2"), *s.all("h3"))))


# ---- dossiers -------------------------------------------------------------------------------------------------------


def test_who_has_no_dossier_is_told_where_to_begin(browser: SignedIn) -> None:
    main = browser.main("/cua-toi")
    assert "Bạn chưa có hồ sơ nào" in main.text
    assert main.all("a", href="/thu-tuc")


def test_my_dossiers_stand_with_code_name_status_and_due_date(browser: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    main = browser.main("/cua-toi")
    assert code in main.text and "Thủ tục thử" in main.text
    assert "Mới nộp, chờ tiếp nhận" in main.text and "Chưa có thời hạn" in main.text
    browser.gate.move(code, Status.RECEIVED)
    assert "Đã tiếp nhận" in browser.main("/cua-toi").text


def test_each_component_stands_under_its_sign_with_its_grounds(browser: SignedIn) -> None:
    browser.gate.world.put_holding("CAN_CUOC")
    code = browser.gate.submit(PLAIN)["code"]
    main = browser.main(f"/cua-toi/ho-so/{code}")
    looked_up, bring = section(main, "Cơ quan tự tra cứu"), section(main, "Mang theo")
    assert "Thành phần 1" in looked_up.text and "Nghị định 118/2025/NĐ-CP" in looked_up.text
    assert all(f"Thành phần {n}" in bring.text for n in (2, 3, 4))
    assert "Cơ quan được yêu cầu Giấy khai sinh" in bring.text and "Nghị quyết 66.7/2025/NQ-CP" in bring.text


def test_waiting_linking_and_electronic_have_signs_of_their_own(browser: SignedIn) -> None:
    world = browser.gate.world
    world.put_holding("CAN_CUOC", wallet="not_linked", registry="absent")
    to_link = browser.gate.submit(PLAIN)["code"]
    assert "Thành phần 1" in section(browser.main(f"/cua-toi/ho-so/{to_link}"), "Liên kết trên VNeID").text
    electronic = browser.gate.submit(NO_PAPER)["code"]
    assert "Thành phần 2" in section(browser.main(f"/cua-toi/ho-so/{electronic}"), "Chỉ bản điện tử").text
    world.fault("ndxp", "http_503")
    waiting = browser.gate.submit(PLAIN)["code"]
    assert "Thành phần 4" in section(browser.main(f"/cua-toi/ho-so/{waiting}"), "Chờ nguồn dữ liệu").text


def test_a_supplement_request_says_that_it_is_lawful_and_why(browser: SignedIn) -> None:
    code = browser.gate.submit(PLAIN)["code"]
    browser.gate.ask_more(code, "GIAY_KHAI_SINH")
    main = browser.main(f"/cua-toi/ho-so/{code}")
    asked = section(main, "Yêu cầu")
    assert "Lý do của cơ quan: Cần đối chiếu" in asked.text
    assert "Được phép yêu cầu" in asked.text and "Điều 2 khoản 2" in asked.text
    assert "Chờ bạn bổ sung" in main.text


def test_what_was_answered_or_is_over_is_asked_of_nobody(browser: SignedIn) -> None:
    code = browser.gate.submit(PLAIN)["code"]
    page = f"/cua-toi/ho-so/{code}"
    browser.gate.ask_more(code, "GIAY_KHAI_SINH")
    assert {"Cơ quan đề nghị bạn bổ sung", "Mang theo"} <= headings(browser.main(page))
    browser.gate.watch.advance(hours=1)
    browser.gate.move(code, Status.IN_PROGRESS)
    browser.sign_in()
    assert not {"Cơ quan đề nghị bạn bổ sung", "Mang theo"} & headings(browser.main(page))
    browser.gate.watch.advance(hours=1)
    browser.gate.ask_more(code, "VAN_BANG")
    browser.sign_in()
    asked = section(browser.main(page), "Yêu cầu 12:00")
    assert len(asked.all("li")) == 1
    browser.gate.move(code, Status.IN_PROGRESS)
    browser.gate.move(code, Status.DONE)
    over = browser.main(page)
    assert "bạn không phải nộp thêm gì" in over.text and "mang theo" not in over.text.lower()


def headings(main: Element) -> set[str]:
    return {h.text for level in ("h2", "h3") for h in main.all(level)}


def test_what_the_office_notes_for_itself_is_not_shown(browser: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    browser.gate.move(code, Status.RECEIVED, "ghi chú nội bộ")
    assert "ghi chú nội bộ" not in browser.main(f"/cua-toi/ho-so/{code}").text
    refused = browser.gate.submit(CHOICE)["code"]
    browser.gate.move(refused, Status.NOT_RECEIVED, "Không thuộc thẩm quyền")
    assert "Lý do: Không thuộc thẩm quyền" in browser.main(f"/cua-toi/ho-so/{refused}").text


def test_a_dossier_that_waited_tells_when_its_wait_ended(browser: SignedIn) -> None:
    for face in ("wallet", "ndxp"):
        browser.gate.world.fault(face, "http_503", times=1)
    browser.gate.world.put_holding("CAN_CUOC")
    code = browser.gate.submit(CHOICE)["code"]
    page = f"/cua-toi/ho-so/{code}"
    said = "việc chờ nguồn dữ liệu đã kết thúc, mọi giấy tờ đã có kết luận (hệ thống)"
    assert "Chờ nguồn dữ liệu" in browser.main(page).text and said not in browser.main(page).text
    browser.gate.watch.advance(minutes=5)
    browser.gate.recheck(code)
    main = browser.main(page)
    assert f"10:05 ngày 23/11/2026 : {said}" in main.text
    assert "Cơ quan tự tra cứu" in section(main, "Cơ quan tự tra cứu").text


def test_anothers_dossier_is_as_unknown_as_none(browser: SignedIn, stranger: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    for address in (f"/cua-toi/ho-so/{code}", f"/cua-toi/ho-so/{code[:-1]}9", "/cua-toi/ho-so/khong-phai-ma"):
        answer = stranger.ask(address)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert code not in answer.text
    fields = {"version": "1", "sure": "yes"}
    assert stranger.send(f"/cua-toi/ho-so/{code}/rut", fields, page="/cua-toi").status_code == 404
    assert browser.gate.dossier(code)["status"] == Status.NEW


def test_slips_that_are_due_can_be_printed_by_whose_they_are(browser: SignedIn, stranger: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    page = f"/cua-toi/ho-so/{code}"
    assert "Phiếu để in" not in browser.main(page).text
    assert browser.ask(f"{page}/phieu/tiep-nhan").status_code != 200
    browser.gate.move(code, Status.RECEIVED)
    (link,) = (a.attributes["href"] for a in browser.main(page).all("a") if "/phieu/" in a.attributes["href"])
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in browser.main(link).text
    assert stranger.ask(link).status_code == 404
    assert browser.ask(f"{page}/phieu/khac").status_code == 404


def test_a_citizen_withdraws_their_dossier(browser: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    page = f"/cua-toi/ho-so/{code}"
    answer = browser.send(f"{page}/rut", {"version": "1", "sure": "yes", "reason": "Nộp nhầm"}, page=page)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    main = browser.main(page)
    assert "Đã rút hồ sơ" in main.text and "Lý do: Nộp nhầm" in main.text
    assert "Hẹn trả kết quả" not in main.text and "Đã xong" not in browser.main("/cua-toi").text
    assert not main.all("form")


def test_a_withdrawal_has_to_be_meant(browser: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    page = f"/cua-toi/ho-so/{code}"
    answer = browser.send(f"{page}/rut", {"version": "1"}, page=page)
    assert answer.status_code == 422 and "hãy đánh dấu" in answer.text
    assert browser.gate.dossier(code)["status"] == Status.NEW


def test_a_withdrawal_of_what_has_changed_meanwhile_is_asked_again(browser: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    page = f"/cua-toi/ho-so/{code}"
    token = browser.token(page)
    browser.gate.move(code, Status.RECEIVED)
    answer = browser.post(f"{page}/rut", {"csrf": token, "version": "1", "sure": "yes"})
    assert answer.status_code == 409 and "Hồ sơ vừa thay đổi" in answer.text
    assert browser.gate.dossier(code)["status"] == Status.RECEIVED


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "9" * 30])
def test_a_withdrawal_without_a_version_is_no_form_of_ours(browser: SignedIn, version: str) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    fields = {"version": version, "sure": "yes"}
    answer = browser.send(f"/cua-toi/ho-so/{code}/rut", fields, page="/cua-toi")
    assert answer.status_code in (409, 422)
    assert browser.gate.dossier(code)["status"] == Status.NEW


# ---- results --------------------------------------------------------------------------------------------------------


def test_my_results_are_listed_and_read(browser: SignedIn) -> None:
    code = completed(browser.gate)
    main = browser.main("/cua-toi/ket-qua")
    assert "KQ.G99.000001" in main.text and "Còn hiệu lực" in main.text
    (link,) = main.all("tbody")[0].all("a")
    result = browser.main(link.attributes["href"])
    assert "Trường Thử Nghiệm" in result.text and code in result.text
    assert link.attributes["href"] in {a.attributes["href"] for a in browser.main(f"/cua-toi/ho-so/{code}").all("a")}


def test_a_result_is_read_in_peoples_words(browser: SignedIn) -> None:
    """A child's birth certificate: whose it is, when they were born, and the parents, however the data spell them."""
    gate, said = browser.gate, {"sex": "female", "mother": "TRẦN THỊ HÀ", "father_name": "LÊ VĂN BA", "late": False}
    child = Subject(SubjectKind.PERSON, "042326000015", "LÊ HÀ MY", "2026-11-02")
    found = issued(gate, Result("GIAY_KHAI_SINH", holder=child, data={**said, "parents": [{"id": "1"}]}))
    for page in (f"/cua-toi/ket-qua/{found['id']}", f"/cua-toi/ket-qua/{found['id']}/ban-in"):
        text = browser.main(page).text
        assert "Ngày sinh 02/11/2026" in text and "Giới tính Nữ" in text
        assert "Họ và tên mẹ TRẦN THỊ HÀ" in text and "Họ và tên cha LÊ VĂN BA" in text
        assert "female" not in text and "mother" not in text and "False" not in text and "parents" not in text


def test_anothers_result_is_as_unknown_as_none(browser: SignedIn, stranger: SignedIn) -> None:
    completed(browser.gate)
    (link,) = browser.main("/cua-toi/ket-qua").all("tbody")[0].all("a")
    assert stranger.ask(link.attributes["href"]).status_code == 404
    assert "Chưa có kết quả" in stranger.main("/cua-toi/ket-qua").text


def test_level_1_sees_dossiers_and_is_told_what_results_need(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_person(identity_level=1)
    browser = SignedIn(sqlite_gate)
    browser.sign_in()
    code = completed(sqlite_gate)
    assert code in browser.main("/cua-toi").text
    for address in ("/cua-toi/ket-qua", "/cua-toi/ket-qua/x"):
        main = browser.main(address, 403)
        assert "Cần tài khoản VNeID mức 2" in main.text and "Điều 9 khoản 2" in main.text
        assert "KQ.G99" not in main.text


# ---- who looked, what is wrong --------------------------------------------------------------------------------------


def test_the_tracker_says_who_when_what_and_for_which_dossier(browser: SignedIn) -> None:
    code = browser.gate.submit(CHOICE)["code"]
    main = browser.main("/cua-toi/tra-cuu")
    assert "10:00 ngày 23/11/2026" in main.text
    assert f"Ủy ban nhân dân tỉnh Hà Tĩnh {AGENCY} , cán bộ CB-0001" in main.text
    assert "Giải quyết hồ sơ của bạn: Thủ tục thử" in main.text
    assert main.all("a", href=f"/cua-toi/ho-so/{code}")


def test_an_office_without_a_known_name_stands_by_its_code_and_nothing_in_a_name_is_markup(
    browser: SignedIn,
) -> None:
    mark = browser.gate.desk.sealer.mark(AN.kind, AN.id)
    row: dict[str, object] = {"decision_id": "x", "holder_mark": mark, "subject_mark": mark, "source": "wallet"}
    row |= {"service": None, "document_types": "CAN_CUOC", "cause": None, "looked_up_at": browser.gate.watch.moment}
    row |= {"purpose": "dossier", "officer": "CB-0009"}
    rows = [{**row, "agency": "000.00.77.H27"}, {**row, "agency": "000.00.78.H27"}]
    browser.gate.desk.db.write_sync(evidence.add_lookups, rows)
    knowing(browser, {"000.00.78.H27": "Sở <b>Thử</b>"})
    main = browser.main("/cua-toi/tra-cuu")
    assert "Cơ quan 000.00.77.H27 , cán bộ CB-0009" in main.text
    assert "Sở <b>Thử</b> 000.00.78.H27" in main.text and not main.all("b")


def test_the_tracker_counts_what_it_withholds(stranger: SignedIn) -> None:
    stranger.gate.submit(ALL_OF, offered(1, "none", SPOUSE))
    main = stranger.main("/cua-toi/tra-cuu")
    assert "lượt không hiện ở đây vì được tra cứu trong việc của người khác" in main.text.replace(" </strong>", "")
    assert not main.all("table") and "261123" not in main.text


def test_a_share_code_shown_to_a_bank_and_a_result_that_was_read_stand_in_the_tracker(browser: SignedIn) -> None:
    mark = browser.gate.desk.sealer.mark(AN.kind, AN.id)
    at = browser.gate.watch.moment
    row: dict[str, object] = {
        "decision_id": "x",
        "holder_mark": mark,
        "subject_mark": mark,
        "source": "wallet",
        "service": None,
    }
    row |= {"document_types": "CAN_CUOC", "cause": None, "looked_up_at": at}
    shown = {**row, "purpose": "presentation", "agency": "0312345678", "officer": ""}
    was_read = {**row, "purpose": "result", "agency": AGENCY, "officer": "mot-cua", "source": "archive"}
    browser.gate.desk.db.write_sync(evidence.add_lookups, [shown, was_read])
    main = browser.main("/cua-toi/tra-cuu")
    assert "Tổ chức 0312345678 Dữ liệu" in main.text
    assert "Bạn đưa mã chia sẻ để kiểm tra" in main.text
    assert f"Ủy ban nhân dân tỉnh Hà Tĩnh {AGENCY} , hệ thống mot-cua" in main.text
    assert "Kho dữ liệu của tỉnh" in main.text


def test_a_silent_source_is_said_to_be_silent(browser: SignedIn) -> None:
    browser.gate.world.fault("wallet", "http_503")
    browser.gate.submit(CHOICE)
    assert "VNeID: không trả lời" in browser.main("/cua-toi/tra-cuu").text


def test_a_mismatch_is_shown_with_where_to_have_it_corrected(browser: SignedIn) -> None:
    browser.gate.world.put_holding("GIAY_KHAI_SINH", full_name="NGUYỄN VĂN ANH", wallet="absent")
    code = browser.gate.submit(PLAIN)["code"]
    main = browser.main("/cua-toi/du-lieu")
    assert "Cơ sở dữ liệu hộ tịch điện tử" in main.text and "nơi đã đăng ký hộ tịch" in main.text
    assert main.all("a", href=f"/cua-toi/ho-so/{code}")
    assert "NGUYỄN VĂN ANH" not in main.text


def test_data_without_a_mistake_is_said_to_be_so(browser: SignedIn) -> None:
    browser.gate.submit(CHOICE)
    assert "Chưa thấy chỗ sai nào" in browser.main("/cua-toi/du-lieu").text


# ---- reports --------------------------------------------------------------------------------------------------------


def test_from_a_demand_at_the_counter_to_what_to_say_there(browser: SignedIn) -> None:
    browser.gate.world.put_holding("CAN_CUOC")
    found = browser.main("/cua-toi/bao-cao/moi?q=dang+ky+khai+sinh")
    assert found.all("a", href="/cua-toi/bao-cao/moi?thu-tuc=1.001193")
    answer = browser.send("/cua-toi/bao-cao", FORM, page=NEW)
    assert answer.status_code == 303
    main = browser.main(answer.headers["location"])
    assert main.all("h1")[0].text == "Cơ quan không được yêu cầu giấy tờ này"
    say = section(main, "Nói gì ở quầy")
    assert "Nghị định 118/2025/NĐ-CP, Điều 4 khoản 2a" in say.text
    assert WORDS in main.text and "chờ trả lời" in main.text
    assert "Không được yêu cầu" in browser.main("/cua-toi/bao-cao").text


def test_the_papers_to_choose_from_are_in_the_order_of_the_alphabet(browser: SignedIn) -> None:
    """As an officer's are: `Điều lệ` stands between what begins with C and with G, and not behind everything."""
    groups = browser.main(NEW).all("optgroup")
    named = [[option.text for option in group.all("option")] for group in groups]
    assert any(name.startswith("Đ") for name in named[-1][:-10])
    assert named == [sorted(names, key=plain) for names in named]


def test_a_lawful_demand_is_explained(browser: SignedIn) -> None:
    answer = browser.send("/cua-toi/bao-cao", {**FORM, "document_type": "VAN_BANG"}, page=NEW)
    main = browser.main(answer.headers["location"])
    assert main.all("h1")[0].text == "Cơ quan được yêu cầu giấy tờ này"
    assert "Bạn làm gì" in main.text and "Nói gì ở quầy" not in main.text


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("document_type", "KHONG_CO", "Hãy chọn loại giấy tờ"),
        ("form", "fax", "Hãy chọn hình thức"),
        ("agency", "Ủy ban xã", "Hãy chọn cơ quan trong danh sách"),
        ("agency", "000.00.99.H27", "Hãy chọn cơ quan trong danh sách"),
        ("agency", "", "Hãy chọn cơ quan trong danh sách"),
        ("day", "hôm qua", "Hãy ghi ngày"),
        ("day", "2026-11-24", "không sau hôm nay"),
        ("day", "2019-01-01", "năm gần đây"),
        ("said", "x" * 2001, "Tối đa 2000 ký tự"),
        ("said", "Tôi là 042090000019, bị đòi giấy", "cơ quan sẽ biết ai phản ánh"),
        ("said", "Gọi tôi 0912 345 678", "cơ quan sẽ biết ai phản ánh"),
        ("said", "Hồ sơ 000.00.00.H27-261123-0001", "cơ quan sẽ biết ai phản ánh"),
    ],
)
def test_a_form_that_is_wrong_comes_back_with_what_is_wrong_and_what_was_written(
    browser: SignedIn, field: str, text: str, says: str
) -> None:
    answer = browser.send("/cua-toi/bao-cao", {**FORM, field: text}, page=NEW)
    assert answer.status_code == 422
    assert says in answer.text and f'href="#{field}"' in answer.text and 'aria-invalid="true"' in answer.text
    if field != "said":
        assert WORDS in answer.text
    assert browser.gate.count(report_table) == 0


@pytest.mark.parametrize("said", ["Ngày 23-11-2026 10.30, quầy 12, phí 1.500.000 đồng", "Điều 4 khoản 2a, 118/2025"])
def test_days_and_sums_tell_nobody_who_reports(browser: SignedIn, said: str) -> None:
    assert browser.send("/cua-toi/bao-cao", {**FORM, "said": said}, page=NEW).status_code == 303


def test_the_office_is_chosen_by_its_name(browser: SignedIn) -> None:
    choice = next(s for s in browser.main(NEW).all("select") if s.attributes["name"] == "agency")
    assert [o.text for o in choice.all("option")] == [
        "Chọn một cơ quan",
        f"Ủy ban nhân dân tỉnh Hà Tĩnh ({AGENCY})",
        "Ủy ban nhân dân xã Một Lần (thử nghiệm) (000.00.31.H27)",
    ]
    knowing(browser, {AGENCY: "Ủy ban nhân dân tỉnh", "000.00.00.H01": "Tỉnh khác"})
    choice = next(s for s in browser.main(NEW).all("select") if s.attributes["name"] == "agency")
    assert [o.text for o in choice.all("option")] == [f"Ủy ban nhân dân tỉnh ({AGENCY})"]
    knowing(browser, {})
    choice = next(s for s in browser.main(NEW).all("select") if s.attributes["name"] == "agency")
    assert [o.text for o in choice.all("option")] == [AGENCY]


def test_a_companys_paper_is_no_citizens(browser: SignedIn) -> None:
    answer = browser.send("/cua-toi/bao-cao", {**FORM, "document_type": "GCN_DKDN"}, page=NEW)
    assert answer.status_code == 422 and "của tổ chức" in answer.text


def test_a_procedure_nobody_knows_is_no_form_of_ours(browser: SignedIn) -> None:
    answer = browser.send("/cua-toi/bao-cao", {**FORM, "procedure": "9.999999"}, page=NEW)
    assert answer.status_code == 422


def test_what_is_written_is_shown_as_written_and_never_run(browser: SignedIn) -> None:
    said = '<script>alert("x")</script>\x07 & “đòi” giấy'
    answer = browser.send("/cua-toi/bao-cao", {**FORM, "said": said}, page=NEW)
    shown = browser.ask(answer.headers["location"]).text
    assert "<script" not in shown and "&lt;script&gt;" in shown and "\x07" not in shown


def test_the_answer_of_the_office_is_read_and_the_report_closed(browser: SignedIn) -> None:
    report_id = filed(browser.gate)
    page = f"/cua-toi/bao-cao/{report_id}"
    browser.gate.run(reports.answer(browser.gate.desk, OFFICE, report_id, "Đã bỏ yêu cầu.", None))
    assert "cơ quan trả lời Đã bỏ yêu cầu." in browser.main(page).text.replace(": ", " ")
    assert browser.send(f"{page}/dong", {"settled": "yes"}, page=page).status_code == 303
    main = browser.main(page)
    assert "Đã khép lại" in main.text and "(đã được giải quyết)" in main.text
    assert not main.all("form")
    assert browser.send(f"{page}/dong", {"settled": "no"}, page="/cua-toi").status_code == 409


def test_a_report_that_waits_offers_to_look_again(browser: SignedIn) -> None:
    for face in ("wallet", "ndxp"):
        browser.gate.world.fault(face, "http_503", times=1)
    report_id = filed(browser.gate)
    page = f"/cua-toi/bao-cao/{report_id}"
    assert "Chưa kết luận được" in browser.main(page).text
    browser.gate.watch.advance(seconds=browser.gate.settings.recheck_after)
    browser.send(f"{page}/kiem-tra-lai", {}, page=page)
    assert "Cơ quan không được yêu cầu" in browser.main(page).text


def test_anothers_report_is_as_unknown_as_none(browser: SignedIn, stranger: SignedIn) -> None:
    report_id = filed(browser.gate)
    for path in (report_id, "00000000-0000-4000-8000-000000000000", "x"):
        assert stranger.ask(f"/cua-toi/bao-cao/{path}").status_code == 404
        assert stranger.send(f"/cua-toi/bao-cao/{path}/dong", {}, page="/cua-toi").status_code == 404
    assert WORDS not in stranger.ask("/cua-toi/bao-cao").text


def test_enough_reports_for_one_day_is_said_plainly(browser: SignedIn) -> None:
    for n in range(MOST_A_DAY):
        filed(browser.gate, f"form-{n}")
    answer = browser.send("/cua-toi/bao-cao", {**FORM, "key": "more"}, page=NEW)
    assert answer.status_code == 429 and "Đã đủ cho hôm nay" in answer.text


# ---- addresses ------------------------------------------------------------------------------------------------------


def test_no_address_holds_a_persons_number(browser: SignedIn) -> None:
    browser.gate.submit(CHOICE)
    completed(browser.gate)
    filed(browser.gate)
    pages = ["/cua-toi", "/cua-toi/ket-qua", "/cua-toi/tra-cuu", "/cua-toi/bao-cao"]
    links = {a.attributes.get("href", "") for page in pages for a in browser.page(page).all("a")}
    assert len(links) > 12
    numbered = [link for link in links if re.search(r"[0-9]{9}", link)]
    assert PERSON not in " ".join(links)
    assert all(re.fullmatch(r"/cua-toi/(ket-qua|bao-cao)/[0-9a-f-]{36}.*", link) for link in numbered)
