"""Which planning runs a user may see, and the policy in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hub import selectors as hub
from hub.models import Area, Need, User
from scheduling.engine import problem as engine
from scheduling.models import PlanningRun, Policy


def runs(user: User) -> QuerySet[PlanningRun]:
    """The planning runs of the areas whose rotas this user may open."""
    return PlanningRun.objects.filter(area__in=hub.areas(user))


def needs_in_no_area(*, on: date) -> QuerySet[Need]:
    """Needs in force that no rota can ask for, because nobody knows in which area their person lives."""
    nowhere = Q(person__address__isnull=True) | Q(person__address__area__isnull=True)
    living = hub.of_the_living(Need.objects.filter(nowhere))
    return living.filter(starts_on__lte=on).exclude(ends_on__lt=on)


def policy(area: Area) -> engine.Policy:
    """The weights in force for an area: its own newest, else the newest for all, else the defaults.

    Raises ProblemError if they cannot be used.
    """
    rows = Policy.objects.filter(Q(area=area) | Q(area__isnull=True))
    newest = max(rows, key=lambda row: (row.area_id is not None, row.set_at, row.pk), default=None)
    return engine.Policy() if newest is None else policy_from(newest.weights)


def policy_from(weights: dict[str, Any]) -> engine.Policy:
    """A policy from its weights by name; `unserved` is a list for priorities 1 to 4, or by priority.

    Raises ProblemError for a name that no policy has or a weight that is not a whole number.
    """
    if unknown := sorted(weights.keys() - set(engine.Policy.__slots__)):
        raise engine.ProblemError(f"policy.{unknown[0]}", "is not a weight that a policy has")
    values = dict(weights)
    if "unserved" in values:
        unserved = values["unserved"]
        if isinstance(unserved, dict):
            unserved = [unserved.get(str(priority)) for priority in engine.PRIORITIES]
        values["unserved"] = tuple(unserved)
    for name, value in values.items():
        if not all(type(weight) is int for weight in (value if name == "unserved" else [value])):
            raise engine.ProblemError(f"policy.{name}", "is not a whole number")
    return engine.Policy(**values)
