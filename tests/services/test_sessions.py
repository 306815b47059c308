"""Logins and visits in the database: one use, one owner's few, and an end that holds everywhere."""

from pydantic import SecretStr

from app.domain.sessions import Visitor
from app.models.sessions import logins, sessions
from app.registries.oidc import NotLoggedIn
from app.services import sessions as visits
from app.services.sessions import MOST_SESSIONS, Opened
from tests.desk import Gate
from tests.mock_vneid.office import PERSON
from tests.pages.signed_in import SignedIn
from tests.pages.test_logins import query_of


def opened(gate: Gate) -> Opened:
    begun = gate.run(visits.begin(gate.desk, Visitor.CITIZEN, None))
    told = query_of(SignedIn(gate).at_provider(begun.address, PERSON))
    return gate.run(visits.finish(gate.desk, Visitor.CITIZEN, told, begun.browser))


def test_a_login_that_comes_back_twice_at_once_opens_one_visit(gate: Gate) -> None:
    begun = gate.run(visits.begin(gate.desk, Visitor.CITIZEN, None))
    told = query_of(SignedIn(gate).at_provider(begun.address, PERSON))
    finishing = (visits.finish(gate.desk, Visitor.CITIZEN, told, begun.browser) for _ in range(4))
    ended = gate.together(*finishing)
    assert sorted(type(e).__name__ for e in ended) == ["NotLoggedIn"] * 3 + ["Opened"]
    assert (gate.count(logins), gate.count(sessions)) == (0, 1)


def test_a_visit_is_found_by_its_secret_alone(gate: Gate) -> None:
    visit = opened(gate)
    found = gate.run(visits.of(gate.desk, visit.secret, Visitor.CITIZEN))
    assert found == visit.session
    assert found is not None and found.subject is not None and found.subject.id == PERSON
    assert gate.run(visits.of(gate.desk, visit.session.id, Visitor.CITIZEN)) is None
    assert gate.run(visits.of(gate.desk, visit.secret, Visitor.OFFICER)) is None


def test_it_is_noted_at_most_once_a_minute_that_a_visit_was_seen(gate: Gate) -> None:
    visit = opened(gate)
    began = gate.watch.moment
    gate.watch.advance(seconds=59)
    gate.run(visits.of(gate.desk, visit.secret, Visitor.CITIZEN))
    assert gate.rows(sessions)[0].seen_at == began
    gate.watch.advance(seconds=1)
    gate.run(visits.of(gate.desk, visit.secret, Visitor.CITIZEN))
    assert gate.rows(sessions)[0].seen_at == gate.watch.moment


def test_of_many_visits_of_one_person_the_oldest_ends(gate: Gate) -> None:
    first = opened(gate)
    for _ in range(MOST_SESSIONS):
        gate.watch.advance(seconds=1)
        latest = opened(gate)
    assert gate.count(sessions) == MOST_SESSIONS
    assert gate.run(visits.of(gate.desk, first.secret, Visitor.CITIZEN)) is None
    assert gate.run(visits.of(gate.desk, latest.secret, Visitor.CITIZEN)) is not None


def test_visits_that_are_over_are_forgotten_with_the_next_one(gate: Gate) -> None:
    opened(gate)
    gate.watch.advance(hours=9)
    opened(gate)
    assert gate.count(sessions) == 1


def test_a_visit_does_not_open_under_another_data_key(gate: Gate) -> None:
    """Who has only the database has nobody's name."""
    visit = opened(gate)
    elsewhere = gate.open(data_key=SecretStr("another-data-key-of-forty-characters-0000"))
    assert gate.run(visits.of(elsewhere, visit.secret, Visitor.CITIZEN)) is None
    assert PERSON.encode() not in gate.rows(sessions)[0].person


def test_a_wrong_cookie_uses_the_login_up(gate: Gate) -> None:
    begun = gate.run(visits.begin(gate.desk, Visitor.CITIZEN, None))
    told = query_of(SignedIn(gate).at_provider(begun.address, PERSON))
    for browser in ("x" * 43, begun.browser):
        (ended,) = gate.together(visits.finish(gate.desk, Visitor.CITIZEN, told, browser))
        assert isinstance(ended, NotLoggedIn)
    assert gate.count(logins) == 0
