"""Makes figures of times: medians, 95th percentiles, turns a second, ratios to the stock peer.

A turn is compared with the same ten messages at another point of the conversation, so that the mix is the same.
"""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Measured
from benchmarks.spent import STATEMENTS

POINTS = {"turn 5": 0, "turn 20": 1, "turn 100": 9}
"""By name, the round it lies in: turns 1 to 10, 11 to 20, 91 to 100."""


def figures(measured: Measured) -> dict[str, float]:
    """Return one peer's figures: milliseconds, turns a second, megabytes."""
    everything = [seconds for times in measured.rounds for seconds in times]
    found = {
        "turns/s, 1 client": len(everything) / sum(everything),
        "turns/s, 4 clients": measured.turns_together / measured.seconds_together,
    }
    for name, number in POINTS.items():
        found[f"{name}, p50 ms"] = statistics.median(measured.rounds[number]) * 1000
        found[f"{name}, p95 ms"] = _percentile(measured.rounds[number], 0.95) * 1000
    found |= {"p50 ms": statistics.median(everything) * 1000, "p95 ms": _percentile(everything, 0.95) * 1000}
    return found | {"memory at first, MB": measured.memory_before, "memory at the end, MB": measured.memory_after}


def ratios(stock: Measured, ours: Measured) -> dict[str, float]:
    """Return how many times faster we are at each point of a conversation."""
    theirs, mine = figures(stock), figures(ours)
    return {name: theirs[f"{name}, p50 ms"] / mine[f"{name}, p50 ms"] for name in POINTS}


def table(measured: Sequence[Measured], spent: dict[str, float], load: float) -> str:
    """Return everything as text."""
    columns = [figures(each) for each in measured]
    lines = ["", _row("", [each.name for each in measured])]
    lines += [_row(name, [f"{column[name]:.1f}" for column in columns]) for name in columns[0]]
    stock, *others = measured
    for name in POINTS:
        lines.append(_row(f"times faster, {name}", ["1"] + [f"{ratios(stock, each)[name]:.1f}" for each in others]))
    turns = len(stock.rounds) * len(stock.rounds[0])
    lines += ["", f"{turns} turns each; every reply was compared, and the rows: {stock.rows} in each database."]
    lines += [f"The machine's load before it began was {load:.1f}.", *_spent_lines(spent)]
    return "\n".join(lines)


def write(path: Path, measured: Sequence[Measured], spent: dict[str, float], load: float) -> None:
    """Keep the figures as JSON."""
    stock, *others = measured
    document: dict[str, Any] = {
        "load": load,
        "figures": {each.name: figures(each) for each in measured},
        "times faster": {each.name: ratios(stock, each) for each in others},
        "milliseconds by part": spent,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1), "utf-8")


def _spent_lines(spent: dict[str, float]) -> list[str]:
    parts = {part: value for part, value in spent.items() if part != STATEMENTS}
    whole = sum(parts.values())
    lines = ["", f"Where a message's time goes (SQLite; measuring itself included), {whole:.2f} ms:"]
    for part, value in sorted(parts.items(), key=lambda item: -item[1]):
        lines.append(f"  {part:34}{value:7.2f} ms {value / whole:6.0%}")
    return [*lines, f"  {STATEMENTS:34}{spent[STATEMENTS]:7.1f}"]


def _row(name: str, values: Sequence[str]) -> str:
    return f"{name:26}" + "".join(f"{value:>22}" for value in values)


def _percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]
