"""Runs the set and writes docs/benchmarks.md: tables, plots, and the commands that made them."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import peers, week
from benchmarks.plots import bars

Line = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m benchmarks report`."""
    parser.add_argument("problems", nargs="*", type=Path, help="care-week/1 files for the first part")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each method on each week")
    parser.add_argument("--peer-seconds", type=float, default=60.0, help="for each method on each day")
    parser.add_argument("--instances", type=int, default=10, help="random days of each family")
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--workers", type=int, default=25)
    parser.add_argument("--lines", type=Path, help="take the lines from this file instead of running")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))


def run(options: argparse.Namespace) -> Iterator[Line]:
    """Every line of the runs as it comes; the page and its plots are written at the end."""
    lines: list[Line] = []
    loads = [os.getloadavg()[0]]
    for line in _lines(options):
        lines.append(line)
        loads.append(os.getloadavg()[0])
        yield line
    options.out.write_text(page(lines, options, max(loads)), encoding="utf-8")
    for name, plot in _plots(lines).items():
        (options.out.parent / name).write_text(plot, encoding="utf-8")


def _lines(options: argparse.Namespace) -> Iterator[Line]:
    if options.lines:
        with options.lines.open() as stream:
            yield from (json.loads(text) for text in stream)
        return
    parser = argparse.ArgumentParser()
    week.add_arguments(parser)
    if options.problems:
        names = [str(path) for path in options.problems]
        yield from week.run(parser.parse_args([*names, "--seconds", str(options.seconds)]))
    parser = argparse.ArgumentParser()
    peers.add_arguments(parser)
    chosen = ["--visits", options.visits, "--workers", options.workers, "--instances", options.instances]
    chosen += ["--seconds", options.peer_seconds]
    yield from peers.run(parser.parse_args([str(item) for item in chosen]))


def page(lines: list[Line], options: argparse.Namespace, load: float) -> str:
    """The page as Markdown; `load` is the highest load of the machine seen during the run."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numba", "ortools", "pyvrp", "pyvroom"))
    parts = [
        "# Benchmarks",
        "",
        "Written by `python -m benchmarks report`; do not edit. Every plan is checked and priced by "
        "`scheduling/engine/check.py` and `cost.py`, which share no code with any search. One thread each, "
        "all methods in the same run on the same machine.",
        "",
        f"Machine: {platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}; "
        f"{packages}. The highest load seen during the run was {load:.1f}; with more than one running per "
        "core every method gets fewer steps in its seconds.",
        "",
        *_week_part(lines, options),
        *_peer_part(lines, options),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _week_part(lines: list[Line], options: argparse.Namespace) -> list[str]:
    rows = [line for line in lines if line["bench"] == "week"]
    if not rows:
        return []
    files = " ".join(dict.fromkeys(f"{line['instance']}.json" for line in rows))
    return [
        "## A week of one area",
        "",
        f"`python -m benchmarks week {files} --seconds {options.seconds:g}`",
        "",
        "Beside ours stands the pipeline that a user would build today: choose days, join greedily at each "
        "door, assign named workers greedily, route each day with PyVRP, take out what breaks a rule, put "
        "back what still fits. `reference` is the cost that `reference.csv` beside the file gives. "
        "Lower is better.",
        "",
        *_table(
            rows,
            (
                "instance",
                "method",
                "cost",
                "unplaced",
                "arrivals",
                "violations",
                "seconds",
                "steps",
                "reference",
            ),
        ),
        "",
        "![Cost over reference](benchmarks-week.svg)",
        "",
    ]


def _peer_part(lines: list[Line], options: argparse.Namespace) -> list[str]:
    rows = [line for line in lines if line["bench"] == "peers" and "method" in line]
    families = [line for line in lines if "median_ratio_to_best_peer" in line]
    if not rows:
        return []
    return [
        "## One day, beside PyVRP, VROOM and OR-Tools routing",
        "",
        f"`python -m benchmarks peers --visits {options.visits} --workers {options.workers} "
        f"--seconds {options.peer_seconds:g} --instances {options.instances}`",
        "",
        "Random days with no joining, pairs or breaks, so that every peer can model them whole. The cost is "
        "1,000 for each visit left out and one for each minute travelled. PyVRP stands twice, with two ways "
        "to model skills, and its better one counts; VROOM runs at its highest exploration level and ends by "
        "itself; OR-Tools runs guided local search after cheapest insertion.",
        "",
        *_table(
            families,
            ("family", "visits", "workers", "instances", "won", "median_ratio_to_best_peer"),
        ),
        "",
        *_table(rows, ("instance", "method", "cost", "unplaced", "travel", "violations", "seconds")),
        "",
        "![Cost over the best peer](benchmarks-peers.svg)",
        "",
    ]


def _table(rows: Iterable[Line], columns: tuple[str, ...]) -> list[str]:
    table = [
        "| " + " | ".join(name.replace("_", " ") for name in columns) + " |",
        "|---" * len(columns) + "|",
    ]
    for row in rows:
        table.append("| " + " | ".join(_cell(row.get(name)) for name in columns) + " |")
    return table


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _plots(lines: list[Line]) -> dict[str, str]:
    """The plots by file name."""
    plots = {}
    weeks = [line for line in lines if line["bench"] == "week" and line.get("reference")]
    if weeks:
        groups: dict[str, dict[str, float]] = defaultdict(dict)
        for line in weeks:
            groups[line["instance"]][line["method"]] = line["cost"] / line["reference"]
        plots["benchmarks-week.svg"] = bars("Cost of a week over the reference; lower is better", groups)
    days = [line for line in lines if line["bench"] == "peers" and line.get("cost")]
    if days:
        plots["benchmarks-peers.svg"] = bars(
            "Cost of a day over the best peer's; lower is better", _days(days)
        )
    return plots


def _days(days: list[Line]) -> dict[str, dict[str, float]]:
    costs: dict[str, dict[str, float]] = defaultdict(dict)
    for line in days:
        costs[line["instance"]][line["method"]] = line["cost"]
    return {
        name: {method: cost / min(c for m, c in by.items() if m != peers.OURS) for method, cost in by.items()}
        for name, by in costs.items()
    }
