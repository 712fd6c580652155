"""The planning problem: one area, one week, as plain integers.

Everything is validated at birth, so that no later part has to ask whether it can trust
its input. What it is made of comes along from `parts`, where the rules that judge it take it from.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.engine.parts import (
    LARGEST_WEIGHT,
    LATEST_MINUTE,
    LATEST_OF_A_WEEK,
    LONGEST_SERVICE,
    MINUTES_PER_DAY,
    PRIORITIES,
    Delegation,
    Flow,
    Gap,
    Lock,
    Meal,
    Occurrence,
    Person,
    Policy,
    ProblemError,
    Published,
    Second,
    Span,
    Worker,
)
from scheduling.engine.validation import unique_index, validate

__all__ = [
    "LARGEST_WEIGHT",
    "LATEST_MINUTE",
    "LATEST_OF_A_WEEK",
    "LONGEST_SERVICE",
    "MINUTES_PER_DAY",
    "PRIORITIES",
    "Delegation",
    "Flow",
    "Gap",
    "Lock",
    "Meal",
    "Occurrence",
    "Person",
    "Policy",
    "Problem",
    "ProblemError",
    "Published",
    "Second",
    "Span",
    "Worker",
]


@dataclass(frozen=True)
class Problem:
    """A whole planning problem.

    Attributes
    ----------
    travel
        (places, places) int32, minutes from row to column, 0 on the diagonal.

    Raises
    ------
    ProblemError
        If anything in it contradicts itself; the path names the field.
    """

    name: str
    week_start: str
    days: int
    travel: NDArray[np.int32]
    policy: Policy
    people: tuple[Person, ...]
    workers: tuple[Worker, ...]
    delegations: tuple[Delegation, ...]
    occurrences: tuple[Occurrence, ...]
    gaps: tuple[Gap, ...] = ()
    separate: tuple[tuple[str, str], ...] = ()
    locks: tuple[Lock, ...] = ()
    published: tuple[Published, ...] = ()
    flow: Flow | None = None
    person_index: dict[str, int] = field(init=False, repr=False, compare=False)
    worker_index: dict[str, int] = field(init=False, repr=False, compare=False)
    occurrence_index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "person_index", unique_index("people", self.people))
        object.__setattr__(self, "worker_index", unique_index("workers", self.workers))
        object.__setattr__(self, "occurrence_index", unique_index("occurrences", self.occurrences))
        validate(self)

    def replace(self, **changes: Any) -> Problem:
        """A variant with some fields changed, validated afresh."""
        return dataclasses.replace(self, **changes)

    def may_serve(self, worker: Worker, occurrence: Occurrence) -> bool:
        """Whether competence, delegation, gender and barring allow the pair (rule 1)."""
        person = self.people[self.person_index[occurrence.person]]
        if worker.id in person.barred_workers:
            return False
        if occurrence.gender is not None and worker.gender != occurrence.gender:
            return False
        if not occurrence.skills <= worker.skills:
            return False
        return worker.agency == occurrence.agency or all(
            (occurrence.agency, worker.agency, skill) in self._delegated for skill in occurrence.skills
        )

    @property
    def _delegated(self) -> frozenset[tuple[str, str, str]]:
        cached = self.__dict__.get("_delegated_cache")
        if cached is None:
            cached = frozenset((d.from_agency, d.to_agency, d.skill) for d in self.delegations)
            object.__setattr__(self, "_delegated_cache", cached)
        return cached
