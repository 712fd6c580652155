"""Whether people see the same faces: ranked by most faces, with the weeks before and who would lose whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Person, Role, User
from hub.pages.listing import Column, Filter, Listing
from hub.recurrence import monday_of
from scheduling.pages import plots
from scheduling.pages.report_words import count, per_cent
from scheduling.services import comparing, continuity
from scheduling.services.continuity import FORTNIGHT, Face, Fortnight, Steadiness
from visits import selectors
from visits.models import Rota

READERS = (Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
HEIGHT, STEP, MOST_VERSIONS = 24, 12, 20
WEEKS_BACK, WEEKS_AHEAD = 12, 2  # of the Sundays to choose from
SUNDAY = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Choice:
    """The fortnight asked for: up to which Sunday, and with which draft in its last week."""

    last: date
    draft: Rota | None
    value: str  # as the address has it; empty for this week
    choices: list[tuple[str, str]]

    @classmethod
    def of(cls, said: str, *, drafts: Sequence[Rota], today: date) -> Choice:
        """What is said, or the fortnight that ends this Sunday."""
        this = monday_of(today) + SUNDAY
        sundays = [
            this + timedelta(weeks=number)
            for number in range(WEEKS_AHEAD, -WEEKS_BACK - 1, -1)
            if number != 0
        ]
        ends = {day.isoformat(): day for day in sundays}
        by_key = {str(one.public_id): one for one in drafts}
        choices = [(value, span(day)) for value, day in ends.items() if day > this]
        choices += [
            (key, f"{span(one.week_start + SUNDAY)}, with candidate {one.version} of {one.area.name}")
            for key, one in by_key.items()
        ]
        choices += [(value, span(day)) for value, day in ends.items() if day < this]
        draft = by_key.get(said)
        last = draft.week_start + SUNDAY if draft else ends.get(said, this)
        return cls(last, draft, said if draft or said in ends else "", choices)

    @property
    def this_week(self) -> str:
        """What stands for no choice."""
        return "The one that ends this Sunday"

    @property
    def first(self) -> date:
        """The first day of the fourteen."""
        return self.last - FORTNIGHT + timedelta(days=1)


def span(last: date) -> str:
    """The fortnight up to a Sunday: 23 Nov to 6 Dec."""
    first = last - FORTNIGHT + timedelta(days=1)
    return f"{first.day} {first:%b} to {last.day} {last:%b}"


@allowed(*READERS)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Everybody the reader may open who has visits, by most faces in the fortnight chosen."""
    today = timezone.localdate()
    people = hub.people(request.user, on=today)
    keys = set(people.order_by().values_list("pk", flat=True))
    drafts = list(_drafts(request.user, monday_of(today)))
    losing = _losing(request.user, drafts)
    said = request.POST if request.method == "POST" else request.GET
    chosen = Choice.of(said.get("to", ""), drafts=drafts, today=today)
    asked = {"last": chosen.last, "today": today, "draft": chosen.draft}
    found = continuity.of_people(request.user, keys, windows=1, **asked)

    @cache
    def with_trend() -> dict[int, Steadiness]:  # the weeks before of everybody are for a download only
        return continuity.of_people(request.user, found.keys(), **asked)

    listing = Listing(
        request,
        _ranked(people, found),
        file_name="continuity",
        columns=_columns(found, with_trend, chosen.last),
        search=("family_name__istartswith", "given_name__istartswith"),
        label="Find by name",
        hint="The beginning of a first or family name",
        personal=True,
        filters=[
            Filter("to", "Fortnight", chosen.choices, lambda rows, _: rows, all=chosen.this_week),
            *_filters(request, drafts, losing),
        ],
    )
    if listing.answer:
        return listing.answer
    known = [found[key] for key in listing.found.order_by().values_list("pk", flat=True)]
    page = list(listing.page)
    trends = continuity.of_people(request.user, {person.pk for person in page}, **asked)
    context = {
        "listing": listing,
        "rows": [(person, trends[person.pk], _line(trends[person.pk])) for person in page],
        "chosen": chosen,
        "windows": continuity.WINDOWS,
        "areas": hub.areas(request.user) if request.user.role == Role.COORDINATOR else (),
        "average": sum(one.newest.faces for one in known) / len(known) if known else None,
        "drafts": [(draft, len(losing[draft.pk])) for draft in drafts if draft.pk in losing],
    }
    return render(request, "scheduling/continuity.html", context)


@allowed(*READERS)
@require_GET
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    """One person's faces: who comes how often in the fortnight chosen, and the fortnights before."""
    today = timezone.localdate()
    people = hub.people(request.user, on=today).select_related("address")
    one = get_object_or_404(people, public_id=public_id)
    area = one.address and one.address.area_id
    drafts = [draft for draft in _drafts(request.user, monday_of(today)) if draft.area_id == area]
    chosen = Choice.of(request.GET.get("to", ""), drafts=drafts, today=today)
    found = continuity.of_people(request.user, {one.pk}, last=chosen.last, today=today, draft=chosen.draft)
    steady = found.get(one.pk) or Steadiness({}, None, chosen.last)
    fortnights = steady.fortnights
    context = {
        "person": one,
        "chosen": chosen,
        "newest": steady.newest,
        "faces": _faces(steady.newest),
        "fortnights": fortnights[::-1],
        "plot": plots.line(
            [f"{each.last.day} {each.last:%b}" for each in fortnights], steady.trend, text=count
        ),
        "told": "Faces by fortnight: "
        + ", ".join(f"{each.faces or 'none known'} to {each.last.day} {each.last:%b}" for each in fortnights),
    }
    return render(request, "scheduling/person_continuity.html", context)


@dataclass(frozen=True, slots=True)
class Seen:
    """One face: a worker's name, or what an agency calls somebody whom nobody here knows."""

    name: str
    agency: str
    times: int
    share: str
    is_named: bool


def _faces(fortnight: Fortnight) -> list[Seen]:
    """Who came, the most frequent first."""
    names = selectors.worker_names([who for who in fortnight.came if isinstance(who, int)])
    agencies = {agency.pk: agency.name for agency in selectors.agency_marks()}

    def seen(who: Face, times: int) -> Seen:
        known = isinstance(who, int)
        name, agency = (names[who], "") if known else (who[1], agencies[who[0]])
        return Seen(name, agency, times, per_cent(times / fortnight.visits), who == fortnight.named)

    rows = [seen(who, times) for who, times in fortnight.came.items()]
    return sorted(rows, key=lambda row: (-row.times, row.name))


def _ranked(people: QuerySet[Person], found: dict[int, Steadiness]) -> QuerySet[Person]:
    """Those with a visit in the fortnight, most faces first."""
    seen = sorted(found, key=lambda key: (-found[key].newest.faces, key))
    order = Func(
        Value(seen, output_field=ArrayField(IntegerField())),
        F("pk"),
        template="array_position(%(expressions)s::bigint)",
        output_field=IntegerField(),
    )
    return people.filter(pk__in=seen).select_related("named__worker").order_by(order)


def _columns(found: dict[int, Steadiness], with_trend: Any, last: date) -> tuple[Column, ...]:
    fortnights = [
        (
            f"faces in 14 days to {day.isoformat()}",
            lambda person, at=number: with_trend()[person.pk].trend[at],
        )
        for number, day in enumerate(continuity.ends(last))
    ]
    return (
        ("family name", lambda person: person.family_name),
        ("given name", lambda person: person.given_name),
        ("visits in 14 days", lambda person: found[person.pk].newest.visits),
        ("named worker", lambda person: person.named.worker.name if hasattr(person, "named") else ""),
        ("share by the named worker", lambda person: _rounded(found[person.pk].newest.named_share)),
        *fortnights,
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _filters(
    request: HttpRequest, drafts: Sequence[Rota], losing: dict[int, Collection[int]]
) -> list[Filter]:
    needs = hub.needs(request.user, on=timezone.localdate()).order_by()
    seen = set(needs.values_list("agency", flat=True).distinct())
    areas = hub.areas(request.user).values_list("code", "name")
    by_key = {str(one.public_id): one for one in drafts if one.pk in losing}
    return [
        Filter("area", "Area", list(areas), lambda rows, code: rows.filter(address__area__code=code)),
        Filter(
            "agency",
            "Agency",
            [(agency.code, agency.name) for agency in selectors.agency_marks() if agency.pk in seen],
            lambda rows, code: rows.filter(pk__in=needs.filter(agency__code=code).values("person")),
        ),
        Filter(
            "losing",
            "Loses the named worker in",
            [
                (key, f"{one.area.name}, {one.week_start:%d %b}: candidate {one.version}")
                for key, one in by_key.items()
            ],
            lambda rows, key: rows.filter(pk__in=losing[by_key[key].pk]),
        ),
    ]


def _drafts(user: User, monday: date) -> QuerySet[Rota]:
    """The candidates of this week and later, for those who plan."""
    found = selectors.rotas(user).filter(status=Rota.Status.CANDIDATE, week_start__gte=monday)
    return found.select_related("area").order_by("week_start", "area", "-version")[:MOST_VERSIONS]


def _losing(user: User, drafts: Sequence[Rota]) -> dict[int, set[int]]:
    """By the key of each draft of a week with a published rota: who would lose the named worker."""
    published = {
        (one.area_id, one.week_start): one
        for one in selectors.rotas(user).filter(
            status=Rota.Status.PUBLISHED, week_start__in={draft.week_start for draft in drafts}
        )
    }
    pairs = [
        (draft, published[key]) for draft in drafts if (key := (draft.area_id, draft.week_start)) in published
    ]
    seen = comparing.seeing_named({rota for pair in pairs for rota in pair})
    return {draft.pk: seen[other.pk] - seen[draft.pk] for draft, other in pairs}


def _line(one: Steadiness) -> list[str]:
    """The fortnights as the points of small lines, broken where nothing is known."""
    trend = one.trend
    most = max((faces for faces in trend if faces), default=1)
    lines: list[list[str]] = [[]]
    for number, faces in enumerate(trend):
        if faces is None:
            lines.append([])
        else:
            lines[-1].append(f"{4 + number * STEP},{round(HEIGHT - 3 - (HEIGHT - 6) * faces / most)}")
    return [" ".join(points) for points in lines if points]
