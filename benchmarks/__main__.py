"""Run as `python -m benchmarks` (or `make bench`): the peers side by side, then where our time goes.

Prints a table; the same as JSON is in `var/bench/result.json`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import report, stock_environment
from benchmarks.measure import measure
from benchmarks.peers import Openline, Peer, Stock, running
from benchmarks.stock_environment import ROOT
from bot.training import ensure_model
from tests import postgres

RESULTS = ROOT / "var" / "bench"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--conversations", type=int, default=10, help="of 100 turns each (10)")
    given = parser.parse_args()
    stock_environment.provide()
    ensure_model(ROOT / "var" / "models", print)
    load = os.getloadavg()[0]
    RESULTS.mkdir(parents=True, exist_ok=True)
    # Beside the real data, so on the disk whose commits are to be measured.
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        with ExitStack() as stack:
            peers = [stack.enter_context(running(peer)) for peer in _peers(Path(folder), stack)]
            measured = measure(peers, given.conversations, _say)
        _say("where the time goes ...")
        spent = _where_time_goes(Path(folder))
    report.write(RESULTS / "result.json", measured, spent, load)
    print(report.table(measured, spent, load))


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _peers(folder: Path, stack: ExitStack) -> Iterator[Peer]:
    """Start the peers; what they need goes with `stack`."""
    for name in ("stock", "sqlite", "postgres"):
        (folder / name).mkdir()
    yield Stock(folder / "stock")
    yield Openline(folder / "sqlite", f"sqlite:///{folder / 'sqlite' / 'openline.db'}", "Openline, SQLite")
    programs = postgres.programs()
    if programs is None:
        _say("PostgreSQL's programs are missing, so Openline is measured on SQLite only.")
        return
    cluster = stack.enter_context(postgres.cluster(programs, postgres.DURABLE))
    postgres.execute(cluster.format("postgres"), "CREATE DATABASE openline")
    yield Openline(folder / "postgres", cluster.format("openline"), "Openline, PostgreSQL")


def _where_time_goes(folder: Path) -> dict[str, float]:
    """Ask a process of its own, since what it does to measure makes everything slower."""
    command = [sys.executable, "-m", "benchmarks.spent", str(folder)]
    answer = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    spent: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return spent


if __name__ == "__main__":
    main()
