"""How long a visit lasts, and where it may lead back to."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sessions import HOMES, IDLE, LONGEST, Visitor, ends_at, way_back

BEGAN = datetime(2026, 11, 23, 3, tzinfo=UTC)
ORIGIN = "https://motlan.example"


def test_a_visit_ends_half_an_hour_after_it_was_last_seen() -> None:
    seen = BEGAN + timedelta(hours=1)
    assert ends_at(BEGAN, seen) == seen + IDLE


def test_a_visit_ends_after_eight_hours_however_busy_it_is() -> None:
    assert ends_at(BEGAN, BEGAN + LONGEST - timedelta(minutes=1)) == BEGAN + timedelta(hours=8)


@pytest.mark.parametrize(
    "path",
    [
        "/cua-toi",
        "/cua-toi/ho-so/000.00.00.H27-261123-0001",
        "/cua-toi/bao-cao/moi?thu-tuc=1.001193",
        "/cua-toi/ket-qua/01936d5c-7a10-7c3e-9d1f-012345678901",
        "/cua-toi/tra-cuu?trang=2",
    ],
)
def test_a_citizen_comes_back_to_the_page_they_wanted(path: str) -> None:
    assert way_back(Visitor.CITIZEN, path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "/",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/cua-toi",
        "javascript:alert(1)",
        "/cua-toi//evil.example",
        "/cua-toi/../quay",
        "/cua-toi@evil.example",
        "/cua-toi\r\nset-cookie: a=b",
        "/cua-toi\n",
        "/cua-toi#x",
        "/cua-toixxx",
        "/dang-xuat",
        "/quay",
        "cua-toi",
        "/cua-toi?" + "a" * 400,
        # Somebody's number, typed into an address, is not carried on into another.
        "/cua-toi/ho-so/042190000001",
        "/cua-toi?q=042190000001",
        "/cua-toi?a=b&042190000001=",
    ],
)
def test_anything_else_leads_to_the_first_page(path: str | None) -> None:
    assert way_back(Visitor.CITIZEN, path) == "/cua-toi"


@given(st.text(), st.sampled_from(Visitor))
def test_no_text_leads_to_another_site(text: str, kind: Visitor) -> None:
    for asked in (text, f"/{text}", f"//{text}", f"{HOMES[kind]}{text}", f"{HOMES[kind]}/{text}"):
        led = urlsplit(urljoin(ORIGIN, way_back(kind, asked)))
        assert f"{led.scheme}://{led.netloc}" == ORIGIN
        assert led.path == HOMES[kind] or led.path.startswith(f"{HOMES[kind]}/")
