"""Posted to subscribers: signed as the profile has it, and to no address inside our own walls."""

import asyncio
import base64
import hashlib
import hmac
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.registries import webhooks
from app.registries.webhooks import Forbidden, Undelivered, Webhooks, judge_url, new_secret, sign
from tests.outlets import Receiver, receiving

FORBIDDEN = {
    # not the public internet
    "https://127.0.0.1/": "private_address",
    "https://127.8.8.8/": "private_address",
    "https://0.0.0.0/": "private_address",
    "https://10.0.0.1/hook": "private_address",
    "https://172.16.0.1/": "private_address",
    "https://172.31.255.255/": "private_address",
    "https://192.168.1.1/": "private_address",
    "https://100.64.0.1/": "private_address",
    "https://169.254.169.254/latest/meta-data/": "private_address",
    "https://192.0.2.1/": "private_address",
    "https://198.18.0.1/": "private_address",
    "https://203.0.113.1/": "private_address",
    "https://224.0.0.1/": "private_address",
    "https://255.255.255.255/": "private_address",
    "https://[::1]/": "private_address",
    "https://[::]/": "private_address",
    "https://[fe80::1]/": "private_address",
    "https://[fc00::1]/": "private_address",
    "https://[fd00:ec2::254]/": "private_address",
    "https://[ff02::1]/": "private_address",
    "https://[2001:db8::1]/": "private_address",
    "https://[fec0::1]/": "private_address",  # site-local of old, which the standard library calls global
    "https://[fec0:0:0:ffff::1]/": "private_address",
    "https://[3fff::1]/": "private_address",
    "https://[5f00::1]/": "private_address",
    # one of IPv4 inside one of IPv6
    "https://[::ffff:127.0.0.1]/": "private_address",
    "https://[::ffff:10.0.0.1]/": "private_address",
    "https://[::ffff:a9fe:a9fe]/": "private_address",
    "https://[::127.0.0.1]/": "private_address",
    "https://[64:ff9b::7f00:1]/": "private_address",
    "https://[64:ff9b:1::7f00:1]/": "private_address",
    "https://[2002:7f00:1::]/": "private_address",
    "https://[2001:0:7f00:1::]/": "private_address",
    # what a resolver takes for an address
    "https://2130706433/": "private_address",
    "https://0x7f000001/": "private_address",
    "https://0x7f.1/": "private_address",
    "https://127.1/": "private_address",
    "https://0177.0.0.1/": "private_address",
    "https://127.0.0.1./": "private_address",
    # names that are ours
    "https://localhost/": "private_address",
    "https://LOCALHOST./": "private_address",
    "https://api.localhost/": "private_address",
    "https://printer.local/": "private_address",
    "https://metadata.google.internal/": "private_address",
    # other doors
    "http://example.vn/": "https_only",
    "https://example.vn:22/": "port",
    "https://example.vn:6379/": "port",
    "https://example.vn:0/": "port",
    "https://example.vn:99999/": "port",
    # what two readers could read as two hosts
    "https://user@example.vn/": "url_form",
    "https://user:pass@example.vn/": "url_form",
    "https://example.vn#@127.0.0.1/": "url_form",
    "https://example.vn\\@127.0.0.1/": "url_form",
    "https://example.vn/%0d%0a\r\nhost: x": "url_form",
    "https://example.vn/a#b": "url_form",
    "https://%31%32%37.0.0.1/": "url_form",
    "https://１２７.0.0.1/": "url_form",
    "https://①②⑦.0.0.1/": "url_form",
    "https://exa mple.vn/": "url_form",
    "https:///etc/passwd": "url_form",
    "https:example.vn": "url_form",
    "https://": "url_form",
    "ftp://example.vn/": "url_form",
    "file:///etc/passwd": "url_form",
    "gopher://127.0.0.1:6379/_SET": "url_form",
    "javascript:alert(1)": "url_form",
    "https://example.vn/" + "a" * 500: "url_form",
}


@pytest.mark.parametrize(("url", "cause"), FORBIDDEN.items())
def test_a_url_that_leads_inside_is_refused_before_anything_is_sent(url: str, cause: str) -> None:
    with pytest.raises(Forbidden) as refused:
        judge_url(url)
    assert refused.value.cause == cause


@pytest.mark.parametrize(
    "url",
    [
        "https://example.vn",
        "https://example.vn/",
        "https://hooks.example.vn:8443/a/b?c=d&e=%C3%A1",
        "https://xn--vi-jja.vn/",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]/hook",
    ],
)
def test_a_public_https_address_is_taken(url: str) -> None:
    judge_url(url)


@given(st.ip_addresses())
def test_no_address_is_taken_that_is_not_of_the_public_internet(address: Any) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    try:
        judge_url(f"https://{host}/")
    except Forbidden:
        return
    # An IPv4 address written as IPv6 is judged for what it is.
    address = getattr(address, "ipv4_mapped", None) or address
    assert address.is_global and not address.is_multicast
    assert address.version == 4 or int(address) >> 125 == 1, "outside of 2000::/3"


def test_loopback_is_meant_where_it_is_said_so_and_nothing_else_is() -> None:
    judge_url("http://127.0.0.1:9999/hook", private=True)
    judge_url("http://[::1]:9999/hook", private=True)
    for url in ("http://10.0.0.1/", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/"):
        with pytest.raises(Forbidden):
            judge_url(url, private=True)


def test_a_delivery_is_signed_over_its_id_its_time_and_its_bytes() -> None:
    secret = new_secret()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    body = '{"type":"vn.motlan.dossier.moved","é":"ệ"}'.encode()
    expected = hmac.new(key, b"msg_1.1700000000." + body, hashlib.sha256).digest()
    assert sign(secret, "msg_1", 1_700_000_000, body) == "v1," + base64.b64encode(expected).decode()


def test_the_signature_is_that_of_the_profile_s_own_example() -> None:
    # The example of the specification's reference libraries.
    secret, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_614_265_330
    body = b'{"test": 2432232314}'
    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def posted(url: str, *, private: bool = True, timeout: float = 5.0) -> None:
    async def post() -> None:
        pool = Webhooks(timeout=timeout, private=private)
        try:
            await pool.post(url, new_secret(), "e-1", 1_700_000_000, b"{}")
        finally:
            await pool.close()

    asyncio.run(post())


def cause_of(url: str, **how: Any) -> tuple[str, bool]:
    with pytest.raises(Undelivered) as failed:
        posted(url, **how)
    return failed.value.cause, failed.value.gone


def test_what_is_posted_is_a_cloud_event_by_its_headers(receiver: Receiver) -> None:
    posted(receiver.url)
    ((headers, body),) = receiver.got
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert (headers["webhook-id"], headers["webhook-timestamp"], body) == ("e-1", "1700000000", b"{}")
    assert headers["webhook-signature"].startswith("v1,")
    assert not {"cookie", "authorization"} & headers.keys()


@pytest.mark.parametrize(
    ("status", "cause", "gone"),
    [(302, "http_302", False), (307, "http_307", False), (410, "http_410", True), (500, "http_500", False)],
)
def test_only_2xx_is_taken_and_no_redirect_is_followed(receiver: Receiver, status: int, cause: str, gone: bool) -> None:
    receiver.answers = lambda _: status
    assert cause_of(receiver.url) == (cause, gone)
    assert len(receiver.got) == 1


def test_a_receiver_that_does_not_answer_has_run_out_of_time(receiver: Receiver) -> None:
    receiver.free.clear()
    assert cause_of(receiver.url, timeout=0.2) == ("timeout", False)


def test_where_nobody_listens_it_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert cause_of(f"http://127.0.0.1:{taken.getsockname()[1]}/") == ("unreachable", False)


def test_production_posts_nothing_to_loopback_by_number_or_by_name(receiver: Receiver, monkeypatch: Any) -> None:
    assert cause_of("https://127.0.0.1:8443/", private=False) == ("private_address", False)
    # A public-looking name whose answer leads inside: judged when it is resolved, with the connection.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved("127.0.0.1"))
    assert cause_of("https://rebound.example.vn/", private=False) == ("private_address", False)
    # One good address beside a bad one is as bad.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved("1.1.1.1") + resolved("10.0.0.7"))
    assert cause_of("https://rebound.example.vn/", private=False) == ("private_address", False)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved("fe80::1%eth0"))
    assert cause_of("https://rebound.example.vn/", private=False) == ("private_address", False)
    assert receiver.got == []


def resolved(address: str) -> list[Any]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return [(family, socket.SOCK_STREAM, 6, "", (address, 8443))]


def test_the_connection_goes_to_the_address_that_was_judged(receiver: Receiver, monkeypatch: Any) -> None:
    """The name is asked once: what it would answer the second time is never heard."""
    port = int(receiver.url.split(":")[2].split("/")[0])
    answers = [resolved("127.0.0.1"), resolved("10.255.255.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.pop(0))
    posted(f"http://rebound.example.vn:{port}/")
    assert len(receiver.got) == len(answers) == 1
    assert receiver.got[0][0]["host"] == f"rebound.example.vn:{port}"


def test_a_certificate_is_asked_for(receiver: Receiver) -> None:
    """A request over https to a server that speaks none, or has no certificate for the name, delivers nothing."""
    assert cause_of(receiver.url.replace("http://", "https://")) == ("unreachable", False)
    assert receiver.got == []


def test_an_address_s_verdict_does_not_hang_on_how_it_is_written() -> None:
    for text in ("::ffff:7f00:1", "0:0:0:0:0:ffff:127.0.0.1", "::FFFF:127.0.0.1"):
        with pytest.raises(Forbidden):
            judge_url(f"https://[{text}]/")
    assert webhooks.MAX_URL == 500
