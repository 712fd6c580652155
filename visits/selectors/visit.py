"""Who is visited when, and what is done there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from hub import selectors as hub
from hub.models import Agency, Need, Person, Role, SharingAgreement, User
from visits.models import Absence, Rota, RotaEvent, Visit, VisitPart
from visits.selectors.narrowing import shared, within
from visits.selectors.rota import rotas

Item = SharingAgreement.Item
# How far from today a field worker may look at the people on the rota: what was, and what is published.
BACK_DAYS, AHEAD_DAYS = 7, 14


def visits(user: User, *, on: date, among: Collection[int] | None = None) -> QuerySet[Visit]:
    """The visits this user may see. Candidates are the coordinators' drafts, nobody else's.

    `among` is whom the caller knows to be seen by this user, where that has been worked out already.
    """
    if user.role == Role.HUB_ADMINISTRATOR:
        return Visit.objects.all()
    if user.role == Role.COORDINATOR:
        seen = hub.people(user, on=on) if among is None else among
        return Visit.objects.filter(rota__in=rotas(user), person__in=seen)
    published = Visit.objects.filter(is_published=True)
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        for_own_people = VisitPart.objects.filter(visit=OuterRef("pk"), need__agency=user.agency_id)
        return published.filter(Q(worker__agency=user.agency_id) | Exists(for_own_people))
    if user.role == Role.FIELD_WORKER:
        return published.filter(worker__user=user, worker__is_active=True)
    return Visit.objects.none()


def in_reach(found: QuerySet[Visit], *, today: date) -> QuerySet[Visit]:
    """Of these visits, those that a field worker may look at on that day."""
    first = today - timedelta(days=BACK_DAYS)
    return within(found, first=first, days=BACK_DAYS + AHEAD_DAYS + 1)


def for_a_calendar(user: User, *, today: date) -> QuerySet[Visit]:
    """A field worker's own visits within reach, without anybody's row: where to by postcode alone.

    `district` is the postcode, `is_restricted` whether it is a secret, `published_at` since when it holds.
    """
    since = RotaEvent.objects.filter(rota=OuterRef("rota"), status=Rota.Status.PUBLISHED).order_by("-pk")
    found = in_reach(visits(user, on=today), today=today).select_related("rota")
    found = found.annotate(
        district=F("person__address__postcode"),
        is_restricted=F("person__restricted"),
        published_at=Subquery(since.values("at")[:1]),
    )
    parts = VisitPart.objects.select_related("need").order_by("starts_at", "pk")
    return found.prefetch_related(Prefetch("parts", queryset=parts)).order_by("starts_at", "pk")


def people_to_visit(user: User, *, today: date) -> QuerySet[Person]:
    """Whose door a field worker is sent to lately or soon, by the published rota."""
    if user.role != Role.FIELD_WORKER:
        return Person.objects.none()
    sent = in_reach(visits(user, on=today).filter(person=OuterRef("pk")), today=today)
    return Person.objects.filter(Exists(sent))


def people_of_visits(keys: Collection[int]) -> dict[int, Person]:
    """The people, with their doors, to whom visits go that the caller may already see."""
    return Person.objects.select_related("address").in_bulk(keys)


def needs_of_parts(keys: Collection[int]) -> dict[int, Need]:
    """The needs, by key, of tasks that the caller may already read."""
    return Need.objects.in_bulk(keys)


def calls_of(need: Need, found: QuerySet[Visit]) -> QuerySet[VisitPart]:
    """What of a need is served within visits that the caller may already see."""
    return VisitPart.objects.filter(need=need, visit__in=found)


def visits_without_worker(absence: Absence, *, now: datetime) -> QuerySet[Visit]:
    """The published visits from now on that need another worker because of an absence."""
    found = Visit.objects.filter(worker=absence.worker_id, is_published=True, ends_at__gt=absence.starts_at)
    found = found.filter(starts_at__gte=now)
    return found if absence.ends_at is None else found.filter(starts_at__lt=absence.ends_at)


def visits_ahead(people: Collection[int], *, on: date) -> dict[int, int]:
    """How many visits of the rotas in force each of these people still has from this day on."""
    ahead = Visit.objects.filter(person__in=people, is_published=True, starts_at__date__gte=on)
    return dict(ahead.order_by().values_list("person").annotate(number=Count("pk")))


def readable_parts(user: User, *, on: date) -> QuerySet[VisitPart]:
    """The tasks of visits that this user may read; field staff read all of what they are sent to do."""
    if user.role == Role.FIELD_WORKER:
        return VisitPart.objects.all()
    return shared(VisitPart.objects.all(), user, item=Item.TASKS, on=on, path="need__agency")


def with_parts(found: QuerySet[Visit], user: User, *, on: date) -> QuerySet[Visit]:
    """These visits with the tasks that the user may read, by time."""
    readable = readable_parts(user, on=on).select_related("need__agency").order_by("starts_at", "pk")
    return found.prefetch_related(Prefetch("parts", queryset=readable))


def agency_marks() -> list[Agency]:
    """Every agency's name, letter and hue, which everybody may know."""
    return list(Agency.objects.all())
