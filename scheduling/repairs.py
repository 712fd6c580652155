"""A repair from claim to candidate rota, in the desk's own process: its search is bounded in seconds.

May be called twice or by two workers: one effect. A killed one leaves nothing, and the sweep asks again.
"""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from scheduling import leases, standing
from scheduling.engine.problem import ProblemError
from scheduling.leases import ClockTimestamp, database_time
from scheduling.mapping import repairing
from scheduling.models import Repair
from scheduling.travel.errors import RoadFileError
from visits.models import Rota

logger = logging.getLogger(__name__)
Status = Repair.Status
LEASE = timedelta(seconds=60)  # many times what a repair takes, also where the code is compiled first
MOST_ATTEMPTS = 3
MESSAGE_LOST_AFTER = timedelta(seconds=60)
FAR = "Plan the week again, or change the rota by hand."


def due_for_work() -> QuerySet[Repair]:
    """Repairs that somebody should begin."""
    return leases.due_for_work(Repair)


def due_for_sending() -> QuerySet[Repair]:
    """Those that no message in the queue stands for."""
    return leases.due_for_sending(Repair, lost_after=MESSAGE_LOST_AFTER)


def mark_enqueued(pk: int) -> None:
    """The queue has taken the repair's message."""
    Repair.objects.filter(pk=pk).update(enqueued_at=ClockTimestamp())


def work(pk: int, **search: Any) -> None:
    """Work the repair out if it is due for work; otherwise nothing. The outcome is in its row."""
    repair = _claim(pk)
    if repair is None:
        return
    try:
        _mend(repair, **search)
    except (repairing.CannotMendError, ProblemError) as error:
        _end(repair, Status.FAILED, error=f"The plan cannot be repaired: {error} {FAR}")
    except RoadFileError as error:
        _end(repair, Status.FAILED, error=f"Travel cannot be measured: {error}.")
    except Exception as error:
        # The message and the values in it may be personal; the places in the code are not.
        places = "".join(traceback.format_tb(error.__traceback__))
        logger.error("repair %s: %s\n%s", repair.public_id, type(error).__name__, places)
        connection.close_if_unusable_or_obsolete()
        _end(repair, Status.FAILED, error=f"An error of the program ({type(error).__name__}). {FAR}")


def _claim(pk: int) -> Repair | None:
    with transaction.atomic():
        row = due_for_work().select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        if row is None:
            return None
        if row.attempt >= MOST_ATTEMPTS:
            _end(row, Status.FAILED, error=f"Its worker died {MOST_ATTEMPTS} times. {FAR}")
            return None
        Repair.objects.filter(pk=pk).update(
            status=Status.RUNNING, attempt=F("attempt") + 1, lease_until=ClockTimestamp() + LEASE
        )
    return Repair.objects.select_related("of__area", "requested_by").get(pk=pk)


def _mend(row: Repair, **search: Any) -> None:
    rota = row.of
    if rota.status != Rota.Status.PUBLISHED:
        raise repairing.CannotMendError(f"Version {rota.version} is no longer in force.")
    mapped = standing.mapped(rota, row.requested_at)
    outcome = repairing.mend(mapped, row, **search)
    with transaction.atomic():
        if not _held(row).select_for_update(of=("self",)).exists():
            logger.warning("repair %s: attempt %s came too late", row.public_id, row.attempt)
            return
        made = repairing.keep(outcome, mapped, row, now=database_time())
        _end(row, Status.DONE, rota=made, found=repairing.told(outcome, mapped))


def _held(row: Repair) -> QuerySet[Repair]:
    return Repair.objects.filter(pk=row.pk, attempt=row.attempt, status__in=[Status.QUEUED, Status.RUNNING])


def _end(row: Repair, status: str, **fields: Any) -> None:
    _held(row).update(status=status, lease_until=None, finished_at=ClockTimestamp(), **fields)
