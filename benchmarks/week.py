"""Our planner and the pipeline a user would build today on week files, both priced by our cost."""

from __future__ import annotations

import argparse
import csv
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import pipeline
from benchmarks.isolated import run_isolated
from scheduling.engine.check import check
from scheduling.engine.cost import arrivals, price, total
from scheduling.engine.interchange import read_problem, write_plan
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution
from scheduling.engine.solve import Stop, solve, warm

Line = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m benchmarks week`."""
    parser.add_argument("problems", nargs="+", type=Path, help="care-week/1 files; see docs/engine.md")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each method on each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of ours; the pipeline uses one")
    parser.add_argument("--no-pipeline", action="store_true", help="run ours alone")
    parser.add_argument("--solutions", type=Path, help="a folder for the plans")


def run(options: argparse.Namespace) -> Iterator[Line]:
    """A line for ours and one for the pipeline on each file, with the reference beside the file if any."""
    warm()  # compile or load our machine code before any clock runs
    for path in options.problems:
        problem = read_problem(path)
        yield _line(problem, path, "ours", _ours(problem, options), options)
        if not options.no_pipeline:
            done = run_isolated(pipeline.plan, problem, options.seconds, patience=4 * options.seconds + 120)
            yield _line(problem, path, "pipeline with PyVRP", done, options)


def _ours(problem: Problem, options: argparse.Namespace) -> tuple[Solution, float, int]:
    began = time.perf_counter()
    stop = Stop(seconds=options.seconds)
    result = solve(problem, stop=stop, seed=options.seed, threads=options.threads)
    return result.solution, time.perf_counter() - began, result.steps


def _line(
    problem: Problem,
    path: Path,
    method: str,
    done: tuple[Solution, float] | tuple[Solution, float, int] | None,
    options: argparse.Namespace,
) -> Line:
    line: Line = {"bench": "week", "instance": problem.name, "method": method}
    if done is None:
        return line | {"cost": None, "failed": "no plan in time"}
    solution, took, *steps = done
    terms = price(problem, solution)
    cost = total(terms)
    line |= {"cost": cost, "terms": terms, "unplaced": len(solution.unplaced)}
    line |= {"arrivals": arrivals(problem, solution), "violations": len(check(problem, solution))}
    line |= {"seconds": round(took, 1), "threads": options.threads if steps else 1}
    if steps:
        line["steps"] = steps[0]
        line["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # so far, all files
    reference = reference_for(path, problem.name)
    if reference is not None:
        line |= {"reference": reference, "ratio": round(cost / max(reference, 1), 4)}
    if options.solutions:
        options.solutions.mkdir(parents=True, exist_ok=True)
        write_plan(options.solutions / f"{problem.name}.{method.split()[0]}.json", problem, solution, terms)
    return line


def reference_for(path: Path, name: str) -> int | None:
    """The cost that `reference.csv` beside the file gives for the problem of this name, if it does."""
    table = path.parent / "reference.csv"
    if not table.is_file():
        return None
    with table.open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row.get("problem") == name and (row.get("cost") or "").isdecimal():
                return int(row["cost"])
    return None
