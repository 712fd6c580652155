"""A half year of past weeks for the benchmarks, out of the one week that a demonstration has."""

from __future__ import annotations

import datetime as dt

import pytest

from benchmarks.history import repeat
from hub.models import Contact
from tests.factories.hub import make_agency, make_area, make_contact, make_need, make_person
from tests.factories.visits import MONDAY, make_rota, make_visit, make_worker
from visits.models import Rota, Visit, VisitPart

pytestmark = pytest.mark.django_db


def test_a_published_week_is_repeated_backwards_whole() -> None:
    """Visits, parts and contacts move by whole weeks and hang on the copies; a candidate is not repeated."""
    agency, area = make_agency(), make_area()
    person = make_person(agency, area=area)
    need, worker = make_need(person, agency), make_worker(agency, area)
    rota = make_rota(area, status=Rota.Status.PUBLISHED, asked=1, placed=1)
    visit = make_visit(rota, worker, need)
    make_visit(make_rota(area), worker, need)
    make_contact(person, agency, starts_at=visit.starts_at - dt.timedelta(days=9), worker="W1")
    repeat(3)
    weeks = list(Rota.objects.filter(status=Rota.Status.PUBLISHED).order_by("-week_start"))
    assert [week.week_start for week in weeks] == [MONDAY - dt.timedelta(weeks=back) for back in range(4)]
    for back, week in enumerate(weeks):
        copy = week.visits.get()
        assert visit.starts_at - copy.starts_at == visit.ends_at - copy.ends_at == dt.timedelta(weeks=back)
        assert VisitPart.objects.get(visit=copy).due_on == MONDAY - dt.timedelta(weeks=back)
    assert Visit.objects.count() == 5
    assert Contact.objects.count() == 2  # the demonstration has the three weeks before


def test_a_history_of_fewer_than_no_weeks_is_refused() -> None:
    """Said at once."""
    with pytest.raises(ValueError, match="-1 weeks"):
        repeat(-1)
