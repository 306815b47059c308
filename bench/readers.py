"""People reading the public list while checks are made: so many open connections, each asking once a second."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle

READERS = 100
PATHS = ("/danh-muc", "/v1/integrated-documents")
_EVERY = 1.0


@contextmanager
def reading(port: int, readers: int = READERS, paths: Sequence[str] = PATHS, every: float = _EVERY) -> Iterator[None]:
    """Half read the page, half the JSON. RuntimeError at the end when one got no 200, or nobody anything."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    answered: list[int] = []
    faults: list[str] = []

    async def read(path: str, start: float) -> None:
        await asyncio.sleep(start)
        stream, out = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                out.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
                head = await stream.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200 "):
                    faults.append(head.split(b"\r\n", 1)[0].decode())
                    return
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await stream.readexactly(int(length.split(b":")[1]))
                answered.append(1)
                await asyncio.sleep(every)
        finally:
            out.close()

    async def all_of_them() -> None:
        tasks = [
            asyncio.ensure_future(read(path, every * n / readers))
            for n, path in zip(range(readers), cycle(paths), strict=False)
        ]
        ready.set()
        await asyncio.gather(*tasks)

    work = loop.create_task(all_of_them())

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(work)
        except (asyncio.CancelledError, OSError, asyncio.IncompleteReadError) as error:
            if not isinstance(error, asyncio.CancelledError):
                faults.append(type(error).__name__)

    thread = threading.Thread(target=run, name="readers")
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(work.cancel)
        thread.join()
        loop.close()
    if faults or not answered:
        raise RuntimeError(f"the readers were answered {len(answered)} times; {faults[:3]}")
