"""How much a plan changes of the rota in force, in what people feel: another worker, the named one lost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution


@dataclass(frozen=True, slots=True)
class Used:
    """People who lose their named worker, and published visits with other workers or none."""

    people: int
    visits: int

    def is_within(self, people: int | None, visits: int | None) -> bool:
        """Whether it keeps both bounds; None is no bound."""
        return (people is None or self.people <= people) and (visits is None or self.visits <= visits)


def used(problem: Problem, solution: Solution) -> Used:
    """What the plan changes of the published rota that the problem knows; nothing if it knows none."""
    now = {a.occurrence: a.workers for a in solution.assignments}
    named = {person.id: person.named_worker for person in problem.people if person.named_worker}
    of = {occurrence.id: occurrence.person for occurrence in problem.occurrences}
    comes: dict[str, set[str]] = defaultdict(set)
    for code, workers in now.items():
        comes[of[code]].update(workers)
    came: set[str] = set()
    visits = 0
    for before in problem.published:
        person = of[before.occurrence]
        if named.get(person) in before.workers:
            came.add(person)
        visits += set(now.get(before.occurrence, ())) != set(before.workers)
    return Used(sum(named[person] not in comes[person] for person in came), visits)
