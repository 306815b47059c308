"""Share codes and citizens' reports at the counter, over HTTP, against the sandbox's wallet."""

from typing import Any

import httpx
import pytest

from app.models.presentations import presentation_demands, presentations
from tests.desk import AGENCY, PLAIN, Gate, all_bytes
from tests.mock_vneid.office import ANOTHER, PERSON
from tests.pages.signed_in import SignedIn
from tests.pages.test_counter import COMMUNE, HANDLER, OF_COMMUNE, hidden, main, officer, went_to

PURPOSE = "Đăng ký khai sinh"
PAGE = "/quay/ma-chia-se"


@pytest.fixture
def clerk(sqlite_gate: Gate) -> SignedIn:
    sqlite_gate.world.put_holding("CAN_CUOC")
    return officer(sqlite_gate)


def made(browser: SignedIn, **change: Any) -> str:
    body = {"mode": "sharing", "document_type": "CAN_CUOC", "purpose": PURPOSE, "fields": ["full_name"], **change}
    code: str = browser.gate.world.post(f"people/{PERSON}/presentations", body)["code"]
    return code


def redeem(browser: SignedIn, code: str, **fields: Any) -> httpx.Response:
    key = hidden(browser.ask(PAGE).text, "key")
    return browser.send(PAGE, {"key": key, "code": code, "purpose": PURPOSE, **fields}, page=PAGE)


def test_what_is_shared_stands_on_the_page_and_nowhere_else(clerk: SignedIn) -> None:
    shown = main(redeem(clerk, f" vneid-share:{made(clerk)} "), 200)
    assert "còn giá trị" in shown.all("h1")[0].text
    assert "NGUYỄN VĂN AN" in shown.text and PERSON not in shown.text
    assert "không được lưu lại" in shown.text
    heap = all_bytes(clerk.gate)
    assert "NGUYỄN VĂN AN".encode() not in heap and PERSON.encode() not in heap


def test_yes_or_no_names_nobody(clerk: SignedIn) -> None:
    shown = main(redeem(clerk, made(clerk, mode="validation", fields=None)), 200)
    assert "Có: giấy tờ có trên VNeID" in shown.text
    assert "Công dân chia sẻ" not in shown.text


def test_for_a_dossier_the_purpose_is_proposed_and_the_use_stands_in_its_story(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    proposed = clerk.main(f"{PAGE}?ho-so={code}")
    (purpose,) = proposed.all("input", id="purpose")
    assert purpose.attributes["value"] == "Thủ tục thử"
    shown = main(redeem(clerk, made(clerk, purpose="thủ tục thử"), dossier=code, purpose="Thủ tục thử"), 200)
    assert "là người nộp hồ sơ" in shown.text
    assert "Kiểm tra mã chia sẻ (CAN_CUOC): còn giá trị" in clerk.main(f"/quay/ho-so/{code}").text


def test_the_paper_demanded_all_the_same_is_judged_and_kept(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    shown = main(redeem(clerk, made(clerk), dossier=code), 200)
    (form,) = [f for f in shown.all("form") if "doi-giay" in f.attributes["action"]]
    fields = {i.attributes["name"]: i.attributes["value"] for i in form.all("input")} | {"form": "copy"}
    told = main(clerk.post(form.attributes["action"], fields), 200)
    assert "Không được yêu cầu" in told.all("h1")[0].text
    assert "Điều 4 khoản 2a" in told.text
    assert [r.outcome for r in clerk.gate.rows(presentation_demands)] == ["REFUSE_PAPER_USE_WALLET"]


def test_without_procedure_or_holder_the_demand_is_not_judged(clerk: SignedIn) -> None:
    shown = main(redeem(clerk, made(clerk, mode="validation", fields=None)), 200)
    (form,) = [f for f in shown.all("form") if "doi-giay" in f.attributes["action"]]
    hiddens = {i.attributes["name"]: i.attributes.get("value", "") for i in form.all("input")}
    for procedure, said in ((PLAIN, "có hay không"), ("9.999999", "Không có thủ tục này")):
        answer = clerk.post(form.attributes["action"], {**hiddens, "form": "copy", "procedure": procedure})
        assert "Chưa xét được" in main(answer, 422).text
        assert said in answer.text or procedure == "9.999999"
    assert clerk.gate.count(presentation_demands) == 0


@pytest.mark.parametrize(
    ("change", "typed", "status", "said"),
    [
        ({}, {"code": "ABC"}, 422, "10 chữ cái"),
        ({}, {"purpose": " "}, 422, "Ghi mục đích"),
        ({}, {"purpose": "Cho thuê nhà"}, 422, "mục đích khác"),
        ({"audience": "private"}, {}, 422, "cho bên khác"),
        ({}, {"code": "ZZZZZZZZZZ"}, 422, "Không có mã này"),
        ({}, {"dossier": "000.00.00.H27-261123-9999"}, 422, "không có hồ sơ này"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_the_rest_is_kept(
    clerk: SignedIn, change: dict[str, Any], typed: dict[str, str], status: int, said: str
) -> None:
    fields = {"code": made(clerk, **change), **typed}
    page = main(redeem(clerk, fields.pop("code"), **fields), status)
    assert said in page.all("div", role="alert")[0].text
    values = {i.attributes["name"]: i.attributes.get("value") for i in page.all("input") if "name" in i.attributes}
    assert values["purpose"] == typed.get("purpose", PURPOSE)
    assert clerk.gate.count(presentations) == 0


def test_an_outage_concludes_nothing_and_the_same_form_may_be_sent_again(clerk: SignedIn) -> None:
    code = made(clerk)
    # Stored there, and lost on the way.
    clerk.gate.world.fault("wallet", "truncated", match={"service": "redeem"}, times=1)
    first = redeem(clerk, code)
    page = main(first, 503)
    assert "chưa kết luận được gì" in page.text
    fields = {i.attributes["name"]: i.attributes.get("value", "") for i in page.all("form")[0].all("input")}
    assert "còn giá trị" in main(clerk.post(PAGE, fields), 200).text
    assert clerk.gate.count(presentations) == 1


def test_a_page_reloaded_shows_the_same_once(clerk: SignedIn) -> None:
    key, code = hidden(clerk.ask(PAGE).text, "key"), made(clerk)
    fields = {"key": key, "code": code, "purpose": PURPOSE}
    both = [main(clerk.send(PAGE, fields, page=PAGE), 200).text for _ in range(2)]
    assert "NGUYỄN VĂN AN" in both[0] and "NGUYỄN VĂN AN" in both[1]
    assert clerk.gate.count(presentations) == 1


def test_every_use_is_seen_by_who_showed_it(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    redeem(clerk, made(clerk))
    redeem(clerk, made(clerk, mode="validation", fields=None), dossier=code)
    citizen = SignedIn(clerk.gate)
    citizen.sign_in()
    seen = citizen.main("/cua-toi/tra-cuu")
    uses = [row.text for row in seen.all("tr") if "mã chia sẻ" in row.text]
    assert len(uses) == 2
    assert all(AGENCY in use for use in uses)


def test_somebody_elses_paper_is_said_to_be_that(clerk: SignedIn) -> None:
    clerk.gate.world.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH")
    clerk.gate.world.put_holding("CAN_CUOC", ANOTHER)
    body = {"mode": "sharing", "document_type": "CAN_CUOC", "purpose": PURPOSE}
    code = clerk.gate.world.post(f"people/{ANOTHER}/presentations", body)["code"]
    shown = main(redeem(clerk, code, dossier=clerk.gate.submit()["code"]), 200)
    assert "không phải người nộp hồ sơ" in shown.text


# ---- reports --------------------------------------------------------------------------------------------------------


def reported(gate: Gate, agency: str = AGENCY) -> str:
    """A report that a citizen has filed; its id."""
    citizen = SignedIn(gate)
    citizen.sign_in()
    page = f"/cua-toi/bao-cao/moi?thu-tuc={PLAIN}"
    fields = {
        "procedure": PLAIN,
        "key": hidden(citizen.ask(page).text, "key"),
        "document_type": "CAN_CUOC",
        "form": "copy",
        "agency": agency,
        "day": gate.desk.clock.today().isoformat(),
        "said": "Cán bộ bảo phải có bản sao",
    }
    return went_to(citizen.send("/cua-toi/bao-cao", fields, page=page)).partition("?")[0].rpartition("/")[2]


def test_a_report_is_read_with_its_conclusion_and_answered_once(clerk: SignedIn) -> None:
    report = reported(clerk.gate)
    assert "Chờ trả lời" in clerk.main("/quay/bao-cao").text
    page = clerk.main(f"/quay/bao-cao/{report}")
    assert "Cán bộ bảo phải có bản sao" in page.text and "Không được yêu cầu" in page.text
    assert PERSON not in page.text and "NGUYỄN VĂN AN" not in page.text
    address = f"/quay/bao-cao/{report}"
    clerk.gate.watch.advance(hours=3)
    clerk.sign_in_officer()
    assert "Ghi cơ quan đã xử lý" in main(clerk.send(address, {"answer": " "}), 422).text
    assert went_to(clerk.send(address, {"answer": "Đã nhắc cán bộ"})) == "/quay/bao-cao?xong=tra-loi"
    (row,) = clerk.main("/quay/bao-cao").all("tbody")[0].all("tr")
    assert "Đã trả lời, 13:00 ngày 23/11/2026" in row.text
    late = clerk.post(address, {"csrf": clerk.token("/quay"), "answer": "Trả lời thứ hai"})
    assert main(late, 409).all("textarea")[0].text == "Trả lời thứ hai"
    assert "Đã nhắc cán bộ" in clerk.main(address).text


def test_a_report_that_was_taken_back_says_so_and_is_answered_no_more(clerk: SignedIn) -> None:
    report, citizen = reported(clerk.gate), SignedIn(clerk.gate)
    citizen.sign_in()
    page = f"/cua-toi/bao-cao/{report}"
    unsure = main(citizen.send(f"{page}/dong", {}, page=page), 422)
    assert "Phản ánh chưa được rút" in unsure.text and "Chờ trả lời" in clerk.main("/quay/bao-cao").text
    assert went_to(citizen.send(f"{page}/dong", {"sure": "yes"}, page=page)) == page
    assert "Đã rút" in citizen.main(page).text and "Đã rút" in citizen.main("/cua-toi/bao-cao").text
    assert "Đã rút" in clerk.main("/quay/bao-cao").text
    assert clerk.main(f"/quay/bao-cao/{report}").all("form") == []


def test_another_agencys_reports_are_not_there(sqlite_gate: Gate) -> None:
    report = reported(sqlite_gate, COMMUNE)
    clerk = officer(sqlite_gate, HANDLER)
    assert "Không có phản ánh nào" in clerk.main("/quay/bao-cao").text
    assert clerk.ask(f"/quay/bao-cao/{report}").status_code == 404
    assert clerk.send(f"/quay/bao-cao/{report}", {"answer": "x"}, page="/quay").status_code == 404
    assert officer(sqlite_gate, OF_COMMUNE).main(f"/quay/bao-cao/{report}").all("form")
