"""Signing a worker off for a task, and ending that."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from hub.pages.forms import DayInput, HouseForm, answer
from visits import selectors
from visits.services import competences

SIGNERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)


class CompetenceForm(HouseForm):
    """Which task, from when, until when, by whose word."""

    skill = forms.ModelChoiceField(None, label="Task", help_text="From the county's list.")
    starts_on = forms.DateField(label="First day", widget=DayInput, help_text="Planned with from here.")
    expires_on = forms.DateField(
        label="Last day", widget=DayInput, required=False, help_text="When it must be assessed again."
    )
    signed_by = forms.CharField(
        label="Signed by", max_length=120, help_text="Name and office of who assessed the worker."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"].queryset = hub.skills()


class EndForm(HouseForm):
    """When it ends."""

    expires_on = forms.DateField(label="Last day", widget=DayInput, help_text="Visits after it need another.")


@allowed(*SIGNERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Signs the worker off for a task."""
    worker = get_object_or_404(selectors.workers(request.user), public_id=public_id)
    form = CompetenceForm(request.POST or None, initial={"starts_on": timezone.localdate()})

    def act(values: dict[str, Any]) -> str:
        one = competences.sign_off(worker=worker, **values)
        return f"{worker.name} is signed off for “{one.skill.name}”."

    back = reverse("worker", args=[public_id])
    return answer(request, form, title=f"Sign {worker.name} off", button="Sign off", back=back, act=act)


@allowed(*SIGNERS)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Ends one competence with a day."""
    worker = get_object_or_404(selectors.workers(request.user), public_id=public_id)
    found = selectors.competences([worker.pk]).select_related("skill")
    competence = get_object_or_404(found, pk=number)
    form = EndForm(request.POST or None, initial={"expires_on": timezone.localdate()})

    def act(values: dict[str, Any]) -> str:
        competences.end(competence=competence, on=values["expires_on"])
        return f"“{competence.skill.name}” of {worker.name} ends with {values['expires_on']:%d/%m/%Y}."

    title = f"End “{competence.skill.name}” of {worker.name}"
    return answer(
        request, form, title=title, button="End it", back=reverse("worker", args=[public_id]), act=act
    )
