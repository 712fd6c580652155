"""Which hard rules a plan breaks, and for which of them a person may answer.

docs/decisions/0084-overrides-cover-one-breach.md says which and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scheduling.engine.check import Violation, check
from scheduling.engine.rounds import rounds_of, services_by_worker
from scheduling.engine.solution import Solution
from scheduling.mapping.building import Mapped
from visits.models import Override
from visits.wall_clock import local_day

# A human may answer for these; time, place and what medicine forbids answer to nobody.
ANSWERABLE = {"barred", "gender", "skills", "delegation", "window", "hours"}
AT_MOST = {"hours"}  # who answered for so many minutes has answered for fewer


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken rule; `said` is the check's sentence, in codes."""

    rule: str
    ids: tuple[str, ...]
    said: str
    amount: int
    is_answerable: bool

    def is_within(self, other: Breach | Override) -> bool:
        """Whether it is the same breach, or a smaller one of the same kind."""
        if (self.rule, self.ids) != (other.rule, tuple(other.ids)):
            return False
        return self.amount <= other.amount if self.rule in AT_MOST else self.said == other.said


def answered(breach: Breach, mapped: Mapped, **fields: Any) -> Override:
    """The row by which somebody answers for the breach, not saved; `fields`: who, when, why and where."""
    due = mapped.due.get(breach.ids[0])
    return Override(
        need=due.need if due else None,
        rule=breach.rule,
        ids=list(breach.ids),
        said=breach.said,
        amount=breach.amount,
        **fields,
    )


def breaches(mapped: Mapped, plan: Solution) -> list[Breach]:
    """Every hard rule that the plan breaks."""
    worked = None
    found = []
    for violation in check(mapped.problem, plan):
        amount = 0
        if violation.rule in AT_MOST:
            worked = worked or _minutes(mapped, plan)
            amount = worked[violation.ids[0]]
        rule = (
            "lock"
            if violation.rule == "window" and _on_another_day(mapped, plan, violation)
            else violation.rule
        )
        is_answerable = rule == violation.rule and _answerable(mapped, violation)
        found.append(Breach(rule, violation.ids, violation.message, amount, is_answerable))
    return found


def not_within(found: Iterable[Breach], others: Iterable[Breach | Override]) -> list[Breach]:
    """Of these breaches, those that none of the others covers."""
    known = list(others)
    return [breach for breach in found if not any(breach.is_within(other) for other in known)]


def _on_another_day(mapped: Mapped, plan: Solution, violation: Violation) -> bool:
    """Whether it is off its locked day: a window that a lock has narrowed is no band to answer for."""
    day = mapped.held.days.get(violation.ids[0])
    starts = (a.start for a in plan.assignments if a.occurrence == violation.ids[0])
    return day is not None and any(local_day(mapped.clock.at(start)) != day for start in starts)


def _answerable(mapped: Mapped, violation: Violation) -> bool:
    rule, ids = violation.rule, violation.ids
    if rule == "window" and ids[0] in mapped.due:
        return not mapped.due[ids[0]].need.time_critical
    return rule in ANSWERABLE


def _minutes(mapped: Mapped, plan: Solution) -> dict[str, int]:
    """Minutes worked in the week, by worker."""
    problem = mapped.problem
    found = {}
    for name, services in services_by_worker(problem, plan).items():
        rounds = rounds_of(problem, problem.workers[problem.worker_index[name]], services)
        found[name] = sum(one.back(problem) - one.leave(problem) for one in rounds)
    return found
