"""The rules at one door: when calls may begin, who comes and may not, what is kept apart and how far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import audit
from hub import selectors as hub
from hub.access import allowed
from hub.contact_times import in_words
from hub.models import Need, Person
from hub.pages import wording
from hub.pages.forms import ClockInput, HouseForm, answer
from hub.services import contact_times, needs
from visits import selectors
from visits.models import Worker
from visits.pages.rights import REVIEWERS, WRITERS, ReasonForm
from visits.services import door

PLAN = "It counts from the next plan on; plan the week again."


class WorkerChoice(forms.ModelChoiceField):
    """A worker by name and agency."""

    def label_from_instance(self, obj: Worker) -> str:
        """The agency tells two of one name apart."""
        return f"{obj.name}, {obj.agency.name}"


class NeedChoice(forms.ModelChoiceField):
    """A need of the person in words."""

    def label_from_instance(self, obj: Need) -> str:
        """What, when and by whom asked."""
        rule = wording.recurrence(obj.rrule)
        return f"{obj.title}, {obj.window_start:%H:%M}, {rule} ({obj.agency.name})"


class WorkerForm(HouseForm):
    """Which worker, and why."""

    worker = WorkerChoice(None, label="Worker", help_text="Of your areas or agency, active.")
    reason = forms.CharField(max_length=200, label="Why", help_text="At most 200 characters.")

    def __init__(self, *args: Any, workers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worker"].queryset = workers


class PairForm(HouseForm):
    """Two needs of the person."""

    one = NeedChoice(None, label="This need", help_text="One of those that you see on the person’s page.")
    other = NeedChoice(None, label="And this need", help_text="Another one.")

    def __init__(self, *args: Any, needs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["one"].queryset = self.fields["other"].queryset = needs


class ApartForm(PairForm):
    """Which two never share a visit, and why."""

    reason = forms.CharField(
        max_length=200, label="Why", help_text="Such as: infection risk. At most 200 characters."
    )


class GapForm(PairForm):
    """How long after the end of one the other begins, on one day."""

    min_minutes = forms.IntegerField(
        min_value=0, max_value=1440, label="Minutes between, at least", help_text="0 to 1440."
    )
    max_minutes = forms.IntegerField(
        min_value=0, max_value=1440, required=False, label="Minutes between, at most", help_text="0 to 1440."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["one"].label, self.fields["other"].label = "First", "Then"


class TimesForm(HouseForm):
    """When the person asks for calls, and who said so."""

    contact_from = forms.TimeField(
        required=False, widget=ClockInput, label="Not before", help_text="By the clock, such as 09:00."
    )
    contact_until = forms.TimeField(
        required=False,
        widget=ClockInput,
        label="Not after",
        help_text="A call may begin until then. Both empty: at any time, whatever agencies say.",
    )
    reason = forms.CharField(
        max_length=200, label="Who asked for it, and why", help_text="At most 200 characters."
    )


@allowed(*REVIEWERS)
@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """All rules that somebody has set at this door, with who and when."""
    person, today = _person(request, public_id)
    pairs, gaps = selectors.pairs_of(request.user, person, on=today)
    context = {
        "person": person,
        "told": selectors.contact_times(request.user, person, on=today),
        "said": selectors.contact_times_sent(request.user, person, on=today),
        "outside": selectors.needs_outside_contact_times(request.user, on=today)
        .filter(person=person)
        .select_related("agency"),
        "named": selectors.named_workers([person.pk]).select_related("worker__agency", "set_by").first(),
        "barred": selectors.barred_workers(person).select_related("worker__agency", "set_by"),
        "pairs": pairs.select_related("first__agency", "second__agency", "set_by"),
        "gaps": gaps.select_related("before__agency", "after__agency", "set_by"),
        "may_write": request.user.role in WRITERS,
    }
    return render(request, "visits/doors.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def bar(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keeps a worker away from the person."""

    def act(person: Person, values: dict[str, Any]) -> str:
        made = door.bar(person=person, by=request.user, now=timezone.now(), **values)
        ahead = selectors.visits(request.user, on=timezone.localdate()).filter(
            person=person, worker=made.worker, is_published=True, starts_at__gte=timezone.now()
        )
        stands = f" {ahead.count()} published visits by them stand until then." if ahead.exists() else ""
        return f"{made.worker.name} may not come to {person.name}. {PLAN}{stands}"

    return _answer(request, public_id, "Who may not come to {}", "Bar", _worker_form, act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def name(request: HttpRequest, public_id: str) -> HttpResponse:
    """Names the worker whom the person should see."""

    def act(person: Person, values: dict[str, Any]) -> str:
        made = door.name(person=person, by=request.user, now=timezone.now(), **values)
        return f"{made.worker.name} is the named worker of {person.name}. {PLAN}"

    return _answer(request, public_id, "The named worker of {}", "Name", _worker_form, act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def apart(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keeps two needs from sharing a visit."""

    def act(person: Person, values: dict[str, Any]) -> str:
        pair = needs.keep_apart(by=request.user, now=timezone.now(), **values)
        return f"“{pair.first.title}” and “{pair.second.title}” are kept apart. {PLAN}"

    return _answer(request, public_id, "Keep two needs of {} apart", "Keep apart", _pair_form(ApartForm), act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def gap(request: HttpRequest, public_id: str) -> HttpResponse:
    """Has minutes lie between two needs."""

    def act(person: Person, values: dict[str, Any]) -> str:
        values["before"], values["after"] = values.pop("one"), values.pop("other")
        made = needs.leave_gap(by=request.user, now=timezone.now(), **values)
        least = f"{made.min_minutes} minutes or more"
        return f"“{made.after.title}” begins {least} after “{made.before.title}” ends. {PLAN}"

    return _answer(request, public_id, "A gap between two needs of {}", "Set it", _pair_form(GapForm), act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def times(request: HttpRequest, public_id: str) -> HttpResponse:
    """Notes when the person asks for calls to begin."""

    def make(request: HttpRequest, person: Person) -> HouseForm:
        now = {"contact_from": person.contact_from, "contact_until": person.contact_until}
        return TimesForm(request.POST or None, initial=now)

    def act(person: Person, values: dict[str, Any]) -> str:
        records = selectors.records_of(request.user, person, on=timezone.localdate())
        record = records.filter(agency=request.user.agency_id).first() or records.first()
        if record is None:
            raise ValidationError("No record of this person is shared with you to note it on.")
        made = contact_times.set_times(record=record, by=request.user, now=timezone.now(), **values)
        asked = in_words(made.contact_from, made.contact_until) or "at any time"
        return f"{person.name} asks for calls to begin {asked}. {PLAN}"

    return _answer(request, public_id, "When {} asks for calls", "Note it", make, act)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, public_id: str, kind: str, number: int) -> HttpResponse:
    """Ends one rule with a reason, which the audit keeps; what it was, the memory of changes."""
    person, today = _person(request, public_id)
    pairs, gaps = selectors.pairs_of(request.user, person, on=today)
    found = {
        "barred": selectors.barred_workers(person).filter(worker__in=selectors.workers(request.user)),
        "named": selectors.named_workers([person.pk]).filter(worker__in=selectors.workers(request.user)),
        "times": selectors.contact_times(request.user, person, on=today),
        "apart": pairs,
        "gap": gaps.filter(set_at__isnull=False),
    }
    if kind not in found:
        raise Http404
    row = get_object_or_404(found[kind], pk=number)

    def act(values: dict[str, Any]) -> str:
        audit.explain(purpose=audit.purpose_of(request.user), reason=f"{kind} ended: {values['reason']}")
        if kind == "times":
            contact_times.end(told=row, by=request.user, now=timezone.now(), **values)
        else:
            row.delete()
        return f"Ended. {PLAN}"

    title = f"End a rule at the door of {person.name}"
    back = reverse("doors", args=[public_id])
    form = ReasonForm(request.POST or None)
    return answer(request, form, title=title, button="End it", back=back, act=act)


def _person(request: HttpRequest, public_id: str) -> tuple[Person, date]:
    today = timezone.localdate()
    return get_object_or_404(hub.people(request.user, on=today), public_id=public_id), today


def _worker_form(request: HttpRequest, person: Person) -> HouseForm:
    workers = selectors.workers(request.user).filter(is_active=True).select_related("agency").order_by("name")
    return WorkerForm(request.POST or None, workers=workers)


def _pair_form(kind: type[PairForm]) -> Callable[[HttpRequest, Person], HouseForm]:
    def make(request: HttpRequest, person: Person) -> HouseForm:
        today = timezone.localdate()
        found = hub.needs(request.user, on=today).filter(person=person).exclude(ends_on__lt=today)
        return kind(request.POST or None, needs=found.select_related("agency"))

    return make


def _answer(
    request: HttpRequest,
    public_id: str,
    title: str,
    button: str,
    make: Callable[[HttpRequest, Person], HouseForm],
    act: Callable[[Person, dict[str, Any]], str],
) -> HttpResponse:
    person, _ = _person(request, public_id)
    return answer(
        request,
        make(request, person),
        title=title.format(person.name),
        button=button,
        back=reverse("doors", args=[public_id]),
        act=lambda values: act(person, values),
    )
