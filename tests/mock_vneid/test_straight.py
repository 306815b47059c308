"""The straight way says and notes what the framework would; whatever is unusual goes the other way, and is not lost."""

import json
import socket
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_vneid.faces.straight import read_head
from mock_vneid.faults import NDXP_CODE, NDXP_SERVICES
from mock_vneid.server import FacesProtocol
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import PERSON, Json, Office, unverified

SEARCH = "/wallet/documents/search"
WAYS = {"wallet": SEARCH, "ndxp": "/ndxp/services/037"}


def raw(office: Office, face: str, query: Json, service: str = "037", **headers: str) -> bytes:
    """One request as bytes; a header given replaces the usual one."""
    url, body = httpx.URL(office.vneid), json.dumps(query, ensure_ascii=False).encode()
    usual = {
        "Host": url.netloc.decode(),
        "Authorization": f"Bearer {office.tokens[face]}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    lines = [f"POST {url.path}{WAYS[face].replace('037', service)} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (usual | headers).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def talk(office: Office, *pieces: bytes, answers: int = 1) -> list[tuple[int, Json]]:
    """What comes back on one connection; each piece is sent once the server has taken the one before."""
    url = httpx.URL(office.vneid)
    found = []
    with socket.create_connection((url.host, url.port or 80), timeout=10) as line, line.makefile("rb") as said:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            line.sendall(piece)
            office.get("clock")  # answered by the same loop, after it has read what we sent
        for _ in range(answers):
            status, length = int(said.readline().split()[1]), 0
            while (header := said.readline().strip()) != b"":
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            found.append((status, json.loads(said.read(length))))
    return found


def comparable(answer: Json) -> Json:
    """Without what differs from one answer to the next: moments, random names, signatures."""
    told = json.loads(json.dumps(answer))
    told.pop("answered_at", None)
    for result in told.get("results", []):
        if "document" in result:
            claims = unverified(result["document"])
            result["document"] = {key: value for key, value in claims.items() if key not in {"iat", "exp", "jti"}}
    return dict(told)


def noted(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name not in {"number", "at"}}


TYPES = st.lists(
    st.sampled_from(["CAN_CUOC", "GIAY_KHAI_SINH", "GIAY_PHEP_LAI_XE", "THE_BHYT", "DANG_KIEM", "NEVER_SEEN"]),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="session")
def virtual_of_run(mock: Any, http: httpx.Client) -> Office:
    return new_world(mock, http, population="virtual")


@settings(max_examples=40, deadline=None)
@given(
    face=st.sampled_from(["wallet", "ndxp"]),
    tail=st.integers(0, 999_999),
    year=st.integers(40, 99),
    types=TYPES,
    officer=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    service=st.sampled_from(NDXP_SERVICES) | st.from_regex(NDXP_CODE, fullmatch=True),
)
def test_both_ways_say_and_note_the_same(
    virtual_of_run: Office, face: str, tail: int, year: int, types: list[str], officer: str, service: str
) -> None:
    office = virtual_of_run
    query = office.query(types, f"0420{year}{tail:06d}", officer=officer)
    straight = raw(office, face, query, service)
    assert read_head(straight.partition(b"\r\n\r\n")[0]) is not None
    other = raw(office, face, query, service, **{"Content-Type": "application/json; charset=utf-8"})
    assert read_head(other.partition(b"\r\n\r\n")[0]) is None
    (one,), (two,) = talk(office, straight), talk(office, other)
    assert one[0] == 200
    assert (one[0], comparable(one[1])) == (two[0], comparable(two[1]))
    first, second = office.journal()[-2:]
    assert noted(first) == noted(second)


def test_a_request_in_pieces_is_one_request(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    whole = raw(empty, "ndxp", empty.query(["CAN_CUOC"]))
    for cut in (3, 40, len(whole) - 5):
        (answer,) = talk(empty, whole[:cut], whole[cut:])
        assert answer[0] == 200
        assert len(answer[1]["records"]) == 1


def test_what_looks_like_a_request_inside_a_body_is_not_one(empty: Office) -> None:
    hidden = raw(empty, "ndxp", empty.query(["CAN_CUOC"], request_id="hidden"))
    outer = raw(empty, "wallet", {}, **{"Content-Length": str(2 + len(hidden))})
    ((status, _),) = talk(empty, outer, hidden)
    assert status == 400
    assert [entry.get("request_id") for entry in empty.journal() if entry["face"] in WAYS] == [None]


def test_requests_sent_without_waiting_are_answered_in_order(empty: Office) -> None:
    queries = [empty.query(["CAN_CUOC"], request_id=f"r-{number}") for number in range(6)]
    requests = [raw(empty, "ndxp", query) for query in queries]
    answers = talk(empty, b"".join(requests[:3]), *requests[3:], answers=6)
    assert [answer["request_id"] for _, answer in answers] == [f"r-{number}" for number in range(6)]


def test_a_fault_a_licence_and_a_token_are_looked_at_anew_each_time(empty: Office) -> None:
    request = raw(empty, "ndxp", empty.query(["CAN_CUOC"]))
    assert talk(empty, request)[0][0] == 200
    empty.put("licences", {"procedures": []})
    assert talk(empty, request)[0][1]["error_code"] == "004"
    empty.put("licences", {})
    fault = empty.fault("ndxp", "not_licensed", match={"person": PERSON})
    assert talk(empty, request)[0][0] == 403
    empty.http.delete(f"{empty.control}/faults/{fault}").raise_for_status()
    assert talk(empty, request)[0][0] == 200
    empty.post("clock", {"advance": "PT1H"})
    assert talk(empty, request)[0][1]["error"] == "invalid_token"
    assert [entry["status"] for entry in empty.journal(face="ndxp") if entry["method"] == "POST"][-5:] == [
        200,
        403,
        403,
        200,
        401,
    ]


def test_the_control_door_answers_no_face(empty: Office) -> None:
    url = httpx.URL(empty.control)
    answer = empty.http.post(
        f"http://{url.netloc.decode()}/w/{empty.world}{SEARCH}",
        json=empty.query(["CAN_CUOC"]),
        headers=empty.bearer("wallet"),
    )
    assert answer.status_code == 404


GOOD = b"\r\n".join(
    (
        b"POST /w/a/ndxp/services/037 HTTP/1.1",
        b"host: x",
        b"authorization: Bearer t",
        b"content-type: application/json",
        b"content-length: 2",
    )
)


def test_a_head_in_the_usual_form_is_read() -> None:
    read = read_head(GOOD + b"\r\nAccept: */*\r\nconnection: Keep-Alive")
    assert read is not None
    assert (read.world, read.service, read.host, read.authorization, read.length) == ("a", "037", b"x", "Bearer t", 2)


@pytest.mark.parametrize(
    "change",
    [
        (b"POST", b"PUT"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"/037", b"/HO_TICH"),
        (b"/037", b"/" + b"X" * 33),
        (b"/037", b"/037?a=b"),
        (b"/w/a/", b"/w/%61/"),
        (b"host: x\r\n", b""),
        (b"authorization: Bearer t\r\n", b""),
        (b"content-length: 2", b"content-length: +2"),
        (b"content-length: 2", b"content-length: 65537"),
        (b"content-length: 2", b"content-length: 2\r\ncontent-length: 3"),
        (b"content-length: 2", b"transfer-encoding: chunked"),
        (b"content-length: 2", b"content-length: 2\r\ntransfer-encoding: chunked"),
        (b"content-length: 2", b"content-length: 2\r\nexpect: 100-continue"),
        (b"content-length: 2", b"content-length: 2\r\nconnection: close"),
        (b"content-length: 2", b"content-length: 2\r\nupgrade: h2c"),
        (b"content-length: 2", b"content-length: 2\r\n folded: line"),
        (b"content-length: 2", b"content-length : 2"),
        (b"application/json", b"application/json; charset=utf-8"),
        (b"Bearer t", b"Bearer \x80"),
    ],
)
def test_an_unusual_head_goes_the_other_way(change: tuple[bytes, bytes]) -> None:
    assert read_head(GOOD) is not None
    assert change[0] in GOOD
    assert read_head(GOOD.replace(*change)) is None


@given(head=st.binary() | st.binary().map(lambda more: GOOD + b"\r\n" + more))
def test_no_bytes_whatever_make_it_fall(head: bytes) -> None:
    read_head(head)


def test_the_alarm_of_an_earlier_answer_waits_for_the_later_one() -> None:
    loop = Standing()
    line = FacesProtocol.__new__(FacesProtocol)
    line.loop, line.timeout_keep_alive, line.transport = loop, 75, loop  # type: ignore[assignment]  # what it asks of them
    line._answered_at = 90.0
    line.timeout_keep_alive_handler()
    assert (loop.alarms, loop.closed) == ([65.0], False)
    line._answered_at = 25.0
    line.timeout_keep_alive_handler()
    assert (loop.alarms, loop.closed) == ([65.0], True)


class Standing:
    """A loop that stands at 100 seconds, and the transport on it."""

    def __init__(self) -> None:
        self.alarms: list[float] = []
        self.closed = False

    def time(self) -> float:
        return 100.0

    def call_later(self, delay: float, callback: object) -> None:
        self.alarms.append(delay)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True
