"""Answers that readers and proxies may keep: an ETag over the very bytes, and 304 for who has them."""

from collections.abc import Callable, Hashable, Mapping

from cachetools import LRUCache
from fastapi import Request, Response

from app.domain.catalogue import Catalogue
from app.freshness import etag_of, still_has


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
    tag = etag_of(body)
    given = {"etag": tag, "cache-control": keep}
    if still_has(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=304, headers=given)
    return Response(body, headers={**given, **(headers or {})}, media_type=media_type)
