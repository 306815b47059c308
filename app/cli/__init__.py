"""`motlan`: everything an operator starts by hand."""

import asyncio
import os
import subprocess
import sys
from typing import Annotated

import typer

from app.db import Database, DatabaseUnavailable
from app.domain.errors import JournalBroken
from app.services import migrations, tokens
from app.services.journal import verify_journal
from app.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Một Lần: đã có dữ liệu thì không đòi giấy.", pretty_exceptions_enable=False
)
db = typer.Typer(no_args_is_help=True, help="Cơ sở dữ liệu / the database.")
journal = typer.Typer(no_args_is_help=True, help="Nhật ký / the journal.")
clients = typer.Typer(no_args_is_help=True, help="Hệ thống được gọi dịch vụ / systems that may call.")
app.add_typer(db, name="db")
app.add_typer(journal, name="journal")
app.add_typer(clients, name="clients")


def _settings() -> Settings:
    """The settings, or a plain message about what is missing."""
    try:
        return Settings()
    except ValueError as e:
        for fault in getattr(e, "errors", list)():
            typer.echo(f"cấu hình / settings: {fault['msg']}", err=True)
        raise typer.Exit(2) from None


def _refuse_old_schema(settings: Settings) -> None:
    """A database that is not at this code's version is said so before anything is served."""
    database = Database.open(settings.database_url, readers=1, writers=1)
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


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe / address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng / port.")] = None,
) -> None:
    """Chạy dịch vụ / run the service."""
    import uvicorn

    from app.main import create_app

    settings = _settings()
    _refuse_old_schema(settings)
    uvicorn.run(
        create_app(settings),
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=20,
        server_header=False,
    )


@app.command()
def worker() -> None:
    """Chạy tiến trình nền: tra cứu lại hồ sơ đang chờ / run the worker that rechecks waiting dossiers."""
    from app.worker import run

    settings = _settings()
    _refuse_old_schema(settings)
    asyncio.run(run(settings))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def mock(context: typer.Context) -> None:
    """Chạy hộp cát VNeID/NDXP; tham số như python -m mock_vneid / run the sandbox."""
    command = [sys.executable, "-m", "mock_vneid", *context.args]
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no shell
    raise typer.Exit(subprocess.call(command))  # noqa: S603 - the same


@app.command()
def demo(
    stay: Annotated[bool, typer.Option("--stay", help="Giữ các máy chủ chạy / keep the servers up.")] = False,
) -> None:
    """Khởi động tất cả, chấm thử một hồ sơ mẫu và in ra / start everything, judge a sample dossier, print it."""
    from app.demo import play

    raise typer.Exit(play(stay=stay))


@db.command("upgrade")
def db_upgrade(revision: Annotated[str, typer.Argument()] = "head") -> None:
    """Nâng lược đồ lên phiên bản của mã / bring the schema to this code's version."""
    migrations.upgrade(_settings().database_url, revision)
    typer.echo(f"schema at {revision}")


@journal.command("verify")
def journal_verify() -> None:
    """Kiểm tra chuỗi băm của nhật ký, thoát 1 nếu hỏng / verify the hash chains; exit 1 when broken."""
    database = Database.open(_settings().database_url)
    try:
        verified = verify_journal(database)
    except JournalBroken as e:
        typer.echo(f"nhật ký hỏng / journal broken: {e}", err=True)
        raise typer.Exit(1) from None
    finally:
        database.dispose()
    typer.echo(f"nhật ký nguyên vẹn / journal intact: {verified.entries} entries, {verified.strands} strands")


@clients.command("add")
def clients_add(
    client_id: str,
    scope: Annotated[list[str], typer.Option(help="Lặp lại cho mỗi phạm vi / repeat for each scope.")],
) -> None:
    """Thêm một hệ thống; khóa chỉ in một lần / add a system; its secret is printed once."""
    from app.clock import Clock

    if strange := set(scope) - set(tokens.SCOPES):
        typer.echo(f"phạm vi không có / unknown scope: {' '.join(sorted(strange))}", err=True)
        raise typer.Exit(2)
    database = Database.open(_settings().database_url)
    try:
        typer.echo(tokens.register(database, Clock(), client_id, " ".join(scope)))
    finally:
        database.dispose()
