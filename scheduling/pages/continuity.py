"""Whether people see the same faces: ranked by most faces, with the weeks before and who would lose whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Person, Role, User
from hub.pages.listing import Column, Filter, Listing
from hub.recurrence import monday_of
from scheduling.services import comparing, continuity
from scheduling.services.continuity import Steadiness
from visits import selectors
from visits.models import Rota

READERS = (Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
HEIGHT, STEP, MOST_VERSIONS = 24, 12, 20


@allowed(*READERS)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Everybody the reader may open who has visits, by most faces in the fortnight that ends this Sunday."""
    today = timezone.localdate()
    last = monday_of(today) + timedelta(days=6)
    people = hub.people(request.user, on=today)
    found = continuity.of_people(
        request.user, set(people.order_by().values_list("pk", flat=True)), last=last, today=today
    )
    drafts = list(_drafts(request.user, monday_of(today)))
    losing = {
        str(draft.public_id): comparing.losing_named(draft, published)
        for draft in drafts
        if (published := _published(request.user, draft)) is not None
    }
    listing = Listing(
        request,
        _ranked(people, found),
        file_name="continuity",
        columns=_columns(found, last),
        search=("family_name__istartswith", "given_name__istartswith"),
        label="Find by name",
        hint="The beginning of a first or family name",
        personal=True,
        filters=_filters(request, drafts, losing),
    )
    if listing.answer:
        return listing.answer
    known = [found[key] for key in listing.found.order_by().values_list("pk", flat=True)]
    rows = [(person, found[person.pk], _line(found[person.pk])) for person in listing.page]
    context = {
        "listing": listing,
        "rows": rows,
        "last": last,
        "first": last - continuity.FORTNIGHT + timedelta(days=1),
        "windows": continuity.WINDOWS,
        "average": sum(one.faces for one in known) / len(known) if known else None,
        "drafts": [
            (draft, len(losing[str(draft.public_id)])) for draft in drafts if str(draft.public_id) in losing
        ],
    }
    return render(request, "scheduling/continuity.html", context)


def _ranked(people: QuerySet[Person], found: dict[int, Steadiness]) -> QuerySet[Person]:
    """Those with a visit in the fortnight, most faces first."""
    seen = sorted((key for key in found if found[key].faces), key=lambda key: (-found[key].faces, key))
    order = Func(
        Value(seen, output_field=ArrayField(IntegerField())),
        F("pk"),
        template="array_position(%(expressions)s::bigint)",
        output_field=IntegerField(),
    )
    return people.filter(pk__in=seen).select_related("named__worker").order_by(order)


def _columns(found: dict[int, Steadiness], last: date) -> tuple[Column, ...]:
    fortnights = [
        (f"faces in 14 days to {day.isoformat()}", lambda person, at=number: found[person.pk].trend[at])
        for number, day in enumerate(continuity.ends(last))
    ]
    return (
        ("family name", lambda person: person.family_name),
        ("given name", lambda person: person.given_name),
        ("visits in 14 days", lambda person: found[person.pk].visits),
        ("named worker", lambda person: person.named.worker.name if hasattr(person, "named") else ""),
        ("share by the named worker", lambda person: _rounded(found[person.pk].named_share)),
        *fortnights,
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _filters(
    request: HttpRequest, drafts: Sequence[Rota], losing: dict[str, Collection[int]]
) -> list[Filter]:
    needs = hub.needs(request.user, on=timezone.localdate()).order_by()
    seen = set(needs.values_list("agency", flat=True).distinct())
    areas = hub.areas(request.user).values_list("code", "name")
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
                (str(one.public_id), f"{one.area.name}, {one.week_start:%d %b}: candidate {one.version}")
                for one in drafts
                if str(one.public_id) in losing
            ],
            lambda rows, key: rows.filter(pk__in=losing[key]),
        ),
    ]


def _drafts(user: User, monday: date) -> QuerySet[Rota]:
    """The candidates of this week and later, for those who plan."""
    found = selectors.rotas(user).filter(status=Rota.Status.CANDIDATE, week_start__gte=monday)
    return found.select_related("area").order_by("week_start", "area", "-version")[:MOST_VERSIONS]


def _published(user: User, draft: Rota) -> Rota | None:
    of_week = selectors.rotas(user).filter(area=draft.area_id, week_start=draft.week_start)
    return of_week.filter(status=Rota.Status.PUBLISHED).first()


def _line(one: Steadiness) -> list[str]:
    """The fortnights as the points of small lines, broken where nothing is known."""
    most = max((faces for faces in one.trend if faces), default=1)
    lines: list[list[str]] = [[]]
    for number, faces in enumerate(one.trend):
        if faces is None:
            lines.append([])
        else:
            lines[-1].append(f"{4 + number * STEP},{round(HEIGHT - 3 - (HEIGHT - 6) * faces / most)}")
    return [" ".join(points) for points in lines if points]
