"""One shared HTTP client per outside system: httpx's requests over its aiohttp transport, bearer tokens, size limits.

There is no retry here: a look-up has a time budget, and who waits for a citizen at a counter does not wait twice.
The transport is asked directly: what `httpx.AsyncClient` adds (cookies, redirects, an authentication flow, merged URLs)
is not wanted here and costs more than half of a call.
"""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import orjson
from httpx_aiohttp import AiohttpTransport
from pydantic import ValidationError

from app.registries import wire
from app.registries.answers import NoAnswer, SourceFailed, cause_of_status

MAX_ANSWER = 1024 * 1024
CONNECTIONS = 200
# A token this close to its end is renewed before it is used.
_RENEW_BEFORE = 10.0
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
FORM_HEADERS = {"accept": _JSON, "content-type": _FORM}


class Channel:
    """One pool of connections to one outside system; requests go out as they are given."""

    def __init__(self, timeout: float) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self._transport = AiohttpTransport(limits=limits, trust_env=False)
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    async def get(self, url: httpx.URL) -> bytes:
        """A public document. Raises SourceFailed."""
        status, raw = await self.send("GET", url, {"accept": _JSON})
        if status != 200:
            raise SourceFailed(cause_of_status(status, None))
        return raw

    async def close(self) -> None:
        await self._transport.aclose()

    async def send(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None = None
    ) -> tuple[int, bytes]:
        """Status and body, whatever they are. Raises SourceFailed where there was no whole answer."""
        request = httpx.Request(method, url, headers=headers, content=content, extensions=self._extensions)
        try:
            response = await self._transport.handle_async_request(request)
            assert isinstance(response.stream, httpx.AsyncByteStream)
            try:
                # As sent: no coding of the bytes was asked for, and one that comes all the same is garbage.
                return response.status_code, await read_within(MAX_ANSWER, response.stream)
            finally:
                await response.stream.aclose()
        except Exception as e:
            raise failure_of(e) from None


class System(Channel):
    """A client of one outside system: where it is, how we identify ourselves there, one pool of connections."""

    def __init__(self, token_url: str, scope: str, client_id: str, client_secret: str, timeout: float) -> None:
        super().__init__(timeout)
        self._token_url = httpx.URL(token_url)
        self._token_form = urlencode({"grant_type": "client_credentials", "scope": scope}).encode()
        self._token_headers = {**FORM_HEADERS, "authorization": basic(client_id, client_secret)}
        self._token: str | None = None
        self._renew_at = 0.0
        self._renewing = asyncio.Lock()

    async def post(self, url: httpx.URL, body: Mapping[str, Any], request_id: str) -> bytes:
        """The body of a 200 answer. Raises SourceFailed. A refused token is renewed once."""
        headers = {"accept": _JSON, "content-type": _JSON, "x-request-id": request_id}
        return await self.exchange(url, orjson.dumps(body), headers)

    async def exchange(self, url: httpx.URL, content: bytes, headers: Mapping[str, str]) -> bytes:
        """As `post`, in whatever language these headers name."""
        status, raw = await self.converse(url, content, headers)
        if status != 200:
            raise SourceFailed(cause_of_status(status, error_code(raw)))
        return raw

    async def converse(self, url: httpx.URL, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of an answer to a request under our token. Raises SourceFailed where there was none."""
        token = await self._bearer()
        status, raw = await self._ask(url, content, token, headers)
        if status == 401:
            token = await self._bearer(refused=token)
            status, raw = await self._ask(url, content, token, headers)
        return status, raw

    async def _ask(self, url: httpx.URL, content: bytes, token: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        return await self.send("POST", url, {**headers, "authorization": f"Bearer {token}"}, content)

    async def _bearer(self, refused: str | None = None) -> str:
        if self._token is not None and self._token != refused and time.monotonic() < self._renew_at:
            return self._token
        async with self._renewing:
            # Whoever waited here meanwhile finds the token another has fetched.
            if self._token is None or self._token == refused or time.monotonic() >= self._renew_at:
                await self._fetch_token()
            assert self._token is not None
            return self._token

    async def _fetch_token(self) -> None:
        try:
            status, raw = await self.send("POST", self._token_url, self._token_headers, self._token_form)
            if status != 200:
                raise SourceFailed(NoAnswer.NO_TOKEN.value)
            token = wire.Token.model_validate_json(raw)
        except ValidationError:
            raise SourceFailed(NoAnswer.NO_TOKEN.value) from None
        self._token = token.access_token
        self._renew_at = time.monotonic() + max(token.expires_in - _RENEW_BEFORE, token.expires_in / 2)


def basic(client_id: str, client_secret: str) -> str:
    """The value of the header Authorization, for a client that names itself (RFC 6749 §2.3.1)."""
    return f"Basic {b64encode(f'{quote_plus(client_id)}:{quote_plus(client_secret)}'.encode()).decode()}"


def failure_of(e: Exception) -> SourceFailed:
    """What went wrong on the way, as a cause. The transport's errors come in many types (aiohttp's leak through), some
    with the URL or bytes in their text: none of it is kept.
    """
    if isinstance(e, SourceFailed):
        return e
    # The transport names a lost connection a ConnectTimeout; it is not one that took too long.
    late = isinstance(e, httpx.TimeoutException | TimeoutError) and not isinstance(e, httpx.ConnectTimeout)
    return SourceFailed((NoAnswer.TIMEOUT if late else NoAnswer.UNREACHABLE).value)


async def read_within(limit: int, chunks: AsyncIterable[bytes]) -> bytes:
    """The whole of an answer. Raises SourceFailed where it is longer than an honest one."""
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > limit:
            raise SourceFailed(NoAnswer.TOO_LARGE.value)
    return bytes(raw)


def error_code(raw: bytes) -> str | None:
    with suppress(ValidationError):
        return wire.Refusal.model_validate_json(raw).error_code
    return None
