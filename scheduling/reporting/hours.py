"""Minutes asked beside minutes on shift, by hour of the day and skill, for a week that comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from hub import selectors as hub
from hub.models import Area, Cancellation, Need
from hub.recurrence import days_due, monday_of
from scheduling.mapping.clock import WeekClock
from scheduling.models import HourFacts
from visits.models import Absence, Competence, Shift
from visits.wall_clock import LONDON, local_day

Key = tuple[int, str | None]  # an agency and a skill, or all
HOUR = timedelta(hours=1)
DAY_MINUTES = 24 * 60
WEEKS_AHEAD = 2  # the week that comes, and the one after


class _Hours:
    """Minutes by hour of the day."""

    def __init__(self) -> None:
        self.demand = [0.0] * 24
        self.capacity = [0.0] * 24


@transaction.atomic
def count_hours(area: Area, week_start: date, *, now: datetime) -> int:
    """Keeps the hours of an area's week in place of those kept before; returns how many rows that made."""
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    found: dict[Key, _Hours] = defaultdict(_Hours)
    clock = WeekClock(week_start)
    _demand(area, clock, found)
    _capacity(area, clock, found)
    HourFacts.objects.filter(area=area, week_start=week_start).delete()
    rows = HourFacts.objects.bulk_create(
        HourFacts(
            area=area,
            week_start=week_start,
            agency_id=agency,
            skill_id=skill,
            demand=[round(minutes, 3) for minutes in hours.demand],
            capacity=[round(minutes, 3) for minutes in hours.capacity],
            counted_at=now,
        )
        for (agency, skill), hours in found.items()
    )
    return len(rows)


def weeks_ahead(today: date) -> list[date]:
    """The Mondays whose hours are kept ready."""
    return [monday_of(today) + timedelta(weeks=number) for number in range(WEEKS_AHEAD + 1)]


def _demand(area: Area, clock: WeekClock, found: dict[Key, _Hours]) -> None:
    first, last = clock.days[0], clock.days[-1]
    needs = Need.objects.filter(person__address__area=area, starts_on__lte=last).exclude(ends_on__lt=first)
    needs = list(hub.of_the_living(needs).filter(agency__in=hub.agencies_planned_together(on=first)))
    called_off = set(
        Cancellation.objects.filter(need__in=needs, due_on__range=(first, last)).values_list("need", "due_on")
    )
    away = hub.days_away(needs)
    for need in needs:
        due = days_due(need.rrule, starts_on=need.starts_on, ends_on=need.ends_on, first=first, last=last)
        times = sum(1 for day in due if (need.pk, day) not in called_off and not away(need, day))
        if not times:
            continue
        for hour, minutes in spread(need):
            for skill in (None, *need.skills):
                found[need.agency_id, skill].demand[hour] += minutes * times


def spread(need: Need) -> Iterator[tuple[int, float]]:
    """(hour, minutes) of one occurrence, spread evenly over the time in which it may fall.

    The hour preferred is not counted on: whoever plans may use the whole band.
    """
    start = need.window_start.hour * 60 + need.window_start.minute
    end = need.window_end.hour * 60 + need.window_end.minute + need.minutes
    share = need.minutes * need.workers / (end - start)
    while start < end:
        until = min(end, (start // 60 + 1) * 60)
        yield start % DAY_MINUTES // 60, share * (until - start)
        start = until


def _capacity(area: Area, clock: WeekClock, found: dict[Key, _Hours]) -> None:
    shifts = Shift.objects.filter(
        worker__area=area,
        worker__is_active=True,
        starts_at__gte=clock.begins_at,
        starts_at__lt=clock.ends_at,
    ).select_related("worker")
    shifts = list(shifts)
    signed = defaultdict(list)
    for one in Competence.objects.filter(worker__in={shift.worker_id for shift in shifts}):
        signed[one.worker_id].append(one)
    away = defaultdict(list)
    absences = Absence.objects.in_force().filter(worker__in={one.worker_id for one in shifts})
    latest = max((shift.ends_at for shift in shifts), default=clock.ends_at)
    for absence in absences.touching(clock.begins_at, latest):
        away[absence.worker_id].append((absence.starts_at, absence.ends_at or latest))
    for shift in shifts:
        day = local_day(shift.starts_at)
        skills = {
            one.skill_id
            for one in signed[shift.worker_id]
            if one.starts_on <= day and (one.expires_on is None or one.expires_on >= day)
        }
        for piece in at_work(shift.starts_at, shift.ends_at, away[shift.worker_id]):
            for hour, minutes in by_the_clock(*piece):
                for skill in (None, *skills):
                    found[shift.worker.agency_id, skill].capacity[hour] += minutes


Span = tuple[datetime, datetime]


def at_work(starts_at: datetime, ends_at: datetime, away: Iterable[Span]) -> Iterator[Span]:
    """What absences, which may overlap, leave of a shift."""
    for begins, until in sorted(away):
        if starts_at < begins:
            yield starts_at, min(begins, ends_at)
        starts_at = max(starts_at, until)
        if starts_at >= ends_at:
            return
    yield starts_at, ends_at


def by_the_clock(starts_at: datetime, ends_at: datetime) -> Iterator[tuple[int, float]]:
    """(hour that the clocks of Norfolk show, true minutes): an hour that is repeated counts double.

    The offset of Norfolk is whole hours, so an hour by its clocks begins with an hour of UTC.
    """
    at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    while at < ends_at:
        until = min(ends_at, at.replace(minute=0, second=0, microsecond=0) + HOUR)
        yield at.astimezone(LONDON).hour, (until - at).total_seconds() / 60
        at = until
