"""Share codes: what a redeemed one shows, why one is refused, and what is not believed."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.persons import Subject, SubjectKind
from app.domain.presentations import Mode, NotRedeemed, Standing
from app.registries.answers import SourceFailed
from app.registries.presentations import Presentations, Redeemed
from tests.mock_vneid.office import PERSON
from tests.registries.scripted import JWKS, TOKEN, said, scripted
from tests.registries.share_codes import REDEEM, ShareCodes

PURPOSE = "Đăng ký khai sinh"
HOLDER = {"kind": "person", "id": PERSON}
REQUEST = "019ac000-0000-4000-8000-000000000001"


@pytest.fixture
def wallet() -> Iterator[ShareCodes]:
    with scripted() as script:
        yield ShareCodes(script)


def redeem(wallet: ShareCodes, code: str, *, purpose: str = PURPOSE, request: str = REQUEST) -> Redeemed | str:
    """What the code shows, or the code or cause for which it shows nothing."""

    async def redeeming() -> Redeemed:
        source = Presentations(wallet.script.url, "motlan-tthc", "motlan-tthc-secret", timeout=5, max_age=300)
        try:
            return await source.redeem(code, purpose, request, procedure="1.001193", officer="CB-0001")
        finally:
            await source.close()

    try:
        return asyncio.run(redeeming())
    except NotRedeemed as refused:
        return refused.code
    except SourceFailed as failed:
        return failed.cause


def test_validation_shows_yes_or_no_and_nobody(wallet: ShareCodes) -> None:
    shown = redeem(wallet, wallet.made())
    assert isinstance(shown, Redeemed)
    assert (shown.mode, shown.standing, shown.document_type) == (Mode.VALIDATION, Standing.VALID, "CAN_CUOC")
    assert (shown.holder, shown.fields) == (None, {})
    assert len(shown.digest) == 64


def test_the_wallet_is_told_what_for(wallet: ShareCodes) -> None:
    redeem(wallet, wallet.made())
    assert wallet.asked == [
        {
            "request_id": REQUEST,
            "code": "K7M2QX9HBA",
            "purpose": PURPOSE,
            "procedure": "1.001193",
            "officer": "CB-0001",
        }
    ]


def test_sharing_shows_the_chosen_fields_and_whose_they_are(wallet: ShareCodes) -> None:
    fields = {"full_name": "NGUYỄN VĂN AN", "number": None, "data": {"blood_type": "O"}}
    shown = redeem(wallet, wallet.made(mode="sharing", holder=HOLDER, fields=fields, status="expired"))
    assert isinstance(shown, Redeemed)
    assert (shown.mode, shown.standing) == (Mode.SHARING, Standing.EXPIRED)
    assert shown.holder == Subject(SubjectKind.PERSON, PERSON)
    assert shown.fields == fields
    assert PERSON not in repr(shown) and "AN" not in repr(shown).replace("CAN_CUOC", "").split("(")[1]


def test_a_purpose_is_the_same_however_it_is_typed(wallet: ShareCodes) -> None:
    shown = redeem(wallet, wallet.made(), purpose="đăng ký  KHAI SINH")
    assert isinstance(shown, Redeemed)
    assert shown.purpose == PURPOSE


def test_the_same_request_again_gets_the_same_answer_and_another_none(wallet: ShareCodes) -> None:
    code = wallet.made()
    assert redeem(wallet, code) == redeem(wallet, code)
    assert redeem(wallet, code, request="019ac000-0000-4000-8000-000000000002") == "presentation-used"


@pytest.mark.parametrize(
    ("status", "error_code", "problem"),
    [
        (410, "CODE_EXPIRED", "presentation-expired"),
        (403, "WRONG_PURPOSE", "presentation-wrong-purpose"),
        (403, "WRONG_AUDIENCE", "presentation-wrong-audience"),
        (404, "UNKNOWN_CODE", "presentation-unknown"),
        # Words we do not know, or under another status, are no answer about the code.
        (410, "GONE_FISHING", "rejected"),
        (404, "ALREADY_USED", "rejected"),
        (503, "CODE_EXPIRED", "server_error"),
        (429, "SLOW_DOWN", "rate_limited"),
        (403, "005", "no_right"),
    ],
)
def test_a_refusal_is_believed_in_the_words_agreed_only(
    wallet: ShareCodes, status: int, error_code: str, problem: str
) -> None:
    assert redeem(wallet, wallet.made(refusal=(status, error_code))) == problem


@pytest.mark.parametrize(
    ("shown", "cause"),
    [
        ({"typ": "vneid-document+jwt"}, "wrong_type"),
        ({"claims": {"aud": "another-client"}}, "wrong_audience"),
        ({"claims": {"iss": "http://another.invalid"}}, "wrong_issuer"),
        ({"claims": {"iat": 1_000_000_000, "exp": 1_000_000_300}}, "stale"),
        ({"claims": {"request_id": "another"}}, "wrong_request"),
        ({"around": {"request_id": "another"}}, "wrong_request"),
        ({"claims": {"valid": False}}, "garbage"),
        ({"around": {"status": "revoked"}}, "garbage"),
        ({"claims": {"valid": "yes"}}, "garbage"),
        ({"claims": {"document_type": None}}, "garbage"),
        ({"claims": {"holder": HOLDER}}, "garbage"),
        ({"mode": "sharing", "holder": None}, "garbage"),
        ({"mode": "sharing", "holder": HOLDER, "fields": {"a": {"b": {"c": 1}}}}, "garbage"),
        ({"mode": "sharing", "holder": HOLDER, "claims": {"fields": None}}, "garbage"),
        ({"mode": "sharing", "holder": HOLDER, "claims": {"valid": True}}, "garbage"),
        ({"mode": "sharing", "holder": HOLDER, "claims": {"status": "revoked"}}, "garbage"),
        ({"claims": {"fields": {}}}, "garbage"),
        ({"around": {"presentation": "not.a.token"}}, "bad_encoding"),
        ({"claims": {"purpose": "Mở tài khoản"}}, "presentation-wrong-purpose"),
    ],
)
def test_what_is_not_all_of_one_piece_is_not_believed(wallet: ShareCodes, shown: dict[str, Any], cause: str) -> None:
    assert redeem(wallet, wallet.made(**shown)) == cause


def test_a_signature_by_a_key_the_wallet_does_not_publish_is_not_believed(wallet: ShareCodes) -> None:
    known = wallet.script.key_set()
    wallet.script.handlers[JWKS] = lambda _: said(known)
    wallet.script.rotate()
    assert redeem(wallet, wallet.made()) == "unknown_key"


def test_a_wallet_that_is_down_answers_nothing(wallet: ShareCodes) -> None:
    wallet.script.handlers[TOKEN] = lambda _: said({}, 503)
    assert redeem(wallet, wallet.made()) == "no_token"
    wallet.script.handlers[TOKEN] = lambda _: said({"access_token": "t", "expires_in": 300})
    wallet.script.handlers[REDEEM] = lambda _: (200, b"<html>")
    assert redeem(wallet, wallet.made()) == "garbage"
