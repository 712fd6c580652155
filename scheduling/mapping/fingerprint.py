"""Whether the same question still has the same answer: one hash over all that a week is planned from.

Who has met whom is left out: it changes with every visit made and makes no plan wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from scheduling.engine.problem import Occurrence, Problem
from scheduling.mapping.due import Asked

# What changed, in the words that a coordinator reads when publishing is refused.
KINDS = {
    "agencies": "which agencies here may be planned together",
    "needs": "what is asked: a need, its times or the person's, a gap or what must stay separate",
    "cancellations": "the visits called off",
    "people": "where people live, their named workers or the workers barred from them",
    "workers": "the workers: who they are, where they start or their hours",
    "skills": "what workers may do: competences or delegations",
    "shifts": "when workers are on or away, or the rest they need after a neighbouring week",
    "roads": "the road network that travel is measured by",
    "published": "the published rota",
    "policy": "the weights of the policy",
    "locks": "what is locked",
}


def hashes(
    problem: Problem,
    free: Sequence[Occurrence],
    days: Mapping[str, date],
    asked: Asked,
    coordinates: Sequence[tuple[float, float]],
    roads: str,
) -> dict[str, str]:
    """The hash of each kind of input.

    `free` are the occurrences as asked, `days` those locked to a day, `roads` the stamp of the network, empty
    if there is none.
    """
    kinds = _inputs(problem, free, days, asked, coordinates) | {"roads": roads}
    return {kind: _sha256(value) for kind, value in kinds.items()}


def overall(hashes: dict[str, str]) -> str:
    """One hash over all kinds."""
    return _sha256(sorted(hashes.items()))


def _inputs(
    problem: Problem,
    free: Sequence[Occurrence],
    days: Mapping[str, date],
    asked: Asked,
    coordinates: Sequence[tuple[float, float]],
) -> dict[str, Any]:
    return {
        "agencies": sorted({item.agency for item in (*problem.occurrences, *problem.workers)}),
        "needs": [
            free,
            problem.gaps,
            problem.separate,
            sorted(due.code for due in asked.no_location),
        ],
        "cancellations": sorted(due.code for due in asked.cancelled),
        "people": [
            [person.id, coordinates[person.place], person.named_worker, person.barred_workers]
            for person in problem.people
        ],
        "workers": [
            [w.id, w.agency, w.gender, w.max_week_minutes, coordinates[w.place]] for w in problem.workers
        ],
        "skills": [[[w.id, w.skills] for w in problem.workers], problem.delegations],
        "shifts": [[w.id, w.shifts] for w in problem.workers],
        "published": problem.published,
        "policy": problem.policy,
        "locks": [problem.locks, sorted((code, day.isoformat()) for code, day in days.items())],
    }


def _sha256(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(item: Any) -> list[Any]:
    """Sets in order; the engine's own things as their fields."""
    if isinstance(item, frozenset):
        return sorted(item)
    return [getattr(item, name) for name in item.__slots__]
