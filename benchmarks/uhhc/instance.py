"""UHHC instances as problems of ours, and our plans in their authors' format.

A patient's place in a pair, the lunch, the shift and every weight has its like in the engine. Two
independent services of a patient who must be served are two occurrences; of an optional patient they
are a pair not bound in time, so that both are served or neither.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.published import AT_ANY_PRICE, Published, best_known, only_time
from benchmarks.uhhc.judge import LUNCH, judge
from scheduling.engine.problem import Flow, Meal, Occurrence, Person, Problem, Second, Span, Worker
from scheduling.engine.solution import Solution

EVENING = 4000
MUST, MAY = 1, 4
"""Priorities of patients who must be served and of optional ones."""


def read(path: Path) -> Published:
    """The instance in a file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Published(
        name=path.stem,
        problem=problem_of(data, path.stem),
        write=lambda solution: json.dumps(solution_of(data, solution), indent=1) + "\n",
        judge=lambda text: judge(data, json.loads(text)),
        best_known=best_known(path, "instance", path.stem, "sa_objective"),
    )


def problem_of(data: dict[str, Any], name: str) -> Problem:
    """Cost in the engine is the authors', but that they count a first wait after lunch differently."""
    weight = defaultdict(int, data["metadata"]["cost_components"])
    people, occurrences = [], []
    carers = frozenset(carer["id"] for carer in data["caregivers"])
    for patient in data["patients"]:
        for occurrence in _occurrences(data, patient):
            occurrences.append(occurrence)
            people.append(
                Person(
                    occurrence.id,
                    patient["distance_matrix_index"],
                    None,
                    frozenset(_listed(patient, "preferred_caregivers", carers)),
                    frozenset(_listed(patient, "incompatible_caregivers", frozenset())),
                )
            )
    return Problem(
        name=name,
        week_start="2026-01-05",
        days=1,
        travel=np.array(data["distances"], np.int32),
        policy=only_time(
            EVENING, (AT_ANY_PRICE,) * 3 + (weight["optional_patients"],), weight["caregiver_preferences"]
        ),
        people=tuple(people),
        workers=tuple(_worker(data, carer) for carer in data["caregivers"]),
        delegations=(),
        occurrences=tuple(occurrences),
        flow=Flow(
            travel=weight["travel_time"],
            late=weight["total_tardiness"],
            latest=weight["highest_tardiness"],
            wait=weight["total_waiting_time"],
            overtime=weight["total_extra_time"],
            idlest=weight["max_idle_time"],
            missed_meal=weight["missed_lunch_break"],
        ),
    )


def _listed(patient: dict[str, Any], field: str, otherwise: frozenset[str]) -> frozenset[str]:
    found = patient.get(field)
    return otherwise if found is None else frozenset(found)


def _worker(data: dict[str, Any], carer: dict[str, Any]) -> Worker:
    place = {point["id"]: point["distance_matrix_index"] for point in data["terminal_points"]}
    if carer["departing_point"] != carer["arrival_point"]:
        raise SystemExit(f"{carer['id']} starts and ends at different places, which we cannot plan")
    shift, meal = carer["working_shift"], None
    if carer.get("lunch_break"):
        rule = data["lunch_breaks"]
        last = rule["end"] + (0 if _at_end(data) else rule["min_duration"])
        meal = Meal(rule["start"], last, rule["min_duration"])
    return Worker(
        carer["id"], "a", place[carer["departing_point"]], None, frozenset(carer["abilities"]), EVENING,
        (Span(shift["start"], EVENING, shift["end"]),), meal=meal,
    )  # fmt: skip


def _at_end(data: dict[str, Any]) -> bool:
    return bool(data["metadata"]["time_window_met"] == "at_service_end")


def _occurrences(data: dict[str, Any], patient: dict[str, Any]) -> list[Occurrence]:
    """One, or one for each of two independent services of a patient who must be served."""
    services, optional = patient["required_services"], bool(patient.get("optional"))
    rule = patient.get("synchronization") or {"type": "independent"}
    if len(services) == 2 and rule["type"] == "independent" and not optional:
        return [_occurrence(data, patient, s, f"{patient['id']}/{s['service']}") for s in services]
    second = None
    if len(services) == 2:
        reach = {"simultaneous": {"min": 0, "max": 0}, "independent": {"min": 0, "max": None}}
        apart = reach.get(rule["type"]) or rule["distance"]
        skills, lasts = frozenset({services[1]["service"]}), services[1]["duration"]
        second = Second(skills, lasts, apart["min"], apart["max"], _windows(data, patient, lasts))
    return [_occurrence(data, patient, services[0], patient["id"], second)]


def _occurrence(
    data: dict[str, Any],
    patient: dict[str, Any],
    service: dict[str, Any],
    name: str,
    second: Second | None = None,
) -> Occurrence:
    return Occurrence(
        id=name,
        person=name,
        agency="a",
        priority=MAY if patient.get("optional") else MUST,
        skills=frozenset({service["service"]}),
        minutes=service["duration"],
        workers=1 if second is None else 2,
        windows=_windows(data, patient, service["duration"]),
        second=second,
    )


def _windows(data: dict[str, Any], patient: dict[str, Any], lasts: int) -> tuple[Span, ...]:
    """A start belongs to the last window that has begun, so each ends where the next begins."""
    given = patient["time_windows"]
    windows = []
    for window, after in zip(given, [*given[1:], {"start": EVENING + 1}], strict=True):
        end = after["start"] - 1
        due = window["end"] - (lasts if _at_end(data) else 0)
        if window["start"] <= end:
            windows.append(Span(window["start"], end, min(due, end)))
    return tuple(windows)


def solution_of(data: dict[str, Any], solution: Solution) -> dict[str, Any]:
    """Our plan in the authors' format; who does nothing has no locations, lunch is had at the stop before."""
    patients = {p["id"]: p for p in data["patients"]}
    stops: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for placed in solution.assignments:
        name, _, alone = placed.occurrence.partition("/")
        for number, worker in enumerate(placed.workers):
            services = [s for s in patients[name]["required_services"] if alone in ("", s["service"])]
            service, start = services[number], placed.start_of(number)
            stop = {"patient": name, "service": service["service"], "start_time": start}
            stops[worker].append(stop | {"end_time": start + service["duration"]})
    carers = {carer["id"]: carer for carer in data["caregivers"]}
    for meal in solution.meals:
        before = [stop for stop in stops[meal.worker] if stop["start_time"] <= meal.start]
        where = max(before, key=lambda s: s["start_time"])["patient"] if before else None
        stop = {"patient": where or carers[meal.worker]["departing_point"], "service": LUNCH}
        end = meal.start + data["lunch_breaks"]["min_duration"]
        stops[meal.worker].append(stop | {"start_time": meal.start, "end_time": end})
    routes: list[dict[str, Any]] = []
    for name in carers:
        found = sorted(stops[name], key=lambda stop: stop["start_time"])
        routes.append({"caregiver_id": name} | ({"locations": found} if found else {}))
    written = {"instance": data["metadata"]["name"], "routes": routes}
    parts = judge(data, written).parts
    return written | {"cost_components": {name: int(part) for name, part in parts.items()}}
