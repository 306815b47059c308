"""An organisation's pages: for whom one acts stands on each of them, and they are the organisation's alone."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.domain.dossiers import Status
from app.domain.results import Result
from app.models import dossiers as dossier_tables
from app.models.sessions import sessions
from app.services import catalogue, dossiers
from tests.desk import AGENCY, AN, CALLER, CASES, CHOICE, NO_PAPER, PLAIN, Gate, component, offered, procedure_body
from tests.mock_vneid.office import ANOTHER, PERSON, Json
from tests.pages.html import Element
from tests.pages.signed_in import SignedIn
from tests.pages.test_logins import query_of, with_query
from tests.services.test_organization_accounts import CERTIFICATE, COMPANY, OTHER_COMPANY, PROCEDURE

PAGES = (
    *("/cua-toi", "/cua-toi/ket-qua", "/cua-toi/tra-cuu", "/cua-toi/du-lieu", "/cua-toi/bao-cao"),
    *("/cua-toi/bao-cao/moi?q=khai", f"/cua-toi/bao-cao/moi?thu-tuc={PROCEDURE}"),
    *("/cua-toi/ho-so/moi?q=khai", f"/cua-toi/ho-so/moi/{PROCEDURE}"),
)
NAME, HIS = str(COMPANY.full_name), str(AN.full_name)
FILING = f"/cua-toi/ho-so/moi/{PROCEDURE}"


@pytest.fixture
def gate(sqlite_gate: Gate) -> Gate:
    """A company that NGUYỄN VĂN AN represents, another that LÊ THỊ BA does, and a procedure of companies."""
    body = procedure_body(component(1, CERTIFICATE), component(2, "TO_KHAI"), component(3, "CAN_CUOC"))
    sqlite_gate.run(catalogue.publish_procedure(sqlite_gate.desk, "test", PROCEDURE, body))
    world = sqlite_gate.world
    world.put_person(ANOTHER, full_name="LÊ THỊ BA", birth_date="1991-04-05", sex="female")
    world.put_holding("CAN_CUOC")
    world.put(f"organizations/{COMPANY.id}", {"name": COMPANY.full_name, "representative": PERSON})
    world.put(f"organizations/{OTHER_COMPANY}", {"name": "CÔNG TY TNHH KHÁC", "representative": ANOTHER})
    register(sqlite_gate, {"representative": AN.full_name, "representative_id": PERSON})
    return sqlite_gate


def register(gate: Gate, data: Json) -> None:
    body = {"registry": "held", "number": COMPANY.id, "issued_on": "2020-01-02", "data": data}
    gate.world.put(f"organizations/{COMPANY.id}/holdings/{CERTIFICATE}", body)


@pytest.fixture
def browser(gate: Gate) -> SignedIn:
    """AN, acting for the company."""
    signed_in = SignedIn(gate)
    signed_in.sign_in(COMPANY.id)
    return signed_in


@pytest.fixture
def own(gate: Gate) -> SignedIn:
    """AN, for himself."""
    signed_in = SignedIn(gate)
    signed_in.sign_in(PERSON)
    return signed_in


@pytest.fixture
def stranger(gate: Gate) -> SignedIn:
    """The representative of another company, acting for it."""
    signed_in = SignedIn(gate)
    signed_in.sign_in(OTHER_COMPANY)
    return signed_in


def who_bar(page: Element) -> Element:
    (found,) = (s for s in page.all("section") if s.attributes.get("aria-label") == "Phiên đăng nhập")
    return found


def filed(browser: SignedIn, **change: str) -> str:
    """The code of a dossier filed from the organisation's page."""
    answer = browser.send(FILING, {**form(browser), **change})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0].rpartition("/")[2]


def form(browser: SignedIn, page: str = FILING) -> dict[str, str]:
    (key,) = re.findall(r'name="key" value="([^"]+)"', browser.ask(page).text)
    return {"key": key, "agency": AGENCY, "given-2": "electronic"}


# ---- for whom ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_each_page_says_for_whom_one_acts(browser: SignedIn, own: SignedIn, address: str) -> None:
    acting, alone = who_bar(browser.page(address)).text, who_bar(own.page(address)).text
    assert acting.startswith("Bạn đang thay mặt tổ chức:")
    assert all(words in acting for words in (NAME, COMPANY.id, HIS))
    assert "thay mặt" not in alone and COMPANY.id not in alone
    assert HIS in alone and "cho chính mình" in alone


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/cua-toi", "Hồ sơ của tổ chức"),
        ("/cua-toi/ket-qua", "Kết quả của tổ chức"),
        ("/cua-toi/tra-cuu", "Ai đã xem dữ liệu của tổ chức"),
    ],
)
def test_the_headings_are_the_organisations(browser: SignedIn, own: SignedIn, address: str, heading: str) -> None:
    assert browser.main(address).all("h1")[0].text == heading
    assert own.main(address).all("h1")[0].text == heading.replace("của tổ chức", "của tôi")


def test_a_page_of_something_that_is_not_there_tells_nobody_apart(browser: SignedIn) -> None:
    assert browser.ask("/cua-toi/ho-so/000.00.00.H27-261123-0009").status_code == 404


# ---- switching -----------------------------------------------------------------------------------------------------


def switched(browser: SignedIn, to: str) -> None:
    """From one account to the other, by the button on the page and the choice at the provider."""
    answer = browser.send("/doi-tai-khoan", {}, page="/cua-toi")
    assert answer.status_code == 303
    assert query_of(answer.headers["location"])["prompt"] == "select_account"
    address = with_query(answer.headers["location"], prompt=None)
    back = browser.ask(browser.at_provider(address, to))
    assert back.headers["location"] == "/cua-toi"


def test_one_person_goes_from_their_own_account_to_the_organisations_and_back(own: SignedIn) -> None:
    mine = own.gate.submit(CHOICE)["code"]
    before = own.cookies["motlan"]
    switched(own, COMPANY.id)
    assert "thay mặt tổ chức" in who_bar(own.page("/cua-toi")).text
    assert mine not in own.main("/cua-toi").text
    of_company = filed(own)
    switched(own, PERSON)
    main = own.main("/cua-toi")
    assert mine in main.text and of_company not in main.text
    # The visit before has ended with each switch.
    assert own.gate.count(sessions) == 1
    assert SignedIn(own.gate, {"motlan": before}).ask("/cua-toi").status_code == 303


def test_who_changes_their_mind_on_the_way_stays_as_they_were(browser: SignedIn) -> None:
    answer = browser.send("/doi-tai-khoan", {}, page="/cua-toi")
    assert answer.status_code == 303
    assert "thay mặt tổ chức" in who_bar(browser.page("/cua-toi")).text


def test_another_site_switches_nobody(browser: SignedIn) -> None:
    assert browser.post("/doi-tai-khoan", {}).status_code == 403
    foreign = {"csrf": browser.token("/cua-toi")}
    assert browser.post("/doi-tai-khoan", foreign, origin="https://evil.example").status_code == 403
    assert SignedIn(browser.gate).post("/doi-tai-khoan", {}).headers["location"].startswith("/dang-nhap")


def test_officers_switch_no_accounts(gate: Gate) -> None:
    officer = SignedIn(gate)
    officer.sign_in_officer("CB-0003")
    assert not officer.page("/quay").all("form", action="/doi-tai-khoan")


# ---- dossiers ------------------------------------------------------------------------------------------------------


def test_a_dossier_is_filed_for_the_organisation_by_who_is_signed_in(browser: SignedIn) -> None:
    page = browser.main(FILING)
    assert NAME in page.text and HIS in page.text
    fields = {field.attributes["name"] for tag in ("input", "select") for field in page.all(tag)}
    assert fields == {"csrf", "key", "case", "agency", "given-1", "given-2", "given-3", "physical"}
    code = filed(browser)
    main = browser.main(f"/cua-toi/ho-so/{code}")
    assert "Đã xác nhận, không phải nộp giấy chứng minh" in main.text
    assert "Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp" in main.text
    assert code in browser.main("/cua-toi").text
    (row,) = browser.gate.rows(dossier_tables.dossiers)
    assert browser.gate.desk.sealer.unseal(row.applicant) == COMPANY


def test_a_form_sent_twice_is_one_dossier(browser: SignedIn) -> None:
    fields = form(browser)
    first, second = (browser.send(FILING, fields).headers["location"] for _ in range(2))
    assert first == second
    assert browser.gate.count(dossier_tables.dossiers) == 1


def test_one_persons_form_is_not_answered_with_anothers_dossier(browser: SignedIn, own: SignedIn) -> None:
    """The same key in two accounts: each has a dossier of its own."""
    fields = {"key": form(browser, page := f"/cua-toi/ho-so/moi/{CHOICE}")["key"], "agency": AGENCY}
    browser.gate.world.put_holding("GIAY_PHEP_LAI_XE")
    found = {str(who.send(page, fields).headers["location"]) for who in (browser, own)}
    assert len(found) == 2


def test_who_the_register_does_not_name_files_nothing_and_learns_why(browser: SignedIn) -> None:
    register(browser.gate, {"representative": "LÊ THỊ BA", "representative_id": ANOTHER})
    answer = browser.send(FILING, {**form(browser), "physical": "yes"})
    assert answer.status_code == 422
    assert "ghi người đại diện theo pháp luật là người khác" in answer.text
    assert 'id="physical" name="physical" value="yes" checked' in answer.text
    assert ANOTHER not in answer.text and "LÊ THỊ BA" not in answer.text
    assert browser.gate.count(dossier_tables.dossiers) == 0


@pytest.mark.parametrize(
    "change",
    [{"agency": "000.00.00.H01"}, {"agency": "000.00.99.H27"}, {"agency": ""}, {"given-1": "paper"}, {"given-2": "x"}],
    ids=["another province", "an agency not on the list", "no agency", "paper, online", "no such way"],
)
def test_a_form_with_a_mistake_comes_back_with_it(browser: SignedIn, change: dict[str, str]) -> None:
    answer = browser.send(FILING, {**form(browser), **change})
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert browser.gate.count(dossier_tables.dossiers) == 0


def test_nobody_elses_number_can_be_slipped_in(browser: SignedIn) -> None:
    """Only one's own papers are looked up from a page."""
    filed(browser, **{"holder-id-3": ANOTHER, "id": OTHER_COMPANY, "representative": ANOTHER, "channel": "counter"})
    entries = [entry for face in ("wallet", "ndxp") for entry in browser.gate.asked(face)]
    assert {entry["holder"]["id"] for entry in entries if "holder" in entry} == {COMPANY.id, PERSON}
    assert browser.gate.rows(dossier_tables.dossiers)[0].channel == "online"


def test_a_citizen_files_for_themselves(own: SignedIn) -> None:
    page = f"/cua-toi/ho-so/moi/{PLAIN}"
    main = own.main(page)
    assert "Cơ quan tự tra cứu" in main.text and "Người đại diện" not in main.text
    answer = own.send(page, form(own, page))
    assert answer.status_code == 303, answer.text
    main = own.main(answer.headers["location"])
    assert "Cơ quan tự tra cứu" in main.text and "Người đại diện" not in main.text
    address, _, _ = answer.headers["location"].partition("?")
    told = f"Hồ sơ đã được nộp, mã hồ sơ {address.rpartition('/')[2]}"
    assert told in main.text and told not in own.main(address).text


def test_what_a_citizen_said_they_would_send_is_promised_until_an_office_has_received_it_whole(own: SignedIn) -> None:
    """The pages take no files: nothing was handed in with the form."""
    page = f"/cua-toi/ho-so/moi/{PLAIN}"
    assert "Trang này không nhận tệp" in own.main(page).text
    address, _, _ = own.send(page, form(own, page)).headers["location"].partition("?")
    main = own.main(address)
    assert "Bạn báo sẽ đưa" in main.text and "đã nộp)" not in main.text.lower()
    own.gate.move(address.rpartition("/")[2], 2)
    main = own.main(address)
    assert "Bạn báo sẽ đưa" not in main.text and "(đã nộp)" in main.text


def test_what_was_handed_in_elsewhere_is_given(own: SignedIn) -> None:
    """A portal has its own files, and at the counter paper is given from hand to hand."""
    code = own.gate.submit(PLAIN, offered(2, "paper"))["code"]
    assert "(đã nộp)" in own.main(f"/cua-toi/ho-so/{code}").text


def test_a_service_that_takes_no_paper_sends_nobody_to_the_counter_with_paper(own: SignedIn) -> None:
    parts = component(1, "CAN_CUOC", holder="spouse"), component(2, "VAN_BANG")
    own.gate.run(catalogue.publish_procedure(own.gate.desk, "test", NO_PAPER, procedure_body(*parts)))
    main = own.main(f"/cua-toi/ho-so/moi/{NO_PAPER}")
    assert "không nhận hồ sơ giấy" in main.text and "Cổng Dịch vụ công quốc gia" in main.text
    assert "Hãy nộp tại bộ phận một cửa" not in main.text and not main.all("form", method="post")


def test_papers_of_an_organisation_are_not_filed_from_a_persons_own_account(own: SignedIn) -> None:
    answer = own.send(FILING, form(own))
    assert answer.status_code == 422 and "không phải của tài khoản đang đăng nhập" in answer.text
    assert own.gate.count(dossier_tables.dossiers) == 0


@pytest.mark.parametrize(("whose", "fits"), [("spouse", False), ("representative", True), ("owner", True)])
def test_a_dossier_that_needs_another_persons_paper_is_filed_at_the_counter(
    browser: SignedIn, whose: str, fits: bool
) -> None:
    body = procedure_body(component(1, "CAN_CUOC", holder=whose), component(2, "TO_KHAI"))
    browser.gate.run(catalogue.publish_procedure(browser.gate.desk, "test", "9.000043", body))
    page = "/cua-toi/ho-so/moi/9.000043"
    assert bool(browser.main(page).all("form")) == fits
    assert ("Hãy nộp tại bộ phận một cửa" in browser.main(page).text) != fits
    if not fits:
        assert browser.send(page, {"agency": AGENCY}, page="/cua-toi").status_code == 422
        assert browser.gate.count(dossier_tables.dossiers) == 0


def test_a_procedure_of_several_cases_asks_for_the_case_first(own: SignedIn) -> None:
    page = f"/cua-toi/ho-so/moi/{CASES}"
    assert [a.text for a in own.main(page).all("a") if "truong-hop" in a.attributes["href"]] == ["A", "B"]
    in_case = f"{page}?truong-hop=1"
    answer = own.send(page, {**form(own, in_case), "case": "1"}, page=in_case)
    assert answer.status_code == 303, answer.text
    assert "A" in own.main(answer.headers["location"]).text
    for case in ("", "9"):
        assert own.send(page, {"case": case, "agency": AGENCY}, page=in_case).status_code == 422


def test_a_procedure_nobody_knows_is_a_404(own: SignedIn) -> None:
    assert own.ask("/cua-toi/ho-so/moi/9.999999").status_code == 404


def test_an_account_of_level_1_is_told_what_it_needs(gate: Gate) -> None:
    gate.world.put_person(identity_level=1)
    low = SignedIn(gate)
    low.sign_in()
    for address in ("/cua-toi/ho-so/moi", f"/cua-toi/ho-so/moi/{PLAIN}"):
        assert "Cần tài khoản VNeID mức 2" in low.main(address, 403).text


def test_one_organisations_dossier_is_a_404_for_everybody_else(
    browser: SignedIn, own: SignedIn, stranger: SignedIn
) -> None:
    code = filed(browser)
    browser.gate.move(code, Status.RECEIVED)
    assert browser.ask(f"/cua-toi/ho-so/{code}/phieu/tiep-nhan").status_code == 200
    for other in (own, stranger):
        for address in (f"/cua-toi/ho-so/{code}", f"/cua-toi/ho-so/{code}/phieu/tiep-nhan"):
            answer = other.ask(address)
            assert answer.status_code == 404 and code not in answer.text
        fields = {"version": "2", "sure": "yes"}
        assert other.send(f"/cua-toi/ho-so/{code}/rut", fields, page="/cua-toi").status_code == 404
        assert code not in other.main("/cua-toi").text
    assert browser.gate.dossier(code)["status"] == Status.RECEIVED


# ---- results, look-ups, reports ------------------------------------------------------------------------------------


def completed(gate: Gate, code: str) -> None:
    gate.move(code, Status.RECEIVED)
    gate.move(code, Status.IN_PROGRESS)
    result = Result(CERTIFICATE, number=COMPANY.id)
    gate.run(dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result))


def test_its_results_are_electronic_and_its_own(browser: SignedIn, own: SignedIn, stranger: SignedIn) -> None:
    completed(browser.gate, filed(browser))
    (link,) = (a.attributes["href"] for a in browser.main("/cua-toi/ket-qua").all("tbody")[0].all("a"))
    result = browser.main(link)
    assert "Giấy chứng nhận đăng ký doanh nghiệp" in result.text
    assert f"Cấp cho {NAME}" in result.text
    assert "ví giấy tờ VNeID của tổ chức" in result.text
    assert NAME in browser.main(f"{link}/ban-in").text
    for other in (own, stranger):
        assert [other.ask(address).status_code for address in (link, f"{link}/ban-in")] == [404, 404]


def test_the_tracker_says_whose_data_were_looked_up(browser: SignedIn) -> None:
    code = filed(browser)
    (table,) = browser.main("/cua-toi/tra-cuu").all("tbody")
    rows = [row.text for row in table.all("tr")]
    assert any("Thẻ căn cước" in row and "của người đại diện" in row for row in rows)
    assert any("Giấy chứng nhận đăng ký doanh nghiệp" in row and "của người đại diện" not in row for row in rows)
    assert all(code in row for row in rows)


@pytest.mark.parametrize("document_type", [CERTIFICATE, "CAN_CUOC"])
def test_an_organisation_reports_a_paper_that_was_demanded(
    browser: SignedIn, own: SignedIn, document_type: str
) -> None:
    page = f"/cua-toi/bao-cao/moi?thu-tuc={PROCEDURE}"
    main = browser.main(page)
    offered = {option.attributes["value"]: option.text for option in main.all("option")}
    assert offered["CAN_CUOC"].endswith("(của người đại diện)")
    assert not offered[CERTIFICATE].endswith("(của người đại diện)")
    fields: dict[str, Any] = {"procedure": PROCEDURE, "document_type": document_type, "form": "copy", "agency": AGENCY}
    answer = browser.send("/cua-toi/bao-cao", {**fields, "day": "2026-11-23", "said": "", "key": "k"}, page=page)
    assert answer.status_code == 303, answer.text
    report = browser.main(answer.headers["location"])
    assert "Cơ quan không được yêu cầu giấy tờ này" in report.text
    assert own.ask(answer.headers["location"]).status_code == 404
    assert "Phản ánh của tổ chức" in browser.main("/cua-toi/bao-cao").text
    assert not own.main("/cua-toi/bao-cao").all("table")


def test_nobodys_number_stands_in_an_address(browser: SignedIn) -> None:
    filed(browser)
    for address in PAGES:
        for link in browser.page(address).all("a"):
            path = urlsplit(link.attributes["href"])
            assert PERSON not in path.path + path.query and COMPANY.id not in path.path + path.query
