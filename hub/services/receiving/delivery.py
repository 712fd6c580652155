from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from hub import scope
from hub.bulk import Growth
from hub.feeds import reader
from hub.feeds.record import (
    AbsenceRecord,
    AllOrNothing,
    ContactRecord,
    FeedError,
    HomeRecord,
    Item,
    PersonRecord,
    Rejected,
    Replaces,
    Skipped,
)
from hub.models import (
    Address,
    Delivery,
    Feed,
    KnownAs,
    MatchDecision,
    Need,
    Person,
    Rejection,
    SharingAgreement,
    SourceRecord,
    User,
)
from hub.services.receiving import gaps, storage, waiting
from hub.services.receiving.absences import take_absences, withdraw
from hub.services.receiving.contacts import take_contacts
from hub.services.receiving.homes import take_homes
from hub.services.receiving.ledger import Ledger, Progress, fitted
from hub.services.receiving.needs import end_missing, end_needs, replace_groups, take_needs, turns
from hub.services.receiving.persons import take_persons
from hub.services.receiving.reading import View, read_ahead, with_few_collections
from hub.services.receiving.taking import Taking
from hub.walls import as_county

logger = logging.getLogger(__name__)
LOCK = 7_261  # with the agency's key: one delivery of an agency at a time
FEWEST_TO_HOLD = 20  # an agency with fewer needs changes most of them on any day


class _HeldError(Exception):
    """The delivery would end or change too much to go in by itself."""

    def __init__(self, *, before: int, ended: int, changed: int) -> None:
        self.before, self.ended, self.changed = before, ended, changed
        super().__init__("held")


def new_delivery(*, feed: Feed, file_name: str, by: User | None, now: datetime) -> Delivery:
    """A delivery that is not stored yet."""
    return Delivery(
        agency=feed.agency,
        feed=feed.code,
        file_name=PurePath(file_name.replace("\\", "/")).name[:255],
        received_at=now,
        received_by=by,
    )


@as_county()  # whom the sender's records join may be known to others alone
def receive(
    *,
    feed: Feed,
    file: BinaryIO,
    file_name: str,
    by: User | None,
    now: datetime,
    on_progress: Callable[[Progress], None] | None = None,
    waited: Delivery | None = None,
) -> Delivery:
    """Takes in one file, or refuses it as a whole with a reason; `file` must allow seeking.

    Bytes that were taken before change nothing: that delivery comes back with `already_taken` set.
    Otherwise all is stored at once or, if the process dies, nothing. `by` is None for a machine.
    What would end or change too large a share of the agency's needs is held for a person instead, unless
    somebody has said yes to the delivery that `waited`.
    """
    delivery = waited or new_delivery(feed=feed, file_name=file_name, by=by, now=now)
    try:
        delivery.bytes = file.seek(0, 2)
        storage.check_size(delivery.bytes)
        delivery.sha256 = _sha256(file)
        with transaction.atomic(), with_few_collections():
            one_at_a_time(feed.agency_id)
            if earlier := _taken_earlier(delivery):
                earlier.already_taken = True
                return earlier
            _take(delivery, feed, file, on_progress)
    except FeedError as error:
        return refuse(delivery, error)
    except _HeldError as held:
        return _hold(delivery, held, file)
    except DatabaseError as error:
        return refuse(delivery, _without_values(error))
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
    if delivery.pk is None:  # a row that waited is left alone until the end, so that its progress can be told
        delivery.status = Delivery.Status.TAKEN
        delivery.save()
    format = reader(feed.format, feed.mapping)
    ledger = Ledger(delivery, total_bytes=2 * delivery.bytes, on_progress=on_progress)
    taking = Taking.begin(delivery, covered=covered, ledger=ledger, lists_all=feed.is_complete)
    before = _needs_in_force(taking)
    growth = Growth(SourceRecord, Address, KnownAs, Person, MatchDecision, Need)
    view = View(file)
    more = False
    with read_ahead(format.read(view.buffered())) as pieces:
        for chunk in pieces:
            more = _first_pass(taking, chunk) or more
            growth.reached(ledger.taken)
            ledger.flush(bytes_read=view.bytes_read)
    if more:
        view = View(file)
        with read_ahead(format.read(view.buffered())) as pieces:
            for chunk in pieces:
                _second_pass(taking, chunk)
                growth.reached(ledger.taken)
                ledger.flush(bytes_read=delivery.bytes + view.bytes_read)
    waiting.release(taking)
    gaps.link(taking)
    if feed.is_complete and not taking.unreadable:
        end_missing(taking)
    if not delivery.decided_at:
        _check_share(feed, taking, before)
    delivery.status = Delivery.Status.TAKEN
    delivery.progress, delivery.work_until = 100, None
    ledger.close()


def _first_pass(taking: Taking, chunk: list[Item]) -> bool:
    """Takes the persons and notes what is rejected; whether there is something for the second pass."""
    more = False
    persons: list[PersonRecord] = []
    rejected: list[str] = []
    for item in chunk:
        if isinstance(item, Rejected):
            taking.ledger.reject(item)
            taking.unreadable = taking.unreadable or not (item.key or item.field_only)
            rejected.append(item.key)
        elif isinstance(item, Skipped):
            taking.ledger.skipped += 1
            more = more or bool(item.ends_need)
        elif isinstance(item, AllOrNothing):
            taking.ledger.all_or_nothing = True
        elif isinstance(item, Replaces):
            more = True
        else:
            taking.require_agreement(item)
            if isinstance(item, PersonRecord):
                persons.append(item)
            else:
                more = True
    taking.listed(rejected)
    take_persons(taking, persons)
    return more


def _second_pass(taking: Taking, chunk: list[Item]) -> None:
    for needs, ends in turns(chunk):
        take_needs(taking, needs)
        end_needs(taking, ends)
        withdraw(taking, ends)
    replace_groups(taking, [item for item in chunk if isinstance(item, Replaces)])
    take_contacts(taking, [item for item in chunk if isinstance(item, ContactRecord)])
    take_absences(taking, [item for item in chunk if isinstance(item, AbsenceRecord)])
    take_homes(taking, [item for item in chunk if isinstance(item, HomeRecord)])


def _needs_in_force(taking: Taking) -> int:
    needs = Need.objects.filter(agency=taking.agency)
    return needs.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=taking.today)).count()


def _check_share(feed: Feed, taking: Taking, before: int) -> None:
    """Raises `_HeldError` if more of the agency's needs end or change than may without a person."""
    touched = taking.ended + taking.changed_needs
    if before >= FEWEST_TO_HOLD and touched * 100 > before * feed.hold_share:
        raise _HeldError(before=before, ended=taking.ended, changed=taking.changed_needs)


def _hold(delivery: Delivery, held: _HeldError, file: BinaryIO) -> Delivery:
    """Keeps the file and what it would have done, for a person to decide."""
    if not delivery.stored_as:
        file.seek(0)
        delivery.stored_as = storage.keep(file)[0]
        delivery.pk = None
        delivery._state.adding = True
    delivery.status, delivery.work_until, delivery.progress = Delivery.Status.HELD, None, 0
    delivery.taken = delivery.unchanged = delivery.rejected = delivery.skipped = 0
    delivery.needs_before, delivery.would_end, delivery.would_change = held.before, held.ended, held.changed
    delivery.save()
    logger.warning(
        "delivery %s held: of %d needs it would end %d and change %d",
        *(delivery.public_id, held.before, held.ended, held.changed),
    )
    return delivery


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def one_at_a_time(agency: int) -> None:
    """Holds the agency's deliveries for this transaction; whoever brings another waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, agency])


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


def refuse(delivery: Delivery, error: FeedError) -> Delivery:
    """Keeps what was refused and why, in a transaction of its own."""
    delivery.work_until = None
    if not delivery.stored_as:
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
