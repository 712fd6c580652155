"""Publishing is all or nothing, and refused when anything changed underneath."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from scheduling.models import RoundNotice
from scheduling.services import publishing
from scheduling.travel import roads
from scheduling.travel.road_graph import RoadGraph
from tests.factories.hub import make_user
from tests.factories.scheduling import Week, make_candidate, make_week
from tests.factories.visits import MONDAY, NOW, make_rota, make_visit, make_worker
from tests.unit.scheduling.travel.maps import write_square
from visits.models import Rota, Visit, VisitPart

pytestmark = pytest.mark.django_db


@pytest.fixture
def week() -> Week:
    """Ten occurrences that one worker can do."""
    return make_week()


def refused(rota: Rota) -> list[str]:
    """The reasons for which publishing is refused; nothing may have changed."""
    before = list(Visit.objects.values_list("pk", "is_published"))
    with pytest.raises(publishing.PublishRefused) as refusal:
        publishing.publish(rota=rota, by=None, now=NOW)
    assert list(Visit.objects.values_list("pk", "is_published")) == before
    return refusal.value.reasons


def test_a_candidate_is_put_in_force_with_its_visits_and_by_whom(week: Week) -> None:
    """Rota, visits and event agree."""
    by = make_user()
    rota = publishing.publish(rota=make_candidate(week), by=by, now=NOW)
    assert (rota.status, rota.visits.filter(is_published=True).count()) == ("published", 5)
    event = rota.events.last()
    assert event is not None
    assert (event.status, event.by, event.at) == ("published", by, NOW)


def test_the_next_version_takes_the_place_of_the_last(week: Week) -> None:
    """There is one published rota, and the one before it is kept with what became of it."""
    first = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    second = publishing.publish(rota=make_candidate(week, start="08:20"), by=None, now=NOW)
    first.refresh_from_db()
    assert (first.status, second.status) == ("superseded", "published")
    assert first.visits.filter(is_published=True).count() == 0
    assert [event.status for event in first.events.all()] == ["candidate", "published", "superseded"]


def test_a_rota_that_is_no_candidate_is_refused(week: Week) -> None:
    """Published twice is published once."""
    rota = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    assert refused(rota) == ["Version 1 is published, not a candidate."]


def test_a_change_underneath_is_refused_and_said(week: Week) -> None:
    """A shift that is gone since the plan was made is named as a change of shifts."""
    rota = make_candidate(week)
    week.worker.shifts.first().delete()
    assert refused(rota) == [
        "Since this rota was planned, something has changed in "
        "when workers are on or away, or the rest they need after a neighbouring week.",
        "Plan the week again.",
    ]


def test_other_roads_are_a_change_underneath_and_damaged_ones_are_said(
    week: Week, settings: Any, tmp_path: Path
) -> None:
    """A plan rests on its minutes: with roads loaded since, it is planned again before anybody sets out."""
    rota = make_candidate(week)
    settings.ROADS_DIR = tmp_path
    roads.save(RoadGraph.read(write_square(tmp_path / "square.osm")), tmp_path)
    assert "the road network that travel is measured by" in refused(rota)[0]
    (tmp_path / roads.FILE).write_bytes(b"PK")
    assert refused(rota) == ["Travel cannot be measured: the road network is damaged; load the roads again."]


def test_of_two_candidates_of_one_plan_the_second_is_refused(week: Week) -> None:
    """It was planned before the first was published, so it may undo what people were told since."""
    first, second = make_candidate(week), make_candidate(week)
    publishing.publish(rota=first, by=None, now=NOW)
    assert "the published rota" in refused(second)[0]


def test_a_broken_rule_is_refused_even_if_nothing_changed(week: Week) -> None:
    """A rota altered by other means is checked again before it is in force."""
    rota = make_candidate(week)
    part = VisitPart.objects.filter(visit__rota=rota).first()
    VisitPart.objects.filter(pk=part.pk).update(starts_at=part.starts_at - dt.timedelta(hours=2))
    assert any("none of its windows" in reason for reason in refused(rota))


def test_a_worker_booked_in_another_published_rota_is_refused(week: Week) -> None:
    """The database itself lets nobody be in two places; the old rota stays in force."""
    candidate = make_candidate(week)
    elsewhere = make_week()
    make_visit(make_rota(elsewhere.area, status="published"), week.worker, person=elsewhere.person)
    assert refused(candidate) == ["A worker is already booked at the same time in another published rota."]
    candidate.refresh_from_db()
    assert candidate.status == "candidate"


def test_a_withdrawn_rota_books_nobody(week: Week) -> None:
    """Its visits are free again, and a new candidate may take their place."""
    rota = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    by = make_user()
    publishing.withdraw(rota=rota, by=by, now=NOW, note="Snow")
    rota.refresh_from_db()
    assert (rota.status, rota.visits.filter(is_published=True).count()) == ("withdrawn", 0)
    assert (rota.events.last().by, rota.events.last().note) == (by, "Snow")
    with pytest.raises(publishing.PublishRefused):
        publishing.withdraw(rota=rota, by=by, now=NOW)
    assert publishing.publish(rota=make_candidate(week), by=by, now=NOW).status == "published"


def test_a_week_has_one_published_rota_whatever_the_code_does(week: Week) -> None:
    """The table refuses a second one, so that no mistake above it can make two truths."""
    make_rota(week.area, status="published")
    with pytest.raises(IntegrityError, match="one_published_rota"), transaction.atomic():
        make_rota(week.area, status="published")
    assert make_rota(week.area, status="published", week_start=MONDAY + dt.timedelta(days=7))


def test_a_version_that_was_in_force_is_put_back_in_one_step(week: Week) -> None:
    """The other is superseded in the same moment, and the events tell the story."""
    first = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    second = publishing.publish(rota=make_candidate(week, start="08:20"), by=None, now=NOW)
    back = publishing.roll_back(rota=first, instead_of=2, by=make_user(), now=NOW)
    second.refresh_from_db()
    assert (back.status, second.status) == ("published", "superseded")
    assert [rota.visits.filter(is_published=True).count() for rota in (back, second)] == [5, 0]
    assert [(e.status, e.note) for e in back.events.all()][-1] == ("published", "rolled back")


def test_a_withdrawn_version_is_put_back_where_nothing_is_in_force(week: Week) -> None:
    """Withdrawn by mistake on a Sunday night."""
    rota = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    publishing.withdraw(rota=rota, by=None, now=NOW)
    assert publishing.roll_back(rota=rota, instead_of=None, by=None, now=NOW).status == "published"


def test_rolling_back_is_refused_as_publishing_is(week: Week) -> None:
    """A shift that is gone, a draft that never was in force, a version that is not the one seen."""
    first = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    publishing.publish(rota=make_candidate(week, start="08:20"), by=None, now=NOW)
    draft = make_candidate(week)
    week.worker.shifts.first().delete()
    for rota, seen, why in (
        (first, 2, "something has changed in when workers are on"),
        (first, 7, "Meanwhile version 2 is in force"),
        (first, None, "Meanwhile version 2 is in force"),
        (draft, 2, "candidate, not one that was in force"),
    ):
        with pytest.raises(publishing.PublishRefused, match=why):
            publishing.roll_back(rota=rota, instead_of=seen, by=None, now=NOW)
    assert Rota.objects.get(status="published").version == 2


def test_staff_whose_rounds_change_are_told_of_days_to_come_and_no_others(week: Week) -> None:
    """NOW is Wednesday: Monday and Tuesday are past, and who has no visit is told nothing."""
    make_worker(week.agency, week.area)
    publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    same = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    assert not same.notices.exists()
    later = publishing.publish(rota=make_candidate(week, start="08:20", days=4), by=None, now=NOW)
    told = list(RoundNotice.objects.order_by("pk"))
    wednesday = MONDAY + dt.timedelta(days=2)
    days = [wednesday + dt.timedelta(days=d) for d in range(3)]
    assert [(one.worker, one.days) for one in told] == [(week.worker, days), (week.worker, days)]
    publishing.withdraw(rota=later, by=None, now=NOW)
    assert RoundNotice.objects.last().days == days[:2]
