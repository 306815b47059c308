"""The sandbox beside the mock servers of npm: answers of 3 KB, one processor each in turns, the sandbox's journal on.

Ours verifies its bearer token, reads its question, looks a citizen up (one of 1,000, in turns) and notes the request;
the peers give one answer prepared beforehand (mockpass: verifies its own token, and picks a persona's fields). Every
ratio is made so that more is better, and is of the medians of the rounds. Exits 1 when a goal is missed, and 2 when a
peer could not run here and the rest holds.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.load import Run
from bench.machine import REST, on_cpu
from bench.mock import load, wrk
from bench.mock.servers import Server, answer_of, install, memory, peer, processor_time, sandbox

RESULTS = Path(__file__).parent.parent / "results" / "mock.json"
PEERS = ("wiremock", "prism", "prism_silent", "mountebank", "mockpass")
_WARM_UP = 10.0  # seconds: what a JVM needs
_STARTS = 3
_ALONE = 0.9  # of the processor: what a server under full load has when nobody else computes there

# What is kept: name: (what, ours, the peer, goal). `rate`: answers a second; of the rest less is better.
ROWS: dict[str, tuple[str, str, str | None, float | None]] = {
    "throughput_wiremock_tuned": ("rate", "ndxp", "wiremock", 1.0),
    "processor_time_wiremock_tuned": ("cost", "ndxp", "wiremock", None),
    "p99_wiremock_tuned": ("p99", "ndxp", "wiremock", 20.0),
    "throughput_prism": ("rate", "ndxp", "prism", 3.0),
    "throughput_prism_silent": ("rate", "ndxp", "prism_silent", None),
    "throughput_mountebank": ("rate", "ndxp", "mountebank", 1.5),
    "throughput_mockpass": ("rate", "ndxp", "mockpass", 5.0),
    "es256_per_request_mockpass": ("rate", "wallet", "mockpass", 2.5),
    "virtual_citizen_mountebank": ("rate", "virtual", "mountebank", None),
    "memory_prism": ("memory", "ndxp", "prism", 2.0),
    "ready_in_a_second": ("ready", "ndxp", None, 1.0),
}
_UNITS = {"rate": "/s", "cost": " µs", "p99": " ms", "memory": " MB", "ready": " s"}


def compared(what: str, ours: float, theirs: float) -> float:
    """How many times better ours is."""
    return ours / theirs if what == "rate" else theirs / ours


def result(name: str, values: dict[str, dict[str, float]]) -> dict[str, Any] | None:
    """One row as kept; None where the peer did not run. `values`: by what is measured, then by server."""
    what, ours, other, goal = ROWS[name]
    if other is not None and other not in values[what]:
        return None
    mine, theirs = values[what][ours], 1.0 if other is None else values[what][other]
    return {
        "ratio": round(compared(what, mine, theirs), 3),
        "goal": goal,
        "ours": round(mine, 3),
        "theirs": round(theirs, 3),
        "unit": _UNITS[what].strip(),
        "names": [ours, other or "a second"],
    }


def table(results: dict[str, dict[str, Any]]) -> Table:
    shown = Table("", "ratio", "goal", "ours", "theirs", "")
    for name, r in results.items():
        sides = [
            f"{r[side]:,.{0 if r['unit'] == '/s' else 2}f} {r['unit']} {which}"
            for side, which in zip(("ours", "theirs"), r["names"], strict=True)
        ]
        verdict = "" if r["goal"] is None else "[green]holds[/]" if r["ratio"] >= r["goal"] else "[red]missed[/]"
        shown.add_row(name, f"{r['ratio']:.2f}", f"≥ {r['goal']:g}" if r["goal"] else "", *sides, verdict)
    return shown


def take_turns(
    servers: dict[str, Server], rounds: int, seconds: float, warm_up: float, console: Console
) -> tuple[dict[str, list[Run]], dict[str, list[float]], float]:
    """Every server warmed up, then one after another, round by round: its runs, the microseconds of processor time an
    answer took it, and the median share of the processor that the servers had.
    """
    measure = wrk.measure if wrk.found() else load.measure
    runs: dict[str, list[Run]] = {name: [] for name in servers}
    costs: dict[str, list[float]] = {name: [] for name in servers}
    shares: list[float] = []
    for turn in range(rounds + 1):
        for name, server in servers.items():
            computed = processor_time(server.pid)
            run = measure(server.port, server.requests, seconds if turn else warm_up)
            computed = processor_time(server.pid) - computed
            if turn:
                runs[name].append(run)
                costs[name].append(1e6 * computed / run.answers)
                shares.append(computed * run.rate / run.answers)
            said = f"{run.rate:>9,.0f}/s  p99 {run.p99:>9.2f} ms {1e6 * computed / run.answers:>8.1f} µs of processor"
            console.print(f"[dim]{f'round {turn}/{rounds}' if turn else 'warming up'}  {name:<13}{said}[/]")
    return runs, costs, median(shares)


def main() -> int:
    parser = argparse.ArgumentParser("bench.mock", description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one round of one server")
    parser.add_argument("--only", nargs="*", choices=PEERS, help="these peers; none: the sandbox alone")
    parser.add_argument("--quick", action="store_true", help="only shows that all of it works: nothing is kept")
    given = parser.parse_args()
    rounds, seconds, warm_up = (1, 0.3, 0.3) if given.quick else (given.rounds, given.seconds, _WARM_UP)
    if not wrk.found():
        print("there is no wrk on this machine (Debian: apt install wrk): a slower load stands in for it")
    wanted = PEERS if given.only is None else tuple(given.only)

    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print("[dim]the peers are being installed, and started…[/]")
    peers = install()
    skipped = {name: why for name, why in peers.missing.items() if name in wanted}
    with tempfile.TemporaryDirectory(prefix="motlan-bench-") as folder, on_cpu(REST), ExitStack() as stack:
        starts = []
        for _ in range(0 if given.quick else _STARTS - 1):
            with sandbox() as tried:
                starts.append(tried["ndxp"].ready)
        servers = stack.enter_context(sandbox())
        answer = answer_of(servers["ndxp"])
        console.print(f"[dim]ours: {len(answer):,} bytes; signed: {len(answer_of(servers['wallet'])):,} bytes[/]")
        for name in wanted:
            if name not in skipped:
                servers[name] = stack.enter_context(peer(name, peers, answer, Path(folder)))
        runs, costs, share = take_turns(servers, rounds, seconds, warm_up, console)
        values = {
            "rate": {name: median(run.rate for run in took) for name, took in runs.items()},
            "cost": {name: median(took) for name, took in costs.items()},
            "p99": {name: median(run.p99 for run in took) for name, took in runs.items()},
            "memory": {name: memory(server.pid) for name, server in servers.items()},
            "ready": {"ndxp": median([*starts, servers["ndxp"].ready])},
        }

    found = {name: result(name, values) for name in ROWS}
    results = {name: row for name, row in found.items() if row is not None}
    console.print(table(results))
    if share < _ALONE:
        console.print(
            f"[bold yellow]the servers had {share:.0%} of their processor: others were using it, "
            "and rates, p99 and the start are not to be trusted; the processor time of an answer is[/]"
        )
    for name, why in skipped.items():
        console.print(f"[bold yellow]SKIPPED: {name}, and every row with it: {why}[/]")
    if given.quick or given.only is not None:
        return 0
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    missed = [row for row in results.values() if row["goal"] and row["ratio"] < row["goal"]]
    return 1 if missed else 2 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
