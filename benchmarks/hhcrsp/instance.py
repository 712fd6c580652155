"""Mankowska's instances as problems of ours, and our plans in their authors' format.

Ways have three decimals. The engine counts in ticks of a hundredth of a minute; who serves whom in which
order is then timed once more with the ways as published.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hhcrsp.judge import judge
from benchmarks.published import AT_ANY_PRICE, Published, best_known, only_time
from scheduling.engine.problem import Flow, Occurrence, Person, Problem, Second, Span, Worker
from scheduling.engine.solution import Solution

TICKS, MILLI = 100, 1000
EVENING = 4000 * TICKS
"""Nobody has to be home by any time; this is far later than any plan worth having."""


def read(path: Path) -> Published:
    """The instance in a file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Published(
        name=path.stem,
        problem=problem_of(data, path.stem),
        write=lambda solution: json.dumps(solution_of(data, solution), indent=1) + "\n",
        judge=lambda text: judge(data, json.loads(text)),
        best_known=best_known(path, "file", path.name, "best_known"),
    )


def problem_of(data: dict[str, Any], name: str) -> Problem:
    """Cost in the engine is three times the authors', in ticks."""
    return Problem(
        name=name,
        week_start="2026-01-05",
        days=1,
        travel=np.rint(np.array(data["distances"]) * TICKS).astype(np.int32),
        policy=only_time(EVENING, (AT_ANY_PRICE,) * 4),
        people=tuple(Person(p["id"], row) for row, p in enumerate(data["patients"], start=1)),
        workers=tuple(
            Worker(c["id"], "a", 0, None, frozenset(c["abilities"]), EVENING, (Span(0, EVENING),))
            for c in data["caregivers"]
        ),
        delegations=(),
        occurrences=tuple(_occurrence(p) for p in data["patients"]),
        flow=Flow(late=1, latest=1),
    )


def _occurrence(patient: dict[str, Any]) -> Occurrence:
    opens, due = (round(TICKS * time) for time in patient["time_window"])
    first, *second = patient["required_caregivers"]
    two = None
    if second:
        least, most = _apart(patient)
        two = Second(_skills(second[0]), _lasts(second[0]), least * TICKS, most * TICKS)
    return Occurrence(
        id=patient["id"],
        person=patient["id"],
        agency="a",
        priority=1,
        skills=_skills(first),
        minutes=_lasts(first),
        workers=1 + len(second),
        windows=(Span(opens, EVENING, due),),
        second=two,
    )


def _apart(patient: dict[str, Any]) -> tuple[int, int]:
    rule = patient["synchronization"]
    least, most = rule["distance"] if rule["type"] == "sequential" else (0, 0)
    return int(least), int(most)


def _skills(service: dict[str, Any]) -> frozenset[str]:
    return frozenset({service["service"]})


def _lasts(service: dict[str, Any]) -> int:
    return round(TICKS * service["duration"])


def solution_of(data: dict[str, Any], solution: Solution) -> dict[str, Any]:
    """Our plan in the authors' format, everything as early as its order allows."""
    patients = {p["id"]: p for p in data["patients"]}
    rounds: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for placed in solution.assignments:
        for number, worker in enumerate(placed.workers):
            rounds[worker].append((placed.start_of(number), placed.occurrence, number))
    orders = {
        worker: [(name, number) for _, name, number in sorted(stops)] for worker, stops in rounds.items()
    }
    starts = _earliest(data, orders)
    routes = []
    for carer in data["caregivers"]:
        locations = []
        for name, number in orders.get(carer["id"], []):
            service, start = patients[name]["required_caregivers"][number], starts[name, number]
            end = start + round(MILLI * service["duration"])
            stop = {"patient_id": name, "service_id": service["service"]}
            locations.append(stop | {"arrival_time": start / MILLI, "departure_time": end / MILLI})
        routes.append({"caregiver_id": carer["id"], "locations": locations})
    ordering = sorted(starts, key=lambda key: (starts[key], key))
    return {"routes": routes, "global_ordering": list(dict.fromkeys(name for name, _ in ordering))}


def _earliest(data: dict[str, Any], orders: dict[str, list[tuple[str, int]]]) -> dict[tuple[str, int], int]:
    """Earliest starts in thousandths by raising them until nothing is too early."""
    rows = {p["id"]: row for row, p in enumerate(data["patients"], start=1)}
    starts = {
        (p["id"], number): round(MILLI * p["time_window"][0])
        for p in data["patients"]
        for number in range(len(p["required_caregivers"]))
    }
    least: list[
        tuple[tuple[str, int], tuple[str, int], int]
    ] = []  # the second at least so long after the first
    for patient in data["patients"]:
        if len(patient["required_caregivers"]) == 2:
            low, high = _apart(patient)
            one, two = (patient["id"], 0), (patient["id"], 1)
            least += [(one, two, low * MILLI), (two, one, -high * MILLI)]
    for stops in orders.values():
        here = 0
        for name, number in stops[:1]:
            here = rows[name]
            starts[name, number] = max(starts[name, number], round(MILLI * data["distances"][0][here]))
        for before, after in pairwise(stops):
            lasts = data["patients"][rows[before[0]] - 1]["required_caregivers"][before[1]]["duration"]
            way = data["distances"][rows[before[0]]][rows[after[0]]]
            least.append((before, after, round(MILLI * lasts) + round(MILLI * way)))
    for _ in range(len(starts) + 1):
        moved = False
        for one, two, apart in least:
            if starts[two] < starts[one] + apart:
                starts[two], moved = starts[one] + apart, True
        if not moved:
            break
    return starts
