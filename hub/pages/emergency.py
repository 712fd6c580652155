"""Opening one record beyond one's reach in an emergency, and looking at who did."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub import audit, selectors
from hub.access import allowed
from hub.models import AuditEvent, Role
from hub.pages.forms import DayInput, HouseForm, answer
from hub.services import emergencies

OPENERS = (Role.COORDINATOR, Role.AGENCY_MANAGER)


class EmergencyForm(HouseForm):
    """Who exactly, and what has happened."""

    family_name = forms.CharField(max_length=120, help_text="Whole, as it is written.")
    birth_date = forms.DateField(label="Date of birth", widget=DayInput, help_text="Exact.")
    postcode = forms.CharField(max_length=8, required=False, help_text="Only if several people fit.")
    purpose = forms.ChoiceField(
        choices=[(one.value, one.label) for one in emergencies.PURPOSES],
        widget=forms.RadioSelect,
        help_text="For nothing else.",
    )
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=200,
        help_text="What has happened, at least 15 characters. The hub and the person's agencies read it.",
    )


class FindingForm(HouseForm):
    """What came of looking into it."""

    finding = forms.CharField(max_length=200, help_text="Was it justified, and what follows?")


@allowed(*OPENERS)
@require_http_methods(["GET", "POST"])
def open_record(request: HttpRequest) -> HttpResponse:
    """A form that opens one record for an hour; it never lists anybody."""
    form = EmergencyForm(request.POST or None)
    opened: list[str] = []

    def act(values: dict[str, Any]) -> str:
        try:
            access = emergencies.open_record(by=request.user, now=timezone.now(), **values)
        except emergencies.NobodyOpened as nobody:
            audit.record(
                by=request.user,
                action=AuditEvent.Action.EMERGENCY,
                what=nobody.what,
                purpose=values["purpose"],
                reason=values["reason"],
            )
            raise
        opened.append(reverse("person", args=[access.person.public_id]))
        return "Opened for one hour. The hub and the agencies that know this person have been told."

    back = reverse("people")
    response = answer(
        request,
        form,
        title="Open a record in an emergency",
        button="Open the record",
        back=back,
        act=act,
        intro="For a person outside your agreements or areas, when waiting would put somebody at risk."
        " It is recorded and others are told at once.",
    )
    return redirect(opened[0]) if opened else response


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Notes what the hub found of one opening."""
    access = get_object_or_404(selectors.emergencies(request.user), public_id=public_id)
    form = FindingForm(request.POST or None)

    def act(values: dict[str, Any]) -> str:
        emergencies.review(access=access, by=request.user, now=timezone.now(), **values)
        return "Noted."

    opened = f"{access.user} opened this record on {timezone.localtime(access.opened_at):%d/%m/%Y at %H:%M}"
    return answer(
        request,
        form,
        title="A record opened in an emergency",
        button="Note the finding",
        back=reverse("overview"),
        act=act,
        intro=f"{opened}, for: {access.get_purpose_display().lower()}. Reason given: {access.reason}",
    )
