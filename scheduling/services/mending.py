"""The day goes wrong: note what happened, and ask for the published rotas that it touches to be repaired."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from hub.models import User
from scheduling import tasks
from scheduling.models import Repair
from visits import selectors
from visits.models import Absence, Rota, Worker
from visits.services import absences

WEEK = timedelta(days=7)


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


def again(*, repair: Repair, by: User, now: datetime) -> Repair:
    """The same question to the rota that is in force now."""
    rota = Rota.objects.filter(
        area=repair.of.area_id, week_start=repair.of.week_start, status=Rota.Status.PUBLISHED
    ).first()
    return ask(rota=rota or repair.of, kind=repair.kind, by=by, now=now, change=repair.change)
