"""A death, a stay in hospital, the end of an agency's care: needs are suspended at once, none is deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import Q

from hub.feeds.record import AbsenceRecord, PersonRecord, Skipped
from hub.models import Need, SourceRecord, Suspension
from hub.services.receiving.taking import Taking, save

Cause = Suspension.Cause
KEYS = ("Encounter/", "EpisodeOfCare/")  # how the keys of absences begin


def take_absences(taking: Taking, records: Sequence[AbsenceRecord]) -> None:
    """Stores stays and ends of care that are new or have changed."""
    if not records:
        return
    known = taking.of_known_people(SourceRecord.Kind.ABSENCE, taking.sound(records))
    person_by_key = {record.key: person for record, person in known}
    changed = taking.changed(SourceRecord.Kind.ABSENCE, [record for record, _ in known])
    for record, row in changed:
        row.person_id = person_by_key[record.key]
    save(row for _, row in changed)
    now_absent = [(record, row) for record, row in changed if _matters(record, taking.today)]
    over = [row.pk for record, row in changed if not _matters(record, taking.today)]
    # A stay that is over is not news; if it was told while it lasted, its end is.
    ended = {one.source_record_id: one for one in Suspension.objects.filter(source_record__among=over)}
    now_absent += [(record, row) for record, row in changed if row.pk in ended]
    _suspend(
        taking,
        [(row, Cause(record.cause), record.starts_on, record.ends_on) for record, row in now_absent],
    )


def settle_deaths(
    taking: Taking, changed: Sequence[tuple[PersonRecord, SourceRecord]], *, new: Collection[str]
) -> None:
    """Suspends the needs of those who are said to have died, and takes that back where it was not so.

    Of records that are `new`, by their keys, nothing was said before.
    """
    dead = [(record, row) for record, row in changed if record.deceased or record.deceased_on]
    living = [
        row.pk
        for record, row in changed
        if row.key not in new and not (record.deceased or record.deceased_on)
    ]
    known = set(
        Suspension.objects.filter(
            source_record__among=[row.pk for _, row in dead], withdrawn_at__isnull=True
        ).values_list("source_record_id", flat=True)
    )
    _suspend(
        taking,
        [
            (row, Cause.DIED, record.deceased_on or taking.today, None)
            for record, row in dead
            if row.pk not in known
        ],
    )
    if living:
        _withdraw(taking, Q(source_record__among=living, cause=Cause.DIED))


def withdraw(taking: Taking, called_off: Sequence[Skipped]) -> None:
    """Takes back what was said of absences, unless it has been said again later."""
    ends = {each.ends_need: each.said_at for each in called_off}
    if not ends:
        return
    known = SourceRecord.objects.filter(agency=taking.agency, kind=SourceRecord.Kind.ABSENCE)
    rows = {row.key: row for row in known.filter(key__among=ends)}
    save(  # for an admission that comes late
        _end_of(taking, key, said_at)
        for key, said_at in ends.items()
        if key not in rows and key.startswith(KEYS) and said_at is not None
    )
    gone = []
    for key, row in rows.items():
        said_at = ends[key]
        if said_at is None or row.said_at is None or row.said_at <= said_at:
            row.content_hash, row.waits_for, row.said_at = "", "", said_at or row.said_at
            gone.append(row)
    SourceRecord.objects.bulk_update(gone, ["content_hash", "waits_for", "said_at"])
    _withdraw(taking, Q(source_record__among=[row.pk for row in gone]))


def _suspend(taking: Taking, absences: Sequence[tuple[SourceRecord, Cause, date, date | None]]) -> None:
    if not absences:
        return
    now = taking.delivery.received_at
    Suspension.objects.bulk_create(
        [
            Suspension(
                source_record=row,
                agency=taking.agency,
                cause=cause,
                starts_on=starts_on,
                ends_on=ends_on,
                told_at=now,
            )
            for row, cause, starts_on, ends_on in absences
        ],
        update_conflicts=True,
        unique_fields=["source_record"],
        # What is told anew has to be seen anew, and what was lifted before is in force again.
        update_fields=[
            *("cause", "starts_on", "ends_on", "told_at", "noted_by", "seen_at", "seen_by"),
            *("withdrawn_at", "lifted_at", "lifted_by", "lifted_because"),
        ],
    )
    people = {row.person_id for row, *_ in absences}
    due = Need.objects.filter(agency=taking.agency, person__among=people)
    taking.ended += due.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=taking.today)).count()


def _withdraw(taking: Taking, which: Q) -> None:
    Suspension.objects.filter(which, withdrawn_at__isnull=True).update(
        withdrawn_at=taking.delivery.received_at, told_at=taking.delivery.received_at, seen_at=None
    )


def _end_of(taking: Taking, key: str, said_at: datetime) -> SourceRecord:
    return SourceRecord(
        agency=taking.agency,
        kind=SourceRecord.Kind.ABSENCE,
        key=key[:120],
        delivery=taking.delivery,
        feed=taking.delivery.feed,
        payload={},
        said_at=said_at,
    )


def _matters(record: AbsenceRecord, today: date) -> bool:
    return record.ends_on is None or record.ends_on > today
