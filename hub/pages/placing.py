"""People whom no rota can ask for, because nobody knows where they live: the list, and the way out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hub import selectors
from hub.access import allowed
from hub.models import Area, Person, Role, SharingAgreement, User
from hub.pages.listing import Filter, Listing
from hub.services import placing

Item = SharingAgreement.Item
PLACERS = (Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
FIELDS = ("postcode", "point", "lines")
WIDTH, HEIGHT = 400, 300  # of the map, in its own units


@allowed(*PLACERS)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Who cannot be planned and what is wrong; those with something to be planned first."""
    user, today = request.user, timezone.localdate()
    found = selectors.people_without_a_place(user, on=today)
    needed = selectors.needs_of_people(user, found, on=today, item=Item.NEEDS).filter(person=OuterRef("pk"))
    found = found.annotate(is_waiting=Exists(needed)).select_related("address__area")
    listing = Listing(
        request,
        found.order_by("-is_waiting", "family_name", "given_name", "pk"),
        file_name="people-without-a-place",
        columns=(
            ("family name", lambda person: person.family_name),
            ("given name", lambda person: person.given_name),
            ("born", lambda person: person.birth_date),
            ("restricted", lambda person: person.restricted),
            ("visits are asked for", lambda person: person.is_waiting),
            ("what is missing", missing),
        ),
        search=("family_name__istartswith", "given_name__istartswith"),
        label="Find by name",
        hint="The beginning of a first or family name",
        personal=True,
        filters=[
            Filter(
                "visits",
                "Visits are asked for",
                [("yes", "Yes"), ("no", "No")],
                lambda found, value: found.filter(is_waiting=value == "yes"),
            )
        ],
    )
    if listing.answer:
        return listing.answer
    shown = [person.pk for person in listing.page]
    records = selectors.agencies_that_know(user, found.filter(pk__in=shown).order_by(), on=today)
    known: dict[int, list[str]] = {}
    for person, agency in records.order_by("agency__name").values_list("person", "agency__name").distinct():
        known.setdefault(person, []).append(agency)
    rows = [
        (person, known.get(person.pk, []), missing(person), selectors.may_place(user, person))
        for person in listing.page
    ]
    placed = selectors.people_placed_by_hand(user, on=today).count()
    return render(request, "hub/placing.html", {"listing": listing, "rows": rows, "placed": placed})


@allowed(*PLACERS)
@require_http_methods(["GET", "POST"])
def placed(request: HttpRequest) -> HttpResponse:
    """Whom somebody placed by hand, where, and who did it; each can be taken back."""
    found = selectors.people_placed_by_hand(request.user, on=timezone.localdate())
    listing = Listing(
        request,
        found.select_related("address__area").prefetch_related("placements__placed_by"),
        file_name="people-placed-by-hand",
        columns=(
            ("family name", lambda person: person.family_name),
            ("given name", lambda person: person.given_name),
            ("area", lambda person: person.address.area and person.address.area.name),
            ("placed by", lambda person: _name(_last(person).placed_by)),
            ("placed at", lambda person: _last(person).placed_at),
        ),
        search=("family_name__istartswith", "given_name__istartswith"),
        label="Find by name",
        hint="The beginning of a first or family name",
        personal=True,
    )
    rows = [
        (person, _last(person), _name(_last(person).placed_by), selectors.may_place(request.user, person))
        for person in listing.page
    ]
    return listing.answer or render(request, "hub/placed.html", {"listing": listing, "rows": rows})


@allowed(*PLACERS)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One of them: say in which area the door lies and where, by a postcode or a point."""
    today = timezone.localdate()
    found = selectors.people_without_a_place(request.user, on=today)
    person = get_object_or_404(found.select_related("address__area"), public_id=public_id)
    if not selectors.may_place(request.user, person):
        raise PermissionDenied
    areas = list(selectors.areas_to_place_in(request.user))
    area = _area(request, person, areas)
    errors: dict[str, str] = {}
    if request.method == "POST" and area is not None:
        try:
            _place(request, person, area)
        except placing.PlacingRefused as refused:
            errors = {refused.field: str(refused)}
        else:
            messages.success(
                request, f"✓ {person.name} is now in {area.name}. Plan the week again to have them visited."
            )
            return redirect("placing")
    context = {
        "person": person,
        "missing": missing(person),
        "show_address": selectors.may_see_address(request.user, person),
        "needs": selectors.needs_of_people(
            request.user, found.filter(pk=person.pk), on=today, item=Item.TASKS
        ).select_related("agency"),
        "areas": areas,
        "area": area,
        "map": _map(selectors.sectors_of(area)) if area else None,
        "said": {name: request.POST.get(name, "") for name in FIELDS},
        "errors": errors,
        "longest": placing.LONGEST_LINES,
    }
    return render(request, "hub/placing_person.html", context, status=400 if errors else 200)


@allowed(*PLACERS)
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undoes a placing by hand."""
    found = selectors.people_placed_by_hand(request.user, on=timezone.localdate())
    person = get_object_or_404(found, public_id=public_id)
    if not selectors.may_place(request.user, person):
        raise PermissionDenied
    try:
        placing.take_back(person=person, by=request.user, now=timezone.now())
    except placing.PlacingRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, f"✓ Taken back. {person.name} waits for a place again.")
    return redirect("placing")


def missing(person: Person) -> str:
    """What keeps this person out of every plan, in a sentence without the address."""
    address = person.address
    if address is None:
        return "No agency names an address."
    if not address.postcode:
        return "The address has no postcode."
    if address.latitude is None:
        return "The postcode is not among those known."
    return "The postcode lies in no area."


def _place(request: HttpRequest, person: Person, area: Area) -> None:
    placing.place(
        person=person,
        area=area,
        postcode=request.POST.get("postcode", ""),
        point=request.POST.get("point", ""),
        lines=request.POST.get("lines", ""),
        by=request.user,
        now=timezone.now(),
    )


def _area(request: HttpRequest, person: Person, areas: list[Area]) -> Area | None:
    """The area that was chosen, else the one where the postcode lies, else the first."""
    asked = request.POST.get("area") or request.GET.get("area")
    known = person.address.area if person.address else None
    chosen = [area for area in areas if area.code == asked] or [area for area in areas if area == known]
    return (chosen or areas or [None])[0]


def _map(sectors: list[tuple[str, float, float]]) -> dict[str, Any] | None:
    """The middles of an area's postcode sectors as points of a drawing, north up, and its corners."""
    if not sectors:
        return None
    latitudes, longitudes = [one[1] for one in sectors], [one[2] for one in sectors]
    south, west = min(latitudes) - 0.02, min(longitudes) - 0.03
    north, east = max(latitudes) + 0.02, max(longitudes) + 0.03
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "corners": f"{south:.5f} {west:.5f} {north:.5f} {east:.5f}",
        "dots": [
            (
                name,
                round((longitude - west) / (east - west) * WIDTH, 1),
                round((north - latitude) / (north - south) * HEIGHT, 1),
            )
            for name, latitude, longitude in sectors
        ],
    }


def _last(person: Person) -> Any:
    return max(person.placements.all(), key=lambda one: one.pk)


def _name(user: User) -> str:
    return user.shown_name
