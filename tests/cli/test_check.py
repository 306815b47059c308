"""`motlan check`: a file of demands judged by the service's own story, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.models.decisions import decisions
from tests.desk import AGENCY, PLAIN, Gate
from tests.mock_vneid.office import PERSON


def demand(*types: str, procedure: str = PLAIN) -> dict[str, Any]:
    items = [{"ref": t, "document_type": t, "form": "copy"} for t in types]
    subject = {"kind": "person", "id": PERSON}
    return {"procedure": procedure, "agency": AGENCY, "channel": "counter", "subject": subject, "items": items}


def check(gate: Gate, *args: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    settings = gate.settings
    environment = {
        **os.environ,
        "MOTLAN_ENV": "test",
        "MOTLAN_DATABASE_URL": settings.database_url,
        "MOTLAN_VNEID_URL": settings.vneid_url,
        "MOTLAN_NDXP_URL": settings.ndxp_url,
    }
    command = [sys.executable, "-c", "from app.cli import app; app()", "check", *args]
    return subprocess.run(command, env=environment, input=given, capture_output=True, check=False, timeout=60)


def lines(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw.splitlines()]


def test_every_line_of_a_file_is_checked_in_full_and_kept(gate: Gate, tmp_path: Path) -> None:
    gate.world.put_holding("CAN_CUOC")
    file = tmp_path / "demands.ndjson"
    wanted = [demand("CAN_CUOC"), demand("TO_KHAI"), demand("VAN_BANG", "CAN_CUOC")]
    file.write_bytes(b"".join(json.dumps(d).encode() + b"\n" for d in wanted))
    done = check(gate, str(file))
    assert done.returncode == 0, done.stderr
    found = lines(done.stdout)
    assert [(x["line"], x["outcome"]) for x in found] == [(1, "refused"), (2, "lawful"), (3, "partly_refused")]
    assert {r.decision_id for r in gate.rows(decisions)} == {x["decision_id"] for x in found}
    assert PERSON not in done.stderr.decode()


def test_a_bad_line_is_answered_by_its_problem_and_ends_the_command_with_1(sqlite_gate: Gate, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    given = json.dumps(demand("TO_KHAI")).encode() + b"\n{}\n" + json.dumps(demand("VAN_BANG")).encode()
    done = check(sqlite_gate, "-", "--output", str(out), given=given)
    assert (done.returncode, done.stdout) == (1, b"")
    assert [x.get("outcome", x.get("problem", {}).get("code")) for x in lines(out.read_bytes())] == [
        "lawful",
        "invalid-request",
        "lawful",
    ]


def test_a_file_that_is_not_there_is_a_command_used_wrongly(sqlite_gate: Gate, tmp_path: Path) -> None:
    assert check(sqlite_gate, str(tmp_path / "none.ndjson")).returncode == 2
