"""What is asked for whom, and what suspends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from hub import scope
from hub.models import (
    Agency,
    Cancellation,
    Need,
    Person,
    Role,
    SharingAgreement,
    SourceRecord,
    Suspension,
    User,
)
from hub.selectors.person import people
from hub.walls import as_county

Item = SharingAgreement.Item


def needs(user: User, *, on: date) -> QuerySet[Need]:
    """The needs this user may see, with what is to be done."""
    visible = Need.objects.filter(person__in=people(user, on=on))
    if user.role == Role.HUB_ADMINISTRATOR:
        return visible
    seen = scope.of(user, on=on)
    return visible.filter(Q(agency__in=seen.agencies(Item.TASKS)) | Q(person__in=seen.emergency))


def needs_of_people(user: User, people: QuerySet[Person], *, on: date, item: str) -> QuerySet[Need]:
    """What is asked now for people whom this user may already see, by agencies that share this item."""
    asked = Need.objects.filter(person__in=people, starts_on__lte=on).exclude(ends_on__lt=on)
    if user.role == Role.HUB_ADMINISTRATOR:
        return asked
    return asked.filter(agency__in=scope.of(user, on=on).agencies(item))


def needs_to_change(user: User, *, on: date) -> QuerySet[Need]:
    """The needs entered by hand that this user may change or end; what a feed sends is the sender's."""
    by_hand = needs(user, on=on).filter(entered_at__isnull=False)
    return by_hand.filter(agency__in=_spoken_for(user, on))


def agencies_asking(user: User, person: Person, *, on: date) -> QuerySet[Agency]:
    """For which agencies this user may enter a need of a person whom the user may open."""
    knows = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON, agency=OuterRef("pk"))
    return Agency.objects.filter(Exists(knows), pk__in=_spoken_for(user, on), is_active=True)


def _spoken_for(user: User, on: date) -> Collection[int]:
    """A manager speaks for the own agency, a coordinator for all whose needs the coordinator plans."""
    if user.role == Role.COORDINATOR:
        return scope.of(user, on=on).agencies(Item.TASKS)
    return [user.agency_id] if user.role == Role.AGENCY_MANAGER and user.agency_id else []


def suspensions(user: User, *, on: date) -> QuerySet[Suspension]:
    """What suspends needs of people whom this user may see, as far as the agency that says so shares it."""
    found = Suspension.objects.filter(source_record__person__in=people(user, on=on))
    if user.role == Role.HUB_ADMINISTRATOR:
        return found
    if user.role == Role.AGENCY_MANAGER:
        return found.filter(agency=user.agency)
    if user.role == Role.COORDINATOR:
        return found.filter(agency__in=scope.of(user, on=on).agencies(Item.TASKS))
    return Suspension.objects.none()


def is_in_hospital(user: User, person: Person, *, on: date) -> bool:
    """Whether this user may know that the person is, by an agency's word or by what was called off for it."""
    stays = suspensions(user, on=on).filter(
        source_record__person=person,
        cause=Suspension.Cause.HOSPITAL,
        withdrawn_at__isnull=True,
        lifted_at__isnull=True,
    )
    called_off = Cancellation.objects.filter(
        need__in=needs(user, on=on).filter(person=person), due_on__gte=on, reason=Cancellation.IN_HOSPITAL
    )
    return stays.exists() or called_off.exists()


def of_the_living(needs: QuerySet[Need]) -> QuerySet[Need]:
    """The needs of people of whom nobody says that they died, or a coordinator says that they did not."""
    lifted = Suspension.objects.filter(
        source_record__person=OuterRef("person"),
        cause=Suspension.Cause.DIED,
        lifted_at__isnull=False,
    )
    return needs.filter(Q(person__deceased=False, person__deceased_on__isnull=True) | Exists(lifted))


def days_away(needs: Collection[Need]) -> Callable[[Need, date], bool]:
    """Whether on a day nothing of a need is due, because its person is in hospital, has died or has left.

    Whoever is no longer with one agency may still be with another, so that suspends only its own needs.
    """
    in_force = Suspension.objects.filter(
        source_record__person__in={need.person_id for need in needs},
        withdrawn_at__isnull=True,
        lifted_at__isnull=True,
    )
    away: dict[int, list[tuple[int | None, date, date]]] = defaultdict(list)
    with as_county():  # nobody is shown why; whoever says so, the door must not be knocked at
        said = list(in_force.values_list("source_record__person", "agency", "cause", "starts_on", "ends_on"))
    for person, agency, cause, first, until in said:
        only = agency if cause == Suspension.Cause.LEFT else None
        away[person].append((only, first, until or date.max))

    def is_away(need: Need, day: date) -> bool:
        return any(
            only in (None, need.agency_id) and first <= day < until
            for only, first, until in away.get(need.person_id, ())
        )

    return is_away
