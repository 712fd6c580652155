"""Celery tasks. Each carries at most a run's key, guards on the state in the database and may run twice."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from celery import shared_task
from celery.signals import task_postrun, worker_ready
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from hub.models import Area
from hub.recurrence import monday_of
from scheduling import repairs, runner, runs, selectors
from scheduling.models import OvernightJob, PlanningRun
from scheduling.reporting import counting, hours
from visits.services.naming import name_workers
from visits.wall_clock import LONDON, local_day

logger = logging.getLogger(__name__)
NOON = 12
DESK = "desk"  # the queue of questions that somebody waits for


@shared_task
def plan(run_pk: int) -> None:
    """Work on one planning run, if it is due for work."""
    runner.work(run_pk)


@shared_task
def mend(repair_pk: int) -> None:
    """Work on one repair, if it is due for work: at the desk, where it waits for no run."""
    repairs.work(repair_pk)


@shared_task(ignore_result=False, acks_late=False)
def ask(question: str, rota_pk: int, *codes: str) -> dict[str, Any]:
    """One question to the desk about an occurrence or a visit; whoever asks waits for the answer."""
    from scheduling import desk  # with the compiled code, which who only sends a task does not need

    return desk.answer(question, rota_pk, *codes, now=timezone.now())


@task_postrun.connect
def make_the_desk_ready(sender: Any, **_: Any) -> None:
    """Once an answer is out, what it was drawn from is renewed if that was due."""
    if sender.name == ask.name:
        from scheduling import desk

        desk.renew(now=timezone.now())


@worker_ready.connect
def load_the_desk(sender: Any, **_: Any) -> None:
    """The process that answers questions loads the compiled code before the first of them comes."""
    if DESK in sender.app.amqp.queues.consume_from:
        from scheduling import desk

        desk.warm()


@shared_task
def sweep() -> None:
    """Send every run that is due for work and that no message stands for: the queue is never trusted."""
    for pk in runs.due_for_sending().order_by("requested_at").values_list("pk", flat=True):
        enqueue(pk)
    for pk in repairs.due_for_sending().order_by("requested_at").values_list("pk", flat=True):
        enqueue_mending(pk)


@shared_task
def open_overnight() -> None:
    """Open tonight's re-planning of every area, once however often it is asked."""
    open_night(now=timezone.now())


@shared_task
def count_week(area_pk: int, week_start: str) -> None:
    """Keep for the reports what an area's week came to, as the rota in force has it now."""
    area, monday = Area.objects.get(pk=area_pk), date.fromisoformat(week_start)
    counting.count_week(area, monday)
    hours.count_hours(area, monday, now=timezone.now())


@shared_task
def count_what_is_missing() -> None:
    """Count every week that is not counted as it stands: what a lost message or a rolled back rota left."""
    weeks = {(rota.area_id, rota.week_start) for rota in counting.uncounted()}
    weeks |= set(counting.out_of_force().values_list("area", "week_start"))
    for area_pk, monday in sorted(weeks):
        count_week(area_pk, monday.isoformat())


@shared_task
def count_hours_ahead() -> None:
    """Keep for the reports what the weeks that come ask of which hour, and who is on."""
    now = timezone.now()
    for area in Area.objects.order_by("pk"):
        for monday in hours.weeks_ahead(local_day(now)):
            hours.count_hours(area, monday, now=now)


def enqueue_counting(area_pk: int, week_start: date) -> None:
    """Ask for a week to be counted; if the queue cannot be reached, the hourly look finds it."""
    try:
        count_week.delay(area_pk, week_start.isoformat())
    except OperationalError:
        logger.warning("the queue cannot be reached; a week waits to be counted")


def enqueue_mending(repair_pk: int) -> None:
    """Send a repair to the queue, ahead of what is less urgent; the sweep sends what could not be sent."""
    try:
        mend.delay(repair_pk)
    except OperationalError:
        logger.warning("the queue cannot be reached; repair number %s waits for the sweep", repair_pk)
        return
    repairs.mark_enqueued(repair_pk)


def enqueue(run_pk: int) -> bool:
    """Send a run to the queue; False if the queue cannot be reached, and then the sweep will send it."""
    try:
        plan.delay(run_pk)
    except OperationalError:
        logger.warning("the queue cannot be reached; run number %s waits for the sweep", run_pk)
        return False
    runs.mark_enqueued(run_pk)
    return True


def open_night(*, now: datetime) -> OvernightJob:
    """The job of the night around `now`, with one run for each area, for the week that begins next Monday.

    The present week is left as it is: people already count on it. An area that somebody is planning for
    that week at this moment gets no second run. People without a named worker are given the one who
    came most often lately, before anything is planned.
    """
    night = night_of(now)
    week_start = monday_of(night) + timedelta(days=7)
    with transaction.atomic():
        job, opened = OvernightJob.objects.get_or_create(night=night, defaults={"opened_at": now})
        if opened:
            areas = list(Area.objects.order_by("pk"))
            for area in areas:
                name_workers(area=area, on=night)
            made = PlanningRun.objects.bulk_create(
                [
                    PlanningRun(
                        area=area,
                        week_start=week_start,
                        overnight=job,
                        seconds=settings.OVERNIGHT_SECONDS,
                        requested_at=now,
                    )
                    for area in areas
                ],
                ignore_conflicts=True,
            )
            logger.info("overnight %s opened for %s areas", job.night, len(made))
            if lost := selectors.needs_in_no_area(on=night).count():
                logger.warning("%s needs lie in no area, so no rota asks for them", lost)
            for pk in job.runs.order_by("pk").values_list("pk", flat=True):
                transaction.on_commit(partial(enqueue, pk))
    return job


def night_of(now: datetime) -> date:
    """The morning that a night's work is for: today's until noon, then tomorrow's."""
    today = local_day(now)
    return today if now.astimezone(LONDON).hour < NOON else today + timedelta(days=1)
