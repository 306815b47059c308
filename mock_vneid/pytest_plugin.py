"""For pytest: the fixture `world`, and the marker `vneid` that declares who and what is in it.

    @pytest.mark.vneid(people=[{"id": "042190100001", …}], faults=[{"face": "wallet", "kind": "http_503"}])
    def test_a_wallet_that_is_down_is_no_fact_about_anybody(world): ...

The sandbox is imported when a test first asks for it, and its journal is added to the report of a test that failed.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from mock_vneid.testing import Mock, SandboxWorld

MARKER = (
    "vneid(scenario=None, people=[…], organizations=[…], procedures=[…], faults=[…], licences=…, seed=1, now=None, "
    "population='empty'): what is in the world of this test; the fields of a scenario file, lists added to those of "
    "`scenario` and of markers further out"
)
_TOLD = 20  # the newest requests in the report of a failure


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--vneid` for one run, `vneid_transport` in the settings."""
    words = "socket (default): the sandbox on free ports of this machine; inprocess: no sockets, httpx transports only"
    parser.addini("vneid_transport", words, default="socket")
    parser.getgroup("vneid").addoption("--vneid", choices=("socket", "inprocess"), help=words)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def vneid_sandbox(request: pytest.FixtureRequest) -> Iterator["Mock"]:
    """The sandbox of this run (of this process, where several share the tests)."""
    from mock_vneid.testing import InProcessMock, Mock

    chosen = request.config.getoption("vneid") or request.config.getini("vneid_transport")
    sandbox = InProcessMock() if chosen == "inprocess" else Mock()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def vneid_http(vneid_sandbox: "Mock") -> Iterator["httpx.Client"]:
    """A client that reaches the sandbox, with sockets or without."""
    import httpx

    with httpx.Client(transport=vneid_sandbox.transport(), timeout=10) as client:
        yield client


@pytest.fixture
def world(
    request: pytest.FixtureRequest, vneid_sandbox: "Mock", vneid_http: "httpx.Client"
) -> Iterator["SandboxWorld"]:
    """A world of this test's own, gone when it ends."""
    from mock_vneid.testing import new_world, told_by

    made = new_world(vneid_sandbox, vneid_http, told_by(_declared(request.node), request.path.parent))
    yield made
    made.delete()


def _declared(item: pytest.Item) -> dict[str, Any]:
    """The markers of a test from the outermost on: lists are added up, the nearest word holds for the rest."""
    declared: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("vneid"))):
        if marker.args:
            raise pytest.UsageError(f"{item.nodeid}: the marker vneid takes its fields by name")
        for name, value in marker.kwargs.items():
            declared[name] = [*declared.get(name, []), *value] if isinstance(value, list) else value
    return declared


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    used: Any = getattr(item, "funcargs", {}).get("world")
    if report.when == "call" and report.failed and type(used).__name__ == "SandboxWorld":
        report.sections.append((f"vneid journal of the world {used.name}", _journal(used)))
    return report


def _journal(used: "SandboxWorld") -> str:
    lines = []
    for entry in used.journal(limit=_TOLD):
        faults = " ".join(fault["kind"] for fault in entry.get("faults") or [])
        told = [entry.get("status") or "no answer", entry.get("error"), faults, entry.get("nearest_miss")]
        lines.append(f"{entry['method']} {entry['path']}: {'; '.join(str(part) for part in told if part)}")
    return "\n".join(lines) or "no request was received"
