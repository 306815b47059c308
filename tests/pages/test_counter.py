"""The counter over HTTP: what an officer sees and does, who may, and that nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.models.decisions import decisions
from app.models.dossiers import dossiers, supplement_requests
from app.services import catalogue, result_records
from tests.desk import CASES, NO_PAPER, PLAIN, Gate, all_bytes, component, offered, procedure_body
from tests.mock_vneid.office import PERSON
from tests.pages.html import Element, read
from tests.pages.signed_in import FORM, SignedIn

CLERK, HANDLER, OF_COMMUNE, AUDITOR, NOBODY = "CB-0001", "CB-0002", "CB-0003", "CB-0006", "CB-0007"
COMMUNE = "000.00.31.H27"


def officer(gate: Gate, code: str = CLERK) -> SignedIn:
    browser = SignedIn(gate)
    browser.sign_in_officer(code)
    return browser


@pytest.fixture
def clerk(sqlite_gate: Gate) -> SignedIn:
    return officer(sqlite_gate)


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, f"no field {name}"
    return found[1]


def form_of(browser: SignedIn, page: str) -> dict[str, str]:
    """The version and the key that a page's form carries."""
    text = browser.ask(page).text
    return {"version": hidden(text, "version"), "key": hidden(text, "key")}


def act(browser: SignedIn, code: str, what: str, **fields: Any) -> httpx.Response:
    """A form of the dossier's page, as it stands now unless `version` says otherwise."""
    page = f"/quay/ho-so/{code}"
    return browser.send(f"{page}/{what}", {**form_of(browser, page), **fields}, page=page)


def carried(answer: httpx.Response) -> dict[str, str]:
    """What the form on a page carries without its being seen."""
    found = main(answer, answer.status_code).all("input", type="hidden")
    return {x.attributes["name"]: x.attributes["value"] for x in found}


def confirm(browser: SignedIn, code: str, shown: httpx.Response, **fields: Any) -> httpx.Response:
    """The button below what will be issued."""
    return browser.send(f"/quay/ho-so/{code}/chuyen", {**carried(shown), **fields}, page="/quay")


def main(answer: httpx.Response, status: int) -> Element:
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    (found,) = read(answer.text).all("main")
    return found


def went_to(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


MARRIAGE = "GIAY_CN_KET_HON"
CHILD = {"result_id": "0423 2600 0012", "result_full_name": "TRẦN NGỌC MAI", "result_birth_date": "02/11/2026"}
APPLICATION = {
    "kind": "person",
    "id": PERSON,
    "full_name": "Nguyễn Văn An",
    "birth_date": "3/2/1990",
    "channel": "counter",
    "case": "",
}


def file(browser: SignedIn, procedure: str = PLAIN, **fields: Any) -> httpx.Response:
    page = f"/quay/ho-so/moi/{procedure}"
    key = hidden(browser.ask(page).text, "key")
    return browser.send(page, {**APPLICATION, "key": key, **fields}, page=page)


def places(browser: SignedIn) -> list[str]:
    (menu,) = browser.page("/quay").all("nav", **{"class": "places"})
    return [a.text for a in menu.all("a")]


# ---- who ------------------------------------------------------------------------------------------------------------


def test_who_is_not_signed_in_is_led_to_the_login_and_back(sqlite_gate: Gate) -> None:
    stranger = SignedIn(sqlite_gate)
    assert went_to(stranger.ask("/quay")) == "/can-bo?ve=/quay"
    assert went_to(stranger.post("/quay/tim", {"code": "x"})) == "/can-bo?ve=/quay"
    stranger.sign_in()
    assert went_to(stranger.ask("/quay")) == "/can-bo?ve=/quay"


def test_who_may_only_look_looks_and_is_told_whose_work_it_is(sqlite_gate: Gate) -> None:
    browser, dossier = officer(sqlite_gate, AUDITOR), sqlite_gate.submit()["code"]
    assert dossier in browser.main("/quay").text
    page = browser.main(f"/quay/ho-so/{dossier}")
    assert page.all("form") == []
    menus = {who: places(officer(sqlite_gate, who)) for who in (AUDITOR, CLERK)}
    assert menus == {
        AUDITOR: ["Hồ sơ của cơ quan", "Phản ánh"],
        CLERK: ["Hồ sơ của cơ quan", "Tiếp nhận hồ sơ mới", "Mã chia sẻ", "Phản ánh"],
    }
    for address in (
        "/quay/ho-so/moi",
        f"/quay/ho-so/moi/{PLAIN}",
        f"/quay/ho-so/{dossier}/bo-sung",
        "/quay/ma-chia-se",
    ):
        told = main(browser.ask(address), 403)
        assert "bộ phận một cửa hoặc người giải quyết" in told.text
        assert "người kiểm tra" in told.text
    refused = browser.send(f"/quay/ho-so/{dossier}/chuyen", {"version": "1", "to": "2"}, page="/quay")
    assert "Chưa có gì được ghi" in main(refused, 403).text
    assert sqlite_gate.dossier(dossier)["version"] == 1


def test_an_account_without_a_role_does_not_get_in(sqlite_gate: Gate) -> None:
    browser = SignedIn(sqlite_gate)
    back = browser.ask(browser.at_provider(browser.begin("/can-bo"), NOBODY))
    assert back.status_code == 403 or "phân công" in back.text


def test_the_clerk_receives_and_the_handler_decides(sqlite_gate: Gate) -> None:
    clerk, handler, code = officer(sqlite_gate), officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    assert went_to(act(clerk, code, "chuyen", to=2)) == f"/quay/ho-so/{code}?xong=chuyen"
    act(clerk, code, "chuyen", to=4)
    assert "người giải quyết" in main(act(clerk, code, "chuyen", to=9, version=3), 403).text
    assert went_to(act(handler, code, "chuyen", to=9))
    assert went_to(act(clerk, code, "chuyen", to=10))
    assert [m["actor"] for m in sqlite_gate.dossier(code)["history"]] == ["one_stop", "one_stop", "handler", "one_stop"]


def test_what_lies_on_another_agencys_desk_is_not_there(sqlite_gate: Gate) -> None:
    browser, code = officer(sqlite_gate, OF_COMMUNE), sqlite_gate.submit()["code"]
    assert code not in browser.main("/quay").text
    assert browser.ask(f"/quay/ho-so/{code}").status_code == 404
    assert browser.send("/quay/tim", {"code": code}, page="/quay").status_code == 404
    assert browser.send(f"/quay/ho-so/{code}/chuyen", {"version": "1", "to": "2"}, page="/quay").status_code == 404


def test_what_is_received_here_and_decided_elsewhere_lies_on_both_desks(sqlite_gate: Gate) -> None:
    code = went_to(file(officer(sqlite_gate), decided_by=COMMUNE)).split("?")[0].rpartition("/")[2]
    assert f"Ủy ban nhân dân xã Một Lần (thử nghiệm) {COMMUNE} giải quyết" in officer(sqlite_gate).main("/quay").text
    assert code in officer(sqlite_gate, OF_COMMUNE).main("/quay").text


# ---- the queue ------------------------------------------------------------------------------------------------------


def test_the_queue_is_paged_counted_and_filtered(clerk: SignedIn) -> None:
    codes = [clerk.gate.submit()["code"] for _ in range(27)]
    clerk.gate.move(codes[0], 2)
    first, second = clerk.main("/quay"), clerk.main("/quay?trang=2")
    assert len(first.all("tbody")[0].all("tr")) == 25
    assert len(second.all("tbody")[0].all("tr")) == 2
    assert "Đang mở (27)" in first.text and "Đã tiếp nhận (1)" in first.text
    assert [a.text for a in clerk.main("/quay?loc=2").all("td")[0].all("a")] == [codes[0]]
    clerk.gate.move(codes[0], 7, "Theo đơn")
    assert codes[0] not in clerk.main("/quay").text + clerk.main("/quay?trang=2").text
    assert codes[0] in clerk.main("/quay?loc=da-xong").text


def test_what_is_due_soonest_comes_first_and_what_is_late_says_so(clerk: SignedIn) -> None:
    first, second, third = (clerk.gate.submit()["code"] for _ in range(3))
    now = clerk.gate.watch.moment
    due = {first: now + timedelta(days=9), second: now - timedelta(hours=1), third: None}

    def set_due(conn: Any) -> None:
        for code, moment in due.items():
            conn.execute(dossiers.update().where(dossiers.c.code == code).values(due_at=moment))

    clerk.gate.desk.db.write_sync(set_due)
    rows = clerk.main("/quay").all("tbody")[0].all("tr")
    assert [r.all("a")[0].text for r in rows] == [second, first, third]
    assert ["quá hạn" in r.text for r in rows] == [True, False, False]
    assert "chưa có hạn" in rows[2].text


def test_a_dossier_is_found_by_its_code_and_by_nobodys_number(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    assert went_to(clerk.send("/quay/tim", {"code": f" {code.lower()} "}, page="/quay")) == f"/quay/ho-so/{code}"
    answer = clerk.send("/quay/tim", {"code": PERSON}, page="/quay")
    assert "Không tìm hồ sơ bằng số định danh" in main(answer, 404).text
    assert PERSON not in answer.text


# ---- filing ---------------------------------------------------------------------------------------------------------


def test_before_filing_the_officer_sees_what_will_be_looked_up(clerk: SignedIn) -> None:
    parts = {x.all("legend")[0].text: x.text for x in clerk.main(f"/quay/ho-so/moi/{PLAIN}").all("fieldset")}
    assert "Cơ quan tự tra cứu" in parts["1. Thành phần 1"] and "VNeID" in parts["1. Thành phần 1"]
    assert "Công dân tự lập" in parts["2. Thành phần 2"]
    assert "Công dân mang theo" in parts["3. Thành phần 3"]


def test_a_dossier_is_filed_and_each_component_has_a_word_and_a_shape(clerk: SignedIn) -> None:
    clerk.gate.world.put_holding("CAN_CUOC")
    clerk.gate.world.put_holding("GIAY_KHAI_SINH", wallet="not_linked", registry="absent")
    address = went_to(file(clerk, **{"given-2": "electronic"}))
    page = clerk.main(address)
    assert "Đã nhận hồ sơ." in page.text
    signs = [x for x in page.all("span") if x.attributes.get("class", "").startswith("sign ")]
    assert [s.text for s in signs] == ["Cơ quan tự tra cứu", "Đã nộp", "Mang theo", "Liên kết trên VNeID"]
    shapes = [s.all("svg")[0].children for s in signs]
    assert len({str(shape) for shape in shapes}) == 4
    assert "Nghị định 118/2025/NĐ-CP, Điều 4 khoản 2a" in page.text
    assert "NGUYỄN VĂN AN" in page.text.upper() and PERSON not in page.text


def test_an_outage_and_a_no_paper_service_have_signs_of_their_own(clerk: SignedIn) -> None:
    clerk.gate.world.fault("wallet", "http_503")
    clerk.gate.world.fault("ndxp", "http_503")
    page = clerk.main(went_to(file(clerk, NO_PAPER)))
    assert "Chờ nguồn dữ liệu" in page.text and "Chưa được hỏi" in page.text
    clerk.gate.world.http.delete(f"{clerk.gate.world.control}/faults").raise_for_status()
    page = clerk.main(went_to(file(clerk, NO_PAPER)))
    assert "Chỉ bản điện tử" in page.text and "không thu bản giấy" in page.text


def test_of_several_cases_one_is_chosen_first(clerk: SignedIn) -> None:
    choice = clerk.main(f"/quay/ho-so/moi/{CASES}")
    assert [a.text for a in choice.all("ul")[0].all("a")] == ["A", "B"]
    page = f"/quay/ho-so/moi/{CASES}?truong-hop=2"
    key = hidden(clerk.ask(page).text, "key")
    filed = clerk.send(f"/quay/ho-so/moi/{CASES}", {**APPLICATION, "key": key, "case": "2"}, page=page)
    code = went_to(filed).split("?")[0].rpartition("/")[2]
    assert clerk.gate.dossier(code)["case"] == "B"
    # A case that was never chosen is asked for again.
    again = clerk.send(f"/quay/ho-so/moi/{CASES}", APPLICATION, page=page)
    assert "Trường hợp của công dân" in main(again, 422).text


WRONG = (
    ("id", "04219010000", "đúng 12 chữ số"),
    ("id", "999190100001", "mã tỉnh"),
    ("birth_date", "31/02/1990", "Không có ngày này"),
    ("birth_date", "mồng ba Tết", "Ghi ngày/tháng/năm"),
    ("kind", "robot", "cá nhân hay tổ chức"),
    ("channel", "pigeon", "cách nộp"),
    ("decided_by", "xã bên cạnh", "Mã cơ quan"),
    ("decided_by", "000.00.00.H01", "thuộc tỉnh này"),
    ("given-1", "telepathy", "một trong các cách"),
    ("holder-id-4", "12", "12 chữ số"),
)


def test_wrong_input_is_named_where_it_stands_and_loses_nothing(clerk: SignedIn) -> None:
    given = {"full_name": "Tên đã gõ & <b>", "birth_date": "1990", "holder-full_name-4": "Mẹ", "given-3": "paper"}
    for field, typed, said in WRONG:
        page = main(file(clerk, **{**given, field: typed}), 422)
        (alert,) = page.all("div", role="alert")
        assert said in alert.text, field
        target = alert.all("a")[0].attributes["href"].removeprefix("#")
        assert any(target == x.attributes.get("id") for name in ("input", "select", "fieldset") for x in page.all(name))
        kept = {
            x.attributes["name"]: x.attributes.get("value", "") for x in page.all("input") if "name" in x.attributes
        }
        assert (kept["full_name"], kept["holder-full_name-4"]) == ("Tên đã gõ & <b>", "Mẹ")
        if field in ("id", "birth_date", "holder-id-4", "decided_by"):
            assert kept[field] == typed
        assert "paper" in [o.attributes["value"] for o in page.all("option") if "selected" in o.attributes]
    assert clerk.gate.count(dossiers) == 0


def test_a_persons_paper_asked_of_an_organisation_needs_its_holder(clerk: SignedIn) -> None:
    given = {"kind": "organization", "id": "0123456789", "birth_date": ""}
    page = main(file(clerk, **given), 422)
    assert "ghi số của người có giấy tờ" in page.text
    holders = {f"holder-id-{n}": PERSON for n in (1, 3, 4)}
    assert went_to(file(clerk, **given, **holders))


def test_a_paper_nobody_is_named_for_is_shown_as_not_looked_up(clerk: SignedIn) -> None:
    body = procedure_body(component(1, "CAN_CUOC", "GCN_DKDN", relation="all_of"))
    clerk.gate.run(catalogue.publish_procedure(clerk.gate.desk, "test", "9.000012", body))
    filed = went_to(file(clerk, "9.000012"))
    said = main(clerk.ask(filed), 200).text
    assert "Giấy chứng nhận đăng ký doanh nghiệp: chưa rõ của ai nên chưa tra cứu" in said
    assert "Thẻ căn cước: chưa rõ" not in said


def test_a_button_pressed_twice_files_one_dossier(clerk: SignedIn) -> None:
    page = f"/quay/ho-so/moi/{PLAIN}"
    key = hidden(clerk.ask(page).text, "key")
    both = [clerk.send(page, {**APPLICATION, "key": key}, page=page) for _ in range(2)]
    assert went_to(both[0]) == went_to(both[1])
    changed = clerk.send(page, {**APPLICATION, "key": key, "given-3": "paper"}, page=page)
    assert went_to(changed) != went_to(both[0])
    assert clerk.gate.count(dossiers) == 2


def test_the_look_ups_are_made_under_the_officers_own_code(clerk: SignedIn) -> None:
    code = went_to(file(clerk)).split("?")[0].rpartition("/")[2]
    (row,) = clerk.gate.rows(dossiers)
    assert (row.client, row.officer) == (f"quay:{CLERK}", CLERK)
    act(officer(clerk.gate, HANDLER), code, "tra-cuu-lai")
    assert [x.officer for x in clerk.gate.rows(decisions)] == [CLERK, HANDLER]
    assert {x["officer"] for x in clerk.gate.asked("wallet", "search")} == {CLERK, HANDLER}


# ---- moving on, two officers ----------------------------------------------------------------------------------------


def test_of_two_officers_the_second_is_told_who_was_first_and_keeps_the_words(gate: Gate) -> None:
    one, two, code = officer(gate), officer(gate, HANDLER), gate.submit()["code"]
    seen = form_of(two, f"/quay/ho-so/{code}")
    act(one, code, "chuyen", to=2, reason="Hồ sơ đủ")
    stale = act(two, code, "chuyen", **seen, to=3, reason="Thiếu chữ ký của <người cha>")
    page = main(stale, 409)
    assert f"cán bộ {CLERK}" in page.text and "Đã tiếp nhận" in page.text
    assert page.all("textarea")[0].text == "Thiếu chữ ký của <người cha>"
    assert gate.dossier(code)["status"] == Status.RECEIVED
    again = {"version": hidden(stale.text, "version"), "key": hidden(stale.text, "key")}
    assert went_to(act(two, code, "chuyen", **again, to=4, reason="Thiếu chữ ký của <người cha>"))
    assert gate.dossier(code)["status"] == Status.IN_PROGRESS


def test_who_was_overtaken_is_told_that_first_and_not_that_it_is_somebody_elses_work(sqlite_gate: Gate) -> None:
    clerk, code = officer(sqlite_gate), sqlite_gate.submit()["code"]
    sqlite_gate.move(code, 2)
    seen = form_of(clerk, f"/quay/ho-so/{code}")
    sqlite_gate.move(code, 4)
    page = main(act(clerk, code, "chuyen", **seen, to=6, reason="Lệ phí 8.000 đồng"), 409)
    assert page.all("textarea")[0].text == "Lệ phí 8.000 đồng"


def test_of_two_at_the_same_moment_one_wins_and_nothing_is_lost(gate: Gate) -> None:
    one, two, code = officer(gate), officer(gate, HANDLER), gate.submit()["code"]
    page = f"/quay/ho-so/{code}"
    bodies = [(b, {**form_of(b, page), "csrf": b.token(page), "to": to}) for b, to in ((one, 2), (two, 7))]

    async def sending(browser: SignedIn, fields: dict[str, Any]) -> httpx.Response:
        cookie = "; ".join(f"{name}={text}" for name, text in browser.cookies.items())
        transport = httpx.ASGITransport(browser.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=browser.base) as client:
            body = urlencode({**fields, "reason": f"Lý do của {fields['to']}"})
            return await client.post(f"{page}/chuyen", content=body, headers={**FORM, "cookie": cookie})

    answers = gate.together(*(sending(b, f) for b, f in bodies))
    assert sorted(a.status_code for a in answers) == [303, 409]
    (told,) = (a for a in answers if a.status_code == 409)
    assert "Lý do của" in main(told, 409).all("textarea")[0].text
    assert gate.dossier(code)["version"] == 2


def test_a_reason_that_is_missing_is_asked_for_where_it_is_due(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    page = main(act(clerk, code, "chuyen", to=3, reason="  "), 422)
    assert "phải ghi lý do" in page.all("div", role="alert")[0].text
    assert [x.attributes["value"] for x in page.all("input", type="radio") if "checked" in x.attributes] == ["3"]
    assert went_to(act(clerk, code, "chuyen", to=3, reason="Không thuộc thẩm quyền"))
    assert "Không thuộc thẩm quyền" in clerk.main(f"/quay/ho-so/{code}/phieu/tu-choi").text


def test_a_result_is_issued_with_the_decision(sqlite_gate: Gate) -> None:
    handler, code = officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    sqlite_gate.move(code, 2)
    sqlite_gate.move(code, 4)
    typed = {"to": 9, "result_type": MARRIAGE, "result_number": "KH-1"}
    wrong = main(act(handler, code, "chuyen", **typed, result_until="31/31/2030"), 422)
    assert "Ghi ngày/tháng/năm" in wrong.text
    asked_first = act(handler, code, "chuyen", **typed)
    assert "cho NGUYỄN VĂN AN, số KH-1, ngày 23/11/2026" in main(asked_first, 200).text
    assert "chính người nộp hồ sơ" in main(asked_first, 200).text and PERSON not in asked_first.text
    assert sqlite_gate.dossier(code)["results"] == []
    assert went_to(confirm(handler, code, asked_first))
    page = handler.main(f"/quay/ho-so/{code}")
    assert "Kết quả đã cấp" in page.text and "KQ." in page.text


def test_a_result_of_somebody_else_s_names_its_holder(sqlite_gate: Gate) -> None:
    handler, code = officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    sqlite_gate.move(code, 2)
    sqlite_gate.move(code, 4)
    typed = {"to": 9, "result_type": "GIAY_KHAI_SINH", "result_number": "KS-1"}
    wrong = main(act(handler, code, "chuyen", **typed, result_id="04232600"), 422)
    (number,) = (x for x in wrong.all("input") if x.attributes.get("name") == "result_id")
    assert number.attributes["value"] == "04232600" and "aria-invalid" in number.attributes
    asked_first = act(handler, code, "chuyen", **typed, **CHILD)
    assert "sinh 02/11/2026 không phải người nộp hồ sơ" in main(asked_first, 200).text
    assert went_to(confirm(handler, code, asked_first))
    (issued,) = sqlite_gate.dossier(code)["results"]
    signed = sqlite_gate.desk.db.read_sync(result_records.signed, sqlite_gate.desk, issued["id"])
    assert (signed.holder.id, signed.holder.birth_date) == ("042326000012", "2026-11-02")


def test_looking_again_shows_what_the_sources_say_now(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    assert "Mang theo" in clerk.main(f"/quay/ho-so/{code}").all("li")[0].text
    clerk.gate.world.put_holding("CAN_CUOC")
    page = clerk.main(went_to(act(clerk, code, "tra-cuu-lai")))
    assert "Cơ quan tự tra cứu" in page.all("li")[0].text


def test_forms_are_taken_from_their_own_page_alone(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    fields = {"version": "1", "to": "2"}
    for forged in (
        clerk.post(f"/quay/ho-so/{code}/chuyen", fields),
        clerk.post("/quay/tim", {"code": code, "csrf": "0"}),
    ):
        assert forged.status_code == 403
    token = clerk.token("/quay")
    foreign = clerk.post(f"/quay/ho-so/{code}/chuyen", {**fields, "csrf": token}, origin="https://evil.invalid")
    assert foreign.status_code == 403
    assert clerk.gate.dossier(code)["version"] == 1


def test_a_step_there_is_not_is_no_error_of_ours(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    for fields in ({"to": "99"}, {"to": ""}, {"to": "hai"}, {"to": "²"}, {}):
        answer = act(clerk, code, "chuyen", reason="Giữ nguyên", **fields)
        assert main(answer, 422).all("textarea")[0].text == "Giữ nguyên"


# ---- asking for more ------------------------------------------------------------------------------------------------


def ask(browser: SignedIn, code: str, *lines: tuple[str, str, str], **fields: Any) -> httpx.Response:
    page = f"/quay/ho-so/{code}/bo-sung"
    columns = {name: [line[n] for line in lines] for n, name in enumerate(("document_type", "form", "reason"))}
    return browser.send(page, {**form_of(browser, page), **columns, **fields}, page=page)


def test_a_request_for_what_the_state_holds_is_refused_with_the_article(clerk: SignedIn) -> None:
    clerk.gate.world.put_holding("CAN_CUOC")
    code = clerk.gate.submit()["code"]
    answer = ask(clerk, code, ("VAN_BANG", "original", "Chưa có"), ("CAN_CUOC", "copy", "Để lưu <hồ sơ>"))
    page = main(answer, 409)
    assert "Chưa có gì được gửi cho công dân" in page.text
    assert "Không được yêu cầu" in page.text and "Được yêu cầu" in page.text
    assert "Nghị định 320/2026/NĐ-CP, Điều 2" in page.text
    assert [t.text for t in page.all("textarea")] == ["Chưa có", "Để lưu <hồ sơ>"]
    assert clerk.gate.dossier(code)["version"] == 1
    assert [r.outcome for r in clerk.gate.rows(supplement_requests)] == ["refused"]
    assert "bị từ chối, chưa gửi gì" in clerk.main(f"/quay/ho-so/{code}").text


def test_a_lawful_request_is_sent_and_its_slip_can_be_printed(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    answer = ask(clerk, code, ("VAN_BANG", "original", "Chưa có trong hồ sơ"), ("", "original", ""))
    page = clerk.main(went_to(answer))
    assert "In phiếu" in page.text or "in phiếu" in page.text
    (slip,) = [a.attributes["href"] for a in page.all("a") if "/phieu/bo-sung" in a.attributes.get("href", "")]
    assert "Chưa có trong hồ sơ" in clerk.main(slip).text
    assert clerk.gate.dossier(code)["status"] == Status.SUPPLEMENT_REQUESTED
    assert "Chờ công dân bổ sung" in page.text
    assert "đã có yêu cầu bổ sung trước đó" in clerk.main(f"/quay/ho-so/{code}/bo-sung").text


def test_the_same_request_sent_twice_is_one_and_the_same_refusal_is_shown_again(clerk: SignedIn) -> None:
    clerk.gate.world.put_holding("CAN_CUOC")
    code = clerk.gate.submit()["code"]
    page = f"/quay/ho-so/{code}/bo-sung"
    fields = {**form_of(clerk, page), "document_type": "CAN_CUOC", "form": "copy", "reason": "Để lưu"}
    first, second = (clerk.send(page, fields, page=page) for _ in range(2))
    assert (first.status_code, second.status_code) == (409, 409)
    assert clerk.gate.count(supplement_requests) == 1


def test_lines_can_be_added_and_wrong_ones_are_named(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    more = main(ask(clerk, code, ("VAN_BANG", "original", "Vì thế"), do="more"), 200)
    assert len(more.all("textarea")) == 4
    assert more.all("textarea")[0].text == "Vì thế"
    wrong = main(ask(clerk, code, ("VAN_BANG", "original", ""), ("KHONG_CO", "original", "Vì sao")), 422)
    assert len(wrong.all("div", role="alert")[0].all("a")) == 2
    assert wrong.all("textarea")[1].text == "Vì sao"
    assert "ít nhất một giấy tờ" in main(ask(clerk, code, ("", "original", "")), 422).text
    assert clerk.gate.count(supplement_requests) == 0


def test_a_stale_request_keeps_what_was_written(sqlite_gate: Gate) -> None:
    one, two, code = officer(sqlite_gate), officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    seen = form_of(two, f"/quay/ho-so/{code}/bo-sung")
    act(one, code, "chuyen", to=2)
    stale = ask(two, code, ("VAN_BANG", "original", "Bản chụp bị mờ"), **seen)
    page = main(stale, 409)
    assert page.all("textarea")[0].text == "Bản chụp bị mờ"
    again = {"version": hidden(stale.text, "version"), "key": hidden(stale.text, "key")}
    assert went_to(ask(two, code, ("VAN_BANG", "original", "Bản chụp bị mờ"), **again))


def test_what_the_counter_may_not_ask_for_any_more_the_handler_may(sqlite_gate: Gate) -> None:
    clerk, code = officer(sqlite_gate), sqlite_gate.submit()["code"]
    sqlite_gate.move(code, 2)
    sqlite_gate.move(code, 4)
    assert "người giải quyết" in main(clerk.ask(f"/quay/ho-so/{code}/bo-sung"), 403).text
    assert officer(sqlite_gate, HANDLER).main(f"/quay/ho-so/{code}/bo-sung").all("form")


# ---- on paper, and nowhere else -------------------------------------------------------------------------------------


def test_slips_that_are_not_due_are_not_there(clerk: SignedIn) -> None:
    code = clerk.gate.submit()["code"]
    for name in ("tiep-nhan", "tu-choi", "bo-sung", "khac"):
        assert clerk.ask(f"/quay/ho-so/{code}/phieu/{name}").status_code == 404
    act(clerk, code, "chuyen", to=2)
    assert "hẹn trả kết quả" in clerk.main(f"/quay/ho-so/{code}/phieu/tiep-nhan").text.lower()


def test_nobodys_number_stands_in_an_address_or_in_the_database(clerk: SignedIn) -> None:
    stranger = Subject(SubjectKind.PERSON, "042190100002")
    file(clerk, **{"holder-id-4": stranger.id, "given-4": "paper"})
    clerk.gate.submit(PLAIN, offered(1))
    heap = all_bytes(clerk.gate)
    assert PERSON.encode() not in heap and stranger.id.encode() not in heap
    pages = "".join(clerk.ask(a).text for a in ("/quay", "/quay/ho-so/moi"))
    assert PERSON not in pages
