"""Planning runs and small weeks to plan; every value can be given, nothing is random."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hub.models import Agency, Area, Need, Person
from scheduling.engine.problem import Policy
from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced
from scheduling.mapping import Mapped, build, save
from scheduling.models import PlanningRun
from scheduling.models import Policy as PolicyRow
from tests.factories.hub import make_agency, make_agreement, make_area, make_need, make_person
from tests.factories.visits import MONDAY, NOW, make_shifts, make_worker
from visits.models import Rota, Worker

WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


def make_run(area: Area, *, week_start: dt.date = MONDAY, **fields: Any) -> PlanningRun:
    """A run that waits to be worked on, for a second of search."""
    fields = {"seconds": 1, "requested_at": NOW} | fields
    return PlanningRun.objects.create(area=area, week_start=week_start, **fields)


def make_policy(area: Area | None = None, **weights: Any) -> PolicyRow:
    """Weights in force; those not given are the defaults."""
    return PolicyRow.objects.create(area=area, weights=weights, set_at=NOW)


@dataclass(frozen=True, slots=True)
class Week:
    """One area, one agency under an agreement, one person with two needs, one worker Monday to Friday."""

    area: Area
    agency: Agency
    person: Person
    washing: Need
    tablets: Need
    worker: Worker


def make_week() -> Week:
    """Ten occurrences in five days that one worker can do, and join."""
    area, agency = make_area(), make_agency()
    make_agreement(agency)
    person = make_person(agency, area=area)
    worker = make_worker(agency, area)
    make_shifts(worker)
    return Week(
        area=area,
        agency=agency,
        person=person,
        washing=make_need(person, agency, rrule=WEEKDAYS),
        tablets=make_need(person, agency, rrule=WEEKDAYS, title="Tablets", minutes=10),
        worker=worker,
    )


def map_week(week: Week, **options: Any) -> Mapped:
    """The week as a problem, with default weights, on its own Monday."""
    options = {"on": MONDAY, "policy": Policy()} | options
    return build(week.area, options.pop("week_start", MONDAY), **options)


def serve(mapped: Mapped, *placings: tuple[Need, dt.date, tuple[Worker, ...], str]) -> Solution:
    """A plan by hand: need, day, workers, wall time; what is not named is unplaced for lack of room."""
    assignments = tuple(
        Assignment(
            f"n{need.pk}-{day.isoformat()}",
            tuple(f"w{worker.pk}" for worker in workers),
            mapped.clock.minute_of(day, dt.time.fromisoformat(start)),
        )
        for need, day, workers, start in placings
    )
    served = {assignment.occurrence for assignment in assignments}
    left_out = [code for code in mapped.due if code not in served]
    return Solution(assignments, tuple(Unplaced(code, Reason.NO_CAPACITY) for code in left_out))


def make_candidate(week: Week, *, start: str = "08:00", days: int = 5) -> Rota:
    """A candidate made by hand: washing, then tablets, in one visit on each of the first `days` days."""
    mapped = map_week(week)
    after = (dt.datetime.combine(MONDAY, dt.time.fromisoformat(start)) + dt.timedelta(minutes=30)).time()
    placings = []
    for d in range(days):
        day = MONDAY + dt.timedelta(days=d)
        placings.append((week.washing, day, (week.worker,), start))
        placings.append((week.tablets, day, (week.worker,), f"{after:%H:%M}"))
    run = make_run(week.area, status=PlanningRun.Status.DONE)
    return save(serve(mapped, *placings), mapped, run, now=NOW)
