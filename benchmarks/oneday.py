"""Random one-day problems that every peer can model: no joining, no pairs, no breaks, one day.

The price is 1,000 for each visit left out and a minute for each minute travelled.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from benchmarks.published import only_time
from scheduling.engine.problem import Occurrence, Person, Problem, Span, Worker
from scheduling.travel.great_circle import GreatCircle

UNSERVED = 1000
NEVER = 10_000  # longer than any day: the rule never speaks
POLICY = replace(only_time(NEVER, (UNSERVED,) * 4), arrival_allowance=3)
CENTRE = (52.63, 1.29)
EARLY, LATE, LONG = Span(420, 900), Span(840, 1320), Span(480, 1020)
PEAKS = (525, 600, 750, 1020, 1125)  # when care is asked: rising, breakfast, dinner, tea, bed
SKILLS = ("care", "medication", "insulin", "catheter")


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of instance: `skills` says whether skills divide the staff."""

    name: str
    skills: bool


SHORT = Family("short of staff, with skills", skills=True)
ENOUGH = Family("enough staff, no skills", skills=False)


def one_day(family: Family, *, visits: int, workers: int, seed: int) -> Problem:
    """A random problem of one day around one town with its villages."""
    rng = random.Random(f"{family.name} {visits} {workers} {seed}")
    villages = [_near(rng, CENTRE, 0.13) for _ in range(max(3, visits // 25))]
    doors = [_near(rng, rng.choice([CENTRE, *villages]), 0.015) for _ in range(visits)]
    bases = [_near(rng, rng.choice([CENTRE, *villages]), 0.02) for _ in range(workers)]
    return Problem(
        name=f"{'short' if family.skills else 'enough'}-{visits}-{workers}-{seed}",
        week_start="2026-11-30",
        days=1,
        travel=GreatCircle().matrix(doors + bases),
        policy=POLICY,
        people=tuple(Person(f"p{i}", i) for i in range(visits)),
        workers=tuple(_worker(rng, family, i, visits + i) for i in range(workers)),
        delegations=(),
        occurrences=tuple(_visit(rng, family, i) for i in range(visits)),
    )


def _near(rng: random.Random, centre: tuple[float, float], spread: float) -> tuple[float, float]:
    """A point around a centre; a degree of longitude here is 0.6 of one of latitude."""
    return (round(rng.gauss(centre[0], spread), 5), round(rng.gauss(centre[1], spread / 0.6), 5))


def _worker(rng: random.Random, family: Family, index: int, place: int) -> Worker:
    skills = {"care"}
    if family.skills:
        skills |= {skill for skill in SKILLS[1:] if rng.random() < 0.5}
    shift = rng.choices([EARLY, LATE, LONG], [4, 4, 2])[0]
    return Worker(f"w{index}", "care", place, None, frozenset(skills), NEVER, (shift,))


def _visit(rng: random.Random, family: Family, index: int) -> Occurrence:
    skill = rng.choices(SKILLS, [5, 3, 1, 1])[0] if family.skills else "care"
    start = rng.choice(PEAKS) + rng.randrange(-90, 91, 15)
    window = Span(start, start + rng.choice([30, 60, 120, 180]))
    minutes = rng.choice([15, 30, 30, 30, 30, 45])
    return Occurrence(f"o{index}", f"p{index}", "care", 2, frozenset({skill}), minutes, 1, (window,))
