"""The published week as a PDF: one worker's, or every worker's of an area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub import selectors as hub
from hub.access import allowed
from hub.models import Person, Role, User
from hub.recurrence import monday_of
from scheduling.pages import paper
from scheduling.pages.board_views import PLANNERS
from visits import selectors
from visits.models import Rota, Shift, Visit, Worker
from visits.wall_clock import LONDON, local_day

READERS = (Role.FIELD_WORKER, Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
DAYS = 7


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
    versions: dict[int, list[int]] = defaultdict(list)
    for key, version in visits.order_by("rota__version").values_list("worker", "rota__version").distinct():
        versions[key].append(version)
    visits = visits.select_related("person__address").order_by("worker", "starts_at", "pk")
    visits = list(selectors.with_tasks(visits, user, on=today))
    by_worker: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_worker[visit.worker_id].append(visit)
    shifts: dict[int, list[Shift]] = defaultdict(list)
    for shift in selectors.shifts([one.pk for one in staff], first=week_start, days=DAYS):
        shifts[shift.worker_id].append(shift)
    doors = _doors(user, {visit.person_id for visit in visits}, today)
    words = _Words(doors, selectors.skill_names())
    sheets = [
        paper.Sheet(
            one.name,
            _about(one, week_start, versions[one.pk]),
            _days(week_start, by_worker[one.pk], shifts[one.pk], words),
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


def _doors(user: User, people: Collection[int], today: date) -> set[int]:
    """The people whose address may stand on paper for this reader; a restricted one never does."""
    if user.role == Role.FIELD_WORKER:
        return set(people)
    known = hub.people(user, on=today).filter(pk__in=people)
    return {person.pk for person in known if hub.may_see_address(user, person)}


class _Words:
    """Visits in the words of the paper."""

    def __init__(self, doors: set[int], skills: dict[str, str]) -> None:
        self._doors, self._skills = doors, skills

    def call(self, visit: Visit) -> paper.Call:
        """When, who, where and which tasks, by the county's names for them: what agencies type stays out."""
        parts = list(visit.parts.all())
        codes = dict.fromkeys(code for part in parts for code in part.need.skills)
        what = ", ".join(self._skills.get(code, code) for code in codes)
        notes = []
        if any(part.need.workers > 1 for part in parts):
            notes.append("two of you")
        if critical := [part.need.window_end for part in parts if part.need.time_critical]:
            notes.append(f"begin by {min(critical):%H:%M}")
        times = f"{_clock(visit.starts_at)}–{_clock(visit.ends_at)}"
        return paper.Call(
            times, visit.person.name, self._where(visit.person), "; ".join(filter(None, (what, *notes)))
        )

    def _where(self, person: Person) -> str:
        address = person.address
        if person.restricted or person.pk not in self._doors or address is None:
            return "Address on the phone only"
        return ", ".join(filter(None, (paper.without_codes(address.lines), address.postcode)))


def _clock(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%H:%M}"


def _days(week_start: date, visits: list[Visit], shifts: list[Shift], words: _Words) -> list[paper.Day]:
    calls = {
        day: [words.call(visit) for visit in some]
        for day, some in groupby(visits, lambda visit: local_day(visit.starts_at))
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
