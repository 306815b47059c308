"""Many pieces of work, a few at a time: in order, bounded, and never left half done."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from app.models.evidence import lookups
from app.services import paper_demands
from app.services.batch import in_order
from tests.desk import CALLER, Gate
from tests.registries.scripted import SEARCH, Json, said, scripted

WIDTH = 4


async def numbers(last: int) -> AsyncIterator[int]:
    for number in range(1, last + 1):
        yield number


def test_results_come_in_the_order_of_the_work_whatever_is_done_first() -> None:
    async def done() -> list[int]:
        async def later_first(number: int) -> int:
            for _ in range(WIDTH - number % WIDTH):
                await asyncio.sleep(0)
            return number

        return [n async for n in in_order(numbers(20), later_first, WIDTH)]

    assert asyncio.run(done()) == [*range(1, 21)]


def test_no_more_is_taken_up_than_the_width_while_nobody_takes_the_results() -> None:
    async def begun() -> list[int]:
        seen = []

        async def note(number: int) -> int:
            seen.append(number)
            return number

        async with aclosing(in_order(numbers(100), note, WIDTH)) as results:
            await anext(results)
            for _ in range(50):
                await asyncio.sleep(0)
            return list(seen)

    # One was given back, so one more was taken up.
    assert asyncio.run(begun()) == [*range(1, WIDTH + 2)]


def test_what_the_work_raises_comes_after_the_results_before_it() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise ValueError("no more")

    async def same(number: int) -> int:
        return number

    async def done() -> int:
        async with aclosing(in_order(broken(), same, WIDTH)) as results:
            first = await anext(results)
            with pytest.raises(ValueError, match="no more"):
                await anext(results)
            return first

    assert asyncio.run(done()) == 1


def test_who_was_asked_about_a_person_stays_on_record_when_the_client_has_gone(sqlite_gate: Gate) -> None:
    asked, gone = threading.Event(), threading.Event()
    with scripted() as script:

        def slow(question: Json) -> tuple[int, bytes]:
            asked.set()
            gone.wait(10)
            return said(script.found(question))

        script.handlers[SEARCH] = slow
        desk = sqlite_gate.desk = sqlite_gate.open(vneid_url=script.url, ndxp_url=f"{script.url}/ndxp")

        async def hang_up_while_the_wallet_is_asked() -> None:
            async def demand(_: int) -> bytes:
                return await paper_demands.demand(desk, CALLER, sqlite_gate.check("CAN_CUOC"), None)

            async with aclosing(in_order(numbers(1), demand, WIDTH)) as answers:
                waiting = asyncio.ensure_future(anext(answers))
                assert await asyncio.to_thread(asked.wait, 10)
                waiting.cancel()
                await asyncio.sleep(0)
                gone.set()
                await asyncio.gather(waiting, return_exceptions=True)

        sqlite_gate.run(hang_up_while_the_wallet_is_asked())
    assert {row.source for row in sqlite_gate.rows(lookups)} >= {"wallet"}
