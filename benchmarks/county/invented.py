"""An invented county of any size: towns with villages, six agencies, a week of calls."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scheduling.engine.problem import (
    MINUTES_PER_DAY,
    Delegation,
    Gap,
    Occurrence,
    Person,
    Policy,
    Problem,
    Span,
    Worker,
)
from scheduling.travel.great_circle import GreatCircle

DAYS = 7
PEOPLE_OF_A_TOWN, WORKERS_PER_PERSON = 350, 0.464
CORNER, TOWNS_IN_A_ROW, APART = (52.4, 0.7), 4, 0.16
"""Towns stand on a grid; a degree of longitude here is 0.6 of one of latitude."""
CARE = ("care0", "care1", "care2")
OTHERS = ("nursing", "social_work", "fire")
OF_CARE, OF_NURSING = ("personal_care", "medication"), ("insulin", "wound", "observations", "catheter")
SHIFTS = ((420, 900), (870, 1335), (420, 840), (510, 1020))
MEALS = ((420, 555), (690, 825), (960, 1035), (1140, 1245))
"""When calls of care are liked to begin: rising, dinner, tea, bed."""
WITH_CARE, CALLS_A_DAY = 0.72, (31, 27, 22, 20)
LONGEST_WEEK, SHIFTS_OF_A_WEEK = 2250, 5
LEAST_GAP, SEPARATE = 120, 0.03


@dataclass
class _County:
    """What has been invented so far."""

    rng: random.Random
    places: list[tuple[float, float]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    separate: list[tuple[str, str]] = field(default_factory=list)


def county(people: int, seed: int) -> Problem:
    """A week of a county with so many people; some three in four calls are personal care."""
    made = _County(random.Random(f"county {people} {seed}"))
    towns = max(1, round(people / PEOPLE_OF_A_TOWN))
    for town in range(towns):
        size = people * (town + 1) // towns - people * town // towns
        _invent_town(made, town, size)
    return Problem(
        name=f"county-{people}-{seed}",
        week_start="2026-11-30",
        days=DAYS,
        travel=GreatCircle().between_doors(made.places),
        policy=Policy(),
        people=tuple(made.people),
        workers=tuple(made.workers),
        delegations=tuple(_delegations()),
        occurrences=tuple(made.occurrences),
        gaps=tuple(made.gaps),
        separate=tuple(made.separate),
    )


def _delegations() -> Iterator[Delegation]:
    """Providers help each other out; what nurses and the fire service ask may be done by carers who can."""
    for one in (*CARE, "nursing"):
        for other in (*CARE, "nursing"):
            if one != other:
                skills = OF_NURSING if one == "nursing" else OF_CARE
                yield from (Delegation(one, other, skill) for skill in skills)
    yield from (Delegation("fire", to, "fire_safety") for to in (*CARE, "nursing", "social_work"))


def _invent_town(made: _County, town: int, size: int) -> None:
    rng = made.rng
    row, column = divmod(town, TOWNS_IN_A_ROW)
    centre = _near(rng, (CORNER[0] + APART * row, CORNER[1] + APART / 0.6 * column), 0.02)
    centres = [centre, centre, *(_near(rng, centre, 0.05) for _ in range(6))]
    staff = [
        _worker(made, _near(rng, rng.choice(centres), 0.02)) for _ in range(round(size * WORKERS_PER_PERSON))
    ]
    for _ in range(size):
        _invent_person(made, _near(rng, rng.choice(centres), 0.012), staff)


def _near(rng: random.Random, centre: tuple[float, float], spread: float) -> tuple[float, float]:
    return (round(rng.gauss(centre[0], spread), 5), round(rng.gauss(centre[1], spread / 0.6), 5))


def _place(made: _County, where: tuple[float, float]) -> int:
    made.places.append(where)
    return len(made.places) - 1


def _worker(made: _County, where: tuple[float, float]) -> Worker:
    rng = made.rng
    agency = rng.choices((*CARE, *OTHERS), (31, 31, 31, 5, 1.2, 0.4))[0]
    if agency == "nursing":
        skills = {*OF_CARE, *OF_NURSING}
    elif agency in CARE:
        skills = {"personal_care"}
        chances = (("medication", 0.92), ("insulin", 0.33), ("observations", 0.25), ("wound", 0.08))
        skills |= {skill for skill, chance in chances if rng.random() < chance}
    else:
        skills = {"review"} if agency == "social_work" else set()
    if agency == "fire" or rng.random() < 0.2:
        skills.add("fire_safety")
    kind = rng.choices(SHIFTS, (32, 32, 32, 4))[0]
    days = sorted(rng.sample(range(DAYS), SHIFTS_OF_A_WEEK))
    shifts = tuple(Span(MINUTES_PER_DAY * day + kind[0], MINUTES_PER_DAY * day + kind[1]) for day in days)
    gender = "F" if rng.random() < 0.8 else "M"
    name = f"w{len(made.workers)}"
    place = _place(made, where)
    made.workers.append(Worker(name, agency, place, gender, frozenset(skills), LONGEST_WEEK, shifts))
    return made.workers[-1]


def _invent_person(made: _County, where: tuple[float, float], staff: Sequence[Worker]) -> None:
    rng, name = made.rng, f"p{len(made.people)}"
    agency = rng.choice(CARE)
    carers = [worker.id for worker in staff if worker.agency == agency]
    known = rng.sample(carers, min(3, len(carers)))
    named = known[0] if known and rng.random() < 0.5 else None
    made.people.append(Person(name, _place(made, where), named, frozenset(known)))
    if rng.random() < WITH_CARE:
        _invent_calls(made, name, agency)
    if rng.random() < 0.08:
        _daily(made, name, "insulin", rng.choice((450, 480, 510)))
    if rng.random() < 0.1:
        for day in rng.sample(range(DAYS), 3):
            _ask(made, name, "nursing", 2, {"wound"}, 30, [(day, 480, 900)])
    if rng.random() < 0.1:
        _ask(made, name, "social_work", 3, {"review"}, 60, [(day, 540, 900) for day in range(5)])
    if rng.random() < 0.06:
        _ask(made, name, "fire", 4, {"fire_safety"}, 40, [(day, 540, 960) for day in range(6)])


def _invent_calls(made: _County, name: str, agency: str) -> None:
    """One to four calls of care on every day, at least two hours apart; some for two, some with medicine."""
    rng = made.rng
    count = rng.choices((1, 2, 3, 4), CALLS_A_DAY)[0]
    times = [rng.randrange(*meal, 5) for meal in sorted(rng.sample(MEALS, count))]
    two = 2 if rng.random() < 0.08 else 1
    minutes = [rng.choices((15, 30, 45, 60), (12, 65, 14, 9))[0] for _ in times]
    medicine = [rng.random() < 0.13 for _ in times]
    around = rng.choice((40, 50, 55, 60))
    gender = "F" if rng.random() < 0.03 else None
    for day in range(DAYS):
        before = None
        for k, at in enumerate(times):
            wide = 15 if medicine[k] else around
            skills = {"personal_care", "medication"} if medicine[k] else {"personal_care"}
            urgent = 1 if medicine[k] else 2 + (k > 0 and rng.random() < 0.6)
            window = [(day, at - wide, at + wide)]
            asked = _ask(made, name, agency, urgent, skills, minutes[k], window, at, two, gender)
            if before is not None:
                made.gaps.append(Gap(before, asked, LEAST_GAP))
            before = asked


def _daily(made: _County, name: str, skill: str, at: int) -> None:
    """Something of the nurses' at a critical time of every day, for some not in one visit with care."""
    apart = made.rng.random() < SEPARATE
    care = [o for o in made.occurrences[-4 * DAYS :] if o.person == name]
    for day in range(DAYS):
        asked = _ask(made, name, "nursing", 1, {skill}, 15, [(day, at - 15, at + 15)], at)
        if apart:
            made.separate += [(o.id, asked) for o in care if o.windows[0].start // MINUTES_PER_DAY == day]


def _ask(
    made: _County,
    person: str,
    agency: str,
    priority: int,
    skills: set[str],
    minutes: int,
    windows: Sequence[tuple[int, int, int]],
    preferred: int | None = None,
    workers: int = 1,
    gender: str | None = None,
) -> str:
    """Adds an occurrence, its windows given as day and minutes of the day; returns its id."""
    spans = tuple(
        Span(MINUTES_PER_DAY * day + opens, MINUTES_PER_DAY * day + ends) for day, opens, ends in windows
    )
    wish = None if preferred is None else MINUTES_PER_DAY * windows[0][0] + preferred
    name = f"o{len(made.occurrences)}"
    made.occurrences.append(
        Occurrence(name, person, agency, priority, frozenset(skills), minutes, workers, spans, wish, gender)
    )
    return name
