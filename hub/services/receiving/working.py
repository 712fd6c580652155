"""Taking in what waits: one worker at a time, who says how far it is, and three tries at the most."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from hub.feeds.record import FeedError
from hub.models import Delivery, Feed
from hub.services.receiving import storage
from hub.services.receiving.delivery import receive, refuse
from hub.services.receiving.ledger import Progress

logger = logging.getLogger(__name__)
Status = Delivery.Status
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
SECONDS_BETWEEN = 1.0


def due(*, now: datetime) -> list[int]:
    """Deliveries that wait and nobody works on: the queue is never trusted."""
    free = Q(work_until__isnull=True) | Q(work_until__lt=now)
    return list(Delivery.objects.filter(free, status=Status.WAITING).values_list("pk", flat=True))


def work(pk: int, *, now: datetime) -> None:
    """Takes in a delivery that waits, unless somebody else is at it. May be called any number of times."""
    with transaction.atomic():
        free = Q(work_until__isnull=True) | Q(work_until__lt=now)
        waiting = Delivery.objects.select_for_update(skip_locked=True).filter(free, pk=pk)
        delivery = waiting.filter(status=Status.WAITING).first()
        if delivery is None:
            return
        delivery.attempts += 1
        delivery.work_until = now + LEASE
        delivery.save(update_fields=["attempts", "work_until"])
    stored_as = delivery.stored_as
    if delivery.attempts > MOST_ATTEMPTS:
        refuse(delivery, FeedError("It could not be taken in three times over.", rule="attempts"))
    else:
        try:
            with storage.opened(stored_as) as file, _Telling(pk) as telling:
                _receive(delivery, file, telling.tell)
        except FileNotFoundError:
            refuse(delivery, FeedError("The file is gone from the intake folder.", rule="gone"))
    if not Delivery.objects.filter(stored_as=stored_as, status__in=[Status.HELD, Status.WAITING]).exists():
        storage.forget(stored_as)
        Delivery.objects.filter(stored_as=stored_as).update(stored_as="")


def _receive(delivery: Delivery, file: BinaryIO, tell: Callable[[Progress], None]) -> None:
    taken = receive(
        feed=Feed.objects.select_related("agency").get(code=delivery.feed),
        file=file,
        file_name=delivery.file_name,
        by=delivery.received_by,
        now=delivery.received_at,
        on_progress=tell,
        waited=delivery,
    )
    if taken.pk != delivery.pk:  # the same bytes came by another way meanwhile
        delivery.status, delivery.refusal = Status.DECLINED, "The same bytes have been taken in meanwhile."
        delivery.work_until = None
        delivery.save()


class _Telling:
    """Writes how far a delivery is, by a connection of its own: that which takes it in shows nothing yet."""

    def __init__(self, pk: int) -> None:
        self._pk, self._done, self._over = pk, 0, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Telling:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, progress: Progress) -> None:
        """Remembers how far it is."""
        self._done = min(99, 100 * progress.bytes_read // max(progress.total_bytes, 1))

    def _run(self) -> None:
        try:
            while not self._over.wait(SECONDS_BETWEEN):
                Delivery.objects.filter(pk=self._pk, status=Status.WAITING).update(
                    progress=self._done, work_until=timezone.now() + LEASE
                )
        except Exception:
            logger.warning("delivery number %s: its progress cannot be written", self._pk)
        finally:
            connection.close()
