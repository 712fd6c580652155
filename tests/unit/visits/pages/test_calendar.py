"""A worker's calendar: a secret address, one's own visits, and nobody's name."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from hub.models import AuditEvent, Person, Role
from tests.factories.hub import logged_in, make_agency, make_area, make_need, make_person, make_user
from tests.factories.visits import MONDAY, NOW, make_rota, make_visit, make_worker
from visits.models import CalendarFeed, Rota, Visit, Worker
from visits.services import calendars

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


@pytest.fixture
def mabel() -> Person:
    """Who is visited: at 1 Mill Row, for her insulin."""
    return make_person(make_agency("carers"), area=make_area("north"), family_name="Quixworthy")


@pytest.fixture
def worker(mabel: Person) -> Worker:
    """A worker with a log-in and a published visit to Mabel on Monday at eight."""
    agency = mabel.source_records.get().agency
    one = make_worker(agency, mabel.address.area, user=make_user(Role.FIELD_WORKER, agency=agency))
    rota = make_rota(mabel.address.area, status="published")
    make_visit(rota, one, make_need(mabel, agency, title="Insulin"), make_need(mabel, agency), start="08:00")
    return one


def make_key(worker: Worker) -> str:
    """The secret of the worker's calendar."""
    return calendars.make(worker=worker, by=worker.user, now=NOW)


def read(key: str, **headers: str) -> Any:
    """What a phone gets that asks with this secret; nobody is logged in."""
    return Client(headers=headers).get(reverse("calendar"), {"key": key})


def events(key: str) -> list[Any]:
    """The events of the calendar."""
    return list(Calendar.from_ical(read(key).content).walk("VEVENT"))


def test_a_visit_is_told_by_the_clocks_of_norfolk_with_their_rules(worker: Worker) -> None:
    """Monday 08:00 to 09:00, in London's time as RFC 5545 describes it, in NR11."""
    answer = read(make_key(worker))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]
    (event,) = calendar.walk("VEVENT")
    assert "DTSTART;TZID=Europe/London:20270111T080000" in answer.content.decode()
    assert event.decoded("dtend") - event.decoded("dtstart") == dt.timedelta(hours=1)
    assert (event["summary"], event["location"]) == ("Visit", "NR11")
    assert event["url"].endswith("/my-day/2027-01-11/")


def test_nobody_is_named_in_it_and_a_restricted_home_not_even_by_its_district(
    worker: Worker, mabel: Person
) -> None:
    """No name, street, task or id of anybody, and whoever reads the calendar has seen no person's record."""
    key = make_key(worker)
    text = read(key).content.decode()
    for secret in ("Quixworthy", "Mabel", "Mill Row", "6AA", "Insulin", "Morning", str(mabel.public_id)):
        assert secret not in text
    Person.objects.update(restricted=True)
    assert "location" not in events(key)[0]
    assert not AuditEvent.objects.exists()


def test_a_new_version_keeps_the_call_and_drops_what_is_gone(worker: Worker) -> None:
    """The same call at another time is the same event with a higher number; without it the event is gone."""
    key, first = make_key(worker), Rota.objects.get()
    (before,) = events(key)
    need = Visit.objects.get().parts.first().need
    Visit.objects.update(is_published=False)
    Rota.objects.update(status="superseded")
    second = make_rota(first.area, status="published", created_at=NOW + dt.timedelta(hours=1))
    make_visit(second, worker, need, start="10:00")
    (after,) = events(key)
    assert after["uid"] == before["uid"]
    assert (before["sequence"], after["sequence"]) == (1, 2)
    assert after.decoded("dtstart") - before.decoded("dtstart") == dt.timedelta(hours=2)
    Visit.objects.update(is_published=False)
    assert events(key) == []


def test_a_phone_that_has_it_already_is_told_so(worker: Worker) -> None:
    """The same tag until something changes; when it was published stands in the answer."""
    key = make_key(worker)
    answer = read(key)
    assert answer.headers["Last-Modified"] == "Wed, 13 Jan 2027 09:00:00 GMT"
    assert read(key, **{"if-none-match": answer.headers["ETag"]}).status_code == 304
    Visit.objects.update(starts_at=NOW, ends_at=NOW + dt.timedelta(hours=1))
    assert read(key, **{"if-none-match": answer.headers["ETag"]}).status_code == 200


def test_the_secret_is_kept_nowhere(worker: Worker, caplog: pytest.LogCaptureFixture, capsys: Any) -> None:
    """Not in the database, not in a log, also when it is refused; it is shown once."""
    client = logged_in(worker.user)
    page = client.post(reverse("own-calendar"), {"do": "make"}).content.decode()
    key = re.search(r"key=([\w-]+)", page)[1]
    with caplog.at_level(logging.DEBUG):
        assert read(key).status_code == 200
        calendars.revoke(worker=worker, by=worker.user, now=NOW)
        assert read(key).status_code == 410
    assert key not in caplog.text
    call_command("dumpdata", "visits", "hub", "sessions")
    assert key not in capsys.readouterr().out
    assert key not in client.get(reverse("own-calendar")).content.decode()


def test_one_address_at_a_time_and_none_for_who_has_left(worker: Worker) -> None:
    """A new one ends the one before; a worker or log-in switched off, or no secret at all, opens nothing."""
    first, second = make_key(worker), make_key(worker)
    assert (read(first).status_code, read(second).status_code) == (410, 200)
    assert CalendarFeed.objects.get(revoked_at=None).last_read_at.date() == NOW.date()
    assert read("").status_code == 410
    worker.user.is_active = False
    worker.user.save()
    assert read(second).status_code == 410
    worker.user.is_active = True
    worker.user.save()
    Worker.objects.update(is_active=False)
    assert read(second).status_code == 410


def test_another_workers_visits_and_drafts_are_not_in_it(worker: Worker, mabel: Person) -> None:
    """Only one's own, only what is published."""
    other = make_worker(worker.agency, worker.area)
    make_visit(Rota.objects.get(), other, make_need(mabel, worker.agency), start="12:00")
    draft = make_rota(worker.area)
    make_visit(draft, worker, make_need(mabel, worker.agency), start="15:00")
    assert len(events(make_key(worker))) == 1


def test_the_worker_and_the_own_manager_may_switch_it_off(worker: Worker) -> None:
    """The worker on the own page, the manager on the worker's; nobody else."""
    key = make_key(worker)
    address = reverse("calendar-revoke", args=[worker.public_id])
    stranger = logged_in(make_user(Role.AGENCY_MANAGER, agency=make_agency()))
    assert stranger.post(address).status_code == 404
    planner = logged_in(make_user(Role.COORDINATOR, worker.area, agency=worker.agency))
    assert planner.post(address).status_code == 403
    assert read(key).status_code == 200
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=worker.agency))
    assert "Switch it off" in manager.get(reverse("worker", args=[worker.public_id])).content.decode()
    manager.post(address)
    assert read(key).status_code == 410
    again = make_key(worker)
    logged_in(worker.user).post(reverse("own-calendar"), {"do": "revoke"})
    assert read(again).status_code == 410


def test_on_the_night_of_a_clock_change_the_time_is_what_the_clocks_show(
    worker: Worker, mabel: Person
) -> None:
    """Sunday 28 March 2027, half past two in summer time, is half past one in UTC."""
    monday, sunday = dt.date(2027, 3, 22), dt.date(2027, 3, 28)
    rota = make_rota(worker.area, week_start=monday, status="published")
    make_visit(rota, worker, make_need(mabel, worker.agency), day=sunday, start="02:30")
    with time_machine.travel(dt.datetime(2027, 3, 24, 9, tzinfo=dt.UTC), tick=False):
        key = make_key(worker)
        assert "DTSTART;TZID=Europe/London:20270328T023000" in read(key).content.decode()
        (event,) = events(key)
    assert event.decoded("dtstart").astimezone(dt.UTC).hour == 1
    assert monday > MONDAY
