"""Bytes that arrive faster than they are used: the first megabyte waits in memory, what is beyond it in a sealed file.

Most HTTP clients read an answer only after they have sent their whole request. Were the request read only as fast as
its answers leave, client and server would wait for each other for ever.
"""

import asyncio
import tempfile
from collections import deque
from typing import IO

from app.sealing import Veil

NEAR = 1024 * 1024
FAR = 1024 * 1024 * 1024
_LENGTH = 4


class Spool:
    """One task puts, one gets, in the same order. Beyond NEAR + FAR bytes the one that puts waits."""

    def __init__(self, near: int = NEAR, far: int = FAR) -> None:
        self._limit, self._far_limit = near, far
        self._near: deque[bytes] = deque()
        self._size = 0
        self._file: IO[bytes] | None = None
        self._veil = Veil()
        self._read_at = self._write_at = 0
        self._ended = False
        self._changed = asyncio.Condition()

    async def put(self, chunk: bytes) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._write_at - self._read_at < self._far_limit)
            if self._read_at < self._write_at or self._size + len(chunk) > self._limit:
                self._put_aside(chunk)
            else:
                self._near.append(chunk)
                self._size += len(chunk)
            self._changed.notify_all()

    async def end(self) -> None:
        """Nothing will be put any more."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def get(self) -> bytes | None:
        """The next bytes; None at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._near or self._read_at < self._write_at or self._ended)
            if self._near:
                chunk = self._near.popleft()
                self._size -= len(chunk)
            elif self._read_at < self._write_at:
                chunk = self._taken_back()
            else:
                return None
            self._changed.notify_all()
            return chunk

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _put_aside(self, chunk: bytes) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        sealed = self._veil.seal(chunk)
        self._file.seek(self._write_at)
        self._file.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
        self._write_at += _LENGTH + len(sealed)

    def _taken_back(self) -> bytes:
        assert self._file is not None
        self._file.seek(self._read_at)
        length = int.from_bytes(self._file.read(_LENGTH), "big")
        chunk = self._veil.unseal(self._file.read(length))
        self._read_at += _LENGTH + length
        if self._read_at == self._write_at:
            self._read_at = self._write_at = 0
            self._file.truncate(0)
        return chunk
