"""A rota as a plan that is asked about again and again while somebody works on it.

Mapping a week takes a second, so what it was mapped to is kept for a short while in this process. Changes by
hand may be weighed against inputs so old; publishing never is. Decision 0085 says why.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum, Value
from django.db.models.functions import Extract

from hub.models import (
    Cancellation,
    Change,
    Delegation,
    KeepSeparate,
    Need,
    NeedGap,
    Person,
    SharingAgreement,
    Suspension,
)
from scheduling import mapping, selectors
from scheduling.mapping import Mapped
from scheduling.mapping.weighing import Scale
from scheduling.models import Policy
from visits.models import Absence, BarredWorker, Competence, NamedWorker, PlanLock, Rota, Shift, Worker
from visits.selectors import within
from visits.wall_clock import local_day

KEPT_SECONDS = 60.0
KEPT_WEEKS = 4
Key = tuple[Any, ...]

_lock, _building = threading.Lock(), threading.Lock()
_mapped: OrderedDict[Key, tuple[float, Mapped]] = OrderedDict()
_scales: OrderedDict[int, tuple[Mapped, int, Scale]] = OrderedDict()


def mapped(rota: Rota, now: datetime, *, at_most: float = KEPT_SECONDS) -> Mapped:
    """The rota's week as a problem, mapped at most so many seconds ago. Raises ProblemError."""
    on = local_day(now)
    tried = json.dumps(selectors.what_if(rota))
    key = (rota.area_id, rota.week_start, on, tried, *_stamp(rota))
    if (kept := _fresh(key, at_most)) is not None:
        return kept
    with _building:  # of two that ask at once one builds it and the other waits
        if (kept := _fresh(key, at_most)) is not None:
            return kept
        found = mapping.build(rota.area, rota.week_start, on=on, policy=selectors.policy_of(rota))
        with _lock:
            _mapped[key] = (time.monotonic(), found)
            while len(_mapped) > KEPT_WEEKS:
                _mapped.popitem(last=False)
    return found


def _fresh(key: Key, at_most: float) -> Mapped | None:
    with _lock:
        kept = _mapped.get(key)
    return kept[1] if kept is not None and time.monotonic() - kept[0] < at_most else None


# Rows of these are made while the site is used; what is changed in them or removed leaves a `Change`.
MADE = (
    *(Need, NeedGap, KeepSeparate, Cancellation, Suspension, Person, SharingAgreement, Delegation),
    *(Worker, Competence, NamedWorker, BarredWorker, Absence, Policy, Change),
)


def _stamp(rota: Rota) -> tuple[Any, ...]:
    """Differs once something that is planned from has changed, in whatever process.

    Newest keys, and sums of what leaves no trace when it changes. What is not seen here (a door moved, a
    row that was committed late) is seen after `KEPT_SECONDS`.
    """
    week = {"area": rota.area_id, "week_start": rota.week_start}
    locks = PlanLock.objects.filter(**week).order_by()
    shifts = within(Shift.objects.filter(worker__area=rota.area_id), first=rota.week_start, days=7).order_by()
    published = Rota.objects.filter(**week, status=Rota.Status.PUBLISHED)
    return (
        *_newest(),
        *locks.aggregate(newest=Max("pk"), released=Count("released_at")).values(),
        *shifts.aggregate(
            count=Count("pk"),
            begin=Sum(Extract("starts_at", "epoch")),
            end=Sum(Extract("ends_at", "epoch")),
        ).values(),
        published.values_list("pk", flat=True).first(),
    )


def _newest() -> tuple[int | None, ...]:
    """The highest key of each table of `MADE`, in one statement."""

    def highest(found: QuerySet[Any]) -> QuerySet[Any]:
        return found.order_by("-pk").values_list("pk", flat=True)[:1]

    parts = [
        highest(model.objects.all()).annotate(table=Value(number)).values_list("table", "pk")
        for number, model in enumerate(MADE)
    ]
    found = dict(parts[0].union(*parts[1:], all=True))
    return tuple(found.get(number) for number in range(len(MADE)))


def newest_change(rota: Rota) -> int:
    """The key of the last change by hand of a rota, 0 if there is none."""
    return rota.changes.order_by("-pk").values_list("pk", flat=True).first() or 0


def scale(rota: Rota, found: Mapped) -> Scale:
    """The rota's plan as it stands after its newest change."""
    newest = newest_change(rota)
    with _lock:
        kept = _scales.get(rota.pk)
    if kept is not None and kept[0] is found and kept[1] == newest:
        return kept[2]
    made = Scale(found, mapping.solution_of(rota, found))
    with _lock:
        _scales[rota.pk] = (found, newest, made)
        _scales.move_to_end(rota.pk)
        while len(_scales) > KEPT_WEEKS:
            _scales.popitem(last=False)
    return made


def forget() -> None:
    """Nothing is kept from before: for tests, and for whoever has just changed what weeks are made of."""
    with _lock:
        _mapped.clear()
        _scales.clear()
