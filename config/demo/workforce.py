"""Field staff: skills, shifts and homes, so many that a week is nearly but not quite all placeable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from math import ceil
from random import Random

from config.demo import partners
from config.demo.locality import Worker
from config.demo.names import FAMILY, GIVEN_F, GIVEN_M
from config.demo.people_and_homes import UNITS_PER_PLACE, any_place, unit
from config.demo.places import Patch

EARLY, LATE = (time(7, 0), time(14, 45)), (time(14, 15), time(22, 15))
LONG_EARLY, OFFICE = (time(7, 0), time(17, 0)), (time(8, 30), time(17, 0))
EVERY_DAY, WEEKDAYS = 7, 5


@dataclass(frozen=True, slots=True)
class Team:
    """So many workers for 300 people; `shifts` are dealt out in turn; `chances` are of further skills."""

    agency: str
    per_300: int
    skills: tuple[str, ...]
    chances: tuple[tuple[str, float], ...]
    shifts: tuple[tuple[time, time], ...]
    days: int = EVERY_DAY
    women: float = 0.8


HOME_CARE_SHIFTS = (EARLY, LATE, EARLY, EARLY, LATE, LONG_EARLY, EARLY, LATE)
HOME_CARE_CHANCES = (
    ("medication", 0.9),
    ("insulin", 0.3),
    ("observations", 0.25),
    ("fire_safety", 0.35),
)
NURSING_SKILLS = ("insulin", "wound_care", "catheter_care", "observations", "personal_care", "medication")


def teams(area_index: int) -> tuple[Team, ...]:
    """The teams of one area."""
    first, second = partners.providers(area_index)
    care = ("personal_care",)
    return (
        Team(first, 37, care, HOME_CARE_CHANCES, HOME_CARE_SHIFTS),
        Team(second, 34, care, HOME_CARE_CHANCES, HOME_CARE_SHIFTS),
        Team(partners.NURSING, 13, NURSING_SKILLS, (("fire_safety", 0.5),), (EARLY, EARLY, LATE, OFFICE)),
        Team(partners.SOCIAL_WORK, 4, ("review",), (("fire_safety", 0.5),), (OFFICE,), WEEKDAYS),
        Team(partners.FIRE, 2, ("fire_safety",), (), (OFFICE,), WEEKDAYS, women=0.3),
        Team(partners.HOUSING, 2, ("tenancy_check",), (("fire_safety", 1.0),), (OFFICE,), WEEKDAYS),
    )


def hire(
    patches: Sequence[Patch], sizes: Sequence[int], *, seed: int
) -> tuple[tuple[Worker, ...], list[tuple[str, float, float]]]:
    """Everyone on the staff, and the postcodes that they set out from."""
    workers: list[Worker] = []
    bases: list[tuple[str, float, float]] = []
    for index, (patch, people) in enumerate(zip(patches, sizes, strict=True)):
        rng = Random(f"{seed}:workforce:{patch.town}")
        for team in teams(index):
            for worker, base in _staff(team, patch, ceil(team.per_300 * people / 300), rng):
                workers.append(worker)
                bases.append(base)
    return tuple(workers), bases


def _staff(
    team: Team, patch: Patch, count: int, rng: Random
) -> Iterator[tuple[Worker, tuple[str, float, float]]]:
    for index in range(count):
        base = unit(any_place(patch, rng), rng.randrange(UNITS_PER_PLACE))
        gender = "F" if rng.random() < team.women else "M"
        given = rng.choice(GIVEN_F if gender == "F" else GIVEN_M)
        shift = team.shifts[index % len(team.shifts)]
        hours = (shift[1].hour * 60 + shift[1].minute) - (shift[0].hour * 60 + shift[0].minute)
        days = 4 if hours >= 600 else 5
        further = tuple(skill for skill, chance in team.chances if rng.random() < chance)
        worker = Worker(
            agency=team.agency,
            reference=f"{patch.town[:3].upper()}{index + 1:03}",
            name=f"{given} {rng.choice(FAMILY)}",
            gender=gender,
            area=patch.town,
            postcode=base[0],
            latitude=base[1],
            longitude=base[2],
            skills=team.skills + further,
            weekdays=_weekdays(index, days, team.days),
            shift=shift,
            max_week_minutes=min(days * hours, 40 * 60),
        )
        yield worker, base


def _weekdays(index: int, days: int, week: int) -> tuple[int, ...]:
    """Consecutive days on, each worker beginning a few days after the last, so that weekends are covered."""
    return tuple(sorted((index * 3 + day) % week for day in range(min(days, week))))
