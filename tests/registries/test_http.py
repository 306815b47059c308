"""The shared client: tokens fetched once and renewed when refused, nothing retried, every failure a cause."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from app.registries.answers import Reply
from app.registries.ndxp import DataServices
from app.registries.vneid import Wallet
from tests.mock_vneid.office import PERSON, Office
from tests.registries.scripted import SERVICE, SERVICE_TOKEN, Scripted, said, scripted
from tests.registries.sources import CLIENT, ask, outcome, search, services, talk, wallet


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as running:
        yield running


def tokens_fetched(world: Office, before: int) -> int:
    return len(world.journal(face="oidc")) - before


def test_one_token_serves_many_calls_at_once(world: Office) -> None:
    before = len(world.journal(face="oidc"))

    async def many(s: DataServices) -> list[str]:
        return [outcome(r) for r in await asyncio.gather(*(ask(s) for _ in range(16)))]

    assert talk(services(world.ndxp), many) == ["nothing"] * 16
    assert tokens_fetched(world, before) == 1


def test_a_token_that_ran_out_there_is_renewed_once(world: Office) -> None:
    before = len(world.journal(face="oidc"))

    async def across_its_end(w: Wallet) -> list[str]:
        first = outcome(await search(w))
        world.post("clock", {"advance": "PT10M"})
        return [first, *(outcome(r) for r in await asyncio.gather(*(search(w) for _ in range(8))))]

    assert talk(wallet(world.vneid), across_its_end) == ["nothing"] * 9
    assert tokens_fetched(world, before) == 2


def test_a_token_refused_for_ever_is_not_renewed_in_a_loop(script: Scripted) -> None:
    script.handlers[SERVICE] = lambda _: (401, b"{}")
    assert outcome(talk(services(f"{script.url}/ndxp"), ask)) == "unauthorized"
    assert (script.count(SERVICE_TOKEN), script.count(SERVICE)) == (2, 2)


@pytest.mark.parametrize("fault", ["http_500", "http_503", "rate_limit", "garbage"])
def test_a_token_that_is_not_given_is_no_answer_and_is_asked_for_again(world: Office, fault: str) -> None:
    world.fault("oidc", fault, times=1)

    async def twice(s: DataServices) -> list[str]:
        return [outcome(await ask(s)), outcome(await ask(s))]

    assert talk(services(world.ndxp), twice) == ["no_token", "nothing"]
    assert len(world.journal(face="ndxp", service="037")) == 1


def test_a_token_endpoint_that_hangs_or_drops_us_is_no_answer(world: Office) -> None:
    world.fault("oidc", "timeout", match={"service": "ndxp"})
    assert outcome(talk(services(world.ndxp, timeout=0.3), ask)) == "timeout"
    world.fault("oidc", "reset", match={"service": "vneid"})
    assert outcome(talk(wallet(world.vneid), search)) == "unreachable"


def test_a_secret_that_is_wrong_is_no_answer(world: Office) -> None:
    wrong = DataServices(world.ndxp, CLIENT[0], "not-the-secret", timeout=5.0, max_age=300)
    assert outcome(talk(wrong, ask)) == "no_token"


@pytest.mark.parametrize(
    "token", [{}, {"access_token": "", "expires_in": 300}, {"access_token": "x", "expires_in": -1}, [], "x"]
)
def test_a_token_of_another_shape_is_none(script: Scripted, token: object) -> None:
    script.handlers[SERVICE_TOKEN] = lambda _: said(token)
    assert outcome(talk(services(f"{script.url}/ndxp"), ask)) == "no_token"


def test_a_failed_call_is_not_tried_again(world: Office) -> None:
    world.fault("ndxp", "http_503", times=1)
    assert outcome(talk(services(world.ndxp), ask)) == "server_error"
    assert len(world.journal(face="ndxp", service="037")) == 1


def test_a_redirect_is_not_followed(script: Scripted) -> None:
    script.handlers[SERVICE] = lambda _: (307, b"{}")
    assert outcome(talk(services(f"{script.url}/ndxp"), ask)) == "rejected"
    assert script.count(SERVICE) == 1


def test_nobody_is_named_in_an_address_or_a_header(world: Office) -> None:
    talk(wallet(world.vneid), search)
    talk(services(world.ndxp), ask)
    assert not any(PERSON in entry["path"] for entry in world.journal())


def test_what_went_wrong_carries_no_address_and_no_number(world: Office) -> None:
    world.fault("ndxp", "reset")
    cause = talk(services(world.ndxp), ask)
    assert not isinstance(cause, Reply)
    assert re.fullmatch("[a-z_]+", cause)
