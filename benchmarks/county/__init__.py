"""A whole county planned at once, beside its areas each planned alone, and how the work grows with its size.

The county is planned whole in `--hours`. Then it is halved `--halvings` times into areas of equal work, each
with the workers who live there, and each area is planned alone in `--area-seconds`. Nobody works in two
areas, so their plans together are a legal plan of the county, and are priced and checked as one.

"The cost of growth is at most n^1.1" means here: a county of n occurrences that is given n^1.1 times the
seconds comes as close to the plans of its areas as a smaller one does. With `--growth` one area, then four
side by side and so on are planned whole, each in its share of the county's seconds by that rule.
`over_areas` is the cost over that of the same areas' own plans; it must not rise with n.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.county.areas import Part, divide, joined, problem_of, together
from benchmarks.county.invented import county
from scheduling.engine.check import check
from scheduling.engine.cost import arrivals, price, total
from scheduling.engine.interchange import read_problem
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution
from scheduling.engine.solve import Progress, Stop, solve, warm

Line = dict[str, Any]
TOLD_EVERY = 60.0
"""Seconds between two lines of progress, at most; a twentieth of the run if that is less."""
EXPONENT, GROWS = 1.1, 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m benchmarks county`."""
    parser.add_argument(
        "problem", nargs="?", type=Path, help="a care-week/1 file instead of an invented county"
    )
    parser.add_argument("--people", type=int, default=6000, help="of an invented county")
    parser.add_argument("--hours", type=float, default=1.0, help="for the county as a whole")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--halvings", type=int, default=4, help="2 areas by one, 16 by four")
    parser.add_argument(
        "--area-seconds", type=float, default=300.0, help="for each area alone; 0 leaves them out"
    )
    parser.add_argument("--growth", action="store_true", help="plan smaller parts of the county as well")


def run(options: argparse.Namespace) -> Iterator[Line]:
    """The county, its areas alone, what they leave out together, and smaller counties."""
    warm()
    problem = read_problem(options.problem) if options.problem else county(options.people, options.seed)
    heading = {"bench": "county", "instance": problem.name}
    yield heading | {"what": "county"} | _size(problem)
    seconds = 3600 * options.hours
    plan, lines = _planned(problem, seconds, options)
    whole = lines[-1]
    yield from (heading | line | {"what": line.get("what", "whole")} for line in lines)
    if not options.area_seconds:
        return
    parts, plans = divide(problem, options.halvings), []
    for number, part in enumerate(parts):
        area = problem_of(problem, part, f"{problem.name}-{number}")
        alone, lines = _planned(area, options.area_seconds, options)
        plans.append((alone, lines[-1]["cost"]))
        yield heading | lines[-1] | {"what": "area", "area": number} | _size(area)
    line = heading | {"what": "areas together", "areas": len(parts), "seconds_each": options.area_seconds}
    yield line | _beside(problem, plan, together(alone for alone, _ in plans))
    if options.growth:
        yield from (heading | line for line in _growth(problem, parts, plans, options))
        n = len(problem.occurrences)
        over = round(whole["cost"] / sum(cost for _, cost in plans), 4)
        yield heading | {"what": "growth", "occurrences": n, "seconds": whole["seconds"], "over_areas": over}


def _size(problem: Problem) -> Line:
    return {
        "people": len(problem.people),
        "workers": len(problem.workers),
        "occurrences": len(problem.occurrences),
    }


def _planned(problem: Problem, seconds: float, options: argparse.Namespace) -> tuple[Solution, list[Line]]:
    """The plan; lines of progress, also on standard error as they come, and one with what came of it."""
    told: list[Line] = []
    every = min(TOLD_EVERY, seconds / 20)

    def tell(progress: Progress) -> None:
        if not told or progress.seconds >= told[-1]["seconds"] + every:
            line = {"what": "progress", "seconds": round(progress.seconds, 1), "cost": progress.cost}
            told.append(line | {"unplaced": progress.unplaced, "steps": progress.steps})
            print(json.dumps({"instance": problem.name} | told[-1]), file=sys.stderr, flush=True)

    began = time.perf_counter()
    result = solve(
        problem, stop=Stop(seconds=seconds), seed=options.seed, threads=options.threads, on_progress=tell
    )
    took, plan = time.perf_counter() - began, result.solution
    done = {"cost": result.cost, "terms": result.terms, "unplaced": len(plan.unplaced)}
    done |= {"arrivals": arrivals(problem, plan), "violations": len(check(problem, plan))}
    done |= {"seconds": round(took, 1), "threads": options.threads, "steps": result.steps}
    done |= {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}  # of this process so far
    return plan, [*told, done]


def _beside(problem: Problem, whole: Solution, areas: Solution) -> Line:
    """The areas' plans together, priced and checked as one of the county, and the county's over them."""
    ours, theirs = total(price(problem, whole)), total(price(problem, areas))
    left = len(whole.unplaced) / max(len(areas.unplaced), 1)
    return {
        "cost": theirs,
        "unplaced": len(areas.unplaced),
        "violations": len(check(problem, areas)),
        "whole_cost_over_areas": round(ours / theirs, 4),
        "whole_unplaced_over_areas": round(left, 4),
    }


def _growth(
    problem: Problem,
    parts: Sequence[Part],
    plans: Sequence[tuple[Solution, int]],
    options: argparse.Namespace,
) -> Iterator[Line]:
    """One area, four side by side and so on, each planned in its share of the county's seconds."""
    count = 1
    while count < len(parts):
        part = problem_of(problem, joined(parts[:count]), f"{problem.name}-first-{count}")
        n = len(part.occurrences)
        share = (n / len(problem.occurrences)) ** EXPONENT
        _, lines = _planned(part, 3600 * options.hours * share, options)
        over = round(lines[-1]["cost"] / sum(cost for _, cost in plans[:count]), 4)
        yield {"what": "growth", "occurrences": n, "seconds": lines[-1]["seconds"], "over_areas": over}
        count *= GROWS
