"""All worlds of one process: made, found, and forgotten when nobody asks for them."""

import asyncio
from secrets import token_hex
from time import monotonic

from mock_vneid.specs import DEFAULT_WORLD
from mock_vneid.worlds import LimitReached, State, World

MOST_WORLDS = 1_000  # so that a test run cannot eat the memory


class NameTaken(Exception):
    """A world of this name exists."""


class Universe:
    """All worlds of one process. `default` begins as the scenario says and is never deleted."""

    def __init__(self, default: State, public_url: str | None = None) -> None:
        self.public_url = public_url.rstrip("/") if public_url else None
        self.worlds: dict[str, World] = {DEFAULT_WORLD: World(DEFAULT_WORLD, default, idle=None)}
        self._held: set[asyncio.Future[None]] = set()

    def new_name(self) -> str:
        return f"w-{token_hex(5)}"

    def find(self, name: str) -> World | None:
        """The world of this name, which is used thereby, so that its time begins anew."""
        world = self.worlds.get(name)
        if world is None:
            return None
        now = monotonic()
        if _expired(world, now):
            self.forget(world)
            return None
        world.used_at = now
        return world

    def sweep(self) -> None:
        """Forget the worlds that have been idle for too long."""
        now = monotonic()
        for world in [world for world in self.worlds.values() if _expired(world, now)]:
            self.forget(world)

    def forget(self, world: World) -> None:
        """It is gone, and calls nobody any more."""
        world.webhooks.close()
        del self.worlds[world.name]

    def add(self, world: World) -> World:
        """Raises NameTaken, or LimitReached."""
        if world.name in self.worlds and self.find(world.name):
            raise NameTaken(world.name)
        if len(self.worlds) >= MOST_WORLDS:
            self.sweep()
        if len(self.worlds) >= MOST_WORLDS:
            raise LimitReached(
                f"there are {MOST_WORLDS} worlds; DELETE what is done with, or make worlds with a short idle_seconds"
            )
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
        for world in self.worlds.values():
            world.webhooks.close()
        for held in self._held:
            if not held.done():
                held.set_result(None)


def _expired(world: World, now: float) -> bool:
    return world.idle is not None and now - world.used_at >= world.idle
