"""Runs the set, or takes lines collected earlier, and writes docs/benchmarks.md with its plots.

The lines behind the page are kept beside it (`docs/benchmarks.jsonl`), so that one benchmark can be run again
alone: what it measures anew takes the place of the older line about the same thing, and the rest stays.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.plots import bars
from benchmarks.report.figures import figures
from benchmarks.report.runs import Run, latest, runs_of, texts_of
from benchmarks.report.sections import above_best_known, cost_of_days, cost_of_weeks, sections
from benchmarks.report.tables import table

Line = dict[str, Any]
SET = (
    ("peers --visits 200 --workers 25 --seconds 60 --instances 10", ""),
    ("week --seconds 60", "weeks/small-*.json weeks/area-*.json.gz"),
    ("hhcrsp --seconds 60", "hhcrsp_mankowska/Instanz*.json"),
    ("uhhc --seconds 600", "uhhc/i-*.json"),
    ("vrptw --seconds 60 --pyvrp", "vrptw/*.txt.gz"),
    ("decide --seconds 60", "weeks/area-1.json.gz weeks/area-2.json.gz"),
    ("county --hours 1 --growth", "weeks/county-1.json.gz"),
)
"""The commands of the whole set, some six hours on two cores, and the files under `--data` for them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m benchmarks report`."""
    parser.add_argument(
        "--lines", type=Path, nargs="+", help="add the lines of these files instead of running"
    )
    parser.add_argument("--data", type=Path, help="a folder with weeks/, hhcrsp_mankowska/, uhhc/ and vrptw/")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))


def run(options: argparse.Namespace) -> Iterator[Line]:
    """Every line of the runs as it comes; from files, only what was read. The page is written at the end."""
    kept = options.out.with_suffix(".jsonl")
    texts = kept.read_text(encoding="utf-8").splitlines() if kept.is_file() else []
    if options.lines:
        for path in options.lines:
            texts += path.read_text(encoding="utf-8").splitlines()
    else:
        for text in _run_set(options.data):
            texts.append(text)
            yield json.loads(text)
    runs = latest(runs_of(texts))
    kept.write_text("\n".join(texts_of(runs)) + "\n", encoding="utf-8")
    options.out.write_text(page(runs), encoding="utf-8")
    for name, plot in plots(runs).items():
        (options.out.parent / name).write_text(plot, encoding="utf-8")
    yield {"bench": "report", "runs": len(runs), "lines": sum(len(run.lines) for run in runs)}


def _run_set(data: Path | None) -> Iterator[str]:
    """The lines of the whole set; what needs files that are not there is left out."""
    for command, patterns in SET:
        files = [
            str(f) for p in patterns.split() if data for f in sorted(data.glob(p)) if ".plan." not in f.name
        ]
        if files or not patterns:
            words = [sys.executable, "-m", "benchmarks", *command.split(), *files]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
                assert child.stdout is not None
                yield from child.stdout


def page(runs: Sequence[Run]) -> str:
    """The page as Markdown."""
    machines = dict.fromkeys(
        f"{run.head['machine']}, {run.head['cores_of_machine']} cores, Python {run.head['python']}, "
        + ", ".join(f"{name} {version}" for name, version in run.head["packages"].items())
        for run in runs
    )
    lines = [
        "# Benchmarks",
        "",
        "Written by `python -m benchmarks report` from the lines that the commands below printed; do not "
        "edit. Every plan is checked and priced by `scheduling/engine/check.py` and `cost.py`, or by the "
        "judges of `benchmarks/*/judge.py`; neither shares code with the search. Unless it says otherwise "
        "a method has one thread. Lower is better throughout.",
        "",
        *(f"Machine: {machine}." for machine in machines),
        "Each command says how many of the cores it could use (its own, while other work ran on the rest) "
        "and the highest load of the whole machine meanwhile. Runs by seconds differ from one time to the "
        "next.",
        "",
        "## What must be reached, and what is",
        "",
        *table(figures(runs), "work figure reached met"),
        "",
        "![Cost over best known](benchmarks-published.svg)",
        "",
        *sections(runs),
    ]
    return "\n".join(lines).rstrip() + "\n"


def plots(runs: Sequence[Run]) -> dict[str, str]:
    """The plots by file name."""
    titles = {
        "benchmarks-week.svg": ("Cost of a week over the reference; lower is better", cost_of_weeks(runs)),
        "benchmarks-peers.svg": ("Cost of a day over the best peer's; lower is better", cost_of_days(runs)),
        "benchmarks-published.svg": ("Cost over best known; lower is better", above_best_known(runs)),
    }
    return {name: bars(title, groups) for name, (title, groups) in titles.items() if groups}
