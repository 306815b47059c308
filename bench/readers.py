"""People reading the public list while checks are made: `python -m bench.readers PORT` opens so many connections, each
asking once a second, until its input ends; then it says how often they were answered, and what went wrong.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

READERS = 100
PATHS = ("/danh-muc", "/v1/integrated-documents")
EVERY = 1.0


@contextmanager
def reading(port: int, readers: int = READERS, paths: Sequence[str] = PATHS, every: float = EVERY) -> Iterator[None]:
    """A process of readers, spread over the paths; ready when each has had the time to ask once.

    RuntimeError at the end when one got no 200, or nobody anything.
    """
    command = [sys.executable, "-m", "bench.readers", str(port), str(readers), str(every), *paths]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as people:
        assert people.stdin is not None
        assert people.stdout is not None
        try:
            people.stdout.readline()
            yield
        finally:
            people.stdin.close()
            answered, faults = json.loads(people.stdout.readline())
    if faults or not answered:
        raise RuntimeError(f"the readers were answered {answered} times; {faults[:3]}")


async def _read(port: int, path: str, start: float, every: float, answered: list[int], faults: list[str]) -> None:
    """One person: the page, a while, the page again."""
    await asyncio.sleep(start)
    try:
        stream, out = await asyncio.open_connection("127.0.0.1", port)
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
    except (OSError, asyncio.IncompleteReadError) as error:
        faults.append(type(error).__name__)


async def _all(port: int, readers: int, every: float, paths: Sequence[str]) -> tuple[int, list[str]]:
    answered: list[int] = []
    faults: list[str] = []
    people = [
        asyncio.ensure_future(_read(port, paths[n % len(paths)], every * n / readers, every, answered, faults))
        for n in range(readers)
    ]
    await asyncio.sleep(every)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for one in people:
        one.cancel()
    return len(answered), faults


if __name__ == "__main__":
    _port, _readers, _every, *_paths = sys.argv[1:]
    print(json.dumps(asyncio.run(_all(int(_port), int(_readers), float(_every), _paths))), flush=True)
