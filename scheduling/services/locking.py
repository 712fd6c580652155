"""Hold visits, rounds and people's weeks as they are in every plan to come, and let them go again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from hub.models import Area, Person, User
from hub.walls import as_county
from scheduling import mapping, selectors
from scheduling.mapping.locks import LockError
from visits.models import LockHold, PlanLock, Rota, VisitPart, Worker
from visits.wall_clock import local_day

Scope, Kind = PlanLock.Scope, PlanLock.Kind
WITH_WORKER, WITH_TIME, WITH_DAY = {Kind.WORKER, Kind.ALL}, {Kind.TIME, Kind.ALL}, {Kind.DAY}


class LockRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Why nothing was locked, as a sentence in codes."""


@as_county()
def lock_visit(*, rota: Rota, visit: UUID, kind: str, by: User, now: datetime) -> PlanLock:
    """Holds what one visit serves; of a pair, both workers."""
    parts = VisitPart.objects.filter(visit__rota=rota, visit__public_id=visit)
    keys = set(parts.values_list("need", "due_on"))
    needs = VisitPart.objects.filter(visit__rota=rota, need__in={need for need, _ in keys})
    return _lock(
        rota, Scope.VISIT, kind, [p for p in _with_visit(needs) if (p.need_id, p.due_on) in keys], by, now
    )


@as_county()
def lock_round(*, rota: Rota, worker: Worker, day: date, kind: str, by: User, now: datetime) -> PlanLock:
    """Holds all that one worker does on a day."""
    parts = _with_visit(VisitPart.objects.filter(visit__rota=rota, visit__worker=worker))
    chosen = [part for part in parts if local_day(part.visit.starts_at) == day]
    return _lock(rota, Scope.ROUND, kind, chosen, by, now)


@as_county()
def lock_person(*, rota: Rota, person: Person, kind: str, by: User, now: datetime) -> PlanLock:
    """Holds every visit of the week to one person."""
    parts = _with_visit(VisitPart.objects.filter(visit__rota=rota, need__person=person))
    return _lock(rota, Scope.PERSON, kind, parts, by, now)


@as_county()
def release(*, lock: PlanLock, by: User, now: datetime) -> None:
    """Lets go what the lock held; released twice is released once."""
    PlanLock.objects.filter(pk=lock.pk, released_at=None).update(released_at=now, released_by=by)


@as_county()
def refuse_impossible(*, area: Area, week_start: date, now: datetime) -> None:
    """Raises LockError if a lock of the week cannot hold; nothing is worked out where nothing is locked."""
    if PlanLock.objects.filter(area=area, week_start=week_start, released_at=None).exists():
        mapping.build(area, week_start, on=local_day(now), policy=selectors.policy(area))


def _with_visit(parts: QuerySet[VisitPart]) -> list[VisitPart]:
    return list(parts.select_related("visit").order_by("starts_at", "pk"))


def _lock(rota: Rota, scope: str, kind: str, parts: list[VisitPart], by: User, now: datetime) -> PlanLock:
    """The lock, if every plan of the week could keep it beside the others. Raises LockRefused."""
    if not parts:
        raise LockRefused("There is no visit here to lock; it may have been moved meanwhile.")
    with transaction.atomic():
        Area.objects.select_for_update().get(pk=rota.area_id)  # of two locks the second sees the first
        lock = PlanLock.objects.create(
            area=rota.area, week_start=rota.week_start, scope=scope, kind=kind, at=now, by=by
        )
        LockHold.objects.bulk_create(_holds(lock, parts))
        try:
            refuse_impossible(area=rota.area, week_start=rota.week_start, now=now)
        except LockError as error:
            raise LockRefused(str(error)) from error
    return lock


def _holds(lock: PlanLock, parts: list[VisitPart]) -> Iterable[LockHold]:
    found = {}
    for part in parts:
        worker = part.visit.worker_id if lock.kind in WITH_WORKER else None
        found[part.need_id, part.due_on, worker] = LockHold(
            lock=lock,
            need_id=part.need_id,
            due_on=part.due_on,
            worker_id=worker,
            starts_at=part.starts_at if lock.kind in WITH_TIME else None,
            day=local_day(part.starts_at) if lock.kind in WITH_DAY else None,
        )
    return found.values()
