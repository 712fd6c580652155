"""A person's rights: who looked, what they object to, what is kept, their own copy; and notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub import selectors as hub
from hub.access import allowed
from hub.models import Note, Objection, Person, Role
from hub.pages.forms import DayInput, HouseForm, answer
from hub.services import notes, rights
from visits import changes
from visits.services import subject_access

PAGE = 50
WRITERS = (Role.COORDINATOR, Role.AGENCY_MANAGER)
REVIEWERS = (*WRITERS, Role.HUB_ADMINISTRATOR)


class ObjectionForm(HouseForm):
    """What they say no to."""

    kind = forms.ChoiceField(choices=Objection.Kind.choices, widget=forms.RadioSelect, label="Objection")
    said = forms.CharField(
        max_length=200, required=False, label="In their words", help_text="At most 200 characters."
    )


class ReasonForm(HouseForm):
    """Why."""

    reason = forms.CharField(max_length=200, help_text="At most 200 characters; it stays on record.")


class NoteForm(HouseForm):
    """What whoever comes has to know."""

    kind = forms.ChoiceField(choices=Note.Kind.choices, widget=forms.RadioSelect, label="Kind")
    what = forms.CharField(max_length=120, help_text="Such as: large dog; or: tea before the wash.")
    do = forms.CharField(
        max_length=200,
        required=False,
        label="What to do",
        help_text="For a precaution always, such as: ring first, the owner shuts it away.",
    )
    review_on = forms.DateField(label="Look again on", widget=DayInput, help_text="Within a year.")


class ReviewForm(HouseForm):
    """Whether it still holds."""

    still = forms.TypedChoiceField(
        choices=[("yes", "It still holds"), ("no", "It no longer holds: take it away")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        label="Now",
    )
    review_on = forms.DateField(
        label="Look again on", widget=DayInput, required=False, help_text="If it still holds; within a year."
    )


@allowed(Role.HUB_ADMINISTRATOR)
@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who looked at this person's record, when and why; objections; holds; the way to the export."""
    person = _person(request, public_id)
    events = subject_access.looked(person).select_related("by", "agency")
    context = {
        "person": person,
        "page": Paginator(events, PAGE).get_page(request.GET.get("page")),
        "objections": hub.objections(request.user, person),
        "holds": hub.holds(request.user, person),
    }
    return render(request, "visits/rights.html", context)


@allowed(Role.HUB_ADMINISTRATOR)
@require_GET
def changed(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was changed in this person's record, needs, notes and workers, by whom, from what to what."""
    person = _person(request, public_id)
    page = Paginator(changes.of(person), PAGE).get_page(request.GET.get("page"))
    context = {"person": person, "page": page, "told": changes.tell(page)}
    return render(request, "visits/changes.html", context)


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, public_id: str) -> HttpResponse:
    """Records an objection."""
    person = _person(request, public_id)

    def act(values: dict[str, Any]) -> str:
        rights.object_to(person=person, by=request.user, now=timezone.now(), **values)
        return "Recorded. It counts from now on."

    title, back = f"{person.name} objects", reverse("person-rights", args=[public_id])
    form = ObjectionForm(request.POST or None)
    return answer(request, form, title=title, button="Record it", back=back, act=act)


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keeps everything from being erased."""
    person = _person(request, public_id)

    def act(values: dict[str, Any]) -> str:
        rights.hold(person=person, by=request.user, now=timezone.now(), **values)
        return "Nothing of this record is erased until the hold is released."

    title, back = f"Keep the record of {person.name}", reverse("person-rights", args=[public_id])
    return answer(
        request, ReasonForm(request.POST or None), title=title, button="Place a hold", back=back, act=act
    )


@allowed(Role.HUB_ADMINISTRATOR)
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdraws the objection or releases the hold that the form names."""
    person, now = _person(request, public_id), timezone.now()
    kind, _, number = request.POST.get("what", "").partition("-")
    found = {"objection": hub.objections, "hold": hub.holds}.get(kind)
    if found is None or not number.isdigit():
        return redirect("person-rights", public_id=public_id)
    row = get_object_or_404(found(request.user, person), pk=int(number))
    if kind == "objection":
        rights.withdraw(objection=row, by=request.user, now=now)
    else:
        rights.release(held=row, by=request.user, now=now)
    return redirect("person-rights", public_id=public_id)


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, public_id: str) -> HttpResponse:
    """The person's own copy, with the reason recorded first."""
    person = _person(request, public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = subject_access.export(
            person=person, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
        )
        response = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Content-Disposition"] = 'attachment; filename="subject-access.json"'
        return response
    return answer(
        request,
        form,
        title=f"Everything held about {person.name}",
        button="Make the copy",
        back=reverse("person-rights", args=[public_id]),
        act=lambda values: "",
        intro="All agencies' records with their source; staff and others at the address are blacked out.",
    )


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def new_note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Writes a precaution or preference of the writer's agency."""
    person = _person(request, public_id)

    def act(values: dict[str, Any]) -> str:
        notes.write(person=person, by=request.user, now=timezone.now(), **values)
        return "Written. Whoever is sent there sees it."

    title, back = f"A note about {person.name}", reverse("person", args=[public_id])
    return answer(request, NoteForm(request.POST or None), title=title, button="Write it", back=back, act=act)


@allowed(*REVIEWERS)
@require_http_methods(["GET", "POST"])
def review_note(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Confirms a note of the own agency, or takes it away."""
    person = _person(request, public_id)
    note = get_object_or_404(hub.own_notes(request.user), pk=number, person__in=hub.keys_of(person))

    def act(values: dict[str, Any]) -> str:
        notes.review(note=note, by=request.user, now=timezone.now(), **values)
        return "Looked at."

    return answer(
        request,
        ReviewForm(request.POST or None),
        title=f"Does it still hold: {note.what}",
        button="Save",
        back=reverse("person", args=[public_id]),
        act=act,
        intro=note.do,
    )


def _person(request: HttpRequest, public_id: str) -> Person:
    return get_object_or_404(hub.people(request.user, on=timezone.localdate()), public_id=public_id)
