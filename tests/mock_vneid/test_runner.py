"""Scenario files: what the runner finds, prints and ends with, against sandboxes and gates that are really asked."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_vneid import scenario
from mock_vneid.runner import MISSED, OK, UNREACHABLE, WRONG, main
from mock_vneid.testing import Mock, new_world
from tests.mock_vneid.office import PERSON

SCENARIOS = sorted(path for path in scenario.DEFAULT.parent.glob("*.yaml") if path != scenario.DEFAULT)
HELD = f"""
population: empty
people:
  - id: "{PERSON}"
    full_name: NGUYỄN VĂN AN
    birth_date: "1990-02-03"
    sex: male
    holdings: {{CAN_CUOC: {{wallet: linked, registry: held, number: N-1}}}}
"""


def written(folder: Path, text: str) -> str:
    path = folder / "told.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_that_is_shipped_holds(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(path)]) == OK
    assert "FAIL" not in capsys.readouterr().out


def test_what_does_not_hold_is_printed_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"""{HELD}
expect:
  - name: ví
    holder: "{PERSON}"
    wallet: {{CAN_CUOC: not_linked, DANG_KIEM: absent}}
    says: {{CAN_CUOC: {{number: N-2}}}}
  - {{name: sổ, holder: "{PERSON}", services: {{"037": {{CAN_CUOC: absent}}, GPLX: no_answer}}}}
"""
    assert main([written(tmp_path, text)]) == MISSED
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines[1:-1]] == ["FAIL", "ok", "FAIL", "FAIL", "FAIL"]
    assert lines[1][-2:] == ["not_linked", "linked"]
    assert lines[3][-2:] == ["N-2", "N-1"]
    assert " ".join(lines[-1]) == "1 of 5 hold"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("expect: [{name: x}]", "holder"),
        ("peple: []", "no such field: peple"),
        ("{", "told.yaml"),
        ('expect: [{name: x, holder: "042190100001", wallet: maybe}]', "wallet"),
    ],
)
def test_a_file_that_is_wrong_ends_with_2_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    assert main([written(tmp_path, text)]) == WRONG
    assert says in capsys.readouterr().err


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    assert main([str(tmp_path / "none.yaml")]) == WRONG


def test_a_sandbox_that_is_not_there_ends_with_3(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    assert main([written(tmp_path, HELD), "--world", "x", "--faces", nowhere, "--control", nowhere]) == UNREACHABLE


def test_somebody_elses_sandbox_is_asked_and_nothing_is_put_there(
    mock: Mock, http: httpx.Client, tmp_path: Path
) -> None:
    theirs = new_world(mock, http)
    theirs.put_person(
        PERSON, full_name="AN", birth_date="1990", sex="male", holdings={"CAN_CUOC": {"wallet": "linked"}}
    )
    before = theirs.person(PERSON)
    wanted = {
        "name": "ví",
        "holder": PERSON,
        "wallet": {"CAN_CUOC": "linked"},
        "says": {"CAN_CUOC": {"full_name": "AN"}},
    }
    text = f"{HELD}\nexpect: {json.dumps([wanted])}"
    assert main([written(tmp_path, text), "--url", theirs.vneid_url]) == OK
    assert theirs.person(PERSON) == before
    assert main([written(tmp_path, text), "--url", theirs.vneid_url, "--client", "nobody:x"]) == MISSED


# ---- with a gate ----------------------------------------------------------------------------------------------------


class FakeGate(BaseHTTPRequestHandler):
    """Decides by the name of whom it is asked about; it keeps the demands."""

    demands: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer: dict[str, Any]
        if self.path == "/oauth/token":
            status, answer = 200, {"access_token": "t"}
        elif self.headers["Authorization"] != "Bearer t":
            status, answer = 401, {}
        else:
            demand = json.loads(body)
            self.demands.append(demand)
            status = 422 if demand["items"][0]["ref"] == "odd" else 200
            answer = {"findings": [{"ref": "a", "outcome": "SYNC_FIRST", "reason": "not_linked"}]}
        said = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def gate_url() -> Iterator[str]:
    FakeGate.demands = []
    with HTTPServer(("127.0.0.1", 0), FakeGate) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def demanded(ref: str, **finding: str) -> str:
    demand = {"procedure": "1.001193", "items": [{"ref": ref, "document_type": "CAN_CUOC", "form": "copy"}]}
    wanted = {"name": "đòi giấy", "holder": PERSON, "demand": demand, "decisions": {ref: finding}}
    faults = [{"face": "wallet", "kind": "http_503"}]
    return f"{HELD}\nfaults: {json.dumps(faults)}\nexpect: {json.dumps([wanted])}"


def played(mock: Mock, http: httpx.Client, file: str, gate_url: str) -> tuple[int, Any]:
    world = new_world(mock, http)
    where = ["--world", world.name, "--faces", mock.faces_url, "--control", mock.control_url]
    return main([file, *where, "--gate", gate_url]), world


def test_a_gate_is_asked_about_the_person_of_the_file(
    mock: Mock, http: httpx.Client, tmp_path: Path, gate_url: str
) -> None:
    file = written(tmp_path, demanded("a", outcome="SYNC_FIRST", reason="not_linked"))
    code, world = played(mock, http, file, gate_url)
    assert code == OK
    (demand,) = FakeGate.demands
    assert demand["subject"] == {
        "kind": "person",
        "id": PERSON,
        "full_name": "NGUYỄN VĂN AN",
        "birth_date": "1990-02-03",
    }
    assert world.person(PERSON)["by_hand"]
    assert world.call("GET", "/faults")["items"] == []  # those of the file are gone with it


@pytest.mark.parametrize(
    ("ref", "finding"),
    [
        ("a", {"outcome": "PAPER_LAWFUL"}),
        ("a", {"outcome": "SYNC_FIRST", "reason": "other"}),
        ("b", {"outcome": "SYNC_FIRST"}),
        ("odd", {"outcome": "SYNC_FIRST"}),
    ],
)
def test_a_gate_that_decides_otherwise_or_not_at_all_misses(
    mock: Mock, http: httpx.Client, tmp_path: Path, gate_url: str, ref: str, finding: dict[str, str]
) -> None:
    assert played(mock, http, written(tmp_path, demanded(ref, **finding)), gate_url)[0] == MISSED


def test_without_a_gate_decisions_are_skipped_and_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([written(tmp_path, demanded("a", outcome="SYNC_FIRST"))]) == OK
    assert "0 of 0 hold, 1 skipped" in capsys.readouterr().out
