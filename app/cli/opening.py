"""What most commands begin with: the settings, a database at this code's version, a desk."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from app.db import Database, DatabaseUnavailable
from app.services import migrations
from app.services.desk import Desk
from app.settings import Settings

T = TypeVar("T")


def settings() -> Settings:
    """The settings, or a plain message about what is missing."""
    try:
        return Settings()
    except ValueError as e:
        for fault in getattr(e, "errors", list)():
            typer.echo(f"cấu hình / settings: {fault['msg']}", err=True)
        if "MOTLAN_ENV" not in os.environ:
            typer.echo("muốn thử với bản demo thì đặt / for the demo: MOTLAN_ENV=demo", err=True)
        raise typer.Exit(2) from None


def refuse_old_schema(given: Settings) -> None:
    """A database that is not at this code's version is said so before anything is done."""
    database = Database.open(given.database_url, readers=1, writers=1)
    try:
        good = database.read_sync(migrations.at_head)
    except DatabaseUnavailable:
        good, reason = False, "không kết nối được cơ sở dữ liệu / the database cannot be reached"
    else:
        reason = "lược đồ chưa đúng phiên bản, hãy chạy: motlan db upgrade / the schema is not at this version"
    finally:
        database.dispose()
    if not good:
        typer.echo(reason, err=True)
        raise typer.Exit(2)


def at_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """What `work` gives, at a desk opened with the settings as the service's is, and closed again."""
    from app.wiring import open_desk

    given = settings()
    refuse_old_schema(given)

    async def working() -> T:
        desk = open_desk(given)
        try:
            return await work(desk)
        finally:
            await desk.close()

    return asyncio.run(working())
