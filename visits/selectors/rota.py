"""The versions of a week, and what is in the one that the caller may open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from hub import selectors as hub
from hub.models import Area, Cancellation, Need, Person, SharingAgreement, User
from visits.models import Override, PlanLock, Rota, Shift, Unplaced, Visit, VisitPart, Worker
from visits.selectors.narrowing import shared, within

Item = SharingAgreement.Item


def rotas(user: User) -> QuerySet[Rota]:
    """Every version of the weeks that this user plans."""
    return Rota.objects.filter(area__in=hub.areas(user))


def with_hand(found: QuerySet[Rota], area: Area, week_start: date) -> QuerySet[Rota]:
    """Of these rotas, an area's week, newest first, with what was done by hand there."""
    return (
        found.filter(area=area, week_start=week_start)
        .order_by("-version")
        .annotate(
            newest=Max("changes__pk"),
            is_answered=Exists(Override.objects.filter(rota=OuterRef("pk"))),
            is_locked=Exists(
                PlanLock.objects.filter(
                    area=OuterRef("area"), week_start=OuterRef("week_start"), released_at=None
                )
            ),
        )
    )


def people_of_week(user: User, rota: Rota, *, on: date) -> QuerySet[Person]:
    """Those of a rota's week whom this user may see: visited, left out or called off.

    Ask it once, and the others below by its keys: working out whom the user may see is the dear part.
    """
    called_off = _called_off_in(rota).values("need__person")
    in_week = Q(pk__in=rota.visits.values("person")) | Q(pk__in=rota.unplaced.values("need__person"))
    return hub.people(user, on=on).filter(in_week | Q(pk__in=called_off)).order_by()


def visits_of_week(rota: Rota, people: Collection[int]) -> QuerySet[Visit]:
    """The visits of a rota that the caller may open, to people whom the caller may already see."""
    return Visit.objects.filter(rota=rota, person__in=people)


def unplaced_of_week(user: User, rota: Rota, people: Collection[int], *, on: date) -> QuerySet[Unplaced]:
    """What a rota leaves out for people whom this user may already see, of the tasks shared with them."""
    left_out = Unplaced.objects.filter(rota=rota, need__person__in=people)
    return shared(left_out, user, item=Item.TASKS, on=on, path="need__agency")


def called_off_of_week(
    user: User, rota: Rota, people: Collection[int], *, on: date
) -> QuerySet[Cancellation]:
    """What was called off in a rota's week for people whom this user may already see, as far as shared."""
    called_off = _called_off_in(rota).filter(need__person__in=people)
    return shared(called_off, user, item=Item.TASKS, on=on, path="need__agency")


def _called_off_in(rota: Rota) -> QuerySet[Cancellation]:
    return Cancellation.objects.filter(
        need__person__address__area=rota.area_id,
        due_on__gte=rota.week_start,
        due_on__lt=rota.week_start + timedelta(days=7),
    )


def workers_of_rota(rota: Rota) -> QuerySet[Worker]:
    """Who is sent by a rota that the caller may open, and who of its area is on shift in its week."""
    sent = Visit.objects.filter(rota=rota, worker=OuterRef("pk"))
    on = within(Shift.objects.filter(worker=OuterRef("pk")), first=rota.week_start, days=7)
    return Worker.objects.filter(Exists(sent) | Q(Exists(on), area=rota.area_id, is_active=True))


def visit_of_call(rota: Rota, need: Need, due_on: date) -> Visit | None:
    """The visit that serves a need's occurrence in a rota that the caller may open; of a pair the first."""
    return Visit.objects.filter(rota=rota, parts__need=need, parts__due_on=due_on).order_by("pk").first()


def parts_of(
    rota: Rota, *, visit: Visit | None, worker: Worker | None, day: date | None
) -> set[tuple[int, date]]:
    """Need and day due of what a visit serves, or a worker on a day."""
    parts = VisitPart.objects.filter(visit__rota=rota)
    if visit is not None:
        parts = parts.filter(visit=visit)
    elif day is not None:
        on_day = within(Visit.objects.filter(rota=rota, worker=worker), first=day, days=1)
        parts = parts.filter(visit__in=on_day)
    return set(parts.order_by().values_list("need", "due_on"))
