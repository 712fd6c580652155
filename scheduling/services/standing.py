"""A rota as a plan that is asked about again and again while somebody works on it.

Mapping a week takes a second, so what it was mapped to is kept for a short while in this process. Changes by
hand may be weighed against inputs so old; publishing never is. Decision 0085 says why.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from scheduling import mapping, selectors
from scheduling.mapping import Mapped
from scheduling.mapping.weighing import Scale
from scheduling.models import Policy
from visits.models import PlanLock, Rota
from visits.wall_clock import local_day

KEPT_SECONDS = 60.0
KEPT_WEEKS = 4
Key = tuple[Any, ...]

_lock = threading.Lock()
_mapped: OrderedDict[Key, tuple[float, Mapped]] = OrderedDict()
_scales: OrderedDict[int, tuple[Mapped, int, Scale]] = OrderedDict()


def mapped(rota: Rota, now: datetime) -> Mapped:
    """The rota's week as a problem, at most `KEPT_SECONDS` old. Raises ProblemError."""
    on = local_day(now)
    key = (rota.area_id, rota.week_start, on, *_stamp(rota))
    with _lock:
        kept = _mapped.get(key)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    policy = selectors.policy(rota.area)
    found = mapping.build(rota.area, rota.week_start, on=on, policy=policy)
    with _lock:
        _mapped[key] = (time.monotonic(), found)
        while len(_mapped) > KEPT_WEEKS:
            _mapped.popitem(last=False)
    return found


def _stamp(rota: Rota) -> tuple[Any, ...]:
    """What coordinators alter while they work on the board: another process must know of it at once."""
    locks = PlanLock.objects.filter(area=rota.area_id, week_start=rota.week_start)
    published = Rota.objects.filter(
        area=rota.area_id, week_start=rota.week_start, status=Rota.Status.PUBLISHED
    ).values_list("pk", flat=True)
    numbers = locks.order_by().aggregate(newest=Max("pk"), released=Count("released_at"))
    return (
        numbers["newest"],
        numbers["released"],
        published.first(),
        Policy.objects.aggregate(n=Max("pk"))["n"],
    )


def scale(rota: Rota, found: Mapped) -> Scale:
    """The rota's plan as it stands after its newest change."""
    newest = rota.changes.order_by("-pk").values_list("pk", flat=True).first() or 0
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
