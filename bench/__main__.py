"""`make bench`: how fast the service is, as ratios of what was measured in turns in the same run.

One demand for one paper, each with a bearer token and an Idempotency-Key of its own, the journal on, 32 connections,
one worker, on one processor; load, sandbox and PostgreSQL share a second one. Ratios are of the medians of the rounds.
Exits 1 when a ratio is below its floor, and 2 when all hold but PostgreSQL could not be had.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import pure
from bench.databases import journal_in_one_chain, journal_in_strands, measure_inserts, measure_writes
from bench.load import Run, measure
from bench.machine import MEASURED, REST, on_cpu
from bench.readers import reading
from bench.setup import (
    CHAIN,
    EMPTY,
    FIXED,
    NO_IO,
    POSTGRESQL,
    RAW,
    SQLITE,
    STRANDS,
    WHOLE,
    Bench,
    opened,
    verify_kept,
)

READ = "with_readers"
RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True)
class Row:
    """`a` over `b`, both by the name of what is measured; no floor: reported only."""

    name: str
    a: str
    b: str
    floor: float | None = None
    goal: float | None = None


ROWS = (
    Row("check_no_io", NO_IO, EMPTY, 0.75, 0.90),
    Row("check_sqlite", SQLITE, EMPTY, 0.18, 0.45),
    Row("check_postgresql", POSTGRESQL, RAW, 0.18, 0.60),
    Row("full_path_postgresql", WHOLE, EMPTY, 0.06, 0.30),
    Row("check_beside_readers", READ, SQLITE, 0.90, 0.90),
    Row("journal_strands", STRANDS, CHAIN),
    Row("load_generator", FIXED, EMPTY),
    Row("verify_document", "door", "cryptography"),
    Row("judging", "decide", EMPTY),
)

Measuring = Callable[[float], Run]


def measurings(bench: Bench) -> dict[str, Measuring]:
    """What takes turns, by name."""
    found: dict[str, Measuring] = {
        name: partial(measure, bench.ports[name], bench.requests)
        for name in (EMPTY, NO_IO, SQLITE, POSTGRESQL, WHOLE)
        if name in bench.ports
    }
    found[READ] = partial(_beside_readers, bench)
    if bench.rows is not None:
        found[RAW] = _measured_here(partial(measure_inserts, bench.urls[RAW], bench.rows))
        for name, write in ((STRANDS, journal_in_strands), (CHAIN, journal_in_one_chain)):
            found[name] = _measured_here(partial(measure_writes, bench.urls[name], write, bench.decision))
    found[FIXED] = partial(measure, bench.ports[FIXED], bench.requests)
    raw, door = pure.verifying()
    for name, fn in (("cryptography", raw), ("door", door), ("decide", pure.judging())):
        found[name] = _measured_here(partial(pure.measure, fn))
    return found


def _beside_readers(bench: Bench, seconds: float) -> Run:
    """The same checks while a hundred people read the public list."""
    with reading(bench.ports[SQLITE]):
        return measure(bench.ports[SQLITE], bench.requests, max(seconds, 1.5))


def _measured_here(measuring: Measuring) -> Measuring:
    """For what runs in this very process: on the processor of the measured servers meanwhile."""

    def run(seconds: float) -> Run:
        with on_cpu(MEASURED):
            return measuring(seconds)

    return run


def take_turns(
    variants: dict[str, Measuring], rounds: int, seconds: float, say: Callable[[str], None]
) -> dict[str, list[Run]]:
    """Every variant warmed up, then one after another, round by round. The first run of each is the warming up."""
    runs: dict[str, list[Run]] = {name: [] for name in variants}
    for turn in range(rounds + 1):
        for name, measuring in variants.items():
            run = measuring(seconds if turn else seconds / 2)
            runs[name].append(run)
            say(f"{f'round {turn}/{rounds}' if turn else 'warming up'}  {name:<14}{run.rate:>10,.0f}/s")
    return runs


def result(row: Row, runs: dict[str, list[Run]]) -> dict[str, Any]:
    """One row as kept: rates in answers (transactions, calls) a second, times in ms."""
    a, b = runs[row.a][1:], runs[row.b][1:]
    ratio = median(r.rate for r in a) / median(r.rate for r in b)
    return {
        "ratio": round(ratio, 4),
        "floor": row.floor,
        "goal": row.goal,
        "a": round(median(r.rate for r in a), 1),
        "b": round(median(r.rate for r in b), 1),
        "runs": len(a),
        "p50": round(median(r.p50 for r in a), 3),
        "p99": round(median(r.p99 for r in a), 3),
        "by_round": [round(x.rate / y.rate, 4) for x, y in zip(a, b, strict=True)],
        "names": [row.a, row.b],
    }


def table(results: dict[str, dict[str, Any]]) -> Table:
    shown = Table("", "ratio", "floor", "goal", "a", "b", "p50 ms", "p99 ms", "runs", "by round", "")
    for name, r in results.items():
        a, b = (f"{r[side]:,.0f}/s {which}" for side, which in zip("ab", r["names"], strict=True))
        floor, goal = (f"{r[limit]:.2f}" if r[limit] else "" for limit in ("floor", "goal"))
        spread = f"{min(r['by_round']):.2f}–{max(r['by_round']):.2f}"
        times = (f"{r['p50']:.2f}", f"{r['p99']:.2f}")
        shown.add_row(name, f"{r['ratio']:.3f}", floor, goal, a, b, *times, str(r["runs"]), spread, verdict(r))
    return shown


def verdict(r: dict[str, Any]) -> str:
    if not r["floor"]:
        return ""
    if r["ratio"] < r["floor"]:
        return "[red]below the floor[/]"
    return "[green]goal reached[/]" if r["ratio"] >= r["goal"] else "[green]holds[/]"


def main() -> int:
    parser = argparse.ArgumentParser("bench", description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of one round of one variant")
    parser.add_argument("--quick", action="store_true", help="only shows that all of it works: no floors, nothing kept")
    given = parser.parse_args()
    rounds, seconds = (1, 0.2) if given.quick else (given.rounds, given.seconds)

    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print("[dim]databases, sandbox and servers are starting…[/]")
    with tempfile.TemporaryDirectory(prefix="motlan-bench-") as folder, on_cpu(REST), opened(Path(folder)) as bench:
        runs = take_turns(measurings(bench), rounds, seconds, lambda line: console.print(f"[dim]{line}[/]"))
        for name in (SQLITE, POSTGRESQL, WHOLE):
            if name in runs:
                made = [*runs[name], *(runs[READ] if name == SQLITE else ())]
                verify_kept(bench.urls[name], 1 + sum(run.answers for run in made))

    results = {row.name: result(row, runs) for row in ROWS if row.a in runs and row.b in runs}
    console.print(table(results))
    if (busiest := max(run.busy for name in (EMPTY, NO_IO) for run in runs[name][1:])) > 0.9:
        console.print(f"[yellow]the load took {busiest:.0%} of its processor: the server may have waited for it[/]")
    if bench.skipped:
        console.print(f"[yellow]without PostgreSQL, its rows are skipped: {bench.skipped}[/]")
    if given.quick:
        return 0
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    missed = [r for r in results.values() if r["floor"] and r["ratio"] < r["floor"]]
    return 1 if missed else 2 if bench.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
