"""Three weeks of past visits, mostly by the same few workers, so that people know some faces."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import hypot
from random import Random

from config.demo.locality import Citizen, Need, PastVisit, Worker
from config.demo.times import ONCE
from hub import recurrence

WEEKS = 3
TEAM_SIZE = 3
STEADY = 0.93  # of the visits are made by the team; the rest by whoever was free
NEARBY = 8  # workers among whom a team is chosen
EVENING = time(15, 30)


def remember(
    needs: Sequence[Need], workers: Sequence[Worker], *, seed: int, before: date
) -> tuple[PastVisit, ...]:
    """The visits made for recurring needs in the three weeks before a day, in order of time.

    What happened on a day does not depend on the day from which one looks back.
    """
    teams = Teams(workers)
    visits: list[PastVisit] = []
    first, last = before - timedelta(weeks=WEEKS), before - timedelta(days=1)
    for need in needs:
        if need.rrule == ONCE:
            continue
        team = teams.of(need)
        for day in recurrence.days_due(
            need.rrule, starts_on=need.starts_on, ends_on=None, first=first, last=last
        ):
            rng = Random(f"{seed}:{need.key}:{day}")
            start = datetime.combine(day, need.preferred or need.window_start)
            late = timedelta(minutes=5 * rng.randint(-1, 3))
            for place, worker in enumerate(_sent(need, team, teams.on(need, day), rng)):
                key = f"{need.key}-{day:%y%m%d}{'ab'[place]}"
                length = need.minutes + rng.choice((-4, -2, 0, 0, 1, 3, 6))
                visits.append(PastVisit(need.agency, key, need.citizen, need, worker, start + late, length))
    return tuple(sorted(visits, key=lambda visit: (visit.starts_at, visit.agency, visit.key)))


class Teams:
    """The small team that each agency has kept for each person, early and late; shared out evenly."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._able: dict[tuple[str, str, bool, tuple[str, ...], str], list[Worker]] = {}
        self._staff: defaultdict[tuple[str, str], list[Worker]] = defaultdict(list)
        for worker in workers:
            self._staff[worker.agency, worker.area].append(worker)
        self._teams: dict[tuple[str, int, bool, tuple[str, ...], str], list[Worker]] = {}
        self._load: Counter[tuple[str, str]] = Counter()

    def able(self, need: Need) -> list[Worker]:
        """Whoever of the agency is on at that time of day, with the skills and the gender asked for."""
        evening = need.window_start >= EVENING
        key = (need.agency, need.citizen.home.area, evening, need.skills, need.gender)
        if key not in self._able:
            self._able[key] = [
                worker
                for worker in self._staff[need.agency, need.citizen.home.area]
                if set(need.skills) <= set(worker.skills)
                and need.gender in ("", worker.gender)
                and (worker.shift[1] > time(18) if evening else worker.shift[0] < time(10))
            ]
        return self._able[key]

    def on(self, need: Need, day: date) -> list[Worker]:
        """The able workers who have a shift on that day."""
        return [worker for worker in self.able(need) if day.weekday() in worker.weekdays]

    def of(self, need: Need) -> list[Worker]:
        """The team for this person, the first of them oftenest."""
        evening = need.window_start >= EVENING
        key = (need.agency, need.citizen.number, evening, need.skills, need.gender)
        if key not in self._teams:
            near = sorted(self.able(need), key=lambda worker: _apart(worker, need.citizen))[:NEARBY]
            near.sort(key=lambda worker: self._load[worker.agency, worker.reference])
            self._teams[key] = near[:TEAM_SIZE]
            for weight, worker in zip((5, 2, 1), near, strict=False):
                self._load[worker.agency, worker.reference] += weight
        return self._teams[key]


def _sent(need: Need, team: Sequence[Worker], on: Sequence[Worker], rng: Random) -> list[Worker]:
    """Who came that day: as many as the need asks, or nobody if there were not so many."""
    order = [worker for worker in team if worker in on] if rng.random() < STEADY else []
    others = [worker for worker in on if worker not in order]
    order += rng.sample(others, min(len(others), need.workers))
    return order[: need.workers] if len(order) >= need.workers else []


def _apart(worker: Worker, citizen: Citizen) -> float:
    return hypot(worker.latitude - citizen.home.latitude, 0.6 * (worker.longitude - citizen.home.longitude))
