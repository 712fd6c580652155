"""What the board shows, fetched in a few plain queries however large the week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import BigIntegerField, Func, TextField
from django.db.models.functions import Cast

from hub import audit
from hub.models import Agency, User
from scheduling.engine.problem import Policy
from visits import selectors
from visits.models import Rota

MINUTES_PER_DAY = 1440
Door = tuple[int, float, float]  # the key of the address, latitude, longitude
Whose = tuple[str, str, Door | None]  # family name, given name


@dataclass(slots=True)
class BoardPart:
    """One need served within a visit."""

    key: tuple[int, date]  # need and due day: a pair of visits shares it
    agency: int
    minutes: int
    time_critical: bool
    double_handed: bool


@dataclass(slots=True)
class BoardVisit:
    """One arrival; `start` and `end` are local minutes of its day."""

    public_id: str
    worker: int
    person: int
    family_name: str
    given_name: str
    door: Door | None
    day: int
    start: int
    end: int
    parts: list[BoardPart] = field(default_factory=list)
    named: bool = False
    new_face: bool = False
    answered: bool = False  # somebody answers for a rule that it breaks
    locked: bool = False


@dataclass(slots=True)
class BoardWorker:
    """One row of the board. `shifts` holds (start, end) in local minutes by day of the week."""

    pk: int
    public_id: UUID
    name: str
    agency: int
    contracted: int  # minutes a week
    base: tuple[float, float]
    is_active: bool
    shifts: dict[int, tuple[int, int]] = field(default_factory=dict)
    skills: dict[str, str] = field(default_factory=dict)  # names of those in force all week, by code


@dataclass(slots=True)
class BoardData:
    """A rota as plain rows."""

    week_start: date
    agencies: dict[int, Agency]
    workers: list[BoardWorker]
    visits: list[BoardVisit]
    named: dict[int, int]  # worker by person
    allowance: int = Policy().arrival_allowance  # minutes for parking and the door, as planned with
    area: int = 0  # whose matrix of minutes is kept
    people: set[int] = field(default_factory=set)  # whom the user may see, also if left out or called off


def fetch(*, user: User, rota: Rota, today: date) -> BoardData:
    """The visits of a rota that the user may open, with everything the board draws. Seven queries."""
    named: dict[int, int] = {}
    people = _people(user, rota, today, named)
    visits = list(_visits(rota, people))
    by_pk = dict(visits)
    found = (
        selectors.readable_parts(user, on=today)
        .filter(visit__rota=rota)
        .order_by("starts_at", "pk")
        .values_list(
            "visit", "need", "due_on", "minutes", "need__agency", "need__time_critical", "need__workers"
        )
    )
    for visit, need, due_on, minutes, agency, time_critical, workers in found:
        if visit in by_pk:
            by_pk[visit].parts.append(BoardPart((need, due_on), agency, minutes, time_critical, workers == 2))
    data = BoardData(
        week_start=rota.week_start,
        agencies={agency.pk: agency for agency in selectors.agency_marks()},
        workers=_workers(user, rota),
        visits=[visit for _, visit in visits],
        people=set(people),
        named=named,
        area=rota.area_id,
        allowance=rota.figures.get("arrival_allowance", Policy().arrival_allowance),
    )
    _mark_faces(data, rota)
    return data


class LocalMinute(Func):
    """Minutes since 1970 by the clocks of Norfolk; whole numbers are read far faster than times."""

    template = "(EXTRACT(EPOCH FROM (%(expressions)s AT TIME ZONE 'Europe/London'))::bigint / 60)"
    output_field = BigIntegerField()

    def get_db_converters(self, connection: object) -> list[object]:
        """None: what the driver hands over is whole already, and there are thousands."""
        return []


def _people(user: User, rota: Rota, today: date, named: dict[int, int]) -> dict[int, Whose]:
    found = {}
    for pk, family, given, address, latitude, longitude, favourite in selectors.people_of_week(
        user, rota, on=today
    ).values_list(
        "pk",
        "family_name",
        "given_name",
        "address",
        "address__latitude",
        "address__longitude",
        "named__worker",
    ):
        if favourite is not None:
            named[pk] = favourite
        door = None if latitude is None or longitude is None else (address, latitude, longitude)
        found[pk] = (family, given, door)
    return found


def _visits(rota: Rota, people: dict[int, Whose]) -> Iterator[tuple[int, BoardVisit]]:
    monday = _monday_minute(rota)
    found = selectors.visits_of_week(rota, people).order_by("starts_at", "pk")
    for pk, public_id, worker, person, starts, ends in found.values_list(
        "pk",
        Cast("public_id", TextField()),
        "worker",
        "person",
        LocalMinute("starts_at"),
        LocalMinute("ends_at"),
    ):
        day, start = divmod(starts - monday, MINUTES_PER_DAY)
        end = start + ends - starts
        yield pk, BoardVisit(public_id, worker, person, *people[person], day, start, end)


def _workers(user: User, rota: Rota) -> list[BoardWorker]:
    found = selectors.workers(user).filter(area=rota.area_id)
    able = selectors.with_skills(found, first=rota.week_start, days=7).values_list(
        "pk",
        "public_id",
        "name",
        "agency",
        "max_week_minutes",
        "latitude",
        "longitude",
        "is_active",
        "signed",
    )
    rows = {
        pk: BoardWorker(
            pk, public_id, name, agency, contracted, (latitude, longitude), is_active, {}, _skills(signed)
        )
        for pk, public_id, name, agency, contracted, latitude, longitude, is_active, signed in able
    }
    on = selectors.shifts(found, first=rota.week_start, days=7)
    monday = _monday_minute(rota)
    for worker, starts, ends in on.values_list("worker", LocalMinute("starts_at"), LocalMinute("ends_at")):
        day, start = divmod(starts - monday, MINUTES_PER_DAY)
        rows[worker].shifts[day] = (start, start + ends - starts)
    return list(rows.values())


def _skills(signed: list[str]) -> dict[str, str]:
    return dict(one.split("|", 1) for one in signed)


def _mark_faces(data: BoardData, rota: Rota) -> None:
    """Notes on each visit whether the named worker makes it, or one whom the person has not met lately."""
    people = {visit.person for visit in data.visits}
    audit.saw(people)
    met = selectors.meetings(people, until=rota.week_start)
    for visit in data.visits:
        visit.named = data.named.get(visit.person) == visit.worker
        visit.new_face = not visit.named and (visit.person, visit.worker) not in met


def _monday_minute(rota: Rota) -> int:
    return (rota.week_start - date(1970, 1, 1)).days * MINUTES_PER_DAY
