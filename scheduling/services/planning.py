"""Ask for a planning run, and call one off."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from hub.models import Agency, Area, SharingAgreement, User
from hub.selectors import agencies_planned_together
from scheduling import runs, tasks
from scheduling.models import PlanningRun, StabilityBudget
from visits.wall_clock import local_day

Purpose, Item = SharingAgreement.Purpose, SharingAgreement.Item
MOST_SECONDS = (
    3600  # half of the queue's visibility timeout, so that no message comes back while its run goes on
)
MONDAY = 0
Status = PlanningRun.Status


class PlanningRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Why no run was begun, as a sentence."""


def request(
    *,
    area: Area,
    week_start: date,
    by: User | None,
    now: datetime,
    seconds: int | None = None,
    seed: int = 1,
    agency: Agency | None = None,
    weights: dict[str, Any] | None = None,
) -> PlanningRun:
    """A new run for an area's week, sent to the queue once the transaction has committed.

    With `weights` it is a what-if, and the policy in force stays as it is. With `agency`, that agency is
    planned alone, for comparison, and no rota comes of it. A queue that cannot be reached is no reason to
    refuse: the sweep sends the run. Raises PlanningRefused if one is going on for the same area, week and
    agency, if no agreement lets anybody plan, or the wish cannot be.
    """
    seconds = settings.PLANNING_SECONDS if seconds is None else seconds
    if week_start.weekday() != MONDAY:
        raise PlanningRefused(f"{week_start:%a %d %b %Y} is not a Monday.")
    if not 1 <= seconds <= MOST_SECONDS:
        raise PlanningRefused(f"A run may take 1 to {MOST_SECONDS} seconds, not {seconds}.")
    if agency is None and not agencies_planned_together(on=local_day(now)).exists():
        raise PlanningRefused(
            f"No sharing agreement in force covers “{Item.NEEDS.label}”"
            f" for {Purpose.COORDINATION.label.lower()}, so nothing may be planned."
        )
    try:
        with transaction.atomic():
            run = PlanningRun.objects.create(
                area=area,
                week_start=week_start,
                agency=agency,
                weights=weights,
                seconds=seconds,
                seed=seed,
                requested_at=now,
                requested_by=by,
            )
            transaction.on_commit(partial(tasks.enqueue, run.pk))
    except IntegrityError as error:
        if "one_run_at_a_time" not in str(error):
            raise
        raise PlanningRefused("This week is being planned already; follow that run or cancel it.") from error
    return run


def cancel(*, run: PlanningRun, by: User | None, now: datetime) -> None:
    """Call the run off. If it is under way its worker stops it within seconds and keeps the best plan found.

    A run that nobody works on, or whose worker has died, ends at once; one that has ended stays as it is.
    """
    with transaction.atomic():
        held = PlanningRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.status not in (Status.QUEUED, Status.RUNNING) or held.cancel_requested_at is not None:
            return
        held.cancel_requested_at, held.cancel_requested_by = now, by
        if runs.due_for_work().filter(pk=run.pk).exists():  # nobody is at work who could stop
            held.status, held.finished_at = Status.CANCELLED, now
        held.save(update_fields=["cancel_requested_at", "cancel_requested_by", "status", "finished_at"])


def set_budget(
    *, area: Area, most_people: int | None, most_visits: int | None, by: User, now: datetime
) -> StabilityBudget:
    """How much a run of the area may change of the published rota from now on; None is no bound."""
    return StabilityBudget.objects.create(
        area=area, most_people=most_people, most_visits=most_visits, set_by=by, set_at=now
    )
