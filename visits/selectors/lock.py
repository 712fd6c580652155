"""What is locked in a week."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from visits.models import LockHold, PlanLock, Rota


def locks(rota: Rota) -> QuerySet[PlanLock]:
    """What is locked in the week of a rota that the caller may open."""
    return PlanLock.objects.filter(area=rota.area_id, week_start=rota.week_start, released_at=None)


def locked_keys(rota: Rota) -> set[tuple[int, date]]:
    """Need and day due of all that is locked in a rota's week."""
    holds = LockHold.objects.filter(lock__in=locks(rota))
    return set(holds.order_by().values_list("need", "due_on"))


def locks_on(rota: Rota, keys: set[tuple[int, date]]) -> QuerySet[PlanLock]:
    """The locks of a rota's week that hold any of these occurrences."""
    holds = LockHold.objects.filter(lock__in=locks(rota), need__in={need for need, _ in keys})
    found = {
        lock for lock, need, due_on in holds.values_list("lock", "need", "due_on") if (need, due_on) in keys
    }
    return locks(rota).filter(pk__in=found)
