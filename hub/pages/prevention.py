"""Whose home the fire service should visit next, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import audit, scope, selectors
from hub.access import allowed
from hub.feeds.fire_visits import DAYS_OF_PRIORITY, DAYTIME
from hub.models import (
    Area,
    AuditEvent,
    FactorPoints,
    Person,
    PreventionAnswer,
    Role,
    SharingAgreement,
)
from hub.pages.forms import DayInput, HouseForm, answer
from hub.pages.listing import Filter, Listing, Rows
from hub.prevention import homes
from hub.prevention.factors import BY_CODE, FACTORS
from hub.prevention.homes import Home
from hub.scope import Scope
from hub.services import prevention

READERS = (Role.COORDINATOR, Role.HUB_ADMINISTRATOR)
Kind = PreventionAnswer.Kind
URGENCY = {1: "Very high", 2: "High", 3: "Medium", 4: "Low"}
STATES = (("next", "To be offered a visit"), ("asked", "Visit asked for"), ("off", "Said no, or not now"))


class OfferForm(HouseForm):
    """How soon, and between which times."""

    priority = forms.TypedChoiceField(
        coerce=int,
        label="Risk",
        choices=[
            (level, f"{words}: within {DAYS_OF_PRIORITY[level]} days") for level, words in URGENCY.items()
        ],
    )
    starts_on = forms.DateField(label="From", widget=DayInput, help_text="Today or later.")
    window_start = forms.TimeField(label="Not before", widget=forms.TimeInput(attrs={"type": "time"}))
    window_end = forms.TimeField(
        label="Beginning at the latest at", widget=forms.TimeInput(attrs={"type": "time"})
    )


class AnswerForm(HouseForm):
    """What the person, or the service, said."""

    kind = forms.ChoiceField(choices=Kind.choices, label="What came of it")
    reason = forms.CharField(
        max_length=200, label="Why", required=False, help_text="Needed unless the home goes back on the list."
    )
    until = forms.DateField(
        label="Ask again from",
        required=False,
        widget=DayInput,
        help_text="A day to come; for “Not now” it must be given.",
    )


class PointsForm(HouseForm):
    """What a factor adds, and on whose word."""

    factor = forms.ChoiceField(choices=[(one.code, one.words) for one in FACTORS], label="Factor")
    points = forms.IntegerField(min_value=0, max_value=prevention.MOST_POINTS, label="Points")
    source = forms.CharField(
        max_length=200, label="Source", help_text="Who says so and when: a study with its year, a decision."
    )


@contextmanager
def _looking(request: HttpRequest) -> Iterator[Scope]:
    """By agreements for fire prevention alone. Raises PermissionDenied for other agencies."""
    audit.explain(purpose=AuditEvent.Purpose.PREVENTION)
    purpose = SharingAgreement.Purpose.PREVENTION
    with scope.for_purpose(request.user, purpose, on=timezone.localdate()) as seen:
        if not homes.may_be_asked(seen):
            raise PermissionDenied
        yield seen


@allowed(*READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The first of the viewer's areas."""
    with _looking(request):
        area = selectors.areas(request.user).order_by("name").first()
    if area is None:
        return render(request, "hub/prevention_nowhere.html")
    return redirect(_list(area))


@allowed(*READERS)
@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The homes of one area, those at most risk first, each with its reasons."""
    on = timezone.localdate()
    with _looking(request) as seen:
        areas = list(selectors.areas(request.user).order_by("name"))
        area = next((one for one in areas if one.code == code), None)
        if area is None:
            raise Http404
        every = Rows(homes.homes(seen, area=area, on=on))
        fits = {
            "next": lambda home: home.waits(on),
            "asked": lambda home: home.is_asked,
            "off": lambda home: home.is_put_off(on),
        }
        listing = Listing(
            request,
            every,
            file_name=f"prevention-{area.code}",
            columns=(
                ("door", lambda home: home.lines),
                ("postcode", lambda home: home.postcode),
                ("who", _who),
                ("points", lambda home: home.points),
                ("why", lambda home: "; ".join(one.words for one, _ in home.reasons)),
                ("last visit", lambda home: home.facts.checked_on),
                ("asked for until", lambda home: home.asked_until),
            ),
            filters=[
                Filter("state", "Which homes", STATES, lambda found, value: Rows(filter(fits[value], found))),
                Filter(
                    "because",
                    "Because of",
                    [(one.code, one.words) for one in FACTORS],
                    lambda found, value: Rows(home for home in found if home.adds(value)),
                ),
            ],
        )
        if listing.answer:
            return listing.answer
        most, whole = homes.reached(every)
        context = {
            "area": area,
            "areas": areas,
            "listing": listing,
            "rows": [
                (home, _who(home), Kind(home.answer).label if home.answer else "") for home in listing.page
            ],
            "most": most,
            "whole": whole,
            "may_offer": request.user.agency_id is not None,
        }
        return render(request, "hub/prevention.html", context)


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks for a visit at one person's door."""
    now = timezone.now()
    with _looking(request) as seen:
        person = _resident(request, seen, public_id)
        form = OfferForm(
            request.POST or None,
            initial={
                "priority": 3,
                "starts_on": timezone.localdate(now),
                "window_start": DAYTIME[0],
                "window_end": DAYTIME[1],
            },
        )

        def act(values: dict[str, Any]) -> str:
            need = prevention.offer(person=person, seen=seen, by=request.user, now=now, **values)
            return (
                f"A fire safety visit to {person.name} is asked for by {need.ends_on:%d/%m/%Y}."
                " The next plan of the week finds who goes, with somebody who calls there anyway if it can."
            )

        return answer(
            request,
            form,
            title=f"Offer {person.name} a fire safety visit",
            button="Ask for the visit",
            back=_list(person.address.area),
            act=act,
            intro=f"{person.address.lines}, {person.address.postcode}",
        )


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Notes what came of offering a visit."""
    now = timezone.now()
    with _looking(request) as seen:
        person = _resident(request, seen, public_id)
        form = AnswerForm(request.POST or None)

        def act(values: dict[str, Any]) -> str:
            said = prevention.note_answer(person=person, by=request.user, now=now, **values)
            return f"{person.name}: {said.get_kind_display().lower()}."

        return answer(
            request,
            form,
            title=f"What came of offering {person.name} a visit",
            button="Note it",
            back=_list(person.address.area),
            act=act,
            intro=f"{person.address.lines}, {person.address.postcode}",
        )


@allowed(*READERS)
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """What each factor adds now, and all that was set."""
    with _looking(request):
        in_force = homes.points_in_force()
        rows = list(selectors.factor_points())
    newest: dict[str, FactorPoints] = {}
    for row in rows:
        newest.setdefault(row.factor, row)
    context = {
        "factors": [(one, in_force[one.code], newest.get(one.code)) for one in FACTORS],
        "rows": rows,
        "may_set": request.user.agency_id is not None,
    }
    return render(request, "hub/prevention_points.html", context)


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def set_points(request: HttpRequest) -> HttpResponse:
    """Sets what a factor adds."""
    with _looking(request):
        form = PointsForm(request.POST or None, initial={"factor": request.GET.get("factor")})

        def act(values: dict[str, Any]) -> str:
            row = prevention.set_points(**values, by=request.user, now=timezone.now())
            return f"{BY_CODE[row.factor].words}: {row.points}."

        return answer(
            request,
            form,
            title="Set the points of a factor",
            button="Set them",
            back=reverse("prevention-points"),
            act=act,
        )


def _resident(request: HttpRequest, seen: Scope, public_id: str) -> Person:
    """Somebody on the viewer's lists."""
    found = homes.people_to_visit(request.user, seen).select_related("address__area")
    return get_object_or_404(found, public_id=public_id)


def _list(area: Area) -> str:
    """The address of an area's homes that wait for an offer."""
    return f"{reverse('prevention', args=[area.code])}?state=next"


def _who(home: Home) -> str:
    """Who is known behind a door; it is noted that they were shown."""
    audit.saw(person.pk for person in home.residents)
    return ", ".join(person.name for person in home.residents)
