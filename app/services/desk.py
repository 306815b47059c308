"""What every story needs at hand: the database, the law, the catalogue, the sources, the clock."""

from dataclasses import dataclass

from app.clock import Clock
from app.db import Database
from app.domain.calendar import WorkingCalendar
from app.domain.law import Rulebook
from app.domain.values import value
from app.registries.ndxp import DataServices
from app.registries.vneid import Wallet
from app.sealing import Sealer
from app.services.snapshots import Snapshots
from app.services.tokens import Tokens
from app.settings import Settings


@dataclass(frozen=True, eq=False)
class Desk:
    settings: Settings
    clock: Clock
    db: Database
    rulebook: Rulebook
    calendar: WorkingCalendar
    snapshots: Snapshots
    sealer: Sealer
    wallet: Wallet
    services: DataServices
    tokens: Tokens

    async def close(self) -> None:
        await self.wallet.close()
        await self.services.close()
        await self.db.close()


@value
class Caller:
    """Who calls: a system by its client id, with the scopes of its token."""

    client_id: str
    scopes: frozenset[str]
