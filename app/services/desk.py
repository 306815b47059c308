"""What every story needs at hand: the database, the law, the catalogue, the sources, the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.clock import Clock
from app.db import Database
from app.domain.calendar import WorkingCalendar
from app.domain.law import Rulebook
from app.domain.presentations import VerifierKind
from app.domain.readings import Reading
from app.domain.sessions import Visitor
from app.domain.values import Frozen
from app.sealing import Sealer
from app.services.snapshots import Snapshots
from app.settings import Settings

if TYPE_CHECKING:
    # A third of a second of imports that a command which asks no source does not wait for.
    from app.registries.jose import SigningKey
    from app.registries.ndxp import DataServices
    from app.registries.oidc import Citizen, Officer, Provider
    from app.registries.presentations import Presentations
    from app.registries.vneid import Wallet
    from app.services.tokens import Tokens


@dataclass(frozen=True, eq=False)
class Desk:
    settings: Settings
    clock: Clock
    db: Database
    rulebook: Rulebook
    calendar: WorkingCalendar
    # Names of agencies by their codes, for people to read; an unknown one is shown by its code.
    agencies: Mapping[str, str]
    snapshots: Snapshots
    # A component's official text, read; the dictionary is loaded with the first one.
    read: Callable[[str], Reading]
    sealer: Sealer
    wallet: "Wallet"
    services: "DataServices"
    tokens: "Tokens"
    # Where share codes are redeemed, as an office and as a body outside the State.
    presentations: "Mapping[VerifierKind, Presentations]"
    # Where citizens and officers log in.
    logins: "Mapping[Visitor, Provider[Citizen] | Provider[Officer]]"
    # Signs what is published monthly.
    publication_key: "SigningKey"

    async def close(self) -> None:
        await self.wallet.close()
        await self.services.close()
        for verifier in self.presentations.values():
            await verifier.close()
        for provider in self.logins.values():
            await provider.close()
        await self.db.close()


class Caller(Frozen):
    """Who calls: a system by its client id, with the scopes of its token; `officer` is who acts at the counter, under
    whose own code the sources are asked.
    """

    client_id: str
    scopes: frozenset[str]
    officer: str | None = None
