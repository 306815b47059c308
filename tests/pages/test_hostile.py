"""Pages under attack: every one of them asked by nobody, by somebody else, and with what no browser sends."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from app import models
from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.models.dossiers import dossier_moves
from app.models.journal import journal_entries, journal_strands
from app.models.sessions import logins, sessions
from app.services.dossiers import transition
from tests.desk import AGENCY, AN, CALLER, PLAIN, Gate, offered
from tests.mock_vneid.office import ANOTHER, PERSON
from tests.pages.html import read
from tests.pages.signed_in import FORM, SignedIn, office_app
from tests.pages.test_counter import COMMUNE, HANDLER, OF_COMMUNE, act, form_of, main, officer
from tests.pages.test_counter_codes import made, redeem
from tests.services.test_citizens import completed
from tests.services.test_reports import filed

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
EVIL = "<script>alert(1)</script>"
TURNED = "A\u202eB\u2066C\u200f\x00\x85\x1b"


def pages(gate: Gate, *, below: str = "/") -> Iterator[tuple[str, str]]:
    """Method and path of every page there is."""
    for route in _routes(office_app(gate).routes):
        if not route.include_in_schema and route.path.startswith(below):
            yield from ((method, route.path) for method in sorted(route.methods or ()))


def _routes(found: Sequence[Any]) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        elif (inside := getattr(route, "original_router", None)) is not None:
            yield from _routes(inside.routes)


def test_nobody_gets_into_a_private_page_by_any_method(sqlite_gate: Gate) -> None:
    stranger, tried = SignedIn(sqlite_gate), 0
    for own, path in pages(sqlite_gate):
        address = re.sub(r"\{[^}]+\}", "x", path)
        for method in METHODS:
            answer = stranger.ask(address, method)
            assert answer.status_code < 500, (method, path)
            if path.startswith(("/cua-toi", "/quay")) and method == own:
                door = "/dang-nhap" if path.startswith("/cua-toi") else "/can-bo"
                assert answer.status_code == 303 and answer.headers["location"].startswith(f"{door}?ve="), path
                tried += 1
    assert tried > 30


# ---- somebody else ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owned:
    """What one citizen has, by the names under which it stands in addresses."""

    code: str
    result_id: str
    report_id: str
    presentation_id: str

    def address(self, path: str, **rest: str) -> str:
        return path.format(**{**self.__dict__, **rest})


def owned(gate: Gate) -> Owned:
    clerk = officer(gate)
    gate.world.put_holding("CAN_CUOC")
    code = completed(gate)
    result_id = gate.dossier(code)["results"][0]["id"]
    shown = redeem(clerk, made(clerk), dossier=code)
    found = re.search(r"/quay/ma-chia-se/([0-9a-f-]{36})/doi-giay", shown.text)
    assert found, shown.text
    return Owned(code, result_id, filed(gate), found[1])


def state(gate: Gate) -> dict[str, int]:
    """How many rows there are of everything but of visits, which each login adds."""
    beside = {sessions, logins, journal_entries, journal_strands}
    return {table.name: gate.count(table) for table in models.metadata.sorted_tables if table not in beside}


def intruding(browser: SignedIn, theirs: Owned, below: str, home: str) -> Iterator[tuple[str, httpx.Response]]:
    """Every page below an address that names something, asked with the names of somebody else's."""
    everything = {"version": "1", "to": "2", "sure": "yes", "reason": "x", "settled": "yes", "answer": "x"}
    everything |= {"document_type": "CAN_CUOC", "form": "copy"}
    for method, path in pages(browser.gate, below=below):
        if not {"code", "result_id", "report_id", "presentation_id"} & set(re.findall(r"\{(\w+)\}", path)):
            continue
        for name in ("tiep-nhan", "tu-choi", "bo-sung") if "{name}" in path else ("",):
            address = theirs.address(path, name=name)
            if method == "POST":
                yield f"{method} {path}", browser.send(address, everything, page=home)
            else:
                yield f"{method} {path}", browser.ask(address)


def test_nothing_of_one_citizen_is_there_for_another(gate: Gate) -> None:
    theirs = owned(gate)
    gate.world.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH", birth_date="1991-05-06", sex="female")
    stranger = SignedIn(gate)
    stranger.sign_in(ANOTHER)
    before, tried = state(gate), 0
    for what, answer in intruding(stranger, theirs, "/cua-toi", "/cua-toi"):
        assert answer.status_code == 404, what
        assert PERSON not in answer.text and "NGUYỄN VĂN AN" not in answer.text
        tried += 1
    assert tried >= 10
    assert state(gate) == before


def test_nothing_of_one_agency_is_there_for_another(gate: Gate) -> None:
    theirs = owned(gate)
    stranger = officer(gate, OF_COMMUNE)
    before, tried = state(gate), 0
    for what, answer in intruding(stranger, theirs, "/quay", "/quay"):
        if "/moi/" in what:  # a procedure's code, which is everybody's
            continue
        assert answer.status_code == 404, what
        assert PERSON not in answer.text and "NGUYỄN VĂN AN" not in answer.text
        tried += 1
    assert tried >= 11
    assert state(gate) == before


def test_a_share_code_is_not_used_for_another_agencys_dossier(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_holding("CAN_CUOC")
    stranger, code = officer(sqlite_gate, OF_COMMUNE), sqlite_gate.submit()["code"]
    assert "không có hồ sơ này" in main(redeem(stranger, made(stranger), dossier=code), 422).text
    assert stranger.ask(f"/quay/ma-chia-se?ho-so={code}").status_code == 404


def test_who_received_for_another_agency_does_not_decide_for_it(gate: Gate) -> None:
    """Received anywhere in the province; decided by the agency competent for it (NĐ 118/2025 Điều 14, 17, 18)."""
    code = gate.submit(decided_by=COMMUNE)["code"]
    here, there = officer(gate, HANDLER), officer(gate, OF_COMMUNE)
    act(here, code, "chuyen", to=2)
    act(here, code, "chuyen", to=4)
    offers = here.main(f"/quay/ho-so/{code}").all("option")
    assert not {"8", "9"} & {o.attributes.get("value") for o in offers}
    for to in (5, 6, 8, 9):
        refused = main(act(here, code, "chuyen", to=to, reason="x"), 403).text
        assert "người giải quyết của cơ quan giải quyết (Ủy ban nhân dân xã Một Lần (thử nghiệm))" in refused
    assert here.ask(f"/quay/ho-so/{code}/bo-sung").status_code == 403
    wanted = {**form_of(here, f"/quay/ho-so/{code}"), "document_type": "VAN_BANG", "form": "original", "reason": "x"}
    assert here.send(f"/quay/ho-so/{code}/bo-sung", wanted, page="/quay").status_code == 403
    assert gate.dossier(code)["status"] == Status.IN_PROGRESS
    assert act(there, code, "chuyen", to=9).status_code == 303
    assert act(here, code, "chuyen", to=10).status_code == 303
    assert [m["actor"] for m in gate.dossier(code)["history"]] == ["one_stop", "one_stop", "handler", "one_stop"]


# ---- what no browser sends ------------------------------------------------------------------------------------------


def test_a_nul_in_an_address_is_no_page_of_ours(gate: Gate) -> None:
    citizen, clerk = SignedIn(gate), officer(gate)
    citizen.sign_in()
    for path in ("bao-cao/%00", "ket-qua/%00", "ket-qua/%00/ban-in", "ho-so/%00", "bao-cao/moi?q=%00", "?trang=%00"):
        assert citizen.ask(f"/cua-toi/{path}".replace("/?", "?")).status_code == 404, path
    for path in ("rut", "phieu/%00"):
        assert citizen.ask(f"/cua-toi/ho-so/%00/{path}").status_code in (404, 405)
    for what in ("kiem-tra-lai", "dong"):
        assert citizen.send(f"/cua-toi/bao-cao/%00/{what}", {}, page="/cua-toi").status_code == 404
    for path in ("bao-cao/%00", "bao-cao?sau=%00", "ho-so/%00", "ho-so/moi/%00", "ma-chia-se?ho-so=%00"):
        assert clerk.ask(f"/quay/{path}").status_code == 404, path
    for path in ("/ket-qua/%00", "/thu-tuc/%00", "/danh-muc?q=%00", "/dang-nhap/ve?state=%00&code=%00"):
        assert SignedIn(gate).ask(path).status_code == 404, path


def test_what_nobody_sees_is_taken_out_of_what_is_sent(gate: Gate) -> None:
    citizen, handler = SignedIn(gate), officer(gate, HANDLER)
    citizen.sign_in()
    taken, moved = gate.submit()["code"], gate.submit()["code"]
    back = {"sure": "yes", "version": "1", "reason": TURNED}
    assert citizen.send(f"/cua-toi/ho-so/{taken}/rut", back, page="/cua-toi").status_code == 303
    assert act(handler, moved, "chuyen", to=3, reason=TURNED).status_code == 303
    assert {m.reason for m in gate.rows(dossier_moves)} == {"ABC"}
    sent = {"procedure": PLAIN, "document_type": "CAN_CUOC", "form": "copy", "agency": AGENCY, "key": "\0"}
    told = citizen.send("/cua-toi/bao-cao", {**sent, "day": "2026-11-23", "said": TURNED}, page="/cua-toi")
    assert "ABC" in citizen.main(told.headers["location"]).text


@pytest.mark.parametrize("to", ["0019", "0009", "001", "2" * 5000, "٢", "-1", "9.0", "", "\0"])
def test_a_status_written_oddly_is_none(sqlite_gate: Gate, to: str) -> None:
    handler, code = officer(sqlite_gate, HANDLER), sqlite_gate.submit()["code"]
    assert act(handler, code, "chuyen", to=to, reason="x").status_code == 422
    assert sqlite_gate.dossier(code)["version"] == 1


@pytest.mark.parametrize("host", ["[", "a b", "evil.example/cua-toi?", "", "127.0.0.1:8000@evil.example", "x:999999"])
def test_the_host_header_leads_nobody_anywhere(sqlite_gate: Gate, host: str) -> None:
    browser = SignedIn(sqlite_gate)
    assert browser.ask("/cua-toi?trang=2", host=host).headers["location"] == "/dang-nhap?ve=/cua-toi%3Ftrang%3D2"
    asked = httpx.URL(browser.ask("/dang-nhap", host=host).headers["location"]).params
    assert asked["redirect_uri"] == f"{browser.base}/dang-nhap/ve"


def test_another_sites_form_takes_no_visits_cookie_away(sqlite_gate: Gate) -> None:
    """It comes without the cookie (SameSite), and so as if nobody were signed in."""
    stranger = SignedIn(sqlite_gate)
    for door in ("/dang-xuat", "/can-bo/dang-xuat"):
        answer = stranger.ask(
            door, "POST", b"", **{**FORM, "origin": "https://evil.example", "sec_fetch_site": "cross-site"}
        )
        assert "set-cookie" not in answer.headers


# ---- what is shown --------------------------------------------------------------------------------------------------


def shown_everywhere(gate: Gate, theirs: Owned) -> Iterator[str]:
    """Every page that shows something of somebody's, as each who may see it sees it."""
    citizen, clerk, handler = SignedIn(gate), officer(gate), officer(gate, HANDLER)
    citizen.sign_in()
    for browser, below in ((citizen, "/cua-toi"), (clerk, "/quay"), (handler, "/quay")):
        for method, path in pages(gate, below=below):
            if method != "GET":
                continue
            for name in ("tiep-nhan", "tu-choi", "bo-sung") if "{name}" in path else ("",):
                own = {"code": PLAIN} if "/moi/" in path else {}
                answer = browser.ask(theirs.address(path, name=name, **own))
                assert answer.status_code in (200, 404, 403, 422, 409), (path, answer.status_code)
                yield answer.text


def test_words_of_people_are_shown_as_words_on_every_page(sqlite_gate: Gate) -> None:
    gate, evil = sqlite_gate, f"AN {EVIL}"
    gate.world.put_person(PERSON, full_name=evil, birth_date="1990-02-03", sex="male")
    gate.world.put_holding("CAN_CUOC", full_name=evil, number=EVIL)
    who = Subject(SubjectKind.PERSON, PERSON, evil, AN.birth_date)
    code = gate.submit(PLAIN, offered(3, "none"), applicant=who)["code"]
    for to in (2, 4):
        gate.move(code, to, EVIL)
    gate.ask_more(code, "VAN_BANG")
    issued = Result("VAN_BANG", result_code="KQ.G99.000001", number=EVIL, data={"full_name": evil, "note": EVIL})
    gate.move(code, 4)
    gate.run(transition(gate.desk, CALLER, code, None, Status.DONE, EVIL, None, result=issued))
    report = filed(gate, said=EVIL)
    shown = redeem(officer(gate), made(officer(gate)), dossier=code, purpose="Đăng ký khai sinh")
    assert EVIL not in shown.text
    theirs = Owned(code, gate.dossier(code)["results"][0]["id"], report, report)
    texts = list(shown_everywhere(gate, theirs))
    assert len(texts) > 25
    assert sum("&lt;script&gt;" in text for text in texts) > 5
    for text in texts:
        assert EVIL not in text and "<script" not in text
        read(text)
