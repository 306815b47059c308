"""One POST to somebody else's server, on plain asyncio: only the head of the answer is read.

There is no guard against private addresses here: a sandbox lives on loopback, and so do those it calls. A service that
takes addresses from strangers needs one.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

_MOST_HEAD = 16 * 1024  # bytes of an answer's head


class NoAnswer(Exception):
    """There was no whole answer; says why in a word or two."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]


class Target(NamedTuple):
    """Where a URL leads. `authority` is what the Host header carries."""

    tls: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(url: str) -> Target:
    """ValueError, saying why, for what is no absolute http(s) URL of plain characters."""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 500:
        raise ValueError("a URL has at most 500 plain characters and no blanks")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise ValueError("write an absolute http(s) URL, without a user, a password or a fragment")
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(tls, parts.hostname, parts.port or (443 if tls else 80), parts.netloc, path)


async def post(url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
    """The head of the answer, within `seconds`. Raises NoAnswer."""
    try:
        async with asyncio.timeout(seconds):
            return await _post(target_of(url), headers, body)
    except TimeoutError:
        raise NoAnswer("timeout") from None
    except (OSError, EOFError, asyncio.LimitOverrunError, ValueError) as failed:
        raise NoAnswer(type(failed).__name__) from None


async def _post(target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
    context = ssl.create_default_context() if target.tls else None
    reader, writer = await asyncio.open_connection(target.host, target.port, ssl=context, limit=_MOST_HEAD)
    try:
        sent = {"Host": target.authority, "Connection": "close", "Content-Length": str(len(body)), **headers}
        lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
        writer.write("\r\n".join(lines).encode("ascii") + body)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()
    return _read(head.decode("latin-1"))


def _read(head: str) -> Answer:
    line, *rest = head.split("\r\n")
    version, status, *_ = line.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("no HTTP")
    named = (header.partition(":") for header in rest if header)
    return Answer(int(status), {name.strip().lower(): value.strip() for name, _, value in named})
