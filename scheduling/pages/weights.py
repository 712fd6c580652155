"""What an area's plans weigh against what: a sentence each, who changed it, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from hub.pages.forms import HouseForm, answer
from hub.recurrence import monday_of
from scheduling import selectors
from scheduling.engine.problem import Policy as Weights
from scheduling.engine.problem import ProblemError
from scheduling.models import Policy
from scheduling.pages.board_views import PLANNERS
from scheduling.services import weights

SHOWN = 20  # changes
WEEKS = 5  # that a what-if may be of
# What a weight means, in the words of whoever drives; {} is the weight.
MEANS = {
    "unserved_1": "Leaving such a call out counts as {} minutes of driving.",
    "unserved_2": "Leaving such a call out counts as {} minutes of driving.",
    "unserved_3": "Leaving such a call out counts as {} minutes of driving.",
    "unserved_4": "Leaving such a call out counts as {} minutes of driving.",
    "arrival": "Each arrival at a door counts as {} minutes of driving; more of it joins more calls.",
    "face": "Each different worker that a person meets in the week counts as {} minutes of driving.",
    "new_face": "A worker whom the person has not met lately counts as {} minutes of driving more.",
    "not_named": "A visit by another than the named worker counts as {} minutes of driving.",
    "preferred_per_10_min": "Ten minutes earlier or later than preferred count as {} minutes of driving.",
    "change": "A published call with another worker, day or time counts as {} minutes of driving.",
    "arrival_allowance": "Every drive takes {} minutes longer, for parking and the door.",
    "join_wait": "Within a joined visit a worker waits {} minutes at most.",
    "break_after": "Nobody works longer than {} minutes without a break.",
    "break_minutes": "A break lasts {} minutes.",
    "rest": "From the end of one day to the start of the next are {} minutes at least.",
}
LEGAL = {
    "break_after": " Six hours (360) is the most that the law allows.",
    "break_minutes": " The law asks for 20 minutes.",
    "rest": " The law asks for eleven hours (660).",
}


def means(name: str, weight: int) -> str:
    """What a weight means, as a sentence."""
    return MEANS[name].format(f"{weight:,}").replace(" 1 minutes", " 1 minute")


class WeightsForm(HouseForm):
    """A whole number for each weight, and which policy was in sight when they were typed."""

    since = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = weights.flat(Weights())
        for one in weights.WEIGHTS:
            self.fields[one.name] = forms.IntegerField(
                label=one.label,
                min_value=one.least,
                max_value=one.most,
                help_text=means(one.name, now[one.name])
                + LEGAL.get(one.name, "")
                + f" From {one.least:,} to {one.most:,}; {usual[one.name]:,} is the default.",
            )


class WhatIfForm(WeightsForm):
    """The same weights, and a week to try them on."""

    week_start = forms.ChoiceField(label="Week of", help_text="This week or one of the next four.")
    field_order = ("week_start",)

    def __init__(self, *args: Any, monday: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["since"]
        weeks = [monday + timedelta(weeks=number) for number in range(WEEKS)]
        self.fields["week_start"].choices = [(f"{one}", f"{one:%a} {one.day} {one:%b %Y}") for one in weeks]
        self.initial.setdefault("week_start", f"{weeks[1]}")


@allowed(*PLANNERS)
@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Every weight of the area in a sentence, and what was changed when by whom."""
    area = get_object_or_404(hub.areas(request.user), code=code)
    now, problem = weights.in_force(area)
    usual = weights.flat(Weights())
    context = {
        "area": area,
        "problem": problem,
        "weights": [
            (one, means(one.name, now[one.name]), now[one.name] != usual[one.name]) for one in weights.WEIGHTS
        ],
        "is_usual": now == usual,
        "may_try": request.user.role == Role.COORDINATOR,
        "history": _history(selectors.policies(area).select_related("set_by")[: SHOWN + 1]),
    }
    return render(request, "scheduling/weights.html", context)


@allowed(*PLANNERS)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Changes the weights; with `?usual` the form begins with the defaults."""
    area = get_object_or_404(hub.areas(request.user), code=code)
    usual = weights.flat(Weights())
    now, _ = weights.in_force(area)
    is_back = "usual" in request.GET
    initial = {**(usual if is_back else now), "since": weights.newest_key(area)}
    form = WeightsForm(request.POST or None, initial=initial, now=now)

    def act(values: dict[str, Any]) -> str:
        since = values.pop("since")
        weights.change(area=area, values=values, since=since, by=request.user, now=timezone.now())
        return (
            f"The weights of {area.name} are changed. Candidates planned before cannot be published;"
            " plan those weeks again."
        )

    return answer(
        request,
        form,
        title=f"{'Back to the defaults for' if is_back else 'Change the weights of'} {area.name}",
        button="Save the weights",
        back=reverse("weights", args=[code]),
        act=act,
        intro="One minute of driving counts as 1. Published rotas stay as they are.",
    )


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def what_if(request: HttpRequest, code: str) -> HttpResponse:
    """Plans a week with other weights, to be compared; those in force stay."""
    area = get_object_or_404(hub.areas(request.user), code=code)
    now, _ = weights.in_force(area)
    monday = monday_of(timezone.localdate())
    form = WhatIfForm(request.POST or None, initial=now, now=now, monday=monday)

    def act(values: dict[str, Any]) -> str:
        week = date.fromisoformat(values.pop("week_start"))
        weights.try_out(area=area, week_start=week, values=values, by=request.user, now=timezone.now())
        return "The what-if is being planned. The weights in force are as they were."

    week = form.data.get("week_start") if form.is_bound and form.is_valid() else monday
    return answer(
        request,
        form,
        title=f"Try other weights on a week of {area.name}",
        button="Plan the what-if",
        back=reverse("weights", args=[code]),
        then=reverse("board", args=[code, week]),
        act=act,
        intro="It makes a candidate, marked as a what-if, that you compare with the others of its week.",
    )


def _history(newest_first: Sequence[Policy]) -> list[tuple[Policy, list[tuple[str, int, int]]]]:
    """Each change beside what it changed: (weight, before, after)."""
    rows = [(policy, _readable(policy)) for policy in newest_first]
    befores = [values for _, values in rows[1:]]
    if len(rows) <= SHOWN:
        befores.append(weights.flat(Weights()))
    return [
        (
            policy,
            [
                (one.label, before[one.name], values[one.name])
                for one in weights.WEIGHTS
                if before[one.name] != values[one.name]
            ],
        )
        for (policy, values), before in zip(rows, befores, strict=False)
    ]


def _readable(policy: Policy) -> dict[str, int]:
    try:
        return weights.flat(selectors.policy_from(policy.weights))
    except ProblemError:
        return weights.flat(Weights())
