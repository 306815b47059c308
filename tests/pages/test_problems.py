"""Errors where a person reads: pages in Vietnamese, with a way on and nothing of what was sent."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import DatabaseUnavailable
from app.pages.problems import problem_page
from tests.pages.conftest import Visitor
from tests.pages.html import read


@pytest.mark.parametrize("address", ["/thu-tuc/9.999999", "/thu-tuc/042177031459", "/danh-muc/", "/static/x.css"])
def test_an_unknown_page_offers_the_search(visitor: Visitor, address: str) -> None:
    answer = visitor.ask(address)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert address.rsplit("/", 1)[-1] in ("", "x.css") or address.rsplit("/", 1)[-1] not in answer.text
    (main,) = read(answer.text).all("main")
    assert main.all("h1")[0].text == "Không có trang này"
    assert main.all("form", action="/thu-tuc")
    assert answer.headers["x-trace-id"] in main.text


def test_elsewhere_a_browser_gets_a_page_and_a_program_a_problem(visitor: Visitor) -> None:
    browser = visitor.ask("/khong-co", accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    assert (browser.status_code, browser.headers["vary"]) == (404, "accept")
    assert read(browser.text).all("h1")[0].text == "Không có trang này"
    program = visitor.ask("/khong-co")
    assert program.headers["content-type"] == "application/problem+json"
    assert program.json()["code"] == "not-found"


def test_a_page_takes_nothing(visitor: Visitor) -> None:
    answer = visitor.ask("/danh-muc", "POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert read(answer.text).all("h1")[0].text == "Trang này chỉ để đọc"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/danh-muc?ngay=2026-02-30", "Ngày phải có thật"),
        ("/danh-muc?ngay=23/11/2026", "Ngày phải có thật"),
        ("/van-ban?ngay=1989-12-31", "Ngày phải có thật"),
        ("/thu-tuc?ngay=20261123", "Ngày phải có thật"),
        ("/danh-muc?thang=2026-13", "Tháng phải viết"),
        ("/thu-tuc?trang=0", "Số trang"),
        ("/thu-tuc?trang=hai", "Số trang"),
        ("/thu-tuc?trang=²", "Số trang"),
        ("/thu-tuc/1.001193?truong-hop=3", "không có trường hợp này"),
        ("/thu-tuc/1.001193?truong-hop=x", "không có trường hợp này"),
    ],
)
def test_an_address_that_says_nothing_is_explained(visitor: Visitor, address: str, words: str) -> None:
    assert words in visitor.main(address, 422).text


@pytest.mark.parametrize("path", ["/van-ban", "/danh-muc", "/thu-tuc/9.000001"])
def test_a_day_outside_the_range_is_told_the_range_and_may_be_chosen_again(visitor: Visitor, path: str) -> None:
    main = visitor.main(f"{path}?ngay=1900-01-01", 422)
    assert "từ 01/01/1990 đến 31/12/2100" in main.text
    (form,) = main.all("form")
    (day,) = form.all("input", id="ngay")
    assert form.attributes["action"] == path
    assert (day.attributes["min"], day.attributes["max"]) == ("1990-01-01", "2100-12-31")


def test_a_procedure_of_another_day_is_no_page_of_this_one(visitor: Visitor) -> None:
    assert "chưa có hiệu lực vào ngày bạn chọn" in visitor.main("/thu-tuc/9.000001?ngay=2019-12-31", 404).text


def test_while_the_database_is_away_a_page_says_so(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(visitor.app.state.site, "catalogue", away)
    answer = visitor.ask("/thu-tuc")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    (main,) = read(answer.text).all("main")
    assert main.all("h1")[0].text == "Trang tạm thời không phục vụ được"
    assert not main.all("form")


def test_a_fault_of_our_own_is_a_page_too(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("042177031459")

    monkeypatch.setattr(visitor.app.state.site, "catalogue", broken)
    answer = visitor.ask("/thu-tuc")
    assert answer.status_code == 500
    assert "042177031459" not in answer.text
    assert read(answer.text).all("h1")[0].text == "Trang đang gặp lỗi"


@pytest.mark.parametrize(("status", "shown"), [(400, "Địa chỉ chưa đúng"), (413, "Địa chỉ chưa đúng"), (504, "lỗi")])
def test_every_status_has_a_page(status: int, shown: str) -> None:
    assert shown in problem_page(status).decode()


_WORDS = st.text(st.characters(codec="utf-8"), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    st.sampled_from(["/", "/danh-muc", "/thu-tuc", "/thu-tuc/1.001193", "/van-ban"]),
    st.dictionaries(
        st.sampled_from(["q", "ngay", "nguon", "thang", "trang", "linh-vuc", "co-quan", "doi-tuong", "truong-hop"]),
        _WORDS,
        max_size=4,
    ),
)
def test_whatever_is_asked_the_answer_is_a_page(visitor: Visitor, path: str, query: dict[str, str]) -> None:
    answer = visitor.gate.run(_get(visitor, path, query))
    assert answer[0] in ((404,) if "\0" in "".join(query.values()) else (200, 422))
    assert read(answer[1]).all("h1")


async def _get(visitor: Visitor, path: str, query: dict[str, str]) -> tuple[int, str]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(visitor.app), base_url="http://x.invalid") as client:
        answer = await client.get(path, params=query)
        return answer.status_code, answer.text
