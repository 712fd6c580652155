"""What agencies sent, and what was refused and how to mend it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from hub import selectors
from hub.access import allowed
from hub.models import Rejection, Role
from hub.pages.listing import csv_file

READERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
PAGE = 50
COLUMNS = (
    ("received", lambda one: one.delivery.received_at),
    ("file", lambda one: one.delivery.file_name),
    ("place", lambda one: one.place),
    ("record", lambda one: one.key),
    ("field", lambda one: one.field),
    ("rule", lambda one: one.rule),
    ("what is wrong", lambda one: one.message),
)


@allowed(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Deliveries, the newest first."""
    found = selectors.deliveries(request.user).select_related("agency")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "hub/deliveries.html", {"page": page})


@allowed(*READERS)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One delivery with what was refused in it."""
    found = selectors.deliveries(request.user).select_related("agency", "received_by")
    delivery = get_object_or_404(found, public_id=public_id)
    page = Paginator(delivery.rejections.all(), PAGE).get_page(request.GET.get("page"))
    return render(request, "hub/delivery.html", {"delivery": delivery, "page": page})


@allowed(*READERS)
def rejections(request: HttpRequest) -> HttpResponse:
    """Every record refused, the newest delivery first; one rule on request."""
    found = _rejections(request)
    rules = selectors.rejections(request.user).order_by("rule").values_list("rule", flat=True).distinct()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rules": rules, "rule": request.GET.get("rule", "")}
    return render(request, "hub/rejections.html", context)


@allowed(*READERS)
def rejections_csv(request: HttpRequest) -> HttpResponse:
    """The same list for a spreadsheet."""
    return csv_file("rejections", COLUMNS, _rejections(request))


def _rejections(request: HttpRequest) -> QuerySet[Rejection]:
    found = selectors.rejections(request.user).select_related("delivery__agency")
    if rule := request.GET.get("rule"):
        found = found.filter(rule=rule)
    return found.order_by("-delivery__received_at", "pk")
