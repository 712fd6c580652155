"""Who could make a visit that a hand is about to move, and at what price."""

from __future__ import annotations

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
from scheduling.services import asking, changing
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


def ranked(user: User, rota: Rota, visit: Visit) -> dict[str, Any]:
    """Who could make the visit, the cheapest first, then who could not and why.

    The desk knows it at once of a visit of one call; else each worker is weighed, which takes a second.
    """
    staff = {one.pk: one for one in selectors.workers(user).filter(area=rota.area_id)}
    try:
        heaps = _by_the_desk(rota, visit, staff) or _by_weighing(rota, visit, staff)
    except changing.ChangeRefused as refused:
        return {"refused": str(refused), "groups": [("As now", as_now(user, rota, visit))]}
    groups = [
        (name, [one for one in rows if one.worker.pk != visit.worker_id]) for name, rows in heaps.items()
    ]
    return {"groups": [("As now", as_now(user, rota, visit)), *((n, rows) for n, rows in groups if rows)]}


def _by_the_desk(rota: Rota, visit: Visit, staff: dict[int, Worker]) -> Heaps | None:
    """Each at their best time with all else as it is; None where the desk cannot say."""
    call = asking.sole_call(visit)
    if call is None:
        return None
    need, due_on = call
    try:
        answer = asking.rank(rota=rota, need=need, due_on=due_on, still=True)
    except asking.NoAnswer:
        return None
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


def _by_weighing(rota: Rota, visit: Visit, staff: dict[int, Worker]) -> Heaps:
    """Each at the visit's own time. Raises ChangeRefused."""
    heaps: Heaps = {"Breaks no rule": [], "Needs your reason": [], "Cannot": []}
    for key, seen in changing.rank(rota=rota, visit=visit.public_id, now=timezone.now()):
        if key not in staff:
            continue
        if not seen.broken:
            heaps["Breaks no rule"].append(Able(staff[key], f"{wording.signed(seen.weighed.total)} min"))
            continue
        heap = "Needs your reason" if all(one.is_answerable for one in seen.broken) else "Cannot"
        heaps[heap].append(Able(staff[key], wording.RULES[seen.broken[0].rule].lower()))
    return heaps
