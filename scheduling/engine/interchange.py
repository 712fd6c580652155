"""Read and write care-week/1 and care-week-plan/1, the formats in docs/engine.md.

Whatever breaks a format is refused with a ProblemError whose message begins with the path of the field.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.engine import items
from scheduling.engine.cost import FLOW_TERMS, TERMS
from scheduling.engine.fields import Field
from scheduling.engine.files import read_json, write_json
from scheduling.engine.items import MOST_PLACES
from scheduling.engine.problem import LARGEST_WEIGHT, LATEST_MINUTE, PRIORITIES, Flow, Policy, Problem
from scheduling.engine.solution import Solution
from scheduling.travel.great_circle import GreatCircle

PROBLEM_FORMAT = "care-week/1"
PLAN_FORMAT = "care-week-plan/1"
LARGEST_COST = 10**15
GREAT_CIRCLE = ("detour", "near_km", "near_kmh", "far_kmh")
POLICY = tuple(name for name in Policy.__slots__ if name != "unserved")
PROBLEM = (
    "format", "name", "week_start", "days", "travel", "policy", "people", "workers",
    "delegations", "occurrences", "gaps", "separate", "locks", "published",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan file: the solution, the name of its problem, and the cost it claims, if it claims one."""

    problem: str
    solution: Solution
    cost: int | None
    terms: dict[str, int] | None


def read_problem(path: Path | str) -> Problem:
    """The problem in a `.json` or `.json.gz` file; raises ProblemError."""
    return problem_from(read_json(path))


def read_plan(path: Path | str) -> Plan:
    """The plan in a `.json` or `.json.gz` file; raises ProblemError.

    Only the form is judged: whether its ids exist and its rules hold is for `check`.
    """
    return plan_from(read_json(path))


def write_problem(path: Path | str, problem: Problem) -> None:
    """Write the problem with its travel as a matrix."""
    write_json(path, problem_data(problem))


def write_plan(path: Path | str, problem: Problem, solution: Solution, terms: Mapping[str, int]) -> None:
    """Write the plan with its price by term."""
    write_json(path, plan_data(problem, solution, terms))


def problem_from(data: Any) -> Problem:
    """The problem that a JSON value describes; raises ProblemError."""
    root = Field("", data)
    _format(root, PROBLEM_FORMAT)
    top = root.members(PROBLEM, nullable=("flow",))
    return Problem(
        name=top["name"].text(),
        week_start=_date(top["week_start"]),
        days=top["days"].whole(1, 31),
        travel=_travel(top["travel"]),
        policy=_policy(top["policy"]),
        people=tuple(items.person(f) for f in top["people"].items()),
        workers=tuple(items.worker(f) for f in top["workers"].items()),
        delegations=tuple(items.delegation(f) for f in top["delegations"].items()),
        occurrences=tuple(items.occurrence(f) for f in top["occurrences"].items()),
        gaps=tuple(items.gap(f) for f in top["gaps"].items()),
        separate=tuple(items.pair(f) for f in top["separate"].items()),
        locks=tuple(items.lock(f) for f in top["locks"].items()),
        published=tuple(items.published(f) for f in top["published"].items()),
        flow=None if top["flow"].value is None else _flow(top["flow"]),
    )


def plan_from(data: Any) -> Plan:
    """The plan that a JSON value describes; fields beyond the format are passed over."""
    root = Field("", data)
    _format(root, PLAN_FORMAT)
    top = root.members(
        ("format", "problem", "assignments", "unplaced"), nullable=("cost", "terms", "meals"), others=True
    )
    assignments = tuple(items.assignment(f) for f in top["assignments"].items())
    unplaced = tuple(items.unplaced(f) for f in top["unplaced"].items())
    meals = top["meals"].items() if top["meals"].value is not None else []
    terms = None
    if top["terms"].value is not None:
        parts = top["terms"].members(TERMS, nullable=FLOW_TERMS)
        terms = {name: part.whole(0, LARGEST_COST) for name, part in parts.items() if part.value is not None}
    return Plan(
        problem=top["problem"].text(),
        solution=Solution(assignments, unplaced, tuple(items.taken(f) for f in meals)),
        cost=top["cost"].maybe_whole(0, LARGEST_COST),
        terms=terms,
    )


def problem_data(problem: Problem) -> dict[str, Any]:
    """The problem as a JSON value."""
    policy = asdict(problem.policy)
    policy["unserved"] = {str(p): problem.policy.unserved_weight(p) for p in PRIORITIES}
    return {
        "format": PROBLEM_FORMAT,
        "name": problem.name,
        "week_start": problem.week_start,
        "days": problem.days,
        "travel": {"matrix": problem.travel.tolist()},
        "policy": policy,
        **{
            name: [_plain(asdict(item)) for item in getattr(problem, name)]
            for name in ("people", "workers", "delegations", "occurrences", "gaps")
        },
        "separate": [list(pair) for pair in problem.separate],
        "locks": [asdict(lock) for lock in problem.locks],
        "published": [_plain(asdict(item)) for item in problem.published],
        **({"flow": asdict(problem.flow)} if problem.flow else {}),
    }


def plan_data(problem: Problem, solution: Solution, terms: Mapping[str, int]) -> dict[str, Any]:
    """The plan as a JSON value."""
    return {
        "format": PLAN_FORMAT,
        "problem": problem.name,
        "assignments": [_plain(asdict(item)) for item in solution.assignments],
        "unplaced": [{"occurrence": u.occurrence, "reason": u.reason.value} for u in solution.unplaced],
        **({"meals": [asdict(meal) for meal in solution.meals]} if solution.meals else {}),
        "cost": sum(terms.values()),
        "terms": dict(terms),
    }


SELDOM = {"due": None, "load": 0, "second": None, "carries": None, "meal": None, "second_start": None}
"""Written only where it is not this, so that what has none of it is read by any reader of the format."""


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    """Sets as sorted lists, tuples as lists, without what few items have."""
    return {
        name: _plain_value(value)
        for name, value in item.items()
        if name not in SELDOM or value != SELDOM[name]
    }


def _plain_value(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain_value(part) for part in value]
    return _plain(value) if isinstance(value, dict) else value


def _format(root: Field, known: str) -> None:
    stated = root.members(("format",), others=True)["format"]
    if stated.text() != known:
        raise stated.refuse(f"{stated.value!r} is not {known!r}")


def _date(field: Field) -> str:
    text = field.text()
    try:
        if datetime.date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise field.refuse(f"{text!r} is not a date such as 2026-11-30")


def _travel(field: Field) -> NDArray[np.int32]:
    if isinstance(field.value, dict) and "matrix" in field.value:
        return _matrix(field.members(("matrix",))["matrix"])
    if isinstance(field.value, dict) and "coordinates" not in field.value:
        raise field.refuse("has neither a matrix nor coordinates")
    parts = field.members(("coordinates", *GREAT_CIRCLE))
    points = parts["coordinates"].items()
    if len(points) > MOST_PLACES:
        raise parts["coordinates"].refuse(f"{len(points)} places are more than {MOST_PLACES}")
    coordinates = [_coordinate(point) for point in points]
    circle = GreatCircle(**{name: parts[name].number(0.001, 1000.0) for name in GREAT_CIRCLE})
    return circle.matrix(coordinates)


def _coordinate(point: Field) -> tuple[float, float]:
    pair = point.items()
    if len(pair) != 2:
        raise point.refuse(f"has {len(pair)} numbers, not latitude and longitude")
    return pair[0].number(-90.0, 90.0), pair[1].number(-180.0, 180.0)


def _matrix(field: Field) -> NDArray[np.int32]:
    rows = field.items()
    if len(rows) > MOST_PLACES:
        raise field.refuse(f"{len(rows)} places are more than {MOST_PLACES}")
    matrix = np.zeros((len(rows), len(rows)), dtype=np.int32)
    for i, row in enumerate(rows):
        if not isinstance(row.value, list) or len(row.value) != len(rows):
            raise row.refuse(f"is not a list of {len(rows)} numbers, one for each place")
        if not all(type(x) is int and 0 <= x <= LATEST_MINUTE for x in row.value):
            for cell in row.items():
                cell.whole(0, LATEST_MINUTE)
        matrix[i] = row.value
    return matrix


def _flow(field: Field) -> Flow:
    parts = field.members(Flow.__slots__)
    return Flow(**{name: part.whole(0, LARGEST_WEIGHT) for name, part in parts.items()})


def _policy(field: Field) -> Policy:
    parts = field.members(("unserved", *POLICY))
    unserved = parts["unserved"].members(tuple(str(p) for p in PRIORITIES))
    one, two, three, four = (unserved[str(p)].whole(0, LARGEST_WEIGHT) for p in PRIORITIES)
    numbers = {name: parts[name].whole(0, LARGEST_WEIGHT) for name in POLICY}
    return Policy(unserved=(one, two, three, four), **numbers)
