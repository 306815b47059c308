"""How the sources are asked: all at once, within one budget, and never more is concluded than was said."""

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.domain.evidence import Answer, Said
from app.domain.persons import Subject
from app.domain.requirements import Query
from app.registries.answers import Errand
from app.services.evidence import Access, answer_of, gather
from tests.desk import AN, Gate, OpenGate
from tests.mock_vneid.office import ANOTHER, PERSON
from tests.registries.scripted import SEARCH, SERVICE, SERVICE_TOKEN, Json, Scripted, said, scripted

CARD = "CAN_CUOC"
WALLET, POPULATION = Query(CARD, None), Query(CARD, "037")
ERRAND = Errand("r-1", "1.001193", "CB-0001", "paper-demand")


@dataclass(frozen=True)
class Found:
    """Answers by holder, type and service, and the calls they came from."""

    answers: dict[tuple[Subject, str, str | None], Answer]
    accesses: tuple[Access, ...]


def gathered(gate: Gate, *queries: Query, holders: tuple[Subject, ...] = (AN,)) -> Found:
    desk, asked = gate.desk, queries or (WALLET, POPULATION)
    marks = {holder: desk.sealer.mark(holder.kind, holder.id) for holder in holders}
    found = gate.run(gather(desk, [(marks[h], h, asked) for h in holders], ERRAND))
    answers = {(h, q.document_type, q.service): answer_of(desk, found, marks[h], h, q) for h in holders for q in asked}
    return Found(answers, found.accesses)


def causes(found: Found) -> dict[str | None, str | None]:
    return {service: answer.cause for (_, _, service), answer in found.answers.items()}


def at(gate: Gate, script: Scripted, budget: float = 10.0) -> None:
    gate.desk = gate.open(vneid_url=script.url, ndxp_url=f"{script.url}/ndxp", lookup_budget=budget)


def test_all_sources_are_asked_at_once(sqlite_gate: Gate) -> None:
    # Each answers only when both have been asked: one after the other, none ever would.
    both = threading.Barrier(2)
    with scripted() as script:

        def wallet(asked: Json) -> tuple[int, bytes]:
            both.wait(5)
            return said(script.found(asked))

        def registry(asked: Json) -> tuple[int, bytes]:
            both.wait(5)
            return said(script.records(asked))

        script.handlers |= {SEARCH: wallet, SERVICE: registry}
        at(sqlite_gate, script)
        found = gathered(sqlite_gate)
    assert {a.said for a in found.answers.values()} == {Said.DOCUMENT}


def test_what_has_not_answered_within_the_budget_has_not_answered_and_the_rest_has(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_holding(CARD)
    sqlite_gate.world.fault("ndxp", "timeout")
    sqlite_gate.desk = sqlite_gate.open(lookup_budget=0.5)
    found = gathered(sqlite_gate)
    assert causes(found) == {None: None, "037": "timeout"}
    assert [(a.service, a.cause) for a in found.accesses] == [(None, None), ("037", "timeout")]


def test_the_budget_counts_from_the_first_step_not_from_each(sqlite_gate: Gate) -> None:
    # The token comes within the budget and so would the answer, but not the two together.
    late = threading.Event()
    with scripted() as script:

        def token(_: Json) -> tuple[int, bytes]:
            late.wait(0.6)
            return said({"access_token": "x", "expires_in": 300})

        def record(asked: Json) -> tuple[int, bytes]:
            late.wait(0.8)
            return said(script.records(asked))

        script.handlers |= {SERVICE_TOKEN: token, SERVICE: record}
        at(sqlite_gate, script, budget=1.0)
        assert causes(gathered(sqlite_gate, POPULATION)) == {"037": "timeout"}
        late.set()
        assert causes(gathered(sqlite_gate, POPULATION)) == {"037": None}


def test_every_service_is_its_own_call_and_its_own_failure(sqlite_gate: Gate) -> None:
    world = sqlite_gate.world
    world.put_holding("GIAY_KHAI_SINH")
    world.fault("ndxp", "not_licensed", match={"service": "GPLX"})
    world.fault("ndxp", "reset", match={"service": "BHXH"})
    queries = [
        Query("GIAY_KHAI_SINH", "HO-TICH"),
        Query("GIAY_PHEP_LAI_XE", "GPLX"),
        Query("THE_BHYT", "BHXH"),
        Query("SO_BHXH", "BHXH"),
    ]
    found = gathered(sqlite_gate, *queries)
    assert {t: (a.said, a.cause) for (_, t, _), a in found.answers.items()} == {
        "GIAY_KHAI_SINH": (Said.DOCUMENT, None),
        "GIAY_PHEP_LAI_XE": (Said.NO_ANSWER, "not_licensed"),
        "THE_BHYT": (Said.NO_ANSWER, "unreachable"),
        "SO_BHXH": (Said.NO_ANSWER, "unreachable"),
    }
    assert len(sqlite_gate.asked("ndxp")) == 3


def test_nothing_of_the_person_is_left_in_an_answer(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_holding(CARD, number="SO-BI-MAT-77")
    kept = repr(list(gathered(sqlite_gate).answers.values()))
    assert Said.DOCUMENT.value in kept.lower()
    for secret in (PERSON, "NGUYỄN", "1990", "SO-BI-MAT-77"):
        assert secret not in kept


def test_a_document_is_compared_with_the_population_record_of_the_same_person_only(sqlite_gate: Gate) -> None:
    world = sqlite_gate.world
    world.put_person(ANOTHER, full_name="LÊ THỊ BÌNH", sex="female")
    for person in (PERSON, ANOTHER):
        world.put_holding(CARD, person_id=person)
    unnamed = [Subject(AN.kind, PERSON), Subject(AN.kind, ANOTHER)]
    found = gathered(sqlite_gate, holders=tuple(unnamed))
    assert all(a.matches for a in found.answers.values())
    assert len(found.accesses) == 4


@pytest.mark.parametrize("service", ["wallet", "037"])
def test_a_source_that_cannot_be_reached_at_all_is_a_cause_and_no_error(
    open_gate: OpenGate, seeded_sqlite: str, service: str
) -> None:
    gate = open_gate(seeded_sqlite)
    with scripted() as gone:
        url = gone.url
    change = {"vneid_url": url} if service == "wallet" else {"ndxp_url": f"{url}/ndxp"}
    gate.desk = gate.open(**change)
    found = causes(gathered(gate))
    assert found == ({None: "unreachable", "037": None} if service == "wallet" else {None: None, "037": "unreachable"})


def test_an_old_answer_is_stale_by_the_real_clock_and_not_by_the_offices(sqlite_gate: Gate) -> None:
    sqlite_gate.world.put_holding(CARD)
    sqlite_gate.watch.moment += timedelta(days=400)
    assert causes(gathered(sqlite_gate)) == {None: None, "037": None}
