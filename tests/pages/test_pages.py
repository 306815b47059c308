"""What holds of every page: its frame, its headers, its cache, and that it asks nothing of anybody else."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from typing import Any, cast
from urllib.parse import quote

import pytest

from app.db import Database
from app.domain.catalogue import Catalogue
from app.domain.law import RULES, Citation, CitationStatus
from app.domain.values import replace
from app.pages import monthly_views, site, views, wording
from app.pages.site import Address
from app.pages.static import ASSETS
from app.services import catalogue
from tests.desk import MONDAY, PLAIN, Gate, component, procedure_body
from tests.pages.conftest import Visitor
from tests.pages.html import Element, read

PAGES = [
    "/",
    "/danh-muc",
    "/danh-muc?q=khai+sinh&doi-tuong=nguoi-dan",
    "/danh-muc?q=zzz",
    "/danh-muc?ngay=2018-01-01",
    "/thu-tuc",
    "/thu-tuc?trang=2",
    "/thu-tuc?q=zzz",
    "/thu-tuc/1.001193",
    "/thu-tuc/1.001193?truong-hop=2",
    "/thu-tuc/9.000006",
    "/van-ban",
    "/van-ban?ngay=1995-01-01",
]
HOSTILE = """'"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"""
Json = dict[str, Any]


def headings(page: Element) -> list[int]:
    return [int(e.name[1]) for e in elements(page) if re.fullmatch("h[1-6]", e.name)]


def elements(element: Element) -> list[Element]:
    return [x for c in element.children if isinstance(c, Element) for x in (c, *elements(c))]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_vietnamese_has_one_first_heading_and_leaves_no_level_out(visitor: Visitor, address: str) -> None:
    page = visitor.page(address)
    (html,) = page.all("html")
    assert html.attributes["lang"] == "vi"
    (title,) = page.all("title")
    assert title.text.endswith("– Một Lần")
    levels = headings(page)
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("address", [*PAGES, "/khong-co", "/thu-tuc/9.999999"])
def test_a_page_loads_and_links_nothing_from_elsewhere(visitor: Visitor, address: str) -> None:
    answer = visitor.ask(address, accept="text/html")
    page = read(answer.text)
    assert not page.all("script")
    assert not any("style" in e.attributes or any(a.startswith("on") for a in e.attributes) for e in elements(page))
    addresses = [e.attributes[a] for e in elements(page) for a in ("href", "src", "action") if a in e.attributes]
    assert addresses
    assert all(a.startswith(("/", "#")) and not a.startswith("//") for a in addresses)
    loaded = [e.attributes["href"] for e in page.all("link") if e.attributes["rel"] != "alternate"]
    assert set(loaded) == set(ASSETS)
    assert "forged.invalid" not in answer.text


@pytest.mark.parametrize("address", PAGES)
def test_every_link_within_leads_somewhere(visitor: Visitor, address: str) -> None:
    page = visitor.page(address)
    ids = [e.attributes["id"] for e in elements(page) if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for e in elements(page):
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert e.attributes.get(name, ids[0]) in ids
    links = {a.attributes["href"] for a in page.all("a")}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    for link in sorted(links):
        if link.startswith("/") and link not in ("/docs", "/cua-toi", "/quay"):
            path, _, anchor = link.partition("#")
            target = visitor.page(path)
            assert not anchor or any(e.attributes.get("id") == anchor for e in elements(target)), link


@pytest.mark.parametrize("address", [*PAGES, "/thu-tuc/9.999999"])
def test_a_page_says_what_browsers_may_do_with_it(visitor: Visitor, address: str) -> None:
    headers = visitor.ask(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-language"] == "vi"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("address", PAGES)
def test_who_has_a_page_is_told_so_without_it(visitor: Visitor, address: str) -> None:
    first = visitor.ask(address)
    assert first.headers["cache-control"] == "public, max-age=60"
    tag = first.headers["etag"]
    assert re.fullmatch('"[0-9a-f]{32}"', tag)
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = visitor.ask(address, if_none_match=given)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert visitor.ask(address, if_none_match='"other"').content == first.content


@pytest.mark.parametrize("address", PAGES)
def test_a_head_is_the_page_without_its_body(visitor: Visitor, address: str) -> None:
    whole, head = visitor.ask(address), visitor.ask(address, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["etag"] == whole.headers["etag"]


def test_a_page_has_another_tag_for_another_day_query_or_revision(gate: Gate) -> None:
    visitor = Visitor(gate)

    def tag(address: str = f"/thu-tuc/{PLAIN}") -> str:
        return visitor.ask(address).headers["etag"]

    tags = [tag(), tag(f"/thu-tuc/{PLAIN}?ngay=2026-11-24"), tag("/thu-tuc"), tag("/thu-tuc?q=a"), tag("/thu-tuc?q=b")]
    body = {**procedure_body(component(1, "VAN_BANG")), "name": "Thủ tục vừa mang tên khác"}
    gate.run(catalogue.publish_procedure(gate.desk, "test", PLAIN, body))
    assert "Thủ tục vừa mang tên khác" in visitor.ask(f"/thu-tuc/{PLAIN}").text
    assert visitor.main("/thu-tuc?q=vua+mang+ten+khac").all("h2")[0].text == "Thủ tục vừa mang tên khác"
    tags += [tag()]
    gate.watch.advance(days=1)
    tags += [tag()]
    assert len(set(tags)) == len(tags)


def test_what_others_add_to_a_link_makes_no_other_page(visitor: Visitor) -> None:
    plain, tracked = visitor.ask("/danh-muc?q=khai"), visitor.ask("/danh-muc?fbclid=x&q=khai&ngay=&nguon=")
    assert plain.headers["etag"] == tracked.headers["etag"]
    assert plain.content == tracked.content


def test_a_page_is_rendered_once_for_all_who_read_it(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    first = visitor.ask("/danh-muc").content
    monkeypatch.setattr(site, "render", None)
    assert visitor.ask("/danh-muc").content == first


def test_readers_who_come_together_ask_the_database_once(visitor: Visitor) -> None:
    gate = visitor.gate
    asked: list[int] = []

    class Counting:
        async def read(self, look: Callable[..., Catalogue]) -> Catalogue:
            asked.append(1)
            return await gate.desk.db.read(look)

    shared = site.Site(replace(gate.desk, db=cast("Database", Counting())))
    known = gate.together(*(shared.catalogue() for _ in range(20)))
    assert len(asked) == 1
    assert all(found is known[0] for found in known)
    gate.run(shared.catalogue())
    assert len(asked) == 2


@pytest.mark.parametrize("template", ["/danh-muc?q={}", "/thu-tuc?q={}", "/thu-tuc?linh-vuc={}", "/danh-muc?nguon={}"])
def test_what_is_searched_for_comes_back_as_text_alone(visitor: Visitor, template: str) -> None:
    answer = visitor.ask(template.format(quote(HOSTILE)))
    assert answer.status_code == 200
    page = read(answer.text)
    assert not page.all("script")
    assert not page.all("img")
    assert "49" not in page.all("title")[0].text
    for field in page.all("input", type="search"):
        assert field.attributes["value"] in ("", " ".join(HOSTILE.split()))


@pytest.mark.parametrize(
    "number", ["042177031459", "042 177 031 459", "042.177.031.459", "so 0421770314", "０４２１７７０３１４５９"]
)
def test_a_number_that_may_be_somebodys_is_neither_searched_for_nor_shown(visitor: Visitor, number: str) -> None:
    for path in ("/thu-tuc", "/danh-muc"):
        answer = visitor.ask(f"{path}?q={number}")
        assert answer.status_code == 200
        assert number not in answer.text
        assert "Không cần số định danh" in answer.text


@pytest.mark.parametrize("template", ["/thu-tuc?linh-vuc={}", "/thu-tuc?co-quan={}", "/danh-muc?nguon={}"])
def test_nor_does_it_stand_in_the_address_a_page_shows_as_its_own(visitor: Visitor, template: str) -> None:
    answer = visitor.ask(template.format("042177031459"))
    assert answer.status_code == 200
    assert "042177031459" not in answer.text


@pytest.mark.parametrize("path", ["/thu-tuc?q={0}&linh-vuc={0}&co-quan={0}", "/danh-muc?q={0}&doi-tuong={0}&nguon={0}"])
@pytest.mark.parametrize("character", ["ế", "😀", "漢", "a"])
def test_an_address_too_long_for_a_code_of_squares_is_a_page_all_the_same(
    visitor: Visitor, path: str, character: str
) -> None:
    assert visitor.ask(path.format(quote(character * 1000))).status_code == 200


def test_a_word_of_any_length_is_cut_and_answered(visitor: Visitor) -> None:
    (field,) = visitor.page("/thu-tuc?q=" + "a" * 5000).all("input", type="search")
    assert len(field.attributes["value"]) == 100


def test_broken_bytes_in_a_query_do_no_harm(visitor: Visitor) -> None:
    assert visitor.ask("/thu-tuc?q=%ff%fe%ed%a0%80").status_code == 200
    assert visitor.ask("/thu-tuc?q=%ff%fe%00%ed%a0%80").status_code == 404


# ---- the files ------------------------------------------------------------------------------------------------------


def test_files_may_be_kept_for_ever_since_their_names_change_with_them(visitor: Visitor) -> None:
    for path, asset in ASSETS.items():
        answer = visitor.ask(path)
        assert (answer.status_code, answer.content) == (200, asset.content)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == asset.media_type
        assert visitor.ask(path, "HEAD").content == b""
    assert visitor.ask("/static/motlan.css").status_code == 404


def test_the_stylesheet_loads_nothing() -> None:
    (css,) = [a.content.decode() for a in ASSETS.values() if a.media_type.startswith("text/css")]
    assert "url(" not in css
    assert "@import" not in css


# ---- on paper -------------------------------------------------------------------------------------------------------


def test_the_official_address_is_the_setting_and_never_the_host_header(visitor: Visitor) -> None:
    page = visitor.page("/danh-muc?q=khai+sinh&fbclid=1")
    (official,) = [e for e in page.all("div") if "official" in e.attributes.get("class", "")]
    assert "http://127.0.0.1:8000/danh-muc?q=khai+sinh" in official.text
    assert "23/11/2026" in official.text
    (code,) = official.all("svg")
    assert code.attributes["viewbox"].startswith("0 0 ")


def test_an_address_of_ones_own_is_printed(sqlite_gate: Gate) -> None:
    own = sqlite_gate.open(public_url="https://motlan.example/cong/")
    visitor = Visitor(sqlite_gate)
    visitor.app.state.site = site.Site(own)
    assert "https://motlan.example/cong/thu-tuc" in visitor.ask("/thu-tuc").text


# ---- the API beside the pages ---------------------------------------------------------------------------------------


def test_no_page_stands_in_the_description_of_the_api(visitor: Visitor) -> None:
    paths = visitor.ask("/openapi.json").json()["paths"]
    assert all(path.startswith(("/v1/", "/oauth/", "/healthz", "/readyz", "/metrics")) for path in paths)


def test_calls_of_the_api_keep_their_problems_as_json_whoever_makes_them(visitor: Visitor) -> None:
    for path in ("/v1/procedures/9.999999", "/v1/nothing", "/oauth/token"):
        answer = visitor.ask(path, accept="text/html")
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(answer.text)["trace_id"]


# ---- words ----------------------------------------------------------------------------------------------------------


def test_every_rule_has_words() -> None:
    assert wording.RULES.keys() == RULES


def test_an_address_changes_one_parameter_at_a_time() -> None:
    address = Address("/thu-tuc", {"q": "khai sinh", "linh-vuc": "ho-tich", "trang": "3", "ngay": ""})
    assert str(address) == "/thu-tuc?q=khai+sinh&linh-vuc=ho-tich&trang=3"
    assert address.but(trang=4) == "/thu-tuc?q=khai+sinh&linh-vuc=ho-tich&trang=4"
    assert address.but(linh_vuc="", trang="") == "/thu-tuc?q=khai+sinh"


# ---- the monthly publication's template -----------------------------------------------------------------------------


def test_a_monthly_publication_says_what_changed_and_by_which_law(visitor: Visitor) -> None:
    gate = visitor.gate
    known = gate.run(visitor.app.state.site.catalogue())
    day = date(2026, 11, 1)
    cited = Citation("NQ-66.7-2025", "Điều 4 khoản 8", "Nghị quyết 66.7/2025/NQ-CP", day, CitationStatus.IN_FORCE)
    view = monthly_views.monthly_list(
        day,
        monthly_views.Published(2, MONDAY, "ab" * 32, reason="Sửa <lỗi> tên"),
        views.rows(known, gate.desk.rulebook, day),
        since=date(2026, 10, 1),
        added=[monthly_views.Change("Phiếu lý lịch tư pháp", (cited,))],
        removed=[monthly_views.Change("Giấy cũ", ())],
        changed=[monthly_views.Change("Giấy đăng ký xe", (cited,), "thêm nguồn dữ liệu")],
    )
    body = visitor.app.state.site.render("monthly_list.html", Address("/danh-muc/2026-11"), known, day, **view)
    page = read(body.decode())
    assert page.all("h1")[0].text == "Danh mục giấy tờ đã có dữ liệu thay thế, tháng 11/2026"
    (main,) = page.all("main")
    assert "Thay đổi so với tháng 10/2026" in main.text
    assert "10:00 ngày 23/11/2026" in main.text
    assert "Sửa <lỗi> tên" in main.text
    assert "ab" * 32 in main.text
    said = {
        e.attributes["class"].split()[1]: e.text for e in main.all("ul") if "plain " in e.attributes.get("class", "")
    }
    assert said.keys() == {"added", "removed", "changed"}
    assert "Nghị quyết 66.7/2025/NQ-CP, Điều 4 khoản 8" in said["added"]
    assert said["removed"] == "Giấy cũ"
    assert "thêm nguồn dữ liệu" in said["changed"]
    assert len(main.all("tr")) == view["shown"] + len(view["groups"])


def test_the_first_publication_and_one_without_changes_say_so(visitor: Visitor) -> None:
    known = visitor.gate.run(visitor.app.state.site.catalogue())
    for since, words in ((None, "Đây là bản công bố đầu tiên."), (date(2026, 10, 1), "Không có thay đổi.")):
        published = monthly_views.Published(1, datetime.fromisoformat("2026-11-01T00:00:00Z"), "00")
        view = monthly_views.monthly_list(date(2026, 11, 1), published, [], since=since)
        address = Address("/danh-muc/2026-11")
        body = visitor.app.state.site.render("monthly_list.html", address, known, date(2026, 11, 1), **view)
        assert words in body.decode()
