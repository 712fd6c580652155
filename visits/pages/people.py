"""Finding a person. The name that is sought travels in the body of a POST, never in an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Person, Role
from hub.pages.emergency import OPENERS
from hub.pages.listing import Filter, Listing
from visits import selectors
from visits.pages.panels import READERS


@allowed(*READERS)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Everyone the reader may open, by name: of one agency, whose names begin with what was typed."""
    found = hub.people(request.user, on=timezone.localdate()).select_related("address", "named__worker")
    listing = Listing(
        request,
        found,
        file_name="people",
        columns=(
            ("family name", lambda person: person.family_name),
            ("given name", lambda person: person.given_name),
            ("born", lambda person: person.birth_date),
            ("address", lambda person: _address(request, person)),
            ("named worker", lambda person: person.named.worker.name if hasattr(person, "named") else ""),
        ),
        search=("family_name__istartswith", "given_name__istartswith"),
        label="Find by name",
        hint="The beginning of a first or family name",
        personal=True,
        filters=[_by_agency(request)],
    )
    unplaced = hub.people_without_a_place(request.user, on=timezone.localdate())
    opened = hub.emergencies(request.user).filter(reviewed_at=None).select_related("user__agency", "person")
    context = {
        "listing": listing,
        "without_a_place": unplaced.count(),
        "opened": opened[:20] if request.user.role == Role.AGENCY_MANAGER else [],
        "may_open": request.user.role in OPENERS,
    }
    return listing.answer or render(request, "visits/people.html", context)


def _by_agency(request: HttpRequest) -> Filter:
    """By the agencies with needs that this reader may see."""
    needs = hub.needs(request.user, on=timezone.localdate()).order_by()
    seen = set(needs.values_list("agency", flat=True).distinct())
    return Filter(
        "agency",
        "Agency",
        [(agency.code, agency.name) for agency in selectors.agency_marks() if agency.pk in seen],
        lambda found, code: found.filter(pk__in=needs.filter(agency__code=code).values("person")),
    )


def _address(request: HttpRequest, person: Person) -> str:
    if not hub.may_see_address(request.user, person):
        return "restricted"
    return f"{person.address.lines}, {person.address.postcode}".strip(", ") if person.address else ""
