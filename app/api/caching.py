"""Answers that readers and proxies may keep: an ETag over the very bytes, and 304 for who has them."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping

from cachetools import LRUCache
from fastapi import Request, Response

from app.domain.catalogue import Catalogue

# What is the latest may be followed by another: a minute without asking, then the ETag answers without a body.
FRESH = "public, max-age=60"
# What can never be otherwise.
FOR_EVER = "public, max-age=31536000, immutable"


class Answers:
    """Answers about one catalogue that are the same for every reader, written once; used from one event loop."""

    def __init__(self, size: int = 64) -> None:
        self._kept: LRUCache[Hashable, tuple[Catalogue, bytes]] = LRUCache(size)

    def about(self, known: Catalogue, question: Hashable, write: Callable[[], bytes]) -> bytes:
        found = self._kept.get(question)
        if found is None or found[0] is not known:
            found = self._kept[question] = known, write()
        return found[1]


def cached(
    request: Request, body: bytes, media_type: str, keep: str, headers: Mapping[str, str] | None = None
) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    given = {"etag": tag, "cache-control": keep}
    if _has(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=304, headers=given)
    return Response(body, headers={**given, **(headers or {})}, media_type=media_type)


def _has(given: Iterable[str], tag: str) -> bool:
    """If-None-Match names this tag, weakly compared as RFC 9110 §13.1.2 has it."""
    tags = [t.strip().removeprefix("W/") for line in given for t in line.split(",")]
    return tag in tags or "*" in tags
