"""A wired desk for the tests of services: a migrated database, a world of its own, a clock that stands still.

`gate` gives every test that takes it two runs, on SQLite and on PostgreSQL; `sqlite_gate` and `postgres_gate` one. The
catalogue is the starter's, with a few small procedures laid on top so that no test hangs on a real one's components.
"""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import Connection, Table, select

from app import models
from app.clock import Clock
from app.domain.catalogue import Form
from app.domain.dossiers import Status, Supplied
from app.domain.persons import Subject, SubjectKind
from app.domain.values import replace
from app.repositories.idempotency import Key
from app.services import catalogue, dossiers, migrations, paper_demands, supplement_requests
from app.services.checks import Check, Line
from app.services.desk import Caller, Desk
from app.services.dossier_records import Answer
from app.services.dossiers import Offered, Submission
from app.services.supplement_requests import Asked
from app.settings import Settings
from app.wiring import open_desk, seed
from mock_vneid.testing import Mock, run_mock
from tests.databases import PostgresServer
from tests.mock_vneid.office import ANOTHER, PERSON, Json, Office

T = TypeVar("T")

# A Monday, 10:00 in Vietnam.
MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)
AN = Subject(SubjectKind.PERSON, PERSON, "NGUYỄN VĂN AN", "1990-02-03")
OTHER = Subject(SubjectKind.PERSON, ANOTHER)
CALLER = Caller("test-office", frozenset())
AGENCY = "000.00.00.H27"

# Small procedures, each for one thing a dossier can be.
PLAIN = "9.000001"  # 1 identity card · 2 application form (party) · 3 degree (no source) · 4 birth certificate
CHOICE = "9.000002"  # 1 any_of identity card, driving licence
ALL_OF = "9.000003"  # 1 all_of birth and marriage certificate
CASES = "9.000004"  # 1 always · 2 only "A" · 3 only "B"
NO_PAPER = "9.000005"  # as PLAIN's 1 and 3, on the list of services that take no paper
CUT = "9.000006"  # 1 identity card, cut by the resolution's annex II


def component(position: int, *types: str, relation: str = "one", **more: Any) -> Json:
    shape: Json = {"position": position, "name": f"Thành phần {position}", "document_types": list(types)}
    return {**shape, "relation": relation, "form": "copy", "mandatory": True, "acceptance": "data_first", **more}


def procedure_body(*components: Json, valid_from: str = "2020-01-01") -> Json:
    body: Json = {"name": "Thủ tục thử", "sector": "Thử", "level": "province", "agency": "Sở Thử"}
    return {**body, "valid_from": valid_from, "components": list(components)}


PROCEDURES = {
    PLAIN: procedure_body(
        component(1, "CAN_CUOC"),
        component(2, "TO_KHAI"),
        component(3, "VAN_BANG"),
        component(4, "GIAY_KHAI_SINH"),
    ),
    CHOICE: procedure_body(component(1, "CAN_CUOC", "GIAY_PHEP_LAI_XE", relation="any_of")),
    ALL_OF: procedure_body(component(1, "GIAY_KHAI_SINH", "GIAY_CN_KET_HON", relation="all_of")),
    CASES: procedure_body(
        component(1, "CAN_CUOC"),
        component(2, "VAN_BANG", case="A"),
        component(3, "GIAY_CHUNG_SINH", case="B"),
    ),
    NO_PAPER: procedure_body(component(1, "CAN_CUOC"), component(2, "VAN_BANG")),
    CUT: procedure_body(component(1, "CAN_CUOC")),
}
MEMBERS: dict[tuple[str, str], Json] = {
    ("no-paper-services", NO_PAPER): {"from": "2025-10-01", "status": "confirmed", "basis": "KH-02-2025"},
    ("nq66.7-annex-2", CUT): {
        "from": "2026-01-01",
        "status": "confirmed",
        "basis": "NQ-66.7-2025",
        "document_types": ["CAN_CUOC"],
    },
}


@dataclass
class Watch:
    """A clock that stands still until it is moved."""

    moment: datetime = MONDAY

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.moment)


@dataclass
class Gate:
    """One running office: a desk, the world it asks, and a loop to run it in."""

    settings: Settings
    world: Office
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self._runner = asyncio.Runner()
        self._desks: list[Desk] = []
        self.desk = self.open()

    def open(self, **change: Any) -> Desk:
        """Another process at the same database; `change` of settings."""
        desk = open_desk(self.settings.model_copy(update=change), self.watch.clock)
        self._desks.append(desk)
        return desk

    def without_wait(self) -> None:
        """The law, if it let an office wait for no silent source at all."""
        book = self.desk.rulebook
        none = [(x, {"working_hours": 0} if x.working_days is None else {"working_days": 0}) for x in book.wait_limits]
        limits = tuple(replace(limit, **zero) for limit, zero in none)
        self.desk = replace(self.desk, rulebook=replace(book, wait_limits=limits, _days={}))

    def restart(self) -> None:
        """The desk is closed, and opened again at the same database."""
        desk = self._desks.pop()
        assert desk is self.desk
        self.run(desk.close())
        self.desk = self.open()

    def close(self) -> None:
        while self._desks:
            self.run(self._desks.pop().close())
        self._runner.close()

    def run(self, coroutine: Awaitable[T]) -> T:
        async def awaiting() -> T:
            return await coroutine

        return self._runner.run(awaiting())

    def together(self, *coroutines: Awaitable[Any]) -> list[Any]:
        """All at once; what each gave or raised."""

        async def gathering() -> list[Any]:
            return list(await asyncio.gather(*coroutines, return_exceptions=True))

        return self._runner.run(gathering())

    # The gate's calls

    def check(self, *papers: str | Line, procedure: str = PLAIN, subject: Subject = AN, **change: Any) -> Check:
        lines = tuple(p if isinstance(p, Line) else Line(p, p, Form.COPY) for p in papers)
        given = Check("paper_demand", procedure, AGENCY, "CB-0001", "counter", subject, self.desk.clock.today(), lines)
        return replace(given, **change)

    def demand(self, *papers: str | Line, key: Key | None = None, **change: Any) -> Json:
        body = self.run(paper_demands.demand(self.desk, CALLER, self.check(*papers, **change), key))
        decision: Json = json.loads(body)
        return decision

    def finding(self, paper: str | Line, **change: Any) -> Json:
        found: Json = self.demand(paper, **change)["findings"][0]
        return found

    def verdict(self, paper: str | Line, **change: Any) -> tuple[str, str]:
        found = self.finding(paper, **change)
        return found["outcome"], found["reason"]

    @staticmethod
    def submission(procedure: str = PLAIN, *offered: Offered, **change: Any) -> Submission:
        return replace(Submission(procedure, AGENCY, "CB-0001", "counter", AN, None, offered), **change)

    def submit(self, procedure: str = PLAIN, *offered: Offered, key: Key | None = None, **change: Any) -> Json:
        submission = self.submission(procedure, *offered, **change)
        return read(self.run(dossiers.submit(self.desk, CALLER, submission, key)))

    def dossier(self, code: str) -> Json:
        return read(self.run(dossiers.read(self.desk, code)))

    def move(self, code: str, to: int, reason: str | None = "Lý do thử", version: int | None = None) -> Json:
        versions = None if version is None else frozenset({version})
        return read(self.run(dossiers.transition(self.desk, CALLER, code, versions, Status(to), reason, None)))

    def recheck(self, code: str) -> Json:
        return read(self.run(dossiers.recheck(self.desk, CALLER, code, None, None)))

    def ask_more(self, code: str, *types: str, version: int | None = None, form: Form = Form.ORIGINAL) -> Answer:
        versions = None if version is None else frozenset({version})
        asked = [Asked(t, form, "Cần đối chiếu") for t in types]
        return self.run(supplement_requests.request(self.desk, CALLER, code, versions, asked, None))

    def rows(self, table: Table) -> list[Any]:
        def select_all(conn: Connection) -> list[Any]:
            return list(conn.execute(select(table)).all())

        return self.desk.db.read_sync(select_all)

    def count(self, table: Table) -> int:
        return len(self.rows(table))

    # What the world was asked

    def asked(self, face: str, service: str | None = None) -> list[Json]:
        """The requests of one face since the world began, tokens left out."""
        filters = {"face": face} | ({"service": service} if service else {})
        return self.world.journal(**filters)


def read(answer: Answer) -> Json:
    body: Json = json.loads(answer.body)
    return body


def offered(position: int, supplied: str = "paper", holder: Subject | None = None) -> Offered:
    return Offered(position, Supplied(supplied), holder)


def key(name: str = "K-1", body: str = "{}", route: str = "POST /v1/paper-demands") -> Key:
    """A fresh attempt at this key."""
    return Key(CALLER.client_id, route, name, sha256(body.encode()).hexdigest(), str(uuid4()))


def types_to_supply(dossier: Json) -> dict[int, list[str]]:
    return {need["position"]: need["document_types"] for need in dossier["to_supply"]}


# ---- databases ------------------------------------------------------------------------------------------------------


def prepare(url: str) -> None:
    """The schema at head, the starter catalogue and the small procedures."""
    migrations.upgrade(url)
    desk = open_desk(Settings(env="test", database_url=url), Watch().clock)

    async def publish() -> None:
        seed(desk)
        for code, body in PROCEDURES.items():
            await catalogue.publish_procedure(desk, "test", code, body)
        for (list_id, code), body in MEMBERS.items():
            await catalogue.publish_list_member(desk, "test", list_id, code, body)
        await desk.close()

    asyncio.run(publish())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "motlan.db"
    prepare(f"sqlite:///{path}")
    return path


@dataclass(frozen=True)
class Prepared:
    """A database as it was prepared, to be brought back to that: quicker than a copy of it."""

    url: str
    revision: int
    strands: list[str]

    @classmethod
    def at(cls, url: str) -> "Prepared":
        prepare(url)
        with psycopg.connect(url) as conn:
            (revision,) = conn.execute("SELECT max(revision) FROM catalogue_revisions").fetchone() or (0,)
            return cls(url, revision, [s for (s,) in conn.execute("SELECT strand FROM journal_strands")])

    def bring_back(self) -> None:
        with psycopg.connect(self.url) as conn:
            for table in reversed(models.metadata.sorted_tables):
                delete = f"DELETE FROM {table.name}"
                if table.name.startswith("catalogue_"):
                    conn.execute(f"{delete} WHERE revision > %s", [self.revision])
                elif table.name == "monthly_lists":
                    # Nobody may delete from it; its owner can take the guard away for a moment.
                    conn.execute("ALTER TABLE monthly_lists DISABLE TRIGGER USER")
                    conn.execute(delete)
                    conn.execute("ALTER TABLE monthly_lists ENABLE TRIGGER USER")
                elif "strand" in table.c:
                    conn.execute(f"{delete} WHERE strand <> ALL (%s)", [self.strands])
                else:
                    conn.execute(delete)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[Prepared]:
    url = postgres_server.create()
    yield Prepared.at(url)
    postgres_server.drop(url)


@pytest.fixture
def seeded_sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copyfile(sqlite_template, tmp_path / "seeded.db")
    return f"sqlite:///{tmp_path / 'seeded.db'}"


@pytest.fixture
def seeded_postgres(postgres_template: Prepared) -> str:
    postgres_template.bring_back()
    return postgres_template.url


@pytest.fixture(params=["sqlite", "postgresql"])
def seeded_url(request: pytest.FixtureRequest) -> str:
    """A database with the catalogue in it; one run of the test on each kind."""
    url: str = request.getfixturevalue("seeded_sqlite" if request.param == "sqlite" else "seeded_postgres")
    return url


# ---- worlds ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Mock]:
    with run_mock() as running:
        yield running


@pytest.fixture(scope="session")
def tester() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as client:
        yield client


@pytest.fixture
def world(sandbox: Mock, tester: httpx.Client) -> Office:
    """An empty world with one person in it, who holds nothing yet."""
    name = tester.post(f"{sandbox.control_url}/worlds", json={"population": "empty"}).raise_for_status().json()["name"]
    office = Office(sandbox, name, tester)
    office.put_person()
    return office


def _settings(url: str, world: Office) -> Settings:
    return Settings(
        env="test",
        database_url=url,
        vneid_url=world.vneid,
        ndxp_url=world.ndxp,
        database_readers=2,
        database_writers=4,
        lookup_budget=5.0,
        recheck_after=30,
    )


OpenGate = Callable[[str], Gate]


@pytest.fixture
def open_gate(world: Office) -> Iterator[OpenGate]:
    opened: list[Gate] = []

    def opening(url: str) -> Gate:
        opened.append(Gate(_settings(url, world), world))
        return opened[-1]

    yield opening
    for gate in opened:
        gate.close()


@pytest.fixture
def gate(seeded_url: str, open_gate: OpenGate) -> Gate:
    return open_gate(seeded_url)


@pytest.fixture
def sqlite_gate(seeded_sqlite: str, open_gate: OpenGate) -> Gate:
    return open_gate(seeded_sqlite)


@pytest.fixture
def postgres_gate(seeded_postgres: str, open_gate: OpenGate) -> Gate:
    return open_gate(seeded_postgres)


def all_bytes(gate: Gate, tables: Sequence[Table] | None = None) -> bytes:
    """Every value of every row, as one heap of bytes to look for something in."""
    found = bytearray()
    for table in tables or models.metadata.sorted_tables:
        for row in gate.rows(table):
            for value in row:
                found += value if isinstance(value, bytes) else str(value).encode()
                found += b"\n"
    return bytes(found)


def day(text: str) -> date:
    return date.fromisoformat(text)
