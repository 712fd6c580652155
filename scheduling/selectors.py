"""Which planning runs a user may see, and the policy in force."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from hub import selectors as hub
from hub.models import Agency, Area, Need, Role, User
from scheduling.engine import problem as engine
from scheduling.models import (
    HourFacts,
    JoinDecision,
    PlanningRun,
    Policy,
    Repair,
    RoundNotice,
    StabilityBudget,
    UnitCost,
    WeekFacts,
)
from visits import selectors as visits
from visits.models import Rota, RotaEvent, Worker


def runs(user: User) -> QuerySet[PlanningRun]:
    """The planning runs of the areas whose rotas this user may open."""
    return PlanningRun.objects.filter(area__in=hub.areas(user))


def repairs(user: User) -> QuerySet[Repair]:
    """The repairs of the rotas that this user may open."""
    return Repair.objects.filter(of__area__in=hub.areas(user))


def week_facts(user: User) -> QuerySet[WeekFacts]:
    """What published weeks came to, as far as this user may read it: own agency, own areas, or all."""
    return _counted(WeekFacts.objects.all(), user)


def hour_facts(user: User) -> QuerySet[HourFacts]:
    """Minutes asked and on shift by hour, as far as this user may read them."""
    return _counted(HourFacts.objects.all(), user)


def _counted(found: QuerySet, user: User) -> QuerySet:
    if user.role == Role.HUB_ADMINISTRATOR:
        return found
    if user.role == Role.COORDINATOR:
        return found.filter(area__in=user.areas.all())
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return found.filter(agency=user.agency_id)
    return found.none()


def counted_areas(user: User) -> QuerySet[Area]:
    """The areas of whose weeks this user may read."""
    return Area.objects.filter(Exists(week_facts(user).filter(area=OuterRef("pk"))))


def counted_agencies(user: User) -> QuerySet[Agency]:
    """The agencies of whose weeks this user may read."""
    return Agency.objects.filter(Exists(week_facts(user).filter(agency=OuterRef("pk"))))


def areas_with_hours(user: User) -> QuerySet[Area]:
    """The areas of whose hours this user may read."""
    return Area.objects.filter(Exists(hour_facts(user).filter(area=OuterRef("pk"))))


def agencies_with_hours(user: User) -> QuerySet[Agency]:
    """The agencies of whose hours this user may read."""
    return Agency.objects.filter(Exists(hour_facts(user).filter(agency=OuterRef("pk"))))


def agencies_by_key(keys: Collection[int]) -> QuerySet[Agency]:
    """Agencies, whose names everybody may know."""
    return Agency.objects.filter(pk__in=keys)


def unit_costs(user: User) -> QuerySet[UnitCost]:
    """The prices of the county, and those of the agencies whose figures this user reads."""
    found = UnitCost.objects.select_related("agency", "set_by")
    if user.role == Role.AGENCY_MANAGER:
        return found.filter(Q(agency=None) | Q(agency=user.agency_id))
    return found


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


def policies(area: Area) -> QuerySet[Policy]:
    """The area's own policies, the newest first."""
    return Policy.objects.filter(area=area)


def what_if(rota: Rota) -> dict[str, Any] | None:
    """The weights of the what-if that a rota, or the one that it was copied from, came of."""
    while True:
        weights = PlanningRun.objects.filter(rota=rota).values_list("weights", flat=True).first()
        if weights is not None or rota.copied_from is None:
            return weights
        rota = rota.copied_from


def policy_of(rota: Rota) -> engine.Policy:
    """The weights that a rota is held to: those of its what-if, else those in force. Raises ProblemError."""
    weights = what_if(rota)
    return policy(rota.area) if weights is None else policy_from(weights)


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


def join_decisions(user: User) -> QuerySet[JoinDecision]:
    """What was decided on joins in the areas whose rotas this user may open."""
    return JoinDecision.objects.filter(area__in=hub.areas(user))


def standing_joins(area: Area) -> QuerySet[JoinDecision]:
    """The standing rules in force in an area, one for a kind, the newest first."""
    rules = JoinDecision.objects.filter(area=area, undone__isnull=True).exclude(kind="")
    newest = rules.exclude(verdict=JoinDecision.Verdict.UNDONE).order_by("kind", "-pk").distinct("kind")
    return JoinDecision.objects.filter(pk__in=newest.values("pk")).order_by("-pk")


def areas_of_joins(user: User) -> QuerySet[Area]:
    """Where this user may read of joins: what they plan; a manager, where the agency's staff work."""
    if user.role == Role.AGENCY_MANAGER:
        return Area.objects.filter(workers__in=visits.workers(user)).distinct()
    return hub.areas(user)


def rotas_of_joins(user: User, area: Area) -> QuerySet[Rota]:
    """The rotas of such an area, the newest week first; drafts are for those who plan it."""
    found = Rota.objects.filter(area=area).exclude(status=Rota.Status.WITHDRAWN)
    if user.role == Role.AGENCY_MANAGER:
        found = found.filter(status=Rota.Status.PUBLISHED)
    return found.order_by("-week_start", "-version")


def workers_to_tell(user: User, *, on: date) -> QuerySet[Worker]:
    """Those of this user's staff who have not seen that their rounds of this day or later changed."""
    waiting = _unseen(on).filter(is_first=False, worker=OuterRef("pk"))
    found = visits.workers(user).filter(Exists(waiting), is_active=True)
    return found.annotate(told_at=Subquery(waiting.order_by("pk").values("at")[:1]))


def first_rotas_unseen(user: User, *, on: date) -> list[tuple[date, int]]:
    """(Monday, how many of this user's staff have not looked at the first rota of that week).

    Told on the day of its publishing and the next: not everybody carries a phone, and it never ended.
    """
    waiting = _unseen(on).filter(
        is_first=True,
        at__date__gte=on - timedelta(days=1),
        worker__in=visits.workers(user).filter(is_active=True),
    )
    counted = waiting.values("rota__week_start").annotate(staff=Count("worker", distinct=True))
    return list(counted.order_by("rota__week_start").values_list("rota__week_start", "staff"))


def _unseen(on: date) -> QuerySet[RoundNotice]:
    return with_first(RoundNotice.objects.all()).filter(
        seen_at__isnull=True, rota__week_start__gt=on - timedelta(days=7)
    )


def with_first(notices: QuerySet[RoundNotice]) -> QuerySet[RoundNotice]:
    """With `is_first`: no rota of that week was in force before, so nothing that anybody knew has changed."""
    before = RotaEvent.objects.filter(
        rota__area=OuterRef("rota__area"),
        rota__week_start=OuterRef("rota__week_start"),
        status=Rota.Status.PUBLISHED,
        at__lt=OuterRef("at"),
    )
    return notices.annotate(is_first=~Exists(before))


def stability_budget(area: Area) -> StabilityBudget | None:
    """How much a run of the area may change of a published rota; None where nobody has set it."""
    return area.stability_budgets.select_related("set_by").first()
