"""Many pieces of work of one kind, a few at a time, their results in the order of the work."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def in_order(work: AsyncIterator[T], do: Callable[[T], Awaitable[R]], width: int) -> AsyncGenerator[R, None]:
    """What `do` gives for each piece, as soon as it and all before it are done. Never more than `width` pieces are
    taken up and not given back, however many there are. Where the iteration ends early, what was taken up is done to
    its end all the same: who is asked about a person is asked on record.
    """
    under_way: asyncio.Queue[asyncio.Task[R] | None] = asyncio.Queue()
    room = asyncio.Semaphore(width)
    tasks: set[asyncio.Task[R]] = set()

    async def doing(piece: T) -> R:
        return await do(piece)

    async def take_up() -> None:
        try:
            async for piece in work:
                await room.acquire()
                task = asyncio.create_task(doing(piece))
                tasks.add(task)
                under_way.put_nowait(task)
        finally:
            under_way.put_nowait(None)

    source = asyncio.create_task(take_up())
    try:
        while (task := await under_way.get()) is not None:
            await asyncio.wait((task,))  # awaited itself, it would be cancelled with us
            tasks.discard(task)
            room.release()
            yield task.result()
        await source  # what the work itself raised
    finally:
        source.cancel()
        await asyncio.gather(source, *tasks, return_exceptions=True)
