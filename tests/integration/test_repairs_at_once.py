"""Two coordinators accept two repairs of one rota at once: one is in force, the other is told."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from hub.models import Role
from scheduling.models import Repair
from scheduling.services import publishing
from tests.factories.hub import logged_in, make_user
from tests.factories.scheduling import make_candidate, make_week
from tests.factories.visits import MONDAY
from visits.models import Rota
from visits.wall_clock import moment

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE_THE_WEEK = moment(MONDAY - dt.timedelta(days=1), dt.time(12))


def both_accept(monkeypatch: pytest.MonkeyPatch, time_machine: Any, *, wait: float) -> list[Any]:
    """What each accept comes to, as a status or what was raised; both have judged before either acts."""
    time_machine.move_to(BEFORE_THE_WEEK, tick=True)
    week = make_week()
    published = publishing.publish(rota=make_candidate(week), by=None, now=BEFORE_THE_WEEK)
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    repairs = [
        Repair.objects.create(
            of=published,
            kind=Repair.Kind.ABSENCE,
            requested_at=BEFORE_THE_WEEK,
            requested_by=by,
            status=Repair.Status.DONE,
            rota=make_candidate(week, start=start),
            found={"changed": [], "gone": [], "lost_locks": [], "stretched": [], "people": 0},
        )
        for start in ("08:20", "09:00")
    ]
    meeting, judge = threading.Barrier(2), publishing._refuse_if_wrong

    def judge_together(*given: Any, **how: Any) -> None:
        judge(*given, **how)
        with suppress(threading.BrokenBarrierError):  # the other may wait for the lock and cannot come
            meeting.wait(timeout=wait)

    monkeypatch.setattr(publishing, "_refuse_if_wrong", judge_together)
    told: list[Any] = [None, None]
    clients = [logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency)) for _ in repairs]

    def accept(number: int) -> None:
        try:
            address = reverse("repair-decide", args=[repairs[number].public_id])
            told[number] = clients[number].post(address, {"do": "accept"}).status_code
        except Exception as error:
            told[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Rota.objects.filter(status="published").count() == 1
    return told


def test_of_two_repairs_accepted_at_once_one_is_in_force_and_the_other_is_told(
    monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    """The second waits its turn, sees that the rota it repairs is no longer in force, and says so."""
    assert sorted(both_accept(monkeypatch, time_machine, wait=1)) == [302, 409]


def test_without_the_lock_the_second_falls_over_the_table(
    monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    """The control: the table still lets one be in force, but nobody is told in words."""

    def hold(rota: Rota) -> tuple[Rota, list[Rota]]:
        found = Rota.objects.filter(area=rota.area_id, week_start=rota.week_start).select_related("area")
        return found.get(pk=rota.pk), list(found.exclude(pk=rota.pk))

    monkeypatch.setattr(publishing, "_hold", hold)
    told = both_accept(monkeypatch, time_machine, wait=30)
    assert IntegrityError in [type(one) for one in told]
