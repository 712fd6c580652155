"""Locking what shall stay as it is, and what is locked in a week."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub.access import allowed
from hub.models import Role, User
from scheduling.pages.board_views import PLANNERS
from scheduling.pages.hand_wording import Words, name_of
from scheduling.services import locking
from visits import selectors
from visits.models import PlanLock, Rota, Visit, Worker

Scope, Kind = PlanLock.Scope, PlanLock.Kind
NAMED_HOLDS = 5


class LockForm(forms.Form):
    """What to lock: a visit (or its person), or a worker's day."""

    visit = forms.UUIDField(required=False)
    source = forms.UUIDField(required=False)
    day = forms.DateField(required=False)
    scope = forms.ChoiceField(choices=Scope.choices, required=False)
    kind = forms.ChoiceField(choices=Kind.choices, required=False)


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest, public_id: str) -> HttpResponse:
    """The dialogue for a lock; on POST it is set."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    form = LockForm(request.POST or request.GET)
    if not form.is_valid():
        raise Http404
    visit, worker = _subject(request.user, rota, form.cleaned_data)
    refused = ""
    if request.method == "POST":
        try:
            made = _lock(request.user, rota, visit, worker, form.cleaned_data)
        except locking.LockRefused as error:
            refused = Words(request.user, rota.week_start, [str(error)]).say(str(error))
        else:
            said = f"Locked: {made.get_kind_display()} of {made.get_scope_display()}"
            return _done(request, rota, f"{said}, in every plan of this week.")
    context = {
        "rota": rota,
        "visit": visit,
        "worker": worker,
        "day": form.cleaned_data["day"],
        "kinds": Kind.choices,
        "scopes": [one for one in Scope.choices if (one[0] == Scope.ROUND) == (visit is None)],
        "chosen": form.cleaned_data,
        "refused": refused,
        "locks": _told(request.user, rota, _holding(rota, visit, worker, form.cleaned_data["day"])),
    }
    template = "scheduling/lock_form.html" if request.htmx else "scheduling/lock.html"
    return render(request, template, context, status=409 if refused else 200)


@allowed(*PLANNERS)
@require_GET
def locks(request: HttpRequest, public_id: str) -> HttpResponse:
    """All that is locked in the week of a rota, and by whom."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    context = {
        "rota": rota,
        "locks": _told(request.user, rota, selectors.locks(rota)),
        "may_release": request.user.role == Role.COORDINATOR,
    }
    return render(request, "scheduling/locks.html", context)


@allowed(Role.COORDINATOR)
@require_POST
def unlock(request: HttpRequest, public_id: str) -> HttpResponse:
    """Releases one lock of the rota's week, which the form names."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    form = forms.UUIDField()
    try:
        found = selectors.locks(rota).filter(public_id=form.clean(request.POST.get("lock"))).first()
    except forms.ValidationError as error:
        raise Http404 from error
    if found is not None:
        locking.release(lock=found, by=request.user, now=timezone.now())
    return _done(request, rota, "Unlocked: the next plan may move it again.")


def _subject(user: User, rota: Rota, asked: dict[str, Any]) -> tuple[Visit | None, Worker | None]:
    """The visit or the worker meant, as far as this user may see it. Raises Http404."""
    if asked["visit"]:
        mine = selectors.visits(user, on=timezone.localdate()).select_related("person", "worker")
        return get_object_or_404(mine, rota=rota, public_id=asked["visit"]), None
    if not (asked["source"] and asked["day"]):
        raise Http404
    staff = selectors.workers(user).filter(area=rota.area_id)
    return None, get_object_or_404(staff, public_id=asked["source"])


def _lock(
    user: User, rota: Rota, visit: Visit | None, worker: Worker | None, asked: dict[str, Any]
) -> PlanLock:
    options = {"rota": rota, "kind": asked["kind"] or Kind.ALL, "by": user, "now": timezone.now()}
    if visit is None:
        return locking.lock_round(worker=worker, day=asked["day"], **options)
    if asked["scope"] == Scope.PERSON:
        return locking.lock_person(person=visit.person, **options)
    return locking.lock_visit(visit=visit.public_id, **options)


def _holding(rota: Rota, visit: Visit | None, worker: Worker | None, day: Any) -> QuerySet[PlanLock]:
    """The locks that hold anything of the visit or round."""
    parts = selectors.parts_of(rota, visit=visit, worker=worker, day=day)
    return selectors.locks_on(rota, parts)


def _told(user: User, rota: Rota, found: QuerySet[PlanLock]) -> list[dict[str, Any]]:
    """Each lock with what it holds, in words; what is not shared with the user has no name."""
    rows = list(found.select_related("by").prefetch_related("holds__worker"))
    texts = [f"n{hold.need_id}-{hold.due_on}" for row in rows for hold in row.holds.all()]
    words = Words(user, rota.week_start, texts)
    return [{"lock": row, "by": name_of(row.by), "holds": _held(words, row)} for row in rows]


def _held(words: Words, row: PlanLock) -> list[str]:
    holds = list(row.holds.all())
    said = []
    for hold in holds[:NAMED_HOLDS]:
        where = [words.occurrence(hold.need_id)]
        if hold.starts_at is not None:
            where.append(words.moment(words.clock.minute(hold.starts_at)))
        elif hold.day is not None:
            where.append(f"{hold.day:%a} {hold.day.day} {hold.day:%b}")
        if hold.worker is not None:
            where.append(hold.worker.name)
        said.append(", ".join(where))
    return said + ([f"and {len(holds) - NAMED_HOLDS} more"] if len(holds) > NAMED_HOLDS else [])


def _done(request: HttpRequest, rota: Rota, said: str) -> HttpResponse:
    address = f"{reverse('board', args=[rota.area.code, rota.week_start])}?rota={rota.version}"
    if request.htmx:
        return JsonResponse({"said": said, "address": address, "refused": False})
    messages.success(request, f"✓ {said}")
    if request.POST.get("from") == "locks":
        return redirect("locks", public_id=rota.public_id)
    return HttpResponseRedirect(address)
