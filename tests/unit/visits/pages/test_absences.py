"""A worker is away: noted by those who plan or employ them, told with what it does, never removed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from hub.models import Change, Role
from tests.factories.hub import logged_in, make_agency, make_area, make_need, make_person, make_user
from tests.factories.visits import make_rota, make_visit, make_worker
from visits.models import Absence, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> Worker:
    """Someone with one published visit tomorrow morning."""
    agency, area = make_agency(), make_area()
    worker = make_worker(agency, area)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    monday = tomorrow - dt.timedelta(days=tomorrow.weekday())
    rota = make_rota(area, week_start=monday, status="published")
    make_visit(rota, worker, make_need(make_person(agency, area=area), agency), day=tomorrow)
    return worker


def test_a_coordinator_notes_an_absence_and_reads_what_it_does(worker: Worker) -> None:
    """Said at once: one visit needs another worker; the end comes later, and a mistake is taken back."""
    client = logged_in(make_user(Role.COORDINATOR, worker.area, agency=make_agency()))
    page, noting = (reverse(name, args=[worker.public_id]) for name in ("worker", "absence-new"))
    now = timezone.localtime()
    backwards = {"kind": "sick", "starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": "2020-01-01T08:00"}
    assert "It cannot end before it starts." in client.post(noting, backwards).content.decode()
    said = client.post(noting, backwards | {"ends_at": ""}, follow=True).content.decode()
    assert "1 visit needs another worker." in said
    assert "! sick now" in said
    absence = Absence.objects.get()
    ending = reverse("absence-end", args=[worker.public_id, absence.pk])
    in_an_hour = now + dt.timedelta(hours=1)
    assert client.get(ending).status_code == 200
    client.post(ending, {"ends_at": f"{in_an_hour:%Y-%m-%dT%H:%M}"})
    assert Change.objects.get(table="visits_absence").was["ends_at"] is None
    back = reverse("absence-back", args=[worker.public_id, absence.pk])
    client.post(back)
    assert "Somebody has taken this absence back already." in client.post(back, follow=True).content.decode()
    assert "taken back" in client.get(page).content.decode()
    assert not Absence.objects.in_force().exists()


def test_the_employer_notes_it_and_nobody_else_does(worker: Worker) -> None:
    """The agency's manager may; another agency's and another area's find nobody of that address."""
    noting = reverse("absence-new", args=[worker.public_id])
    assert logged_in(make_user(Role.AGENCY_MANAGER, agency=worker.agency)).get(noting).status_code == 200
    for stranger in (
        make_user(Role.AGENCY_MANAGER, agency=make_agency()),
        make_user(Role.COORDINATOR, make_area(), agency=worker.agency),
    ):
        assert logged_in(stranger).get(noting).status_code == 404
