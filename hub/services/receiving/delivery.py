from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from hub import scope
from hub.feeds import FEEDS
from hub.feeds.record import (
    ContactRecord,
    FeedError,
    NeedRecord,
    PersonRecord,
    Record,
    Rejected,
    Skipped,
)
from hub.models import Delivery, Feed, Rejection, SharingAgreement, User
from hub.services.receiving import gaps
from hub.services.receiving.contacts import take_contacts
from hub.services.receiving.ledger import Ledger, Progress, fitted
from hub.services.receiving.needs import end_need, take_needs
from hub.services.receiving.persons import take_persons
from hub.services.receiving.reading import View, chunks
from hub.services.receiving.taking import Taking
from hub.walls import as_county

logger = logging.getLogger(__name__)
Item = SharingAgreement.Item
LOCK = 7_261  # with the agency's key: one delivery of an agency at a time


@as_county()  # whom the sender's records join may be known to others alone
def receive(
    *,
    feed: Feed,
    file: BinaryIO,
    file_name: str,
    by: User | None,
    now: datetime,
    on_progress: Callable[[Progress], None] | None = None,
) -> Delivery:
    """Takes in one file, or refuses it as a whole with a reason; `file` must allow seeking.

    Bytes that were taken before change nothing: that delivery comes back with `already_taken` set.
    Otherwise all is stored at once or, if the process dies, nothing. `by` is None for a machine.
    """
    delivery = Delivery(
        agency=feed.agency,
        feed=feed.code,
        file_name=PurePath(file_name.replace("\\", "/")).name[:255],
        received_at=now,
        received_by=by,
        bytes=file.seek(0, 2),
    )
    try:
        _check_size(delivery)
        delivery.sha256 = _sha256(file)
        with transaction.atomic():
            _one_at_a_time(feed)
            if earlier := _taken_earlier(delivery):
                earlier.already_taken = True
                return earlier
            _take(delivery, feed, file, on_progress)
    except FeedError as error:
        return _refuse(delivery, error)
    except DatabaseError as error:
        return _refuse(delivery, _without_values(error))
    logger.info(
        "delivery %s taken: %d taken, %d unchanged, %d rejected, %d skipped",
        *(delivery.public_id, delivery.taken, delivery.unchanged, delivery.rejected, delivery.skipped),
    )
    return delivery


def _take(
    delivery: Delivery, feed: Feed, file: BinaryIO, on_progress: Callable[[Progress], None] | None
) -> None:
    """Reads the file twice: persons first, because a need may stand before its person."""
    covered = _items_covered(delivery)
    delivery.status = Delivery.Status.TAKEN
    delivery.save()
    reader = FEEDS[feed.format]
    ledger = Ledger(delivery, total_bytes=2 * delivery.bytes, on_progress=on_progress)
    taking = Taking.begin(delivery, covered=covered, ledger=ledger)
    view = View(file)
    more = False
    for chunk in chunks(_first_pass(reader.read(view.buffered()), taking)):
        take_persons(taking, [record for record in chunk if isinstance(record, PersonRecord)])
        more = more or any(record is None for record in chunk)
        ledger.flush(bytes_read=view.bytes_read)
    if more:
        view = View(file)
        for chunk in chunks(reader.read(view.buffered())):
            _take_needs_and_contacts(taking, chunk)
            ledger.flush(bytes_read=delivery.bytes + view.bytes_read)
        gaps.link(taking)
    ledger.close()


def _first_pass(
    items: Iterator[Record | Rejected | Skipped], taking: Taking
) -> Iterator[PersonRecord | None]:
    """The persons, and None where there is something for the second pass. Rejections are noted here."""
    for item in items:
        if isinstance(item, Rejected):
            taking.ledger.reject(item)
        elif isinstance(item, Skipped):
            taking.ledger.skipped += 1
            if item.ends_need:
                yield None
        else:
            taking.require_agreement(item)
            yield item if isinstance(item, PersonRecord) else None


def _take_needs_and_contacts(taking: Taking, chunk: list[Record | Rejected | Skipped]) -> None:
    needs: list[NeedRecord] = []
    for item in chunk:
        if isinstance(item, NeedRecord):
            needs.append(item)
        elif isinstance(item, Skipped) and item.ends_need:
            take_needs(taking, needs)  # what stands before it in the file comes first
            needs = []
            end_need(taking, item.ends_need)
    take_needs(taking, needs)
    take_contacts(taking, [item for item in chunk if isinstance(item, ContactRecord)])


def _check_size(delivery: Delivery) -> None:
    if delivery.bytes > settings.DELIVERY_MAX_BYTES:
        limit = settings.DELIVERY_MAX_BYTES // (1024 * 1024)
        raise FeedError(f"The file is larger than {limit} MB. Send it in parts.", rule="too_large")


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _one_at_a_time(feed: Feed) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, feed.agency_id])


def _taken_earlier(delivery: Delivery) -> Delivery | None:
    return Delivery.objects.filter(
        agency=delivery.agency,
        feed=delivery.feed,
        sha256=delivery.sha256,
        status=Delivery.Status.TAKEN,
    ).first()


def _items_covered(delivery: Delivery) -> frozenset[str]:
    """What the agreements in force let this agency send. Raises `FeedError` if there is none at all."""
    today = timezone.localdate(delivery.received_at)
    in_force = SharingAgreement.objects.in_force(today).filter(parties=delivery.agency)
    covered = frozenset(item for items in in_force.values_list("items", flat=True) for item in items)
    covered -= scope.NEVER.get(delivery.agency.kind, frozenset())
    if not covered or not delivery.agency.is_active:
        raise FeedError(
            "No sharing agreement with this agency is in force, so nothing may be taken in.",
            rule="no_agreement",
        )
    return covered


def _refuse(delivery: Delivery, error: FeedError) -> Delivery:
    """Keeps what was refused and why, in a transaction of its own."""
    delivery.pk = None
    delivery._state.adding = True
    delivery.status = Delivery.Status.REFUSED
    delivery.taken = delivery.unchanged = delivery.rejected = delivery.skipped = 0
    delivery.refusal = fitted(str(error))
    with transaction.atomic():
        delivery.save()
        Rejection.objects.create(
            delivery=delivery,
            place=fitted(error.place, 200),
            field=fitted(error.field, 120),
            rule=error.rule or "refused",
            message=delivery.refusal,
        )
    logger.warning("delivery %s refused by rule %s", delivery.public_id, error.rule or "refused")
    return delivery


def _without_values(error: DatabaseError) -> FeedError:
    """The database's own words may quote a record; only the name of the rule that it broke may not."""
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "sqlstate", None)
    if constraint is None or type(error).__name__ not in ("IntegrityError", "DataError"):
        raise error
    return FeedError(
        f"A record breaks a rule of the database ({constraint}); nothing was taken.", rule="database"
    )
