"""The connection under a request: cut it, end it, or wait while somebody is still there."""

import asyncio
import socket
import struct
from typing import Any, Self

from starlette.types import Receive, Scope

from mock_vneid.universe import Universe

# The key under which the server hands us the connection of a request (`server.py`).
CONNECTION = "mock_vneid.connection"

_RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST instead of FIN


class Patience:
    """Waits, but no longer than the client stays and the doors are open."""

    def __init__(self, universe: Universe, receive: Receive) -> None:
        self._universe, self._receive = universe, receive

    async def __aenter__(self) -> Self:
        self._leaving = asyncio.ensure_future(_left(self._receive))
        self._closing = self._universe.held_until_close()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving.cancel()
        self._universe.let_go(self._closing)

    async def wait(self, seconds: float) -> bool:
        """Whether the time has passed, and nobody left meanwhile."""
        gone, _ = await asyncio.wait(
            {self._leaving, self._closing}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        return not gone


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def connection_of(scope: Scope) -> asyncio.Transport:
    """The connection of a request. ConnectionResetError where no socket is under us (an in-process transport)."""
    connection: dict[str, Any] | None = scope.get("extensions", {}).get(CONNECTION)
    if connection is None:
        raise ConnectionResetError("the sandbox dropped the connection, as a fault told it to")
    transport: asyncio.Transport = connection["transport"]
    return transport


async def drop(scope: Scope, receive: Receive) -> None:
    transport = connection_of(scope)
    wire = transport.get_extra_info("socket")
    if wire is not None and not transport.is_closing():
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    transport.abort()
    await _left(receive)


async def end(scope: Scope, receive: Receive) -> None:
    """Close the connection in good order (FIN), once what was written has gone out."""
    connection_of(scope).close()
    await _left(receive)
