"""The hard rules of one worker's week, without a solver: 3 to 6 of docs/engine.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from scheduling.engine.parts import MINUTES_PER_DAY, Worker
from scheduling.engine.rounds import Round, Service, is_joined, rounds_of

if TYPE_CHECKING:
    from scheduling.engine.problem import Problem


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its name, the ids it speaks of, and a sentence with the minutes."""

    rule: str
    ids: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


def clock(minute: int) -> str:
    """A minute of the week as people say it, with the number itself: ``day 1 07:30 (1890)``."""
    day, rest = divmod(minute, MINUTES_PER_DAY)
    return f"day {day} {rest // 60:02d}:{rest % 60:02d} ({minute})"


def worker_violations(
    problem: Problem, worker: Worker, services: Iterable[Service], separate: frozenset[tuple[str, str]]
) -> list[Violation]:
    """Every rule that one worker's services break together.

    `separate` holds the pairs that may not share a visit, in both directions (`separate_pairs`).
    """
    rounds = rounds_of(problem, worker, services)
    found: list[Violation] = []
    for round_ in rounds:
        found += _shift(problem, round_)
        found += _travel(problem, round_)
        found += _visits(problem, round_, separate)
        found += _break(problem, round_)
    found += _rest(problem, rounds)
    found += _hours(problem, worker, rounds)
    return found


def separate_pairs(problem: Problem) -> frozenset[tuple[str, str]]:
    """The keep-separate pairs, in both directions."""
    return frozenset(problem.separate) | frozenset((b, a) for a, b in problem.separate)


def needed_between(problem: Problem, before: Service, after: Service) -> int:
    """Minutes a worker needs between two services: travel and allowance, or nothing within a visit."""
    if is_joined(problem, before, after):
        return 0
    allowance = problem.policy.arrival_allowance
    if before.occurrence.person == after.occurrence.person:
        return allowance
    return int(problem.travel[before.place, after.place]) + allowance


def _shift(problem: Problem, round_: Round) -> Iterator[Violation]:
    worker, ids = round_.worker, tuple(s.occurrence.id for s in round_.services)
    if round_.shift is None:
        for service in round_.services:
            message = (
                f"{worker.id} serves {service.occurrence.id} at {clock(service.start)}, outside every shift"
            )
            yield Violation("shift", (worker.id, service.occurrence.id), message)
        return
    leave, back = round_.leave(problem), round_.back(problem)
    if leave < round_.shift.start:
        message = (
            f"{worker.id} has to leave at {clock(leave)} to serve {ids[0]}, "
            f"before the shift starts at {clock(round_.shift.start)}"
        )
        yield Violation("shift", (worker.id, ids[0]), message)
    if back > round_.shift.end:
        message = (
            f"{worker.id} is back from {ids[-1]} at {clock(back)}, "
            f"after the shift ends at {clock(round_.shift.end)}"
        )
        yield Violation("shift", (worker.id, ids[-1]), message)


def _travel(problem: Problem, round_: Round) -> Iterator[Violation]:
    for before, after in pairwise(round_.services):
        needed = needed_between(problem, before, after)
        if after.start - before.end < needed:
            message = (
                f"{round_.worker.id} ends {before.occurrence.id} at {clock(before.end)} and begins "
                f"{after.occurrence.id} at {clock(after.start)}: {after.start - before.end} minutes "
                f"between them, {needed} are needed"
            )
            yield Violation("travel", (round_.worker.id, before.occurrence.id, after.occurrence.id), message)


def _visits(problem: Problem, round_: Round, separate: frozenset[tuple[str, str]]) -> Iterator[Violation]:
    worker = round_.worker
    for visit in round_.visits(problem):
        if len(visit) == 1:
            continue
        others = ", ".join(service.occurrence.id for service in visit)
        for service in visit:
            if not service.occurrence.mergeable:
                message = (
                    f"{service.occurrence.id} must stand alone, but shares the visit of {worker.id} "
                    f"at {clock(visit[0].start)} with others ({others})"
                )
                yield Violation("mergeable", (worker.id, service.occurrence.id), message)
        for one, other in combinations(visit, 2):
            if (one.occurrence.id, other.occurrence.id) in separate:
                message = (
                    f"{one.occurrence.id} and {other.occurrence.id} must be kept separate, but share "
                    f"the visit of {worker.id} at {clock(visit[0].start)}"
                )
                yield Violation("separate", (worker.id, one.occurrence.id, other.occurrence.id), message)


def _break(problem: Problem, round_: Round) -> Iterator[Violation]:
    policy, services = problem.policy, round_.services
    span = services[-1].end - services[0].start
    if span <= policy.break_after:
        return
    idle = max((b.start - a.end - needed_between(problem, a, b) for a, b in pairwise(services)), default=0)
    if idle < policy.break_minutes:
        message = (
            f"{round_.worker.id} works from {clock(services[0].start)} to {clock(services[-1].end)}, "
            f"{span} minutes, and the longest idle time is {max(idle, 0)} minutes, "
            f"{policy.break_minutes} are needed"
        )
        yield Violation("break", (round_.worker.id, *(s.occurrence.id for s in services)), message)


def _rest(problem: Problem, rounds: list[Round]) -> Iterator[Violation]:
    for before, after in pairwise(rounds):
        rest = after.leave(problem) - before.back(problem)
        if rest < problem.policy.rest and not before.is_same_day(after):
            message = (
                f"{before.worker.id} is back at {clock(before.back(problem))} and leaves again at "
                f"{clock(after.leave(problem))}: {rest} minutes of rest, {problem.policy.rest} are needed"
            )
            ids = (before.services[-1].occurrence.id, after.services[0].occurrence.id)
            yield Violation("rest", (before.worker.id, *ids), message)


def _hours(problem: Problem, worker: Worker, rounds: list[Round]) -> Iterator[Violation]:
    worked = sum(round_.back(problem) - round_.leave(problem) for round_ in rounds)
    if worked > worker.max_week_minutes:
        message = f"{worker.id} works {worked} minutes in the week, {worker.max_week_minutes} are allowed"
        yield Violation("hours", (worker.id,), message)
