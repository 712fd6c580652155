"""What people say no to, and what keeps their records from being erased."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from hub import audit
from hub.models import AuditEvent, Hold, Objection, Person, User

RIGHTS = AuditEvent.Purpose.RIGHTS
CHANGE = AuditEvent.Action.CHANGE


@transaction.atomic
def object_to(*, person: Person, kind: str, said: str, by: User, now: datetime) -> Objection:
    """Records what the person says no to; it counts from the next request on. Raises `ValidationError`."""
    try:
        with transaction.atomic():
            made = Objection.objects.create(
                person=person, kind=kind, said=said.strip()[:200], made_at=now, recorded_by=by
            )
    except IntegrityError:
        raise ValidationError("This objection is recorded already and stands.") from None
    audit.record(by=by, action=CHANGE, what=f"objection-{kind}", people=[person.pk], purpose=RIGHTS)
    return made


@transaction.atomic
def withdraw(*, objection: Objection, by: User, now: datetime) -> None:
    """Notes that the person no longer objects; that they did stays on record."""
    objection.withdrawn_at = now
    objection.save(update_fields=["withdrawn_at"])
    audit.record(by=by, action=CHANGE, what="withdrawal", people=[objection.person_id], purpose=RIGHTS)


@transaction.atomic
def hold(*, person: Person, reason: str, by: User, now: datetime) -> Hold:
    """Keeps everything of the person from being erased. Raises `ValidationError` without a reason."""
    if not reason.strip():
        raise ValidationError({"reason": "Say what it is kept for."})
    placed = Hold.objects.create(person=person, reason=reason.strip()[:200], placed_by=by, placed_at=now)
    audit.record(by=by, action=CHANGE, what="hold", people=[person.pk], purpose=RIGHTS)
    return placed


@transaction.atomic
def release(*, held: Hold, by: User, now: datetime) -> None:
    """Lets the retention run have its way again."""
    held.released_at = now
    held.save(update_fields=["released_at"])
    audit.record(by=by, action=CHANGE, what="release", people=[held.person_id], purpose=RIGHTS)
