"""One person: who comes when, why they, and whether it gets steadier."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from hub import selectors as hub
from hub.access import EVERYONE, allowed
from hub.models import Need, Person, Role, SourceRecord, User
from hub.recurrence import monday_of
from visits import selectors
from visits.models import NamedWorker, Visit
from visits.pages.rights import WRITERS
from visits.wall_clock import local_day, midnight

AHEAD = 14  # days of visits shown, from this Monday
MOST = 20  # people behind one door
HISTORY = 20  # contacts shown
WEEKS = 4


@allowed(*EVERYONE)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole page by role; for field staff only what they need at the door."""
    today = timezone.localdate()
    if request.user.role == Role.FIELD_WORKER:
        return _at_the_door(request, public_id, today)
    found = hub.people(request.user, on=today).select_related("address__area")
    person = get_object_or_404(found, public_id=public_id)
    named = selectors.named_workers([person.pk]).select_related("worker__agency").first()
    context = {
        "person": person,
        "today": today,
        "show_address": hub.may_see_address(request.user, person),
        "show_nhs_number": hub.may_see_number_of(request.user, person, on=today),
        "named": named,
        "times_told": selectors.contact_times(request.user, person, on=today).first(),
        "times_sent": next(iter(selectors.contact_times_sent(request.user, person, on=today)), (None,))[0],
        "needs": _needs(request.user, person, today),
        "skills": selectors.skill_names(),
        "notes": hub.notes(request.user, person, on=today).select_related("agency"),
        "household": hub.household(request.user, person, on=today)[:MOST],
        "may_repair": request.user.role == Role.COORDINATOR and not person.deceased,
        "in_hospital": hub.is_in_hospital(request.user, person, on=today),
        "may_write": request.user.role in WRITERS,
        "may_see_rights": request.user.role == Role.HUB_ADMINISTRATOR,
        "records": _records(request.user, person, today),
        **_coming(request, person, today),
        **_history(request.user, person, named, today),
    }
    return render(request, "visits/person.html", context)


def _at_the_door(request: HttpRequest, public_id: str, today: date) -> HttpResponse:
    people = selectors.people_to_visit(request.user, today=today).select_related("address")
    person = get_object_or_404(people, public_id=public_id)
    visits = (
        selectors.visits(request.user, on=today)
        .filter(person=person, starts_at__gte=midnight(today))
        .order_by("starts_at")
    )
    visits = selectors.with_parts(visits, request.user, on=today)
    context = {
        "person": person,
        "today": today,
        "visits": visits,
        "skills": selectors.skill_names(),
        "notes": hub.notes_at_the_door(person),
    }
    return render(request, "visits/person_at_the_door.html", context)


def _records(user: User, person: Person, today: date) -> list[tuple[SourceRecord, list[tuple[str, bool]]]]:
    """The agencies' records that the reader may know of; what each says, and whether so does the page."""
    address = person.address
    stands = {
        "family_name": ("family name", person.family_name),
        "given_name": ("first name", person.given_name),
        "birth_date": ("date of birth", person.birth_date and person.birth_date.isoformat()),
        "gender": ("gender", person.gender),
        "contact_from": ("calls not before", person.contact_from),
        "contact_until": ("calls not after", person.contact_until),
    }
    if hub.may_see_number_of(user, person, on=today):
        stands["nhs_number"] = ("NHS number", person.nhs_number)
    if hub.may_see_address(user, person) and address is not None:
        stands["postcode"] = ("postcode", address.postcode)
    found = selectors.records_of(user, person, on=today).select_related("agency", "delivery")
    return [
        (
            record,
            [
                (label, _same(record.payload[name], shown))
                for name, (label, shown) in stands.items()
                if record.payload.get(name)
            ],
        )
        for record in found
    ]


def _same(said: Any, shown: Any) -> bool:
    return "".join(str(said).split()).casefold() == "".join(str(shown or "").split()).casefold()


def _coming(request: HttpRequest, person: Person, today: date) -> dict[str, Any]:
    """Visits of two weeks as published, or of the week of the rota that `?rota=` names, by day."""
    found = (
        selectors.visits(request.user, on=today)
        .filter(person=person)
        .select_related("worker__agency", "rota")
        .order_by("starts_at", "pk")
    )
    found = selectors.with_parts(found, request.user, on=today)
    rota, first, days = None, monday_of(today), AHEAD
    if asked := request.GET.get("rota"):
        try:
            rota = get_object_or_404(selectors.rotas(request.user), public_id=UUID(asked))
        except ValueError as error:
            raise Http404 from error
        first, days, found = rota.week_start, 7, found.filter(rota=rota)
    else:
        found = found.filter(is_published=True)
    found = selectors.within(found, first=first, days=days)
    return {"rota": rota, "coming": [(day, list(some)) for day, some in groupby(found, _day)]}


def _day(visit: Visit) -> date:
    return local_day(visit.starts_at)


def _needs(user: User, person: Person, today: date) -> list[tuple[Any, list[Need]]]:
    """Needs that are not over, by agency."""
    found = (
        hub.needs(user, on=today)
        .filter(person=person)
        .exclude(ends_on__lt=today)
        .select_related("agency")
        .order_by("agency__name", "window_start", "pk")
    )
    return [(agency, list(some)) for agency, some in groupby(found, lambda need: need.agency)]


@dataclass(frozen=True, slots=True)
class Came:
    """A visit that an agency says it made; the name is the agency's reference if nobody has it."""

    at: datetime
    minutes: int
    agency: Any
    worker: str
    is_named: bool


def _history(user: User, person: Person, named: NamedWorker | None, today: date) -> dict[str, Any]:
    """The last contacts, and how many faces came in each of the last four weeks."""
    since = today - timedelta(days=7 * WEEKS)
    found = selectors.contacts(user, on=today).filter(
        person=person, starts_at__lt=midnight(today + timedelta(days=1))
    )
    recent = list(
        found.filter(starts_at__gte=midnight(since)).select_related("agency").order_by("-starts_at")
    )
    names = selectors.names_by_reference({contact.agency_id for contact in recent})
    key = (named.worker.agency_id, named.worker.reference) if named else None
    came = [
        Came(
            contact.starts_at,
            contact.minutes,
            contact.agency,
            names.get((contact.agency_id, contact.worker_reference), contact.worker_reference),
            (contact.agency_id, contact.worker_reference) == key,
        )
        for contact in recent
    ]
    return {"history": came[:HISTORY][::-1], "weeks": _weeks(came, today), "steady": _steady(came, today)}


def _weeks(came: list[Came], today: date) -> list[dict[str, Any]]:
    """Visits and faces by seven days, the oldest first."""
    by_week: dict[int, list[Came]] = defaultdict(list)
    for one in came:
        by_week[(today - local_day(one.at)).days // 7].append(one)
    return [
        {"last": today - timedelta(days=7 * ago), "visits": len(by_week[ago]), **_share(by_week[ago])}
        for ago in reversed(range(WEEKS))
    ]


def _steady(came: list[Came], today: date) -> dict[str, Any]:
    """Faces and the named worker's share in the last 14 days."""
    since = today - timedelta(days=selectors.FACE_DAYS)
    return _share([one for one in came if local_day(one.at) > since])


def _share(came: list[Came]) -> dict[str, Any]:
    return {
        "faces": len({(one.agency.pk, one.worker) for one in came}),
        "percent": round(100 * sum(one.is_named for one in came) / len(came)) if came else None,
    }
