"""Tell field staff that their rounds changed, and note that they have seen it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from scheduling.models import RoundNotice
from visits.models import Rota, VisitPart, Worker
from visits.wall_clock import local_day

Rounds = dict[tuple[int, date], set[tuple[Any, ...]]]  # by worker and day


def tell(*, rota: Rota, before: Rota | None, after: Rota | None, now: datetime) -> list[RoundNotice]:
    """One notice for each worker whose rounds of today or later differ; `rota` is the one moved.

    Called within the transaction that puts `after` in force in place of `before`; None is no rota.
    """
    old, new = _rounds(before), _rounds(after)
    today = local_day(now)
    days: dict[int, list[date]] = defaultdict(list)
    for worker, day in sorted(old.keys() | new.keys()):
        if day >= today and old.get((worker, day)) != new.get((worker, day)):
            days[worker].append(day)
    return RoundNotice.objects.bulk_create(
        RoundNotice(rota=rota, worker_id=worker, days=some, at=now) for worker, some in days.items()
    )


def mark_seen(*, worker: Worker, up_to: int, now: datetime) -> int:
    """The worker has seen what was told up to this notice, and nothing later; how many that were."""
    return unseen(worker).filter(pk__lte=up_to).update(seen_at=now)


def unseen(worker: Worker) -> QuerySet[RoundNotice]:
    """What the worker has been told and not marked as seen."""
    return RoundNotice.objects.filter(worker=worker, seen_at__isnull=True)


def _rounds(rota: Rota | None) -> Rounds:
    found: Rounds = defaultdict(set)
    if rota is not None:
        parts = VisitPart.objects.filter(visit__rota=rota).order_by()
        for worker, arrives, leaves, *task in parts.values_list(
            "visit__worker", "visit__starts_at", "visit__ends_at", "need", "due_on", "starts_at"
        ):
            found[worker, local_day(arrives)].add((arrives, leaves, *task))
    return found
