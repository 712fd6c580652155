from __future__ import annotations

from collections.abc import Sequence

from hub.bulk import put
from hub.feeds.record import ContactRecord
from hub.models import Contact, SourceRecord
from hub.services.receiving.taking import Taking, save


def take_contacts(taking: Taking, records: Sequence[ContactRecord]) -> None:
    """Stores a chunk of visits made, new or changed."""
    if not records:
        return
    known = taking.of_known_people(SourceRecord.Kind.CONTACT, taking.sound(records))
    person_by_key = {record.key: person for record, person in known}
    changed = taking.changed(SourceRecord.Kind.CONTACT, [record for record, _ in known])
    for record, row in changed:
        row.person_id = person_by_key[record.key]
    save(row for _, row in changed)
    put(
        Contact,
        [
            Contact(
                agency_id=row.agency_id,
                reference=record.key,
                person_id=row.person_id,
                source_record=row,
                worker_reference=record.worker_reference,
                starts_at=record.starts_at,
                minutes=record.minutes,
            )
            for record, row in changed
        ],
        match=("agency", "reference"),
        update=["person", "source_record", "worker_reference", "starts_at", "minutes"],
    )
