"""Worlds: isolated universes of people, holdings, licences, faults, clock and journal, all in memory."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from secrets import token_hex
from time import time

from mock_vneid import papers, population
from mock_vneid.catalogue import MOST_PROCEDURES, Procedure
from mock_vneid.faults import Face, Fault
from mock_vneid.ids import HolderKind, kind_of
from mock_vneid.journal import Journal
from mock_vneid.keys import Keys
from mock_vneid.people import Holder, Holding
from mock_vneid.specs import DEFAULT_WORLD, Population
from mock_vneid.tokens import Tokens

NOT_LICENSED = ("004", "Thủ tục chưa được cấp phép khai thác")
NO_RIGHT = ("005", "Tài khoản cán bộ không có quyền thao tác")

_CLOCK_LEAST, _CLOCK_MOST = 0.0, datetime(2200, 1, 1, tzinfo=UTC).timestamp()


@dataclass(slots=True)
class State:
    """What `reset` brings back and a fork copies. `offset`: the world's clock minus the real one, in seconds.

    `catalogue` is what the portal publishes, by code; `procedures` and `officers` are those licensed (None: all).
    """

    seed: int = 1
    population: Population = "virtual"
    offset: float = 0.0
    holders: dict[str, Holder] = field(default_factory=dict)
    holdings: dict[str, dict[str, Holding]] = field(default_factory=dict)
    catalogue: dict[str, Procedure] = field(default_factory=dict)
    procedures: frozenset[str] | None = None
    officers: frozenset[str] | None = None
    faults: dict[str, Fault] = field(default_factory=dict)
    faults_made: int = 0

    def copy(self) -> "State":
        return replace(
            self,
            holders=dict(self.holders),
            holdings={holder_id: dict(held) for holder_id, held in self.holdings.items()},
            catalogue=dict(self.catalogue),
            faults={fault_id: replace(fault) for fault_id, fault in self.faults.items()},
        )


class World:
    """One universe. Its clock reads `starts_at` (seconds since the epoch) when it begins, and after each reset."""

    def __init__(self, name: str, state: State, starts_at: float | None = None) -> None:
        self.name = name
        self.keys = Keys()
        self.tokens = Tokens()
        self.journal = Journal()
        self._start = state
        self._starts_at = starts_at
        self.reset()

    def reset(self) -> None:
        """Back to how the world began; its keys stay, so that what was signed by it before is still its own."""
        self.state = self._start.copy()
        if self._starts_at is not None:
            self.state.offset = self._starts_at - time()
        self.journal.clear()

    def now(self) -> float:
        return time() + self.state.offset

    def set_clock(self, moment: float) -> bool:
        """Let the clock go on from this moment; False, and nothing done, when it lies outside 1970-2199."""
        if not _CLOCK_LEAST <= moment < _CLOCK_MOST:
            return False
        self.state.offset = moment - time()
        return True

    # Who exists, and what is held

    def by_hand(self, holder_id: str) -> bool:
        return holder_id in self.state.holders

    def holder(self, holder_id: str) -> Holder | None:
        """The person or organisation of this well-formed id."""
        known = self.state.holders.get(holder_id)
        if known is not None or self.state.population == "empty":
            return known
        if kind_of(holder_id) == "person":
            return population.person(self.state.seed, holder_id)
        return population.organization(self.state.seed, holder_id)

    def holding(self, holder_id: str, document_type: str) -> Holding | None:
        """What is held of this type: by hand first; the virtual population only where the holder is not put by hand."""
        if by_hand := self.state.holdings.get(holder_id, {}).get(document_type):
            return by_hand
        if self.by_hand(holder_id) or self.state.population == "empty":
            return None
        return papers.holding(self.state.seed, holder_id, document_type)

    def holdings(self, holder_id: str) -> dict[str, Holding]:
        virtual = not self.by_hand(holder_id) and self.state.population == "virtual"
        found = papers.holdings(self.state.seed, holder_id) if virtual else {}
        return dict(sorted({**found, **self.state.holdings.get(holder_id, {})}.items()))

    def put_holder(self, holder: Holder) -> bool:
        """Put a person or organisation by hand, who then holds nothing; True when it was not there by hand before."""
        new = not self.by_hand(holder.id)
        self.state.holders[holder.id] = holder
        self.state.holdings.pop(holder.id, None)
        return new

    def delete_holder(self, holder_id: str) -> bool:
        """Take away everything put by hand about this holder; True when there was something."""
        held = self.state.holdings.pop(holder_id, None)
        return self.state.holders.pop(holder_id, None) is not None or bool(held)

    def put_holding(self, holder_id: str, document_type: str, holding: Holding) -> bool:
        held = self.state.holdings.setdefault(holder_id, {})
        new = document_type not in held
        held[document_type] = holding
        return new

    def delete_holding(self, holder_id: str, document_type: str) -> bool:
        return self.state.holdings.get(holder_id, {}).pop(document_type, None) is not None

    # What the portal publishes

    def put_procedure(self, procedure: Procedure) -> bool:
        """Publish a procedure, whole; True when its code was not there before. CatalogueFull beyond the limit."""
        new = procedure.code not in self.state.catalogue
        if new and len(self.state.catalogue) >= MOST_PROCEDURES:
            raise CatalogueFull
        self.state.catalogue[procedure.code] = procedure
        return new

    def delete_procedure(self, code: str) -> bool:
        return self.state.catalogue.pop(code, None) is not None

    # Licences and faults

    def licence_refusal(self, procedure: str, officer: str) -> tuple[str, str] | None:
        """The service's own error code and words when the procedure (004) or the officer (005) is not licensed."""
        if self.state.procedures is not None and procedure not in self.state.procedures:
            return NOT_LICENSED
        if self.state.officers is not None and officer not in self.state.officers:
            return NO_RIGHT
        return None

    def next_fault_id(self) -> str:
        self.state.faults_made += 1
        return f"fault-{self.state.faults_made}"

    def add_fault(self, fault: Fault) -> None:
        self.state.faults[fault.id] = fault

    def matching_faults(self, face: Face, service: str, holder_id: str | None, types: Iterable[str]) -> list[Fault]:
        faults = self.state.faults
        if not faults:
            return []
        asked = frozenset(types)
        return [fault for fault in faults.values() if fault.face == face and fault.matches(service, holder_id, asked)]

    def touched(self, kind: HolderKind) -> list[str]:
        """The ids of those put by hand, and of virtual ones given a holding by hand."""
        return sorted(
            holder_id
            for holder_id in self.state.holders.keys() | self.state.holdings.keys()
            if kind_of(holder_id) == kind
        )

    def fork(self, name: str) -> "World":
        """A new world that begins as this one is now: the same people and faults, keys and journal of its own."""
        return World(name, self.state.copy())


class CatalogueFull(Exception):
    """The world holds as many procedures as one may."""


class NameTaken(Exception):
    """A world of this name exists."""


class Universe:
    """All worlds of one process. `default` begins as the scenario says and is never deleted."""

    def __init__(self, default: State, public_url: str | None = None) -> None:
        self.public_url = public_url.rstrip("/") if public_url else None
        self.worlds: dict[str, World] = {DEFAULT_WORLD: World(DEFAULT_WORLD, default)}
        self._held: set[asyncio.Future[None]] = set()

    def new_name(self) -> str:
        return f"w-{token_hex(5)}"

    def add(self, world: World) -> World:
        if world.name in self.worlds:
            raise NameTaken(world.name)
        self.worlds[world.name] = world
        return world

    # A request that is held on purpose must not keep the process from closing

    def held_until_close(self) -> asyncio.Future[None]:
        """A future that comes true when the doors close; hand it back with `let_go`."""
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held.add(held)
        return held

    def let_go(self, held: asyncio.Future[None]) -> None:
        self._held.discard(held)

    def close(self) -> None:
        for held in self._held:
            if not held.done():
                held.set_result(None)
