"""The day goes wrong: note what happened, and ask for the published rotas that it touches to be repaired."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from hub.models import Cancellation, Person, SourceRecord, Suspension, User
from hub.services import needs, suspensions
from hub.walls import as_county
from scheduling import tasks
from scheduling.mapping.clock import WeekClock
from scheduling.mapping.due import code_of
from scheduling.models import Repair
from visits import selectors
from visits.models import Absence, Rota, Visit, VisitPart, Worker
from visits.services import absences
from visits.wall_clock import local_day, midnight, moment


def ask(*, rota: Rota, kind: str, by: User, now: datetime, change: Iterable[dict[str, Any]] = ()) -> Repair:
    """A repair of a published rota, sent to the queue once the transaction has committed.

    One that waits already for the same person and the same reason is the answer: asked twice is asked once.
    """
    with transaction.atomic():
        Rota.objects.select_for_update(of=("self",)).get(pk=rota.pk)
        told = list(change)
        waiting = Repair.objects.filter(of=rota, kind=kind, status=Repair.Status.QUEUED, change=told)
        if (same := waiting.first()) is not None:
            return same
        repair = Repair.objects.create(of=rota, kind=kind, change=told, requested_at=now, requested_by=by)
        transaction.on_commit(partial(tasks.enqueue_mending, repair.pk))
    return repair


@transaction.atomic
def rang_in(
    *, worker: Worker, kind: str, ends_at: datetime | None, by: User, now: datetime
) -> tuple[Absence, list[Repair]]:
    """The worker does not come from now on: the absence, and the repairs of the weeks that it touches."""
    begins = now.replace(second=0, microsecond=0)
    absence = absences.note(worker=worker, kind=kind, starts_at=begins, ends_at=ends_at, by=by, now=now)
    return absence, mend_for(absence=absence, by=by, now=now)


def mend_for(*, absence: Absence, by: User, now: datetime) -> list[Repair]:
    """Repairs of every published rota in which the absence leaves visits without their worker."""
    waiting = selectors.visits_without_worker(absence, now=now).order_by().values("rota")
    rotas = Rota.objects.filter(pk__in=waiting).order_by("week_start", "pk")
    return [ask(rota=rota, kind=Repair.Kind.ABSENCE, by=by, now=now) for rota in rotas]


@as_county()
@transaction.atomic
def goes_to_hospital(
    *, person: Person, records: Iterable[SourceRecord], home_on: date | None, by: User, now: datetime
) -> list[Repair]:
    """Nobody is at home from now until the morning of `home_on`: what is planned for today and has not begun
    is called off, from tomorrow nothing is due. Raises ValueError if that is noted already.
    """
    tomorrow = local_day(now) + timedelta(days=1)
    if home_on is not None and home_on < tomorrow:
        raise ValueError("The first day at home again is tomorrow at the earliest.")
    planned = VisitPart.objects.filter(visit__person=person, visit__is_published=True, starts_at__gte=now)
    if home_on is not None:
        planned = planned.filter(starts_at__lt=midnight(home_on))
    rotas = list(Rota.objects.filter(pk__in=planned.order_by().values("visit__rota")).order_by("pk"))
    for part in planned.filter(due_on__lt=tomorrow).select_related("need").order_by("pk"):
        needs.cancel_occurrence(
            need=part.need, due_on=part.due_on, reason=Cancellation.IN_HOSPITAL, by=by, now=now
        )
    if home_on is None or home_on > tomorrow:
        suspensions.note_stay(records=records, starts_on=tomorrow, ends_on=home_on, by=by, now=now)
    return [ask(rota=rota, kind=Repair.Kind.NOT_AT_HOME, by=by, now=now) for rota in rotas]


@as_county()
def called_off_for_a_stay(*, person: Person, now: datetime) -> dict[int, Cancellation]:
    """By key what was called off because the person was in hospital and may still begin."""
    found = Cancellation.objects.filter(
        need__person=person, reason=Cancellation.IN_HOSPITAL, due_on__gte=local_day(now)
    ).select_related("need")
    return {
        one.pk: one
        for one in found.order_by("due_on", "need__window_start", "pk")
        if moment(one.due_on, one.need.window_end) > now
    }


@as_county()
@transaction.atomic
def comes_home(
    *, person: Person, calls: Iterable[Cancellation], because: str, by: User, now: datetime
) -> list[Repair]:
    """Whoever was in hospital is home: needs are due again, and so are these calls that were called off.

    Every published week to come is repaired, for the days of the stay had dropped out of them. Raises
    ValueError if nothing says that the person is away.
    """
    stays = [
        one
        for one in Suspension.objects.filter(source_record__person=person, cause=Suspension.Cause.HOSPITAL)
        if one.is_in_force
    ]
    found = list(calls)
    if not stays and not found:
        raise ValueError("Nothing says that this person is not at home.")
    for stay in stays:
        suspensions.lift(suspension=stay, because=because, by=by, now=now)
    for call in found:
        needs.restore_occurrence(cancellation=call)
    home = Rota.objects.filter(
        area__addresses__people=person,
        status=Rota.Status.PUBLISHED,
        week_start__gt=local_day(now) - timedelta(days=7),
    )
    return [ask(rota=one, kind=Repair.Kind.HOME, by=by, now=now) for one in home.order_by("week_start", "pk")]


def runs_over(*, visit: Visit, minutes: int, by: User, now: datetime) -> Repair:
    """A published visit of today ends so many minutes later. Raises ValueError if it is another."""
    if not visit.is_published or local_day(visit.starts_at) != local_day(now):
        raise ValueError("Only a published visit of today can run over.")
    last = visit.parts.order_by("-starts_at", "-pk").first()
    if last is None:
        raise ValueError("Nothing is to be done at this visit.")
    end = WeekClock(visit.rota.week_start).minute(visit.ends_at) + minutes
    event = {"kind": "runs_late", "occurrence": code_of(last.need_id, last.due_on), "end": end}
    return ask(rota=visit.rota, kind=Repair.Kind.RUNS_OVER, by=by, now=now, change=[event])


@transaction.atomic
def agency_stops(*, staff: QuerySet[Worker], starts_at: datetime, by: User, now: datetime) -> list[Repair]:
    """None of these workers of an agency works from then on; what the agency is asked for is still due."""
    known = Absence.objects.in_force().filter(kind=Absence.Kind.STOPPED, ends_at=None)
    for worker in staff.exclude(pk__in=known.values("worker")).order_by("pk"):
        absences.note(
            worker=worker, kind=Absence.Kind.STOPPED, starts_at=starts_at, ends_at=None, by=by, now=now
        )
    waiting = Visit.objects.filter(
        worker__in=staff, is_published=True, starts_at__gte=now, ends_at__gt=starts_at
    )
    rotas = Rota.objects.filter(pk__in=waiting.order_by().values("rota")).order_by("week_start", "pk")
    return [ask(rota=rota, kind=Repair.Kind.STOPPED, by=by, now=now) for rota in rotas]


@transaction.atomic
def agency_goes_on(*, staff: QuerySet[Worker], by: User, now: datetime) -> int:
    """The agency's workers work again from now; for how many that was noted."""
    stopped = Absence.objects.in_force().filter(kind=Absence.Kind.STOPPED, ends_at=None, worker__in=staff)
    found = list(stopped.order_by("pk"))
    for absence in found:
        if absence.starts_at < now:
            absences.end(absence=absence, at=now, by=by, now=now)
        else:
            absences.take_back(absence=absence, by=by, now=now)
    return len(found)


def again(*, repair: Repair, by: User, now: datetime) -> Repair:
    """The same question to the rota that is in force now."""
    rota = Rota.objects.filter(
        area=repair.of.area_id, week_start=repair.of.week_start, status=Rota.Status.PUBLISHED
    ).first()
    return ask(rota=rota or repair.of, kind=repair.kind, by=by, now=now, change=repair.change)
