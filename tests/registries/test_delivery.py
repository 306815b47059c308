"""Results delivered to the wallet: taken, refused for good, or to be tried again."""

import asyncio
from collections.abc import Iterator

import pytest

from app.registries.answers import SourceFailed
from app.registries.delivery import Denial, NotTaken, ResultDelivery
from tests.registries.scripted import Json, Scripted, said, scripted
from tests.registries.sources import CLIENT, PATIENCE

RESULTS = "/wallet/results"


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


def delivered(script: Scripted) -> None:
    async def deliver() -> None:
        wallet = ResultDelivery(script.url, *CLIENT, timeout=PATIENCE)
        try:
            await wallet.deliver("e-1", "a.b.c")
        finally:
            await wallet.close()

    asyncio.run(deliver())


@pytest.mark.parametrize("status", [200, 201])
def test_it_is_delivered_the_first_time_and_when_it_is_there_already(script: Scripted, status: int) -> None:
    seen: list[Json] = []

    def take(asked: Json) -> tuple[int, bytes]:
        seen.append(asked)
        return said({"request_id": asked["request_id"], "status": "stored", "document_ref": "d"}, status)

    script.handlers[RESULTS] = take
    delivered(script)
    assert seen == [{"request_id": "e-1", "result": "a.b.c"}]


@pytest.mark.parametrize(
    ("status", "code"), [(422, "NO_ACCOUNT"), (409, "RESULT_DIFFERS"), (400, "BAD_RESULT")], ids=str
)
def test_what_is_refused_for_good_is_told_apart(script: Scripted, status: int, code: str) -> None:
    script.handlers[RESULTS] = lambda _: said({"error_code": code, "message": "không"}, status)
    with pytest.raises(NotTaken) as refused:
        delivered(script)
    assert refused.value.denial is Denial(code)


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (422, {"error_code": "OTHER"}, "rejected"),
        (404, {}, "rejected"),
        (507, {"error_code": "FULL"}, "server_error"),
        (500, {"error_code": "NO_ACCOUNT"}, "server_error"),
        (429, {}, "rate_limited"),
        (403, {}, "unauthorized"),
        (200, {}, "garbage"),
        (201, {"request_id": "e-2"}, "wrong_request"),
    ],
)
def test_anything_else_is_tried_again(script: Scripted, status: int, body: Json, cause: str) -> None:
    script.handlers[RESULTS] = lambda _: said(body, status)
    with pytest.raises(SourceFailed) as failed:
        delivered(script)
    assert failed.value.cause == cause
