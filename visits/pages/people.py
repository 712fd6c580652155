"""Finding a person. The name that is sought travels in the body of a POST, never in an address."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Agency, Person
from visits import selectors
from visits.pages.panels import READERS

PAGE = 50


class SearchForm(forms.Form):
    """A name or part of one."""

    name = forms.CharField(min_length=2, max_length=80, strip=True)


@allowed(*READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Everyone the reader may open, by name; of one agency on request."""
    agency = request.GET.get("agency", "")
    found = _people(request)
    if agency:
        found = found.filter(needs__agency__code=agency).distinct()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "agency": agency, "agencies": _agencies(request), "form": SearchForm()}
    return render(request, "visits/people.html", context)


@allowed(*READERS)
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """People whose given or family name begins with each word that was typed."""
    if request.method == "GET":  # a reload of the results
        return redirect("people")
    form = SearchForm(request.POST)
    found = _people(request)
    if form.is_valid():
        for word in form.cleaned_data["name"].split():
            found = found.filter(Q(family_name__istartswith=word) | Q(given_name__istartswith=word))
    elif form.data.get("name"):
        found = found.none()
    page = Paginator(found, PAGE).get_page(1)
    context = {"page": page, "form": form, "is_search": True, "agencies": _agencies(request)}
    template = "visits/people_list.html" if request.htmx else "visits/people.html"
    return render(request, template, context)


def _people(request: HttpRequest) -> QuerySet[Person]:
    return hub.people(request.user, on=timezone.localdate()).select_related("address", "named__worker")


def _agencies(request: HttpRequest) -> list[Agency]:
    """The agencies with needs that this reader may see."""
    seen = set(
        hub.needs(request.user, on=timezone.localdate())
        .order_by()
        .values_list("agency", flat=True)
        .distinct()
    )
    return [agency for agency in selectors.agency_marks() if agency.pk in seen]
