"""The data services: what they say when all is well, and the cause we conclude from each way they may fail."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from app.domain.evidence import Said
from app.registries.answers import Reply
from tests.mock_vneid.office import ANOTHER, PERSON, Office
from tests.registries.scripted import SERVICE, Json, Scripted, said, scripted
from tests.registries.sources import ask, one, outcome, services, talk

CARD, BIRTH = "CAN_CUOC", "GIAY_KHAI_SINH"


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as running:
        yield running


def test_a_record_is_read_with_its_dates(world: Office) -> None:
    world.put_holding(CARD, wallet="absent", revoked_on="2026-01-01")
    reading = one(talk(services(world.ndxp), ask))
    assert reading.said is Said.DOCUMENT
    assert (reading.issued_on, reading.revoked_on) == (date(2022, 1, 1), date(2026, 1, 1))
    assert reading.document_ref and PERSON not in reading.document_ref


def test_the_population_service_gives_the_person_and_the_others_do_not(world: Office) -> None:
    population = talk(services(world.ndxp), ask)
    assert isinstance(population, Reply) and population.person
    assert (population.person.full_name, population.person.birth_date) == ("NGUYỄN VĂN AN", "1990-02-03")
    civil_status = talk(services(world.ndxp), lambda s: ask(s, BIRTH, service="HO-TICH"))
    assert isinstance(civil_status, Reply) and civil_status.person is None


def test_a_person_nobody_knows_holds_nothing(world: Office) -> None:
    world.http.delete(f"{world.control}/people/{PERSON}").raise_for_status()
    reply = talk(services(world.ndxp), ask)
    assert isinstance(reply, Reply) and reply.person is None
    assert outcome(reply) == "nothing"


def test_an_empty_collection_means_not_held(world: Office) -> None:
    world.put_holding(CARD, wallet="linked", registry="absent")
    world.put_holding("THONG_TIN_CU_TRU")
    reply = talk(services(world.ndxp), lambda s: ask(s, CARD, "THONG_TIN_CU_TRU"))
    assert isinstance(reply, Reply)
    assert [r.said for r in reply.readings] == [Said.NOTHING, Said.DOCUMENT]


def test_lateness_within_the_budget_is_no_fault(world: Office) -> None:
    world.fault("ndxp", "latency", attributes={"ms": 60})
    assert outcome(talk(services(world.ndxp), ask)) == "nothing"


@pytest.mark.parametrize(
    ("fault", "more", "cause"),
    [
        ("latency", {"attributes": {"ms": 60_000}}, "timeout"),
        ("timeout", {}, "timeout"),
        ("reset", {}, "unreachable"),
        ("http_500", {}, "server_error"),
        ("http_503", {}, "server_error"),
        ("rate_limit", {}, "rate_limited"),
        ("garbage", {}, "garbage"),
        ("wrong_person", {}, "wrong_person"),
        ("stale", {}, "stale"),
        ("not_licensed", {}, "not_licensed"),
        ("no_right", {}, "no_right"),
    ],
)
def test_a_fault_is_no_answer_with_its_cause(world: Office, fault: str, more: dict[str, Any], cause: str) -> None:
    world.put_holding(CARD)
    world.fault("ndxp", fault, **more)
    patience = 0.3 if cause == "timeout" else 5.0
    assert outcome(talk(services(world.ndxp, timeout=patience), ask)) == cause


def test_a_record_of_somebody_else_says_nothing_about_the_holder(world: Office) -> None:
    world.put_holding(BIRTH)
    world.fault("ndxp", "wrong_person", match={"service": "HO-TICH"})
    reading = one(talk(services(world.ndxp), lambda s: ask(s, BIRTH, service="HO-TICH")))
    assert (reading.said, reading.cause, reading.identity.full_name) == (Said.NO_ANSWER, "wrong_person", None)


def test_a_fault_of_one_service_leaves_the_others_alone(world: Office) -> None:
    world.fault("ndxp", "http_500", match={"service": "037"})

    async def both(s: Any) -> list[str]:
        return [outcome(await ask(s)), outcome(await ask(s, BIRTH, service="HO-TICH"))]

    assert talk(services(world.ndxp), both) == ["server_error", "nothing"]


def test_a_service_nobody_runs_is_no_answer(world: Office) -> None:
    assert outcome(talk(services(world.ndxp), lambda s: ask(s, service="KHONG_CO"))) == "rejected"


Change = Callable[[Json], Any]
RECORD = Scripted.records


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        pytest.param(lambda q: RECORD(q, request_id="another"), "wrong_request", id="answer to another"),
        pytest.param(lambda q: RECORD(q, records=RECORD(q)["records"] * 2), "garbage", id="two records of one type"),
        pytest.param(lambda q: RECORD(q, records=None), "garbage", id="no collection"),
        pytest.param(lambda q: RECORD(q, error_code="99"), "garbage", id="a code that is not agreed"),
        pytest.param(lambda q: RECORD(q, answered_at=None), "garbage", id="without a time"),
        pytest.param(lambda q: RECORD(q, answered_at="2026-11-23T10:00:00"), "garbage", id="a time of no zone"),
        pytest.param(lambda q: RECORD(q, answered_at="2999-01-01T00:00:00Z"), "stale", id="from the future"),
        pytest.param(lambda q: RECORD(q, person={"id": ANOTHER}), "wrong_person", id="another person's record"),
        pytest.param(lambda q: RECORD(q, person={"id": 42}), "garbage", id="a person of another shape"),
        pytest.param(
            lambda q: RECORD(q, records=[{"document_type": CARD, "document_id": "x"}]), "garbage", id="holder missing"
        ),
        pytest.param(lambda q: RECORD(q, records=[]), "nothing", id="empty"),
        pytest.param(lambda q: RECORD(q, more=1), "document", id="a field we do not know"),
    ],
)
def test_an_answer_is_believed_only_when_it_fits_the_question(script: Scripted, change: Change, cause: str) -> None:
    script.handlers[SERVICE] = lambda asked: said(change(asked))
    assert outcome(talk(services(f"{script.url}/ndxp"), ask)) == cause


def test_a_record_of_a_type_that_was_not_asked_for_is_passed_over(script: Scripted) -> None:
    def more(asked: Json) -> Json:
        records = RECORD(asked)["records"]
        return RECORD(asked, records=[*records, records[0] | {"document_type": BIRTH}])

    script.handlers[SERVICE] = lambda asked: said(more(asked))
    assert one(talk(services(f"{script.url}/ndxp"), ask)).document_type == CARD
