"""A planning run from claim to candidate rota. May be called twice or by two workers: one effect."""

from __future__ import annotations

import dataclasses
import logging
import time
import traceback
from typing import Any

from django.db import OperationalError, connection, transaction

from scheduling import child, leases, mapping, runs, selectors
from scheduling.engine.check import check
from scheduling.engine.problem import Problem, ProblemError
from scheduling.engine.solution import Solution
from scheduling.mapping import Mapped, stability
from scheduling.models import PlanningRun
from scheduling.travel.errors import RoadFileError
from visits.wall_clock import local_day

logger = logging.getLogger(__name__)
Status = PlanningRun.Status
DEARER = (1, 10, 100)  # times the price of a change, until a plan keeps to the stability budget
MOST_NAMED = 5  # broken rules told of in a run's error


class RunFailedError(Exception):
    """Why there is no rota, in words that hold nothing personal."""


def work(pk: int) -> None:
    """Plan the run if it is due for work; otherwise nothing. The outcome is in the run's row."""
    run = runs.claim(pk)
    if run is None:
        return
    try:
        _plan(run)
    except RunFailedError as failure:
        _fail(run, str(failure))
    except child.ChildDiedError as death:
        logger.warning("run %s: the optimiser died of %s in attempt %s", run.public_id, death, run.attempt)
        runs.let_go(run)
    except runs.LeaseLostError:
        logger.warning("run %s: attempt %s came too late and was refused", run.public_id, run.attempt)
    except OperationalError:  # the database is gone: the lease runs out and the sweep tries again
        logger.warning("run %s: the database went away in attempt %s", run.public_id, run.attempt)
        connection.close()
    except Exception as error:
        # The message and the values in it may be personal; the places in the code are not.
        places = "".join(traceback.format_tb(error.__traceback__))
        logger.error("run %s: %s\n%s", run.public_id, type(error).__name__, places)
        _fail(run, f"An error of the program ({type(error).__name__}); the log says where.")
    except BaseException:  # Ctrl-C, or a worker told to end at once
        runs.let_go(run)
        raise


def _plan(run: PlanningRun) -> None:
    agencies = None if run.agency is None else [run.agency]
    today = local_day(leases.database_time())
    try:
        weights = run.weights
        policy = selectors.policy(run.area) if weights is None else selectors.policy_from(weights)
        mapped = mapping.build(run.area, run.week_start, agencies=agencies, on=today, policy=policy)
    except ProblemError as error:
        raise RunFailedError(f"What is to be planned contradicts itself: {error}") from error
    except RoadFileError as error:
        raise RunFailedError(f"Travel cannot be measured: {error}.") from error
    solution = _within_budget(run, mapped)
    if solution is None:
        runs.finish(run, Status.CANCELLED)
        return
    _refuse_broken(mapped, solution)
    _save(run, mapped, solution)


def _within_budget(run: PlanningRun, mapped: Mapped) -> Solution | None:
    """The best plan that changes no more of the published rota than the area allows; None if called off.

    A plan over the budget is sought again, from the published rota, with a dearer price of a change.
    """
    if not mapped.problem.occurrences:
        return Solution(())
    budget, policy = selectors.stability_budget(run.area), mapped.problem.policy
    pulse = _Pulse(run)
    for factor in DEARER:
        dearer = dataclasses.replace(policy, change=max(policy.change, 1) * factor)
        problem = mapped.problem if factor == 1 else mapped.problem.replace(policy=dearer)
        solution = _solve(run, problem, pulse)
        if solution is None or budget is None or run.agency is not None:
            return solution
        used = stability.used(mapped.problem, solution)
        if used.is_within(budget.most_people, budget.most_visits):
            return solution
        if pulse.is_cancelled:
            return None
    raise RunFailedError(
        f"The most stable plan found still changes the worker of {used.visits} published visits"
        f" ({_bound(budget.most_visits)}) and costs {used.people} people their named worker"
        f" ({_bound(budget.most_people)}): more than the area's stability budget. Raise the budget, or lock"
        " less, and plan again."
    )


def _bound(most: int | None) -> str:
    return "no bound" if most is None else f"at most {most}"


def _solve(run: PlanningRun, problem: Problem, pulse: _Pulse) -> Solution | None:
    try:
        return child.solve(
            problem,
            seconds=run.seconds,
            seed=run.seed,
            tick=pulse.tick,
            initial=mapping.published_plan(problem),
        )
    except child.ChildRefusedError as refusal:
        raise RunFailedError(f"The optimiser ended without a plan ({refusal}).") from refusal
    except ProblemError as error:
        raise RunFailedError(f"The optimiser's plan cannot be read: {error}") from error


def _refuse_broken(mapped: Mapped, solution: Solution) -> None:
    """A plan that breaks a rule never becomes a rota, whoever made it."""
    if broken := check(mapped.problem, solution):
        told = "; ".join(str(violation) for violation in broken[:MOST_NAMED])
        raise RunFailedError(f"The optimiser's plan breaks {len(broken)} rules: {told}")


def _save(run: PlanningRun, mapped: Mapped, solution: Solution) -> None:
    with transaction.atomic():
        runs.hold(run)
        cancelled = PlanningRun.objects.filter(pk=run.pk, cancel_requested_at__isnull=False).exists()
        fields: dict[str, Any] = {"figures": mapping.figures(solution, mapped)}
        if run.agency is None:
            fields["rota"] = mapping.save(solution, mapped, run, now=leases.database_time())
        runs.finish(run, Status.CANCELLED if cancelled else Status.DONE, **fields)


def _fail(run: PlanningRun, error: str) -> None:
    try:
        runs.finish(run, Status.FAILED, error=error)
    except runs.LeaseLostError:
        logger.warning("run %s: attempt %s came too late and was refused", run.public_id, run.attempt)


class _Pulse:
    """Extends the lease each second; rides out a database that is away for less than the lease."""

    def __init__(self, run: PlanningRun) -> None:
        self.run = run
        self.last = time.monotonic()
        self.is_cancelled = False

    def tick(self, progress: dict[str, Any]) -> bool:
        try:
            cancelled = runs.beat(self.run, progress)
        except OperationalError:
            connection.close()
            if time.monotonic() - self.last > runs.LEASE.total_seconds():
                raise
            return False
        self.last = time.monotonic()
        self.is_cancelled = self.is_cancelled or cancelled
        return cancelled
