"""Field staff: who they are, when they are on and what they are signed off to do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from hub.models import Role, Skill, User
from visits.models import Absence, CalendarFeed, Competence, Shift, Worker
from visits.selectors.narrowing import within
from visits.wall_clock import midnight


def workers(user: User) -> QuerySet[Worker]:
    """The field staff this user may look up; a worker sees only their own row."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Worker.objects.all()
    if user.role == Role.COORDINATOR:
        return Worker.objects.filter(area__in=user.areas.all())
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Worker.objects.filter(agency=user.agency_id)
    if user.role == Role.FIELD_WORKER:
        return Worker.objects.filter(user=user)
    return Worker.objects.none()


def workers_on(user: User, *, day: date) -> QuerySet[Worker]:
    """This user's staff with a shift on the day, or one that reaches into it from the night before."""
    on = Shift.objects.filter(
        worker=OuterRef("pk"), starts_at__lt=midnight(day + timedelta(days=1)), ends_at__gt=midnight(day)
    )
    return workers(user).filter(Exists(on), is_active=True)


def shifts(staff: Collection[int] | QuerySet[Worker], *, first: date, days: int) -> QuerySet[Shift]:
    """The shifts of workers whom the caller may already see, that begin on those days."""
    return within(Shift.objects.filter(worker__in=staff), first=first, days=days)


def absences(user: User) -> QuerySet[Absence]:
    """When the field staff whom this user plans or employs do not work; it is nobody else's business."""
    if user.role == Role.FIELD_WORKER:
        return Absence.objects.none()
    return Absence.objects.filter(worker__in=workers(user))


def calendar_feed(worker: Worker) -> CalendarFeed | None:
    """The calendar address in force of a worker whom the caller may already see."""
    return CalendarFeed.objects.filter(worker=worker, revoked_at=None).first()


def competences(staff: Collection[int] | QuerySet[Worker]) -> QuerySet[Competence]:
    """What workers whom the caller may already see are signed off to do."""
    return Competence.objects.filter(worker__in=staff)


def with_skills(found: QuerySet[Worker], *, first: date, days: int) -> QuerySet[Worker]:
    """These workers with `signed`: "code|name" of each skill in force on all of those days, in one query."""
    last = first + timedelta(days=days - 1)
    whole = Competence.objects.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=last))
    whole = whole.filter(worker=OuterRef("pk"), starts_on__lte=first).order_by()
    pairs = whole.values_list(Concat("skill", Value("|"), "skill__name"), flat=True)
    return found.annotate(signed=ArraySubquery(pairs))


def with_tasks_ending(found: QuerySet[Worker], *, first: date, last: date) -> QuerySet[Worker]:
    """Of these workers, who loses a task on one of these days that nobody has signed again (`is_ending`)."""
    own = Competence.objects.filter(worker=OuterRef("pk"), expires_on__range=(first, last))
    longer = Q(expires_on__isnull=True) | Q(expires_on__gt=OuterRef("expires_on"))
    again = Competence.objects.filter(longer, worker=OuterRef("worker"), skill=OuterRef("skill"))
    return found.annotate(is_ending=Exists(own.filter(~Exists(again))))


def skill_names() -> dict[str, str]:
    """The name of each skill by its code; they are the same for everybody."""
    return dict(Skill.objects.values_list("code", "name"))


def worker_names(keys: Collection[int]) -> dict[int, str]:
    """The names of workers whom visits that the caller may see send."""
    return dict(Worker.objects.filter(pk__in=keys).values_list("pk", "name"))


def names_by_reference(agencies: Collection[int]) -> dict[tuple[int, str], str]:
    """The names of workers by agency and the agency's own reference, for contacts the caller may see."""
    found = Worker.objects.filter(agency__in=agencies)
    return {
        (agency, reference): name
        for agency, reference, name in found.values_list("agency", "reference", "name")
    }


def workers_by_reference(agencies: Collection[int]) -> dict[tuple[int, str], int]:
    """Worker by agency and the agency's own reference, as contacts name whoever came."""
    found = Worker.objects.filter(agency__in=agencies)
    return {
        (agency, reference): worker
        for agency, reference, worker in found.values_list("agency", "reference", "pk")
    }
