"""The machine as measured: who runs on which processor, servers as processes of their own, PostgreSQL as it ships."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import KEEPER, PostgresServer, _as, _home, _programs, _wait_until_ready
from tests.databases import UNPRIVILEGED as POSTGRES_USER

_CPUS: list[int] = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
# Two processors: the measured program has the first for itself; load, sandbox and PostgreSQL share the second.
MEASURED, REST = (_CPUS[0], _CPUS[1]) if len(_CPUS) > 1 else (None, None)


@contextmanager
def on_cpu(cpu: int | None) -> Iterator[None]:
    """Keep this process, and those it starts meanwhile, on one processor; anywhere where there is but one."""
    if cpu is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def program(
    module: str, *arguments: str, cpu: int | None, log: Path, given: bytes = b"", **settings: str
) -> Iterator[str]:
    """`python -m module …` for as long as the block lasts; gives the first line it prints. `given` is its input."""
    with log.open("ab") as errors, on_cpu(cpu):
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(given)
        process.stdin.close()
        line = process.stdout.readline().decode()
        if not line:
            raise RuntimeError(f"{module} {' '.join(arguments)} did not start:\n{log.read_text()[-2000:]}")
        yield line
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """The server of TEST_POSTGRES_URL, or one from the wheel with the settings PostgreSQL comes with: fsync is on."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield PostgresServer(url)
        return
    user = POSTGRES_USER if os.geteuid() == 0 else None
    home = _home(user)
    try:
        programs, data = _programs(home, user), home / "data"
        data.mkdir()
        if user:
            for path in (home, *home.rglob("*")):
                shutil.chown(path, user)
        made = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run(made, cwd=home, capture_output=True, check=True, **_as(user))
        settings = ["listen_addresses=", f"unix_socket_directories={home}", "shared_buffers=256MB"]
        arguments = ["-D", str(data), *(word for setting in settings for word in ("-c", setting))]
        with (home / "log").open("wb") as log, on_cpu(REST):
            keeper = subprocess.Popen(
                ["sh", "-c", KEEPER, "sh", str(programs), str(home), *arguments],
                cwd=home,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as(user),
            )
        assert keeper.stdin is not None
        try:
            found = PostgresServer(f"postgresql://postgres@/postgres?host={home}")
            _wait_until_ready(found, home)
            yield found
        finally:
            keeper.stdin.close()
            keeper.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)
