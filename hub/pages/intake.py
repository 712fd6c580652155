"""Sending a file in by hand: choose it, look at what it would become, take it in or not; held ones too."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub import selectors
from hub.access import allowed
from hub.feeds import FEEDS, mapped
from hub.feeds.record import FeedError
from hub.models import Delivery, Role
from hub.pages.forms import HouseForm, answer
from hub.services import feeds as feed_services
from hub.services.receiving import intake

SENDERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
OWN_CSV = "A CSV of your own: you choose its columns"


class FileForm(HouseForm):
    """A file and the feed that it comes by."""

    feed = forms.ModelChoiceField(None, help_text="Whose records it holds, and in which format.")
    file = forms.FileField()

    def __init__(self, *args: Any, feeds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["feed"].queryset = feeds
        self.fields["feed"].label_from_instance = lambda feed: f"{feed.code} ({feed.format})"
        most = filesizeformat(settings.DELIVERY_MAX_BYTES)
        self.fields["file"].help_text = f"CSV, FHIR as JSON, XML or newline-delimited JSON; up to {most}."


class FeedForm(HouseForm):
    """A way of sending that an agency has."""

    code = forms.SlugField(max_length=40, help_text="Letters, digits and hyphens, such as coastal-rota.")
    agency = forms.ModelChoiceField(None, help_text="Whose records its files hold.")
    format = forms.ChoiceField(
        choices=[
            (mapped.FORMAT, OWN_CSV),
            *((name, name) for name in FEEDS),
        ],
        help_text="How its files are written.",
    )
    is_complete = forms.BooleanField(
        label="Every file lists all needs",
        required=False,
        help_text="With the tick a need that a file no longer lists has ended.",
    )
    hold_share = forms.IntegerField(
        label="Hold above, per cent",
        min_value=1,
        max_value=100,
        initial=20,
        help_text="A file that ends or changes more of the agency's needs waits for a person.",
    )

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies


@allowed(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; the next page shows what it would become."""
    feeds = selectors.feeds(request.user).select_related("agency")
    if not feeds.exists():
        messages.info(request, "Say first how your files are written.")
        return redirect("feed-new")
    form = FileForm(request.POST or None, request.FILES or None, feeds=feeds)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            delivery = intake.accept(
                feed=form.cleaned_data["feed"],
                file=file,
                file_name=file.name,
                by=request.user,
                now=timezone.now(),
                look_first=True,
            )
        except FeedError as error:
            form.add_error("file", str(error))
        else:
            if delivery.status != Delivery.Status.DRAFT:
                messages.info(request, "These very bytes were sent before; nothing new was done.")
            feed = form.cleaned_data["feed"]
            unread = (
                feed.format == mapped.FORMAT and not feed.mapping and delivery.status == Delivery.Status.DRAFT
            )
            return redirect("delivery-mapping" if unread else "delivery", delivery.public_id)
    context = {"form": form, "feeds": feeds}
    return render(request, "hub/upload.html", context, status=400 if form.errors else 200)


@allowed(*SENDERS)
@require_POST
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take in what was looked at, approve or decline what is held."""
    delivery = get_object_or_404(selectors.deliveries(request.user), public_id=public_id)
    now = timezone.now()
    try:
        match request.POST.get("do"):
            case "send":
                intake.send(delivery=delivery, by=request.user)
            case "approve":
                intake.approve(delivery=delivery, by=request.user, now=now)
            case "decline":
                intake.decline(delivery=delivery, by=request.user, now=now)
                messages.success(request, "✓ Not taken in; the file was removed.")
            case _:
                raise Http404
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("delivery", public_id)


@allowed(*SENDERS)
@require_GET
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a delivery is; once it is done the page is shown anew."""
    delivery = get_object_or_404(selectors.deliveries(request.user), public_id=public_id)
    if delivery.status != Delivery.Status.WAITING:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "hub/delivery_progress.html", {"delivery": delivery})


@allowed(*SENDERS)
@require_GET
def feeds(request: HttpRequest) -> HttpResponse:
    """Ways in which agencies send."""
    found = selectors.feeds(request.user).select_related("agency")
    return render(request, "hub/feeds.html", {"feeds": found, "mapped": mapped.FORMAT})


@allowed(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_feed(request: HttpRequest) -> HttpResponse:
    """Says how an agency's files are written."""
    agencies = selectors.agencies_of(request.user)
    # Whose records they are is never guessed: only where there is no choice is it filled in.
    only = agencies.first() if agencies.count() == 1 else None
    form = FeedForm(
        request.POST or None, agencies=agencies, initial={"agency": only, "format": mapped.FORMAT}
    )

    def act(asked: dict[str, Any]) -> str:
        feed = feed_services.register(
            code=asked["code"],
            agency=asked["agency"],
            format=asked["format"],
            is_complete=asked["is_complete"],
            hold_share=asked["hold_share"],
        )
        return f"{feed.code} is registered. Now send its first file."

    return answer(
        request,
        form,
        title="New feed",
        button="Register it",
        back=reverse("feeds"),
        then=reverse("upload"),
        act=_refusing(act),
    )


def _refusing(act: Any) -> Any:
    """A service's ValueError as the form's."""

    def wrapped(asked: dict[str, Any]) -> str:
        try:
            return act(asked)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    return wrapped
