"""What is asked in a week: every occurrence of every need, none passed over in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from hub.models import Agency, Area, Cancellation, Need
from hub.recurrence import days_due
from scheduling.mapping.clock import WeekClock


@dataclass(frozen=True, slots=True)
class Due:
    """One dated instance of a need; `days` are those of the week on which it may be served."""

    need: Need
    due_on: date
    days: tuple[date, ...]

    @property
    def code(self) -> str:
        """The id that the optimiser knows it by."""
        return f"n{self.need.pk}-{self.due_on.isoformat()}"

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

    Someone who has died is asked about no more: such an occurrence is not due, so it is in no heap.
    """
    due = [one for need in _needs(area, clock, agencies) for one in _due(need, clock)]
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
    here = alive.filter(agency__in=agencies, person__address__area=area, person__deceased_on__isnull=True)
    return list(here.select_related("person__address").order_by("pk"))


def _due(need: Need, clock: WeekClock) -> list[Due]:
    spread = timedelta(days=need.flexible_days)
    near = days_due(
        need.rrule,
        starts_on=need.starts_on,
        ends_on=need.ends_on,
        first=clock.days[0] - 2 * spread,
        last=clock.days[-1] + 2 * spread,
    )
    return [Due(need, day, _days(need, day, near, clock)) for day in near if day in clock.days]


def _days(need: Need, due_on: date, due_days: list[date], clock: WeekClock) -> tuple[date, ...]:
    """The days of the week within `flexible_days` that are nearer to this due day than to another.

    A tie goes to the earlier due day, so that two instances of one need never share a day.
    """

    def is_ours(day: date) -> bool:
        if abs((day - due_on).days) > need.flexible_days:
            return False
        if day < need.starts_on or (need.ends_on is not None and day > need.ends_on):
            return False
        return min(due_days, key=lambda other: (abs((day - other).days), other)) == due_on

    return tuple(day for day in clock.days if is_ours(day))
