"""The keys an issuer publishes as a JWK set: fetched when they are needed, kept for a while, asked for by name."""

import asyncio
import time
from collections.abc import Mapping

import httpx

from app.registries import jose
from app.registries.http import Channel

# Keys are fetched anew for a name nobody knows, but not more often than this many seconds.
_REFETCH_AFTER = 1.0
_KEYS_LIVE = 300.0


class PublishedKeys:
    """The verification keys at one address. Used from one event loop."""

    def __init__(self, channel: Channel, url: str) -> None:
        self._channel, self._url = channel, httpx.URL(url)
        self._keys: jose.KeyRing | None = None
        self.fetched_at = -_KEYS_LIVE
        self._fetching = asyncio.Lock()

    async def verified(self, token: str, expect: jose.Expectation) -> Mapping[str, object]:
        """The claims of a token that is all it is expected to be. Raises jose.Refused, SourceFailed."""
        keys = await self._key_ring()
        try:
            return jose.verify(token, keys, expect, int(time.time()))
        except jose.Refused as refused:
            if refused.cause is not jose.Cause.UNKNOWN_KEY:
                raise
        return jose.verify(token, await self._key_ring(missing_in=keys), expect, int(time.time()))

    async def _key_ring(self, missing_in: jose.KeyRing | None = None) -> jose.KeyRing:
        """The issuer's keys; fetched anew when they are old, or when a name was missing in the ones at hand."""
        if (keys := self._fresh(missing_in)) is None:
            async with self._fetching:
                if (keys := self._fresh(missing_in)) is None:
                    keys = self._keys = jose.KeyRing.from_jwks(await self._channel.get(self._url))
                    self.fetched_at = time.monotonic()
        return keys

    def _fresh(self, missing_in: jose.KeyRing | None) -> jose.KeyRing | None:
        live = _REFETCH_AFTER if self._keys is missing_in else _KEYS_LIVE
        return self._keys if time.monotonic() - self.fetched_at < live else None
