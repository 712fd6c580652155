"""Name a worker for each person who has none: the one who came most often lately."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from hub.models import Area, Contact, Person
from visits.models import BarredWorker, NamedWorker, Visit, Worker
from visits.wall_clock import local_day, midnight

DAYS = 21


def name_workers(*, area: Area, on: date) -> int:
    """Name workers for the area's people who have none, from who came in the 21 days before `on`.

    A visit that was both planned and reported, in one hour, counts once. A tie goes to who came last,
    then to the one longest on our books. A worker who is barred from the person
    or no longer active is passed over. A name that stands is never changed while that worker is active;
    whoever's named worker has left has none, and gets another. Returns how many were named.
    """
    workers = {worker.pk: worker for worker in Worker.objects.filter(area=area, is_active=True)}
    barred = set(BarredWorker.objects.filter(worker__in=workers).values_list("person_id", "worker_id"))
    living = Person.objects.filter(address__area=area, deceased=False, deceased_on__isnull=True)
    NamedWorker.objects.filter(person__in=living, worker__is_active=False).delete()
    unnamed = living.filter(named__isnull=True)
    came = _came(unnamed.values_list("pk", flat=True), workers, on)
    named = []
    for person, days in sorted(came.items()):
        counts = Counter({w: len(on_days) for w, on_days in days.items() if (person, w) not in barred})
        if counts:
            best = max(counts, key=lambda w: (counts[w], max(days[w]), -w))
            named.append(
                NamedWorker(
                    person_id=person,
                    worker=workers[best],
                    since=on,
                    reason=_reason(counts[best], sum(counts.values())),
                )
            )
    return len(NamedWorker.objects.bulk_create(named, ignore_conflicts=True))


def _came(
    people: object, workers: dict[int, Worker], on: date
) -> dict[int, dict[int, set[tuple[date, int]]]]:
    """By person and worker: when each came, as day and hour, from contacts and from published rotas."""
    first = on - timedelta(days=DAYS)
    by_reference = {(worker.agency_id, worker.reference): worker.pk for worker in workers.values()}
    came: dict[int, dict[int, set[tuple[date, int]]]] = defaultdict(lambda: defaultdict(set))
    # Moments, not days: a day taken from each row would use no index.
    span = {"starts_at__gte": midnight(first), "starts_at__lt": midnight(on)}
    span |= {"person__in": people}
    contacts = Contact.objects.filter(**span).values_list(
        "person_id", "agency_id", "worker_reference", "starts_at"
    )
    for person, agency, reference, starts_at in contacts:
        if (worker := by_reference.get((agency, reference))) is not None:
            came[person][worker].add((local_day(starts_at), starts_at.hour))
    visits = Visit.objects.filter(worker__in=workers, is_published=True, **span)
    for person, worker, starts_at in visits.values_list("person_id", "worker_id", "starts_at"):
        came[person][worker].add((local_day(starts_at), starts_at.hour))
    return came


def _reason(made: int, of: int) -> str:
    return f"Made {made} of the {of} visits of the last {DAYS} days, and nobody made more."
