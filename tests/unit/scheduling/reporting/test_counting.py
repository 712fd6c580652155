"""Tiny weeks whose every figure is worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from hub.models import Agency, Area, Cancellation, Need, Person
from scheduling import tasks
from scheduling.models import UnplacedFacts, WeekFacts
from scheduling.reporting import counting
from scheduling.travel import roads
from scheduling.travel.road_graph import RoadGraph
from tests.factories import hub as make
from tests.factories import scheduling
from tests.factories.visits import (
    MONDAY,
    NOW,
    make_named_worker,
    make_rota,
    make_shift,
    make_unplaced,
    make_visit,
    make_worker,
)
from tests.unit.scheduling.travel.maps import KM, SOUTH, WEST, write_map
from visits.models import Rota, Worker

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(days=1)
PLACED = {"asked": 5, "placed": 3, "unplaced_count": 1, "cancelled": 1}


@dataclass(frozen=True, slots=True)
class Tiny:
    """Mabel, whom carers and nurses visit, and Józef, whom the carers alone do."""

    area: Area
    carers: Agency
    nurses: Agency
    carer: Worker
    nurse: Worker
    mabel: Person
    jozef: Person
    wash: Need
    insulin: Need
    lunch: Need
    rota: Rota


@pytest.fixture
def tiny() -> Tiny:
    """On Monday the nurse washes Mabel and gives insulin in one visit, then a carer gives Józef lunch.

    Tuesday's wash is unplaced, and Tuesday's lunch was called off. Nobody's base is at a door.
    """
    area, carers, nurses = make.make_area(), make.make_agency("carers"), make.make_agency("nurses")
    make.make_postcode("NR11 6AA").__class__.objects.update(deprivation_decile=2)
    mabel = make.make_person(carers, nurses, area=area)
    jozef = make.make_person(
        carers, address=make.make_address(area, postcode="NR11 6ZZ", latitude=52.89, longitude=1.25)
    )
    carer, nurse = make_worker(carers, area), make_worker(nurses, area, "personal_care", "insulin")
    for worker in (carer, nurse):
        make_shift(worker, MONDAY)
    wash = make.make_need(mabel, carers, minutes=30)
    insulin = make.make_need(mabel, nurses, minutes=10, skills=["insulin"])
    lunch = make.make_need(jozef, carers, minutes=45, workers=2)
    make_named_worker(mabel, carer)
    make_named_worker(jozef, carer)
    rota = make_rota(area, status="published", created_at=NOW, **PLACED)
    make_visit(rota, nurse, wash, insulin, start="08:00")
    make_visit(rota, carer, lunch, start="12:00")
    make_visit(rota, nurse, lunch, start="12:00")
    make_unplaced(rota, wash, due_on=TUESDAY)
    Cancellation.objects.create(
        need=lunch,
        due_on=TUESDAY,
        reason="At her daughter's",
        cancelled_at=NOW - dt.timedelta(days=1),
        cancelled_by=make.make_user("coordinator", area, agency=carers),
    )
    counting.count_week(area, MONDAY)
    return Tiny(area, carers, nurses, carer, nurse, mabel, jozef, wash, insulin, lunch, rota)


def row(tiny: Tiny, agency: Agency | None, decile: int) -> WeekFacts:
    """What is kept of the tiny week."""
    return WeekFacts.objects.get(area=tiny.area, week_start=MONDAY, agency=agency, decile=decile)


def test_what_was_asked_of_mabels_neighbourhood(tiny: Tiny) -> None:
    """One visit met two needs: one knock, one visit avoided; Tuesday's half hour is missing."""
    all_ = row(tiny, None, 2)
    assert (all_.people, all_.placed, all_.unplaced, all_.cancelled) == (1, 2, 1, 0)
    assert (all_.minutes_placed, all_.minutes_unplaced, all_.minutes_cancelled) == (40, 30, 0)
    assert (all_.arrivals, all_.avoided, all_.faces) == (1, 1, 1)
    assert (all_.nameable_visits, all_.named_visits) == (1, 0)  # her named worker is the carer
    assert list(UnplacedFacts.objects.filter(facts=all_).values_list("reason", "occurrences", "minutes")) == [
        ("no_capacity", 1, 30)
    ]


def test_a_pair_is_two_arrivals_two_faces_and_the_minutes_of_both(tiny: Tiny) -> None:
    """Józef's lunch needs two: 90 minutes placed of one occurrence, 90 more called off."""
    all_ = row(tiny, None, 0)
    assert (all_.people, all_.placed, all_.cancelled) == (1, 1, 1)
    assert (all_.minutes_placed, all_.minutes_cancelled) == (90, 90)
    assert (all_.arrivals, all_.faces, all_.avoided) == (2, 2, 0)
    assert (all_.nameable_visits, all_.named_visits) == (2, 1)


def test_an_agency_is_spared_the_visit_that_its_need_rode_along_with(tiny: Tiny) -> None:
    """The wash came first, so the nurses' insulin is the visit that was avoided; both had an arrival."""
    carers, nurses = row(tiny, tiny.carers, 2), row(tiny, tiny.nurses, 2)
    assert (carers.arrivals, carers.avoided, carers.minutes_placed, carers.unplaced) == (1, 0, 30, 1)
    assert (nurses.arrivals, nurses.avoided, nurses.minutes_placed, nurses.unplaced) == (1, 1, 10, 0)


def test_travel_is_of_whoever_drives_and_ends_at_the_last_door(tiny: Tiny) -> None:
    """A base in Mabel's street is a minute away; Józef is 11.12 km north, 14.455 by road, 20 minutes.

    The nurse: 1 to Mabel, then 20 to Józef and 20 home. The carer: 20 there and 20 home.
    """
    assert (row(tiny, tiny.nurses, 2).travel_minutes, row(tiny, tiny.nurses, 2).legs) == (1, 1)
    assert (row(tiny, tiny.nurses, 0).travel_minutes, row(tiny, tiny.nurses, 0).legs) == (40, 1)
    assert (row(tiny, tiny.carers, 0).travel_minutes, row(tiny, tiny.carers, 0).legs) == (40, 1)
    assert row(tiny, tiny.carers, 0).travel_metres == 2 * 14455
    assert row(tiny, None, 0).travel_minutes == 80


def test_miles_are_along_the_road_once_roads_are_loaded(tiny: Tiny, tmp_path: Path, settings: Any) -> None:
    """A straight road to Józef: 11.12 km each way and no detour; the week says that they are by road."""
    assert not row(tiny, tiny.carers, 0).metres_by_road
    settings.ROADS_DIR = tmp_path / "roads"
    north, east = (tiny.carer.latitude - SOUTH) / KM, (tiny.carer.longitude - WEST) / KM * 0.6046
    ends = {1: (north, east), 2: (north + 0.1 / KM, east)}
    lane = write_map(tmp_path / "lane.osm", ends, [("highway=primary", [1, 2])])
    roads.save(RoadGraph.read(lane), settings.ROADS_DIR)
    counting.count_week(tiny.area, MONDAY)
    facts = row(tiny, tiny.carers, 0)
    assert (facts.travel_metres, facts.metres_by_road) == (pytest.approx(2 * 11119.5, abs=40), True)
    assert WeekFacts.objects.filter(metres_by_road=False).count() == 0


def test_all_agencies_together_count_a_shared_person_once(tiny: Tiny) -> None:
    """Mabel is one person, though two agencies come to her."""
    facts = WeekFacts.objects.filter(decile=2)
    assert sum(one.people for one in facts.exclude(agency=None)) == 2
    assert facts.get(agency=None).people == 1


def test_counting_twice_leaves_the_same_and_a_withdrawn_rota_leaves_nothing(tiny: Tiny) -> None:
    """The task may run twice; what is in force no more is counted no more."""
    before = list(WeekFacts.objects.order_by("agency", "decile").values_list("agency", "decile", "arrivals"))
    tasks.count_week(tiny.area.pk, MONDAY.isoformat())
    after = list(WeekFacts.objects.order_by("agency", "decile").values_list("agency", "decile", "arrivals"))
    assert before == after
    Rota.objects.update(status=Rota.Status.WITHDRAWN)
    tasks.count_what_is_missing()
    assert not WeekFacts.objects.exists()


def test_what_no_message_told_of_is_counted_by_the_hourly_look_and_the_command(tiny: Tiny) -> None:
    """A published week that nobody counted is found, also one in which nothing was asked."""
    WeekFacts.objects.all().delete()
    make_rota(tiny.area, week_start=MONDAY + dt.timedelta(weeks=1), status="published")
    tasks.count_what_is_missing()
    assert not counting.uncounted().exists()
    assert WeekFacts.objects.filter(rota=tiny.rota).count() == 6  # three of all, carers, nurses; two deciles
    WeekFacts.objects.all().delete()
    call_command("count_weeks", verbosity=0)
    assert not counting.uncounted().exists()


def test_the_facts_are_the_figures_that_the_planner_counted() -> None:
    """A saved plan's own figures and the facts counted from its rows are the same numbers."""
    week = scheduling.make_week()
    make_named_worker(week.person, week.worker)
    rota = scheduling.make_candidate(week)
    Rota.objects.filter(pk=rota.pk).update(status=Rota.Status.PUBLISHED)
    counting.count_week(week.area, MONDAY)
    facts = WeekFacts.objects.get(agency=None)
    figures = rota.figures
    assert facts.arrivals == figures["arrivals"] == 5
    assert facts.avoided == figures["joined"] == 5
    assert facts.travel_minutes == figures["travel_minutes"]
    assert facts.named_visits == figures["named_visits"] == 5
    assert (facts.placed, facts.unplaced, facts.cancelled) == (
        rota.placed,
        rota.unplaced_count,
        rota.cancelled,
    )
    assert facts.minutes_placed == figures["care_minutes"] == 200


def test_a_visit_that_crosses_the_clock_change_is_in_one_round() -> None:
    """The night of 28 March 2027 has no 01:30; the shift that crosses it is one way out and one back."""
    saturday = dt.date(2027, 3, 27)
    monday = dt.date(2027, 3, 22)
    area, agency = make.make_area(), make.make_agency()
    worker = make_worker(agency, area)
    make_shift(worker, saturday, "22:00", "06:00")
    needs = [make.make_need(make.make_person(agency, area=area), agency, starts_on=monday) for _ in range(2)]
    rota = make_rota(area, week_start=monday, status="published", asked=2, placed=2)
    make_visit(rota, worker, needs[0], day=saturday, start="23:30")
    make_visit(rota, worker, needs[1], day=saturday + dt.timedelta(days=1), start="02:30")
    counting.count_week(area, monday)
    facts = WeekFacts.objects.get(agency=None)
    assert (facts.legs, facts.travel_minutes) == (2, 3)  # base, door, door, base; a minute each
