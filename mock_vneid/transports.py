"""The sandbox without sockets: HTTP clients that call its two doors in this very process."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx
from starlette.types import ASGIApp

T = TypeVar("T")

FACES, CONTROL = "http://faces.vneid.test", "http://control.vneid.test"


class Loop:
    """An event loop in a thread of its own, so that a test may have one too."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stop(self) -> None:
        """Calling it again does nothing."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class AsyncInProcess(httpx.AsyncBaseTransport):
    """For an `httpx.AsyncClient`: which door is meant is told by the host, and anything else is refused."""

    def __init__(self, faces: ASGIApp, control: ASGIApp) -> None:
        self._doors = {
            httpx.URL(url).host: httpx.ASGITransport(app) for url, app in ((FACES, faces), (CONTROL, control))
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises what a socket would show of a fault: ReadError for a dropped connection, ReadTimeout for silence."""
        door = self._doors.get(request.url.host)
        if door is None:
            raise httpx.ConnectError("no such host in this sandbox", request=request)
        patience = request.extensions.get("timeout", {}).get("read")
        try:
            return await asyncio.wait_for(door.handle_async_request(request), patience)
        except TimeoutError as error:
            raise httpx.ReadTimeout("the sandbox did not answer in time", request=request) from error
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error


class InProcess(httpx.BaseTransport):
    """The same for an `httpx.Client`."""

    def __init__(self, transport: AsyncInProcess, loop: Loop) -> None:
        self._transport, self._loop = transport, loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._loop.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.content, extensions=request.extensions
        )
        answer = await self._transport.handle_async_request(asked)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)
