"""What the README shows can be done as it stands there."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import mock_vneid
from mock_vneid import scenario
from mock_vneid.testing import run_mock

pytest_plugins = ["pytester"]

HERE = Path(mock_vneid.__file__).parent
ROOT = HERE.parent
README = (HERE / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
FIXTURE, BY_HAND = (code for language, code in BLOCKS if language == "python")
(FIRST_LOOK,) = (code for _, code in BLOCKS if code.startswith("FACES="))
RUNS = [line for _, code in BLOCKS for line in code.splitlines() if line.startswith("python -m mock_vneid run ")]

# What a reader has: a system under test that asks a registry once.
DECIDE = """
    import pytest

    import httpx
    from mock_vneid.asking import Office

    def decide(vneid_url, ndxp_url):
        with httpx.Client() as http:
            office = Office(http, vneid_url, ndxp_url, ("motlan-tthc", "motlan-tthc-secret"))
            assert office.ask("037", "042190100001", ["CAN_CUOC"]).unusable == "no_answer"

"""


def test_the_test_that_is_shown_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(textwrap.dedent(DECIDE) + FIXTURE)
    plugins = ("-p", "mock_vneid.pytest_plugin", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:schemathesis")
    pytester.runpytest_subprocess(*plugins, "--strict-markers", timeout=120).assert_outcomes(passed=1)


def test_the_helper_can_be_used_as_is_shown() -> None:
    done = subprocess.run([sys.executable, "-c", BY_HAND], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_first_look_is_answered_call_by_call() -> None:
    if not shutil.which("curl"):
        pytest.skip("the README speaks to readers who have curl")
    with run_mock() as mock:
        told = FIRST_LOOK.replace("http://127.0.0.1:9000", mock.faces_url).replace("curl -s", "curl -sSf")
        told = told.replace("http://127.0.0.1:9001", mock.control_url).replace("python3", sys.executable)
        assert "127.0.0.1:900" not in told
        done = subprocess.run(["/bin/sh", "-ec", told], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        assert '"status":"linked"' in done.stdout
        assert '"MATTHC":"1.001193"' in done.stdout
        assert '"kind":"http_503"' in done.stdout


@pytest.mark.parametrize("command", RUNS)
def test_scenario_files_are_named_from_the_root(command: str) -> None:
    named = Path(command.split()[4])
    assert named == Path("mine.yaml") or (ROOT / named).is_file()


def test_a_scenario_holds_when_run_as_is_shown() -> None:
    command = RUNS[0].split("#")[0].split()
    done = subprocess.run([sys.executable, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_as_many_procedures_begin_as_are_told() -> None:
    assert (len(scenario.load().procedures), "`default` begins with ten real procedures" in README) == (10, True)
