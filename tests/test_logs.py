"""Logs carry what is on the list of fields and no number that could be a person's."""

import json
import subprocess
import sys

# In a process of its own: the logger keeps the standard error it was born with.
PROGRAM = """
from app.logs import configure, log
configure({level!r})
log.info("asked", code="000.00.00.H27-261123-0001", applicant="NGUYỄN VĂN AN", subject={{"id": "042190100001"}})
log.error("failed", kind="ValueError", error="no such person: 042190100001", where="x/0421901000012345/y", ms=1.5)
"""


def logged(level: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(level=level)], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_is_json_with_the_fields_that_are_allowed_and_long_numbers_blotted_out() -> None:
    asked, failed = logged("info")
    assert asked.pop("timestamp") and failed.pop("timestamp")
    assert asked == {"event": "asked", "level": "info", "code": "000.00.00.H27-261123-0001"}
    assert failed == {
        "event": "failed",
        "level": "error",
        "kind": "ValueError",
        "error": "no such person: …",
        "where": "x/…/y",
        "ms": 1.5,
    }


def test_a_quieter_level_leaves_out_what_is_below_it() -> None:
    assert [line["event"] for line in logged("error")] == ["failed"]
