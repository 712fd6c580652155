"""From a published rota's rows to its `WeekFacts`; docs/reports.md says each in a coordinator's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from hub.models import Area, Cancellation, Need, Person, Postcode
from scheduling.mapping.clock import WeekClock
from scheduling.mapping.places import Places
from scheduling.models import AvoidedFacts, UnplacedFacts, WeekFacts
from scheduling.reporting import avoided
from scheduling.travel import roads
from visits.models import NamedWorker, Rota, Shift, Visit, VisitPart, Worker
from visits.wall_clock import local_day

Key = tuple[int | None, int]  # an agency or all, and a decile
UNKNOWN = 0  # the decile of a door whose postcode has none


@dataclass(slots=True)
class Cell:
    """The counts of one agency, or all, and one decile."""

    people: set[int] = field(default_factory=set)
    placed: set[tuple[int, date]] = field(default_factory=set)
    arrivals: set[int] = field(default_factory=set)
    faces: set[tuple[int, int]] = field(default_factory=set)
    nameable: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    reasons: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    minutes_placed: int = 0
    cancelled: int = 0
    minutes_cancelled: int = 0
    avoided: int = 0
    legs: int = 0
    travel_minutes: int = 0
    travel_metres: int = 0

    def row(self, rota: Rota, key: Key, *, by_road: bool) -> WeekFacts:
        """The counts as they are kept."""
        return WeekFacts(
            area_id=rota.area_id,
            week_start=rota.week_start,
            rota=rota,
            agency_id=key[0],
            decile=key[1],
            people=len(self.people),
            placed=len(self.placed),
            unplaced=sum(count for count, _ in self.reasons.values()),
            cancelled=self.cancelled,
            minutes_placed=self.minutes_placed,
            minutes_unplaced=sum(minutes for _, minutes in self.reasons.values()),
            minutes_cancelled=self.minutes_cancelled,
            arrivals=len(self.arrivals),
            avoided=self.avoided,
            faces=len(self.faces),
            nameable_visits=len(self.nameable),
            named_visits=len(self.named),
            legs=self.legs,
            travel_minutes=self.travel_minutes,
            travel_metres=self.travel_metres,
            metres_by_road=by_road,
        )


@transaction.atomic
def count_week(area: Area, week_start: date) -> Rota | None:
    """Keeps what the rota in force came to in place of what was kept before; twice leaves the same.

    Returns the rota, or None if none is in force, and then nothing is kept.
    """
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)  # two that count one week take turns
    WeekFacts.objects.filter(area=area, week_start=week_start).delete()
    rota = Rota.objects.filter(area=area, week_start=week_start, status=Rota.Status.PUBLISHED).first()
    if rota is None:
        return None
    avoided.keep(rota)
    cells, by_road = _cells(rota), roads.are_loaded(settings.ROADS_DIR)
    rows = WeekFacts.objects.bulk_create(cell.row(rota, key, by_road=by_road) for key, cell in cells.items())
    UnplacedFacts.objects.bulk_create(
        UnplacedFacts(facts=row, reason=reason, occurrences=count, minutes=minutes)
        for row, cell in zip(rows, cells.values(), strict=True)
        for reason, (count, minutes) in cell.reasons.items()
    )
    return rota


def uncounted() -> QuerySet[Rota]:
    """The rotas in force of which something is not kept, the latest week first."""
    kept = [Exists(model.objects.filter(rota=OuterRef("pk"))) for model in (WeekFacts, AvoidedFacts)]
    found = Rota.objects.filter(~(kept[0] & kept[1]), status=Rota.Status.PUBLISHED)
    return found.select_related("area").order_by("-week_start", "area")


def out_of_force() -> QuerySet[WeekFacts]:
    """What is kept of rotas that are in force no more."""
    return WeekFacts.objects.exclude(rota__status=Rota.Status.PUBLISHED)


def _cells(rota: Rota) -> dict[Key, Cell]:
    cells: dict[Key, Cell] = defaultdict(Cell)
    _ = cells[None, UNKNOWN]  # a week in which nothing was asked has been counted as well
    visits = list(
        Visit.objects.filter(rota=rota)
        .select_related("person__address", "worker")
        .order_by("worker", "starts_at", "pk")
    )
    parts = list(
        VisitPart.objects.filter(visit__rota=rota).select_related("need").order_by("visit", "starts_at", "pk")
    )
    left_out = list(rota.unplaced.select_related("need__person__address"))
    placed = {(part.need_id, part.due_on) for part in parts}
    called_off = _called_off(rota, placed | {(one.need_id, one.due_on) for one in left_out})
    people = {visit.person_id: visit.person for visit in visits}
    people |= {one.need.person_id: one.need.person for one in (*left_out, *called_off)}
    deciles = _deciles(people.values())
    named = dict(NamedWorker.objects.filter(person__in=people).values_list("person", "worker"))

    by_pk = {visit.pk: visit for visit in visits}
    for visit in visits:
        _meet(cells[None, deciles[visit.person_id]], visit, named)
    for pk, some in groupby(parts, lambda part: part.visit_id):
        visit = by_pk[pk]
        for number, part in enumerate(some):
            for agency in (None, part.need.agency_id):
                cell = cells[agency, deciles[visit.person_id]]
                cell.people.add(visit.person_id)
                cell.placed.add((part.need_id, part.due_on))
                cell.minutes_placed += part.minutes
                cell.avoided += number > 0
                _meet(cell, visit, named)
    for one in left_out:
        for agency in (None, one.need.agency_id):
            cell = cells[agency, deciles[one.need.person_id]]
            cell.people.add(one.need.person_id)
            cell.reasons[one.reason][0] += 1
            cell.reasons[one.reason][1] += _minutes(one.need)
    for one in called_off:
        for agency in (None, one.need.agency_id):
            cell = cells[agency, deciles[one.need.person_id]]
            cell.people.add(one.need.person_id)
            cell.cancelled += 1
            cell.minutes_cancelled += _minutes(one.need)
    _travel(rota, visits, deciles, cells)
    return cells


def _meet(cell: Cell, visit: Visit, named: dict[int, int]) -> None:
    """One arrival; counted once however many of its parts are the cell's."""
    cell.arrivals.add(visit.pk)
    cell.faces.add((visit.person_id, visit.worker_id))
    if visit.person_id in named:
        cell.nameable.add(visit.pk)
        if named[visit.person_id] == visit.worker_id:
            cell.named.add(visit.pk)


def _minutes(need: Need) -> int:
    """What one occurrence asks: each worker's minutes, as those of a placed one are each worker's."""
    return need.minutes * need.workers


def _called_off(rota: Rota, kept: set[tuple[int, date]]) -> list[Cancellation]:
    """What was called off in the week; what the rota places or leaves out is counted there already."""
    found = Cancellation.objects.filter(
        need__person__address__area=rota.area_id,
        due_on__gte=rota.week_start,
        due_on__lt=rota.week_start + timedelta(days=7),
        cancelled_at__lte=rota.created_at,
    ).select_related("need__person__address")
    return [one for one in found if (one.need_id, one.due_on) not in kept]


def _deciles(people: Iterable[Person]) -> dict[int, int]:
    """The decile of each person's door by the person's key."""
    postcodes = {person.pk: person.address.postcode if person.address else "" for person in people}
    found = Postcode.objects.filter(code__in=set(postcodes.values()), deprivation_decile__isnull=False)
    deciles = dict(found.values_list("code", "deprivation_decile"))
    return {key: deciles.get(code, UNKNOWN) for key, code in postcodes.items()}


def _travel(rota: Rota, visits: list[Visit], deciles: dict[int, int], cells: dict[Key, Cell]) -> None:
    """Base to doors to base, by who drives; a leg counts to the person at its end, the last to the last one.

    A door that nobody can place is passed over, as the optimiser could not have sent anybody there.
    """
    shifts = _shifts(rota, {visit.worker_id for visit in visits})
    rounds: dict[tuple[int, object], list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.person.address is not None and visit.person.address.latitude is not None:
            rounds[visit.worker_id, _shift_of(visit, shifts[visit.worker_id])].append(visit)
    places = Places(rota.area_id)
    bases: dict[int, int] = {}
    legs: list[tuple[Worker, int, int, int, bool]] = []
    for stops in rounds.values():
        worker = stops[0].worker
        if worker.pk not in bases:
            bases[worker.pk] = places.base(worker.latitude, worker.longitude)
        here = bases[worker.pk]
        for visit in stops:
            address = visit.person.address
            there = places.door(address.pk, address.latitude, address.longitude)
            legs.append((worker, here, there, deciles[visit.person_id], True))
            here = there
        legs.append((worker, here, bases[worker.pk], deciles[stops[-1].person_id], False))
    if not legs:
        return
    minutes, kilometres = places.minutes().matrix, places.kilometres()
    for worker, here, there, decile, is_arrival in legs:
        metres = round(1000 * float(kilometres[here, there]))
        for agency in (None, worker.agency_id):
            cell = cells[agency, decile]
            cell.legs += is_arrival
            cell.travel_minutes += int(minutes[here, there])
            cell.travel_metres += metres


def _shifts(rota: Rota, workers: set[int]) -> dict[int, list[Shift]]:
    clock = WeekClock(rota.week_start)
    found: dict[int, list[Shift]] = defaultdict(list)
    some = Shift.objects.filter(worker__in=workers, ends_at__gt=clock.begins_at, starts_at__lt=clock.ends_at)
    for shift in some.order_by("starts_at"):
        found[shift.worker_id].append(shift)
    return found


def _shift_of(visit: Visit, shifts: list[Shift]) -> object:
    """What the visits of one round have in common: the shift, or the day where there is none any more."""
    inside = (shift.pk for shift in shifts if shift.starts_at <= visit.starts_at < shift.ends_at)
    return next(inside, local_day(visit.starts_at))
