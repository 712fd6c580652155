"""What is asked in a week: every occurrence of every need, none passed over in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from hub import selectors as hub
from hub.models import Agency, Area, Cancellation, Need
from hub.recurrence import days_due
from scheduling.mapping.clock import WeekClock


def code_of(need: int, due_on: date) -> str:
    """The id by which the optimiser knows a need's occurrence."""
    return f"n{need}-{due_on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Due:
    """One dated instance of a need; `days` are those of the week on which it may be served."""

    need: Need
    due_on: date
    days: tuple[date, ...]

    @property
    def code(self) -> str:
        """The id that the optimiser knows it by."""
        return code_of(self.need.pk, self.due_on)

    @property
    def is_located(self) -> bool:
        """Whether travel to its door can be known."""
        address = self.need.person.address
        return address is not None and address.latitude is not None and address.longitude is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything asked of an area in a week, in three heaps that add up."""

    to_plan: list[Due]
    cancelled: list[Due]
    no_location: list[Due]

    def __len__(self) -> int:
        return len(self.to_plan) + len(self.cancelled) + len(self.no_location)


def asked(area: Area, clock: WeekClock, agencies: Sequence[Agency]) -> Asked:
    """What these agencies' needs ask of the area in the week.

    Someone who has died is asked about no more, nor is someone in hospital while they are there: such an
    occurrence is not due, so it is in no heap; Today tells of it until a coordinator has seen it.
    """
    needs = _needs(area, clock, agencies)
    away = hub.days_away(needs)
    due = [one for need in needs for one in _due(need, clock) if not away(need, one.due_on)]
    called_off = set(
        Cancellation.objects.filter(
            need__in={one.need.pk for one in due}, due_on__range=(clock.days[0], clock.days[-1])
        ).values_list("need_id", "due_on")
    )
    heaps = Asked([], [], [])
    for one in due:
        if (one.need.pk, one.due_on) in called_off:
            heaps.cancelled.append(one)
        elif one.is_located:
            heaps.to_plan.append(one)
        else:
            heaps.no_location.append(one)
    return heaps


def _needs(area: Area, clock: WeekClock, agencies: Sequence[Agency]) -> list[Need]:
    alive = Need.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=clock.days[0]), starts_on__lte=clock.days[-1]
    )
    here = alive.filter(agency__in=agencies, person__address__area=area)
    return list(hub.of_the_living(here).select_related("person__address").order_by("pk"))


def _due(need: Need, clock: WeekClock) -> list[Due]:
    due_days = days_due(
        need.rrule,
        starts_on=need.starts_on,
        ends_on=need.ends_on,
        first=clock.days[0],
        last=clock.days[-1],
    )
    return [Due(need, day, _days(need, day, due_days, clock)) for day in due_days]


def _days(need: Need, due_on: date, due_days: list[date], clock: WeekClock) -> tuple[date, ...]:
    """The due day and up to `flexible_days` after it, in the week and the need's life.

    They stop short of the need's next due day, so that two instances of one need never share a day.
    """
    last = min(due_on + timedelta(days=need.flexible_days), clock.days[-1], need.ends_on or date.max)
    next_due = min((day for day in due_days if day > due_on), default=date.max)
    return tuple(day for day in clock.days if due_on <= day <= last and day < next_due)
