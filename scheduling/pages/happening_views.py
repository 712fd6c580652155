"""The day goes wrong: one action for each thing that happens, by whoever answers the telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from hub.pages.forms import DayInput, HouseForm, answer
from hub.recurrence import monday_of
from hub.services import suspensions
from hub.templatetags.care import clock, day
from scheduling import selectors
from scheduling.mapping.due import code_of
from scheduling.models import Repair
from scheduling.pages.hand_wording import Words
from scheduling.services import mending
from visits import selectors as visits
from visits.models import Absence
from visits.pages.absences import MomentInput
from visits.wall_clock import local_day, midnight

OPEN = "open"
HOW_LONG = (
    ("1", "the rest of today"),
    ("2", "today and tomorrow"),
    ("3", "three days with today"),
    ("7", "a week"),
    (OPEN, "until further notice"),
)


class RingsForm(forms.Form):
    """Who rings, and why."""

    worker = forms.UUIDField()
    what = forms.ChoiceField(choices=[("sick", "sick"), ("over", "a visit runs over")])


class SickForm(HouseForm):
    """For how long; it begins now."""

    kind = forms.ChoiceField(
        label="Why",
        choices=[(one.value, one.label) for one in (Absence.Kind.SICK, Absence.Kind.OTHER)],
        help_text="A word is enough. Keep illnesses out of the record.",
    )
    days = forms.ChoiceField(
        label="For how long", choices=HOW_LONG, help_text="From now. It can be changed later."
    )


class HospitalForm(HouseForm):
    """Until when."""

    home_on = forms.DateField(
        label="First day at home again",
        widget=DayInput,
        required=False,
        help_text="Empty until it is known. A coordinator lets care go on from Today.",
    )


class HomeForm(HouseForm):
    """Why care goes on, and which of the calls that were called off are made after all."""

    because = forms.CharField(
        label="Why care goes on",
        max_length=suspensions.LONGEST_REASON,
        initial="Home from hospital.",
        help_text="It stands beside what the agency says.",
    )
    calls = forms.TypedMultipleChoiceField(
        label="Due again",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Called off for the stay, and their time has not passed. What is not ticked stays so.",
    )


class OverForm(HouseForm):
    """By how much."""

    minutes = forms.IntegerField(
        label="Minutes longer", min_value=5, max_value=240, help_text="From 5 to 240."
    )


class StopForm(HouseForm):
    """Which agency, from when; or that it goes on after all."""

    agency = forms.ModelChoiceField(None, label="Agency", help_text="Of those whose staff you plan.")
    what = forms.ChoiceField(
        label="What happens",
        choices=[("stops", "it stops"), ("goes_on", "it goes on after all")],
        help_text="If it goes on, its workers are counted on again from now.",
    )
    starts_at = forms.DateTimeField(label="From", widget=MomentInput, help_text="Day and time.")


@allowed(Role.COORDINATOR)
@require_GET
def happened(request: HttpRequest) -> HttpResponse:
    """From Today to where it is noted of the worker who rings: sick, or which visit runs over."""
    form = RingsForm(request.GET)
    if not form.is_valid():
        messages.error(request, "Choose who rings.")
        return redirect("today")
    worker = get_object_or_404(visits.workers(request.user), public_id=form.cleaned_data["worker"])
    if form.cleaned_data["what"] == "over":
        return redirect("worker-day", worker.public_id, timezone.localdate())
    return redirect("worker-sick", worker.public_id)


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def sick(request: HttpRequest, public_id: str) -> HttpResponse:
    """A worker rings in: away from now, and the published rota is repaired at once."""
    worker = get_object_or_404(visits.workers(request.user), public_id=public_id)
    form = SickForm(request.POST or None, initial={"kind": Absence.Kind.SICK, "days": "1"})

    def ask(values: dict[str, Any], now: datetime) -> list[Repair]:
        ends_at = None
        if values["days"] != OPEN:
            ends_at = midnight(local_day(now) + timedelta(days=int(values["days"])))
        kind = values["kind"]
        return mending.rang_in(worker=worker, kind=kind, ends_at=ends_at, by=request.user, now=now)[1]

    return _happened(
        request,
        form,
        ask,
        title=f"{worker.name} rings in",
        back=reverse("worker", args=[public_id]),
        intro="Visits that have begun stay as they are. You see what changes before anything is published.",
    )


@allowed(Role.COORDINATOR)
@require_POST
def mend(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Repairs the published rotas for an absence that is noted already."""
    worker = get_object_or_404(visits.workers(request.user), public_id=public_id)
    found = visits.absences(request.user).in_force().filter(worker=worker)
    repairs = mending.mend_for(
        absence=get_object_or_404(found, pk=number), by=request.user, now=timezone.now()
    )
    messages.info(request, _asked(repairs))
    return redirect("repair", repairs[0].public_id) if repairs else redirect("worker", public_id)


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def hospital(request: HttpRequest, public_id: str) -> HttpResponse:
    """A person goes to hospital: nobody knocks from now on, and the time is used."""
    today = timezone.localdate()
    people = hub.people(request.user, on=today)
    person = get_object_or_404(people, public_id=public_id)

    def ask(values: dict[str, Any], now: datetime) -> list[Repair]:
        records = hub.agencies_that_know(request.user, people.filter(pk=person.pk), on=today)
        return mending.goes_to_hospital(
            person=person,
            records=records.select_related("agency").order_by("pk"),
            home_on=values["home_on"],
            by=request.user,
            now=now,
        )

    return _happened(
        request,
        HospitalForm(request.POST or None),
        ask,
        title=f"{person.name} goes to hospital",
        back=reverse("person", args=[public_id]),
        intro="What has not begun today is called off, and from tomorrow nothing is due, for every agency.",
    )


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest, public_id: str) -> HttpResponse:
    """A person is home again: what was called off and can still be made is offered, and the rota repaired."""
    today, now = timezone.localdate(), timezone.now()
    person = get_object_or_404(hub.people(request.user, on=today), public_id=public_id)
    calls = mending.called_off_for_a_stay(person=person, now=now)
    form = HomeForm(request.POST or None, initial={"calls": list(calls)})
    words = Words(
        request.user, monday_of(today), (code_of(one.need_id, one.due_on) for one in calls.values())
    )
    form.fields["calls"].choices = [
        (pk, f"{day(one.due_on)} {clock(one.need.window_start)}: {words.occurrence(one.need_id)}")
        for pk, one in calls.items()
    ]
    if not calls:
        del form.fields["calls"]

    def ask(values: dict[str, Any], now: datetime) -> list[Repair]:
        chosen = [calls[pk] for pk in values.get("calls", ())]
        return mending.comes_home(
            person=person, calls=chosen, because=values["because"], by=request.user, now=now
        )

    return _happened(
        request,
        form,
        ask,
        title=f"{person.name} is home again",
        back=reverse("person", args=[public_id]),
        intro="Needs are due again from now. You see where each call finds a place before it is published.",
    )


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def runs_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """A visit of today takes longer; whoever comes after is moved or given to another."""
    found = visits.visits(request.user, on=timezone.localdate()).filter(is_published=True)
    visit = get_object_or_404(found.select_related("rota", "person", "worker"), public_id=public_id)
    return _happened(
        request,
        OverForm(request.POST or None, initial={"minutes": 30}),
        lambda values, now: [
            mending.runs_over(visit=visit, minutes=values["minutes"], by=request.user, now=now)
        ],
        title=f"The visit to {visit.person.name} at {clock(visit.starts_at)} runs over",
        back=reverse("visit", args=[public_id]),
        intro=f"{visit.worker.name} stays there; by the rota it ends at {clock(visit.ends_at)}.",
    )


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def agency_stops(request: HttpRequest) -> HttpResponse:
    """An agency stops trading: none of its workers in the reader's areas comes from then on."""
    staff = visits.workers(request.user).filter(is_active=True)
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = StopForm(request.POST or None, initial={"starts_at": now, "what": "stops"})
    form.fields["agency"].queryset = selectors.agencies_by_key(
        set(staff.order_by().values_list("agency", flat=True))
    )

    def ask(values: dict[str, Any], now: datetime) -> list[Repair]:
        own = staff.filter(agency=values["agency"])
        if values["what"] == "goes_on":
            mending.agency_goes_on(staff=own, by=request.user, now=now)
            return []
        return mending.agency_stops(staff=own, starts_at=values["starts_at"], by=request.user, now=now)

    return _happened(
        request,
        form,
        ask,
        title="An agency stops",
        back=reverse("workers"),
        intro="What people asked of it is still due, and is given to others as far as they may do it.",
    )


def _happened(
    request: HttpRequest,
    form: HouseForm,
    ask: Callable[[dict[str, Any], datetime], list[Repair]],
    **shown: str,
) -> HttpResponse:
    """The form, or the first of the repairs that what it says asks for; a refusal keeps what was typed."""
    then: list[Repair] = []

    def act(values: dict[str, Any]) -> str:
        try:
            then.extend(ask(values, timezone.now()))
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return _asked(then)

    response = answer(request, form, button="Note it and repair the rota", act=act, **shown)
    return redirect("repair", then[0].public_id) if then else response


def _asked(repairs: list[Repair]) -> str:
    if not repairs:
        return "It is noted. No published visit is touched, so there is nothing to repair."
    weeks = ", ".join(f"the week of {day(one.of.week_start)}" for one in repairs)
    return f"It is noted, and the rota of {weeks} is being repaired."
