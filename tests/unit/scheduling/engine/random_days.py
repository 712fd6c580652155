"""Random small days whose times flow, crowded enough that everything with a price is paid now and then."""

from __future__ import annotations

from random import Random

import numpy as np

from scheduling.engine.problem import (
    Flow,
    Meal,
    Occurrence,
    Person,
    Policy,
    Problem,
    Second,
    Span,
    Worker,
)

SKILLS = ("care", "nursing")


def random_day(dice: Random) -> Problem:
    """Up to 10 occurrences and 4 workers."""
    size, places = dice.randint(1, 10), dice.randint(2, 6)
    travel = np.array([[dice.randint(1, 25) for _ in range(places)] for _ in range(places)], np.int32)
    np.fill_diagonal(travel, 0)
    workers = tuple(_worker(dice, i, places) for i in range(dice.randint(1, 4)))
    ids = [worker.id for worker in workers]
    people = tuple(
        Person(
            f"p{i}",
            dice.randrange(places),
            None,
            frozenset(name for name in ids if dice.random() < 0.5),
            frozenset(name for name in ids if dice.random() < 0.1),
        )
        for i in range(size)
    )
    return Problem(
        name="day",
        week_start="2026-01-05",
        days=1,
        travel=travel,
        policy=Policy(
            unserved=(4000, 3000, 2000, dice.choice((20, 1000))),
            arrival=dice.choice((0, 15)),
            arrival_allowance=dice.choice((0, 3)),
            break_minutes=0,
        ),
        people=people,
        workers=workers,
        delegations=(),
        occurrences=tuple(_occurrence(dice, i) for i in range(size)),
        flow=Flow(
            travel=dice.choice((1, 1, 3)),
            late=dice.choice((0, 1, 5)),
            latest=dice.choice((0, 1, 5)),
            wait=dice.choice((0, 0, 2)),
            overtime=dice.choice((0, 2)),
            idlest=dice.choice((0, 0, 3)),
            missed_meal=dice.choice((0, 40)),
        ),
    )


def _worker(dice: Random, i: int, places: int) -> Worker:
    start = dice.choice((0, 60, 200))
    end = start + dice.choice((150, 300, 500))
    meal = Meal(start + 50, start + 150, 20) if dice.random() < 0.4 else None
    return Worker(
        f"w{i}",
        "a",
        dice.randrange(places),
        None,
        frozenset(skill for skill in SKILLS if dice.random() < 0.8),
        2400,
        (Span(start, end, dice.choice((None, end - 60))),),
        dice.choice((None, 6)),
        meal,
    )


def _windows(dice: Random) -> tuple[Span, ...]:
    windows, start = [], dice.randrange(0, 300, 10)
    for _ in range(dice.choice((1, 1, 2))):
        end = start + dice.choice((0, 30, 120, 400))
        windows.append(Span(start, end, dice.choice((None, max(start - 5, end - 60)))))
        start = end + dice.choice((1, 50))
    return tuple(windows)


def _occurrence(dice: Random, i: int) -> Occurrence:
    second, pair = None, dice.random() < 0.4
    if pair and dice.random() < 0.7:
        least = dice.choice((0, 0, 20))
        most = dice.choice((least, least + 30, None))
        windows = _windows(dice) if dice.random() < 0.3 else ()
        second = Second(frozenset({dice.choice(SKILLS)}), dice.choice((10, 30)), least, most, windows)
    return Occurrence(
        id=f"o{i}",
        person=f"p{i}",
        agency="a",
        priority=dice.randint(1, 4),
        skills=frozenset({dice.choice(SKILLS)}),
        minutes=dice.choice((5, 15, 30, 60)),
        workers=2 if pair else 1,
        windows=_windows(dice),
        load=dice.choice((0, 2)),
        second=second,
    )
