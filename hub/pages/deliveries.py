"""What agencies sent, and what was refused and how to mend it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from hub import selectors
from hub.access import allowed
from hub.feeds import mapped
from hub.models import Delivery, Rejection, Role
from hub.pages.listing import Filter, Listing, by_words
from hub.services.receiving import intake

READERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
PAGE = 50
SENT: tuple[tuple[str, Any], ...] = (
    ("received", lambda one: one.received_at),
    ("agency", lambda one: one.agency.name),
    ("feed", lambda one: one.feed),
    ("file", lambda one: one.file_name),
    ("taken", lambda one: one.taken),
    ("unchanged", lambda one: one.unchanged),
    ("rejected", lambda one: one.rejected),
    ("skipped", lambda one: one.skipped),
    ("result", lambda one: one.get_status_display()),
)
COLUMNS = (
    ("received", lambda one: one.delivery.received_at),
    ("file", lambda one: one.delivery.file_name),
    ("place", lambda one: one.place),
    ("record", lambda one: one.key),
    ("field", lambda one: one.field),
    ("rule", lambda one: one.rule),
    ("kind of value", lambda one: one.value_class),
    ("what is wrong", lambda one: one.message),
    ("state", lambda one: one.get_state_display()),
)


@allowed(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Deliveries, the newest first; by result, feed and agency; for a spreadsheet too."""
    mine = selectors.deliveries(request.user)
    feeds = mine.order_by("feed").values_list("feed", flat=True).distinct()
    listing = Listing(
        request,
        mine.select_related("agency"),
        file_name="deliveries",
        columns=SENT,
        search=("file_name__icontains",),
        label="Find by file",
        hint="Part of the file's name",
        filters=[
            Filter("result", "Result", Delivery.Status.choices, lambda rows, one: rows.filter(status=one)),
            Filter("feed", "Feed", [(one, one) for one in feeds], lambda rows, one: rows.filter(feed=one)),
            Filter(
                "agency",
                "Agency",
                by_words(selectors.agencies_of(request.user).values_list("code", "name")),
                lambda rows, one: rows.filter(agency__code=one),
            ),
        ],
    )
    return listing.answer or render(request, "hub/deliveries.html", {"listing": listing})


@allowed(*READERS)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One delivery: what it would become, how far it is, or what was refused in it."""
    found = selectors.deliveries(request.user).select_related("agency", "received_by", "decided_by")
    delivery = get_object_or_404(found, public_id=public_id)
    refused = delivery.rejections.select_related("settled_by")
    page = Paginator(refused, PAGE).get_page(request.GET.get("page"))
    context = {"delivery": delivery, "page": page}
    if delivery.status == Delivery.Status.DRAFT:
        feed = selectors.feeds(request.user).filter(code=delivery.feed).first()
        context |= {
            "preview": intake.preview(delivery),
            "is_mapped": feed is not None and feed.format == mapped.FORMAT,
            "has_no_columns": feed is not None and feed.format == mapped.FORMAT and not feed.mapping,
        }
    return render(request, "hub/delivery.html", context)


@allowed(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def rejections(request: HttpRequest) -> HttpResponse:
    """Every record refused, the newest delivery first; by state, rule and agency; for a spreadsheet too."""
    mine = selectors.rejections(request.user)
    found = mine.select_related("delivery__agency", "settled_by").order_by("-delivery__received_at", "pk")
    rules = mine.order_by("rule").values_list("rule", flat=True).distinct()
    agencies = selectors.agencies_of(request.user).values_list("code", "name")
    listing = Listing(
        request,
        found,
        file_name="rejections",
        columns=COLUMNS,
        search=("key__icontains", "delivery__file_name__icontains"),
        label="Find by record",
        hint="Part of the record's reference or of the file's name",
        personal=True,
        filters=[
            Filter("state", "State", Rejection.State.choices, lambda rows, one: rows.filter(state=one)),
            Filter("rule", "Rule", [(one, one) for one in rules], lambda rows, one: rows.filter(rule=one)),
            Filter(
                "agency",
                "Agency",
                by_words(agencies),
                lambda rows, one: rows.filter(delivery__agency__code=one),
            ),
        ],
    )
    return listing.answer or render(request, "hub/rejections.html", {"listing": listing})


@allowed(*READERS)
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """What the sender did about one rejection, by whom; or takes that back."""
    rejection = get_object_or_404(selectors.rejections(request.user), pk=number)
    state = request.POST.get("state", "")
    if state not in Rejection.State.values:
        raise Http404
    intake.settle(rejection=rejection, state=state, by=request.user, now=timezone.now())
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(f"{back if is_ours else reverse('rejections')}#rejection-{rejection.pk}")
