"""What a person needs: entered, changed and ended by hand, and the coming four weeks of one need."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Need, Role
from hub.pages import wording
from hub.pages.forms import ClockInput, DayInput, HouseForm, answer
from hub.recurrence import MOST_APART, ONCE, WEEKDAYS, Repeats, days_due, repeats_of
from hub.services import needs as service
from visits import selectors
from visits.models import VisitPart
from visits.pages.rights import REVIEWERS, WRITERS

WEEKS = 4
FIELDS = (
    *("title", "minutes", "window_start", "window_end", "preferred", "time_critical", "starts_on", "ends_on"),
    *("flexible_days", "workers", "gender", "priority", "mergeable", "separate_reason"),
)
KINDS = [
    (ONCE, "Once, on the first day"),
    ("DAILY", "By days"),
    ("WEEKLY", "By weeks, on the weekdays ticked below"),
    ("MONTHLY", "By months, on one weekday, such as the second Tuesday"),
]


class NeedForm(HouseForm):
    """What is asked, when, and by whom it may be done."""

    agency = forms.ModelChoiceField(None, label="Asked by", help_text="An agency that knows this person.")
    title = forms.CharField(max_length=120, label="What", help_text="In a few words, such as: Morning wash.")
    skills = forms.MultipleChoiceField(
        label="Tasks", widget=forms.CheckboxSelectMultiple, help_text="Whoever comes is signed off for each."
    )
    minutes = forms.IntegerField(
        min_value=5, max_value=720, label="Minutes", help_text="At the door, 5 to 720, without travel."
    )
    window_start = forms.TimeField(
        label="Begins at the earliest", widget=ClockInput, help_text="By the clock, such as 07:00."
    )
    window_end = forms.TimeField(
        label="Begins at the latest",
        widget=ClockInput,
        help_text="The same day; for a critical time close by.",
    )
    preferred = forms.TimeField(
        label="Best at", widget=ClockInput, required=False, help_text="Between the two, where one is best."
    )
    time_critical = forms.BooleanField(
        label="Time-critical",
        required=False,
        help_text="Such as insulin: the board marks it, and no hand moves it out of its time.",
    )
    kind = forms.ChoiceField(label="Repeats", choices=KINDS, widget=forms.RadioSelect)
    every = forms.IntegerField(
        label="Every how many days, weeks or months",
        min_value=1,
        max_value=MOST_APART,
        initial=1,
        help_text="1 is each; 2 every other, counted from the first day.",
    )
    days = forms.MultipleChoiceField(
        label="Weekdays",
        required=False,
        choices=[(day, wording.DAYS[day]) for day in WEEKDAYS],
        widget=forms.CheckboxSelectMultiple,
        help_text="By weeks any; by months exactly one.",
    )
    which = forms.TypedChoiceField(
        label="Which of the month",
        required=False,
        coerce=int,
        empty_value=0,
        choices=[("", "–"), *((number, word.capitalize()) for number, word in wording.ORDINALS.items())],
        help_text="By months only.",
    )
    starts_on = forms.DateField(label="First day", widget=DayInput, help_text="Today or later.")
    ends_on = forms.DateField(
        label="Last day", widget=DayInput, required=False, help_text="Empty: until somebody ends it."
    )
    flexible_days = forms.IntegerField(
        label="May be late by days", min_value=0, max_value=6, initial=0, help_text="0 to 6; 0 is on the day."
    )
    workers = forms.TypedChoiceField(
        label="Workers", coerce=int, choices=[(1, "One"), (2, "Two together")], widget=forms.RadioSelect
    )
    gender = forms.ChoiceField(
        label="Whoever comes is",
        required=False,
        choices=[("", "A man or a woman"), ("F", "A woman"), ("M", "A man")],
        widget=forms.RadioSelect,
    )
    priority = forms.TypedChoiceField(
        label="Priority",
        coerce=int,
        choices=[(1, "1, harm if missed"), (2, "2, high"), (3, "3, usual"), (4, "4, can wait")],
        widget=forms.RadioSelect,
        help_text="What is left out first when there are too few hours: 4 before 1.",
    )
    mergeable = forms.TypedChoiceField(
        label="With other needs at the door",
        coerce=lambda value: value == "yes",
        choices=[("yes", "May be done in one visit with others"), ("no", "Stays a visit of its own")],
        widget=forms.RadioSelect,
    )
    separate_reason = forms.CharField(
        max_length=200, required=False, label="Why of its own", help_text="If so; at most 200 characters."
    )

    def __init__(self, *args: Any, agencies: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].choices = [(one.code, one.name) for one in hub.skills()]
        if agencies is None:
            del self.fields["agency"]
            self.fields["starts_on"].label = "Changed from"
            self.fields["starts_on"].help_text = "Today or later; until the day before all stays as it is."
        else:
            self.fields["agency"].queryset = agencies

    def clean(self) -> dict[str, Any]:
        """Makes the plain choices one rule."""
        said = super().clean() or {}
        kind, days, which = said.get("kind"), tuple(said.get("days") or ()), said.get("which") or 0
        if kind == "WEEKLY" and not days:
            self.add_error("days", "Tick at least one weekday.")
        if kind == "MONTHLY" and len(days) != 1:
            self.add_error("days", "Tick exactly one weekday.")
        if kind == "MONTHLY" and not which:
            self.add_error("which", "Say which of the month.")
        if not self.errors:
            said["rrule"] = Repeats(str(kind), said["every"], days, which).rule
        return said


class EndForm(HouseForm):
    """From when it is asked no more, and why."""

    ends_on = forms.DateField(
        label="Last day", widget=DayInput, help_text="Yesterday or later; nothing is due after it."
    )
    reason = forms.CharField(
        max_length=200, label="Why", help_text="At most 200 characters; stays on record."
    )


@allowed(*REVIEWERS)
@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One need: whose, what, and its occurrences of the coming four weeks."""
    today = timezone.localdate()
    need = _need(request, public_id, today)
    context = {
        "need": need,
        "today": today,
        "skills": selectors.skill_names(),
        "occurrences": _occurrences(request, need, today),
        "weeks": WEEKS,
        "is_over": need.ends_on is not None and need.ends_on < today,
        "may_change": hub.needs_to_change(request.user, on=today).filter(pk=need.pk).exists(),
        "may_open_day": request.user.role != Role.AGENCY_MANAGER,
    }
    return render(request, "visits/need.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enters a need of a person."""
    today = timezone.localdate()
    person = get_object_or_404(hub.people(request.user, on=today), public_id=public_id)
    agencies = hub.agencies_asking(request.user, person, on=today)
    start = {
        "starts_on": today,
        "workers": 1,
        "gender": "",
        "priority": 3,
        "mergeable": "yes",
        "kind": "WEEKLY",
    }
    if (only := agencies.first()) is not None:
        start["agency"] = only
    form = NeedForm(request.POST or None, agencies=agencies, initial=start)

    def act(values: dict[str, Any]) -> str:
        made = service.enter(
            person=person, agency=values["agency"], by=request.user, now=timezone.now(), **_asked(values)
        )
        return f"{made.title}: {wording.recurrence(made.rrule)}, from {made.starts_on:%d/%m/%Y}. {PLAN}"

    back = reverse("person", args=[public_id])
    return answer(request, form, title=f"New need of {person.name}", button="Enter it", back=back, act=act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Changes a need entered by hand from a day on."""
    today = timezone.localdate()
    need = _need(request, public_id, today, to_change=True)
    form = NeedForm(request.POST or None, initial=_as_it_is(need, today))

    def act(values: dict[str, Any]) -> str:
        first = values["starts_on"]
        made = service.change(need=need, by=request.user, now=timezone.now(), **_asked(values))
        return f"{made.title} is changed from {first:%d/%m/%Y} on. {PLAN}"

    title = f"Change “{need.title}” of {need.person.name}"
    back = reverse("person", args=[need.person.public_id])
    return answer(request, form, title=title, button="Change it", back=back, act=act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ends a need entered by hand."""
    today = timezone.localdate()
    need = _need(request, public_id, today, to_change=True)

    def act(values: dict[str, Any]) -> str:
        service.end(need=need, by=request.user, now=timezone.now(), **values)
        later = _published(request, need, today).filter(due_on__gt=values["ends_on"]).count()
        stands = f" {later} published visits after it stand until you do." if later else ""
        return f"{need.title} ends with {values['ends_on']:%d/%m/%Y}. {PLAN}{stands}"

    title = f"End “{need.title}” of {need.person.name}"
    back = reverse("need", args=[public_id])
    form = EndForm(request.POST or None, initial={"ends_on": today})
    return answer(request, form, title=title, button="End it", back=back, act=act)


PLAN = "Plan the weeks again to take it in."


def _need(request: HttpRequest, public_id: str, today: date, *, to_change: bool = False) -> Need:
    found = (hub.needs_to_change if to_change else hub.needs)(request.user, on=today)
    return get_object_or_404(found.select_related("person", "agency", "entered_by"), public_id=public_id)


def _asked(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in (*FIELDS, "skills", "rrule")}


def _as_it_is(need: Need, today: date) -> dict[str, Any]:
    """The form of a need as it is; a rule that no plain choices make has to be chosen anew."""
    said = {name: getattr(need, name) for name in FIELDS} | {"skills": need.skills}
    said |= {"starts_on": max(today, need.starts_on), "mergeable": "yes" if need.mergeable else "no"}
    if (repeats := repeats_of(need.rrule)) is not None:
        said |= {"kind": repeats.kind, "every": repeats.every, "days": repeats.days, "which": repeats.which}
    return said


def _occurrences(request: HttpRequest, need: Need, today: date) -> list[dict[str, Any]]:
    """The days of the coming four weeks on which it is due: called off, away, or who comes when."""
    last = today + timedelta(days=7 * WEEKS - 1)
    due = days_due(need.rrule, starts_on=need.starts_on, ends_on=need.ends_on, first=today, last=last)
    called_off = {one.due_on: one for one in need.cancellations.filter(due_on__in=due)}
    is_away = hub.days_away([need])
    visits: dict[date, list[VisitPart]] = {}
    for part in _published(request, need, today).filter(due_on__in=due):
        visits.setdefault(part.due_on, []).append(part)
    return [
        {
            "day": day,
            "called_off": called_off.get(day),
            "is_away": is_away(need, day),
            "parts": visits.get(day, []),
        }
        for day in due
    ]


def _published(request: HttpRequest, need: Need, today: date) -> Any:
    seen = selectors.visits(request.user, on=today).filter(is_published=True)
    parts = selectors.calls_of(need, seen).select_related("visit__worker")
    return parts.order_by("starts_at", "pk")
