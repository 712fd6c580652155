"""The day goes wrong: one action for each thing that happens, and the repaired plan to decide on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role, User
from hub.pages.forms import DayInput, HouseForm, answer
from hub.templatetags.care import clock, day
from scheduling import selectors
from scheduling.models import Repair
from scheduling.pages import hand_wording
from scheduling.pages.board_views import PLANNERS
from scheduling.pages.hand_wording import Words
from scheduling.services import mending, publishing
from visits import selectors as visits
from visits.models import Absence, Unplaced
from visits.pages.absences import MomentInput
from visits.wall_clock import local_day, moment

LIVE = (Repair.Status.QUEUED, Repair.Status.RUNNING)
REASONS = dict(Unplaced.Reason.choices)
OPEN = "open"
HOW_LONG = (
    ("1", "the rest of today"),
    ("2", "today and tomorrow"),
    ("3", "three days with today"),
    ("7", "a week"),
    (OPEN, "until further notice"),
)


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


@dataclass(frozen=True, slots=True)
class Line:
    """One change as it is read."""

    when: str
    what: str
    before: str
    after: str
    noticed: bool


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def sick(request: HttpRequest, public_id: str) -> HttpResponse:
    """A worker rings in: away from now, and the published rota is repaired at once."""
    worker = get_object_or_404(visits.workers(request.user), public_id=public_id)
    form = SickForm(request.POST or None, initial={"kind": Absence.Kind.SICK, "days": "1"})

    def ask(values: dict[str, Any], now: datetime) -> list[Repair]:
        ends_at = None
        if values["days"] != OPEN:
            ends_at = moment(local_day(now) + timedelta(days=int(values["days"])), time())
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


@allowed(*PLANNERS)
@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a repair is; the page asks again while it goes on, then lists what changes."""
    return _page(request, _repair(request.user, public_id))


@allowed(Role.COORDINATOR)
@require_POST
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accepts a repaired plan as a whole, discards it, or has it worked out again from now."""
    repair = _repair(request.user, public_id)
    now, rota = timezone.now(), repair.rota
    do = request.POST.get("do")
    try:
        if do == "again":
            return redirect("repair", mending.again(repair=repair, by=request.user, now=now).public_id)
        if do not in ("accept", "discard") or rota is None:
            raise Http404
        if do == "discard":
            publishing.discard(rota=rota, by=request.user, now=now)
            messages.success(request, f"✓ Candidate {rota.version} is discarded; the rota in force stays.")
        else:
            publishing.publish(rota=rota, by=request.user, now=now)
            messages.success(
                request,
                f"✓ Version {rota.version} is published."
                " Field staff whose rounds changed are told on their phones.",
            )
    except publishing.PublishRefused as refused:
        words = Words(request.user, repair.of.week_start, refused.reasons)
        return _page(request, repair, refused=[words.say(reason) for reason in refused.reasons])
    return redirect("board", code=repair.of.area.code, week_start=repair.of.week_start)


def _asked(repairs: list[Repair]) -> str:
    if not repairs:
        return "It is noted. No published visit is touched, so there is nothing to repair."
    weeks = ", ".join(f"the week of {day(one.of.week_start)}" for one in repairs)
    return f"It is noted, and the rota of {weeks} is being repaired."


def _repair(user: User, public_id: str) -> Repair:
    found = selectors.repairs(user).select_related("of__area", "rota", "requested_by")
    return get_object_or_404(found, public_id=public_id)


def _page(request: HttpRequest, repair: Repair, *, refused: list[str] | None = None) -> HttpResponse:
    is_live = repair.status in LIVE
    context: dict[str, Any] = {"repair": repair, "is_live": is_live, "refused": refused or []}
    if repair.status == Repair.Status.DONE:
        context |= _told(request.user, repair)
    elif repair.error:
        words = Words(request.user, repair.of.week_start, [repair.error])
        context["error"] = words.say(repair.error)
    template = "scheduling/repair_body.html" if request.htmx else "scheduling/repair.html"
    return render(request, template, context, status=409 if refused else 200)


def _told(user: User, repair: Repair) -> dict[str, Any]:
    """What the repair changes, in the words and names of whoever looks."""
    found = repair.found
    codes = [one["occurrence"] for one in found["changed"]] + found["gone"] + found["lost_locks"]
    workers = [
        code for one in found["changed"] for spot in (one["before"], one["after"]) if spot for code in spot[0]
    ]
    workers += [worker for worker, _, _ in found["stretched"]]
    words = Words(user, repair.of.week_start, [*codes, *workers])
    lines = [_line(words, one) for one in found["changed"]]
    rota = repair.rota
    return {
        "placed_again": [one for one, row in zip(lines, found["changed"], strict=True) if row["after"]],
        "left_out": [one for one, row in zip(lines, found["changed"], strict=True) if not row["after"]],
        "gone": [words.say(code) for code in found["gone"]],
        "lost_locks": [words.say(code) for code in found["lost_locks"]],
        "stretched": [
            (words.say(worker), words.moment(before), words.moment(after))
            for worker, before, after in found["stretched"]
        ],
        "overrides": hand_wording.overrides(user, rota) if rota else [],
        "may_decide": user.role == Role.COORDINATOR and rota is not None and rota.status == "candidate",
    }


def _line(words: Words, one: dict[str, Any]) -> Line:
    before, after = one["before"], one["after"]
    return Line(
        when=words.moment((before or after)[1]),
        what=words.say(one["occurrence"]),
        before=_spot(words, before) if before else "left out",
        after=_spot(words, after, before) if after else REASONS.get(one["reason"], "left out"),
        noticed=one["noticed"],
    )


def _spot(words: Words, spot: list[Any], other: list[Any] | None = None) -> str:
    names = " and ".join(words.say(code) for code in spot[0])
    at: datetime = words.clock.at(spot[1])
    same_day = other is not None and local_day(words.clock.at(other[1])) == local_day(at)
    return f"{names}, {clock(at)}" if other is None or same_day else f"{names}, {day(at)} {clock(at)}"
