from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hub.feeds.record import PersonRecord
from hub.identity import joining
from hub.models import SharingAgreement, SourceRecord
from hub.services.receiving import absences, addresses
from hub.services.receiving.taking import Taking

NHS_NUMBER = SharingAgreement.Item.NHS_NUMBER


def take_persons(taking: Taking, records: Sequence[PersonRecord]) -> None:
    """Stores a chunk of people that are new or have changed, each joined to whom they are."""
    allowed = [_within_agreement(taking, record) for record in taking.sound(records)]
    changed = taking.changed(SourceRecord.Kind.PERSON, allowed)
    if not changed:
        return
    joining.take_lock()  # before any address, or two deliveries could each wait for the other
    doors = addresses.resolve(taking, [record for record, _ in changed])
    new = {row.key for _, row in changed if row.pk is None}
    joining.settle(
        [joining.Arrival(record, row, doors.get(record.key)) for record, row in changed],
        now=taking.delivery.received_at,
    )
    absences.settle_deaths(taking, changed, new=new)


def _within_agreement(taking: Taking, record: PersonRecord) -> PersonRecord:
    """The record without an NHS number that no agreement lets the agency send."""
    if not record.nhs_number or NHS_NUMBER in taking.covered:
        return record
    taking.ledger.refuse(
        record,
        field="nhs_number",
        rule="no_agreement",
        message="No sharing agreement in force lets this agency send NHS numbers; taken without it.",
        field_only=True,
    )
    return replace(record, nhs_number=None, nhs_number_verified=False)
