"""What is written about a person, what they said no to, and who opened their record in an emergency."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from hub import scope
from hub.models import (
    EmergencyAccess,
    Hold,
    Note,
    Objection,
    Person,
    Role,
    SharingAgreement,
    SourceRecord,
    User,
)
from hub.selectors.person import keys_of
from hub.walls import as_county

Item = SharingAgreement.Item


def notes(user: User, person: Person, *, on: date) -> QuerySet[Note]:
    """The precautions and preferences that stand at this person's door, as far as they are shared."""
    found = Note.objects.filter(person__in=keys_of(person), ended_at=None)
    seen = scope.of(user, on=on)
    if seen.everything or person.pk in seen.emergency:
        return found
    return found.filter(agency__in=seen.agencies(Item.FLAGS))


def notes_at_the_door(person: Person) -> list[Note]:
    """Every note about a person to whom a field worker is sent: whoever rings must know of the dog."""
    found = Note.objects.filter(person__in=keys_of(person), ended_at=None).select_related("agency")
    with as_county():  # also those written under the key that a joined record had before
        return list(found)


def own_notes(user: User) -> QuerySet[Note]:
    """The notes that this user may review: those of the own agency; the hub looks after all."""
    standing_notes = Note.objects.filter(ended_at=None)
    if user.role == Role.HUB_ADMINISTRATOR:
        return standing_notes
    if user.role in (Role.COORDINATOR, Role.AGENCY_MANAGER) and user.agency_id:
        return standing_notes.filter(agency=user.agency_id)
    return Note.objects.none()


def emergencies(user: User) -> QuerySet[EmergencyAccess]:
    """Records opened in an emergency: all for the hub, and those of people whom a manager's agency knows."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return EmergencyAccess.objects.all()
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        theirs = SourceRecord.objects.filter(
            person=OuterRef("person"), kind=SourceRecord.Kind.PERSON, agency=user.agency_id
        )
        return EmergencyAccess.objects.filter(Exists(theirs))
    return EmergencyAccess.objects.none()


def objections(user: User, person: Person) -> QuerySet[Objection]:
    """What this person, whom the user may open, has said no to and not withdrawn."""
    return Objection.objects.filter(person__in=keys_of(person), withdrawn_at=None)


def holds(user: User, person: Person) -> QuerySet[Hold]:
    """What keeps this person's records from being erased."""
    return Hold.objects.filter(person__in=keys_of(person), released_at=None)
