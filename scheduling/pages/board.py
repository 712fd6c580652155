"""The board's rows and figures, worked out from plain data: no queries, no HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hub.models import Agency
from scheduling.mapping.places import Places
from scheduling.pages.board_data import BoardData, BoardVisit, BoardWorker
from visits.models import Rota


@dataclass(slots=True)
class Day:
    """One worker's day: the visits by time, the minutes travelled before each, and back home."""

    allowance: int  # minutes for parking and the door
    visits: list[BoardVisit] = field(default_factory=list)
    travel: list[int] = field(default_factory=list)
    home: int = 0

    @property
    def joined(self) -> int:
        """Arrivals saved: every need beyond the first of a visit."""
        return sum(max(len(visit.parts) - 1, 0) for visit in self.visits)

    @property
    def new_faces(self) -> int:
        return sum(visit.new_face for visit in self.visits)

    @property
    def locked(self) -> int:
        return sum(visit.locked for visit in self.visits)

    @property
    def answered(self) -> int:
        return sum(visit.answered for visit in self.visits)

    @property
    def minutes(self) -> int:
        """From leaving home to being back, as the weekly hours are counted."""
        if not self.visits:
            return 0
        leave = self.visits[0].start - self.travel[0] - self.allowance
        return self.visits[-1].end + self.home - leave


@dataclass(slots=True)
class Row:
    """One worker's week."""

    worker: BoardWorker
    days: list[Day]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def is_over(self) -> bool:
        return self.minutes > self.worker.contracted

    @property
    def is_trouble(self) -> bool:
        return self.is_over or any(day.new_faces for day in self.days)


@dataclass(slots=True)
class Group:
    """The rows of one agency's workers."""

    agency: Agency
    rows: list[Row]
    off: int = 0  # workers left out because they have neither shift nor visit on the day shown

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def contracted(self) -> int:
        return sum(row.worker.contracted for row in self.rows)


def groups(
    data: BoardData,
    *,
    agency: str = "",
    only_trouble: bool = False,
    day: int | None = None,
    only: Collection[int] | None = None,
) -> list[Group]:
    """The rows by agency, then by when the worker's shifts begin, then by name.

    With `day`, 0 for Monday, only those who are on or have visits on that day; with `only`, these workers.
    """
    of_worker: dict[int, list[BoardVisit]] = defaultdict(list)
    for visit in data.visits:
        of_worker[visit.worker].append(visit)
    of_agency: dict[int, list[Row]] = defaultdict(list)
    off: dict[int, int] = defaultdict(int)
    days = _days(data, of_worker)
    for worker in data.workers:
        if agency and data.agencies[worker.agency].code != agency:
            continue
        if only is not None and worker.pk not in only:
            continue
        if not worker.is_active and not of_worker[worker.pk]:
            continue
        row = Row(worker, days[worker.pk])
        if day is not None and day not in worker.shifts and not row.days[day].visits:
            off[worker.agency] += 1
        elif not only_trouble or row.is_trouble:
            of_agency[worker.agency].append(row)
    found = [
        Group(data.agencies[key], sorted(rows, key=_by_shift), off[key]) for key, rows in of_agency.items()
    ]
    return sorted(found, key=lambda group: group.agency.name)


def pairs(visits: Iterable[BoardVisit]) -> dict[str, str]:
    """For each visit of a pair, the visit of the other worker, by public id."""
    by_part: dict[tuple[int, date], list[BoardVisit]] = defaultdict(list)
    for visit in visits:
        for part in visit.parts:
            if part.double_handed:
                by_part[part.key].append(visit)
    other = {}
    for both in by_part.values():
        if len(both) == 2:
            other[both[0].public_id], other[both[1].public_id] = both[1].public_id, both[0].public_id
    return other


def mark(
    visits: Iterable[BoardVisit],
    *,
    answered: Collection[tuple[int, int | None, date]],
    locked: Collection[tuple[int, date]],
) -> None:
    """Notes what is locked, and whose rule is overridden: need, worker (None: whoever comes) and day due."""
    for visit in visits if answered or locked else ():
        keys = [part.key for part in visit.parts]
        visit.locked = any(key in locked for key in keys)
        visit.answered = any((n, who, day) in answered for n, day in keys for who in (visit.worker, None))


def against(rota: Rota, published: Rota | None) -> str:
    """The change in arrivals from the published rota: −6 %; empty where there is nothing to say."""
    if published is None or published.pk == rota.pk:
        return ""
    now, before = rota.figures.get("arrivals"), published.figures.get("arrivals")
    if not now or not before:
        return ""
    change = round(100 * (now - before) / before)
    return f"{'−' if change < 0 else '+' if change else '±'}{abs(change)} %"


def truth(rota: Rota) -> dict[str, Any]:
    """The rota's figures as the line of truth says them; absent ones are left out by the page."""
    figures = rota.figures
    share, travel = figures.get("named_share"), figures.get("travel_minutes")
    return {
        "arrivals_per_person": figures.get("arrivals_per_person"),
        "faces_per_person": figures.get("faces_per_person"),
        "named_percent": None if share is None else round(100 * share),
        "travel_hours": None if travel is None else round(travel / 60),
        "joined": figures.get("joined"),
        "as_the_crow_flies": figures.get("roads") == "",
        "off_roads": figures.get("off_roads"),
    }


def days_of(week_start: date) -> list[date]:
    return [week_start + timedelta(days=number) for number in range(7)]


def _days(data: BoardData, of_worker: dict[int, list[BoardVisit]]) -> dict[int, list[Day]]:
    """Each worker's week with its travel, all measured at once."""
    weeks: dict[int, list[Day]] = {}
    places = Places(data.area)
    bases = {worker.pk: places.base(*worker.base) for worker in data.workers}
    for worker in data.workers:
        days = weeks[worker.pk] = [Day(data.allowance) for _ in range(7)]
        for visit in of_worker[worker.pk]:
            if 0 <= visit.day < 7:
                days[visit.day].visits.append(visit)
                if visit.door:
                    places.door(*visit.door)
    minutes = places.minutes().matrix.tolist()
    for key, days in weeks.items():
        for day in days:
            # A door that nobody knows counts as the base, so that the day still adds up.
            stops = [places.door(*visit.door) if visit.door else bases[key] for visit in day.visits]
            _measure(day, bases[key], stops, minutes)
    return weeks


def _measure(day: Day, base: int, stops: list[int], minutes: list[list[int]]) -> None:
    """Fills in the travel of a day that starts and ends at the base."""
    before = base
    for stop in stops:
        day.travel.append(minutes[before][stop])
        before = stop
    day.home = minutes[before][base]


def _by_shift(row: Row) -> tuple[int, str]:
    starts = sorted(start for start, _ in row.worker.shifts.values())
    return (starts[len(starts) // 2] if starts else 10_000, row.worker.name)
