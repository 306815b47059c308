"""Presentations: a citizen makes a code, somebody redeems it once; validation and sharing tell different things."""

import re
from typing import Any

import httpx
import pytest

from tests.mock_vneid.office import AN, ANOTHER, CLIENT, PERSON, PRIVATE, Json, Office
from tests.mock_vneid.rp import NO_AUTH, Rp, query_of
from tests.mock_vneid.wallet_office import Issuer, wallet

CARD = "CAN_CUOC"
PURPOSE = "Đăng ký thường trú"
HOME = "http://127.0.0.1:8000/dang-nhap/ve"


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    empty.put_holding(CARD, data={"residence": "Hà Tĩnh"})
    return empty


def offer(**change: Any) -> Json:
    whole = {"mode": "sharing", "document_type": CARD, "purpose": PURPOSE, "audience": "office"} | change
    return {name: value for name, value in whole.items() if value is not None}


def code(office: Office, person: str = PERSON, **change: Any) -> str:
    made: str = office.post(f"people/{person}/presentations", offer(**change))["code"]
    return made


def redeem(office: Office, code: str, client: tuple[str, str] = CLIENT, /, **more: Any) -> httpx.Response:
    return wallet(office, "wallet.redeem", "presentations/redeem", {"request_id": "r-1", "code": code} | more, client)


def said(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    return answer.status_code, body.get("status") or body.get("error_code") or body.get("error")


def token(office: Office, scope: str = "openid wallet", person: str = PERSON) -> str:
    """The access token of the citizen's own login."""
    rp = Rp(office, CLIENT)
    back = query_of(
        rp.authorize(redirect_uri=HOME, scope=scope, login_hint=person).headers["location"],
    )
    found: str = rp.redeem(back["code"], redirect_uri=HOME).raise_for_status().json()["access_token"]
    return found


def present(office: Office, bearer: str | None, **change: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return office.http.post(f"{office.vneid}/wallet/presentations", json=offer(**change), headers=headers, auth=NO_AUTH)


# What is told


def test_sharing_tells_the_chosen_fields_and_whose_they_are(office: Office) -> None:
    answer = redeem(office, code(office, fields=["full_name", "valid_until"]), officer="CB-0001")
    assert said(answer) == (200, "valid")
    body = answer.json()
    assert (body["mode"], body["purpose"], body["document_type"], body["holder"], body["request_id"]) == (
        "sharing",
        PURPOSE,
        CARD,
        {"kind": "person", "id": PERSON},
        "r-1",
    )
    claims = office.verified(body["presentation"])
    assert claims["fields"] == {"full_name": AN["full_name"], "valid_until": "2030-02-03"}
    assert (claims["iss"], claims["aud"], claims["request_id"]) == (office.vneid, "motlan-tthc", "r-1")
    assert claims["holder"] == body["holder"]


def test_sharing_without_a_choice_tells_everything_that_is_written(office: Office) -> None:
    claims = office.verified(redeem(office, code(office)).json()["presentation"])
    assert set(claims["fields"]) == {"full_name", "birth_date", "number", "issued_on", "valid_until", "data"}


def test_validation_tells_yes_or_no_and_nothing_of_the_holder_or_the_document(office: Office) -> None:
    answer = redeem(office, code(office, mode="validation"))
    assert said(answer) == (200, "valid")
    assert set(answer.json()) == {
        *("request_id", "mode", "purpose", "document_type", "status", "answered_at", "presentation")
    }
    claims = office.verified(answer.json()["presentation"])
    assert (claims["valid"], claims["document_type"]) == (True, CARD)
    assert {"holder", "fields", "status"}.isdisjoint(claims)
    assert PERSON not in answer.text
    assert PERSON not in str(claims)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "valid"),
        ({"valid_until": "2020-01-01"}, "expired"),
        ({"revoked_on": "2024-01-01"}, "revoked"),
        ({"revoked_on": "2024-01-01", "valid_until": "2020-01-01"}, "revoked"),
        ({"wallet": "not_linked"}, "absent"),
        ({"wallet": "absent"}, "absent"),
    ],
)
def test_what_counts_is_how_the_document_stands_when_it_is_shown(office: Office, change: Json, status: str) -> None:
    codes = [code(office, mode=mode) for mode in ("validation", "sharing")]
    office.put_holding(CARD, **change)
    valid, shared = (redeem(office, one) for one in codes)
    assert said(valid) == said(shared) == (200, status)
    assert office.verified(valid.json()["presentation"])["valid"] == (status == "valid")
    fields = office.verified(shared.json()["presentation"])["fields"]
    assert bool(fields) == (status != "absent")


def test_a_document_that_expires_in_the_worlds_clock_is_expired(office: Office) -> None:
    office.post("clock", {"now": "2030-02-04"})
    assert said(redeem(office, code(office))) == (200, "expired")


def test_a_delivered_result_is_shown_and_after_its_revocation_as_revoked(office: Office) -> None:
    issuer = Issuer(office)
    issuer.deliver(issuer.sign())
    first, second = (code(office, document_type="GIAY_KHAI_SINH") for _ in range(2))
    assert said(redeem(office, first)) == (200, "valid")
    issuer.deliver(issuer.sign(version=2, revoked_on="2026-11-21"))
    assert said(redeem(office, second)) == (200, "revoked")


# Once, in time, by whom and what for


def test_a_code_is_redeemed_once_and_the_same_request_is_answered_alike(office: Office) -> None:
    one = code(office)
    first, again = redeem(office, one), redeem(office, one)
    assert first.json() == again.json()
    assert said(redeem(office, one, request_id="r-2")) == (410, "ALREADY_USED")


def test_the_request_id_of_another_client_opens_nothing(office: Office) -> None:
    one = code(office, audience="any")
    assert said(redeem(office, one)) == (200, "valid")
    assert said(redeem(office, one, PRIVATE)) == (410, "ALREADY_USED")


@pytest.mark.parametrize(("seconds", "expected"), [(59, (200, "valid")), (60, (410, "CODE_EXPIRED"))])
def test_a_code_lives_as_long_as_was_said_by_the_worlds_clock(
    office: Office, seconds: int, expected: tuple[int, str]
) -> None:
    office.post("clock", {"frozen": True})
    made = office.post(f"people/{PERSON}/presentations", offer(ttl_seconds=60))
    office.post("clock", {"advance": seconds})
    assert said(redeem(office, made["code"])) == expected


def test_what_was_answered_in_time_is_answered_again_when_time_is_over(office: Office) -> None:
    one = code(office, ttl_seconds=1)
    first = redeem(office, one).json()
    office.post("clock", {"advance": 200})
    assert redeem(office, one).json() == first


@pytest.mark.parametrize("audience", ["office", "private", "any"])
def test_a_code_is_for_those_it_was_made_for_and_others_do_not_use_it_up(office: Office, audience: str) -> None:
    for kind, client in (("office", CLIENT), ("private", PRIVATE)):
        one = code(office, audience=audience)
        if audience not in ("any", kind):
            assert said(redeem(office, one, client)) == (403, "WRONG_AUDIENCE")
            assert said(redeem(office, one, PRIVATE if client == CLIENT else CLIENT)) == (200, "valid")
        else:
            assert said(redeem(office, one, client)) == (200, "valid")


def test_a_purpose_that_is_named_must_be_the_citizens(office: Office) -> None:
    one = code(office)
    assert said(redeem(office, one, purpose="Mở tài khoản")) == (403, "WRONG_PURPOSE")
    assert said(redeem(office, one, purpose=f" {PURPOSE.upper()}  ")) == (200, "valid")


def test_an_unknown_code_is_told_so_and_a_code_of_another_world_is_unknown(office: Office, virtual: Office) -> None:
    assert said(redeem(office, "2222222222")) == (404, "UNKNOWN_CODE")
    assert said(redeem(virtual, code(office))) == (404, "UNKNOWN_CODE")


def test_a_code_is_ten_letters_nobody_misreads_and_may_be_typed_with_blanks(office: Office) -> None:
    made = office.post(f"people/{PERSON}/presentations", offer())
    assert re.fullmatch("[2-9A-HJKMNP-Z]{10}", made["code"])
    assert made["qr"] == f"vneid-share:{made['code']}"
    typed = f" {made['code'][:5].lower()}-{made['code'][5:]}"
    assert said(redeem(office, typed)) == (200, "valid")


def test_a_code_may_be_scanned(office: Office) -> None:
    made = office.post(f"people/{PERSON}/presentations", offer())
    assert said(redeem(office, made["qr"])) == (200, "valid")


def test_codes_do_not_survive_a_reset(office: Office) -> None:
    one = code(office)
    office.post("reset", {})
    assert said(redeem(office, one)) == (404, "UNKNOWN_CODE")


# Made by the citizen


def test_a_citizen_makes_a_code_by_the_token_of_their_own_login(office: Office) -> None:
    made = present(office, token(office))
    assert made.status_code == 201
    assert said(redeem(office, made.json()["code"])) == (200, "valid")
    listed = office.get("presentations")["items"]
    assert [(one["holder"], one["redeemed_by"], one["request_id"]) for one in listed] == [
        (PERSON, "motlan-tthc", "r-1")
    ]


def test_without_the_scope_no_code_is_made(office: Office) -> None:
    assert present(office, None).status_code == 401
    assert present(office, token(office, "openid profile vneid")).status_code == 403
    assert present(office, office.tokens["wallet"]).status_code == 401


def test_a_login_that_was_revoked_makes_no_code(office: Office) -> None:
    mine = token(office)
    assert Rp(office, CLIENT).post("revoke", {"token": mine}).status_code == 200
    assert present(office, mine).status_code == 401


def test_what_the_wallet_does_not_show_cannot_be_presented(office: Office) -> None:
    mine = token(office)
    assert said(present(office, mine, document_type="VAN_BANG")) == (422, "NOT_IN_WALLET")
    office.put_person(ANOTHER, identity_level=1)
    assert said(present(office, token(office, person=ANOTHER))) == (403, "LEVEL_TOO_LOW")


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "validation", "fields": ["number"]},
        {"mode": "everything"},
        {"fields": []},
        {"fields": ["id"]},
        {"ttl_seconds": 301},
        {"ttl_seconds": 0},
        {"purpose": ""},
        {"purpose": None},
        {"audience": "world"},
        {"document_type": "lower"},
        {"more": 1},
    ],
)
def test_an_offer_out_of_form_is_told_so_at_both_doors(office: Office, change: Json) -> None:
    assert said(present(office, token(office), **change)) == (400, "bad_request")
    answer = office.http.post(f"{office.control}/people/{PERSON}/presentations", json=offer(**change))
    assert answer.status_code == 422


def test_nobody_presents_nothing(office: Office) -> None:
    assert office.http.post(f"{office.control}/people/{ANOTHER}/presentations", json=offer()).status_code == 404


@pytest.mark.parametrize("body", [{"code": ""}, {"request_id": "a b"}, {"procedure": "1"}, {"more": 1}])
def test_a_redemption_out_of_form_is_told_so(office: Office, body: Json) -> None:
    assert said(redeem(office, code(office), CLIENT, **body)) == (400, "bad_request")


def test_a_token_of_another_scope_redeems_nothing(office: Office) -> None:
    one = code(office)
    answer = office.http.post(
        f"{office.vneid}/wallet/presentations/redeem",
        json={"request_id": "r", "code": one},
        headers=office.bearer("wallet"),
    )
    assert answer.status_code == 403
    assert said(redeem(office, one)) == (200, "valid")


# Faults, and the journal


@pytest.mark.parametrize("kind", ["bad_signature", "unknown_kid", "wrong_audience", "expired", "alg_none"])
def test_a_presentation_may_prove_nothing_by_name(office: Office, kind: str) -> None:
    good = redeem(office, code(office)).json()["presentation"]
    assert office.verified(good)["aud"] == "motlan-tthc"
    office.fault("wallet", kind, match={"service": "redeem"}, times=1)
    bad = redeem(office, code(office)).json()["presentation"]
    claims: Json = {}
    try:
        claims = office.verified(bad)
    except Exception:  # noqa: BLE001 - whatever the library says: it is not believed
        assert kind in ("bad_signature", "unknown_kid", "alg_none")
    if kind == "wrong_audience":
        assert claims["aud"] == "motlan-tthc-another"
    if kind == "expired":
        assert claims["exp"] < claims["iat"] + 300 < office.verified(good)["iat"] + 300


@pytest.mark.parametrize(
    ("kind", "status"), [("revoked_yesterday", "revoked"), ("expired_yesterday", "expired"), ("not_linked", "absent")]
)
def test_a_fact_told_by_a_fault_is_told_here_too(office: Office, kind: str, status: str) -> None:
    office.fault("wallet", kind, match={"person": PERSON})
    assert said(redeem(office, code(office))) == (200, status)


def test_a_line_that_breaks_before_the_answer_does_not_use_the_code_up(office: Office) -> None:
    one = code(office)
    office.fault("wallet", "http_503", match={"service": "redeem"}, times=1)
    assert redeem(office, one).status_code == 503
    assert said(redeem(office, one)) == (200, "valid")


def test_who_looked_at_what_for_which_purpose_stands_in_the_journal(office: Office) -> None:
    redeem(office, code(office), officer="CB-0001", procedure="1.004194")
    redeem(office, code(office, audience="private"))
    first, second = office.journal(service="redeem")
    assert (first["holder"]["id"], first["types"], first["officer"], first["procedure"], first["purpose"]) == (
        PERSON,
        [CARD],
        "CB-0001",
        "1.004194",
        PURPOSE,
    )
    assert (second["status"], second["refused"], second["error"]) == (403, "wrong_audience", "WRONG_AUDIENCE")


# The page


def page(office: Office, rp: Rp, **form: str) -> httpx.Response:
    url = f"{office.vneid}/oidc/wallet"
    return rp.browser.post(url, data=form) if form else rp.browser.get(url)


def test_whoever_is_logged_in_makes_a_code_on_a_page(office: Office) -> None:
    rp = Rp(office, CLIENT)
    assert "Mở ví của ai?" in page(office, rp).text
    opened = page(office, rp, person=PERSON)
    assert AN["full_name"] in opened.text
    assert CARD in opened.text
    form = {"document_type": CARD, "mode": "sharing", "purpose": PURPOSE, "audience": "office", "field.number": "1"}
    shown = page(office, rp, **form)
    found = re.search(r'id="code">([A-Z0-9]{10})<', shown.text)
    assert found
    assert "<svg" in shown.text
    claims = office.verified(redeem(office, found[1]).json()["presentation"])
    assert claims["fields"] == {"number": "N-1"}
    assert "Mở ví của ai?" in page(office, rp, leave="1").text


def test_the_page_shows_what_was_received_for_somebody_else(office: Office) -> None:
    issuer, rp = Issuer(office), Rp(office, CLIENT)
    assert "Kết quả nhận thay" not in page(office, rp, person=PERSON).text
    child = {"kind": "person", "id": "042326100009", "full_name": "NGUYỄN THỊ MỚI"}
    issuer.deliver(issuer.sign(holder=child, recipient={"kind": "person", "id": PERSON})).raise_for_status()
    text = page(office, rp).text
    assert "Kết quả nhận thay" in text
    assert "NGUYỄN THỊ MỚI" in text


def test_the_page_knows_who_logged_in_elsewhere_in_this_browser(office: Office) -> None:
    rp = Rp(office, CLIENT)
    rp.authorize(redirect_uri=HOME, scope="openid")
    assert AN["full_name"] in page(office, rp).text


def test_the_page_says_why_there_is_no_code(office: Office) -> None:
    rp = Rp(office, CLIENT)
    page(office, rp, person=PERSON)
    for wrong in ({"document_type": "VAN_BANG", "mode": "validation"}, {"document_type": CARD, "mode": "sharing"}):
        shown = page(office, rp, **{"purpose": PURPOSE, "audience": "any"} | wrong)
        assert 'role="alert"' in shown.text
        assert 'id="code"' not in shown.text


def test_the_page_runs_no_script_and_is_kept_by_nobody(office: Office) -> None:
    answer = page(office, Rp(office, CLIENT))
    assert "script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
