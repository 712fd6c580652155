"""The day goes wrong: one action for each thing that happens, and the repaired plan to decide on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hub.access import allowed
from hub.models import Role, User
from hub.templatetags.care import clock, day
from scheduling import selectors
from scheduling.models import Repair
from scheduling.pages import hand_wording
from scheduling.pages.board_views import PLANNERS
from scheduling.pages.hand_wording import Words
from scheduling.services import mending, publishing
from visits.models import Unplaced
from visits.wall_clock import local_day

LIVE = (Repair.Status.QUEUED, Repair.Status.RUNNING)
REASONS = dict(Unplaced.Reason.choices)


@dataclass(frozen=True, slots=True)
class Line:
    """One change as it is read."""

    when: str
    what: str
    before: str
    after: str
    noticed: bool


@allowed(*PLANNERS)
@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a repair is; the page asks again while it goes on, then lists what changes."""
    return _page(request, _repair(request.user, public_id))


@allowed(Role.COORDINATOR)
@require_POST
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accepts a repaired plan as a whole, discards it, or has it worked out again from now."""
    repair = _repair(request.user, public_id)
    now, rota = timezone.now(), repair.rota
    do = request.POST.get("do")
    try:
        if do == "again":
            return redirect("repair", mending.again(repair=repair, by=request.user, now=now).public_id)
        if do not in ("accept", "discard") or rota is None:
            raise Http404
        if do == "discard":
            publishing.discard(rota=rota, by=request.user, now=now)
            messages.success(request, f"✓ Candidate {rota.version} is discarded; the rota in force stays.")
        else:
            publishing.publish(rota=rota, by=request.user, now=now)
            messages.success(
                request,
                f"✓ Version {rota.version} is published."
                " Field staff whose rounds changed are told on their phones.",
            )
    except publishing.PublishRefused as refused:
        words = Words(request.user, repair.of.week_start, refused.reasons)
        return _page(request, repair, refused=[words.say(reason) for reason in refused.reasons])
    return redirect("board", code=repair.of.area.code, week_start=repair.of.week_start)


def _repair(user: User, public_id: str) -> Repair:
    found = selectors.repairs(user).select_related("of__area", "rota", "requested_by")
    return get_object_or_404(found, public_id=public_id)


def _page(request: HttpRequest, repair: Repair, *, refused: list[str] | None = None) -> HttpResponse:
    is_live = repair.status in LIVE
    context: dict[str, Any] = {"repair": repair, "is_live": is_live, "refused": refused or []}
    if repair.status == Repair.Status.DONE:
        context |= _told(request.user, repair)
    elif repair.error:
        context["error"] = hand_wording.failure(request.user, repair.of.week_start, repair.error)
    template = "scheduling/repair_body.html" if request.htmx else "scheduling/repair.html"
    return render(request, template, context, status=409 if refused else 200)


def _told(user: User, repair: Repair) -> dict[str, Any]:
    """What the repair changes, in the words and names of whoever looks."""
    found = repair.found
    codes = [one["occurrence"] for one in found["changed"]] + found["gone"] + found["lost_locks"]
    workers = [
        code for one in found["changed"] for spot in (one["before"], one["after"]) if spot for code in spot[0]
    ]
    workers += [worker for worker, _, _ in found["stretched"]]
    words = Words(user, repair.of.week_start, [*codes, *workers])
    nowhere = "not due" if repair.kind == Repair.Kind.HOME else "left out"
    lines = [_line(words, one, nowhere) for one in found["changed"]]
    rota = repair.rota
    return {
        "placed_again": [one for one, row in zip(lines, found["changed"], strict=True) if row["after"]],
        "left_out": [one for one, row in zip(lines, found["changed"], strict=True) if not row["after"]],
        "gone": [words.say(code) for code in found["gone"]],
        "lost_locks": [words.say(code) for code in found["lost_locks"]],
        "stretched": [
            (words.say(worker), words.moment(before), words.moment(after))
            for worker, before, after in found["stretched"]
        ],
        "overrides": hand_wording.overrides(user, rota) if rota else [],
        "may_decide": user.role == Role.COORDINATOR and rota is not None and rota.status == "candidate",
    }


def _line(words: Words, one: dict[str, Any], nowhere: str) -> Line:
    before, after = one["before"], one["after"]
    return Line(
        when=words.moment(spot[1]) if (spot := before or after) else _due(one["occurrence"]),
        what=words.say(one["occurrence"]),
        before=_spot(words, before) if before else nowhere,
        after=_spot(words, after, before) if after else REASONS.get(one["reason"], "left out"),
        noticed=one["noticed"],
    )


def _due(code: str) -> str:
    """The day on which an occurrence is due."""
    return day(date.fromisoformat(code.split("-", 1)[1]))


def _spot(words: Words, spot: list[Any], other: list[Any] | None = None) -> str:
    names = " and ".join(words.say(code) for code in spot[0])
    at: datetime = words.clock.at(spot[1])
    same_day = other is not None and local_day(words.clock.at(other[1])) == local_day(at)
    return f"{names}, {clock(at)}" if other is None or same_day else f"{names}, {day(at)} {clock(at)}"
