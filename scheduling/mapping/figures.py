"""What a plan means for people, counted from the plan itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from scheduling.engine.cost import price, total
from scheduling.engine.rounds import all_rounds
from scheduling.engine.solution import Solution
from scheduling.mapping import stability
from scheduling.mapping.building import Mapped

NO_LOCATION = "no_location"


def figures(solution: Solution, mapped: Mapped) -> dict[str, Any]:
    """The figures of a plan, whole numbers unless said otherwise.

    `arrivals` (each worker at each door), `people` (with anything asked), `faces` (pairs of person and
    worker who meet), `arrivals_per_person` and `faces_per_person` (decimals), `named_visits` of the
    `nameable_visits` to people who have a named worker, `named_share` (0 to 1, null if there are none),
    `joined` (arrivals saved by joining), `arrival_allowance` (minutes, as planned with),
    `travel_minutes`, `roads` (the stamp of the network they were measured by; empty as the crow flies),
    `off_roads` (doors and bases that these do not reach), `care_minutes`, `unplaced` by reason,
    `terms` and `cost` in equivalent minutes.
    """
    problem = mapped.problem
    met: dict[str, set[str]] = defaultdict(set)
    arrivals = services = travel = named = nameable = 0
    for round_ in all_rounds(problem, solution):
        travel += round_.travel(problem)
        services += len(round_.services)
        for visit in round_.visits(problem):
            person = visit[0].occurrence.person
            arrivals += 1
            met[person].add(round_.worker.id)
            nameable += person in mapped.named
            named += mapped.named.get(person) == round_.worker.id
    people = len({due.need.person_id for due in (*mapped.asked.to_plan, *mapped.asked.no_location)})
    faces = sum(len(workers) for workers in met.values())
    terms = price(problem, solution)
    changed = stability.used(problem, solution)
    return {
        "arrivals": arrivals,
        "people": people,
        "faces": faces,
        "arrivals_per_person": _share(arrivals, people),
        "faces_per_person": _share(faces, people),
        "named_visits": named,
        "nameable_visits": nameable,
        "named_share": _share(named, nameable),
        "joined": services - arrivals,
        "arrival_allowance": problem.policy.arrival_allowance,
        "travel_minutes": travel,
        "roads": mapped.travel.roads,
        "off_roads": mapped.travel.outside,
        "care_minutes": _care(solution, mapped),
        "unplaced": reasons(solution, mapped),
        "changed_visits": changed.visits,
        "losing_named": changed.people,
        "terms": terms,
        "cost": total(terms),
    }


def reasons(solution: Solution, mapped: Mapped, written: Mapping[str, str] | None = None) -> dict[str, int]:
    """How many occurrences are left out for which reason; `written` goes before the plan's own, by code."""
    written = written or {}
    counts = Counter(written.get(item.occurrence, str(item.reason)) for item in solution.unplaced)
    if mapped.asked.no_location:
        counts[NO_LOCATION] = len(mapped.asked.no_location)
    return dict(sorted(counts.items()))


def _care(solution: Solution, mapped: Mapped) -> int:
    """Minutes of service, each worker's counted."""
    return sum(mapped.due[a.occurrence].need.minutes * len(a.workers) for a in solution.assignments)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
