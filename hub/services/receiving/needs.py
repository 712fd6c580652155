from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from hub.feeds.record import NeedRecord
from hub.models import Need, SourceRecord
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
    skilled = [record for record in taking.sound(records) if _skills_known(taking, record)]
    known = taking.of_known_people(skilled)
    person_by_key = {record.key: person for record, person in known}
    changed = taking.changed(SourceRecord.Kind.NEED, [record for record, _ in known])
    for record, row in changed:
        row.person_id = person_by_key[record.key]
    save(row for _, row in changed)
    Need.objects.bulk_create(
        [_need(record, row) for record, row in changed],
        update_conflicts=True,
        unique_fields=["agency", "reference"],
        update_fields=[*FIELDS, "skills", "gender", "person", "source_record"],
    )


def end_need(taking: Taking, key: str) -> None:
    """Ends a need that the agency has called off: nothing of it is due from today.

    Its record forgets what it said, so that the same words sent again later make it due again.
    """
    yesterday = timezone.localdate(taking.delivery.received_at) - timedelta(days=1)
    # A request with several times of day is several needs, each with its time behind an @ in the key.
    called_off = Q(reference=key) | Q(reference__startswith=f"{key}@")
    ended = Need.objects.filter(called_off, agency=taking.agency).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=yesterday)
    )
    if ended.update(ends_on=yesterday):
        records = SourceRecord.objects.filter(agency=taking.agency, kind=SourceRecord.Kind.NEED)
        records.filter(Q(key=key) | Q(key__startswith=f"{key}@")).update(content_hash="")


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
