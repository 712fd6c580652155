"""Opening a record in an emergency: at once, for an hour, with a reason, seen by others."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from hub import audit
from hub.models import AuditEvent, EmergencyAccess, Person, User
from hub.walls import as_county

LASTS = timedelta(hours=1)
SHORTEST_REASON = 15
PURPOSES = (AuditEvent.Purpose.VITAL, AuditEvent.Purpose.SAFEGUARDING)
Action = AuditEvent.Action


@as_county()
@transaction.atomic
def open_record(
    *, family_name: str, birth_date: date, postcode: str, purpose: str, reason: str, by: User, now: datetime
) -> EmergencyAccess:
    """Opens the one record that fits for an hour and alerts the hub and the agencies that know the person.

    Raises `ValidationError`, and records the attempt, if none or several fit: it is no way to search.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise ValidationError({"reason": f"Say in at least {SHORTEST_REASON} characters what has happened."})
    found = Person.objects.filter(family_name__iexact=family_name.strip(), birth_date=birth_date)
    if postcode.strip():
        letters = "".join(postcode.split()).upper()
        found = found.filter(address__postcode=f"{letters[:-3]} {letters[-3:]}")
    people = list(found[:2])
    if len(people) != 1:
        what = "emergency-several" if people else "emergency-nobody"
        said = "Several people fit: add the postcode." if people else "Nobody fits. Look at the spelling."
        raise NobodyOpened(said, what)
    access = EmergencyAccess.objects.create(
        user=by, person=people[0], purpose=purpose, reason=reason.strip(), opened_at=now, until=now + LASTS
    )
    audit.record(
        by=by,
        action=Action.EMERGENCY,
        what="emergency",
        people=[people[0].pk],
        purpose=purpose,
        reason=reason.strip(),
    )
    return access


class NobodyOpened(ValidationError):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Not one record fitted; `what` is for the audit."""

    def __init__(self, said: str, what: str) -> None:
        super().__init__(said)
        self.what = what


@as_county()
def review(*, access: EmergencyAccess, finding: str, by: User, now: datetime) -> EmergencyAccess:
    """Notes what the hub found of it, once. Raises `ValidationError` without words, or for one's own."""
    if not finding.strip():
        raise ValidationError({"finding": "Say what you found."})
    if access.user_id == by.pk:
        raise ValidationError("Somebody else looks at what you opened.")
    access.finding, access.reviewed_by, access.reviewed_at = finding.strip()[:200], by, now
    access.save(update_fields=["finding", "reviewed_by", "reviewed_at"])
    return access
