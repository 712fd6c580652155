"""Ours, PyVRP, VROOM and OR-Tools routing on the same random days, one thread each, in the same run."""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import with_ortools, with_pyvrp, with_vroom
from benchmarks.isolated import run_isolated
from benchmarks.oneday import ENOUGH, SHORT, Family, one_day
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution
from scheduling.engine.solve import Stop, warm
from scheduling.engine.solve import solve as solve_ours

Line = dict[str, Any]
OURS = "ours"
LONG_EDGES = "PyVRP, dear and long edges"
"""Another model of skills; without skills it is the same as the other."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m benchmarks peers`."""
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--workers", type=int, default=25, help="in the family that is short of staff")
    parser.add_argument("--enough", type=int, help="workers in the other family (1.8 times as many)")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--instances", type=int, default=10, help="of each family")
    parser.add_argument("--seed", type=int, default=1, help="of the first instance")
    parser.add_argument("--family", choices=["short", "enough", "both"], default="both")


def run(options: argparse.Namespace) -> Iterator[Line]:
    """A line for each method on each instance, and one for each instance and family with the ratio."""
    enough = options.enough or round(options.workers * 1.8)
    families = [(SHORT, options.workers), (ENOUGH, enough)]
    if options.family != "both":
        families = [pair for pair in families if pair[0] is (SHORT if options.family == "short" else ENOUGH)]
    warm()  # compiled here once, so that no clock runs meanwhile
    for family, workers in families:
        ratios = []
        for seed in range(options.seed, options.seed + options.instances):
            problem = one_day(family, visits=options.visits, workers=workers, seed=seed)
            names = [name for name in METHODS if family.skills or name != LONG_EDGES]
            lines = [_measured(problem, name, options.seconds) for name in names]
            yield from lines
            ratios.append(_ratio(lines))
            yield {"bench": "peers", "instance": problem.name, "ratio_to_best_peer": _finite(ratios[-1])}
        yield _summary(family, workers, ratios, options)


def _ratio(lines: list[Line]) -> float:
    """Our cost over the best peer's, infinite if we have none; a plan that breaks a rule does not count."""
    costs = {line["method"]: line["cost"] for line in lines if line.get("violations") == 0}
    ours = costs.pop(OURS, float("inf"))
    return float(ours / max(min(costs.values(), default=float("inf")), 1))


def _finite(ratio: float) -> float | None:
    """The ratio for JSON, which knows no infinity."""
    return round(ratio, 4) if math.isfinite(ratio) else None


def _summary(family: Family, workers: int, ratios: list[float], options: argparse.Namespace) -> Line:
    return {
        "bench": "peers",
        "family": family.name,
        "visits": options.visits,
        "workers": workers,
        "seconds": options.seconds,
        "instances": len(ratios),
        "median_ratio_to_best_peer": _finite(statistics.median(ratios)),
        "won": sum(ratio < 1 for ratio in ratios),
    }


def _measured(problem: Problem, name: str, seconds: float) -> Line:
    line: Line = {"bench": "peers", "instance": problem.name, "method": name}
    done = run_isolated(METHODS[name], problem, seconds, patience=3 * seconds + 60)
    if done is None:
        return line | {"cost": None, "failed": "no plan within three times the limit and a minute"}
    solution, took = done
    terms = price(problem, solution)
    return line | {
        "cost": total(terms),
        "unplaced": len(solution.unplaced),
        "travel": terms["travel"],
        "violations": len(check(problem, solution)),
        "seconds": round(took, 1),
    }


def _ours(problem: Problem, seconds: float) -> Solution:
    warm()  # loaded before our clock starts, as in a running service
    return solve_ours(problem, stop=Stop(seconds=seconds), seed=1).solution


METHODS: dict[str, Callable[[Problem, float], Solution]] = {
    OURS: _ours,
    "PyVRP, dear edges": with_pyvrp.solve_dear,
    LONG_EDGES: with_pyvrp.solve_long,
    "VROOM": with_vroom.solve,
    "OR-Tools routing": with_ortools.solve,
}
