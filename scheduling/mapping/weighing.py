"""What a change by hand breaks and costs, looked at only where it changes something.

The rounds of the workers concerned and the other visits of the people concerned make a small problem of
their own; what is the same before and after falls out of the difference, so that it is the whole plan's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from scheduling.engine.cost import price
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Assignment, Solution, Unplaced
from scheduling.mapping.breaches import Breach, breaches, not_within
from scheduling.mapping.building import Mapped
from scheduling.mapping.deeds import Targets, after


@dataclass(frozen=True, slots=True)
class Weighed:
    """New breaches, breaches mended, and the terms of cost that differ, after less before."""

    broken: list[Breach]
    mended: list[Breach]
    costs: dict[str, int]

    @property
    def total(self) -> int:
        """All terms together, in equivalent minutes."""
        return sum(self.costs.values())


@dataclass(slots=True)
class Scale:
    """A plan that changes are weighed against."""

    mapped: Mapped
    plan: Solution
    placed: dict[str, Assignment] = field(init=False)
    _of_worker: dict[str, set[str]] = field(init=False)
    _of_person: dict[str, set[str]] = field(init=False)
    _left_out: dict[str, Unplaced] = field(init=False)

    def __post_init__(self) -> None:
        self.placed = {a.occurrence: a for a in self.plan.assignments}
        self._left_out = {u.occurrence: u for u in self.plan.unplaced}
        self._of_worker, self._of_person = defaultdict(set), defaultdict(set)
        for code, assignment in self.placed.items():
            for worker in assignment.workers:
                self._of_worker[worker].add(code)
        for occurrence in self.mapped.problem.occurrences:
            self._of_person[occurrence.person].add(occurrence.id)

    def weigh(self, targets: Targets) -> Weighed:
        """What the plan with `targets` breaks, mends and costs beside the plan as it is."""
        chosen = self._concerned(targets)
        mapped = self.mapped.only(_part_of(self.mapped.problem, chosen))
        before = Solution(
            tuple(self.placed[code] for code in sorted(chosen & self.placed.keys())),
            tuple(self._left_out[code] for code in sorted(chosen & self._left_out.keys())),
        )
        then = after(before, targets)
        was, will = breaches(mapped, before), breaches(mapped, then)
        old, new = price(mapped.problem, before), price(mapped.problem, then)
        return Weighed(
            broken=not_within(will, was),
            mended=not_within(was, will),
            costs={name: new[name] - old[name] for name in new if new[name] != old[name]},
        )

    def _concerned(self, targets: Targets) -> set[str]:
        both = [a for a in targets.values() if a is not None]
        both += [self.placed[code] for code in targets if code in self.placed]
        chosen = set(targets)
        for worker in {worker for assignment in both for worker in assignment.workers}:
            chosen |= self._of_worker[worker]
        index, occurrences = self.mapped.problem.occurrence_index, self.mapped.problem.occurrences
        for person in {occurrences[index[code]].person for code in targets if code in index}:
            chosen |= self._of_person[person]
        return {code for code in chosen if code in index}


def _part_of(problem: Problem, chosen: set[str]) -> Problem:
    return problem.replace(
        occurrences=tuple(o for o in problem.occurrences if o.id in chosen),
        gaps=tuple(gap for gap in problem.gaps if gap.before in chosen and gap.after in chosen),
        separate=tuple(pair for pair in problem.separate if pair[0] in chosen and pair[1] in chosen),
        locks=tuple(lock for lock in problem.locks if lock.occurrence in chosen),
        published=tuple(item for item in problem.published if item.occurrence in chosen),
    )
