"""Everything that has to stand before anything is measured: databases, the sandbox with its people, the servers."""

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from sqlalchemy import Connection, text

from app.db import Database
from app.services import migrations
from app.services.journal import verify_journal
from bench import demand
from bench.databases import Rows, make_head, rows_of_one_demand
from bench.load import requests
from bench.machine import MEASURED, REST, postgres, program

EMPTY, FIXED, NO_IO, SQLITE, POSTGRESQL, WHOLE = "empty", "fixed", "no_io", "sqlite", "postgresql", "whole"
RAW, STRANDS, CHAIN = "psycopg", "strands", "one_chain"
_KIND = {NO_IO: "no_io", SQLITE: "database", POSTGRESQL: "database", WHOLE: "whole"}


@dataclass(frozen=True, slots=True)
class Bench:
    """Ports by server, database URLs by server, and what every measurement shares."""

    ports: dict[str, int]
    urls: dict[str, str]
    requests: list[tuple[bytes, bytes]]
    decision: bytes
    rows: Rows | None  # of one demand, for psycopg; None where there is no PostgreSQL
    skipped: str | None  # why there is none


@contextmanager
def opened(folder: Path) -> Iterator[Bench]:
    """All servers, each ready and asked once."""
    log = folder / "log"
    with ExitStack() as stack:
        urls = {name: f"sqlite:///{folder / name}.sqlite3" for name in (NO_IO, SQLITE)}
        skipped = None
        try:
            database = stack.enter_context(postgres())
            urls |= {name: database.create() for name in (POSTGRESQL, WHOLE, RAW, STRANDS, CHAIN)}
            for url in list(urls.values())[2:]:
                stack.callback(database.drop, url)
        except (OSError, RuntimeError, subprocess.SubprocessError, psycopg.Error) as error:
            skipped = str(error).strip() or type(error).__name__
        for url in urls.values():
            migrations.upgrade(url)
        sandbox = stack.enter_context(
            program("mock_vneid", "--port", "0", "--control-port", "0", cpu=REST, log=log, MOTLAN_ENV="demo")
        )
        faces, control = re.findall(r"http://[^ ;,]+", sandbox)
        _people(control)
        world = f"{faces}/w/bench"
        settings = {"MOTLAN_ENV": "demo", "MOTLAN_LOG_LEVEL": "warning", "MOTLAN_VNEID_URL": world}
        settings["MOTLAN_NDXP_URL"] = f"{world}/ndxp"

        def start(kind: str, given: bytes = b"", **more: str) -> int:
            line = program("bench.server", kind, cpu=MEASURED, log=log, given=given, **settings, **more)
            return int(stack.enter_context(line))

        ports = {name: start(kind, MOTLAN_DATABASE_URL=urls[name]) for name, kind in _KIND.items() if name in urls}
        token, decision = _token(ports[NO_IO]), b""
        for name, port in ports.items():
            asked = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": "first"}
            answer = _call("POST", f"http://127.0.0.1:{port}{demand.PATH}", demand.body(0), **asked)
            assert json.loads(answer)["findings"][0]["outcome"] == demand.OUTCOME, (name, answer)
            decision = decision or answer
        ports[EMPTY], ports[FIXED] = start("empty", decision), start("fixed", decision)
        rows = None
        if skipped is None:
            rows = rows_of_one_demand(urls[POSTGRESQL])
            _prepare_chain(urls[CHAIN])
        bodies = [demand.body(number) for number in range(demand.PEOPLE)]
        yield Bench(ports, urls, requests(demand.PATH, token, bodies), decision, rows, skipped)


def verify_kept(url: str, answers: int) -> None:
    """Every answer is kept, refuses the paper, rests on look-ups that worked, and the journal is whole.

    RuntimeError when not: then the speed was that of something else.
    """
    db = Database.open(url)
    try:
        outcomes, failed = db.read_sync(_kept)
        verify_journal(db)
    finally:
        db.dispose()
    if outcomes != {"refused": answers} or failed:
        raise RuntimeError(f"answered {answers}; kept {outcomes}, with {failed} failed look-ups")


def _kept(conn: Connection) -> tuple[dict[str, int], int]:
    outcomes = conn.execute(text("SELECT outcome, count(*) AS number FROM decisions GROUP BY outcome")).all()
    failed = conn.execute(text("SELECT count(*) FROM lookups WHERE cause IS NOT NULL")).scalar_one()
    return {row.outcome: row.number for row in outcomes}, failed


def _prepare_chain(url: str) -> None:
    db = Database.open(url, writers=1)
    db.write_sync(make_head)
    db.dispose()


def _people(control: str) -> None:
    """A world with people who hold the document in their wallet and in its registry."""
    _call("POST", f"{control}/worlds", {"name": "bench", "population": "empty"})
    for number in range(demand.PEOPLE):
        who = demand.person(number)
        person = {"full_name": who["full_name"], "birth_date": who["birth_date"], "sex": "female"}
        _call("PUT", f"{control}/worlds/bench/people/{who['id']}", person)
        holding = {"wallet": "linked", "registry": "held", "issued_on": "2015-06-01"}
        _call("PUT", f"{control}/worlds/bench/people/{who['id']}/holdings/{demand.DOCUMENT_TYPE}", holding)


def _token(port: int) -> str:
    form = {"grant_type": "client_credentials", "client_id": demand.CLIENT, "client_secret": demand.SECRET}
    token: str = json.loads(_call("POST", f"http://127.0.0.1:{port}/oauth/token", urlencode(form).encode()))[
        "access_token"
    ]
    return token


def _call(method: str, url: str, body: Any, **headers: str) -> bytes:
    """The body of a good answer; waits for a server that is still starting."""
    if not isinstance(body, bytes):
        body, headers["content-type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        read: bytes = answer.read()
    return read
