"""The wallet: what it says when all is well, and the cause we conclude from each way it may fail."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from app.domain.evidence import Said
from app.domain.persons import Subject, SubjectKind
from app.registries.answers import Reply
from app.registries.vneid import Wallet
from tests.mock_vneid.office import PERSON, Office
from tests.registries.scripted import JWKS, SEARCH, TOKEN, Json, Scripted, said, scripted
from tests.registries.sources import one, outcome, search, talk, wallet

CARD, BIRTH, LICENCE = "CAN_CUOC", "GIAY_KHAI_SINH", "GIAY_PHEP_LAI_XE"


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as running:
        yield running


def test_a_linked_document_is_read_with_its_dates_and_an_opaque_name(world: Office) -> None:
    world.put_holding(CARD)
    reading = one(talk(wallet(world.vneid), search))
    assert reading.said is Said.DOCUMENT
    assert (reading.issued_on, reading.valid_until, reading.revoked_on) == (date(2022, 1, 1), date(2030, 2, 3), None)
    assert (reading.identity.full_name, reading.identity.birth_date) == ("NGUYỄN VĂN AN", "1990-02-03")
    assert reading.document_ref and PERSON not in reading.document_ref
    assert reading.digest and len(reading.digest) == 64


def test_each_type_has_its_own_answer_in_the_order_asked(world: Office) -> None:
    world.put_holding(CARD)
    world.put_holding(BIRTH, wallet="not_linked")
    reply = talk(wallet(world.vneid), lambda w: search(w, LICENCE, BIRTH, CARD))
    assert isinstance(reply, Reply)
    assert [(r.document_type, r.said) for r in reply.readings] == [
        (LICENCE, Said.NOTHING),
        (BIRTH, Said.NOT_LINKED),
        (CARD, Said.DOCUMENT),
    ]
    assert len(world.journal(face="wallet", service="search")) == 1


def test_an_organisation_has_a_wallet_too(world: Office) -> None:
    company = Subject(SubjectKind.ORGANIZATION, "0123456789")
    world.put(f"organizations/{company.id}", {"name": "CÔNG TY TNHH THỬ"})
    world.put(f"organizations/{company.id}/holdings/GCN_DKDN", {"wallet": "linked", "registry": "held"})
    assert outcome(talk(wallet(world.vneid), lambda w: search(w, "GCN_DKDN", holder=company))) == "document"


def test_lateness_within_the_budget_is_no_fault(world: Office) -> None:
    world.put_holding(CARD)
    world.fault("wallet", "latency", attributes={"ms": 60})
    assert outcome(talk(wallet(world.vneid), search)) == "document"


@pytest.mark.parametrize(
    ("fault", "more", "cause"),
    [
        ("latency", {"attributes": {"ms": 60_000}}, "timeout"),
        ("timeout", {}, "timeout"),
        ("reset", {}, "unreachable"),
        ("http_500", {}, "server_error"),
        ("http_503", {}, "server_error"),
        ("rate_limit", {}, "rate_limited"),
        ("garbage", {}, "garbage"),
        ("bad_signature", {}, "bad_signature"),
        ("retired_key", {}, "unknown_key"),
        ("wrong_person", {}, "wrong_person"),
        ("stale", {}, "stale"),
        ("not_licensed", {}, "not_licensed"),
        ("no_right", {}, "no_right"),
    ],
)
def test_a_fault_is_no_answer_with_its_cause(world: Office, fault: str, more: dict[str, Any], cause: str) -> None:
    world.put_holding(CARD)
    world.fault("wallet", fault, **more)
    patience = 0.3 if cause == "timeout" else 5.0
    assert outcome(talk(wallet(world.vneid, timeout=patience), search)) == cause


@pytest.mark.parametrize("fault", ["bad_signature", "retired_key", "wrong_person", "stale"])
def test_a_fault_of_one_document_leaves_the_others_alone(world: Office, fault: str) -> None:
    world.put_holding(CARD)
    world.put_holding(BIRTH)
    world.fault("wallet", fault, match={"document_type": CARD})
    reply = talk(wallet(world.vneid), lambda w: search(w, CARD, BIRTH, LICENCE))
    assert isinstance(reply, Reply)
    assert [r.said for r in reply.readings] == [Said.NO_ANSWER, Said.DOCUMENT, Said.NOTHING]


def test_a_procedure_or_an_officer_without_a_licence_is_told_apart(world: Office) -> None:
    world.put("licences", {"procedures": []})
    assert outcome(talk(wallet(world.vneid), search)) == "not_licensed"
    world.put("licences", {"officers": ["CB-9999"]})
    assert outcome(talk(wallet(world.vneid), search)) == "no_right"


def test_a_wallet_nobody_listens_for_is_unreachable() -> None:
    with scripted() as gone:
        url = gone.url
    assert outcome(talk(wallet(url), search)) == "unreachable"


# ---- keys -----------------------------------------------------------------------------------------------------------


def test_the_key_set_is_fetched_once_however_many_documents(world: Office) -> None:
    for document_type in (CARD, BIRTH, LICENCE):
        world.put_holding(document_type)

    async def much(w: Wallet) -> list[Reply | str]:
        return list(await asyncio.gather(*(search(w, CARD, BIRTH, LICENCE) for _ in range(8))))

    replies = talk(wallet(world.vneid), much)
    assert all(isinstance(r, Reply) and {x.said for x in r.readings} == {Said.DOCUMENT} for r in replies)
    assert len(world.journal(face="wallet", service="jwks")) == 1


def test_a_new_key_of_the_wallet_is_learned_from_its_first_document(script: Scripted) -> None:
    async def across_a_rotation(w: Wallet) -> list[str]:
        before = outcome(await search(w))
        w._keys.fetched_at -= 2  # two seconds ago, so that the pause between two fetches is over
        script.rotate()
        return [before, outcome(await search(w)), outcome(await search(w))]

    assert talk(wallet(script.url), across_a_rotation) == ["document"] * 3
    assert script.count(JWKS) == 2


def test_a_name_nobody_knows_does_not_make_us_fetch_keys_over_and_over(world: Office) -> None:
    for document_type in (CARD, BIRTH, LICENCE):
        world.put_holding(document_type)
    world.fault("wallet", "retired_key")

    async def attacked(w: Wallet) -> tuple[list[Reply | str], float]:
        start = time.monotonic()
        replies = [await search(w, CARD, BIRTH, LICENCE) for _ in range(10)]
        return replies, time.monotonic() - start

    replies, seconds = talk(wallet(world.vneid), attacked)
    assert {x.cause for r in replies if isinstance(r, Reply) for x in r.readings} == {"unknown_key"}
    assert len(world.journal(face="wallet", service="jwks")) <= 1 + seconds


def test_a_key_set_that_cannot_be_had_is_no_answer_and_is_asked_for_again_next_time(world: Office) -> None:
    world.put_holding(CARD)
    world.fault("wallet", "http_500", match={"service": "jwks"}, times=1)

    async def twice(w: Wallet) -> list[str]:
        return [outcome(await search(w)), outcome(await search(w))]

    assert talk(wallet(world.vneid), twice) == ["server_error", "document"]


def test_a_key_set_that_is_none_is_refused(script: Scripted) -> None:
    script.handlers[JWKS] = lambda _: said({"keys": []})
    assert outcome(talk(wallet(script.url), search)) == "bad_key_set"


# ---- answers that do not fit the question ---------------------------------------------------------------------------

Change = Callable[[Scripted, Json], Any]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        pytest.param(lambda s, q: s.found(q) | {"request_id": "another"}, "wrong_request", id="answer to another"),
        pytest.param(lambda s, q: s.found(q, request_id="another"), "wrong_request", id="document for another"),
        pytest.param(lambda s, q: s.found(q, document_type=BIRTH), "wrong_request", id="document of another type"),
        pytest.param(lambda s, q: s.found(q) | {"results": []}, "garbage", id="no result for the type"),
        pytest.param(
            lambda s, q: s.found(q) | {"results": s.found(q)["results"] * 2}, "garbage", id="two results for one type"
        ),
        pytest.param(lambda s, q: {"request_id": q["request_id"]}, "garbage", id="no results"),
        pytest.param(lambda s, q: [s.found(q)], "garbage", id="an array"),
        pytest.param(lambda s, q: s.found(q, aud="another-client"), "wrong_audience", id="for another client"),
        pytest.param(lambda s, q: s.found(q, iss="http://127.0.0.1:1"), "wrong_issuer", id="by another issuer"),
        pytest.param(lambda s, q: s.found(q, issued_on="31/12/2020"), "garbage", id="a date that is none"),
        pytest.param(lambda s, q: s.found(q, document_id=None), "garbage", id="without a name"),
        pytest.param(lambda s, q: s.found(q, holder={"kind": "organization", "id": PERSON}), "wrong_person", id="kind"),
        pytest.param(lambda s, q: s.found(q, account_level=None), "not_linked", id="account of no level"),
        pytest.param(lambda s, q: s.found(q, account_level=1), "not_linked", id="account of level 1"),
        pytest.param(
            lambda s, q: {
                "request_id": q["request_id"],
                "results": [{"document_type": CARD, "status": "linked"}],
            },
            "malformed",
            id="linked without a document",
        ),
    ],
)
def test_an_answer_that_does_not_fit_the_question_is_none(script: Scripted, change: Change, cause: str) -> None:
    script.handlers[SEARCH] = lambda asked: said(change(script, asked))
    assert outcome(talk(wallet(script.url), search)) == cause


def test_a_field_we_do_not_know_is_passed_over(script: Scripted) -> None:
    script.handlers[SEARCH] = lambda asked: said(script.found(asked, news="x") | {"more": [1]})
    assert outcome(talk(wallet(script.url), search)) == "document"


def test_an_answer_larger_than_any_honest_one_is_cut_off(script: Scripted) -> None:
    script.handlers[SEARCH] = lambda asked: (200, b" " * (3 * 1024 * 1024))
    assert outcome(talk(wallet(script.url), search)) == "too_large"


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (302, "rejected"),
        (400, "rejected"),
        (403, "unauthorized"),
        (404, "rejected"),
        (418, "rejected"),
        (502, "server_error"),
    ],
)
def test_any_other_status_is_no_answer(script: Scripted, status: int, cause: str) -> None:
    script.handlers[SEARCH] = lambda _: (status, b"{}")
    assert outcome(talk(wallet(script.url), search)) == cause
    assert script.count(TOKEN) == 1
