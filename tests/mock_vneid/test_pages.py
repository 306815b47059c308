"""The page of a world: what a tester sees in a browser without JavaScript."""

import re

import httpx
import pytest

from tests.mock_vneid.office import PERSON, Office
from tests.mock_vneid.receiver import receiving
from tests.mock_vneid.wallet_office import Issuer, wallet


def page(office: Office, **query: str) -> httpx.Response:
    return office.http.get(f"{office.control}/page", params=query).raise_for_status()


def test_it_shows_people_with_what_each_source_shows_of_them(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC", registry="absent")
    text = page(empty).text
    assert "NGUYỄN VĂN AN" in text
    assert PERSON in text
    assert "<code>CAN_CUOC</code><td>đã tích hợp<td>không có" in text


def test_below_level_two_it_shows_the_wallet_as_the_office_sees_it(empty: Office) -> None:
    empty.put_person(identity_level=1)
    empty.put_holding("CAN_CUOC")
    assert "<code>CAN_CUOC</code><td>chưa tích hợp<td>có" in page(empty).text


def test_it_shows_faults_and_how_often_they_struck(empty: Office) -> None:
    empty.put_person()
    empty.fault("wallet", "http_503", match={"person": PERSON}, times=5)
    assert empty.search(["CAN_CUOC"]).status_code == 503
    text = page(empty).text
    assert "<code>http_503</code>" in text
    assert "1 / 1" in text
    assert "tối đa 5 lần" in text


def test_it_shows_the_journal_newest_first_and_only_its_own(empty: Office, virtual: Office) -> None:
    empty.search(["CAN_CUOC"])
    empty.ask("037", ["CAN_CUOC"])
    virtual.search(["GIAY_KHAI_SINH"])
    shown = re.findall(r"POST <code>(/[^<]+)</code>", page(empty).text)
    assert shown[:2] == ["/ndxp/services/037", "/wallet/documents/search"]
    assert "GIAY_KHAI_SINH" not in page(empty).text


def test_anybody_of_a_virtual_world_can_be_looked_up(virtual: Office) -> None:
    name = virtual.get("people/042190123456")["full_name"]
    assert name in page(virtual, holder=" 042190123456 ").text
    assert "Không tra được" in page(virtual, holder="04219012345").text


@pytest.mark.parametrize("holder", ["<script>alert(1)</script>", '"><img src=x>', "042190123456"])
def test_it_never_repeats_markup_and_says_when_nobody_is_there(empty: Office, holder: str) -> None:
    text = page(empty, holder=holder).text
    assert "Không tra được" in text
    assert "<script" not in text
    assert "<img" not in text


def test_what_people_wrote_is_shown_as_text(empty: Office) -> None:
    empty.put_person(full_name="<b>AN</b>")
    assert "&lt;b&gt;AN&lt;/b&gt;" in page(empty).text


def test_it_says_that_it_is_a_sandbox_and_asks_nothing_of_any_network(virtual: Office) -> None:
    answer = page(virtual)
    assert "Hộp cát – không phải hệ thống thật" in answer.text
    assert not re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", answer.text)
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_it_shows_results_presentations_and_webhooks_once_there_are_any(empty: Office) -> None:
    empty.put_person()
    assert 'id="results"' not in page(empty).text
    with receiving() as receiver:
        body = {"url": receiver.url, "secret": "a-made-up-secret"}
        wallet(empty, "wallet.subscribe", "subscriptions/s-1", body, way="PUT").raise_for_status()
        issuer = Issuer(empty)
        issuer.deliver(issuer.sign())
        issuer.deliver(issuer.sign(version=2, revoked_on="2026-11-21"))
        receiver.some(2)
    offer = {"mode": "validation", "document_type": "GIAY_KHAI_SINH", "purpose": "Nhập học"}
    code = empty.post(f"people/{PERSON}/presentations", offer)["code"]
    text = page(empty).text
    for told in ("KQ.G09.000123", "thu hồi 2026-11-21", code, "Nhập học", "document.revoked", receiver.url):
        assert told in text
    assert "a-made-up-secret" not in text


def test_live_it_looks_again_by_itself_without_javascript(empty: Office) -> None:
    assert '<meta http-equiv="refresh"' in page(empty, live="true").text
    assert '<meta http-equiv="refresh"' not in page(empty).text


def test_there_is_no_page_of_a_world_that_is_not_there(empty: Office) -> None:
    assert empty.http.get(f"{empty.control}-gone/page").status_code == 404
