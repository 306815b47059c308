"""`motlan`: everything an operator starts by hand."""

import asyncio
import os
import subprocess
import sys
from typing import Annotated

import typer

from app.cli import monthly_lists, opening, portal_sync, restructuring
from app.cli.catalogue import catalogue
from app.cli.check import check
from app.cli.outbox import outbox
from app.db import Database
from app.domain.errors import JournalBroken
from app.services import migrations
from app.services.journal import verify_journal

app = typer.Typer(
    no_args_is_help=True, help="Một Lần: đã có dữ liệu thì không đòi giấy.", pretty_exceptions_enable=False
)
db = typer.Typer(no_args_is_help=True, help="Cơ sở dữ liệu / the database.")
journal = typer.Typer(no_args_is_help=True, help="Nhật ký / the journal.")
clients = typer.Typer(no_args_is_help=True, help="Hệ thống được gọi dịch vụ / systems that may call.")
app.add_typer(db, name="db")
app.add_typer(journal, name="journal")
app.add_typer(clients, name="clients")
app.add_typer(catalogue, name="catalogue")
app.add_typer(outbox, name="outbox")
restructuring.register(catalogue)
monthly_lists.register(catalogue)
portal_sync.register(catalogue)
app.command()(check)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe / address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng / port.")] = None,
) -> None:
    """Chạy dịch vụ / run the service."""
    import uvicorn

    from app.main import create_app

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    # The address people know it by, and come back to from signing in, follows from where it listens.
    settings = opening.settings().model_copy(update=given)
    opening.refuse_old_schema(settings)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=20,
        server_header=False,
    )


@app.command()
def worker() -> None:
    """Chạy tiến trình nền: tra cứu lại hồ sơ đang chờ / run the worker that rechecks waiting dossiers."""
    from app.worker import run

    settings = opening.settings()
    opening.refuse_old_schema(settings)
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
    port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng dịch vụ / the service's.")] = 8000,
    mock_port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng hộp cát / the sandbox's.")] = 9000,
    control_port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng điều khiển / its control door's.")] = 9001,
) -> None:
    """Khởi động tất cả, chấm thử một hồ sơ mẫu và in ra / start everything, judge a sample dossier, print it."""
    from app.demo import Ports, play

    raise typer.Exit(play(stay=stay, ports=Ports(port, mock_port, control_port)))


@db.command("upgrade")
def db_upgrade(revision: Annotated[str, typer.Argument()] = "head") -> None:
    """Nâng lược đồ lên phiên bản của mã / bring the schema to this code's version."""
    migrations.upgrade(opening.settings().database_url, revision)
    typer.echo(f"schema at {revision}")


@journal.command("verify")
def journal_verify() -> None:
    """Kiểm tra chuỗi băm của nhật ký, thoát 1 nếu hỏng / verify the hash chains; exit 1 when broken."""
    database = Database.open(opening.settings().database_url)
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
    from app.services import tokens

    if strange := set(scope) - set(tokens.SCOPES):
        typer.echo(f"phạm vi không có / unknown scope: {' '.join(sorted(strange))}", err=True)
        raise typer.Exit(2)
    database = Database.open(opening.settings().database_url)
    try:
        typer.echo(tokens.register(database, Clock(), client_id, " ".join(scope)))
    finally:
        database.dispose()
