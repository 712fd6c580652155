"""What has been: who has come to whose door, and the rota now in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from hub.models import Agency, Area, Contact
from scheduling.engine import problem as engine
from scheduling.mapping.clock import WeekClock
from visits.models import Rota, Visit, VisitPart, Worker
from visits.selectors import KNOWN_DAYS


def known_workers(
    people: Collection[int], workers: Collection[Worker], agencies: Sequence[Agency], clock: WeekClock
) -> dict[int, set[int]]:
    """Worker keys by person key: who came within 28 days before the week, by contact or published rota."""
    since = clock.begins_at - timedelta(days=KNOWN_DAYS)
    by_reference = {(worker.agency_id, worker.reference): worker.pk for worker in workers}
    known: dict[int, set[int]] = defaultdict(set)
    contacts = Contact.objects.filter(
        person__in=people, agency__in=agencies, starts_at__gte=since, starts_at__lt=clock.begins_at
    ).values_list("person_id", "agency_id", "worker_reference")
    for person, agency, reference in contacts.distinct().order_by():
        if (worker := by_reference.get((agency, reference))) is not None:
            known[person].add(worker)
    visits = Visit.objects.filter(
        person__in=people,
        worker__in=workers,
        is_published=True,
        starts_at__gte=since,
        starts_at__lt=clock.begins_at,
    ).values_list("person_id", "worker_id")
    for person, worker in visits.distinct().order_by():
        known[person].add(worker)
    return known


def published(
    area: Area, clock: WeekClock, occurrences: Collection[str], workers: Collection[str]
) -> tuple[engine.Published, ...]:
    """Where the rota in force has each of these occurrences, if all who serve it are still workers."""
    parts = VisitPart.objects.filter(
        visit__rota__area=area,
        visit__rota__week_start=clock.week_start,
        visit__rota__status=Rota.Status.PUBLISHED,
    ).values_list("need", "due_on", "starts_at", "visit__worker")
    found: dict[str, tuple[set[str], int]] = {}
    for need, due_on, starts_at, worker in parts:
        code = f"n{need}-{due_on.isoformat()}"
        served_by, _ = found.setdefault(code, (set(), clock.minute(starts_at)))
        served_by.add(f"w{worker}")
    return tuple(
        engine.Published(code, tuple(sorted(served_by)), start)
        for code, (served_by, start) in sorted(found.items())
        if code in occurrences and served_by <= set(workers)
    )
