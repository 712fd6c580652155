"""People: whom a user may open, and by whose word. The other subjects stand on this rule."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from hub import scope
from hub.models import MatchDecision, Objection, Person, Role, SharingAgreement, SourceRecord, User
from hub.walls import as_county

Item = SharingAgreement.Item


def people(user: User, *, on: date) -> QuerySet[Person]:
    """The people whose record this user may open by role; field staff go by their rota instead."""
    if user.role == Role.HUB_ADMINISTRATOR:
        # A row left empty by a join waits only to be filled again when the join is undone.
        return Person.objects.filter(Exists(known_to(None)))
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        opened = Q(pk__in=scope.of(user, on=on).emergency)
        found = Person.objects.filter(Exists(known_to([user.agency_id])) | opened)
        return with_what_is_shared(found, user, on)
    if user.role == Role.COORDINATOR:
        seen = scope.of(user, on=on)
        here = known_by_sharing(user, on) & Q(address__area__in=user.areas.all())
        found = Person.objects.filter(here | Q(pk__in=seen.emergency) if seen.emergency else here)
        return with_what_is_shared(found, user, on)
    return Person.objects.none()


def known_to(agencies: Collection[int] | None) -> QuerySet[SourceRecord]:
    """The records by which one of these agencies, or with None any, knows the person of the outer query."""
    found = SourceRecord.objects.filter(person=OuterRef("pk"), kind=SourceRecord.Kind.PERSON)
    return found if agencies is None else found.filter(agency__in=agencies)


def known_by_sharing(user: User, on: date) -> Q:
    """Known to an agency that shares names with this user's; who objects to sharing, to their own alone."""
    own = Exists(known_to([user.agency_id] if user.agency_id else []))
    shared = Exists(known_to(scope.of(user, on=on).agencies(Item.IDENTITY)))
    return Q(shared) & (Q(~Exists(objecting(Objection.Kind.SHARING))) | Q(own))


def with_what_is_shared(found: QuerySet[Person], user: User, on: date) -> QuerySet[Person]:
    """With each person, whether an agency that knows them shares the door and the number with this user."""
    seen = scope.of(user, on=on)
    return found.annotate(
        door_is_shared=Exists(known_to(seen.agencies(Item.ADDRESS))) | Q(pk__in=seen.emergency),
        number_is_shared=Exists(known_to(seen.agencies(Item.NHS_NUMBER))),
    )


def household(user: User, person: Person, *, on: date) -> QuerySet[Person]:
    """Who else lives behind the same door, of those whom this user may open."""
    if person.address_id is None or person.restricted:
        return Person.objects.none()
    return people(user, on=on).filter(address=person.address_id, restricted=False).exclude(pk=person.pk)


def people_for_an_extract() -> QuerySet[Person]:
    """Whose data may go into planning and evaluation: all but those who have opted out."""
    return Person.objects.filter(Exists(known_to(None))).exclude(Exists(objecting(Objection.Kind.OPT_OUT)))


def objecting(kind: str) -> QuerySet[Objection]:
    """Standing objections of the outer query's person, under any key that their records began with."""
    joined = joined_into(OuterRef(OuterRef("pk")))
    return Objection.objects.filter(
        Q(person=OuterRef("pk")) | Q(person__in=joined.values("candidate")), kind=kind, withdrawn_at=None
    )


def agencies_that_know(user: User, people: QuerySet[Person], *, on: date) -> QuerySet[SourceRecord]:
    """The records by which agencies know people whom this user may already see, of those that share them."""
    records = SourceRecord.objects.filter(person__in=people, kind=SourceRecord.Kind.PERSON)
    if user.role == Role.HUB_ADMINISTRATOR:
        return records
    return records.filter(agency__in=scope.of(user, on=on).agencies(Item.IDENTITY))


def may_see_nhs_number(user: User, *, on: date) -> bool:
    """Whether an agreement lets this user's agency use NHS numbers; fire and housing never have them."""
    return scope.of(user, on=on).may(Item.NHS_NUMBER)


def may_see_number_of(user: User, person: Person, *, on: date) -> bool:
    """Whether this person's NHS number, as far as anybody knows it, is shared with this user."""
    return may_see_nhs_number(user, on=on) and getattr(person, "number_is_shared", True)


def may_see_address(user: User, person: Person) -> bool:
    """A restricted person's address is shown to nobody by role, only to the worker sent there.

    In an emergency it is, to whoever opened the record for the hour.
    """
    if person.restricted:
        return person.pk in scope.held(user).emergency
    return getattr(person, "door_is_shared", True)


def keys_of(person: Person) -> set[int]:
    """The person's key and those of the people who were joined into this one and have no record left.

    Notes, objections and holds stay with the key they were made for: joined, they are found by this, and
    when the join is undone each is where it was.
    """
    with as_county():  # another agency's record may have brought the note; its key tells nothing
        return {person.pk, *joined_into(person).values_list("candidate", flat=True)}


def joined_into(person: Person | OuterRef | QuerySet | Collection[int]) -> QuerySet[MatchDecision]:
    """The joins, into one person or some, that left their `candidate` without a record.

    Undone, the candidate has one again.
    """
    left = SourceRecord.objects.filter(person=OuterRef("candidate"), kind=SourceRecord.Kind.PERSON)
    into = (
        Q(source_record__person=person)
        if isinstance(person, Person | OuterRef)
        else Q(source_record__person__in=person)
    )
    joins = MatchDecision.objects.filter(into, outcome=MatchDecision.Outcome.JOINED)
    return joins.filter(~Exists(left), candidate__isnull=False)
