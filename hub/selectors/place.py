"""Areas, and whom nobody can travel to because nobody knows where they live."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Avg, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left, Length

from hub.models import Area, Person, Placement, Postcode, Role, User
from hub.selectors.person import known_by_sharing, people, with_what_is_shared


def areas(user: User) -> QuerySet[Area]:
    """The areas whose rotas this user may open."""
    if user.role == Role.COORDINATOR:
        return user.areas.all()
    if user.role == Role.HUB_ADMINISTRATOR:
        return Area.objects.all()
    return Area.objects.none()


def areas_to_place_in(user: User) -> QuerySet[Area]:
    """The areas that this user may put a person in."""
    return Area.objects.all() if user.role == Role.AGENCY_MANAGER else areas(user)


def sectors_of(area: Area) -> list[tuple[str, float, float]]:
    """The middle of each postcode sector of an area of which any postcode is known."""
    if not area.postcode_sectors:
        return []
    inside = reduce(or_, (Q(code__startswith=sector) for sector in area.postcode_sectors))
    middle = (
        Postcode.objects.filter(inside)
        .annotate(sector=Left("code", Length("code") - 2))
        .values("sector")
        .annotate(latitude=Avg("latitude"), longitude=Avg("longitude"))
        .order_by("sector")
    )
    return [(row["sector"], row["latitude"], row["longitude"]) for row in middle]


def people_without_a_place(user: User, *, on: date) -> QuerySet[Person]:
    """The living whom no rota can ask for, or whose door nobody can travel to, of those this user may know.

    They lie in no area, so a coordinator of any area may take them into it if their agency shares them.
    """
    if user.role == Role.COORDINATOR:
        own = Q(address__isnull=True) | Q(address__area__isnull=True) | Q(address__area__in=user.areas.all())
        known = Person.objects.filter(own, known_by_sharing(user, on), Exists(user.areas.all()))
        known = with_what_is_shared(known, user, on)
    else:
        known = people(user, on=on)
    nowhere = Q(address__isnull=True) | Q(address__area__isnull=True) | Q(address__latitude__isnull=True)
    return known.filter(nowhere, deceased=False, deceased_on__isnull=True)


def people_placed_by_hand(user: User, *, on: date) -> QuerySet[Person]:
    """Those of this user's people whom somebody placed and no record has placed since."""
    last = Placement.objects.filter(person=OuterRef("pk")).order_by("-pk")
    held = Q(placed_in=F("address__area"), address=F("placed_door"), address__latitude=F("placed_north"))
    return (
        people(user, on=on)
        .annotate(
            placed_in=Subquery(last.values("area")[:1]),
            placed_door=Subquery(last.values("address")[:1]),
            placed_north=Subquery(last.values("latitude")[:1]),
        )
        .filter(held)
    )


def may_place(user: User, person: Person) -> bool:
    """Whether this user, who may see the person on that list, may also say where they live.

    Where a restricted person lives is for an agency that knows them, or the hub, to say.
    """
    return not person.restricted or user.role in (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
