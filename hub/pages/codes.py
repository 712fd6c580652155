"""What SNOMED CT codes ask for: which wait for a decision, and what has been decided by whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors
from hub.access import allowed
from hub.feeds.fhir.snomed import LONGEST_DISPLAY, is_code
from hub.models import Role
from hub.pages.forms import HouseForm, answer
from hub.pages.listing import Listing
from hub.services import codes as service

ADMINISTRATOR = Role.HUB_ADMINISTRATOR


def check_code(code: str) -> None:
    """Raises `ValidationError` for what is no identifier of SNOMED CT."""
    if not is_code(code):
        raise ValidationError("Its check digit does not fit, or it is not 6 to 18 digits: compare it again.")


class CodeForm(HouseForm):
    """Which tasks a code asks for."""

    code = forms.CharField(
        max_length=18, validators=[check_code], help_text="The SNOMED CT identifier, 6 to 18 digits."
    )
    display = forms.CharField(
        max_length=LONGEST_DISPLAY, label="What it is", help_text="In SNOMED CT’s words."
    )
    skills = forms.MultipleChoiceField(
        label="Tasks",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Whoever comes does each.",
    )
    nothing = forms.BooleanField(
        required=False,
        label="It is not done at people’s homes",
        help_text="Then what is sent with it is counted and passed over.",
    )
    minutes = forms.IntegerField(
        min_value=1,
        max_value=1440,
        required=False,
        label="Usual minutes",
        help_text="Where the sender does not say how long; 1 to 1440.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].choices = [(one.code, one.name) for one in selectors.skills()]

    def clean(self) -> dict[str, Any]:
        """Tasks or none must be said, not left open."""
        said = super().clean() or {}
        if bool(said.get("skills")) == bool(said.get("nothing")):
            self.add_error("skills", "Tick the tasks, or that it is not done at people’s homes.")
        return said


@allowed(ADMINISTRATOR)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Codes that wait, then those decided."""
    names = {one.code: one.name for one in selectors.skills()}
    listing = Listing(
        request,
        selectors.task_codes(),
        file_name="codes",
        columns=(
            ("code", lambda one: one.code),
            ("what it is", lambda one: one.display),
            ("tasks", lambda one: ", ".join(one.skills)),
            ("usual minutes", lambda one: one.minutes),
            ("decided by", lambda one: one.decided_by.shown_name),
            ("on", lambda one: timezone.localdate(one.decided_at)),
        ),
        search=("display__icontains", "code__startswith"),
        label="Find by code or words",
        hint="The beginning of the code, or part of what it is",
    )
    context = {
        "listing": listing,
        "waiting": selectors.codes_waiting(selectors.agencies(request.user)),
        "skills": names,
    }
    return listing.answer or render(request, "hub/codes.html", context)


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, code: str = "") -> HttpResponse:
    """Says what a code asks for, for the first time or anew; needs sent with it follow at once."""
    known = selectors.task_codes().filter(code=code).first() if code else None
    waiting = [one for one in selectors.codes_waiting(selectors.agencies(request.user)) if one.code == code]
    start: dict[str, Any] = {"code": code, "display": next((one.display for one in waiting), "")}
    if known is not None:
        start |= {"display": known.display, "skills": known.skills, "minutes": known.minutes}
        start["nothing"] = not known.skills
    form = CodeForm(request.POST or None, initial=start)
    if code:
        form.fields["code"].widget.attrs["readonly"] = True

    def act(values: dict[str, Any]) -> str:
        del values["nothing"]
        number = service.decide(by=request.user, now=timezone.now(), **values)
        sent = "1 need sent with it follows" if number == 1 else f"{number:,} needs sent with it follow"
        return f"{values['code']} is decided. {sent} from the next plan on."

    title = f"What {code} asks for" if code else "A new code"
    return answer(request, form, title=title, button="Decide", back=reverse("codes"), act=act)
