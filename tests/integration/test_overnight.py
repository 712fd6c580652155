"""The night's work: opened once, for every area, whoever asks and however often."""

from __future__ import annotations

import datetime as dt
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config.celery import app
from hub.models import Need
from hub.recurrence import monday_of
from scheduling import tasks
from scheduling.models import OvernightJob, PlanningRun
from tests.factories.hub import make_agency, make_area, make_contact, make_person
from tests.factories.scheduling import make_run, make_week
from tests.factories.visits import make_shifts, make_worker
from visits.models import Rota
from visits.wall_clock import LONDON

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = dt.datetime(2027, 1, 13, 3, 30, tzinfo=LONDON)
NEXT_MONDAY = dt.date(2027, 1, 18)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs sent to the queue; what becomes of a message is tested with the queue."""
    keys: list[int] = []
    monkeypatch.setattr(tasks, "enqueue", keys.append)
    return keys


def test_every_area_gets_one_run_for_the_week_that_begins_next_monday(sent: list[int]) -> None:
    """Three areas, three runs, sent once the job is stored."""
    areas = [make_area() for _ in range(3)]
    job = tasks.open_night(now=NIGHT)
    assert job.night == dt.date(2027, 1, 13)
    assert {(run.area, run.week_start) for run in job.runs.all()} == {(a, NEXT_MONDAY) for a in areas}
    assert sorted(sent) == sorted(run.pk for run in job.runs.all())


def test_the_night_names_a_worker_for_whoever_has_none(sent: list[int]) -> None:
    """Who came most often lately is named before the week is planned."""
    area, agency = make_area(), make_agency()
    person, worker = make_person(agency, area=area), make_worker(agency, area)
    for days in (1, 2):
        make_contact(person, agency, starts_at=NIGHT - dt.timedelta(days=days), worker=worker.reference)
    tasks.open_night(now=NIGHT)
    assert person.named.worker == worker


def test_opened_twice_it_is_opened_once(sent: list[int]) -> None:
    """Two schedulers that fire in the same second make one night's work."""
    for _ in range(3):
        make_area()
    gate = threading.Barrier(2)

    def open_it() -> None:
        gate.wait(10)
        tasks.open_night(now=NIGHT)
        connection.close()

    both = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    tasks.open_night(now=NIGHT + dt.timedelta(hours=2))
    assert (OvernightJob.objects.count(), PlanningRun.objects.count(), len(sent)) == (1, 3, 3)


def test_the_next_night_is_another_job() -> None:
    """What is asked in the evening is for the next morning."""
    assert tasks.night_of(NIGHT) == dt.date(2027, 1, 13)
    assert tasks.night_of(NIGHT.replace(hour=22)) == dt.date(2027, 1, 14)


def test_an_area_that_is_being_planned_already_gets_no_second_run() -> None:
    """The run that goes on does the same work."""
    busy, idle = make_area(), make_area()
    make_run(busy, week_start=NEXT_MONDAY)
    assert [run.area for run in tasks.open_night(now=NIGHT).runs.all()] == [idle]


def test_the_schedule_names_tasks_that_exist_at_times_that_exist() -> None:
    """A name mistyped in the schedule would be found out at night; so would an hour that is skipped."""
    schedule = app.conf.beat_schedule
    app.loader.import_default_modules()
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)
    assert schedule["overnight"]["schedule"].hour == {3}


def overnight(**options: Any) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("overnight", stdout=out, **options)
    return out.getvalue()


def test_the_command_works_through_the_night_without_celery(settings: Any) -> None:
    """One area with a week to plan and one with nothing: two candidates, and a second call adds none."""
    settings.OVERNIGHT_SECONDS = 1
    week = make_week()
    make_area()
    monday = monday_of(tasks.night_of(timezone.now())) + dt.timedelta(days=7)
    Need.objects.update(starts_on=monday)
    week.worker.competences.update(starts_on=monday)
    for agreement in week.agency.agreements.all():
        agreement.starts_on = timezone.localdate()
        agreement.save()
    make_shifts(week.worker, *(monday + dt.timedelta(days=d) for d in range(5)))
    printed = overnight(wait=True)
    assert "2 areas" in printed
    assert "arrivals 5" in printed
    assert sorted(Rota.objects.values_list("placed", flat=True)) == [0, 10]
    overnight(wait=True)
    assert Rota.objects.count() == 2


def test_needs_that_no_area_holds_are_told_of() -> None:
    """A postcode that nobody knows puts a person outside every rota, and somebody has to hear of it."""
    week = make_week()
    Need.objects.update(starts_on=timezone.localdate())
    week.person.address.area = None
    week.person.address.save()
    assert "2 needs lie in no area" in overnight()


def test_the_command_says_which_areas_have_no_candidate(settings: Any) -> None:
    """An area whose policy cannot be used fails alone, and the command with it."""
    settings.OVERNIGHT_SECONDS = 1
    broken, _ = make_area(), make_area()
    broken.policies.create(weights={"arrival": -1}, set_at=NIGHT)
    with pytest.raises(CommandError, match="1 of 2 areas"):
        overnight(wait=True)
    assert Rota.objects.count() == 1
