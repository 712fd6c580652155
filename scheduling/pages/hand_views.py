"""Changing the board by hand: what a change would mean, doing it, taking it back, and who did what."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub import selectors as hub
from hub.access import allowed
from hub.models import Need, Role, User
from scheduling import selectors as scheduling
from scheduling.mapping.clock import WeekClock
from scheduling.mapping.deeds import Deed, MoveRound, MoveVisit, Place, TakeOut
from scheduling.pages import board
from scheduling.pages import hand_wording as wording
from scheduling.pages.board_views import PLANNERS
from scheduling.pages.hand_ranking import Able, as_now, ranked
from scheduling.pages.hand_wording import Words
from scheduling.pages.run_views import LIVE
from scheduling.services import changing
from visits import selectors
from visits.history import history
from visits.models import HandChange, Rota, Visit, Worker

SHOWN = 100
NEWS = 3  # changes told at once


class DeedForm(forms.Form):
    """A change as the board sends it; each kind reads what it needs."""

    deed = forms.ChoiceField(choices=[(one, one) for one in ("visit", "round", "place", "out")])
    visit = forms.UUIDField(required=False)
    source = forms.UUIDField(required=False)  # whose round
    need = forms.UUIDField(required=False)
    due = forms.DateField(required=False)
    worker = forms.UUIDField(required=False)
    second = forms.UUIDField(required=False)
    day = forms.DateField(required=False)
    at = forms.TimeField(required=False)
    exchange = forms.BooleanField(required=False)
    seen = forms.IntegerField(required=False)
    reason = forms.CharField(required=False, max_length=changing.LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The things that a change speaks of, each one that the user may see."""

    kind: str
    visit: Visit | None
    source: Worker | None
    need: Need | None
    worker: Worker | None
    second: Worker | None
    day: date | None
    due: date | None
    at: time | None
    exchange: bool
    parts: frozenset[str]
    seen: int
    reason: str


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def hand(request: HttpRequest, public_id: str) -> HttpResponse:
    """The dialogue for a change; with `check` only what it would mean, with `rank` who could make the visit
    and at what price; on POST it is done."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    form = DeedForm(request.POST or request.GET)
    if not form.is_valid():
        raise Http404
    wanted = _wanted(request, rota, form.cleaned_data)
    if request.method == "POST":
        return _do(request, rota, wanted)
    if request.GET.get("check"):
        return render(request, "scheduling/hand_preview.html", _preview(request.user, rota, wanted))
    if request.GET.get("rank") and wanted.visit is not None:
        context = ranked(request.user, rota, wanted.visit, wanted.parts)
        return render(request, "scheduling/hand_ranked.html", context | {"wanted": wanted})
    return _dialogue(request, rota, wanted)


@allowed(Role.COORDINATOR)
@require_POST
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes back the newest change, which the form names."""
    return _step(request, public_id, changing.undo, "Taken back")


@allowed(Role.COORDINATOR)
@require_POST
def redo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Does again what was taken back last."""
    return _step(request, public_id, changing.redo, "Done again")


@allowed(Role.COORDINATOR)
@require_POST
def copy(request: HttpRequest, public_id: str) -> HttpResponse:
    """A draft of one's own from any version of the week."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    try:
        made = changing.copy(rota=rota, by=request.user, now=timezone.now())
    except changing.ChangeRefused as refused:
        messages.error(request, f"✕ {refused}")
        return redirect(_address(rota))
    messages.success(request, f"✓ Candidate {made.version} is your draft, a copy of version {rota.version}.")
    return redirect(_address(made))


@allowed(*PLANNERS)
@require_GET
def news(request: HttpRequest, public_id: str) -> HttpResponse:
    """Whether anything of the rota's week has changed since the board's ETag, and what, in words."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    rotas = list(selectors.with_hand(selectors.rotas(request.user), rota.area, rota.week_start))
    runs = scheduling.runs(request.user).filter(area=rota.area, week_start=rota.week_start, agency=None)
    state = [
        [(one.pk, one.status, one.newest) for one in rotas],
        list(selectors.locks(rota).values_list("pk", flat=True)),
        list(runs.filter(status__in=LIVE).values_list("pk", flat=True)),
    ]
    etag = f'"{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    seen = request.GET.get("seen", "")
    rows = rota.changes.filter(pk__gt=int(seen) if seen.isdecimal() else 0).exclude(by=request.user)
    newest = list(rows.select_related("by").order_by("-pk")[:NEWS])
    words = Words(request.user, rota.week_start, [wording.codes_of(row) for row in newest])
    said = [
        f"{wording.name_of(row.by)} {row.get_kind_display()}: {wording.told(words, row)}."
        for row in reversed(newest)
    ]
    latest = rotas[0]
    if latest.version > rota.version and latest.status == Rota.Status.CANDIDATE:
        said.insert(0, f"Version {latest.version} is there as a candidate.")
    return JsonResponse({"said": said}, headers={"ETag": etag})


@allowed(*PLANNERS)
@require_GET
def changes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who changed what in this rota, the newest first."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    rows = list(rota.changes.select_related("by").order_by("-pk")[:SHOWN])
    words = Words(request.user, rota.week_start, [wording.codes_of(row) for row in rows])
    standing = {row.pk for row in history(rota)[0]}
    context = {
        "rota": rota,
        "rows": [
            (row, wording.name_of(row.by), wording.told(words, row), row.pk in standing) for row in rows
        ],
        "shown": SHOWN,
    }
    return render(request, "scheduling/changes.html", context)


def _wanted(request: HttpRequest, rota: Rota, asked: dict[str, Any]) -> Wanted:
    """Raises Http404 for anything that this user may not see."""
    user, today = request.user, timezone.localdate()
    staff = selectors.workers(user).filter(area=rota.area_id)

    def worker(key: UUID | None) -> Worker | None:
        return get_object_or_404(staff, public_id=key) if key else None

    visit = need = None
    if asked["visit"]:
        mine = selectors.visits(user, on=today).select_related("worker", "person")
        visit = mine.filter(rota=rota, public_id=asked["visit"]).first()
        if visit is None and not rota.changes.exists():
            raise Http404
    if asked["need"]:
        needs = hub.needs(user, on=today).filter(person__address__area=rota.area_id)
        need = get_object_or_404(needs.select_related("person"), public_id=asked["need"])
    return Wanted(
        kind=asked["deed"],
        visit=visit,
        source=worker(asked["source"]),
        need=need,
        worker=worker(asked["worker"]),
        second=worker(asked["second"]),
        day=asked["day"],
        due=asked["due"],
        at=asked["at"],
        exchange=asked["exchange"],
        parts=frozenset((request.POST or request.GET).getlist("parts")),
        seen=asked["seen"] or 0,
        reason=asked["reason"],
    )


def _deed(rota: Rota, wanted: Wanted) -> Deed | str:
    """What is to be done, or what is missing."""
    clock = WeekClock(rota.week_start)
    if wanted.kind in ("visit", "out"):
        if wanted.visit is None:
            return "This visit is not there any more. Look at the changes to see who moved it."
        if wanted.kind == "out":
            return TakeOut(wanted.visit.public_id)
        begins = timezone.localtime(wanted.visit.starts_at)
        day, at = wanted.day or begins.date(), wanted.at or begins.time()
        start = clock.minute_of(day, at) if wanted.day or wanted.at else None
        to = wanted.worker or wanted.visit.worker
        return MoveVisit(wanted.visit.public_id, to.pk, start, wanted.parts)
    if wanted.kind == "round":
        if not (wanted.source and wanted.day and wanted.worker) or wanted.source == wanted.worker:
            return "Choose another worker for the round."
        return MoveRound(wanted.source.pk, wanted.day, wanted.worker.pk, exchange=wanted.exchange)
    if not (wanted.need and wanted.due and wanted.worker and wanted.at):
        return "Choose a worker and a time."
    workers = [one.pk for one in (wanted.worker, wanted.second) if one]
    if len(set(workers)) != wanted.need.workers:
        return "Choose two different workers." if wanted.need.workers == 2 else "Choose one worker."
    start = clock.minute_of(wanted.day or wanted.due, wanted.at)
    return Place(wanted.need.pk, wanted.due, tuple(workers), start)


def _preview(user: User, rota: Rota, wanted: Wanted) -> dict[str, Any]:
    """What it would break or cost, in words."""
    deed = _deed(rota, wanted)
    if isinstance(deed, str):
        return {"refused": deed}
    try:
        seen = changing.preview(rota=rota, deed=deed, now=timezone.now())
    except changing.ChangeRefused as refused:
        return {"refused": str(refused)}
    words = Words(user, rota.week_start, [one.said for one in seen.broken])
    return {
        "broken": wording.breaches(words, seen.broken),
        "mended": len(seen.weighed.mended),
        "costs": wording.costs(seen.weighed.costs),
        "total": wording.signed(seen.weighed.total),
    }


def _do(request: HttpRequest, rota: Rota, wanted: Wanted) -> HttpResponse:
    deed = _deed(rota, wanted)
    if isinstance(deed, str):
        return _dialogue(request, rota, wanted, refused=deed)
    try:
        made, row = changing.change(
            rota=rota,
            deed=deed,
            seen=wanted.seen,
            by=request.user,
            now=timezone.now(),
            reason=wanted.reason,
        )
    except changing.Overtaken as overtaken:
        return _dialogue(request, rota, wanted, refused=_overtaken(request.user, rota, overtaken))
    except changing.BreaksRules as broken:
        said = "" if broken.is_answerable else f"{broken} Nobody may answer for that; nothing was changed."
        return _dialogue(request, rota, wanted, refused=said, asks=broken.is_answerable)
    except changing.ChangeRefused as refused:
        return _dialogue(request, rota, wanted, refused=str(refused), asks=bool(wanted.reason))
    words = Words(request.user, made.week_start, [wording.codes_of(row)])
    said = f"{row.get_kind_display().capitalize()}: {wording.told(words, row)}."
    if made != rota:
        said += f" Candidate {made.version} is your draft; version {rota.version} stays in force."
    return _done(request, made, said)


def _step(request: HttpRequest, public_id: str, verb: Any, said: str) -> HttpResponse:
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    newest = request.POST.get("newest", "")
    try:
        row = verb(
            rota=rota,
            newest=int(newest) if newest.isdecimal() else 0,
            by=request.user,
            now=timezone.now(),
        )
    except changing.Overtaken as overtaken:
        return _done(request, rota, _overtaken(request.user, rota, overtaken), is_refused=True)
    except changing.ChangeRefused as refused:
        return _done(request, rota, str(refused), is_refused=True)
    words = Words(request.user, rota.week_start, [wording.codes_of(row)])
    return _done(request, rota, f"{said}: {wording.told(words, row)}.")


def _overtaken(user: User, rota: Rota, overtaken: changing.Overtaken) -> str:
    row: HandChange | None = overtaken.change
    if row is None:
        return "It is not there any more; nothing was changed. The board is shown anew."
    words = Words(user, rota.week_start, [wording.codes_of(row)])
    return (
        f"{wording.name_of(row.by)} was here before you, at {timezone.localtime(row.at):%H:%M}: "
        f"{row.get_kind_display()}, {wording.told(words, row)}. Nothing of it is lost, and yours is not done."
    )


def _done(request: HttpRequest, rota: Rota, said: str, *, is_refused: bool = False) -> HttpResponse:
    """For the board what it reads out; without a script, the board with a message."""
    if request.htmx:
        answer = {"said": said, "address": _address(rota), "refused": is_refused}
        return JsonResponse(answer, status=409 if is_refused else 200)
    (messages.error if is_refused else messages.success)(request, f"{'✕' if is_refused else '✓'} {said}")
    return HttpResponseRedirect(_address(rota))


def _address(rota: Rota) -> str:
    return f"{reverse('board', args=[rota.area.code, rota.week_start])}?rota={rota.version}"


def _dialogue(
    request: HttpRequest, rota: Rota, wanted: Wanted, *, refused: str = "", asks: bool = False
) -> HttpResponse:
    """The form, with what was chosen; 409 where a change was refused."""
    context: dict[str, Any] = {
        "rota": rota,
        "wanted": wanted,
        "refused": refused,
        "asks": asks,
        "days": board.days_of(rota.week_start),
        "shortest": changing.SHORTEST_REASON,
        "longest": changing.LONGEST_REASON,
    }
    if wanted.visit is not None:
        context |= _about_visit(request.user, rota, wanted, wanted.visit)
        if request.htmx:  # the dialogue is there at once, and asks for the ranking itself
            asked = {"deed": "visit", "visit": wanted.visit.public_id, "rank": "yes"}
            context["ranking"] = f"{request.path}?{urlencode(asked)}"
        else:
            context |= ranked(request.user, rota, wanted.visit, wanted.parts)
    else:
        staff = selectors.workers(request.user).filter(area=rota.area_id, is_active=True)
        context["groups"] = [("Workers", [Able(one) for one in staff.select_related("agency")])]
    # Without a worker or a time nothing would change yet, unless the visit is not there to be changed.
    if wanted.worker or wanted.at or (wanted.kind == "visit" and wanted.visit is None):
        context |= {"preview": _preview(request.user, rota, wanted)}
    is_failed = bool(refused or asks)
    template = "scheduling/hand_form.html" if request.htmx else "scheduling/hand.html"
    return render(request, template, context, status=409 if is_failed else 200)


def _about_visit(user: User, rota: Rota, wanted: Wanted, visit: Visit) -> dict[str, Any]:
    """A visit as it is now: whose, when, and its parts; and everybody, until the ranking is there."""
    parts = selectors.readable_parts(user, on=timezone.localdate()).filter(visit=visit)
    begins: datetime = timezone.localtime(visit.starts_at)
    others = selectors.workers(user).filter(area=rota.area_id, is_active=True).exclude(pk=visit.worker_id)
    return {
        "groups": [("As now", as_now(user, rota, visit)), ("Not ranked yet", [Able(one) for one in others])],
        "day": wanted.day or begins.date(),
        "at": wanted.at or begins.time(),
        "parts": list(parts.select_related("need__agency").order_by("starts_at", "pk")),
    }
