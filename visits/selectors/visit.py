"""What each viewer may see of workers, rotas and visits, worked out in this one place.

Like `hub.selectors` it narrows by role, area, agency and agreement; the day is passed in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from hub import scope
from hub import selectors as hub
from hub.contact_times import OUTSIDE, in_words
from hub.identity.records import person_record
from hub.models import (
    Agency,
    Area,
    Cancellation,
    Contact,
    ContactTimes,
    KeepSeparate,
    Need,
    NeedGap,
    Person,
    Role,
    SharingAgreement,
    Skill,
    SourceRecord,
    User,
)
from visits.models import (
    Absence,
    BarredWorker,
    CalendarFeed,
    Competence,
    LockHold,
    NamedWorker,
    Override,
    PlanLock,
    Rota,
    RotaEvent,
    Shift,
    Unplaced,
    Visit,
    VisitPart,
    Worker,
)
from visits.wall_clock import moment

Item = SharingAgreement.Item

KNOWN_DAYS = 28  # who came within these days is known to the person
FACE_DAYS = 14  # faces are counted over these days
# How far from today a field worker may look at the people on the rota: what was, and what is published.
BACK_DAYS, AHEAD_DAYS = 7, 14


def midnight(day: date) -> datetime:
    """The local start of that day, also on the days when the clocks change."""
    return moment(day, time())


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


def locks(rota: Rota) -> QuerySet[PlanLock]:
    """What is locked in the week of a rota that the caller may open."""
    return PlanLock.objects.filter(area=rota.area_id, week_start=rota.week_start, released_at=None)


def locked_keys(rota: Rota) -> set[tuple[int, date]]:
    """Need and day due of all that is locked in a rota's week."""
    holds = LockHold.objects.filter(lock__in=locks(rota))
    return set(holds.order_by().values_list("need", "due_on"))


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


def visit_of_call(rota: Rota, need: Need, due_on: date) -> Visit | None:
    """The visit that serves a need's occurrence in a rota that the caller may open; of a pair the first."""
    return Visit.objects.filter(rota=rota, parts__need=need, parts__due_on=due_on).order_by("pk").first()


def calls_of(need: Need, found: QuerySet[Visit]) -> QuerySet[VisitPart]:
    """What of a need is served within visits that the caller may already see."""
    return VisitPart.objects.filter(need=need, visit__in=found)


def locks_on(rota: Rota, keys: set[tuple[int, date]]) -> QuerySet[PlanLock]:
    """The locks of a rota's week that hold any of these occurrences."""
    holds = LockHold.objects.filter(lock__in=locks(rota), need__in={need for need, _ in keys})
    found = {
        lock for lock, need, due_on in holds.values_list("lock", "need", "due_on") if (need, due_on) in keys
    }
    return locks(rota).filter(pk__in=found)


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


def within(found: QuerySet, *, first: date, days: int) -> QuerySet:
    """Of these visits or shifts, those that begin on those days."""
    last = first + timedelta(days=days)
    return found.filter(starts_at__gte=midnight(first), starts_at__lt=midnight(last))


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


def workers_of_rota(rota: Rota) -> QuerySet[Worker]:
    """Who is sent by a rota that the caller may open, and who of its area is on shift in its week."""
    sent = Visit.objects.filter(rota=rota, worker=OuterRef("pk"))
    on = within(Shift.objects.filter(worker=OuterRef("pk")), first=rota.week_start, days=7)
    return Worker.objects.filter(Exists(sent) | Q(Exists(on), area=rota.area_id, is_active=True))


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


def calendar_feed(worker: Worker) -> CalendarFeed | None:
    """The calendar address in force of a worker whom the caller may already see."""
    return CalendarFeed.objects.filter(worker=worker, revoked_at=None).first()


def people_of_visits(keys: Collection[int]) -> dict[int, Person]:
    """The people, with their doors, to whom visits go that the caller may already see."""
    return Person.objects.select_related("address").in_bulk(keys)


def needs_of_parts(keys: Collection[int]) -> dict[int, Need]:
    """The needs, by key, of tasks that the caller may already read."""
    return Need.objects.in_bulk(keys)


def people_to_visit(user: User, *, today: date) -> QuerySet[Person]:
    """Whose door a field worker is sent to lately or soon, by the published rota."""
    if user.role != Role.FIELD_WORKER:
        return Person.objects.none()
    sent = in_reach(visits(user, on=today).filter(person=OuterRef("pk")), today=today)
    return Person.objects.filter(Exists(sent))


def contacts(user: User, *, on: date) -> QuerySet[Contact]:
    """The visits made that this user may read about."""
    return _shared(Contact.objects.all(), user, item=Item.CONTACTS, on=on)


def records_of(user: User, person: Person, *, on: date) -> QuerySet[SourceRecord]:
    """The agencies' records that make this person, as far as this user may know of them."""
    records = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON)
    return _shared(records, user, item=Item.IDENTITY, on=on)


def contact_times(user: User, person: Person, *, on: date) -> QuerySet[ContactTimes]:
    """When the person asks for calls, as somebody was told and has not ended; the first counts."""
    found = ContactTimes.objects.filter(ended_at=None, source_record__in=records_of(user, person, on=on))
    return found.select_related("source_record__agency", "set_by")


def contact_times_sent(user: User, person: Person, *, on: date) -> list[tuple[SourceRecord, str]]:
    """The records that say when the person asks for calls, the newest first, each with what it says."""
    records = records_of(user, person, on=on).select_related("agency", "delivery")
    told = []
    for record in records.order_by("-delivery", "-pk"):
        said = person_record(record.key, record.payload)
        if words := in_words(said.contact_from, said.contact_until):
            told.append((record, words))
    return told


def needs_outside_contact_times(user: User, *, on: date) -> QuerySet[Need]:
    """Needs of this user's people of which a call may begin when the person asks for none."""
    found = hub.needs(user, on=on).filter(OUTSIDE, person__in=hub.people(user, on=on))
    return hub.of_the_living(found.exclude(ends_on__lt=on))


def _shared(found: QuerySet, user: User, *, item: str, on: date, path: str = "agency") -> QuerySet:
    """Of these rows, those of the agencies whose `item` this user may read."""
    seen = scope.of(user, on=on)
    if seen.everything:
        return found
    shared = Q(**{f"{path}__in": seen.agencies(item)})
    if seen.emergency:
        whose = "need__person" if path == "need__agency" else "person"
        shared |= Q(**{f"{whose}__in": seen.emergency})
    return found.filter(shared)


def named_workers(people: Collection[int] | QuerySet[Person]) -> QuerySet[NamedWorker]:
    """The named workers of people whom the caller may already see."""
    return NamedWorker.objects.filter(person__in=people)


def barred_workers(person: Person) -> QuerySet[BarredWorker]:
    """Who may not come to a person whom the caller may already see."""
    return BarredWorker.objects.filter(person=person).order_by("worker__name", "pk")


def pairs_of(user: User, person: Person, *, on: date) -> tuple[QuerySet[KeepSeparate], QuerySet[NeedGap]]:
    """What is kept apart of a person's needs, and how far, where this user may see both needs."""
    mine = hub.needs(user, on=on).filter(person=person)
    pairs = KeepSeparate.objects.filter(first__in=mine, second__in=mine).order_by("pk")
    return pairs, NeedGap.objects.filter(before__in=mine, after__in=mine).order_by("pk")


def shifts(staff: Collection[int] | QuerySet[Worker], *, first: date, days: int) -> QuerySet[Shift]:
    """The shifts of workers whom the caller may already see, that begin on those days."""
    return within(Shift.objects.filter(worker__in=staff), first=first, days=days)


def workers_on(user: User, *, day: date) -> QuerySet[Worker]:
    """This user's staff with a shift on the day, or one that reaches into it from the night before."""
    on = Shift.objects.filter(
        worker=OuterRef("pk"), starts_at__lt=midnight(day + timedelta(days=1)), ends_at__gt=midnight(day)
    )
    return workers(user).filter(Exists(on), is_active=True)


def absences(user: User) -> QuerySet[Absence]:
    """When the field staff whom this user plans or employs do not work; it is nobody else's business."""
    if user.role == Role.FIELD_WORKER:
        return Absence.objects.none()
    return Absence.objects.filter(worker__in=workers(user))


def visits_without_worker(absence: Absence, *, now: datetime) -> QuerySet[Visit]:
    """The published visits from now on that need another worker because of an absence."""
    found = Visit.objects.filter(worker=absence.worker_id, is_published=True, ends_at__gt=absence.starts_at)
    found = found.filter(starts_at__gte=now)
    return found if absence.ends_at is None else found.filter(starts_at__lt=absence.ends_at)


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
    return _shared(left_out, user, item=Item.TASKS, on=on, path="need__agency")


def called_off_of_week(
    user: User, rota: Rota, people: Collection[int], *, on: date
) -> QuerySet[Cancellation]:
    """What was called off in a rota's week for people whom this user may already see, as far as shared."""
    called_off = _called_off_in(rota).filter(need__person__in=people)
    return _shared(called_off, user, item=Item.TASKS, on=on, path="need__agency")


def _called_off_in(rota: Rota) -> QuerySet[Cancellation]:
    return Cancellation.objects.filter(
        need__person__address__area=rota.area_id,
        due_on__gte=rota.week_start,
        due_on__lt=rota.week_start + timedelta(days=7),
    )


def meetings(
    people: Collection[int] | QuerySet[Person], *, until: date, days: int = KNOWN_DAYS
) -> set[tuple[int, int]]:
    """(person, worker) of all who met within the `days` before `until`: as agencies say, and as published."""
    since, before = midnight(until - timedelta(days=days)), midnight(until)
    span = {"person__in": people, "starts_at__gte": since, "starts_at__lt": before}
    contacts = Contact.objects.filter(**span).order_by()
    contacts = contacts.values_list("person", "agency", "worker_reference", Value(False)).distinct()
    visits = Visit.objects.filter(is_published=True, **span).order_by()
    visits = visits.values_list("person", "worker", Value(""), Value(True)).distinct()
    rows = list(contacts.union(visits, all=True))
    planned = {(person, worker) for person, worker, _, is_planned in rows if is_planned}
    told = [row[:3] for row in rows if not row[3]]
    of_reference = workers_by_reference({agency for _, agency, _ in told})
    met = {
        (person, of_reference[agency, reference])
        for person, agency, reference in told
        if (agency, reference) in of_reference
    }
    return met | planned


def workers_by_reference(agencies: Collection[int]) -> dict[tuple[int, str], int]:
    """Worker by agency and the agency's own reference, as contacts name whoever came."""
    found = Worker.objects.filter(agency__in=agencies)
    return {
        (agency, reference): worker
        for agency, reference, worker in found.values_list("agency", "reference", "pk")
    }


def contacts_between(person: Person, worker: Worker, *, until: date, days: int = KNOWN_DAYS) -> int:
    """How often this worker came to this person in the `days` before `until`, as the agency says."""
    return Contact.objects.filter(
        person=person,
        agency=worker.agency_id,
        worker_reference=worker.reference,
        starts_at__gte=midnight(until - timedelta(days=days)),
        starts_at__lt=midnight(until),
    ).count()


def readable_parts(user: User, *, on: date) -> QuerySet[VisitPart]:
    """The tasks of visits that this user may read; field staff read all of what they are sent to do."""
    if user.role == Role.FIELD_WORKER:
        return VisitPart.objects.all()
    return _shared(VisitPart.objects.all(), user, item=Item.TASKS, on=on, path="need__agency")


def with_parts(found: QuerySet[Visit], user: User, *, on: date) -> QuerySet[Visit]:
    """These visits with the tasks that the user may read, by time."""
    readable = readable_parts(user, on=on).select_related("need__agency").order_by("starts_at", "pk")
    return found.prefetch_related(Prefetch("parts", queryset=readable))


def with_tasks(found: QuerySet[Visit], user: User, *, on: date) -> QuerySet[Visit]:
    """These visits with their tasks, whether two come and by when; no more, for there are thousands."""
    asked = ("skills", "workers", "time_critical", "window_end")
    readable = readable_parts(user, on=on).select_related("need").order_by("starts_at", "pk")
    readable = readable.only("visit", "starts_at", *(f"need__{name}" for name in asked))
    return found.prefetch_related(Prefetch("parts", queryset=readable))


def agency_marks() -> list[Agency]:
    """Every agency's name, letter and hue, which everybody may know."""
    return list(Agency.objects.all())


def names_by_reference(agencies: Collection[int]) -> dict[tuple[int, str], str]:
    """The names of workers by agency and the agency's own reference, for contacts the caller may see."""
    found = Worker.objects.filter(agency__in=agencies)
    return {
        (agency, reference): name
        for agency, reference, name in found.values_list("agency", "reference", "name")
    }


def worker_names(keys: Collection[int]) -> dict[int, str]:
    """The names of workers whom visits that the caller may see send."""
    return dict(Worker.objects.filter(pk__in=keys).values_list("pk", "name"))


def visits_ahead(people: Collection[int], *, on: date) -> dict[int, int]:
    """How many visits of the rotas in force each of these people still has from this day on."""
    ahead = Visit.objects.filter(person__in=people, is_published=True, starts_at__date__gte=on)
    return dict(ahead.order_by().values_list("person").annotate(number=Count("pk")))
