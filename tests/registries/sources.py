"""Asking a source as the desk does, for tests: one client for a whole conversation, causes as words."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

from app.domain.persons import Subject, SubjectKind
from app.registries.answers import Errand, Reading, Reply, SourceFailed
from app.registries.ndxp import DataServices
from app.registries.vneid import Wallet
from tests.mock_vneid.office import PERSON

AN = Subject(SubjectKind.PERSON, PERSON)
CLIENT = ("motlan-tthc", "motlan-tthc-secret")
PATIENCE = 5.0

Source = TypeVar("Source", Wallet, DataServices)
T = TypeVar("T")


def errand() -> Errand:
    return Errand(str(uuid4()), "1.001193", "CB-0001", "paper-demand")


def wallet(base_url: str, *, timeout: float = PATIENCE) -> Wallet:
    return Wallet(base_url, *CLIENT, timeout=timeout, max_age=300)


def services(base_url: str, *, timeout: float = PATIENCE) -> DataServices:
    return DataServices(base_url, *CLIENT, timeout=timeout, max_age=300)


def talk(source: Source, conversation: Callable[[Source], Awaitable[T]]) -> T:
    async def talking() -> T:
        try:
            return await conversation(source)
        finally:
            await source.close()

    return asyncio.run(talking())


async def search(source: Wallet, *types: str, holder: Subject = AN) -> Reply | str:
    """The reply, or the cause for which there was none."""
    try:
        return await source.search(holder, types or ("CAN_CUOC",), errand())
    except SourceFailed as failed:
        return failed.cause


async def ask(source: DataServices, *types: str, service: str = "037", holder: Subject = AN) -> Reply | str:
    try:
        return await source.ask(service, holder, types or ("CAN_CUOC",), errand())
    except SourceFailed as failed:
        return failed.cause


def one(reply: Reply | str) -> Reading:
    assert isinstance(reply, Reply)
    (reading,) = reply.readings
    return reading


def outcome(reply: Reply | str) -> str:
    """In one word: the cause of silence, or what was said."""
    if isinstance(reply, str):
        return reply
    reading = one(reply)
    return reading.cause or reading.said.value
