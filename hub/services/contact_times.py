"""When a person asks for calls to begin, as somebody was told on the telephone or at the door."""

from __future__ import annotations

from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction

from hub.identity import golden
from hub.identity.joining import take_lock
from hub.models import ContactTimes, SourceRecord, User
from hub.walls import as_county


@as_county()  # what is shown of a person follows from the records of all agencies
@transaction.atomic
def set_times(
    *,
    record: SourceRecord,
    contact_from: time | None,
    contact_until: time | None,
    reason: str,
    by: User,
    now: datetime,
) -> ContactTimes:
    """Notes it on a record of the person. Without times: any time, whatever records say.

    Raises `ValidationError` by field.
    """
    if contact_from and contact_until and contact_until <= contact_from:
        raise ValidationError({"contact_until": "Give a time that is later than the first."})
    if not reason.strip():
        raise ValidationError({"reason": "Say who asked for it, and why."})
    take_lock()
    held = SourceRecord.objects.get(pk=record.pk)
    made = ContactTimes.objects.create(
        source_record=held,
        contact_from=contact_from,
        contact_until=contact_until,
        reason=reason.strip(),
        set_by=by,
        set_at=now,
    )
    golden.refresh([held.person_id])
    return made


@as_county()
@transaction.atomic
def end(*, told: ContactTimes, reason: str, by: User, now: datetime) -> None:
    """From now on what was told before, or what records say, counts again. Raises `ValidationError`."""
    if not reason.strip():
        raise ValidationError({"reason": "Say why it ends."})
    take_lock()
    ended = ContactTimes.objects.filter(pk=told.pk, ended_at=None)
    if not ended.update(ended_because=reason.strip(), ended_by=by, ended_at=now):
        raise ValidationError("Somebody has ended it in the meantime.")
    golden.refresh([SourceRecord.objects.get(pk=told.source_record_id).person_id])
