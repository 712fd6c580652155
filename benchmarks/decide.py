"""How quickly the engine answers a coordinator: rank, explain, repair after a change, a lower bound."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from scheduling.engine.answers.changes import Change, RunsLate, WorkerOff
from scheduling.engine.answers.desk import Desk, bound, repair, warm
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.interchange import read_problem
from scheduling.engine.problem import MINUTES_PER_DAY, Problem
from scheduling.engine.rounds import all_rounds
from scheduling.engine.solution import Solution
from scheduling.engine.solve import Stop, solve

Line = dict[str, Any]
Took = tuple[float, float]  # seconds that passed, and that a processor worked
SIX = 360


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m benchmarks decide`."""
    parser.add_argument("problems", nargs="+", type=Path, help="care-week/1 files; see docs/engine.md")
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="to plan each file before anything is asked"
    )
    parser.add_argument("--questions", type=int, default=100, help="how many occurrences are asked about")
    parser.add_argument("--repairs", type=int, default=10, help="how many mornings are repaired")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> Iterator[Line]:
    """For each file: the desk made, questions answered, mornings repaired, the plan's gap to the bound."""
    began = time.perf_counter()
    warm()
    yield {
        "bench": "decide",
        "what": "load the compiled code",
        "seconds": round(time.perf_counter() - began, 2),
    }
    for path in options.problems:
        problem = read_problem(path)
        plan = solve(problem, stop=Stop(seconds=options.seconds), seed=options.seed).solution
        line = {"bench": "decide", "instance": problem.name}
        for answer in (*_questions(problem, plan, options), *_repairs(problem, plan, options)):
            yield line | answer
        cost = total(price(problem, plan))
        found = bound(problem, known=cost)
        gap = round(1 - found.cost / cost, 4)
        yield (
            line
            | {"what": "bound", "cost": cost, "bound": found.cost, "gap": gap}
            | {"seconds": round(found.seconds, 2)}
        )


def _questions(problem: Problem, plan: Solution, options: argparse.Namespace) -> Iterator[Line]:
    made: list[Took] = []
    desk = _timed(made, lambda: Desk(problem, plan))
    yield {"what": "make a desk"} | _spread(made)
    adopted: list[Took] = []
    for _ in range(5):
        _timed(adopted, lambda: desk.adopt(plan))
    yield {"what": "adopt a plan"} | _spread(adopted)
    dice = Random(options.seed)
    ids = [o.id for o in problem.occurrences]
    asked = dice.sample(ids, min(options.questions, len(ids)))
    pairs = [o.id for o in problem.occurrences if o.workers == 2]
    groups = {
        "any": asked,
        "pairs": dice.sample(pairs, min(options.questions, len(pairs))),
        "left out": [u.occurrence for u in plan.unplaced][: options.questions],
    }
    for group, names in groups.items():
        for what, ask in (("rank", desk.rank), ("explain", desk.explain)):
            yield from _asked(what, group, [partial(ask, name) for name in names])
    visits: dict[bool, list[tuple[str, list[str]]]] = {
        True: [],
        False: [],
    }  # by whether several needs are joined in it
    for round_ in all_rounds(problem, plan):
        for visit in round_.visits(problem):
            if len(visit) > 1 or visit[0].occurrence.workers == 2:
                visits[len(visit) > 1].append((round_.worker.id, [s.occurrence.id for s in visit]))
    for group, is_joined in (("joined", True), ("one of a pair", False)):
        some = dice.sample(visits[is_joined], min(options.questions, len(visits[is_joined])))
        yield from _asked("rank a visit", group, [partial(desk.rank_visit, *visit) for visit in some])


def _asked(what: str, group: str, questions: list[Callable[[], Any]]) -> Iterator[Line]:
    """Each once; nothing where there are none."""
    took: list[Took] = []
    for question in questions:
        _timed(took, question)
    if took:
        yield {"what": what, "of": group} | _spread(took)


def _repairs(problem: Problem, plan: Solution, options: argparse.Namespace) -> Iterator[Line]:
    """One worker sick at 06:00 of a day, and one visit that takes half an hour longer."""
    dice = Random(options.seed)
    took: dict[str, list[Took]] = {"repair: a worker is sick": [], "repair: a visit runs late": []}
    people: dict[str, list[int]] = {name: [] for name in took}
    hit: dict[str, list[int]] = {name: [] for name in took}
    broken = 0
    minutes = {o.id: o.minutes for o in problem.occurrences}
    for _ in range(options.repairs):
        chosen = dice.choice(plan.assignments)
        worker, day = chosen.workers[0], chosen.start // MINUTES_PER_DAY
        midnight = day * MINUTES_PER_DAY
        off = Change((WorkerOff(worker, midnight, midnight + MINUTES_PER_DAY),), midnight + SIX)
        end = chosen.start + minutes[chosen.occurrence] + 30
        late = Change((RunsLate(chosen.occurrence, end=end),), chosen.start + 1)
        for name, change in zip(took, (off, late), strict=True):
            done = _timed(took[name], lambda change=change: repair(problem, plan, change))
            people[name].append(len(done.people))
            broken += len(check(done.problem, done.plan))
        own = (a for a in plan.assignments if worker in a.workers and a.start // MINUTES_PER_DAY == day)
        hit["repair: a worker is sick"].append(len(list(own)))
        hit["repair: a visit runs late"].append(1)
    for name, seconds in took.items():
        yield {"what": name, "calls": sum(hit[name]), "people": sum(people[name])} | _spread(seconds)
    yield {"what": "rules broken by repairs", "violations": broken}


def _timed(took: list[Took], ask: Callable[[], Any]) -> Any:
    began, worked = time.perf_counter(), time.process_time()
    answer = ask()
    took.append((time.perf_counter() - began, time.process_time() - worked))
    return answer


def _spread(took: list[Took]) -> Line:
    """How many, and the milliseconds that half, and that 95 in 100, stay below.

    Also of processor time, which other work on the machine lengthens less.
    """
    passed, worked = (sorted(column) for column in zip(*took, strict=True))
    p95 = round(0.95 * (len(passed) - 1))
    return {
        "times": len(passed),
        "p50_ms": round(1000 * passed[len(passed) // 2]),
        "p95_ms": round(1000 * passed[p95]),
        "max_ms": round(1000 * passed[-1]),
        "p95_processor_ms": round(1000 * worked[p95]),
    }
