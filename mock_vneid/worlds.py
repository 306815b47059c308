"""Worlds: isolated universes of people, holdings, licences, faults, clock and journal, all in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from time import monotonic, time

from mock_vneid import civil, papers, personas, population
from mock_vneid.catalogue import MOST_PROCEDURES, Procedure
from mock_vneid.dossiers import MOST_DOSSIERS, Dossiers
from mock_vneid.faults import Face, Fault, Struck
from mock_vneid.ids import HolderKind, kind_of
from mock_vneid.journal import Journal
from mock_vneid.keys import Keys
from mock_vneid.oidc.logins import Logins
from mock_vneid.people import (
    CivilRecord,
    Holder,
    Holding,
    Organization,
    Person,
    Representation,
    document_id,
    wallet_state,
)
from mock_vneid.presentations import Presentations
from mock_vneid.results import ISSUERS, MOST_ISSUERS, MOST_RESULTS, Jwks, Result, Results, change
from mock_vneid.specs import VIETNAM, Population
from mock_vneid.staff import MOST_OFFICERS, OFFICERS, Officer
from mock_vneid.tokens import CLIENTS, DEMO_RP, PRIVATE_BODY, Client, Tokens
from mock_vneid.webhooks import Event, EventType, Webhooks

NOT_LICENSED = ("004", "Thủ tục chưa được cấp phép khai thác")
NO_RIGHT = ("005", "Tài khoản cán bộ không có quyền thao tác")

# So that a test run cannot eat the memory; `journal.KEPT` bounds the journal, `catalogue.MOST_PROCEDURES` the portal.
MOST_HOLDERS = 10_000  # put by hand, of one world
MOST_HOLDINGS = 50_000
MOST_FAULTS = 500
MOST_SNAPSHOTS = 16
IDLE = 24 * 3600.0  # seconds after which a world nobody asks for is gone, unless it was made with another time

# Derived from their arguments alone, and immutable: those asked for again and again need not be derived anew.
_virtual_person = lru_cache(4_096)(population.person)
_virtual_holding = lru_cache(16_384)(papers.holding)

_CLOCK_LEAST, _CLOCK_MOST = 0.0, datetime(2200, 1, 1, tzinfo=UTC).timestamp()


def _clients() -> dict[str, Client]:
    return {**CLIENTS, DEMO_RP.id: DEMO_RP, PRIVATE_BODY.id: PRIVATE_BODY}


@dataclass(slots=True)
class State:
    """What `reset` brings back and a fork copies. `offset`: the world's clock minus the real one, in seconds.

    `frozen_at`: what a clock that stands reads, in seconds since the epoch; `offset` then plays no part.
    `catalogue` is what the portal publishes, by code; `procedures` and `officers` are those licensed (None: all).
    """

    seed: int = 1
    population: Population = "virtual"
    offset: float = 0.0
    frozen_at: float | None = None
    holders: dict[str, Holder] = field(default_factory=dict)
    holdings: dict[str, dict[str, Holding]] = field(default_factory=dict)
    catalogue: dict[str, Procedure] = field(default_factory=dict)
    dossiers: Dossiers = field(default_factory=dict)  # as reported to the portal; replaced whole, never changed
    procedures: frozenset[str] | None = None
    officers: frozenset[str] | None = None
    clients: dict[str, Client] = field(default_factory=_clients)
    issuers: dict[str, Jwks] = field(default_factory=lambda: dict(ISSUERS))  # of results, by agency code
    results: Results = field(default_factory=Results)
    staff: dict[str, Officer] = field(default_factory=lambda: dict(OFFICERS))
    faults: dict[str, Fault] = field(default_factory=dict)
    faults_made: int = 0

    def copy(self) -> "State":
        return replace(
            self,
            holders=dict(self.holders),
            holdings={holder_id: dict(held) for holder_id, held in self.holdings.items()},
            catalogue=dict(self.catalogue),
            clients=dict(self.clients),
            issuers=dict(self.issuers),
            results=self.results.copy(),
            staff=dict(self.staff),
            faults={fault_id: fault.copy() for fault_id, fault in self.faults.items()},
        )


class World:
    """One universe. Its clock reads `starts_at` (seconds since the epoch) when it begins, and after each reset.

    `idle`: seconds without a request on either door after which it is gone; None: never.
    """

    def __init__(self, name: str, state: State, starts_at: float | None = None, idle: float | None = IDLE) -> None:
        self.name = name
        self.idle = idle
        self.used_at = monotonic()
        self.snapshots: dict[str, Snapshot] = {}
        self.keys = Keys()
        self.tokens = Tokens()
        self.journal = Journal()
        self.webhooks = self._no_webhooks()
        self._start = state
        self._starts_at = starts_at
        self.reset()

    def reset(self) -> None:
        """Back to how the world began; its keys stay, so that what was signed by it before is still its own."""
        self.state = self._start.copy()
        if self._starts_at is not None:
            self.set_clock(self._starts_at)
        self._forget()
        self.webhooks.close()
        self.webhooks = self._no_webhooks()

    def _no_webhooks(self) -> Webhooks:
        def faulty(event: Event, noted: list[tuple[str, str]]) -> Struck:
            faults = self.matching_faults("webhooks", event.type, event.holder_id, (event.document_type,))
            return Struck(faults, self.state.seed, noted)

        return Webhooks(lambda: self.keys.documents, faulty)

    def _forget(self) -> None:
        """Who is logged in, what is on its way to be shown, what was asked: none of it can be kept for later."""
        self.logins, self.staff_logins = Logins(), Logins()
        self.presentations = Presentations()
        self.journal.clear()

    def now(self) -> float:
        frozen_at = self.state.frozen_at
        return time() + self.state.offset if frozen_at is None else frozen_at

    def today(self) -> date:
        return datetime.fromtimestamp(self.now(), VIETNAM).date()

    def set_clock(self, moment: float) -> bool:
        """Let the clock read this moment, and go on if it goes; False, and nothing done, outside 1970-2199."""
        if not _CLOCK_LEAST <= moment < _CLOCK_MOST:
            return False
        self.state.offset = moment - time()
        if self.state.frozen_at is not None:
            self.state.frozen_at = moment
        return True

    def freeze(self, stands: bool) -> None:
        """Stop the clock at what it reads, or let it go on from there."""
        now = self.now()
        self.state.frozen_at = now if stands else None
        self.set_clock(now)

    # As it was at a moment

    def take_snapshot(self, name: str) -> "Snapshot":
        """Keep everything `reset` knows of under this name, in place of what was kept under it."""
        if name not in self.snapshots and len(self.snapshots) >= MOST_SNAPSHOTS:
            raise LimitReached(f"a world keeps at most {MOST_SNAPSHOTS} snapshots; DELETE some first")
        kept = self.snapshots[name] = Snapshot(self.state.copy(), self.now())
        return kept

    def restore(self, snapshot: "Snapshot") -> None:
        """Back to that moment, by its clock too, with an empty journal; keys and snapshots stay."""
        self.state = snapshot.state.copy()
        self.set_clock(snapshot.at)
        self._forget()
        self.webhooks.forget()

    # Who exists, and what is held

    def by_hand(self, holder_id: str) -> bool:
        return holder_id in self.state.holders

    def holder(self, holder_id: str) -> Holder | None:
        """The person or organisation of this well-formed id: put by hand, a persona, or of the virtual population."""
        known = self.state.holders.get(holder_id)
        if known is not None or self.state.population == "empty":
            return known
        if persona := personas.find(holder_id):
            return persona.holder
        if kind_of(holder_id) == "person":
            return _virtual_person(self.state.seed, holder_id)
        return population.organization(self.state.seed, holder_id)

    def holding(self, holder_id: str, document_type: str) -> Holding | None:
        """What is held of this type: by hand first; the virtual population only where the holder is not put by hand.

        A result that was delivered lies over it.
        """
        held = self._held(holder_id, document_type)
        if self.state.results.known and (result := self.state.results.shown(holder_id).get(document_type)):
            return result.laid_over(held)
        return held

    def _held(self, holder_id: str, document_type: str) -> Holding | None:
        if by_hand := self.state.holdings.get(holder_id, {}).get(document_type):
            return by_hand
        if self.by_hand(holder_id) or self.state.population == "empty":
            return None
        if persona := personas.find(holder_id):
            return persona.holdings(self.today()).get(document_type)
        return _virtual_holding(self.state.seed, holder_id, document_type)

    def holdings(self, holder_id: str) -> dict[str, Holding]:
        found: dict[str, Holding] = {}
        if not self.by_hand(holder_id) and self.state.population == "virtual":
            persona = personas.find(holder_id)
            found = persona.holdings(self.today()) if persona else papers.holdings(self.state.seed, holder_id)
        found = {**found, **self.state.holdings.get(holder_id, {})}
        for document_type, result in self.state.results.shown(holder_id).items():
            found[document_type] = result.laid_over(found.get(document_type))
        return dict(sorted(found.items()))

    def civil_record(self, person_id: str) -> CivilRecord | None:
        """Home, household and family; None of somebody put by hand, or not there. Nobody put by hand is named in it."""
        if self.by_hand(person_id) or self.state.population == "empty":
            return None
        persona = personas.find(person_id)
        known = persona.civil if persona else civil.record(self.state.seed, person_id)
        return civil.without(known, self.state.holders) if known else None

    def representation(self, organization_id: str) -> Representation | None:
        """Who speaks for this organisation; None of one put by hand, or not there."""
        if self.by_hand(organization_id) or self.state.population == "empty":
            return None
        persona = personas.find(organization_id)
        return persona.representation if persona else civil.representation(self.state.seed, organization_id)

    def representative(self, organization_id: str) -> Person | None:
        """The person who speaks for this organisation, by hand or not, as this world knows them."""
        organization = self.holder(organization_id)
        if not isinstance(organization, Organization):
            return None
        known = self.representation(organization_id)
        number = known.representative.id if known else organization.representative
        person = self.holder(number) if number else None
        return person if isinstance(person, Person) else None

    def represented(self) -> dict[str, list[Organization]]:
        """Of those put by hand, the virtual ones given a holding, and the personas: the organisations, by the number of
        who speaks for each. Virtual ones are countless, and found by their own number only.
        """
        named = dict.fromkeys(self.touched("organization"))
        if self.state.population == "virtual":
            named |= dict.fromkeys(persona.id for persona in personas.all() if persona.kind == "organization")
        found: dict[str, list[Organization]] = {}
        for organization_id in named:
            organization, person = self.holder(organization_id), self.representative(organization_id)
            if person and isinstance(organization, Organization):
                found.setdefault(person.id, []).append(organization)
        return found

    def put_holder(self, holder: Holder) -> bool:
        """Put a person or organisation by hand, who then holds nothing; True when it was not there by hand before."""
        new = not self.by_hand(holder.id)
        if new and len(self.state.holders) >= MOST_HOLDERS:
            raise LimitReached(f"a world holds at most {MOST_HOLDERS} people and organisations by hand; DELETE some")
        self.state.holders[holder.id] = holder
        self.state.holdings.pop(holder.id, None)
        return new

    def delete_holder(self, holder_id: str) -> bool:
        """Take away everything put by hand about this holder; True when there was something."""
        held = self.state.holdings.pop(holder_id, None)
        return self.state.holders.pop(holder_id, None) is not None or bool(held)

    def put_holding(self, holder_id: str, document_type: str, holding: Holding) -> bool:
        new = document_type not in self.state.holdings.get(holder_id, {})
        before = self.holding(holder_id, document_type)
        if new and sum(map(len, self.state.holdings.values())) >= MOST_HOLDINGS:
            raise LimitReached(f"a world holds at most {MOST_HOLDINGS} holdings by hand; DELETE some first")
        held = self.state.holdings.setdefault(holder_id, {})
        held[document_type] = holding
        self._tell(holder_id, document_type, before, self.holding(holder_id, document_type))
        return new

    def _tell(self, holder_id: str, document_type: str, before: Holding | None, after: Holding | None) -> None:
        """Subscribers are told what becomes of documents that the wallet shows."""
        holder = self.holder(holder_id)
        if holder is None or after is None or wallet_state(holder, after) != "linked" or before == after:
            return
        known = before is not None and wallet_state(holder, before) == "linked"
        kind: EventType = "document.changed" if known else "document.added"
        if after.revoked_on and not (before and before.revoked_on):
            kind = "document.revoked"
        ref = document_id(self.state.seed, holder_id, document_type, after)
        self.webhooks.happened(kind, holder_id, document_type, ref, {})

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

    # Results that were delivered, and who may sign them

    def put_issuer(self, agency: str, keys: Jwks) -> bool:
        new = agency not in self.state.issuers
        if new and len(self.state.issuers) >= MOST_ISSUERS:
            raise LimitReached(f"a world knows at most {MOST_ISSUERS} issuers; DELETE some first")
        self.state.issuers[agency] = keys
        return new

    def put_result(self, result: Result) -> None:
        if result.name not in self.state.results.known and len(self.state.results) >= MOST_RESULTS:
            raise LimitReached(f"a world keeps at most {MOST_RESULTS} results")
        kind = change(self.state.results.known.get(result.name), result)
        self.state.results.put(result)
        ref = result.reference(self.state.seed)
        more = {"result_code": result.claims.result_code}
        self.webhooks.happened(kind, result.holder_id, result.claims.document_type, ref, more)

    # Who works in its offices

    def put_officer(self, officer: Officer) -> bool:
        new = officer.code not in self.state.staff
        if new and len(self.state.staff) >= MOST_OFFICERS:
            raise LimitReached(f"a world has at most {MOST_OFFICERS} officers; DELETE some first")
        self.state.staff[officer.code] = officer
        return new

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
        if len(self.state.faults) >= MOST_FAULTS and fault.id not in self.state.faults:
            raise LimitReached(f"a world has at most {MOST_FAULTS} faults; DELETE some first")
        self.state.faults[fault.id] = fault

    def matching_faults(
        self, face: Face, service: str, holder_id: str | None, types: Iterable[str], *, counted: bool = True
    ) -> list[Fault]:
        """The faults this request matches; `counted`: those it misses by one condition take note of it."""
        faults = self.state.faults
        if not faults:
            return []
        asked, now = frozenset(types), self.now()
        return [
            fault
            for fault in faults.values()
            if fault.face == face and fault.matches(service, holder_id, asked, now, counted)
        ]

    def touched(self, kind: HolderKind) -> list[str]:
        """The ids of those put by hand, and of virtual ones given a holding by hand."""
        return sorted(
            holder_id
            for holder_id in self.state.holders.keys() | self.state.holdings.keys()
            if kind_of(holder_id) == kind
        )

    def fork(self, name: str) -> "World":
        """A new world that begins as this one is now: the same people and faults, keys and journal of its own."""
        return World(name, self.state.copy(), idle=self.idle or IDLE)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`at`: what the world's clock read then, in seconds since the epoch."""

    state: State
    at: float


class LimitReached(Exception):
    """There is as much of something as there may be; the text says of what, and what to do."""


class CatalogueFull(Exception):
    """The world holds as many procedures as one may."""


def check_limits(state: State) -> None:
    """LimitReached when this is more than a world may be."""
    for what, there, most in (
        ("people and organisations by hand", len(state.holders), MOST_HOLDERS),
        ("holdings by hand", sum(map(len, state.holdings.values())), MOST_HOLDINGS),
        ("procedures", len(state.catalogue), MOST_PROCEDURES),
        ("faults", len(state.faults), MOST_FAULTS),
        ("officers", len(state.staff), MOST_OFFICERS),
        ("dossiers", len(state.dossiers), MOST_DOSSIERS),
        ("issuers", len(state.issuers), MOST_ISSUERS),
        ("results", len(state.results), MOST_RESULTS),
    ):
        if there > most:
            raise LimitReached(f"a world holds at most {most} {what}; there are {there}")
