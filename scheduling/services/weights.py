"""Change what an area's plans weigh against what. Every change is a row; the newest is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from hub import audit
from hub.models import Area, User
from scheduling import selectors
from scheduling.engine.problem import Policy as Weights
from scheduling.engine.problem import ProblemError
from scheduling.models import PlanningRun, Policy
from scheduling.services import locking, planning
from visits.models import Rota

HOUR = 60
EXTRAS = ("arrival", "face", "new_face", "not_named", "change")


@dataclass(frozen=True, slots=True)
class Weight:
    """What a field of the policy may be; `name` with a number is one of the prices of leaving out."""

    name: str
    label: str
    least: int
    most: int


# The least and most that is offered. Breaks and rest may not go below the Working Time Regulations 1998.
WEIGHTS = (
    Weight("unserved_1", "Leaving out a call of priority 1 (most urgent)", 500, 10_000),
    Weight("unserved_2", "Leaving out a call of priority 2", 300, 10_000),
    Weight("unserved_3", "Leaving out a call of priority 3", 200, 10_000),
    Weight("unserved_4", "Leaving out a call of priority 4", 100, 10_000),
    Weight("arrival", "A knock at the door", 0, 120),
    Weight("face", "Each face that a person meets", 0, 120),
    Weight("new_face", "A face that the person does not know", 0, 120),
    Weight("not_named", "A visit by another than the named worker", 0, 120),
    Weight("preferred_per_10_min", "Ten minutes away from the preferred time", 0, 30),
    Weight("change", "Changing a call that is published", 0, 240),
    Weight("arrival_allowance", "Parking and the door", 0, 15),
    Weight("join_wait", "Waiting for a colleague's part of a joined visit", 0, 60),
    Weight("break_after", "A break is due after", 120, 360),
    Weight("break_minutes", "A break lasts", 20, 60),
    Weight("rest", "Rest between two days", 660, 960),
)


def flat(weights: Weights) -> dict[str, int]:
    """The weights by the names of `WEIGHTS`."""
    return {
        one.name: weights.unserved_weight(int(one.name[-1]))
        if one.name.startswith("unserved_")
        else getattr(weights, one.name)
        for one in WEIGHTS
    }


def in_force(area: Area) -> tuple[dict[str, int], str]:
    """The weights that the area is planned by; if they are unusable, the defaults and why."""
    try:
        return flat(selectors.policy(area)), ""
    except ProblemError as error:
        return flat(Weights()), str(error)


def change(*, area: Area, values: dict[str, int], since: int | None, by: User, now: datetime) -> Policy:
    """Puts these weights in force for the area. `since` is the policy that the writer had in sight.

    Raises ValidationError if the weights could leave somebody without care to save a knock, if nothing
    would change, or if somebody else changed them meanwhile.
    """
    _check(values)
    with transaction.atomic():
        Area.objects.select_for_update().get(pk=area.pk)  # two changes take turns
        if newest_key(area) != since:
            raise ValidationError(
                "Somebody changed these weights meanwhile. Look at the history below, then save again."
            )
        if (values, "") == in_force(area):
            raise ValidationError("These are the weights in force; nothing would change.")
        weights = _stored(values)
        audit.record(by=by, action=audit.Action.CHANGE, what="planning weights")
        return Policy.objects.create(area=area, weights=weights, set_at=now, set_by=by)


def try_out(*, area: Area, week_start: date, values: dict[str, int], by: User, now: datetime) -> PlanningRun:
    """Plans a week with other weights and leaves those in force as they are.

    Raises ValidationError as `change` does, or if the week cannot be planned now.
    """
    _check(values)
    if (values, "") == in_force(area):
        raise ValidationError("These are the weights in force; change one to see what comes of it.")
    try:
        locking.refuse_impossible(area=area, week_start=week_start, now=now)
        return planning.request(area=area, week_start=week_start, by=by, now=now, weights=_stored(values))
    except planning.PlanningRefused as refused:
        raise ValidationError(str(refused)) from refused
    except ProblemError as error:
        raise ValidationError("A lock of this week is impossible; the board names it.") from error


def tried(rota: Rota) -> list[tuple[str, int, int]] | None:
    """What a what-if's rota was planned with: (weight, in force now, tried). None if it is no what-if."""
    weights = selectors.what_if(rota)
    if weights is None:
        return None
    now, _ = in_force(rota.area)
    other = flat(selectors.policy_from(weights))
    return [
        (one.label, now[one.name], other[one.name]) for one in WEIGHTS if now[one.name] != other[one.name]
    ]


def _stored(values: dict[str, int]) -> dict[str, Any]:
    """The weights as a row holds them: whatever is stored can be planned with."""
    weights: dict[str, Any] = {k: value for k, value in values.items() if not k.startswith("unserved_")}
    weights["unserved"] = [values[f"unserved_{priority}"] for priority in (1, 2, 3, 4)]
    selectors.policy_from(weights)
    return weights


def newest_key(area: Area) -> int | None:
    """The key of the area's newest own policy, if it has any."""
    return selectors.policies(area).values_list("pk", flat=True).first()


def _check(values: dict[str, int]) -> None:
    for one in WEIGHTS:
        if not one.least <= values[one.name] <= one.most:
            raise ValidationError({one.name: f"Choose {one.least:,} to {one.most:,}."})
    for urgent, less in ((1, 2), (2, 3), (3, 4)):
        if values[f"unserved_{urgent}"] < values[f"unserved_{less}"]:
            raise ValidationError(
                {f"unserved_{urgent}": f"It may not be less than for priority {less}, which is less urgent."}
            )
    extras = sum(values[name] for name in EXTRAS) + HOUR
    if values["unserved_4"] < extras:
        raise ValidationError(
            {
                "unserved_4": f"Choose at least {extras:,}: the knock, the faces and the change that a call"
                " may cost, and an hour's driving. With less, somebody would be left without care to save"
                " a knock."
            }
        )
