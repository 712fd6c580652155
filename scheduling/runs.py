"""The state of planning runs, by the database's clock: who may work on one, and who may still write.

A worker claims a run for one attempt and holds it by a lease that it extends each second. When the
worker dies the lease runs out and the next attempt may begin; a worker that comes back late carries an
old attempt number and every write of it is refused.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from scheduling import leases
from scheduling.leases import ClockTimestamp
from scheduling.models import PlanningRun

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 3
# A queued run whose message the queue took, but which nobody has begun, is sent again after this long.
MESSAGE_LOST_AFTER = timedelta(minutes=5)

Status = PlanningRun.Status


class LeaseLostError(Exception):
    """Another attempt has the run, or it has ended; what this worker found is refused."""


def due_for_work() -> QuerySet[PlanningRun]:
    """Runs that somebody should begin: never begun, or left by a worker whose lease ran out."""
    return leases.due_for_work(PlanningRun)


def due_for_sending() -> QuerySet[PlanningRun]:
    """Runs due for work that no message in the queue stands for, as far as anyone can know."""
    return leases.due_for_sending(PlanningRun, lost_after=MESSAGE_LOST_AFTER)


def claim(pk: int) -> PlanningRun | None:
    """Begin the next attempt at a run, if it is due for work; at most one caller gets it.

    A run whose last attempt was the third is failed instead: what kills its worker each time
    must not kill them all night.
    """
    with transaction.atomic():
        run = due_for_work().select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        if run is None:
            return None
        if run.attempt >= MOST_ATTEMPTS:
            _end(run.pk, run.attempt, Status.FAILED, error=f"Its worker died {MOST_ATTEMPTS} times.")
            return None
        if run.status == Status.RUNNING and run.cancel_requested_at is not None:
            _end(run.pk, run.attempt, Status.CANCELLED)
            return None
        PlanningRun.objects.filter(pk=pk).update(
            status=Status.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=ClockTimestamp() + LEASE,
            progress={},
        )
    return PlanningRun.objects.select_related("area", "agency", "requested_by").get(pk=pk)


def beat(run: PlanningRun, progress: dict[str, Any]) -> bool:
    """Extend the lease and tell how far the run is; True if someone has asked to cancel it.

    Raises LeaseLostError if the run is no longer this attempt's.
    """
    held = _held(run).update(lease_until=ClockTimestamp() + LEASE, progress=progress)
    if not held:
        raise LeaseLostError
    return PlanningRun.objects.filter(pk=run.pk, cancel_requested_at__isnull=False).exists()


def hold(run: PlanningRun) -> None:
    """Lock the run's row until the transaction ends; raises LeaseLostError if it is another's."""
    if not _held(run).select_for_update(of=("self",)).exists():
        raise LeaseLostError


def finish(run: PlanningRun, status: str, **fields: Any) -> None:
    """End the run as this attempt found it. Raises LeaseLostError if the run is no longer this attempt's."""
    if not _end(run.pk, run.attempt, status, **fields):
        raise LeaseLostError


def let_go(run: PlanningRun) -> None:
    """Give up the lease at once, so that another worker need not wait for it to run out."""
    _held(run).update(lease_until=ClockTimestamp() - timedelta(seconds=1))


def mark_enqueued(pk: int) -> None:
    """The queue has taken the run's message."""
    PlanningRun.objects.filter(pk=pk).update(enqueued_at=ClockTimestamp())


def _held(run: PlanningRun) -> QuerySet[PlanningRun]:
    return PlanningRun.objects.filter(pk=run.pk, attempt=run.attempt, status=Status.RUNNING)


def _end(pk: int, attempt: int, status: str, **fields: Any) -> int:
    return PlanningRun.objects.filter(
        pk=pk, attempt=attempt, status__in=[Status.QUEUED, Status.RUNNING]
    ).update(status=status, lease_until=None, finished_at=ClockTimestamp(), **fields)
