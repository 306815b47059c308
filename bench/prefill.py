"""`python -m bench.prefill`: of the fields a procedure's form declares, how many does the State fill in by itself?

Each form is filled for a few hundred made-up citizens of the sandbox (families, the living and the dead, companies),
over both ways to the population database. A field counts as spared when nobody has to type it: what is typed to name a
related person (number, name, birth date) or an organisation (number) is filled, but not spared. The goal of the
provincial plans is at least 20 % fewer fields to declare. The time is the median of one prefill on loopback, with all.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import httpx
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from app.domain.forms import Form, Role, SourceKind
from app.domain.persons import BIRTH_PROVINCES, Subject, SubjectKind
from app.rulebook.forms import load_forms
from app.services import migrations, prefills
from app.services.desk import Caller, Desk
from app.services.prefill_sources import Wish
from app.settings import DEMO_SOURCE_SECRET, Settings
from app.wiring import open_desk, seed
from mock_vneid import civil, families, population
from mock_vneid.people import Relative
from mock_vneid.testing import Mock, run_mock

GOAL = 0.20
RESULTS = Path(__file__).parent / "results" / "prefill.json"
PATHS = ("json", "lgsp-soap")
_CALLER = Caller("bench", frozenset())
_NAMING = frozenset({"full_name", "birth_date"})
_BUSINESS = "HỘ KINH DOANH"
# Which register a form takes an organisation from: a household business, or a company.
_BUSINESSES = frozenset({"2.000720"})


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one form: fields in it, and the means over all who filled it in; `fewest` is the least anybody was spared."""

    procedure: str
    title: str
    fields: int
    filled: float
    spared: float
    fewest: int
    milliseconds: float

    @property
    def share(self) -> float:
        return self.spared / self.fields


def people(rng: random.Random, world_seed: int) -> Iterator[str]:
    """Numbers of adults alive on the day of the population's snapshot."""
    provinces = sorted(BIRTH_PROVINCES)
    while True:
        year = rng.randrange(1945, 2006)
        century = (0 if year < 2000 else 2) + rng.randrange(2)
        number = f"{rng.choice(provinces)}{century}{year % 100:02d}{rng.randrange(100, 990_000):06d}"
        if population.life(world_seed, number).died_on is None:
            yield number


def subject(world_seed: int, number: str) -> Subject:
    who = population.person(world_seed, number)
    return Subject(SubjectKind.PERSON, number, who.full_name, who.birth_date)


def wishes(form: Form, rng: random.Random, world_seed: int, count: int) -> Iterator[Wish]:
    """Those the form is for, each with whom it is about; who has no such relative does not file it."""
    made = 0
    for number in people(rng, world_seed):
        related = _related(form, rng, world_seed, number)
        if related is not None:
            yield Wish(
                form.procedure, "000.00.00.H27", "CB-0001", "own_dossier", subject(world_seed, number), None, related
            )
            made += 1
        if made == count:
            return


def _related(form: Form, rng: random.Random, world_seed: int, number: str) -> dict[Role, Subject] | None:
    roles = set(form.roles)
    record = civil.record(world_seed, number)
    if Role.FATHER in roles:
        return _parents(roles, record.children, record.spouse, world_seed, number)
    if Role.DECEASED in roles:
        dead = [
            p.id for p in (record.father, record.mother) if p and p.id and population.life(world_seed, p.id).died_on
        ]
        return {Role.DECEASED: subject(world_seed, dead[0])} if dead else None
    if Role.SPOUSE in roles:
        single = families.marriage(world_seed, number) is None
        other = next(o for o in people(rng, world_seed) if o[3] != number[3] and not families.marriage(world_seed, o))
        return {Role.SPOUSE: subject(world_seed, other)} if single else None
    found: dict[Role, Subject] = {}
    if Role.CHILD in roles and record.children and record.children[-1].id:
        found[Role.CHILD] = subject(world_seed, record.children[-1].id)
    if Role.REPRESENTATIVE in roles:
        found[Role.REPRESENTATIVE] = subject(world_seed, number)
    if Role.ORGANIZATION in roles:
        found[Role.ORGANIZATION] = _organization(form, rng, world_seed)
    return found


def _parents(
    roles: set[Role], children: tuple[Relative, ...], spouse: Relative | None, world_seed: int, number: str
) -> dict[Role, Subject] | None:
    """A married parent registers: a newborn of whom nothing is known yet, or a child that has a number already."""
    if spouse is None or spouse.id is None:
        return None
    pair = (number, spouse.id) if int(number[3]) % 2 == 0 else (spouse.id, number)
    found = {Role.FATHER: subject(world_seed, pair[0]), Role.MOTHER: subject(world_seed, pair[1])}
    young = [c.id for c in children if c.id and population.life(world_seed, c.id).born.year >= 2020]
    # The linked procedure goes on where the birth has been registered; the plain one is before any number.
    return found | ({Role.CHILD: subject(world_seed, young[0])} if young else {})


def _organization(form: Form, rng: random.Random, world_seed: int) -> Subject:
    while True:
        number = "".join(str(rng.randrange(10)) for _ in range(10))
        name = population.organization(world_seed, number).full_name
        if name.startswith(_BUSINESS if form.procedure in _BUSINESSES else "CÔNG TY"):
            return Subject(SubjectKind.ORGANIZATION, number, name)


async def measure(desk: Desk, form: Form, asked: list[Wish]) -> Measured:
    filled, spared, times = [], [], []
    for wish in asked:
        began = time.perf_counter()
        answer = await prefills.fill_in(desk, _CALLER, wish, None)
        times.append((time.perf_counter() - began) * 1000)
        codes = {f["code"] for f in json.loads(answer.body)["fields"] if f["value"] is not None}
        filled.append(len(codes))
        spared.append(len(codes - typed(form, wish)))
    size = len(form.fields)
    return Measured(form.procedure, form.title.vi, size, mean(filled), mean(spared), min(spared), median(times))


def typed(form: Form, wish: Wish) -> set[str]:
    """The fields that were typed all the same, to say who is meant; the applicant is known from the account."""
    others = {role for role, who in wish.related.items() if who.id != wish.applicant.id}
    return {
        f.code
        for f in form.fields
        for s in f.sources[:1]
        if f.whose in others
        and (s.kind is SourceKind.REQUEST or (f.whose.kind is not SubjectKind.ORGANIZATION and s.field in _NAMING))
    }


async def measure_all(desk: Desk, count: int, world_seed: int) -> list[Measured]:
    found = []
    for form in load_forms().values():
        rng = random.Random(form.procedure)  # a sample, the same each time
        found.append(await measure(desk, form, list(wishes(form, rng, world_seed, count))))
    await desk.close()
    return found


def run(path: str, mock: Mock, world: str, count: int, world_seed: int) -> list[Measured]:
    with tempfile.TemporaryDirectory(prefix="motlan-prefill-") as folder:
        settings = Settings(
            env="test",
            database_url=f"sqlite:///{folder}/motlan.sqlite3",
            vneid_url=mock.vneid_url(world),
            ndxp_url=mock.ndxp_url(world),
            population_path="json" if path == "json" else "lgsp-soap",
            lgsp_url=f"{mock.vneid_url(world)}/lgsp",
            lgsp_secret_key=SecretStr(DEMO_SOURCE_SECRET),
            lookup_budget=10.0,
        )
        migrations.upgrade(settings.database_url)
        desk = open_desk(settings)
        seed(desk)
        return asyncio.run(measure_all(desk, count, world_seed))


def table(measured: dict[str, list[Measured]]) -> Table:
    columns = ("filled", "spared", "%", "fewest", "ms")
    shown = Table("procedure", "form", "fields", *(f"{column} {path}" for path in PATHS for column in columns))
    for rows in zip(*(measured[p] for p in PATHS), strict=True):
        told = [
            text
            for m in rows
            for text in (f"{m.filled:.1f}", f"{m.spared:.1f}", f"{m.share:.0%}", str(m.fewest), f"{m.milliseconds:.1f}")
        ]
        shown.add_row(rows[0].procedure, rows[0].title, str(rows[0].fields), *told)
    return shown


def main() -> int:
    parser = argparse.ArgumentParser("bench.prefill", description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=200, help="who fill in each form")
    parser.add_argument("--quick", action="store_true", help="only shows that it works: a few people, nothing kept")
    given = parser.parse_args()
    count, world_seed = (3 if given.quick else given.people), 20_261_122
    with run_mock() as mock:
        world = _world(mock, world_seed)
        measured = {path: run(path, mock, world, count, world_seed) for path in PATHS}
    Console(width=None if sys.stdout.isatty() else 200).print(table(measured))
    short = [m.procedure for rows in measured.values() for m in rows if m.share < GOAL]
    if not given.quick:
        kept = {path: {m.procedure: _kept(m) for m in rows} for path, rows in measured.items()}
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 1 if short else 0


def _kept(m: Measured) -> dict[str, float]:
    return {
        "fields": m.fields,
        "filled": round(m.filled, 2),
        "spared": round(m.spared, 2),
        "share": round(m.share, 3),
        "goal": GOAL,
        "milliseconds": round(m.milliseconds, 1),
    }


def _world(mock: Mock, world_seed: int) -> str:
    with httpx.Client(transport=mock.transport()) as client:
        body = {"population": "virtual", "seed": world_seed}
        name: str = client.post(f"{mock.control_url}/worlds", json=body).raise_for_status().json()["name"]
        return name


if __name__ == "__main__":
    sys.exit(main())
