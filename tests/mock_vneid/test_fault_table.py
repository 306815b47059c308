"""Every fault by its name: what the wire carries, and what a careful client concludes. One row each, none left out."""

import asyncio
import json
import socket
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import httpx
import pytest

from app.domain.evidence import Said
from app.registries.answers import Reading, Reply, SourceFailed
from app.registries.portal import Portal
from mock_vneid.faults import FAMILIES, KINDS, NDXP_SERVICES, Face, Fault
from mock_vneid.specs import VIETNAM
from tests.mock_vneid.office import ANOTHER, PERSON, Json, Office, unverified
from tests.registries.sources import CLIENT, ask, one, outcome, search, services, talk, wallet

CARD, BIRTH, NONE = "CAN_CUOC", "GIAY_KHAI_SINH", "VAN_BANG"


# What came over the wire, byte by byte


@dataclass(frozen=True)
class Heard:
    """`ended`: by FIN, by RST, or not at all within the time we listened."""

    raw: bytes
    ended: Literal["fin", "rst", "silence"]

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1]) if self.raw else 0

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> Json:
        said: Json = json.loads(self.body)
        return said

    @property
    def document(self) -> str:
        document: str = self.json["results"][0]["document"]
        return document

    @property
    def header(self) -> Json:
        return part(self.document, 0)

    @property
    def claims(self) -> Json:
        return unverified(self.document) if self.document.count(".") == 2 else {}

    @property
    def paper(self) -> Json:
        """The first document or record, whichever face it came from."""
        return part(self.document, 1) if "results" in self.json else self.json["records"][0]


def part(document: str, number: int) -> Json:
    text = document.split(".")[number]
    found: Json = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def heard(office: Office, face: str, patience: float = 5.0, types: tuple[str, ...] = (CARD,)) -> Heard:
    url = httpx.URL(f"{office.vneid}/wallet/documents/search" if face == "wallet" else f"{office.ndxp}/services/037")
    body = json.dumps(office.query(list(types))).encode()
    head = (
        f"POST {url.path} HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {office.tokens[face]}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    raw = bytearray()
    with socket.create_connection((url.host, url.port or 0), timeout=patience) as wire:
        wire.sendall(head.encode() + body)
        try:
            while piece := wire.recv(1 << 16):
                raw += piece
        except ConnectionResetError:
            return Heard(bytes(raw), "rst")
        except TimeoutError:
            return Heard(bytes(raw), "silence")
    return Heard(bytes(raw), "fin")


# The rows


@dataclass(frozen=True)
class Row:
    """`wire` holds of what came; `wallet` and `ndxp`: what the client of each concludes, None: no such fault there."""

    wire: Callable[[Heard], bool]
    wallet: str | None
    ndxp: str | None
    attributes: dict[str, int] = field(default_factory=dict)


def both(wire: Callable[[Heard], bool], concluded: str, **attributes: int) -> Row:
    return Row(wire, concluded, concluded, attributes)


def signed(wire: Callable[[Heard], bool], concluded: str) -> Row:
    return Row(wire, concluded, None)


def right(came: Heard) -> bool:
    return came.status == 200 and came.ended == "fin" and came.paper["holder"]["id"] == PERSON


def whole(came: Heard) -> bool:
    """All announced bytes came."""
    return len(came.body) == int(came.headers["content-length"])


def yesterday() -> str:
    return (datetime.now(VIETNAM) - timedelta(days=1)).date().isoformat()


def made(came: Heard) -> float:
    """When the message says it was made, in seconds since the epoch."""
    said = came.json
    return datetime.fromisoformat(said["answered_at"]).timestamp() if "answered_at" in said else came.claims["iat"]


def old(came: Heard) -> float:
    return datetime.now(UTC).timestamp() - made(came)


def entries(came: Heard) -> list[Json]:
    found: list[Json] = came.json.get("results") or came.json["records"]
    return found


ROWS: dict[str, Row] = {
    # transport
    "latency": both(right, "document", ms=30),
    "jitter": both(right, "document", ms=30),
    "timeout": both(lambda came: (came.raw, came.ended) == (b"", "silence"), "timeout"),
    "slow_bytes": both(lambda came: right(came) and whole(came), "document", ms=1, bytes=100),
    "reset": both(lambda came: (came.raw, came.ended) == (b"", "rst"), "unreachable"),
    "half_close": both(lambda came: (came.raw, came.ended) == (b"", "fin"), "unreachable", seconds=1),
    "truncated": both(
        lambda came: came.ended == "fin" and len(came.body) == int(came.headers["content-length"]) // 2, "unreachable"
    ),
    "huge": both(
        lambda came: "content-length" not in came.headers and len(came.body) > 2048 * 1024, "too_large", kb=2048
    ),
    # protocol
    "http_500": both(lambda came: came.status == 500, "server_error"),
    "http_503": both(lambda came: (came.status, came.headers["retry-after"]) == (503, "7"), "server_error", seconds=7),
    "rate_limit": both(lambda came: (came.status, came.headers["retry-after"]) == (429, "1"), "rate_limited"),
    "unauthorized": both(
        lambda came: (came.status, came.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"'),
        "unauthorized",
    ),
    "redirect": both(lambda came: came.status == 302 and came.headers["location"].endswith("/sign-in"), "rejected"),
    "garbage": both(lambda came: came.status == 200 and came.body.startswith(b'{"request_id": "\xc3('), "garbage"),
    "empty_body": both(lambda came: (came.status, came.body) == (200, b""), "garbage"),
    "html_page": both(lambda came: came.headers["content-type"].startswith("text/html"), "garbage"),
    "wrong_content_type": both(
        lambda came: right(came) and came.headers["content-type"].startswith("text/html"), "document"
    ),
    "schema_drift": both(lambda came: "requestId" in came.json["data"] and whole(came), "garbage"),
    "duplicate": both(lambda came: len(entries(came)) == 2 and entries(came)[0] == entries(came)[1], "garbage"),
    "out_of_order": both(right, "document"),
    "replayed_answer": both(lambda came: came.json["request_id"].startswith("earlier-"), "wrong_request"),
    "stale_cache": both(lambda came: came.headers["age"] == "3600" and 3590 < old(came) < 3660, "stale"),
    "stale": both(lambda came: 2 * 86_400 - 10 < old(came) < 2 * 86_400 + 60, "stale"),
    # crypto
    "bad_signature": signed(right, "bad_signature"),
    "retired_key": signed(right, "unknown_key"),
    "unknown_kid": signed(right, "unknown_key"),
    "alg_none": signed(lambda came: came.header["alg"] == "none" and came.document.endswith("."), "header_not_allowed"),
    "wrong_alg": signed(lambda came: came.header["alg"] == "HS256", "wrong_alg"),
    "wrong_issuer": signed(lambda came: came.claims["iss"].endswith("-another"), "wrong_issuer"),
    "wrong_audience": signed(lambda came: came.claims["aud"] == "motlan-tthc-another", "wrong_audience"),
    "expired": signed(lambda came: came.claims["exp"] < datetime.now(UTC).timestamp() - 60, "expired"),
    "not_yet_valid": signed(lambda came: came.claims["iat"] > datetime.now(UTC).timestamp() + 60, "not_yet_valid"),
    "rotated_mid_flight": signed(right, "document"),
    # domain
    "revoked_yesterday": both(lambda came: came.paper["revoked_on"] == yesterday(), "revoked yesterday"),
    "expired_yesterday": both(lambda came: came.paper["valid_until"] == yesterday(), "expired yesterday"),
    "name_differs": both(lambda came: came.paper["full_name"] == "NGUYỄN VĂN KHÁC", "named NGUYỄN VĂN KHÁC"),
    "accent_differs": both(lambda came: came.paper["full_name"] == "NGUYEN VAN AN", "named NGUYEN VAN AN"),
    "birth_year_only": both(lambda came: came.paper["birth_date"] == "1990", "born 1990"),
    "not_linked": Row(
        lambda came: entries(came) == [{"document_type": CARD, "status": "not_linked"}], "not_linked", None
    ),
    "person_not_found": both(
        lambda came: (
            came.json.get("person") is None
            and (came.json.get("results", [{"status": "absent"}])[0]["status"], came.json.get("records", []))
            == ("absent", [])
        ),
        "nothing",
    ),
    "registry_and_wallet_disagree": both(
        lambda came: (
            (came.json.get("results", [{"status": "absent"}])[0]["status"], came.json.get("records", []))
            == ("absent", [])
        ),
        "nothing",
    ),
    "wrong_person": both(lambda came: came.paper["holder"]["id"] == ANOTHER, "wrong_person"),
    "not_licensed": both(lambda came: (came.status, came.json["error_code"]) == (403, "004"), "not_licensed"),
    "no_right": both(lambda came: (came.status, came.json["error_code"]) == (403, "005"), "no_right"),
}

CASES = [
    (face, kind)
    for kind, row in ROWS.items()
    for face, concluded in (("wallet", row.wallet), ("ndxp", row.ndxp))
    if concluded is not None
]


def test_every_fault_of_the_two_sources_has_a_row() -> None:
    there = {(face, kind) for kind in KINDS for face in KINDS[kind].faces if face in ("wallet", "ndxp")}
    assert set(CASES) == there
    assert len(ROWS) >= 30
    assert sum(len(kinds) for kinds in FAMILIES.values()) == len(KINDS)


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    empty.put_holding(CARD)
    empty.put_holding(BIRTH)
    return empty


def concluded(office: Office, face: str, types: tuple[str, ...], patience: float = 5.0) -> Reply | str:
    if face == "wallet":
        return talk(wallet(office.vneid, timeout=patience), lambda source: search(source, *types))
    return talk(services(office.ndxp, timeout=patience), lambda source: ask(source, *types))


def in_words(reply: Reply | str, kind: str) -> str:
    """What was concluded of one document: of a fact of the domain, that fact."""
    word = outcome(reply)
    if word != "document" or not KINDS[kind].states:
        return word
    reading = one(reply)
    day = date.fromisoformat(yesterday())
    if reading.revoked_on == day:
        return "revoked yesterday"
    if reading.valid_until == day:
        return "expired yesterday"
    if reading.identity.birth_date == "1990":
        return "born 1990"
    return f"named {reading.identity.full_name}"


@pytest.mark.parametrize(("face", "kind"), CASES)
def test_a_fault_on_the_wire_and_what_is_concluded_of_it(office: Office, face: str, kind: str) -> None:
    row = ROWS[kind]
    office.fault(face, kind, attributes=row.attributes)
    patience = 0.4 if kind == "timeout" else 5.0
    came = heard(office, face, patience)
    assert row.wire(came), came
    assert in_words(concluded(office, face, (CARD,), patience), kind) == (row.wallet if face == "wallet" else row.ndxp)
    entry = office.journal(face=face, service="search" if face == "wallet" else "037")[-1]
    assert [fault["kind"] for fault in entry["faults"]] == [kind]


def facts(reading: Reading) -> tuple[object, ...]:
    return (reading.said, reading.identity, reading.issued_on, reading.valid_until, reading.revoked_on)


@pytest.mark.parametrize(("face", "kind"), [(face, kind) for face, kind in CASES if not KINDS[kind].states])
def test_a_fault_of_a_source_never_becomes_a_fact_about_a_person(office: Office, face: str, kind: str) -> None:
    """With and without the fault the same is known, or nothing: of a paper that is held, and of one that is not."""
    types = (CARD, NONE)
    calm = concluded(office, face, types)
    office.fault(face, kind, attributes=ROWS[kind].attributes)
    struck = concluded(office, face, types, 0.4 if kind == "timeout" else 5.0)
    assert isinstance(calm, Reply)
    if isinstance(struck, Reply):
        for known, told in zip(calm.readings, struck.readings, strict=True):
            assert told.said is Said.NO_ANSWER or facts(told) == facts(known)
        assert struck.person in (None, calm.person)


# On the token endpoints and the portal: nothing is said of anybody, so there is an answer or there is none


async def _published(url: str, patience: float) -> object:
    portal = Portal(f"{url}/portal", *CLIENT, "000.00.00.H27", timeout=patience)
    try:
        return await portal.procedures()
    except SourceFailed as failed:
        return failed.cause
    finally:
        await portal.close()


def told_of_the_portal(url: str, patience: float = 5.0) -> object:
    """What it publishes, or the cause for which it said nothing."""
    return asyncio.run(_published(url, patience))


_NO_TOKEN = {"no_token", "timeout", "unreachable", "too_large"}


def general(face: Face) -> list[str]:
    return [kind for kind in KINDS if face in KINDS[kind].faces and KINDS[kind].effect in ("transport", "line")]


@pytest.mark.parametrize("kind", general("oidc"))
def test_a_token_endpoint_in_trouble_gives_no_token_or_the_right_one(office: Office, kind: str) -> None:
    row = ROWS[kind]
    office.fault("oidc", kind, match={"service": "vneid"}, attributes=row.attributes)
    word = outcome(concluded(office, "wallet", (CARD,), 0.4 if kind == "timeout" else 5.0))
    harmless = kind in ("latency", "jitter", "slow_bytes", "wrong_content_type")
    assert word == "document" if harmless else word in _NO_TOKEN


@pytest.mark.parametrize("kind", general("portal"))
def test_a_portal_in_trouble_publishes_nothing_or_the_truth(office: Office, kind: str) -> None:
    for code in ("1.001193", "1.000894"):
        office.put(
            f"procedures/{code}",
            {"name": "Thủ tục", "sector": "Hộ tịch", "level": "xã", "agency": "UBND cấp xã", "components": []},
        )
    calm = told_of_the_portal(office.vneid)
    attributes = ROWS[kind].attributes | ({"kb": 20_000} if kind == "huge" else {})
    for service in ("login", "LayDanhSachTTHC"):
        fault_id = office.fault("portal", kind, match={"service": service}, attributes=attributes)
        struck = told_of_the_portal(office.vneid, patience=0.4 if kind == "timeout" else 5.0)
        assert isinstance(struck, str) or struck == calm
        office.http.delete(f"{office.control}/faults/{fault_id}").raise_for_status()


# What a table does not show


def test_entries_out_of_order_are_read_by_their_names(office: Office) -> None:
    office.fault("wallet", "out_of_order")
    office.fault("ndxp", "out_of_order")
    for face in ("wallet", "ndxp"):
        came = heard(office, face, types=(CARD, BIRTH))
        assert [entry["document_type"] for entry in entries(came)] == [BIRTH, CARD]
        reply = concluded(office, face, (CARD, BIRTH))
        assert isinstance(reply, Reply)
        assert [reading.said for reading in reply.readings] == [Said.DOCUMENT, Said.DOCUMENT]


def test_a_slow_answer_is_cut_off_by_who_has_a_budget_for_the_whole_of_it(office: Office) -> None:
    """Between two pieces nobody waits long, so only a budget for the whole answer ends it."""
    office.fault("wallet", "slow_bytes", attributes={"ms": 100, "bytes": 1})

    async def within(source: Any) -> str:
        try:
            async with asyncio.timeout(0.5):
                return outcome(await search(source))
        except TimeoutError:
            return "gave up"

    assert talk(wallet(office.vneid, timeout=0.4), within) == "gave up"


def test_a_key_rotated_mid_flight_is_fetched_by_who_has_the_old_ones(office: Office) -> None:
    async def across(source: Any) -> list[str]:
        before = outcome(await search(source))
        office.fault("wallet", "rotated_mid_flight", times=1)
        at_once = outcome(await search(source))
        source._keys.fetched_at -= 2  # two seconds ago, so that the pause between two fetches is over
        return [before, at_once, outcome(await search(source))]

    before, at_once, after = talk(wallet(office.vneid), across)
    assert (before, after) == ("document", "document")
    assert at_once in ("document", "unknown_key")
    assert len(office.keys()) == 2


def test_an_answer_of_many_documents_sees_one_rotation(office: Office) -> None:
    office.fault("wallet", "rotated_mid_flight")
    documents = office.documents([CARD, BIRTH])
    assert all(office.verified(document) for document in documents.values())


def test_a_stale_copy_of_the_keys_makes_every_document_unknown(office: Office) -> None:
    office.fault("wallet", "stale_cache", match={"service": "jwks"})
    answer = office.http.get(f"{office.vneid}/wallet/jwks")
    assert answer.headers["age"] == "3600"
    assert outcome(concluded(office, "wallet", (CARD,))) == "unknown_key"


def test_a_service_may_be_right_where_another_of_the_same_platform_is_not(office: Office) -> None:
    office.fault("ndxp", "truncated", match={"service": NDXP_SERVICES[1]})
    assert right(heard(office, "ndxp"))


def test_a_source_disagrees_only_where_the_other_one_holds_it(office: Office) -> None:
    office.put_holding(CARD, wallet="linked", registry="absent")
    office.fault("wallet", "registry_and_wallet_disagree")
    assert outcome(concluded(office, "wallet", (CARD,))) == "document"
    assert office.get("faults")["items"][0]["hits"] == 0


def test_a_jitter_is_the_same_in_every_run() -> None:
    def run() -> list[float]:
        fault = Fault("f", "wallet", "jitter", attributes={"ms": 1000})
        return [fault.lateness(7) for _ in range(20) if fault.strike(7)]

    assert run() == run()
    assert len(set(run())) == 20
    assert all(0 <= late < 1 for late in run())
