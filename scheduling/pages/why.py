"""Why a call is where it is, and who else could take it: asked of the desk, told in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub import selectors as hub
from hub.access import allowed
from hub.models import Need, Role, User
from scheduling.pages import why_wording as wording
from scheduling.pages.board_views import PLANNERS
from scheduling.pages.hand_wording import Words
from scheduling.services import asking
from visits import selectors
from visits.models import Rota


class CallForm(forms.Form):
    """One call of a need."""

    need = forms.UUIDField()
    due = forms.DateField()


@allowed(*PLANNERS)
@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Why this worker and time and what else there was; or why nobody comes, and what would help."""
    return _told(request, public_id, asking.explain, _why, "scheduling/why.html")


def _why(words: Words, answer: wording.Answer, **_: Any) -> dict[str, Any]:
    told: dict[str, Any]
    if answer["present"] is None:
        told = {
            "left_out": wording.left_out(answer),
            "remedies": [wording.remedy(words, row) for row in answer["remedies"]],
            "refused": wording.refused(words, answer),
        }
    else:
        told = {
            "here": wording.why_here(words, answer),
            "apart": [wording.apart(words, row) for row in answer["not_joined"]],
        }
    return told | {
        "next": wording.next_best(words, answer),
        "by_override": answer["stands_by_override"],
        "dropped": answer["dropped"],
    }


@allowed(*PLANNERS)
@require_GET
def who(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everybody who could take this call, the cheapest first, and what is in the way of the others."""
    return _told(request, public_id, asking.rank, _who, "scheduling/who.html")


def _who(
    words: Words, answer: wording.Answer, *, user: User, rota: Rota, need: Need, due_on: date
) -> dict[str, Any]:
    staff = dict(selectors.workers(user).filter(area=rota.area_id).values_list("pk", "public_id"))
    visit = selectors.visit_of_call(rota, need, due_on)
    options = [wording.option(words, row) for row in answer["options"]]
    present = set(answer["present"]["workers"]) if answer["present"] else set()
    return {
        "options": [
            one | {"key": staff.get(one["worker"]), "is_present": f"w{one['worker']}" in present}
            for one in options
        ],
        "refused": wording.refused(words, answer),
        "visit": visit.public_id if visit else None,
        "may_choose": user.role == Role.COORDINATOR
        and need.workers == 1
        and rota.status in (Rota.Status.CANDIDATE, Rota.Status.PUBLISHED),
    }


def _told(
    request: HttpRequest,
    public_id: str,
    ask: Callable[..., wording.Answer],
    tell: Callable[..., dict[str, Any]],
    template: str,
) -> HttpResponse:
    """Asks the desk about a call and tells the answer in names, or why there is none."""
    rota, need, due_on = _call(request, public_id)
    context: dict[str, Any] = {"rota": rota, "need": need, "due_on": due_on}
    try:
        answer = ask(rota=rota, need=need.pk, due_on=due_on)
    except asking.NoAnswer as none:
        return render(request, template, context | {"failed": str(none)})
    words = Words(request.user, rota.week_start, wording.codes_in(answer))
    return render(request, template, context | tell(words, answer, user=request.user, **context))


def _call(request: HttpRequest, public_id: str) -> tuple[Rota, Need, date]:
    """Raises Http404 for a version or a need that this user may not see."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    form = CallForm(request.GET)
    if not form.is_valid():
        raise Http404
    needs = hub.needs(request.user, on=timezone.localdate()).filter(person__address__area=rota.area_id)
    need = get_object_or_404(needs.select_related("person"), public_id=form.cleaned_data["need"])
    return rota, need, form.cleaned_data["due"]
