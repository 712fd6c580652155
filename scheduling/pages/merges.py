"""The merges ledger: which visits became one, by whose permission, and what that saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from hub import audit, scope
from hub import selectors as hub
from hub.access import allowed
from hub.models import Agency, Area, Person, Role, SharingAgreement, User
from hub.pages.listing import Column, Filter, Listing, Rows, csv_file
from hub.walls import as_county
from scheduling import selectors as scheduling
from scheduling.mapping.decided import sides_of
from scheduling.models import JoinDecision
from scheduling.services import joining, roads
from scheduling.services.joining import Join, Lent
from visits import selectors
from visits.models import Rota

READERS = (Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
Item, Verdict = SharingAgreement.Item, JoinDecision.Verdict
MONTHS_BACK = 12
LAST_DECISIONS = 50
MOST_ROTAS = 40
DONE = {Verdict.APPROVED: "Approved", Verdict.REFUSED: "Refused; the next plan keeps them apart"}
STANDINGS = (("open", "Nobody has decided"), *Verdict.choices[:2])


@dataclass(frozen=True, slots=True)
class Task:
    """One need of a join as the reader may see it: its agency and title, where they are shared."""

    agency: Agency | None
    title: str


@dataclass(slots=True)
class Row:
    """A join for one reader."""

    join: Join
    person: Person
    tasks: list[Task]
    lent: list[str]
    workers: list[str]
    decisions: list[JoinDecision] = field(default_factory=list)


class Eyes:
    """What one reader may know of joins: whose tasks, which agencies and workers by name."""

    def __init__(self, user: User, *, on: date) -> None:
        seen = scope.of(user, on=on)
        self.everything = seen.everything
        self.own = user.agency_id if user.role == Role.AGENCY_MANAGER else None
        self.tasks = seen.agencies(Item.TASKS)
        pairs = hub.delegations(user).values_list("from_agency", "to_agency")
        self.agencies = self.tasks | seen.agencies(Item.NEEDS) | {key for pair in pairs for key in pair}
        self.workers = set(selectors.workers(user).values_list("pk", flat=True))
        self.people = set(hub.people(user, on=on).values_list("pk", flat=True))
        self.names = {agency.pk: agency for agency in selectors.agency_marks()}
        self.skills = selectors.skill_names()

    def knows(self, agency: int) -> bool:
        """Whether the reader may know that this agency comes to the door."""
        return self.everything or agency in self.agencies

    def reads(self, agency: int) -> bool:
        """Whether the reader may know what this agency does there."""
        return self.everything or agency in self.tasks

    def reads_kind(self, kind: str) -> bool:
        """Whether the reader may know of both sides what is done: a kind in an address names both."""
        return all(self.reads(agency) for agency, _ in sides_of(kind))

    def sees(self, join: Join) -> bool:
        """Whether the join is the reader's to see: an agency's manager sees those of its people or staff."""
        ours = self.own in join.agencies | {visit.worker.agency_id for visit in join.visits}
        return join.person in self.people and (self.own is None or ours)

    def agency(self, key: int) -> str:
        """The agency's name, or that it is another."""
        return self.names[key].name if self.knows(key) else "another agency"

    def skill(self, code: str) -> str:
        """The task's name."""
        return self.skills.get(code, code)

    def says(self, lent: Lent) -> str:
        """By whose permission a task changed hands, and by whose competence, as one sentence."""
        giver, taker = lent.need.agency_id, lent.worker.agency_id
        worker = lent.worker.name if lent.worker.pk in self.workers or self.everything else "a worker"
        if not (self.reads(giver) or self.own == taker):
            return f"{self.agency(giver)} lets {self.agency(taker)} do a task and stays accountable for it."
        skill = self.skill(lent.skill)
        said = f"{skill}: {self.agency(giver)} lets {self.agency(taker)} do it"
        if lent.delegation is None:
            said += ", by a delegation that is no longer in force"
        elif lent.delegation.ends_on:
            said += f" until {_day(lent.delegation.ends_on)}"
        expires = lent.competence.expires_on if lent.competence else None
        signed = "is not signed off for it now" if lent.competence is None else "is signed off"
        until = f" until {_day(expires)}" if expires else ""
        return f"{said}; {worker} {signed}{until}. {self.agency(giver)} stays accountable for the task."

    def row(self, join: Join, person: Person) -> Row:
        """The join with only what the reader may know."""
        tasks = [
            Task(
                self.names[need.agency_id] if self.knows(need.agency_id) else None,
                need.title if self.reads(need.agency_id) else "a task not shared with you",
            )
            for need in join.needs
        ]
        workers = {
            visit.worker.name
            if self.everything or visit.worker_id in self.workers
            else f"a worker of {self.agency(visit.worker.agency_id)}": None
            for visit in join.visits
        }
        said = list(dict.fromkeys(self.says(one) for one in join.lent))
        decisions = list({row.pk: row for row in join.decisions.values()}.values())
        return Row(join, person, tasks, said, list(workers), decisions)

    def kind(self, kind: str) -> str:
        """A kind in words: this task of that agency with …"""
        sides = [
            f"{' and '.join(map(self.skill, skills)) if self.reads(agency) else 'a task'}"
            f" for {self.agency(agency)}"
            for agency, skills in sides_of(kind)
        ]
        return " with ".join(sides)


COLUMNS: tuple[Column, ...] = (
    ("family name", lambda row: row.person.family_name),
    ("given name", lambda row: row.person.given_name),
    ("tasks", lambda row: "; ".join(task.title for task in row.tasks)),
    ("agencies", lambda row: "; ".join(task.agency.name if task.agency else "another" for task in row.tasks)),
    ("joined visits", lambda row: len(row.join.visits)),
    ("arrivals saved", lambda row: row.join.arrivals),
    ("minutes saved, estimated", lambda row: row.join.minutes),
    ("miles saved, estimated", lambda row: round(row.join.miles, 1)),
    ("workers", lambda row: "; ".join(row.workers)),
    ("by whose permission", lambda row: " ".join(row.lent)),
    ("decision", lambda row: row.join.verdict or "nobody has decided"),
)


@allowed(*READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The joins of one area's rota; which one, and every filter, stand in the address."""
    today = timezone.localdate()
    eyes = Eyes(request.user, on=today)
    areas = list(scheduling.areas_of_joins(request.user))
    area = next((one for one in areas if one.code == request.GET.get("area")), areas[0] if areas else None)
    rotas = list(scheduling.rotas_of_joins(request.user, area)[:MOST_ROTAS]) if area else []
    rota = next((one for one in rotas if str(one.public_id) == request.GET.get("rota")), None)
    rota = rota or _best(rotas, today)
    if request.GET.get("as") == "totals":
        return csv_file(
            "visits-avoided",
            (("month", lambda r: r[0]), ("agency", lambda r: r[1]), ("visits avoided", lambda r: r[2])),
            _flat(_totals(eyes, areas, today)),
        )
    rows = _rows(request.user, eyes, rota, today)
    listing = Listing(
        request, rows, file_name="merges", columns=COLUMNS, filters=_filters(eyes, rows, areas, rotas, rota)
    )
    if listing.answer:
        return listing.answer
    context = {
        "listing": listing,
        "area": area,
        "rota": rota,
        "sums": _sums(listing.found),
        "months": _totals(eyes, areas, today),
        "rules": [(row, eyes.kind(row.kind)) for row in _standing(area)] if area else [],
        "history": _history(request.user, area),
        "may_decide": request.user.role == Role.COORDINATOR,
        "here": request.get_full_path(),
        "by_road": roads.are_loaded(),
    }
    return render(request, "scheduling/merges.html", context)


@allowed(Role.COORDINATOR)
@require_POST
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Approves or refuses one join, every join of its kind in this rota, or its kind as a standing rule."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    eyes = Eyes(request.user, on=timezone.localdate())
    found = [join for join in joining.joins(rota) if eyes.sees(join)]
    chosen = [join for join in found if join.key == request.POST.get("join")]
    kinds = {kind for join in chosen for kind in join.kinds}
    reach, verdict = request.POST.get("reach", "one"), request.POST.get("verdict", "")
    if reach == "kind":
        chosen = [join for join in found if join.kinds & kinds]
    try:
        rows = joining.decide(
            area=rota.area,
            verdict=verdict,
            by=request.user,
            now=timezone.now(),
            joins=[] if reach == "rule" else chosen,
            kinds=kinds if reach == "rule" else (),
            reason=request.POST.get("reason", ""),
        )
    except joining.DecisionRefused as refused:
        messages.error(request, f"✕ {refused}")
    else:
        one, several = ("rule", "rules") if reach == "rule" else ("pair of needs", "pairs of needs")
        what = one if len(rows) == 1 else several
        messages.success(request, f"✓ {DONE[verdict]}: {len(rows)} {what}. You can undo it.")
    return _back(request, rota)


@allowed(Role.COORDINATOR)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a decision out of force."""
    decision = get_object_or_404(scheduling.join_decisions(request.user), pk=number)
    try:
        joining.undo(decision=decision, by=request.user, now=timezone.now())
    except joining.DecisionRefused as refused:
        messages.error(request, f"✕ {refused}")
    else:
        messages.success(request, "✓ Undone. The next plan is free to decide again.")
    return _back(request, None)


def _back(request: HttpRequest, rota: Rota | None) -> HttpResponse:
    here = request.POST.get("here", "")
    if here.startswith(reverse("merges")) and url_has_allowed_host_and_scheme(here, allowed_hosts=None):
        return redirect(here)
    kept = {"area": rota.area.code, "rota": str(rota.public_id)} if rota else {}
    return redirect(f"{reverse('merges')}?{urlencode(kept)}" if kept else reverse("merges"))


def _best(rotas: list[Rota], today: date) -> Rota | None:
    """The published rota of this week or the next to come, else the newest there is."""
    published = [one for one in rotas if one.status == Rota.Status.PUBLISHED]
    current = [one for one in published if (today - one.week_start).days < 7]
    return (current[-1:] or published[:1] or rotas[:1] or [None])[0]


def _rows(user: User, eyes: Eyes, rota: Rota | None, today: date) -> Rows:
    if rota is None:
        return Rows()
    seen = [join for join in joining.joins(rota) if eyes.sees(join)]
    people = hub.people(user, on=today).in_bulk({join.person for join in seen})
    audit.saw(people)
    return Rows(eyes.row(join, people[join.person]) for join in seen)


def _filters(eyes: Eyes, rows: Rows, areas: list[Area], rotas: list[Rota], rota: Rota | None) -> list[Filter]:
    agencies = {key for row in rows for key in row.join.agencies if eyes.knows(key)}
    kinds = sorted(kind for kind in {k for row in rows for k in row.join.kinds} if eyes.reads_kind(kind))

    def all_of(rows: Rows, _: str) -> Rows:
        return rows

    def of_agency(rows: Rows, code: str) -> Rows:
        return Rows(row for row in rows if any(t.agency and t.agency.code == code for t in row.tasks))

    def of_standing(rows: Rows, standing: str) -> Rows:
        return Rows(row for row in rows if (row.join.verdict or "open") == standing)

    def of_kind(rows: Rows, kind: str) -> Rows:
        return Rows(row for row in rows if kind in row.join.kinds)

    return [
        Filter("area", "Area", [(one.code, one.name) for one in areas], all_of),
        Filter("rota", "Week and version", [(str(one.public_id), _version(one)) for one in rotas], all_of),
        Filter(
            "agency",
            "Agency",
            sorted((eyes.names[key].code, eyes.names[key].name) for key in agencies),
            of_agency,
        ),
        Filter("decision", "Decision", STANDINGS, of_standing),
        Filter("kind", "Kind", [(kind, eyes.kind(kind)) for kind in kinds], of_kind),
    ]


def _version(rota: Rota) -> str:
    return f"{_day(rota.week_start)}: version {rota.version}, {rota.get_status_display().lower()}"


def _sums(rows: Rows) -> dict[str, float]:
    return {
        "visits": sum(len(row.join.visits) for row in rows),
        "arrivals": sum(row.join.arrivals for row in rows),
        "minutes": sum(row.join.minutes for row in rows),
        "miles": sum(row.join.miles for row in rows),
        "open": sum(not row.join.verdict for row in rows),
    }


def _totals(eyes: Eyes, areas: list[Area], today: date) -> list[tuple[date, list[tuple[Agency, int]], int]]:
    """(month, visits avoided by agency, their sum), the newest month first."""
    since = date(today.year - MONTHS_BACK // 12, today.month, 1)
    counts = joining.avoided(areas, since=since)
    found = []
    for month in sorted({month for month, _ in counts}, reverse=True):
        some = [
            (eyes.names[agency], number)
            for (when, agency), number in counts.items()
            if when == month and eyes.knows(agency) and (eyes.own is None or agency == eyes.own)
        ]
        if some:
            some.sort(key=lambda one: one[0].name)
            found.append((month, some, sum(number for _, number in some)))
    return found


def _flat(totals: list[tuple[date, list[tuple[Agency, int]], int]]) -> list[tuple[str, str, int]]:
    return [(f"{month:%Y-%m}", agency.name, number) for month, some, _ in totals for agency, number in some]


@as_county()
def _standing(area: Area) -> list[JoinDecision]:
    """The standing rules in force, which every reader of the area's joins may know."""
    return list(scheduling.standing_joins(area).select_related("by"))


def _history(user: User, area: Area | None) -> list[JoinDecision]:
    """The last decisions, for those who plan the area: a reason may say something of a person."""
    found = scheduling.join_decisions(user).filter(area=area).select_related("by", "undoes")
    return list(found.order_by("-pk")[:LAST_DECISIONS])


def _day(value: date | datetime) -> str:
    return f"{value:%a} {value.day} {value:%b %Y}"
