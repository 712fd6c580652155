"""A worker's shifts by week, and the worker's own row: added, changed, taken out of planning."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.pages.forms import HouseForm, answer
from hub.recurrence import monday_of
from visits import selectors
from visits.models import Absence, Shift, Worker
from visits.pages.needs import ClockInput
from visits.pages.panels import READERS
from visits.pages.rights import WRITERS
from visits.services import staffing
from visits.wall_clock import LONDON, local_day, midnight

WEEKS = 4
FARTHEST = timedelta(days=366)
PLAN = "It counts from the next plan on."
FILES = "A shift file that the agency sends later counts for the days that it names."


class WeeksForm(HouseForm):
    """For how many weeks."""

    weeks = forms.IntegerField(
        min_value=1,
        max_value=staffing.MOST_WEEKS,
        initial=1,
        label="For how many weeks",
        help_text=f"1 is this day alone; at most {staffing.MOST_WEEKS}, always on this weekday.",
    )


class ShiftForm(WeeksForm):
    """From when to when, and for how many weeks."""

    start = forms.TimeField(label="Begins", widget=ClockInput, help_text="By the clock, such as 07:00.")
    end = forms.TimeField(
        label="Ends", widget=ClockInput, help_text="At or before the beginning means the next day."
    )
    field_order = ("start", "end", "weeks")


class WorkerForm(HouseForm):
    """Who, of which agency, planned where."""

    agency = forms.ModelChoiceField(None, label="Agency", help_text="The employer.")
    name = forms.CharField(max_length=120, label="Name", help_text="As people know them.")
    reference = forms.CharField(
        max_length=60, label="Reference", help_text="The agency’s own for them; its files go by it."
    )
    area = forms.ModelChoiceField(None, label="Area", help_text="Where they are planned.")
    gender = forms.ChoiceField(
        label="Gender",
        required=False,
        choices=[("", "Not said"), ("F", "Female"), ("M", "Male"), ("X", "Another gender")],
        help_text="Only for people who ask for a woman or a man.",
    )
    base_postcode = forms.CharField(
        max_length=8, label="Starts from", help_text="A whole postcode, such as NR11 6AA."
    )
    hours = forms.DecimalField(
        min_value=1, max_value=60, decimal_places=2, label="Most hours a week", help_text="1 to 60, as 37.5."
    )

    def __init__(self, *args: Any, agencies: Any = None, areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas
        if agencies is None:
            del self.fields["agency"]
        else:
            self.fields["agency"].queryset = agencies


@allowed(*READERS)
@require_GET
def show(request: HttpRequest, public_id: str, day: date) -> HttpResponse:
    """Four weeks of shifts from the week of this day, each day with what to do about it."""
    today = timezone.localdate()
    if abs(day - today) > FARTHEST:
        raise Http404
    worker = _worker(request, public_id)
    first = monday_of(day)
    found = {
        local_day(one.starts_at): one for one in selectors.shifts([worker.pk], first=first, days=7 * WEEKS)
    }
    away = list(
        selectors.absences(request.user)
        .filter(worker=worker)
        .in_force()
        .touching(midnight(first), midnight(first + timedelta(weeks=WEEKS)))
    )
    weeks = []
    for number in range(WEEKS):
        days = [first + timedelta(days=7 * number + each) for each in range(7)]
        held = [found[each] for each in days if each in found]
        minutes = sum(_minutes(one) for one in held)
        weeks.append(
            {
                "days": [(each, found.get(each), each < today, _away(away, each)) for each in days],
                "minutes": minutes,
                "is_over": minutes > worker.max_week_minutes,
            }
        )
    context = {
        "worker": worker,
        "weeks": weeks,
        "today": today,
        "earlier": first - timedelta(weeks=WEEKS),
        "later": first + timedelta(weeks=WEEKS),
        "may_write": request.user.role in WRITERS,
    }
    return render(request, "visits/shifts.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def put(request: HttpRequest, public_id: str, day: date) -> HttpResponse:
    """Adds the shift of a day or changes it, alone or for weeks."""
    worker = _worker(request, public_id)
    held = selectors.shifts([worker.pk], first=day, days=1).first()
    start = {"start": "07:00", "end": "15:00"}
    if held is not None:
        start = {"start": _clock(held.starts_at), "end": _clock(held.ends_at)}
    form = ShiftForm(request.POST or None, initial=start)

    def act(values: dict[str, Any]) -> str:
        made = staffing.set_shifts(worker=worker, day=day, by=request.user, now=timezone.now(), **values)
        usual = _usual(values["start"], values["end"])
        odd = [one for one in made if _minutes(one) != usual]
        said = f"{len(made)} shift{'' if len(made) == 1 else 's'} set. {PLAN}"
        for one in odd:
            on, lasts = local_day(one.starts_at), _hours(_minutes(one))
            said += f" The clocks change under that of {on:%a} {on.day} {on:%b}: it lasts {lasts}."
        return said

    title = f"{worker.name} on {day:%a} {day.day} {day:%b %Y}"
    back = reverse("shifts", args=[public_id, day])
    return answer(request, form, title=title, button="Set it", back=back, act=act, intro=FILES)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, public_id: str, day: date) -> HttpResponse:
    """Takes the shift of a day away, alone or for weeks."""
    worker = _worker(request, public_id)

    def act(values: dict[str, Any]) -> str:
        number = staffing.remove_shifts(
            worker=worker, day=day, by=request.user, now=timezone.now(), weeks=values["weeks"]
        )
        ahead = selectors.visits(request.user, on=timezone.localdate()).filter(
            worker=worker, is_published=True
        )
        stand = selectors.within(ahead, first=day, days=1).count()
        told = f" {stand} published visits of that day need another worker: plan again." if stand else ""
        return f"{number} shift{'' if number == 1 else 's'} removed. {PLAN}{told}"

    title = f"No shift of {worker.name} on {day:%a} {day.day} {day:%b %Y}"
    back = reverse("shifts", args=[public_id, day])
    form = WeeksForm(request.POST or None)
    return answer(request, form, title=title, button="Remove it", back=back, act=act, intro=FILES)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Adds a worker."""
    today = timezone.localdate()
    agencies, areas = hub.agencies_employing(request.user, on=today), hub.areas_to_place_in(request.user)
    start = {"agency": agencies.first(), "area": areas.first()}
    form = WorkerForm(request.POST or None, agencies=agencies, areas=areas, initial=start)

    def act(values: dict[str, Any]) -> str:
        made = staffing.save_worker(worker=Worker(agency=values.pop("agency")), by=request.user, **values)
        return f"{made.name} is added. Sign tasks off and set shifts, or no visit can be given."

    back = reverse("workers")
    return answer(request, form, title="New worker", button="Add", back=back, act=act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Changes a worker's row."""
    worker = _worker(request, public_id)
    start = {
        name: getattr(worker, name) for name in ("name", "reference", "area", "gender", "base_postcode")
    } | {"hours": worker.max_week_minutes / 60}
    form = WorkerForm(request.POST or None, areas=hub.areas_to_place_in(request.user), initial=start)

    def act(values: dict[str, Any]) -> str:
        staffing.save_worker(worker=worker, by=request.user, **values)
        return f"{worker.name} is changed. {PLAN}"

    back = reverse("worker", args=[public_id])
    return answer(request, form, title=f"Change {worker.name}", button="Change", back=back, act=act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes a worker who has left out of planning, or back in."""
    worker = _worker(request, public_id)
    goes = worker.is_active
    ahead = selectors.visits(request.user, on=timezone.localdate()).filter(
        worker=worker, is_published=True, starts_at__gte=timezone.now()
    )

    def act(values: dict[str, Any]) -> str:
        staffing.switch(worker=worker, is_active=not goes, by=request.user)
        return f"{worker.name} {'is planned no more' if goes else 'is planned again'}."

    number = ahead.count() if goes else 0
    intro = "Shifts, competences and the past stay as they are." + (
        f" {number} published visits to come stand until the weeks are planned again." if number else ""
    )
    return answer(
        request,
        HouseForm(request.POST if request.method == "POST" else None),
        title=f"{worker.name} has left" if goes else f"{worker.name} is back",
        button="Take out of planning" if goes else "Take back into planning",
        back=reverse("worker", args=[public_id]),
        act=act,
        intro=intro,
    )


def _worker(request: HttpRequest, public_id: str) -> Worker:
    return get_object_or_404(selectors.workers(request.user).select_related("agency"), public_id=public_id)


def _away(absences: list[Absence], day: date) -> Absence | None:
    """Why the worker does not work on a day, or on a part of it."""
    start, end = midnight(day), midnight(day + timedelta(days=1))
    return next(
        (one for one in absences if one.starts_at < end and (one.ends_at is None or one.ends_at > start)),
        None,
    )


def _clock(at: Any) -> str:
    return f"{at.astimezone(LONDON):%H:%M}"


def _minutes(shift: Shift) -> int:
    return int((shift.ends_at - shift.starts_at).total_seconds()) // 60


def _usual(start: Any, end: Any) -> int:
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    return minutes if minutes > 0 else minutes + 24 * 60


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02} min"
