"""Visits, the named worker and the barred workers go along when a record is given to another person.

A visit belongs to the person whose needs it serves. One that serves needs of two people stays where it
is until the week is planned again. Bars are copied, never moved: whoever might be meant is protected,
and the rows of the person before lie untouched until the join is taken apart.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from hub.models import MatchDecision, Person, SourceRecord
from hub.signals import join_undone, record_joined
from visits.models import BarredWorker, CarriedOver, NamedWorker, Visit, VisitPart


def listen() -> None:
    """From now on, follow what the hub says."""
    record_joined.connect(follow_join, dispatch_uid="visits.follow_join")
    join_undone.connect(follow_undoing, dispatch_uid="visits.follow_undoing")


def follow_join(sender: Any, *, since: Person, to: Person, decision: MatchDecision, **_: Any) -> None:
    """Gives `to` what now belongs there, and keeps note of it."""
    carried = CarriedOver(
        join=decision,
        visits=list(_visits_only_for(to, since=since).values_list("pk", flat=True)),
        named=_copy_named(since, to),
        barred=[bar.pk for bar in _copy_bars(BarredWorker.objects.filter(person=since), to)],
    )
    carried.barred_then = list(BarredWorker.objects.filter(person=to).values_list("pk", flat=True))
    Visit.objects.filter(pk__in=carried.visits).update(person=to)
    carried.save(force_insert=True)


def follow_undoing(sender: Any, *, since: Person, to: Person, join: MatchDecision | None, **_: Any) -> None:
    """Gives back what the join had brought and whatever has come since for `to`'s needs alone."""
    carried = CarriedOver.objects.filter(join=join).first() if join else None
    moved = carried.visits if carried else []
    Visit.objects.filter(pk__in=moved, person=since).update(person=to)
    _visits_only_for(to, since=since).update(person=to)
    bars = BarredWorker.objects.filter(person=since)
    if carried is None:  # nobody knows for whom each bar was meant
        _copy_bars(bars, to)
        return
    _copy_bars(bars.filter(pk__in=carried.barred) | bars.exclude(pk__in=carried.barred_then), to)
    carried.delete()  # used up; what it says is still in hand
    if (others := _joined_from_the_same(join, since)) is not None:
        others.named, others.barred = others.named or carried.named, others.barred + carried.barred
        others.save(update_fields=["named", "barred"])
        return
    bars.filter(pk__in=carried.barred).delete()
    _take_back_named(carried, since=since, to=to)


def _visits_only_for(person: Person, *, since: Person) -> QuerySet[Visit]:
    """The visits of `since` that serve needs, and only needs, of `person`."""
    parts = VisitPart.objects.filter(visit=OuterRef("pk"))
    return Visit.objects.filter(Exists(parts), ~Exists(parts.exclude(need__person=person)), person=since)


def _copy_named(since: Person, to: Person) -> int | None:
    """Names `since`'s worker for `to` if nobody is; the key of the row that was made."""
    named = NamedWorker.objects.filter(person=since).first()
    if named is None or NamedWorker.objects.filter(person=to).exists():
        return None
    copy = NamedWorker.objects.create(
        person=to, worker_id=named.worker_id, since=named.since, reason=named.reason
    )
    return copy.pk


def _take_back_named(carried: CarriedOver, *, since: Person, to: Person) -> None:
    """Removes the copied name, unless somebody has chosen another worker in the meantime."""
    copy = NamedWorker.objects.filter(pk=carried.named, person=since)
    before = NamedWorker.objects.filter(person=to)
    if before.exists():
        copy.filter(worker__in=before.values("worker")).delete()
    else:
        copy.update(person=to)


def _copy_bars(bars: QuerySet[BarredWorker], to: Person) -> list[BarredWorker]:
    """Bars for `to` whichever of these workers are not yet; the rows that were made."""
    known = BarredWorker.objects.filter(person=to).values("worker")
    missing = bars.exclude(worker__in=known).order_by("pk")
    return BarredWorker.objects.bulk_create(
        [BarredWorker(person=to, worker_id=bar.worker_id, reason=bar.reason) for bar in missing]
    )


def _joined_from_the_same(join: MatchDecision, person: Person) -> CarriedOver | None:
    """Another record that was joined to `person` from the same person before, and still is."""
    records = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON)
    return (
        CarriedOver.objects.filter(
            join__candidate=join.candidate_id, join__person=person, join__source_record__in=records
        )
        .exclude(pk=join.pk)
        .order_by("-pk")
        .first()
    )
