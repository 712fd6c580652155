"""What comes by page, API or folder: kept at once, looked at or sent to a worker, decided by people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import BinaryIO

from django.db import transaction

from hub.feeds import reader, table
from hub.feeds.record import AllOrNothing, FeedError, Rejected, Replaces, Skipped
from hub.models import Delivery, Feed, Rejection, User
from hub.services.receiving import storage, tasks
from hub.services.receiving.delivery import new_delivery
from hub.services.receiving.reading import View

Status = Delivery.Status
LOOKED_AT = 500  # records of a preview
SHOWN = 10  # rejections of a preview


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
            transaction.on_commit(partial(tasks.send, delivery.pk))
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
        transaction.on_commit(partial(tasks.send, row.pk))


def approve(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Takes in a held delivery after all. Raises `ValueError` if it is not held."""
    with _locked(delivery, Status.HELD) as row:
        row.status, row.decided_by, row.decided_at = Status.WAITING, by, now
        row.attempts, row.work_until = 0, None
        row.save()
        transaction.on_commit(partial(tasks.send, row.pk))


def decline(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Does not take in what is held or was only looked at; the file is removed, the row stays."""
    with _locked(delivery, Status.HELD, Status.DRAFT) as row:
        transaction.on_commit(partial(storage.forget, row.stored_as))
        row.status, row.stored_as, row.decided_by, row.decided_at = Status.DECLINED, "", by, now
        row.save()


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


@contextmanager
def _locked(delivery: Delivery, *states: str) -> Iterator[Delivery]:
    """The row of a delivery, held for a change. Raises `ValueError` if it is not in one of these states."""
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.status not in states:
            raise ValueError(f"This delivery is {row.get_status_display().lower()}; nothing was changed.")
        yield row
