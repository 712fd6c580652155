"""The coordinator's week board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from hub import scope
from hub import selectors as hub
from hub.access import EVERYONE, allowed
from hub.models import Agency, Area, Person, Role, User
from hub.recurrence import monday_of
from scheduling import selectors
from scheduling.models import PlanningRun
from scheduling.pages import board, hand_wording
from scheduling.pages.board_data import BoardData, fetch
from scheduling.pages.board_drawing import Drawing, clock_face
from scheduling.services import weights
from visits import selectors as visit_selectors
from visits.history import history
from visits.models import Rota, Unplaced
from visits.pages.remedies import REMEDIES

PLANNERS = (Role.COORDINATOR, Role.HUB_ADMINISTRATOR)
FIRST_PAGES = {
    Role.FIELD_WORKER: "my-day",
    Role.AGENCY_MANAGER: "deliveries",
    Role.HUB_ADMINISTRATOR: "overview",
}
WEEK = timedelta(days=7)


@allowed(*EVERYONE)
def home(request: HttpRequest) -> HttpResponse:
    """Where each role's work begins; a fire service's, with the home that comes next."""
    user = request.user
    if user.role == Role.COORDINATOR and scope.held(user).kind == Agency.Kind.FIRE:
        return redirect("prevention-home")
    return redirect(FIRST_PAGES.get(user.role, "week"))


@allowed(*PLANNERS)
def week(request: HttpRequest) -> HttpResponse:
    """The board of the first area, in this week or the next that has a rota."""
    area = hub.areas(request.user).first()
    if area is None:
        return render(request, "scheduling/no_area.html")
    this_week = monday_of(timezone.localdate())
    weeks = visit_selectors.rotas(request.user).filter(area=area).order_by("week_start")
    ahead = weeks.filter(week_start__gte=this_week).values_list("week_start", flat=True).first()
    past = weeks.values_list("week_start", flat=True).last()
    return redirect("board", code=area.code, week_start=ahead or past or this_week + WEEK)


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the week is to be shown, as the address says it."""

    version: int | None
    view: str
    day: int
    agency: str
    only_trouble: bool
    skill: str
    person: UUID | None
    reason: str  # for which something is unplaced; narrows the tray alone

    @classmethod
    def of(cls, request: HttpRequest, week_start: date) -> Wish:
        """Raises Http404 for a version or a day that cannot be."""
        asked = request.GET
        try:
            version = int(asked["rota"]) if asked.get("rota") else None
            day = (date.fromisoformat(asked["day"]) - week_start).days if asked.get("day") else 0
            person = UUID(asked["person"]) if asked.get("person") else None
        except ValueError as error:
            raise Http404 from error
        if not 0 <= day < 7:
            raise Http404
        view = "day" if asked.get("view") == "day" else "week"
        only_trouble = asked.get("trouble") == "yes"
        agency, skill, reason = (asked.get(name, "") for name in ("agency", "skill", "reason"))
        return cls(version, view, day, agency, only_trouble, skill, person, reason)


@allowed(*PLANNERS)
def show(request: HttpRequest, code: str, week_start: date) -> HttpResponse:
    """One area's week: who goes where when, and what has no place."""
    areas = list(hub.areas(request.user))
    area = next((area for area in areas if area.code == code), None)
    if area is None or week_start.weekday():
        raise Http404
    wish = Wish.of(request, week_start)
    found = visit_selectors.with_hand(visit_selectors.rotas(request.user), area, week_start)
    rotas = list(found.annotate(what_if=F("run__weights")))
    rota = chosen(rotas, wish)
    context = _frame(request, area, areas, week_start) | {
        "wish": wish,
        "rota": rota,
        "rotas": rotas,
        "published": next((one for one in rotas if one.status == Rota.Status.PUBLISHED), None),
    }
    if rota is not None:
        context |= _body(request.user, rota, wish, context["published"])
        context["tried"] = weights.tried(rota) if rota.what_if or rota.copied_from_id else None
        context |= _hand(rota, may=context["may_publish"])
    return render(request, "scheduling/board.html", context)


def chosen(rotas: list[Rota], wish: Wish) -> Rota | None:
    """The version asked for, else the published one, else the newest. Raises Http404."""
    if wish.version is not None:
        chosen = next((rota for rota in rotas if rota.version == wish.version), None)
        if chosen is None:
            raise Http404
        return chosen
    published = next((rota for rota in rotas if rota.status == Rota.Status.PUBLISHED), None)
    return published or (rotas[0] if rotas else None)


def _frame(request: HttpRequest, area: Area, areas: list[Area], week_start: date) -> dict[str, Any]:
    runs = (
        selectors.runs(request.user)
        .filter(area=area, week_start=week_start, agency=None)
        .select_related("area")
    )
    return {
        "area": area,
        "areas": areas,
        "week_start": week_start,
        "week_end": week_start + timedelta(days=6),
        "before": week_start - WEEK,
        "after": week_start + WEEK,
        "days": board.days_of(week_start),
        "run": runs.filter(status__in=(PlanningRun.Status.QUEUED, PlanningRun.Status.RUNNING)).first(),
        "may_publish": request.user.role == Role.COORDINATOR,
    }


def _body(user: User, rota: Rota, wish: Wish, published: Rota | None) -> dict[str, Any]:
    today = timezone.localdate()
    data = fetch(user=user, rota=rota, today=today)
    board.mark(
        data.visits,
        answered=hand_wording.answered(rota) if rota.is_answered else (),
        locked=visit_selectors.locked_keys(rota) if rota.is_locked else (),
    )
    days = board.days_of(rota.week_start)
    drawing = Drawing(rota=rota.public_id, days=days, agencies=data.agencies, pairs=board.pairs(data.visits))
    person = None
    if wish.person is not None:
        person = get_object_or_404(hub.people(user, on=today), public_id=wish.person)
    groups = board.groups(
        data,
        agency=wish.agency,
        only_trouble=wish.only_trouble,
        only=_only(user, wish, data, person),
        day=wish.day if wish.view == "day" else None,
    )
    drawn = [
        (
            group,
            [
                (drawing.head(row), drawing.day(row, wish.day) if wish.view == "day" else drawing.week(row))
                for row in group.rows
            ],
        )
        for group in groups
    ]
    employers = {worker.agency for worker in data.workers}
    return {
        "groups": drawn,
        "agencies": sorted((data.agencies[pk] for pk in employers), key=lambda agency: agency.name),
        "skills": sorted({pair for worker in data.workers for pair in worker.skills.items()}, key=_name),
        "person": person,
        "legend": _legend(data),
        "clock_face": clock_face() if wish.view == "day" else "",
        "shown_day": days[wish.day],
        "unplaced": _tray(user, rota, data.people, wish, today),
        "reason": dict(Unplaced.Reason.choices).get(wish.reason, wish.reason),
        "cancelled": visit_selectors.called_off_of_week(user, rota, data.people, on=today)
        .select_related("need__person")
        .order_by("due_on", "need"),
        "truth": board.truth(rota),
        "against": board.against(rota, published),
    }


def _name(pair: tuple[str, str]) -> str:
    return pair[1]


def _only(user: User, wish: Wish, data: BoardData, person: Person | None) -> set[int] | None:
    """The workers signed off for the skill wished for, and who visit the person; None where neither is."""
    only: set[int] | None = None
    if person is not None:
        only = {visit.worker for visit in data.visits if visit.person == person.pk}
    if wish.skill:
        able = {worker.pk for worker in data.workers if wish.skill in worker.skills}
        only = able if only is None else only & able
    return only


def _hand(rota: Rota, *, may: bool) -> dict[str, Any]:
    """What can be changed by hand, taken back and done again."""
    done, taken_back = history(rota) if may and rota.newest else ([], [])
    is_candidate = rota.status == Rota.Status.CANDIDATE
    return {
        "may_change": may and (is_candidate or rota.status == Rota.Status.PUBLISHED),
        "hand": {
            "undo": done[-1] if done and is_candidate else None,
            "redo": taken_back[-1] if taken_back and is_candidate else None,
        },
    }


def _legend(data: BoardData) -> list[Any]:
    """The agencies whose needs the shown visits serve."""
    seen = {part.agency for visit in data.visits for part in visit.parts}
    return sorted((data.agencies[pk] for pk in seen), key=lambda agency: agency.name)


def _tray(user: User, rota: Rota, people: set[int], wish: Wish, today: date) -> list[dict[str, Any]]:
    """What has no place, most urgent first, with the reason and what can be done about it."""
    found = (
        visit_selectors.unplaced_of_week(user, rota, people, on=today)
        .select_related("need__person", "need__agency")
        .order_by("need__priority", "due_on", "need__window_start")
    )
    if wish.agency:
        found = found.filter(need__agency__code=wish.agency)
    if wish.skill:
        found = found.filter(need__skills__contains=[wish.skill])
    if wish.person is not None:
        found = found.filter(need__person__public_id=wish.person)
    if wish.reason:
        found = found.filter(reason=wish.reason)
    if wish.view == "day":
        found = found.filter(due_on=rota.week_start + timedelta(days=wish.day))
    return [{"item": item, "remedy": REMEDIES.get(item.reason, "")} for item in found]
