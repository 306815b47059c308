"""One sandbox for the whole run; a world of its own for each test."""

from collections.abc import Iterator

import httpx
import pytest

from mock_vneid.testing import Mock, run_mock
from tests.mock_vneid.office import Office


@pytest.fixture(scope="session")
def mock() -> Iterator[Mock]:
    with run_mock() as running:
        yield running


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as client:
        yield client


def new_world(mock: Mock, http: httpx.Client, **body: object) -> Office:
    name = http.post(f"{mock.control_url}/worlds", json=body).raise_for_status().json()["name"]
    return Office(mock, name, http)


def of_one_test(mock: Mock, http: httpx.Client, **body: object) -> Iterator[Office]:
    """A world that goes with its test: there may be a thousand at a time, and there are more tests than that."""
    office = new_world(mock, http, **body)
    yield office
    http.delete(office.control)


@pytest.fixture
def empty(mock: Mock, http: httpx.Client) -> Iterator[Office]:
    yield from of_one_test(mock, http, population="empty")


@pytest.fixture
def virtual(mock: Mock, http: httpx.Client) -> Iterator[Office]:
    yield from of_one_test(mock, http, population="virtual")


@pytest.fixture(scope="session")
def office_of_run(mock: Mock, http: httpx.Client) -> Office:
    """A world for properties, which ask many times and change nothing."""
    return new_world(mock, http, population="empty")
