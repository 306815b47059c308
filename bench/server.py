"""One measured server as a process: `python -m bench.server KIND`; its port is its first line, SIGTERM ends it.

`empty`: a FastAPI endpoint with the service's two models and nothing between them. `no_io`: the service with sources
and database answered within the process. `database`: the service with its real database, and sources within the
process. `whole`: the service as it is. `fixed`: ready bytes from a bare protocol, to see how fast the load can ask.
"""

import asyncio
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import sqlite

from app.api.schemas.decisions import DecisionOut
from app.api.schemas.paper_demands import DemandIn
from app.db import Database
from app.domain.evidence import Said
from app.domain.persons import Identity, Subject
from app.main import create_app
from app.models.catalogue import catalogue_revisions
from app.registries.answers import Errand, Reading, Reply
from app.registries.ndxp import DataServices
from app.registries.vneid import Wallet
from app.settings import Settings
from app.wiring import seed
from bench import demand
from bench.loops import new_event_loop

# ---- sources and database within the process ------------------------------------------------------------------------


class Holding:
    """Wallet and data services at once: every holder holds every type asked for."""

    async def search(self, holder: Subject, types: tuple[str, ...], errand: Errand) -> Reply:
        return Reply(tuple(_held(t, holder) for t in types))

    async def ask(self, service: str, holder: Subject, types: tuple[str, ...], errand: Errand) -> Reply:
        return Reply(tuple(_held(t, holder) for t in types))

    async def close(self) -> None:
        pass


def _held(document_type: str, holder: Subject) -> Reading:
    return Reading(
        document_type,
        Said.DOCUMENT,
        identity=Identity(holder.full_name, holder.birth_date),
        issued_on=date(2015, 6, 1),
        document_ref="0123456789abcdef0123456789abcdef",
        digest="0123456789abcdef" * 4,
    )


class Shelf:
    """A connection whose statements cost nothing: who asks for one row gets the catalogue's latest revision, who asks
    for more finds none, and writes succeed.

    What the service does to make a statement is measured still; what SQLAlchemy and a driver do with it is not.
    """

    dialect = sqlite.dialect()
    rowcount = 1

    def __init__(self, latest: Row[Any]) -> None:
        self.info: dict[str, Any] = {}
        self._latest = latest

    def execute(self, statement: object, parameters: object = None) -> "Shelf":
        return self

    def first(self) -> Row[Any]:
        return self._latest

    def scalars(self) -> "Shelf":
        return self

    def all(self) -> list[Any]:
        return []

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class Memory:
    """`app.db.Database` without a database: a transaction is a call."""

    dialect = "sqlite"

    def __init__(self, latest: Row[Any]) -> None:
        self._conn = cast(Connection, Shelf(latest))

    async def read(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return fn(self._conn, *args, **kwargs)

    write = read


# ---- the servers ----------------------------------------------------------------------------------------------------


def service(kind: str) -> FastAPI:
    app = create_app(Settings())
    desk = app.state.desk
    if kind == "whole":
        return app
    desk = replace(desk, wallet=cast(Wallet, Holding()), services=cast(DataServices, Holding()))
    if kind == "no_io":
        seed(desk)
        desk.db.read_sync(desk.snapshots.current)
        desk = replace(desk, db=cast(Database, Memory(desk.db.read_sync(_latest))))
    app.state.desk = desk
    return app


def _latest(conn: Connection) -> Row[Any]:
    return conn.execute(select(catalogue_revisions).order_by(catalogue_revisions.c.revision.desc()).limit(1)).one()


def empty(decision: bytes) -> FastAPI:
    """Answers every demand with one decision, made beforehand."""
    app = FastAPI()
    made = DecisionOut.model_validate_json(decision)

    @app.post(demand.PATH)
    async def answer(body: DemandIn) -> DecisionOut:
        return made

    return app


class Fixed(asyncio.Protocol):
    """Answers each piece of input, which is one small request, with the same bytes."""

    def __init__(self, decision: bytes) -> None:
        self._answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(decision), decision)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)


async def _serve_fixed(listener: socket.socket, decision: bytes) -> None:
    async with await asyncio.get_running_loop().create_server(lambda: Fixed(decision), sock=listener) as server:
        await server.serve_forever()


def main(kind: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    if kind == "fixed":
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_serve_fixed(listener, sys.stdin.buffer.read()))
        return
    app = empty(sys.stdin.buffer.read()) if kind == "empty" else service(kind)
    # As `motlan serve` does it.
    config = uvicorn.Config(app, access_log=False, log_level="warning", server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
