"""The page of a publication: as it was signed, whatever has become of the catalogue since."""

import pytest

from app.services import catalogue, monthly_lists
from tests.pages.conftest import Visitor
from tests.pages.html import Element

REASON = "Sửa <tên> giấy tờ"


def publish(visitor: Visitor, month: str, reason: str | None = None) -> None:
    desk = visitor.gate.desk
    assert visitor.gate.run(monthly_lists.publish(desk, "test", month, reason)).changed


def new_type(visitor: Visitor, name: str, code: str = "GIAY_MOI") -> None:
    source = {"source": "registry", "service": "037", "from": "2026-10-01", "basis": "CT-24-2025"}
    body = {"name": name, "kind": "official", "subject": "person", "sources": [source]}
    visitor.gate.run(catalogue.publish_document_type(visitor.gate.desk, "test", code, body))


def names(main: Element) -> list[str]:
    return [r.all("th")[0].text for body in main.all("tbody") for r in body.all("tr")]


def changed(main: Element) -> dict[str, str]:
    lists = [e for e in main.all("ul") if e.attributes.get("class", "").startswith("plain ")]
    return {e.attributes["class"].split()[1]: e.text for e in lists}


@pytest.fixture
def published(visitor: Visitor) -> Visitor:
    """September and October 2026; a paper that came in October."""
    publish(visitor, "2026-09")
    new_type(visitor, "Giấy mới tháng Mười")
    publish(visitor, "2026-10")
    return visitor


def test_a_month_shows_what_was_signed_and_what_changed_since_the_month_before(published: Visitor) -> None:
    main = published.main("/danh-muc/2026-10")
    assert main.all("h1")[0].text == "Danh mục giấy tờ đã có dữ liệu thay thế, tháng 10/2026"
    brief = published.gate.desk.db.read_sync(monthly_lists.latest)[0]
    assert brief.digest in main.text
    assert "Thay đổi so với tháng 09/2026" in main.text
    assert changed(main).keys() == {"added"}
    assert changed(main)["added"].startswith("Giấy mới tháng Mười . Căn cứ: Chỉ thị 24/CT-TTg")
    today = published.main("/danh-muc?ngay=2026-10-31")
    assert names(main) == names(today)


def test_the_page_stays_when_the_catalogue_goes_on(published: Visitor) -> None:
    before = names(published.main("/danh-muc/2026-10"))
    new_type(published, "Tên khác rồi")
    published.gate.watch.advance(days=40)
    assert names(published.main("/danh-muc/2026-10")) == before
    assert "Tên khác rồi" in names(published.main("/danh-muc"))


def test_a_correction_is_shown_with_its_reason_and_the_earlier_revision_says_it_was_corrected(
    published: Visitor,
) -> None:
    first = published.ask("/danh-muc/2026-10")
    new_type(published, "Tên đúng")
    publish(published, "2026-10", REASON)
    latest = published.ask("/danh-muc/2026-10", if_none_match=first.headers["etag"])
    assert latest.status_code == 200
    main = published.main("/danh-muc/2026-10")
    assert f"Lý do đính chính {REASON}" in main.text
    assert "Tên đúng" in names(main)
    earlier = published.main("/danh-muc/2026-10?ban=1")
    assert "Giấy mới tháng Mười" in names(earlier)
    assert "Bản này đã được đính chính." in earlier.text
    assert "Bản này đã được đính chính." not in main.text
    assert "/danh-muc/2026-10?ban=1" in [a.attributes["href"] for a in main.all("a")]


def test_the_first_month_has_no_changes_to_tell(published: Visitor) -> None:
    assert "Đây là bản công bố đầu tiên." in published.main("/danh-muc/2026-09").text


def test_who_has_the_page_need_not_load_it_again(published: Visitor) -> None:
    first = published.ask("/danh-muc/2026-10")
    again = published.ask("/danh-muc/2026-10", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/danh-muc/2026-08", 404),
        ("/danh-muc/2026-10?ban=7", 404),
        ("/danh-muc/2026-13", 404),
        ("/danh-muc/abc", 404),
        ("/danh-muc/%00", 404),
        ("/danh-muc/2026-10?ban=x", 422),
    ],
)
def test_what_was_never_published_is_a_page_that_says_so(published: Visitor, address: str, status: int) -> None:
    assert published.page(address, status).all("h1")


def test_the_months_are_found_from_the_list_and_each_page_can_be_followed(visitor: Visitor) -> None:
    before = visitor.ask("/danh-muc")
    assert "hằng tháng</h2>" not in before.text
    publish(visitor, "2026-09")
    publish(visitor, "2026-10")
    after = visitor.page("/danh-muc")
    assert visitor.ask("/danh-muc", if_none_match=before.headers["etag"]).status_code == 200
    months = [a for a in after.all("a") if a.attributes["href"].startswith("/danh-muc/2026")]
    assert [(a.attributes["href"], a.text) for a in months] == [
        ("/danh-muc/2026-10", "Tháng 10/2026"),
        ("/danh-muc/2026-09", "Tháng 09/2026"),
    ]
    for address in ("/danh-muc", "/danh-muc/2026-10"):
        (feed,) = visitor.page(address).all("link", rel="alternate")
        assert feed.attributes["type"] == "application/atom+xml"
        assert visitor.ask(feed.attributes["href"]).status_code == 200


def test_what_can_be_downloaded_is_there(published: Visitor) -> None:
    hrefs = [a.attributes["href"] for a in published.main("/danh-muc/2026-10").all("a")]
    files = [h for h in hrefs if h.startswith("/v1/publications/2026-10?revision=1")]
    assert len(files) == 4
    for href in files:
        assert published.ask(href).status_code == 200


def test_on_paper_stand_the_publications_own_revision_and_address(published: Visitor) -> None:
    new_type(published, "Sau đó")
    published.gate.watch.advance(days=1)
    brief = published.gate.desk.db.read_sync(monthly_lists.latest)[0]
    text = published.page("/danh-muc/2026-10").text
    assert f"Danh mục bản số {brief.catalogue_revision} ·" in text
    assert text.count(brief.rulebook_revision[:12]) == 2
    assert "bản số 1, công bố lúc 10:00 ngày 23/11/2026" in text
    assert "/danh-muc/2026-10" in text
