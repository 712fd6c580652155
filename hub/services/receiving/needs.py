from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from hub.feeds.record import NeedRecord, Replaces
from hub.models import Need, SourceRecord
from hub.services.receiving.reading import chunks
from hub.services.receiving.taking import Taking, save

FIELDS = (
    "title",
    "minutes",
    "window_start",
    "window_end",
    "preferred",
    "rrule",
    "starts_on",
    "ends_on",
    "flexible_days",
    "workers",
    "priority",
    "time_critical",
    "mergeable",
    "separate_reason",
)


def take_needs(taking: Taking, records: Sequence[NeedRecord]) -> None:
    """Stores a chunk of needs that are new or have changed."""
    if not records:
        return
    taking.listed(record.key for record in records)
    skilled = [record for record in taking.sound(records) if _skills_known(taking, record)]
    known = taking.of_known_people(SourceRecord.Kind.NEED, skilled)
    person_by_key = {record.key: person for record, person in known}
    changed = taking.changed(SourceRecord.Kind.NEED, [record for record, _ in known])
    for record, row in changed:
        taking.changed_needs += row.pk is not None
        row.person_id = person_by_key[record.key]
    save(row for _, row in changed)
    Need.objects.bulk_create(
        [_need(record, row) for record, row in changed],
        update_conflicts=True,
        unique_fields=["agency", "reference"],
        update_fields=[*FIELDS, "skills", "gender", "person", "source_record"],
    )


def end_need(taking: Taking, key: str, *, said_at: datetime | None = None) -> None:
    """Ends a need, or all of a group, that the agency has called off: nothing of it is due from today.

    Its record forgets what it said, so that the same words sent again later make it due again. What was
    said later stands; and where nothing is known yet, the end is kept for what comes late.
    """
    # A request with several times of day is several needs, each with its time behind an @ in the key.
    called_off = Q(key=key) | Q(key__startswith=f"{key}@") | Q(group=key)
    rows = SourceRecord.objects.filter(called_off, agency=taking.agency, kind=SourceRecord.Kind.NEED)
    known = list(rows.only("pk", "said_at"))
    _end(taking, [row.pk for row in known if not _is_later(row, said_at)], said_at)
    if not known and said_at is not None:
        _save_end(taking, key, said_at)


def replace_groups(taking: Taking, replacements: Sequence[Replaces]) -> None:
    """Ends the needs that a resource no longer consists of; the last word on each counts."""
    last: dict[str, Replaces] = {}
    for one in replacements:
        known = last.get(one.group)
        if known is None or one.said_at is None or known.said_at is None or known.said_at <= one.said_at:
            last[one.group] = one
    rows = SourceRecord.objects.filter(
        agency=taking.agency, kind=SourceRecord.Kind.NEED, group__in=last
    ).only("pk", "key", "group", "said_at", "content_hash", "waits_for")
    grouped: dict[str, list[SourceRecord]] = defaultdict(list)
    for row in rows:
        grouped[row.group].append(row)
    for group, one in last.items():
        gone = [
            row.pk for row in grouped[group] if not _is_live(row, one) and not _is_later(row, one.said_at)
        ]
        if gone:
            _end(taking, gone, one.said_at)
        if not grouped[group] and not one.live and one.said_at is not None:
            _save_end(taking, group, one.said_at)


def end_missing(taking: Taking) -> None:
    """Ends this feed's needs that a file which lists all does not list."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE listed")
    listed = RawSQL("SELECT key FROM listed", [])
    rows = SourceRecord.objects.filter(
        agency=taking.agency, kind=SourceRecord.Kind.NEED, feed=taking.delivery.feed
    ).exclude(content_hash="")
    for keys in chunks(rows.exclude(key__in=listed).values_list("pk", flat=True).iterator()):
        _end(taking, keys, None)


def _end(taking: Taking, records: Sequence[int], said_at: datetime | None) -> None:
    day = timezone.localdate(said_at) if said_at else taking.today
    last_day = day - timedelta(days=1)
    needs = Need.objects.filter(source_record__in=records)
    due = needs.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day))
    ended = due.update(ends_on=last_day)
    taking.ended += ended
    if ended or said_at:
        told = {"said_at": said_at} if said_at else {}
        SourceRecord.objects.filter(pk__in=records).update(content_hash="", waits_for="", **told)


def _save_end(taking: Taking, key: str, said_at: datetime) -> None:
    row = SourceRecord(agency=taking.agency, kind=SourceRecord.Kind.NEED, key=key[:120], group=key[:120])
    row.delivery, row.feed, row.payload, row.said_at = taking.delivery, taking.delivery.feed, {}, said_at
    save([row])


def _is_live(row: SourceRecord, one: Replaces) -> bool:
    return row.key in one.live or any(key.endswith("*") and row.key.startswith(key[:-1]) for key in one.live)


def _is_later(row: SourceRecord, said_at: datetime | None) -> bool:
    return said_at is not None and row.said_at is not None and row.said_at > said_at


def _skills_known(taking: Taking, record: NeedRecord) -> bool:
    unknown = sorted(set(record.skills) - taking.skills)
    if unknown:
        taking.ledger.refuse(
            record,
            field="skills",
            rule="unknown_skill",
            message="A task of this need is not in the county's list of skills; use a code from the list.",
        )
    return not unknown


def _need(record: NeedRecord, row: SourceRecord) -> Need:
    return Need(
        agency=row.agency,
        reference=record.key,
        person_id=row.person_id,
        source_record=row,
        skills=list(record.skills),
        gender=record.gender or "",
        **{name: getattr(record, name) for name in FIELDS},
    )
