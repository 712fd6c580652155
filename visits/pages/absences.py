"""A worker is away: noting it, its end, taking it back, and what that does to published visits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hub.access import allowed
from hub.pages.forms import HouseForm, answer
from visits import selectors
from visits.models import Absence
from visits.pages.panels import READERS
from visits.services import absences


class MomentInput(forms.DateTimeInput):
    """The browser's own day and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"max": "9999-12-31T23:59"}, format="%Y-%m-%dT%H:%M")  # see DayInput


class AbsenceForm(HouseForm):
    """Why in a word, from when, until when."""

    kind = forms.ChoiceField(
        choices=[one for one in Absence.Kind.choices if one[0] != Absence.Kind.STOPPED],
        label="Why",
        help_text="A word is enough. Keep illnesses out of the record.",
    )
    starts_at = forms.DateTimeField(label="From", widget=MomentInput, help_text="Day and time.")
    ends_at = forms.DateTimeField(
        label="Back at work",
        widget=MomentInput,
        required=False,
        help_text="Leave it empty until it is known.",
    )


class EndForm(HouseForm):
    """When the worker is back."""

    ends_at = forms.DateTimeField(label="Back at work", widget=MomentInput, help_text="Day and time.")


@allowed(*READERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Notes that the worker is away; from then on no plan counts on them."""
    worker = get_object_or_404(selectors.workers(request.user), public_id=public_id)
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = AbsenceForm(request.POST or None, initial={"starts_at": now})

    def act(values: dict[str, Any]) -> str:
        absence = absences.note(worker=worker, by=request.user, now=timezone.now(), **values)
        return f"{worker.name} is noted as {absence.get_kind_display()}. {waiting(absence)}"

    back = reverse("worker", args=[public_id])
    return answer(request, form, title=f"{worker.name} is away", button="Note it", back=back, act=act)


@allowed(*READERS)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Says when the worker is back."""
    absence = _absence(request, public_id, number)
    form = EndForm(request.POST or None, initial={"ends_at": timezone.localtime(absence.ends_at)})

    def act(values: dict[str, Any]) -> str:
        one = absences.end(absence=absence, at=values["ends_at"], by=request.user, now=timezone.now())
        return f"The end is noted. {waiting(one)}"

    back = reverse("worker", args=[public_id])
    title = f"When {absence.worker.name} is back"
    return answer(request, form, title=title, button="Note it", back=back, act=act)


@allowed(*READERS)
@require_POST
def take_back(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """It was noted by mistake."""
    absence = _absence(request, public_id, number)
    try:
        absences.take_back(absence=absence, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, "✓ The absence is taken back. Planning counts on the shifts again.")
    return redirect("worker", public_id=public_id)


def waiting(absence: Absence) -> str:
    """How many published visits this leaves without their worker."""
    number = selectors.visits_without_worker(absence, now=timezone.now()).count()
    if not number:
        return "No published visit needs another worker."
    return f"{number} visit{'' if number == 1 else 's'} need{'s' if number == 1 else ''} another worker."


def _absence(request: HttpRequest, public_id: str, number: int) -> Absence:
    worker = get_object_or_404(selectors.workers(request.user), public_id=public_id)
    found = selectors.absences(request.user).filter(worker=worker).select_related("worker")
    return get_object_or_404(found, pk=number)
