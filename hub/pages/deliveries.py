"""What agencies sent, and what was refused and how to mend it."""

from __future__ import annotations

import csv

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from hub import selectors
from hub.access import allowed
from hub.models import Rejection, Role

READERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
PAGE = 50
MOST_IN_CSV = 100_000
COLUMNS = ("received", "file", "place", "record", "field", "rule", "what is wrong")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


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
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rejections.csv"'
    response.write("\ufeff")  # so that spreadsheets read it as UTF-8
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for one in _rejections(request)[:MOST_IN_CSV]:
        received = f"{one.delivery.received_at:%Y-%m-%d %H:%M}"
        cells = (received, one.delivery.file_name, one.place, one.key, one.field, one.rule, one.message)
        writer.writerow(map(harmless, cells))
    return response


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _rejections(request: HttpRequest) -> QuerySet[Rejection]:
    found = selectors.rejections(request.user).select_related("delivery__agency")
    if rule := request.GET.get("rule"):
        found = found.filter(rule=rule)
    return found.order_by("-delivery__received_at", "pk")
