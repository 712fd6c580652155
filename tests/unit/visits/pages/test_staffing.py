"""Shifts by week and workers by hand: clocks that change, overlaps, the past, and who may."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from hub.models import AuditEvent, Role, User
from tests.factories.hub import logged_in, make_agency, make_area, make_postcode, make_skill, make_user
from tests.factories.visits import NOW, make_shift, make_worker
from visits.models import Shift, Worker
from visits.wall_clock import moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
SAID = {"start": "22:00", "end": "06:00", "weeks": "1"}


@pytest.fixture
def worker() -> Worker:
    """Of an agency in an area."""
    return make_worker(make_agency(), make_area(), name="Nguyễn O'Neill")


@pytest.fixture
def coordinator(worker: Worker) -> User:
    """Who plans that area."""
    return make_user(Role.COORDINATOR, worker.area, agency=worker.agency)


def post(user: User, name: str, worker: Worker, day: str, **fields: Any) -> Any:
    """Sends the form of one day."""
    return logged_in(user).post(reverse(name, args=[worker.public_id, day]), SAID | fields, follow=True)


def hours(worker: Worker) -> list[float]:
    """How long each shift truly is."""
    return [
        (one.ends_at - one.starts_at).total_seconds() / 3600 for one in worker.shifts.order_by("starts_at")
    ]


def test_a_shift_is_set_for_weeks_by_the_clocks(worker: Worker, coordinator: User) -> None:
    """A Saturday night of 22:00 to 06:00 lasts seven hours where the clocks go forward, and that is said."""
    answer = post(coordinator, "shift-set", worker, "2027-03-20", weeks="2")
    assert hours(worker) == [8, 7]
    assert "it lasts 7 h 00 min" in answer.content.decode()
    assert AuditEvent.objects.filter(what="worker", by=coordinator).exists()
    start = moment(dt.date(2027, 3, 27), dt.time(0))
    by = {"noted_by": coordinator, "noted_at": NOW}
    worker.absences.create(kind="leave", starts_at=start, ends_at=start + dt.timedelta(days=1), **by)
    page = logged_in(coordinator).get(reverse("shifts", args=[worker.public_id, "2027-03-24"]))
    for words in ("22:00–06:00", "Nguyễn O&#x27;Neill"):
        assert words in page.content.decode()
    assert page.content.decode().count("! on leave") == 1


def test_the_same_day_is_changed_and_taken_away(worker: Worker, coordinator: User) -> None:
    """Set again it gives way; removed for two weeks both go, and nothing is left to remove."""
    post(coordinator, "shift-set", worker, "2027-10-30", weeks="2")
    assert hours(worker) == [9, 8], "the clocks go back"
    post(coordinator, "shift-set", worker, "2027-10-30", start="07:00", end="15:00")
    assert hours(worker) == [8, 8]
    assert post(coordinator, "shift-remove", worker, "2027-10-30", weeks="2").status_code == 200
    assert not Shift.objects.exists()
    assert post(coordinator, "shift-remove", worker, "2027-10-30").status_code == 400


@pytest.mark.parametrize(
    ("day", "fields"),
    [
        ("2027-01-15", {"end": "09:00"}),
        ("2027-01-12", {}),
        ("2027-01-20", {"weeks": "27"}),
        ("2027-03-28", {"start": "01:30", "end": "02:00"}),
    ],
    ids=["into the next day's", "in the past", "for too long", "in the hour that is skipped"],
)
def test_what_cannot_be_sets_nothing(worker: Worker, coordinator: User, day: str, fields: Any) -> None:
    """An overlap, the past, half a year and more, an hour that no clock shows."""
    make_shift(worker, dt.date(2027, 1, 16), "07:00", "15:00")
    assert post(coordinator, "shift-set", worker, day, **fields).status_code == 400
    assert Shift.objects.count() == 1


def test_a_worker_is_added_changed_and_leaves() -> None:
    """A manager adds one; a reference taken and an unknown postcode are refused; who left can be found."""
    agency, area = make_agency(), make_area()
    make_postcode("NR11 6AA")
    client = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency))
    said = {
        "agency": agency.pk,
        "name": "Siân O'Neill",
        "reference": "S1",
        "area": area.pk,
        "gender": "F",
        "base_postcode": "nr116aa",
        "hours": "37.5",
    }
    address = reverse("worker-new")
    assert client.post(address, said | {"base_postcode": "ZZ1 1ZZ"}).status_code == 400
    assert client.post(address, said).status_code == 302
    assert client.post(address, said).status_code == 400
    worker = Worker.objects.get()
    assert (worker.base_postcode, worker.max_week_minutes) == ("NR11 6AA", 2250)
    page = reverse("worker-change", args=[worker.public_id])
    assert client.post(page, said | {"hours": "20"}).status_code == 302
    assert client.post(reverse("worker-switch", args=[worker.public_id]), {}).status_code == 302
    worker.refresh_from_db()
    assert (worker.max_week_minutes, worker.is_active) == (1200, False)
    client.get(page)  # what was told is told once
    address = reverse("worker", args=[worker.public_id])
    assert address not in client.get(reverse("workers")).content.decode()
    assert address in client.get(reverse("workers"), {"who": "left"}).content.decode()


def test_a_task_that_ends_within_thirty_days_is_marked(coordinator: User, worker: Worker) -> None:
    """One that was signed again already is not."""
    ends = worker.competences.get()
    ends.expires_on = dt.date(2027, 2, 12)
    ends.save()
    client, words = logged_in(coordinator), "a task ends within 30 days</span>"
    assert words in client.get(reverse("workers")).content.decode()
    again = {"skill": make_skill(), "starts_on": dt.date(2027, 2, 13), "signed_by": "The lead"}
    worker.competences.create(**again)
    assert words not in client.get(reverse("workers")).content.decode()


def test_staff_of_others_stay_as_they_are(worker: Worker) -> None:
    """Another agency's manager, another area's coordinator, and the worker's own log-in change nothing."""
    own = make_user(Role.FIELD_WORKER, agency=worker.agency)
    Worker.objects.filter(pk=worker.pk).update(user=own)
    for user in (
        make_user(Role.AGENCY_MANAGER, agency=make_agency()),
        make_user(Role.COORDINATOR, make_area(), agency=worker.agency),
        own,
    ):
        assert post(user, "shift-set", worker, "2027-01-20").status_code in {403, 404}
        for name in ("worker-change", "worker-switch"):
            answer = logged_in(user).post(reverse(name, args=[worker.public_id]), {})
            assert answer.status_code in {403, 404}
    assert not Shift.objects.exists()
