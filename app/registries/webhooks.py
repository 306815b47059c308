"""Events posted to subscribers: signed, and never to an address inside our own walls.

A subscriber names its own URL, so the request is forged by whoever may subscribe: only https, only addresses of the
public internet, no redirect followed. The name is resolved with each connection, every address it has is judged, and
the connection goes to one of those that were judged: a name that answers differently the second time gains nothing.

Signature: Standard Webhooks 1.0, HMAC-SHA256 over `{id}.{timestamp}.{body}`.
"""

import asyncio
import hmac
import re
import secrets
import socket
from base64 import b64decode, b64encode
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
MAX_URL = 500
# So narrow that no two readers of it see two hosts: no user, no fragment, no escape or backslash before the path.
_URL = re.compile(r"(https?)://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?(?:/[!\"$-\[\]-~]*)?")
_PORTS = ("443", "8443")
_OURS = ("localhost", ".local", ".internal")
_SECRET = "whsec_"  # noqa: S105 - the profile's prefix, no secret
_CONNECTIONS = 64
_ENOUGH = 4096  # bytes of an answer that are read, so that the connection can be used again
# The public internet of IPv6; what else there is (site-local of old, segment routing) is somebody's own network.
_PUBLIC = IPv6Network("2000::/3")
# Addresses of it that carry one of IPv4 inside (6to4, Teredo) or stand in documents alone. Where they lead is not ours
# to know.
_CARRIERS = [IPv6Network(net) for net in ("2002::/16", "2001::/32", "3fff::/20")]


class Forbidden(Exception):
    """A URL that is not posted to; `cause` is safe to show."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Undelivered(Exception):
    """The subscriber did not take it; `gone`: and said it never will."""

    def __init__(self, cause: str, *, gone: bool = False) -> None:
        super().__init__(cause)
        self.cause, self.gone = cause, gone


def new_secret() -> str:
    return _SECRET + b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    key = b64decode(secret.removeprefix(_SECRET))
    digest = hmac.digest(key, b"%b.%d.%b" % (event_id.encode(), timestamp, body), "sha256")
    return f"v1,{b64encode(digest).decode()}"


def judge_url(url: str, *, private: bool = False) -> None:
    """What can be said of a URL before its name is resolved. Raises Forbidden. `private`: loopback and http will do."""
    found = _URL.fullmatch(url)
    if len(url) > MAX_URL or not found:
        raise Forbidden("url_form")
    scheme, host, port = found[1], found[2].strip("[]"), found[3]
    if scheme != "https" and not private:
        raise Forbidden("https_only")
    if port is not None and not (0 < int(port) < 65536 and (private or port in _PORTS)):
        raise Forbidden("port")
    if (address := _literal(host)) is not None:
        _judge(address, private=private)
    elif not private and (_odd(host) or host.rstrip(".").lower().endswith(_OURS)):
        raise Forbidden("private_address")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _odd(host: str) -> bool:
    """A number the system's resolver would take for an address: `2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1`."""
    last = host.rstrip(".").rsplit(".", 1)[-1].lower()
    return last.isdigit() or last.startswith("0x") or not last


def _judge(address: IPv4Address | IPv6Address, *, private: bool) -> None:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if private and address.is_loopback:
        return
    carried = isinstance(address, IPv6Address) and (address not in _PUBLIC or any(address in net for net in _CARRIERS))
    if not address.is_global or address.is_multicast or carried:
        raise Forbidden("private_address")


class _Guarded(AbstractResolver):
    """Resolves a name, and lets no address through unless all of them may be connected to."""

    def __init__(self, *, private: bool) -> None:
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        results = []
        for its_family, _, proto, _, address in found:
            _judge(ip_address(str(address[0]).split("%")[0]), private=self._private)
            results.append(
                ResolveResult(
                    hostname=host,
                    host=str(address[0]),
                    port=port,
                    family=its_family,
                    proto=proto,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
            )
        return results

    async def close(self) -> None:
        pass


class Webhooks:
    """One pool for all subscribers. `timeout`: seconds for one delivery, resolving included.

    `private` is for the demo and tests: http, any port, and the machine's own loopback addresses.
    """

    def __init__(self, *, timeout: float, private: bool = False) -> None:
        self._timeout, self._private = timeout, private
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, secret: str, event_id: str, timestamp: int, body: bytes) -> None:
        """Raises Undelivered unless the subscriber answered 2xx."""
        headers = {
            "content-type": CONTENT_TYPE,
            "user-agent": "motlan-webhooks/1",
            "webhook-id": event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secret, event_id, timestamp, body),
        }
        try:
            judge_url(url, private=self._private)
            async with (
                asyncio.timeout(self._timeout),
                self._pool().post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
                await answer.content.read(_ENOUGH)
        except Forbidden as e:
            raise Undelivered(e.cause) from None
        except TimeoutError:
            raise Undelivered("timeout") from None
        except (aiohttp.ClientError, OSError, ValueError):
            # Their texts hold the URL, which may hold a token of the subscriber's.
            raise Undelivered("unreachable") from None
        if not 200 <= status < 300:
            raise Undelivered(f"http_{status}", gone=status == 410)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=_CONNECTIONS, resolver=_Guarded(private=self._private), use_dns_cache=False, ttl_dns_cache=None
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False
            )
        return self._session
