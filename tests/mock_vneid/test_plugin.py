"""The pytest plugin and the unittest class, as the tests of somebody else use them."""

import asyncio
import json
import textwrap
import unittest
from pathlib import Path

import httpx
import pytest

from mock_vneid.testing import InProcessMock, WorldTestCase, new_world, told_by
from mock_vneid.transports import FACES
from tests.mock_vneid.office import AN, CLIENT, PERSON

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "mock_vneid.pytest_plugin", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:schemathesis")
SUITE = f"""
    import pytest

    PERSON = {PERSON!r}
    AN = {{"id": PERSON, **{AN!r}}}

    def token(world):
        form = {{"grant_type": "client_credentials"}}
        answer = world.http.post(f"{{world.vneid_url}}/oidc/token", data=form, auth={CLIENT!r})
        return answer.raise_for_status().json()["access_token"]

    def search(world, *types):
        query = {{"request_id": "r-1", "procedure": "1.001193", "officer": "CB-0001", "purpose": "paper-demand"}}
        query |= {{"holder": {{"kind": "person", "id": PERSON}}, "types": list(types)}}
        bearer = {{"Authorization": f"Bearer {{token(world)}}"}}
        return world.http.post(f"{{world.vneid_url}}/wallet/documents/search", json=query, headers=bearer)

    def statuses(world, *types):
        return [result["status"] for result in search(world, *types).raise_for_status().json()["results"]]
"""


def run(pytester: pytest.Pytester, tests: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(textwrap.dedent(SUITE) + textwrap.dedent(tests))
    return pytester.runpytest_subprocess(*PLUGIN, "--strict-markers", *arguments, timeout=120)


@pytest.mark.parametrize("transport", ["socket", "inprocess"])
def test_each_test_has_a_world_of_its_own_as_its_marker_tells(pytester: pytest.Pytester, transport: str) -> None:
    done = run(
        pytester,
        """
        HELD = {"CAN_CUOC": {"wallet": "linked", "registry": "held"}}

        @pytest.mark.vneid(people=[{**AN, "holdings": HELD}])
        def test_declared(world):
            assert statuses(world, "CAN_CUOC", "DANG_KIEM") == ["linked", "absent"]

        def test_another_world_is_empty(world):
            assert statuses(world, "CAN_CUOC") == ["absent"]
            assert len(world.journal(face="wallet")) == 1

        @pytest.mark.vneid(people=[AN], faults=[{"face": "wallet", "kind": "http_503"}])
        def test_faulty(world):
            assert search(world, "CAN_CUOC").status_code == 503

        @pytest.mark.vneid(now="2030-01-01", licences={"procedures": []})
        def test_clock_and_licences(world):
            assert world.call("GET", "/clock")["now"].startswith("2030-01-01")
            assert search(world, "CAN_CUOC").json()["error_code"] == "004"
        """,
        f"--vneid={transport}",
    )
    done.assert_outcomes(passed=4)


def test_markers_of_class_and_test_add_up(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        OTHER = {"full_name": "TRẦN VĂN BA", "birth_date": "1990", "sex": "male"}

        @pytest.mark.vneid(people=[AN], seed=7)
        class TestOfTwo:
            @pytest.mark.vneid(people=[{"id": "042190100009", **OTHER}], seed=8)
            def test_both_are_there(self, world):
                assert world.person(PERSON)["by_hand"] and world.person("042190100009")["by_hand"]
                assert world.call("GET", "")["seed"] == 8
        """,
    )
    done.assert_outcomes(passed=1)


def test_a_scenario_file_beside_the_test_is_laid_out_first(pytester: pytest.Pytester) -> None:
    an = {"id": PERSON, **AN, "holdings": {"X": {"wallet": "linked"}}}
    pytester.makefile(".yaml", an=f"people: {json.dumps([an])}")
    done = run(
        pytester,
        """
        @pytest.mark.vneid(scenario="an.yaml", faults=[{"face": "ndxp", "kind": "reset"}], population="empty")
        def test_from_a_file(world):
            assert statuses(world, "X") == ["linked"]
            assert [fault["kind"] for fault in world.call("GET", "/faults")["items"]] == ["reset"]
        """,
    )
    done.assert_outcomes(passed=1)


def test_a_mistake_in_a_marker_is_an_error_that_names_it(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        @pytest.mark.vneid(peple=[AN])
        def test_never_runs(world): ...
        """,
    )
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*no such field: peple; the fields are: *people*"])


def test_the_report_of_a_failure_tells_what_the_sandbox_was_asked(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        @pytest.mark.vneid(faults=[{"face": "wallet", "kind": "http_503"}])
        def test_fails(world):
            search(world, "CAN_CUOC").raise_for_status()
        """,
    )
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*vneid journal of the world w-*", "POST */wallet/documents/search: 503; http_503*"])


def test_without_the_fixture_nothing_of_the_sandbox_is_imported(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import sys

        def test_light():
            assert "fastapi" not in sys.modules and "mock_vneid.main" not in sys.modules
        """,
        "-p",
        "no:hypothesispytest",
    )
    done.assert_outcomes(passed=1)


# ---- without sockets ------------------------------------------------------------------------------------------------


def test_in_process_a_fault_shows_as_it_would_on_a_socket() -> None:
    mock = InProcessMock()
    try:
        with httpx.Client(transport=mock.transport(), timeout=30) as http:
            world = new_world(mock, http)
            form = {"grant_type": "client_credentials"}
            world.fault("oidc", "reset", times=1)
            with pytest.raises(httpx.ReadError):
                http.post(f"{world.vneid_url}/oidc/token", data=form, auth=CLIENT)
            world.fault("oidc", "timeout", times=1)
            with pytest.raises(httpx.ReadTimeout):
                http.post(f"{world.vneid_url}/oidc/token", data=form, auth=CLIENT, timeout=0.2)
            assert http.post(f"{world.vneid_url}/oidc/token", data=form, auth=CLIENT).status_code == 200
            with pytest.raises(httpx.ConnectError):
                http.get("http://elsewhere.vneid.test/")
    finally:
        mock.stop()
        mock.stop()


async def _token(mock: InProcessMock) -> httpx.Response:
    async with httpx.AsyncClient(transport=mock.async_transport()) as http:
        form = {"grant_type": "client_credentials"}
        return await http.post(f"{FACES}/w/default/oidc/token", data=form, auth=CLIENT)


def test_in_process_an_asynchronous_client_reaches_it_from_a_loop_of_its_own() -> None:
    mock = InProcessMock()
    try:
        assert asyncio.run(_token(mock)).status_code == 200
    finally:
        mock.stop()


# ---- unittest -------------------------------------------------------------------------------------------------------


class Declared(WorldTestCase):
    vneid = {"people": [{"id": PERSON, **AN, "holdings": {"CAN_CUOC": {"wallet": "linked"}}}]}  # noqa: RUF012

    def test_people_are_there(self) -> None:
        assert self.world.person(PERSON)["holdings"]["CAN_CUOC"]["wallet"] == "linked"
        self.world.put_holding(PERSON, "CAN_CUOC", wallet="absent")

    def test_what_another_test_changed_is_not(self) -> None:
        assert self.world.person(PERSON)["holdings"]["CAN_CUOC"]["wallet"] == "linked"


def test_a_world_that_is_done_with_is_gone() -> None:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Declared).run(result)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])


def test_a_world_for_a_test_is_empty_unless_it_is_said_otherwise() -> None:
    assert told_by({}, Path()).population == "empty"
    assert told_by({"population": "virtual"}, Path()).population == "virtual"
