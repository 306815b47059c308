"""Requests made from the OpenAPI document, good and bad, one by one and in sequences: the service keeps its word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import operations
from tests.contract.conftest import ROOT, Server


@pytest.mark.parametrize("authorized", [True, False])
def test_schemathesis_finds_nothing_with_all_its_checks(server: Server, tmp_path: Path, authorized: bool) -> None:
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(ROOT / "schemathesis.toml")]
    command += ["--no-color", "run", f"{server.url}/openapi.json", "--checks", "all", "--max-examples", "12"]
    command += ["--seed", "20261122"]
    if authorized:
        command += ["--header", f"Authorization: Bearer {server.token()}"]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.contract.serializers",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    count = sum(1 for _ in operations())
    assert f"{count}/{count}" in done.stdout
