"""Instances that others have published, solved by our engine and judged by their authors' definitions."""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.verdict import Verdict
from scheduling.engine.check import check
from scheduling.engine.problem import Policy, Problem
from scheduling.engine.solution import Solution
from scheduling.engine.solve import Stop, solve, warm_flow

Line = dict[str, Any]
AT_ANY_PRICE = 1_000_000


def only_time(day: int, unserved: tuple[int, int, int, int], stranger: int = 0) -> Policy:
    """A policy without doorsteps, allowances or breaks in a day of so many minutes."""
    return Policy(
        unserved=unserved,
        arrival=0,
        face=0,
        new_face=stranger,
        not_named=0,
        preferred_per_10_min=0,
        change=0,
        arrival_allowance=0,
        join_wait=0,
        break_after=day,
        break_minutes=0,
        rest=0,
    )


@dataclass(frozen=True)
class Published:
    """One instance: our problem, and what turns our plan into the authors' format and judges that."""

    name: str
    problem: Problem
    write: Callable[[Solution], str]
    judge: Callable[[str], Verdict]
    best_known: float | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of each of these commands."""
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each file")
    parser.add_argument("--processor", action="store_true", help="count processor seconds instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--solutions", type=Path, help="a folder for solutions in the authors' own format")


def run(
    options: argparse.Namespace, bench: str, ending: str, read: Callable[[Path], Published]
) -> Iterator[Line]:
    """A line for each file, and one for all at the end."""
    warm_flow()
    ratios: list[float] = []
    for path in options.files:
        instance = read(path)
        began, cpu = time.perf_counter(), time.process_time()
        clock = time.process_time if options.processor else time.monotonic
        stop = Stop(seconds=options.seconds, clock=clock)
        result = solve(instance.problem, stop=stop, seed=options.seed, threads=options.threads)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        text = instance.write(result.solution)
        verdict = instance.judge(text)
        if options.solutions:
            options.solutions.mkdir(parents=True, exist_ok=True)
            (options.solutions / f"{instance.name}{ending}").write_text(text, encoding="utf-8")
        line: Line = {"bench": bench, "instance": instance.name, "cost": round(verdict.cost, 3)}
        line |= {"violations": len(verdict.violations) + len(check(instance.problem, result.solution))}
        if verdict.violations:
            line["said"] = verdict.violations[:5]
        line |= {"seconds": round(took, 1), "processor_seconds": round(used, 1), "steps": result.steps}
        line |= {"best_known": instance.best_known, "ratio": None}
        if instance.best_known:
            ratios.append(verdict.cost / instance.best_known)
            line["ratio"] = round(ratios[-1], 4)
        yield line | {"parts": {name: round(part, 3) for name, part in verdict.parts.items()}}
    if len(ratios) > 1:
        yield {"bench": bench, "instances": len(ratios), "mean_ratio": round(sum(ratios) / len(ratios), 4)}


def best_known(path: Path, column: str, name: str, cost: str) -> float | None:
    """What `best_known.csv` beside the file gives for the instance of this name, if it does."""
    table = path.parent / "best_known.csv"
    if not table.is_file():
        return None
    with table.open(newline="") as stream:
        return next((float(row[cost]) for row in csv.DictReader(stream) if row.get(column) == name), None)
