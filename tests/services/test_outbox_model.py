"""Whatever workers do, in whichever order: a stream keeps its order, nobody has two of it, nothing is left behind."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from app.domain.outbox import Destination, State
from app.models.outbox import events, outbox
from app.repositories import outbox as rows
from app.repositories.outbox import MessageRow
from app.services import announcements
from app.services import outbox as service
from tests.desk import CALLER, Gate

LEASE = timedelta(seconds=60)
ENDS = (State.DELIVERED, State.DEAD, State.UNDELIVERABLE)
STEPS = st.one_of(
    st.tuples(st.just("happens"), st.integers(0, 2)),
    st.tuples(st.just("dispatch"), st.just(0)),
    st.tuples(st.just("claim"), st.just(0)),
    st.tuples(st.just("end"), st.integers(0, len(ENDS) - 1)),
    st.tuples(st.just("delay"), st.integers(1, 90)),
    st.tuples(st.just("dies"), st.just(0)),  # a worker, with all it holds
    st.tuples(st.just("retry"), st.just(0)),
    st.tuples(st.just("discard"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 120)),
)


class Workers:
    """What workers hold, and the order in which messages of each stream came to an end."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.held: list[tuple[MessageRow, str]] = []
        self.ended: dict[str, list[int]] = {}
        self.written = self.claims = 0

    def happens(self, stream: int) -> None:
        def write(conn: Connection) -> None:
            announcements.dossier_filed(conn, self.gate.desk, f"D-{stream}")

        self.gate.desk.db.write_sync(write)
        self.written += 1

    def dispatch(self, _: int = 0) -> None:
        self.gate.run(service.dispatch(self.gate.desk))

    def claim(self, _: int = 0) -> bool:
        now = self.gate.watch.moment
        self.claims += 1
        holder = f"w-{self.claims}"
        found = self.gate.desk.db.write_sync(rows.claim, Destination.PORTAL, now, now + LEASE, holder)
        if found is None:
            return False
        before = [m for m in self.all() if m.stream == found.stream and m.id < found.id]
        assert all(m.status not in (State.WAITING, State.DEAD) for m in before), "it is not its turn"
        # Whoever held it before has lost it: its lease is over.
        self.held = [(m, who) for m, who in self.held if m.id != found.id]
        assert found.stream not in {m.stream for m, _ in self.held}, "two of one stream are on their way"
        self.held.append((found, holder))
        return True

    def end(self, how: int) -> None:
        if self.held:
            message, holder = self.held.pop(0)
            state = ENDS[how]
            assert self.gate.desk.db.write_sync(rows.end, message, holder, state, None, self.gate.watch.moment)
            if state is State.DELIVERED:
                self.ended.setdefault(message.stream, []).append(message.id)

    def delay(self, seconds: int) -> None:
        if self.held:
            message, holder = self.held.pop()
            due = self.gate.watch.moment + timedelta(seconds=seconds)
            assert self.gate.desk.db.write_sync(rows.delay, message, holder, due, "timeout")

    def dies(self, _: int) -> None:
        self.gate.watch.advance(seconds=61)
        self.held.clear()

    def wait(self, seconds: int) -> None:
        # Those who wait longer than their lease are as dead as those who died.
        if seconds >= LEASE.total_seconds():
            self.held.clear()
        self.gate.watch.advance(seconds=seconds if not self.held else min(seconds, 1))

    def retry(self, _: int) -> None:
        self.gate.run(service.retry_all(self.gate.desk, CALLER, None))

    def discard(self, _: int) -> None:
        dead = [m for m in self.all() if m.status == State.DEAD]
        if dead:
            self.gate.run(service.discard(self.gate.desk, CALLER, dead[0].id))

    def all(self) -> list[MessageRow]:
        states = tuple(State)
        return self.gate.desk.db.read_sync(rows.page, states, None, None, 1000)

    def settle(self) -> None:
        """Everybody comes back, and all that can be told is."""
        self.dies(0)
        self.retry(0)
        self.dispatch()
        self.gate.watch.advance(seconds=120)
        while self.claim():
            self.end(0)


@given(st.lists(STEPS, max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_stream_keeps_its_order_and_nothing_is_left_behind(sqlite_gate: Gate, steps: list[tuple[str, int]]) -> None:
    def clear(conn: Connection) -> None:
        conn.execute(delete(outbox))
        conn.execute(delete(events))

    sqlite_gate.desk.db.write_sync(clear)
    workers = Workers(sqlite_gate)
    for step, argument in steps:
        getattr(workers, step)(argument)
    workers.settle()
    found = workers.all()
    assert len(found) == workers.written
    assert {m.status for m in found} <= {State.DELIVERED, State.UNDELIVERABLE, State.DISCARDED}
    for told in workers.ended.values():
        assert told == sorted(told)
