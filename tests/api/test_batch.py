"""Files of demands: a line in, a line out, in order, whatever is wrong with some of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st

from app.api import examples
from app.api.batch import MAX_LINE, Numbered, judged, lines_of
from app.api.spool import Spool
from tests.api.conftest import DEMAND, Service
from tests.desk import CALLER, PLAIN, Gate
from tests.mock_vneid.office import PERSON

PATH = "/v1/paper-demands/batch"
# Decided without asking any source.
PARTY = examples.DEMANDS["lawful_party"]["value"]


def ndjson(*lines: Any) -> bytes:
    return b"".join(x if isinstance(x, bytes) else json.dumps(x).encode() + b"\n" for x in lines)


def post(service: Service, body: bytes | Iterator[bytes], **headers: str) -> Any:
    given = {"content-type": "application/x-ndjson", **headers}
    return service.client.post(PATH, content=body, headers=service.bearer() | given)


def answers(service: Service, *lines: Any, **headers: str) -> list[dict[str, Any]]:
    answer = post(service, ndjson(*lines), **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_every_line_is_answered_by_its_decision_in_order_and_each_is_kept(stored: Service) -> None:
    before = stored.rows()
    found = answers(stored, DEMAND, PARTY, DEMAND)
    assert [x["line"] for x in found] == [1, 2, 3]
    assert [x["outcome"] for x in found] == ["refused", "lawful", "refused"]
    after = stored.rows()
    assert after["decisions"] == before["decisions"] + 3
    for answer in found:
        read = stored.client.get(f"/v1/decisions/{answer['decision_id']}", headers=stored.bearer()).json()
        assert {"line": answer["line"], **read} == answer


def test_a_line_waits_for_a_silent_source_no_longer_than_the_law_lets_anybody(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    for face in ("wallet", "ndxp"):
        gate.world.fault(face, "http_503")
    demanded = {**DEMAND, "procedure": PLAIN, "subject": {"kind": "person", "id": PERSON}}
    demanded["items"] = [{"ref": "1", "document_type": "CAN_CUOC", "form": "copy"}]
    request = Request({"type": "http", "app": FastAPI(), "headers": []})

    def outcome() -> str:
        line = gate.run(judged(gate.desk, CALLER, request, Numbered(1, json.dumps(demanded).encode())))
        found: str = json.loads(line)["findings"][0]["outcome"]
        return found

    assert outcome() == "WAIT_SOURCE"
    gate.without_wait()
    assert outcome() == "PAPER_LAWFUL"


def test_the_example_shows_a_bad_line_between_two_good_ones(service: Service) -> None:
    found = [json.loads(x) for x in post(service, examples.BATCHES["three_lines"]["value"].encode()).text.splitlines()]
    assert ["problem" in x for x in found] == [False, True, False]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{not json\n", "bad-json"),
        (b'{"procedure": "1.001193", "procedure": "1.001193"}\n', "bad-json"),
        (b"\xff\xfe\n", "bad-json"),
        (b"[" * 5000 + b"]" * 5000 + b"\n", "bad-json"),
        (b"[]\n", "invalid-request"),
        ({**DEMAND, "extra": "042177031459"}, "invalid-request"),
        ({**DEMAND, "procedure": "9.999999"}, "unknown-procedure"),
        ({**DEMAND, "demanded_on": "1999-01-01"}, "procedure-not-in-force"),
        (b'{"procedure": "' + b"1" * (MAX_LINE + 1) + b'"}\n', "line-too-long"),
    ],
)
def test_a_bad_line_is_answered_by_its_own_problem_and_the_rest_goes_on(service: Service, line: Any, code: str) -> None:
    first, bad, last = answers(service, PARTY, line, PARTY)
    assert (first["outcome"], last["outcome"]) == ("lawful", "lawful")
    assert (bad["line"], bad["problem"]["code"]) == (2, code)
    assert bad["problem"]["trace_id"]
    assert "042177031459" not in json.dumps(bad)


def test_a_problem_says_where_in_the_line_the_unknown_stands(service: Service) -> None:
    wrong = {**PARTY, "items": [{**PARTY["items"][0], "document_type": "KHONG_CO"}]}
    (bad,) = answers(service, wrong)
    assert [e["at"] for e in bad["problem"]["errors"]] == ["body/items/0/document_type"]


def test_empty_lines_are_passed_over_and_counted_and_the_last_needs_no_end(service: Service) -> None:
    answer = post(service, b"\n\r\n" + json.dumps(PARTY).encode() + b"\n\n" + json.dumps(PARTY).encode())
    assert [json.loads(x)["line"] for x in answer.text.splitlines()] == [3, 5]
    assert post(service, b"").text == ""


def test_a_batch_sent_again_under_its_key_answers_what_was_judged_and_judges_the_rest(stored: Service) -> None:
    first = answers(stored, PARTY, {"procedure": "x"}, **{"idempotency-key": "batch-1"})
    before = stored.rows()["decisions"]
    again = answers(stored, PARTY, PARTY, DEMAND, **{"idempotency-key": "batch-1"})
    assert again[0] == first[0]
    assert [x.get("outcome") for x in again] == ["lawful", "lawful", "refused"]
    assert stored.rows()["decisions"] == before + 2
    (other,) = answers(stored, DEMAND, **{"idempotency-key": "batch-1"})
    assert other["problem"]["code"] == "idempotency-key-reused"


def test_only_those_who_may_demand_send_batches_and_only_as_lines(service: Service) -> None:
    headers = {"content-type": "application/x-ndjson"}
    assert service.client.post(PATH, content=b"", headers=headers).status_code == 401
    auditor = service.bearer("demo-auditor") | headers
    assert service.client.post(PATH, content=b"", headers=auditor).status_code == 403
    answer = service.client.post(PATH, json=DEMAND, headers=service.bearer())
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


def test_a_file_beyond_the_limit_of_other_bodies_is_taken(service: Service) -> None:
    """Two thousand lines, over a megabyte: the limit holds for each line alone."""
    line = json.dumps({**PARTY, "subject": {**PARTY["subject"], "full_name": "A" * 300}}).encode() + b"\n"
    assert len(line) * 2000 > 1024 * 1024
    found = post(service, (line for _ in range(2000))).text.splitlines()
    assert [json.loads(x)["line"] for x in found] == list(range(1, 2001))
    assert {json.loads(x).get("outcome") for x in found} == {"lawful"}


# ---- lines of a stream ----------------------------------------------------------------------------------------------


def cut(*chunks: bytes, most: int = MAX_LINE) -> list[Numbered]:
    async def pieces() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def all_lines() -> list[Numbered]:
        return [line async for line in lines_of(pieces(), most)]

    return asyncio.run(all_lines())


@given(st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"")), max_size=8), st.data())
def test_lines_are_the_same_however_the_stream_is_cut_into_pieces(lines: list[bytes], data: st.DataObject) -> None:
    whole = b"\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    expected = [Numbered(n, x if len(x) <= 8 else None) for n, x in enumerate(lines, 1) if x.strip() or len(x) > 8]
    assert cut(*pieces, most=8) == expected


# ---- what waits -----------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=30), st.data())
def test_what_is_put_comes_back_in_order_from_memory_and_from_the_file(
    chunks: list[bytes], data: st.DataObject
) -> None:
    async def through() -> list[bytes]:
        found = []
        with closing(Spool(near=50)) as spool:
            for chunk in chunks:
                await spool.put(chunk)
                if data.draw(st.booleans()):
                    found.append(await spool.get() or b"")
            await spool.end()
            while (chunk_or_end := await spool.get()) is not None:
                found.append(chunk_or_end)
        return found

    assert asyncio.run(through()) == chunks


def test_nothing_readable_is_put_aside_on_disk() -> None:
    async def put() -> bytes:
        with closing(Spool(near=1)) as spool:
            await spool.put(b"042190000001")
            assert spool._file is not None
            spool._file.seek(0)
            return spool._file.read()

    aside = asyncio.run(put())
    assert aside and b"042190000001" not in aside


def test_beyond_its_limit_the_one_that_puts_waits_until_something_is_taken() -> None:
    async def waits() -> bool:
        with closing(Spool(near=1, far=10)) as spool:
            await spool.put(b"x" * 100)
            putting = asyncio.create_task(spool.put(b"y"))
            await asyncio.sleep(0)
            waiting = not putting.done()
            await spool.get()
            await putting
            return waiting

    assert asyncio.run(waits())
