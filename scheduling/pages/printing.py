"""The published week as a PDF: one worker's, or every worker's of an area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub import selectors as hub
from hub.access import allowed
from hub.models import Need, Person, Role, User
from hub.recurrence import monday_of
from scheduling.pages import paper
from scheduling.pages.board_views import PLANNERS
from visits import selectors
from visits.models import Rota, Shift, Worker
from visits.wall_clock import LONDON, local_day

READERS = (Role.FIELD_WORKER, Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
DAYS = 7
STOP = ("pk", "worker", "person", "starts_at", "ends_at", "rota", "rota__version")


class Stop(NamedTuple):
    """A visit in keys: an area's week has thousands, of a few hundred people and needs."""

    pk: int
    worker: int
    person: int
    starts_at: datetime
    ends_at: datetime
    rota: int
    version: int


@allowed(*READERS)
@require_GET
def worker(request: HttpRequest, public_id: str, week_start: date) -> HttpResponse:
    """One worker's published week, also for the worker's own use."""
    found = selectors.workers(request.user).select_related("agency", "area")
    one = get_object_or_404(found, public_id=public_id)
    today = timezone.localdate()
    if week_start != monday_of(week_start):
        raise Http404
    if request.user.role == Role.FIELD_WORKER and not _in_reach(week_start, today):
        raise Http404
    return _answer(request.user, [one], week_start, today, f"rota-{week_start}")


@allowed(*PLANNERS)
@require_GET
def area(request: HttpRequest, code: str, week_start: date) -> HttpResponse:
    """The published week of every worker of an area who is on shift or has a visit."""
    chosen = get_object_or_404(hub.areas(request.user), code=code)
    rotas = selectors.rotas(request.user).filter(area=chosen, status=Rota.Status.PUBLISHED)
    rota = get_object_or_404(rotas, week_start=week_start)
    today = timezone.localdate()
    sent = (
        selectors.workers_of_rota(rota)
        .select_related("agency", "area")
        .order_by("agency__name", "name", "pk")
    )
    return _answer(request.user, list(sent), week_start, today, f"rota-{code}-{week_start}")


def _in_reach(week_start: date, today: date) -> bool:
    """Field staff print what My day shows: some days back, two weeks ahead."""
    first, last = today - timedelta(days=selectors.BACK_DAYS), today + timedelta(days=selectors.AHEAD_DAYS)
    return first - timedelta(days=DAYS - 1) <= week_start <= last


def _answer(user: User, staff: list[Worker], week_start: date, today: date, name: str) -> HttpResponse:
    visits = selectors.visits(user, on=today).filter(worker__in=staff, is_published=True)
    visits = selectors.within(visits, first=week_start, days=DAYS)
    if user.role == Role.FIELD_WORKER:
        visits = selectors.in_reach(visits, today=today)
    rows = [Stop(*row) for row in visits.order_by("worker", "starts_at", "pk").values_list(*STOP)]
    stops: dict[int, list[Stop]] = defaultdict(list)
    for stop in rows:
        stops[stop.worker].append(stop)
    shifts: dict[int, list[Shift]] = defaultdict(list)
    for shift in selectors.shifts([one.pk for one in staff], first=week_start, days=DAYS):
        shifts[shift.worker_id].append(shift)
    words = _Words(user, rows, today)
    sheets = [
        paper.Sheet(
            one.name,
            _about(one, week_start, sorted({stop.version for stop in stops[one.pk]})),
            _days(week_start, stops[one.pk], shifts[one.pk], words),
        )
        for one in staff
    ]
    printed = f"{timezone.localtime():%d/%m/%Y %H:%M}"
    content = paper.pdf(
        sheets,
        title=f"Rota, week of {week_start:%d/%m/%Y}",
        foot=f"As published, printed {printed}. Later changes are on the phone. Shred it after the week.",
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def _about(one: Worker, week_start: date, versions: list[int]) -> str:
    said = f", version {', '.join(map(str, versions))}" if versions else ""
    week = f"{week_start:%a} {week_start.day} {week_start:%b %Y}"
    return f"{one.agency.name}, {one.area.name}. Week of {week}{said}."


class _Words:
    """Visits in the words of the paper. Each person and need is fetched once, however many visits have it."""

    def __init__(self, user: User, stops: list[Stop], today: date) -> None:
        self._people = selectors.people_of_visits({stop.person for stop in stops})
        self._doors = _doors(user, self._people, today)
        self._skills = selectors.skill_names()
        known = {stop.pk for stop in stops}
        parts = selectors.readable_parts(user, on=today)
        # By version: a query that names thousands of visits takes longer to write than to answer.
        parts = parts.filter(
            visit__rota__in={stop.rota for stop in stops}, visit__worker__in={stop.worker for stop in stops}
        ).order_by("starts_at", "pk")
        rows = [row for row in parts.values_list("visit", "need") if row[0] in known]
        needs = selectors.needs_of_parts({need for _, need in rows})
        self._needs: dict[int, list[Need]] = defaultdict(list)
        for visit, need in rows:
            self._needs[visit].append(needs[need])

    def call(self, stop: Stop) -> paper.Call:
        """When, who, where and which tasks, by the county's names for them: what agencies type stays out."""
        needs, person = self._needs[stop.pk], self._people[stop.person]
        codes = dict.fromkeys(code for need in needs for code in need.skills)
        what = ", ".join(self._skills.get(code, code) for code in codes)
        notes = []
        if any(need.workers > 1 for need in needs):
            notes.append("two of you")
        if critical := [need.window_end for need in needs if need.time_critical]:
            notes.append(f"begin by {min(critical):%H:%M}")
        times = f"{_clock(stop.starts_at)}–{_clock(stop.ends_at)}"
        return paper.Call(times, person.name, self._where(person), "; ".join(filter(None, (what, *notes))))

    def _where(self, person: Person) -> str:
        address = person.address
        if person.restricted or person.pk not in self._doors or address is None:
            return "Address on the phone only"
        return ", ".join(filter(None, (paper.without_codes(address.lines), address.postcode)))


def _doors(user: User, people: Collection[int], today: date) -> set[int]:
    """The people whose address may stand on paper for this reader; a restricted one never does."""
    if user.role == Role.FIELD_WORKER:
        return set(people)
    known = hub.people(user, on=today).filter(pk__in=people)
    return {person.pk for person in known if hub.may_see_address(user, person)}


def _clock(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%H:%M}"


def _days(week_start: date, stops: list[Stop], shifts: list[Shift], words: _Words) -> list[paper.Day]:
    calls = {
        day: [words.call(stop) for stop in some]
        for day, some in groupby(stops, lambda stop: local_day(stop.starts_at))
    }
    on = {local_day(shift.starts_at): shift for shift in shifts}
    found = []
    for day in (week_start + timedelta(days=number) for number in range(DAYS)):
        if day not in calls and day not in on:
            continue
        heading = f"{day:%A} {day.day} {day:%B}"
        if shift := on.get(day):
            heading += f", on shift {_clock(shift.starts_at)}–{_clock(shift.ends_at)}"
        if day not in calls:
            heading += ", no visits"
        found.append(paper.Day(heading, calls.get(day, [])))
    return found
