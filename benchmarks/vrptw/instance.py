"""Solomon's format as a problem of ours: vehicles are workers, customers people, demand what one carries."""

from __future__ import annotations

import gzip
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.published import AT_ANY_PRICE, Published, best_known, only_time
from benchmarks.vrptw.judge import judge
from scheduling.engine.problem import Flow, Occurrence, Person, Problem, Span, Worker
from scheduling.engine.solution import Solution

TENTHS = 10
"""The engine counts in tenths, in which all ways of these instances are whole."""


def read(path: Path) -> Published:
    """The instance in a file, which may be packed."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    name = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    problem = problem_of(text, name)
    return Published(
        name=name,
        problem=problem,
        write=lambda solution: solution_of(problem, solution),
        judge=lambda solution: judge(text, solution),
        best_known=best_known(path, "instance", name, "cost"),
    )


def problem_of(text: str, name: str) -> Problem:
    """Cost in the engine is ten times the authors'."""
    lines = [line.split() for line in text.splitlines()]
    numbers = [[int(float(x)) for x in words] for words in lines if words and _is_number(words)]
    (vehicles, capacity), *customers = numbers
    table = np.array(customers)
    places = table[:, 1:3].astype(float)
    away = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))
    depot = customers[0]
    evening = TENTHS * depot[5]
    shift = Span(TENTHS * depot[4], evening)
    return Problem(
        name=name,
        week_start="2026-01-05",
        days=1,
        travel=np.floor(TENTHS * away + 1e-9).astype(np.int32),
        policy=only_time(evening, (AT_ANY_PRICE,) * 4),
        people=tuple(Person(str(row[0]), row[0]) for row in customers[1:]),
        workers=tuple(
            Worker(f"v{k}", "a", 0, None, frozenset(), evening, (shift,), carries=capacity)
            for k in range(vehicles)
        ),
        delegations=(),
        occurrences=tuple(_occurrence(row) for row in customers[1:]),
        flow=Flow(),
    )


def _is_number(words: list[str]) -> bool:
    return len(words) in (2, 7) and all(word.replace(".", "", 1).isdigit() for word in words)


def _occurrence(row: list[int]) -> Occurrence:
    number, _, _, demand, ready, due, lasts = row
    return Occurrence(
        id=str(number),
        person=str(number),
        agency="a",
        priority=1,
        skills=frozenset(),
        minutes=max(1, TENTHS * lasts),
        workers=1,
        windows=(Span(TENTHS * ready, TENTHS * due),),
        load=demand,
    )


def solution_of(problem: Problem, solution: Solution) -> str:
    """Our plan as CVRPLIB writes it."""
    routes: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for placed in solution.assignments:
        routes[placed.workers[0]].append((placed.start, placed.occurrence))
    place = {person.id: person.place for person in problem.people}
    lines, tenths = [], 0
    for number, stops in enumerate(routes.values(), start=1):
        names = [name for _, name in sorted(stops)]
        ways = [0, *(place[name] for name in names), 0]
        tenths += sum(int(problem.travel[a, b]) for a, b in pairwise(ways))
        lines.append(f"Route #{number}: {' '.join(names)}")
    return "\n".join([*lines, f"Cost {tenths / TENTHS:.1f}"]) + "\n"
