"""The sandbox as a program and as a helper of tests."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from mock_vneid.main import create_control, create_faces, create_universe, main
from mock_vneid.testing import new_world, run_mock
from tests.mock_vneid.office import CLIENT, Office, unverified

START_SECONDS = 30
PROGRAM = [sys.executable, "-m", "mock_vneid", "--port", "0", "--control-port", "0"]


def started() -> tuple[subprocess.Popen[str], str, str]:
    process = subprocess.Popen(PROGRAM, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    found = re.findall(r"http://[0-9.]+:[0-9]+", process.stdout.readline())
    watchdog.cancel()
    assert len(found) == 2, f"it did not say where it listens within {START_SECONDS} seconds"
    return process, found[0], found[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_process_serves_both_doors_until_it_is_told_to_stop(number: signal.Signals) -> None:
    process, faces, control = started()
    with process:
        assert httpx.get(f"{faces}/healthz").status_code == 200
        assert httpx.get(f"{control}/worlds/default").json()["people"] >= 11
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert (out, err) == ("", "")


def test_a_held_request_does_not_keep_it_from_stopping() -> None:
    process, faces, control = started()
    with process, httpx.Client() as http:
        http.post(f"{control}/worlds/default/faults", json={"face": "oidc", "kind": "timeout"}).raise_for_status()
        with socket.create_connection(("127.0.0.1", httpx.URL(faces).port or 0)) as held:
            held.sendall(b"POST /w/default/oidc/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            while not http.get(f"{control}/worlds/default/journal").json()["items"]:
                pass
            process.terminate()
            _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, "")


def test_it_refuses_to_start_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.run(
        PROGRAM, env=os.environ | {"MOTLAN_ENV": "production"}, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert "MOTLAN_ENV=production" in done.stderr
    assert "Traceback" not in done.stderr
    universe = create_universe()
    monkeypatch.setenv("MOTLAN_ENV", "production")
    for create in (create_faces, create_control):
        with pytest.raises(SystemExit):
            create(universe)


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([*PROGRAM[:3], "--port", port], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "cannot listen" in done.stderr
    assert port in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        *(
            (option, value, "0 to 65535")
            for option in ("--port", "--control-port")
            for value in ("99999", "-1", "x", "٣")
        ),
        ("--public-url", "vneid.example", "http(s)://"),
        ("--public-url", "ftp://vneid.example", "http(s)://"),
        ("--public-url", "https://", "http(s)://"),
        ("--public-url", "https://vneid.example:port", "http(s)://"),
        ("--public-url", "https://vneid.example/?a=b", "without query"),
        ("--public-url", "https://vneid.example#a", "without query"),
    ],
)
def test_an_option_that_cannot_be_meant_is_said_plainly(
    capsys: pytest.CaptureFixture[str], option: str, value: str, says: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main([f"{option}={value}"])
    err = capsys.readouterr().err
    assert left.value.code == 2
    assert f"argument {option}: " in err
    assert says in err


def test_the_front_of_each_door_leads_on() -> None:
    with run_mock() as mock, httpx.Client() as http:
        for url, place in ((mock.faces_url, "/docs"), (mock.control_url, "/worlds/default/page")):
            answer = http.get(f"{url}/", follow_redirects=True)
            assert (answer.status_code, answer.url.path) == (200, place)


def test_a_helper_starts_its_own_and_stops_it() -> None:
    with run_mock() as one, run_mock() as two, httpx.Client() as http:
        office, other = Office(one, "default", http), Office(two, "default", http)
        assert office.search(["CAN_CUOC"]).status_code == 200
        assert office.get("people/042190000001") == other.get("people/042190000001")
        assert not office.keys().keys() & other.keys().keys()
        other.tokens = office.tokens
        assert other.search(["CAN_CUOC"]).status_code == 401
        one.stop()
        one.stop()
        assert other.get("clock")
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{one.faces_url}/healthz")


def test_a_helper_names_where_each_face_of_a_world_stands() -> None:
    with run_mock() as mock, httpx.Client() as http:
        world = new_world(mock, http)
        assert (world.staff_url, world.soap_url, world.lgsp_url, world.envelope_url, world.vnconnect_url) == (
            mock.staff_url(world.name),
            mock.soap_url(world.name),
            mock.lgsp_url(world.name),
            mock.envelope_url(world.name),
            mock.vnconnect_url(world.name),
        )
        for url in (
            f"{world.staff_url}/.well-known/openid-configuration",
            f"{world.soap_url}/dancu",
            f"{world.lgsp_url}/dancu",
            f"{world.envelope_url}/auth",
            f"{world.vnconnect_url}/auth",
        ):
            assert http.get(url).status_code != 404
        world.put_person("042190100001", full_name="NGUYỄN VĂN AN", birth_date="1990-02-03", sex="male")
        world.put_officer("CB-0100", full_name="HỒ THỊ MỚI", agency="H27", agency_name="UBND xã", roles=["handler"])
        assert len(world.present("042190100001", "CAN_CUOC")) == 10
        assert (world.results(), world.dossiers()) == ([], [])


def test_the_base_of_issuers_may_be_set() -> None:
    faces = create_faces(create_universe("https://vneid.example/"))

    async def token() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(faces), base_url="http://inside") as client:
            answer = await client.post("/w/default/oidc/token", data={"grant_type": "client_credentials"}, auth=CLIENT)
            body: dict[str, str] = answer.raise_for_status().json()
            return body["access_token"]

    assert unverified(asyncio.run(token()))["iss"] == "https://vneid.example/w/default"
