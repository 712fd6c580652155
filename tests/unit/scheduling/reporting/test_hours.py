"""Which hour asks how much, and who is on then."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.models import Need
from scheduling.models import HourFacts
from scheduling.reporting import hours
from tests.factories import hub as make
from tests.factories.visits import MONDAY, NOW, make_shift, make_worker
from visits.services import absences
from visits.wall_clock import moment


def test_a_call_is_spread_over_the_time_in_which_it_may_fall() -> None:
    """Half an hour that may begin from 08:00 to 09:30 takes its minutes from two hours alike."""
    need = Need(minutes=30, workers=1, window_start=dt.time(8), window_end=dt.time(9, 30))
    assert dict(hours.spread(need)) == {8: 15, 9: 15}


def test_a_call_at_a_fixed_time_stays_in_its_hours_for_both_workers() -> None:
    """40 minutes for two from 23:40: 20 before midnight and 20 after, each twice."""
    need = Need(minutes=40, workers=2, window_start=dt.time(23, 40), window_end=dt.time(23, 40))
    assert dict(hours.spread(need)) == {23: 40, 0: 40}


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(1, 600), st.sampled_from([1, 2]))
def test_no_minute_asked_is_lost(first: int, last: int, minutes: int, workers: int) -> None:
    """Whatever the band, the hours add up to each worker's minutes."""
    first, last = sorted((first, last))
    need = Need(
        minutes=minutes,
        workers=workers,
        window_start=dt.time(first // 60, first % 60),
        window_end=dt.time(last // 60, last % 60),
    )
    spread = list(hours.spread(need))
    assert sum(share for _, share in spread) == pytest.approx(minutes * workers)
    assert all(0 <= hour < 24 and share > 0 for hour, share in spread)


@pytest.mark.parametrize(
    ("saturday", "one_to_two", "whole"),
    [(dt.date(2027, 3, 27), 0, 7), (dt.date(2026, 10, 24), 120, 9)],
    ids=["spring", "autumn"],
)
def test_a_night_of_a_clock_change_has_its_true_hours(saturday: dt.date, one_to_two: int, whole: int) -> None:
    """From 22:00 to 06:00 is seven hours in spring and nine in autumn; the hour from one is none or two."""
    begins = moment(saturday, dt.time(22))
    ends = moment(saturday + dt.timedelta(days=1), dt.time(6))
    found: Counter[int] = Counter()
    for hour, minutes in hours.by_the_clock(begins, ends):
        found[hour] += int(minutes)
    assert found[1] == one_to_two
    assert sum(found.values()) == whole * 60


@pytest.mark.django_db
def test_demand_and_capacity_of_a_week_by_hand() -> None:
    """A wash every morning at eight, one called off; a carer on twice, signed off for washing once."""
    area, agency = make.make_area(), make.make_agency()
    make.make_agreement(agency)
    person = make.make_person(agency, area=area)
    need = make.make_need(person, agency, minutes=30, window_start=dt.time(8), window_end=dt.time(8))
    need.cancellations.create(
        due_on=MONDAY,
        reason="Away",
        cancelled_at=NOW,
        cancelled_by=make.make_user("coordinator", area, agency=agency),
    )
    worker = make_worker(agency, area, expires_on=MONDAY)
    make_shift(worker, MONDAY, "07:30", "09:00")
    make_shift(worker, MONDAY + dt.timedelta(days=1), "08:00", "09:00")
    for _ in range(2):  # it may run twice
        hours.count_hours(area, MONDAY, now=NOW)
    every = HourFacts.objects.get(skill=None)
    washing = HourFacts.objects.get(skill="personal_care")
    assert (every.demand[8], sum(every.demand)) == (180, 180)  # six mornings
    assert (every.capacity[7], every.capacity[8]) == (30, 120)
    assert (washing.demand[8], washing.capacity[8]) == (180, 60)  # on Tuesday no longer signed off


@pytest.mark.parametrize(
    ("away", "left"),
    [
        ([], [(8, 16)]),
        ([(10, 12)], [(8, 10), (12, 16)]),
        ([(6, 9), (15, 18)], [(9, 15)]),
        ([(10, 14), (9, 12)], [(8, 9), (14, 16)]),
        ([(7, 16)], []),
        ([(16, 20), (2, 8)], [(8, 16)]),
    ],
)
def test_absences_are_cut_out_of_a_shift(away: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    """In the middle, at both ends, overlapping, the whole of it, and only touching it."""

    def at(hour: int) -> dt.datetime:
        return moment(MONDAY, dt.time(hour))

    spans = [(at(first), at(last)) for first, last in away]
    assert list(hours.at_work(at(8), at(16), spans)) == [(at(first), at(last)) for first, last in left]


@pytest.mark.django_db
def test_who_is_away_is_not_on_shift() -> None:
    """Sick from nine on Monday until further notice; what was taken back is no absence."""
    area, agency = make.make_area(), make.make_agency()
    make.make_agreement(agency)
    sick, well = make_worker(agency, area), make_worker(agency, area)
    for worker in (sick, well):
        make_shift(worker, MONDAY, "08:00", "10:00")
        make_shift(worker, MONDAY + dt.timedelta(days=1), "08:00", "10:00")
    nine = moment(MONDAY, dt.time(9))
    noted = {"by": make.make_user("coordinator", area, agency=agency), "now": NOW}
    absences.note(worker=sick, kind="sick", starts_at=nine, ends_at=None, **noted)
    mistaken = absences.note(worker=well, kind="sick", starts_at=nine, ends_at=None, **noted)
    absences.take_back(absence=mistaken, **noted)
    hours.count_hours(area, MONDAY, now=NOW)
    assert HourFacts.objects.get(skill=None).capacity[8:10] == [180, 120]


@pytest.mark.django_db
def test_an_agency_under_no_agreement_asks_nothing() -> None:
    """What no rota may plan for is no demand on the county's staff."""
    area, agency = make.make_area(), make.make_agency()
    make.make_need(make.make_person(agency, area=area), agency)
    assert hours.count_hours(area, MONDAY, now=NOW) == 0
