"""No sequence of moves loses a dossier's history or leaves it without an end, and two officers never both win."""

import asyncio
import json
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.domain.catalogue import Form
from app.domain.dossiers import ENDED, MAY_ASK_SUPPLEMENT, Actor, Status, moves_from, needs_reason
from app.domain.errors import TransitionNotAllowed
from app.models import dossiers as tables
from app.models.journal import journal_entries
from app.services import dossiers, supplement_requests
from app.services.dossier_records import Answer, Stale
from app.services.dossiers import ReasonRequired
from app.services.supplement_requests import Asked
from tests.desk import CALLER, CHOICE, PLAIN, Gate, read

DEGREE = "VAN_BANG"
ACTORS, STATUSES = st.sampled_from(Actor), st.sampled_from(Status)


class Life(RuleBasedStateMachine):
    """Everything that can be done to one dossier, in any order, against what must come of it."""

    gate: ClassVar[Gate]

    @initialize()
    def file(self) -> None:
        self.code: str = self.gate.submit(PLAIN)["code"]
        self.status, self.version = Status.NEW, 1
        self.moves: list[tuple[int, int, str | None, str]] = []

    def moved(self, to: Status, reason: str | None, actor: Actor) -> None:
        self.moves.append((int(self.status), int(to), reason, actor.value))
        self.status = to

    @rule(to=STATUSES, actor=ACTORS, reason=st.sampled_from([None, "Lý do"]))
    def move(self, to: Status, actor: Actor, reason: str | None) -> None:
        change = dossiers.transition(self.gate.desk, CALLER, self.code, None, to, reason, None, actor=actor)
        if to not in moves_from(self.status, actor):
            with pytest.raises(TransitionNotAllowed):
                self.gate.run(change)
        elif needs_reason(to, actor) and reason is None:
            with pytest.raises(ReasonRequired):
                self.gate.run(change)
        else:
            self.gate.run(change)
            self.version += 1
            self.moved(to, reason, actor)

    @rule(version=st.integers(1, 9))
    def move_what_has_changed_since(self, version: int) -> None:
        if version != self.version:
            with pytest.raises(Stale):
                self.gate.move(self.code, 4, version=version)

    @rule()
    def ask_for_more(self) -> None:
        if self.status not in MAY_ASK_SUPPLEMENT:
            with pytest.raises(TransitionNotAllowed):
                self.gate.ask_more(self.code, DEGREE)
            return
        assert self.gate.ask_more(self.code, DEGREE).status == 201
        self.version += 1
        if self.status is not Status.SUPPLEMENT_REQUESTED:
            self.moved(Status.SUPPLEMENT_REQUESTED, None, Actor.HANDLER)

    @precondition(lambda self: self.status in MAY_ASK_SUPPLEMENT)
    @rule()
    def look_again(self) -> None:
        self.gate.recheck(self.code)
        self.version += 1

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.gate.watch.advance(hours=hours)

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "code"):
            return
        dossier = self.gate.dossier(self.code)
        assert (dossier["status"], dossier["version"]) == (self.status, self.version)
        history = [(m["from"], m["to"], m["reason"], m["actor"]) for m in dossier["history"]]
        assert history == self.moves
        # Each move begins where the one before it ended, and none lies before it in time.
        assert [m[0] for m in history] == [1, *(m[1] for m in history[:-1])][: len(history)]
        times = [m["at"] for m in dossier["history"]]
        assert times == sorted(times)
        assert (dossier["ended_at"] is not None) == (self.status in ENDED)
        assert not (dossier["paused"] and self.status in ENDED)
        journalled = [json.loads(r.bytes)["facts"] for r in self.gate.rows(journal_entries) if r.kind == _MOVED]
        assert len([f for f in journalled if f["dossier"] == self.code]) == len(self.moves)

    def teardown(self) -> None:
        """Wherever it was left, the office brings it to an end by moves it may make."""
        for to in _way_out(self.status):
            self.gate.move(self.code, to)
        assert Status(self.gate.dossier(self.code)["status"]) in ENDED


_MOVED = "gate.dossier.moved"


def _way_out(status: Status) -> list[Status]:
    """The shortest way to an end, by breadth."""
    ways: list[tuple[Status, list[Status]]] = [(status, [])]
    for at, way in ways:
        if at in ENDED:
            return way
        ways += [(to, [*way, to]) for to in sorted(moves_from(at))]
    raise AssertionError


def test_no_sequence_of_moves_loses_history_or_leaves_a_dossier_without_an_end(sqlite_gate: Gate) -> None:
    bounds = settings(
        max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )

    class LifeHere(Life):
        gate = sqlite_gate

    run_state_machine_as_test(LifeHere, settings=bounds)


@pytest.mark.parametrize("rounds", [8])
def test_of_two_officers_at_once_one_wins_the_other_is_told_and_nothing_is_lost(gate: Gate, rounds: int) -> None:
    """Two processes at one database: one receives, the other refuses, both having read version 1."""
    other = gate.open()
    for _ in range(rounds):
        code = gate.submit(CHOICE)["code"]
        seen = frozenset({1})
        results = gate.together(
            dossiers.transition(gate.desk, CALLER, code, seen, Status.RECEIVED, None, None),
            dossiers.transition(other, CALLER, code, seen, Status.NOT_RECEIVED, "Không thuộc thẩm quyền", None),
        )
        assert sorted(type(r).__name__ for r in results) == ["Answer", "Stale"]
        won = next(read(r) for r in results if isinstance(r, Answer))
        assert gate.dossier(code) == won
        assert [(m["from"], m["to"]) for m in won["history"]] == [(1, won["status"])]
        assert len([m for m in gate.rows(tables.dossier_moves) if m.dossier_code == code]) == 1


def test_many_officers_at_once_each_act_once_when_they_read_again(gate: Gate) -> None:
    """Six ask for a supplement at once, and again until they have: no request overwrites another."""
    code = gate.submit(PLAIN)["code"]
    desks = [gate.desk, gate.open()]

    async def insist(n: int) -> int:
        tries = 0
        while True:
            tries += 1
            version = (await dossiers.read(desks[n % 2], code)).headers["etag"].strip('"')
            asked = [Asked(DEGREE, Form.ORIGINAL, f"Lý do {n}")]
            versions = frozenset({int(version)})
            try:
                answer = await supplement_requests.request(desks[n % 2], CALLER, code, versions, asked, None)
            except Stale:
                await asyncio.sleep(0)
                continue
            assert answer.status == 201
            return tries

    tries = gate.together(*(insist(n) for n in range(6)))
    assert all(isinstance(n, int) for n in tries), tries
    dossier = gate.dossier(code)
    assert (dossier["version"], dossier["late"]["supplements"]) == (7, 6)
    sent = gate.rows(tables.supplement_requests)
    assert {json.loads(r.items)[0]["reason"] for r in sent} == {f"Lý do {n}" for n in range(6)}
    assert len(dossier["history"]) == 1
