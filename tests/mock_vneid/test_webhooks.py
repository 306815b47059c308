"""Webhooks of the wallet: signed, a holder's events in order, again on failure, replayed when they are asked for."""

import asyncio
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from queue import Empty
from time import monotonic, sleep, time
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mock_vneid.outbound import NoAnswer, post, target_of
from tests.mock_vneid.office import ANOTHER, PERSON, Json, Office
from tests.mock_vneid.receiver import PATIENCE, Came, Receiver, receiving
from tests.mock_vneid.rp import Rp
from tests.mock_vneid.wallet_office import Issuer, wallet

SECRET = "a-made-up-secret-of-enough-letters"
CARD = "CAN_CUOC"


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    empty.put_person(ANOTHER)
    return empty


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def subscribe(office: Office, receiver: Receiver, name: str = "s-1", **change: Any) -> httpx.Response:
    whole: Json = {"url": receiver.url, "secret": SECRET} | change
    body = {key: value for key, value in whole.items() if value is not None}
    return wallet(office, "wallet.subscribe", f"subscriptions/{name}", body, way="PUT")


def replay(office: Office, after: int, name: str = "s-1") -> httpx.Response:
    return wallet(office, "wallet.subscribe", f"subscriptions/{name}/replay", {"after": after})


def deliveries(office: Office, **filters: str) -> list[Json]:
    answer = office.http.get(f"{office.control}/webhooks", params=filters).raise_for_status()
    found: list[Json] = answer.json()["deliveries"]
    return found


def until(holds: Callable[[], bool]) -> None:
    """Waits as long as it must, and no longer than is bearable."""
    end = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < end
        sleep(0.01)


def revise(office: Office, number: int, person: str = PERSON) -> None:
    office.put_holding(CARD, person, number=f"N-{number}")


# Events


def test_a_subscriber_is_told_of_new_changed_and_revoked_results(office: Office, receiver: Receiver) -> None:
    assert subscribe(office, receiver).status_code == 201
    issuer = Issuer(office)
    ref = issuer.deliver(issuer.sign()).json()["document_ref"]
    issuer.deliver(issuer.sign(version=2, number="124/2026"))
    issuer.deliver(issuer.sign(version=3, revoked_on="2026-11-21"))
    came = receiver.some(3)
    assert [one.what for one in came] == [
        ("document.added", 1),
        ("document.changed", 2),
        ("document.revoked", 3),
    ]
    first = came[0].json
    assert first["holder"] == {"kind": "person", "id": PERSON}
    assert first["document"] == {"type": "GIAY_KHAI_SINH", "ref": ref, "result_code": "KQ.G09.000123"}
    assert first["id"] == came[0].headers["webhook-id"]
    assert PERSON not in str(came[0].headers)


def test_documents_put_by_hand_are_told_of_once_the_wallet_shows_them(office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver)
    office.put_holding(CARD, wallet="not_linked")
    office.put_holding(CARD)
    office.put_holding(CARD)  # nothing changed
    office.put_holding(CARD, number="N-2")
    office.put_holding(CARD, number="N-2", revoked_on="2026-01-01")
    assert [one.what for one in receiver.some(3)] == [
        ("document.added", 1),
        ("document.changed", 2),
        ("document.revoked", 3),
    ]


def test_only_the_events_that_were_asked_for_are_told(office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver, events=["document.revoked"])
    office.put_holding(CARD)
    office.put_holding(CARD, revoked_on="2026-01-01")
    assert receiver.next().what == ("document.revoked", 2)
    assert [one["type"] for one in deliveries(office)] == ["document.revoked"]


def test_nobody_is_told_of_another_world(office: Office, virtual: Office, receiver: Receiver) -> None:
    subscribe(office, receiver)
    virtual.put_person()
    virtual.put_holding(CARD)
    fork = office.post("fork", {})["name"]
    copy = f"{office.control}/../{fork}"
    office.http.put(f"{copy}/people/{PERSON}/holdings/{CARD}", json={"wallet": "linked"}).raise_for_status()
    assert office.http.get(f"{copy}/webhooks").json()["subscriptions"] == []
    revise(office, 1)
    assert receiver.next().json["sequence"] == 1
    assert receiver.came.empty()


# Signatures


def hmac_of(came: Came, secret: bytes = SECRET.encode()) -> str:
    text = f"{came.headers['webhook-id']}.{came.headers['webhook-timestamp']}.".encode() + came.body
    return "v1," + b64encode(hmac.digest(secret, text, "sha256")).decode()


def test_hmac_covers_id_timestamp_and_the_very_bytes_of_the_body(office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver)
    revise(office, 1)
    came = receiver.next()
    assert came.headers["webhook-signature"] == hmac_of(came)
    assert abs(int(came.headers["webhook-timestamp"]) - time()) < 60


def test_a_secret_may_be_written_as_standard_webhooks_write_it(office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver, secret="whsec_" + b64encode(b"sixteen bytes or").decode())
    revise(office, 1)
    came = receiver.next()
    assert came.headers["webhook-signature"] == hmac_of(came, b"sixteen bytes or")


def check_rfc9421(office: Office, came: Came, url: str) -> None:
    """Verified step by step as RFC 9421 §3.2 has it. InvalidSignature when it does not hold."""
    digest = "sha-256=:" + b64encode(sha256(came.body).digest()).decode() + ":"
    assert came.headers["content-digest"] == digest
    label, _, parameters = came.headers["signature-input"].partition("=")
    covered = re.findall(r'"([^"]+)"', parameters.partition(")")[0])
    values = {"@method": "POST", "@target-uri": url} | came.headers
    lines = [f'"{name}": {values[name]}' for name in covered] + [f'"@signature-params": {parameters}']
    assert {"@method", "@target-uri", "content-digest", "webhook-timestamp"} <= set(covered)
    assert 'alg="ecdsa-p256-sha256"' in parameters
    kid = re.search(r'keyid="([^"]+)"', parameters)
    assert kid
    raw = b64decode(came.headers["signature"].removeprefix(f"{label}=:").removesuffix(":"))
    key = office.keys()[kid[1]].public_key
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    key.verify(encode_dss_signature(r, s), "\n".join(lines).encode(), ec.ECDSA(SHA256()))


def test_an_http_message_signature_is_made_by_the_key_that_signs_documents(office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver, signature="rfc9421", secret=None)
    revise(office, 1)
    came = receiver.next()
    check_rfc9421(office, came, receiver.url)
    altered = Came(came.headers | {"webhook-timestamp": "1"}, came.body)
    with pytest.raises(InvalidSignature):
        check_rfc9421(office, altered, receiver.url)


# In order, and again


def test_what_fails_is_tried_again_and_the_holders_next_one_waits(office: Office, receiver: Receiver) -> None:
    receiver.statuses = [503, 0, 500]
    subscribe(office, receiver)
    revise(office, 1)
    revise(office, 2)
    seen = []
    for _ in range(5):
        seen.append(receiver.next().json["sequence"])
        office.http.post(f"{office.control}/webhooks/retry")
    assert seen == [1, 1, 1, 1, 2]
    until(lambda: [one["outcome"] for one in deliveries(office)] == ["delivered"] * 2)
    tried = [attempt["status"] for attempt in deliveries(office)[0]["attempts"]]
    assert tried == [503, None, 500, 204]


def test_a_holder_whose_delivery_fails_holds_back_nobody_else(office: Office, receiver: Receiver) -> None:
    receiver.statuses = [503]
    subscribe(office, receiver)
    revise(office, 1)
    assert receiver.next().json["holder"]["id"] == PERSON
    revise(office, 2)
    revise(office, 3, ANOTHER)
    assert receiver.next().json["holder"]["id"] == ANOTHER


def test_the_order_of_one_holder_holds_whatever_fails(office: Office, receiver: Receiver) -> None:
    receiver.statuses = [204, 500, 0, 204, 503, 204]
    subscribe(office, receiver)
    for number in range(6):
        revise(office, number)
    delivered: list[int] = []

    def all_told() -> bool:
        office.http.post(f"{office.control}/webhooks/retry")
        return all(one["outcome"] == "delivered" for one in deliveries(office))

    until(all_told)
    while not receiver.came.empty():
        delivered.append(receiver.next().json["sequence"])
    assert list(dict.fromkeys(delivered)) == [1, 2, 3, 4, 5, 6]
    assert delivered == sorted(delivered)


def test_who_says_gone_is_told_nothing_more_until_they_ask(office: Office, receiver: Receiver) -> None:
    receiver.statuses = [410]
    subscribe(office, receiver)
    revise(office, 1)
    receiver.next()
    until(lambda: office.get("webhooks")["subscriptions"][0]["disabled"])
    revise(office, 2)
    assert [one["outcome"] for one in deliveries(office)] == ["dropped"]
    assert replay(office, 1).json() == {"replayed": 1}
    assert receiver.next().json["sequence"] == 2


def test_a_replay_tells_everything_after_a_number_again_in_order(office: Office, receiver: Receiver) -> None:
    revise(office, 1)  # before anybody listened
    subscribe(office, receiver)
    revise(office, 2)
    revise(office, 3)
    assert [one.json["sequence"] for one in receiver.some(2)] == [2, 3]
    until(lambda: all(one["outcome"] == "delivered" for one in deliveries(office)))
    assert replay(office, 0).json() == {"replayed": 3}
    again = receiver.some(3)
    assert [one.json["sequence"] for one in again] == [1, 2, 3]
    assert len({one.json["id"] for one in again}) == 3


def test_a_replay_takes_the_place_of_what_was_waiting(office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver)
    receiver.open.clear()
    for number in range(3):
        revise(office, number)
    replay(office, 1)
    receiver.open.set()
    assert [one.json["sequence"] for one in receiver.some(3)] == [1, 2, 3]
    until(lambda: not [one for one in deliveries(office) if one["outcome"] == "pending"])
    assert receiver.came.empty()


@pytest.mark.parametrize("way", ["reset", "delete", "unsubscribe"])
def test_nobody_is_called_any_more_when_it_is_over(office: Office, receiver: Receiver, way: str) -> None:
    receiver.statuses = [503] * 3
    subscribe(office, receiver)
    revise(office, 1)
    receiver.next()
    match way:
        case "reset":
            office.post("reset", {})
            assert office.get("webhooks") == {"subscriptions": [], "events": 0, "deliveries": []}
        case "delete":
            office.http.delete(office.control)
        case "unsubscribe":
            assert wallet(office, "wallet.subscribe", "subscriptions/s-1", {}, way="DELETE").status_code == 204
            office.http.post(f"{office.control}/webhooks/retry")
            revise(office, 2)
            assert [one["outcome"] for one in deliveries(office)] == ["dropped"]
    with pytest.raises(Empty):  # within the first pause, and a little more
        receiver.came.get(timeout=0.7)


def test_a_restored_snapshot_keeps_who_is_told(office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver)
    office.post("snapshots", {})
    office.post("snapshots/snapshot/restore", {})
    revise(office, 1)
    assert receiver.next().what == ("document.added", 1)


# Faults


def test_a_delivery_may_come_twice_by_name(office: Office, receiver: Receiver) -> None:
    office.fault("webhooks", "duplicate", match={"service": "document.added"}, times=1)
    subscribe(office, receiver)
    revise(office, 1)
    first, twin = receiver.some(2)
    assert (first.body, first.headers["webhook-id"]) == (twin.body, twin.headers["webhook-id"])
    until(lambda: deliveries(office)[0]["attempts"][0]["faults"] == ["duplicate"])


def test_two_deliveries_of_a_holder_may_change_places_by_name(office: Office, receiver: Receiver) -> None:
    office.fault("webhooks", "out_of_order", times=1)
    subscribe(office, receiver)
    revise(office, 1)
    revise(office, 2, ANOTHER)
    assert receiver.next().json["holder"]["id"] == ANOTHER
    revise(office, 3)
    revise(office, 4)
    assert [one.json["sequence"] for one in receiver.some(3)] == [3, 1, 4]


@pytest.mark.parametrize("signature", ["hmac", "rfc9421"])
def test_a_signature_may_be_wrong_by_name(office: Office, receiver: Receiver, signature: str) -> None:
    office.fault("webhooks", "bad_signature", match={"person": PERSON})
    subscribe(office, receiver, signature=signature)
    revise(office, 1)
    came = receiver.next()
    if signature == "hmac":
        assert came.headers["webhook-signature"] != hmac_of(came)
    else:
        with pytest.raises(InvalidSignature):
            check_rfc9421(office, came, receiver.url)


def test_a_delivery_may_be_two_days_old_and_rightly_signed_by_name(office: Office, receiver: Receiver) -> None:
    office.fault("webhooks", "stale", match={"document_type": CARD})
    subscribe(office, receiver)
    revise(office, 1)
    came = receiver.next()
    assert time() - int(came.headers["webhook-timestamp"]) > 47 * 3600
    assert came.headers["webhook-signature"] == hmac_of(came)


def test_a_late_delivery_holds_back_only_its_own_holder(office: Office, receiver: Receiver) -> None:
    office.fault("webhooks", "latency", match={"person": PERSON}, attributes={"ms": 60_000})
    subscribe(office, receiver)
    revise(office, 1)
    revise(office, 2, ANOTHER)
    assert receiver.next().json["holder"]["id"] == ANOTHER


@pytest.mark.parametrize("kind", ["http_503", "timeout", "garbage", "name_differs", "alg_none"])
def test_a_fault_that_no_delivery_can_have_is_refused(office: Office, kind: str) -> None:
    answer = office.http.post(f"{office.control}/faults", json={"face": "webhooks", "kind": kind})
    assert answer.status_code == 422


# Who may subscribe


def test_a_subscription_is_its_clients_alone_and_never_tells_its_secret(office: Office, receiver: Receiver) -> None:
    first = subscribe(office, receiver)
    assert first.json() == {
        "id": "s-1",
        "url": receiver.url,
        "events": ["document.added", "document.changed", "document.revoked"],
        "signature": "hmac",
        "status": "active",
        "pending": 0,
        "failed": 0,
    }
    assert subscribe(office, receiver, events=["document.added"]).status_code == 200
    listed = wallet(office, "wallet.subscribe", "subscriptions", {}, way="GET").json()["items"]
    assert [one["events"] for one in listed] == [["document.added"]]
    other = ("second-office", "another-secret")
    Rp(office).register(other[0], secret=other[1], grant_types=["client_credentials"]).raise_for_status()
    for way, path, body, status in (
        ("GET", "subscriptions/s-1", {}, 404),
        ("DELETE", "subscriptions/s-1", {}, 404),
        ("POST", "subscriptions/s-1/replay", {"after": 0}, 404),
        ("PUT", "subscriptions/s-1", {"url": receiver.url, "secret": SECRET}, 409),
    ):
        assert wallet(office, "wallet.subscribe", path, body, other, way).status_code == status
    assert SECRET not in office.http.get(f"{office.control}/webhooks").text
    assert SECRET not in office.http.get(f"{office.control}/journal").text


def test_another_scope_subscribes_to_nothing(office: Office, receiver: Receiver) -> None:
    body = {"url": receiver.url, "secret": SECRET}
    assert wallet(office, "wallet.redeem", "subscriptions/s-1", body, way="PUT").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"url": "ftp://127.0.0.1/x"},
        {"url": "/hooks"},
        {"url": "http://user:secret@127.0.0.1/"},
        {"url": "http://127.0.0.1/#x"},
        {"url": "http://127.0.0.1/a b"},
        {"url": "http://127.0.0.1:99999/"},
        {"url": "http://127.0.0.1/\r\nX: y"},
        {"secret": "short"},
        {"secret": None},
        {"events": []},
        {"events": ["document.read"]},
        {"signature": "none"},
        {"more": 1},
    ],
)
def test_a_subscription_with_a_mistake_is_told_so(office: Office, receiver: Receiver, change: Json) -> None:
    assert subscribe(office, receiver, **change).status_code == 400


def test_a_world_has_room_for_twenty_subscriptions(office: Office, receiver: Receiver) -> None:
    made = [subscribe(office, receiver, f"s-{number}").status_code for number in range(21)]
    assert made == [201] * 20 + [409]


# The call itself


def test_an_answer_is_read_to_its_head_and_no_further(receiver: Receiver) -> None:
    receiver.statuses = [302]
    assert asyncio.run(post(receiver.url, {}, b"{}", 5.0)).status == 302


def test_a_receiver_that_says_nothing_is_no_answer(receiver: Receiver) -> None:
    receiver.statuses = [0]
    with pytest.raises(NoAnswer):
        asyncio.run(post(receiver.url, {}, b"{}", 5.0))
    receiver.open.clear()
    with pytest.raises(NoAnswer, match="timeout"):
        asyncio.run(post(receiver.url, {}, b"{}", 0.05))


def test_a_url_without_a_path_leads_to_the_root() -> None:
    assert target_of("https://office.example")[:3] == (True, "office.example", 443)
    assert target_of("http://[::1]:8080?x=1").path == "/?x=1"
