"""Which rows of work somebody should take up, by the database's clock; runs and repairs are such rows.

Such a model has `status` (queued, running or ended), `lease_until` and `enqueued_at`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection
from django.db.models import DateTimeField, Func, Model, Q, QuerySet

Work = TypeVar("Work", bound=Model)
QUEUED, RUNNING = "queued", "running"


class ClockTimestamp(Func):
    """The database's clock: workers on several machines may not agree on the time."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def database_time() -> datetime:
    """What the database's clock shows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now


def due_for_work(model: type[Work]) -> QuerySet[Work]:
    """What somebody should begin: never begun, or left by a worker whose lease ran out."""
    left = Q(status=RUNNING, lease_until__lt=ClockTimestamp())
    return model._default_manager.filter(Q(status=QUEUED) | left)


def due_for_sending(model: type[Work], *, lost_after: timedelta) -> QuerySet[Work]:
    """What is due for work and no message in the queue stands for, as far as anyone can know.

    A message that the queue took and nobody has begun counts as lost after so long.
    """
    fresh = Q(enqueued_at__gte=ClockTimestamp() - lost_after)
    return due_for_work(model).exclude(Q(status=QUEUED) & fresh)
