"""Who could make a visit that a hand is about to move, and at what price."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from hub.models import User
from hub.templatetags.care import clock, day
from scheduling.mapping.breaches import ANSWERABLE
from scheduling.mapping.clock import WeekClock
from scheduling.pages import hand_wording as wording
from scheduling.pages.why_wording import REFUSED
from scheduling.services import asking
from visits import selectors
from visits.models import Rota, Visit, Worker


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody in the list of who could make a visit: at what price, or what is in the way; and when."""

    worker: Worker
    said: str = ""
    begins: datetime | None = None


Heaps = dict[str, list[Able]]


def as_now(user: User, rota: Rota, visit: Visit) -> list[Able]:
    """Who makes it now, if this user may know the worker."""
    known = selectors.workers(user).filter(area=rota.area_id, pk=visit.worker_id).exists()
    return [Able(visit.worker, "as now", timezone.localtime(visit.starts_at))] if known else []


def ranked(user: User, rota: Rota, visit: Visit, parts: Collection[str]) -> dict[str, Any]:
    """Who could make the visit, or the parts of it that are named, the cheapest first; then who could not.

    All else stays as it is.
    Where the desk does not say it, `silence` says why, and everybody is there to be tried out.
    """
    staff = {one.pk: one for one in selectors.workers(user).filter(area=rota.area_id)}
    try:
        heaps = _heaps(asking.rank_visit(rota=rota, visit=visit, parts=parts), rota, visit, staff)
        silence = ""
    except asking.NoAnswer as error:
        heaps = {"Not ranked": [Able(one) for one in staff.values() if one.is_active]}
        silence = f"Nobody is ranked. {error}"
    groups = [
        (name, [one for one in rows if one.worker.pk != visit.worker_id]) for name, rows in heaps.items()
    ]
    groups = [("As now", as_now(user, rota, visit)), *((name, rows) for name, rows in groups if rows)]
    return {"groups": groups, "silence": silence}


def _heaps(answer: dict[str, Any], rota: Rota, visit: Visit, staff: dict[int, Worker]) -> Heaps:
    """Each at their best time, in the order of the answer; who needs a reason apart from who cannot."""
    week, now = WeekClock(rota.week_start), timezone.localtime(visit.starts_at)
    able, perhaps, cannot = [], [], []
    for row in answer["options"]:
        if one := staff.get(int(row["worker"][1:])):
            begins = week.at(row["start"])
            able.append(Able(one, f"{_when(begins, now)}{wording.signed(row['cost'])} min", begins))
    for row in answer["refusals"]:
        if one := staff.get(int(row["worker"][1:])):
            heap = perhaps if {row["rule"], *row["rules"]} <= ANSWERABLE else cannot
            heap.append(Able(one, REFUSED[row["rule"]]))
    return {"Breaks no rule": able, "Perhaps, with your reason": perhaps, "Cannot as things are": cannot}


def _when(begins: datetime, now: datetime) -> str:
    """Nothing where it is the visit's own time."""
    if begins == now:
        return ""
    return f"{clock(begins)}, " if begins.date() == now.date() else f"{day(begins)} {clock(begins)}, "
