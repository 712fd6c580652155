"""What falls due, what is called off, what cannot be located: nothing that was asked vanishes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.models import Cancellation, Need
from scheduling.mapping.clock import WeekClock
from scheduling.mapping.due import _due, asked
from tests.factories.hub import make_address, make_need, make_person, make_user
from tests.factories.scheduling import Week, make_week
from tests.factories.visits import MONDAY, NOW

CLOCK = WeekClock(MONDAY)
TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def week(db: None) -> Week:
    """Ten occurrences, Monday to Friday."""
    return make_week()


def codes(week: Week) -> list[str]:
    """What is to be planned."""
    return [due.code for due in asked(week.area, CLOCK, [week.agency]).to_plan]


def test_every_due_day_of_every_need_is_asked(week: Week) -> None:
    """Two needs on five days are ten occurrences, known by key and day."""
    found = codes(week)
    assert len(found) == 10
    assert f"n{week.washing.pk}-2027-01-15" in found


def test_a_called_off_occurrence_stays_counted(week: Week) -> None:
    """It leaves what is to be planned and stands among the cancelled."""
    by = make_user()
    Cancellation.objects.create(
        need=week.washing, due_on=TUESDAY, reason="In hospital", cancelled_at=NOW, cancelled_by=by
    )
    what = asked(week.area, CLOCK, [week.agency])
    assert (len(what), len(what.to_plan), [due.due_on for due in what.cancelled]) == (10, 9, [TUESDAY])


def test_a_door_without_a_place_is_counted_and_not_planned(week: Week) -> None:
    """A postcode that nobody knows leaves its occurrences in a heap of their own."""
    lost = make_person(address=make_address(week.area, latitude=None, longitude=None))
    make_need(lost, week.agency)
    what = asked(week.area, CLOCK, [week.agency])
    assert (len(what.to_plan), len(what.no_location), len(what)) == (10, 7, 17)


@pytest.mark.parametrize("known", [{"deceased_on": MONDAY}, {"deceased": True}])
def test_nothing_is_asked_for_someone_who_has_died(week: Week, known: dict[str, object]) -> None:
    """A death ends what is asked, whether or not its day is known."""
    for name, value in known.items():
        setattr(week.person, name, value)
    week.person.save()
    assert len(asked(week.area, CLOCK, [week.agency])) == 0


def test_other_areas_and_other_agencies_are_not_asked(week: Week) -> None:
    """A need elsewhere, or of an agency that is not planned, is not in this week."""
    other = make_week()
    make_need(week.person, other.agency)
    assert len(codes(week)) == 10


def test_a_need_lives_from_its_first_to_its_last_day(week: Week) -> None:
    """Before it starts and after it ends nothing is due."""
    Need.objects.filter(pk=week.tablets.pk).update(starts_on=TUESDAY, ends_on=TUESDAY)
    assert [code for code in codes(week) if code.startswith(f"n{week.tablets.pk}-")] == [
        f"n{week.tablets.pk}-{TUESDAY}"
    ]


def test_a_flexible_need_may_move_to_later_days_of_its_week() -> None:
    """Two days of leave make three days to choose from, and the week's end cuts them short."""
    need = Need(rrule="FREQ=WEEKLY;BYDAY=WE,SA", starts_on=MONDAY, flexible_days=2)
    assert [[day.isoformat() for day in due.days] for due in _due(need, CLOCK)] == [
        ["2027-01-13", "2027-01-14", "2027-01-15"],
        ["2027-01-16", "2027-01-17"],
    ]


@given(
    st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1),
    st.integers(0, 7),
    st.one_of(st.none(), st.integers(0, 8)),
)
def test_two_instances_of_a_need_never_share_a_day(
    days: set[str], flexible_days: int, lasts: int | None
) -> None:
    """However much leave a need gives, each day belongs to one instance and lies in week and life."""
    ends_on = None if lasts is None else MONDAY + dt.timedelta(days=lasts)
    need = Need(
        rrule=f"FREQ=WEEKLY;BYDAY={','.join(sorted(days))}",
        starts_on=MONDAY - dt.timedelta(days=7),
        ends_on=ends_on,
        flexible_days=flexible_days,
    )
    found = _due(need, CLOCK)
    every = [day for due in found for day in due.days]
    assert len(every) == len(set(every))
    assert all(due.days[0] == due.due_on and len(due.days) <= flexible_days + 1 for due in found)
    assert all(day in CLOCK.days and (ends_on is None or day <= ends_on) for day in every)
