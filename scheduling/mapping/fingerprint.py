"""Whether the same question still has the same answer: one hash over all that a week is planned from.

Who has met whom is left out: it changes with every visit made and makes no plan wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from scheduling.engine.problem import Problem
from scheduling.mapping.due import Asked

# What changed, in the words that a coordinator reads when publishing is refused.
KINDS = {
    "agencies": "which agencies here may be planned together",
    "needs": "what is asked: a need, its times, a gap or what must stay separate",
    "cancellations": "the visits called off",
    "people": "where people live, their named workers or the workers barred from them",
    "workers": "the workers: who they are, where they start or their hours",
    "skills": "what workers may do: competences or delegations",
    "shifts": "when workers are on, or the rest they need after a neighbouring week",
    "published": "the published rota",
    "policy": "the weights of the policy",
}


def hashes(problem: Problem, asked: Asked, coordinates: Sequence[tuple[float, float]]) -> dict[str, str]:
    """The hash of each kind of input."""
    return {kind: _sha256(value) for kind, value in _inputs(problem, asked, coordinates).items()}


def overall(hashes: dict[str, str]) -> str:
    """One hash over all kinds."""
    return _sha256(sorted(hashes.items()))


def _inputs(problem: Problem, asked: Asked, coordinates: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {
        "agencies": sorted({item.agency for item in (*problem.occurrences, *problem.workers)}),
        "needs": [
            [_plain(asdict(occurrence)) for occurrence in problem.occurrences],
            [asdict(gap) for gap in problem.gaps],
            problem.separate,
            sorted(due.code for due in asked.no_location),
        ],
        "cancellations": sorted(due.code for due in asked.cancelled),
        "people": [
            [person.id, coordinates[person.place], person.named_worker, sorted(person.barred_workers)]
            for person in problem.people
        ],
        "workers": [
            [w.id, w.agency, w.gender, w.max_week_minutes, coordinates[w.place]] for w in problem.workers
        ],
        "skills": [
            [[w.id, sorted(w.skills)] for w in problem.workers],
            [asdict(delegation) for delegation in problem.delegations],
        ],
        "shifts": [[w.id, [asdict(shift) for shift in w.shifts]] for w in problem.workers],
        "published": [asdict(item) for item in problem.published],
        "policy": asdict(problem.policy),
    }


def _plain(occurrence: dict[str, Any]) -> dict[str, Any]:
    return {**occurrence, "skills": sorted(occurrence["skills"])}


def _sha256(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
