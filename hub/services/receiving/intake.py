"""What comes by page, API or folder: kept at once, looked at or taken in by a worker, decided by people."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import BinaryIO

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from hub.feeds import reader, table
from hub.feeds.record import AllOrNothing, FeedError, Rejected, Replaces, Skipped
from hub.models import Delivery, Feed, Rejection, User
from hub.services.receiving import storage
from hub.services.receiving.delivery import new_delivery, receive, refuse
from hub.services.receiving.ledger import Progress
from hub.services.receiving.reading import View

logger = logging.getLogger(__name__)
Status = Delivery.Status
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
LOOKED_AT = 500  # records of a preview
SHOWN = 10  # rejections of a preview
SECONDS_BETWEEN = 1.0


@dataclass(slots=True)
class Preview:
    """What a feed makes of the beginning of a file; nothing is stored."""

    taken: dict[str, int] = field(default_factory=dict)  # by kind of record
    rejected: int = 0
    skipped: int = 0
    rejections: list[Rejected] = field(default_factory=list)
    is_whole: bool = True
    refusal: str = ""


def accept(
    *,
    feed: Feed,
    file: BinaryIO,
    file_name: str,
    by: User | None,
    now: datetime,
    look_first: bool = False,
) -> Delivery:
    """Keeps a file; a worker takes it in, or somebody looks first. The same bytes are kept once.

    Raises `FeedError` if it is empty or too large.
    """
    delivery = new_delivery(feed=feed, file_name=file_name, by=by, now=now)
    delivery.stored_as, delivery.sha256, delivery.bytes = storage.keep(file)
    if not delivery.bytes:
        storage.forget(delivery.stored_as)
        raise FeedError("The file is empty. Export it again.", rule="empty")
    same = Delivery.objects.filter(
        agency=feed.agency,
        feed=feed.code,
        sha256=delivery.sha256,
        status__in=[Status.TAKEN, Status.WAITING, Status.HELD, Status.DRAFT],
    ).first()
    if same is not None:
        storage.forget(delivery.stored_as)
        same.already_taken = same.status == Status.TAKEN
        return same
    delivery.status = Status.DRAFT if look_first else Status.WAITING
    with transaction.atomic():
        delivery.save()
        if not look_first:
            transaction.on_commit(partial(enqueue, delivery.pk))
    return delivery


def preview(delivery: Delivery) -> Preview:
    """What the first records of a file that waits would become."""
    found = Preview()
    feed = Feed.objects.get(code=delivery.feed)
    with storage.opened(delivery.stored_as) as file:
        items = reader(feed.format, feed.mapping).read(View(file).buffered())
        try:
            for item in islice(items, LOOKED_AT):
                if isinstance(item, Rejected):
                    found.rejected += not item.field_only
                    found.rejections += [item] if len(found.rejections) < SHOWN else []
                elif isinstance(item, Skipped):
                    found.skipped += 1
                elif not isinstance(item, AllOrNothing | Replaces):
                    kind = type(item).__name__.removesuffix("Record").lower()
                    found.taken[kind] = found.taken.get(kind, 0) + 1
            found.is_whole = next(items, None) is None
        except FeedError as error:
            found.refusal = str(error)
    return found


def heading(delivery: Delivery, *, rows: int) -> tuple[list[str], list[list[str]]]:
    """The heading of a CSV that waits, and its first rows. Raises `FeedError` if it is none."""
    with storage.opened(delivery.stored_as) as file:
        return table.beginning(View(file).buffered(), rows)


def send(*, delivery: Delivery, by: User) -> None:
    """Has a file taken in that was only looked at so far. Raises `ValueError` if it is not one."""
    with _locked(delivery, Status.DRAFT) as row:
        row.status, row.received_by = Status.WAITING, by
        row.save()
        transaction.on_commit(partial(enqueue, row.pk))


def approve(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Takes in a held delivery after all. Raises `ValueError` if it is not held."""
    with _locked(delivery, Status.HELD) as row:
        row.status, row.decided_by, row.decided_at = Status.WAITING, by, now
        row.attempts, row.work_until = 0, None
        row.save()
        transaction.on_commit(partial(enqueue, row.pk))


def decline(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Does not take in what is held or was only looked at; the file is removed, the row stays."""
    with _locked(delivery, Status.HELD, Status.DRAFT) as row:
        transaction.on_commit(partial(storage.forget, row.stored_as))
        row.status, row.stored_as, row.decided_by, row.decided_at = Status.DECLINED, "", by, now
        row.save()


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


def due(*, now: datetime) -> list[int]:
    """Deliveries that wait and nobody works on: the queue is never trusted."""
    free = Q(work_until__isnull=True) | Q(work_until__lt=now)
    return list(Delivery.objects.filter(free, status=Status.WAITING).values_list("pk", flat=True))


def enqueue(pk: int) -> None:
    """Sends the delivery to a worker; the sweep sends it again if that fails."""
    from hub.services.receiving import tasks

    tasks.send(pk)


def settle(*, rejection: Rejection, state: str, by: User, now: datetime) -> None:
    """Notes what the sender did about a rejection; back to open takes that back.

    Raises `ValueError` for a state that there is not.
    """
    if state not in Rejection.State.values:
        raise ValueError("There is no such state.")
    is_open = state == Rejection.State.OPEN
    rejection.state, rejection.settled_with = state, None
    rejection.settled_by, rejection.settled_at = (None, None) if is_open else (by, now)
    rejection.save(update_fields=["state", "settled_with", "settled_by", "settled_at"])


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


@contextmanager
def _locked(delivery: Delivery, *states: str) -> Iterator[Delivery]:
    """The row of a delivery, held for a change. Raises `ValueError` if it is not in one of these states."""
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.status not in states:
            raise ValueError(f"This delivery is {row.get_status_display().lower()}; nothing was changed.")
        yield row


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
