"""Whom people meet: distinct faces over fourteen days, the named worker's share, and the weeks before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Count
from django.db.models.functions import TruncDate

from hub.models import User
from visits import selectors
from visits.wall_clock import LONDON

WINDOWS = 8  # fortnights, each a week after the one before
WEEK = timedelta(days=7)
FORTNIGHT = timedelta(days=selectors.FACE_DAYS)

Meeting = tuple[int, object, date, int]  # person, whoever came, day, how often


@dataclass
class Steadiness:
    """One person's fortnights, the oldest first; None where nothing is known of one."""

    days: dict[date, Counter[object]]  # who came how often
    named: int | None
    last: date  # the last day of the newest fortnight

    @cached_property
    def trend(self) -> list[int | None]:
        """Distinct faces in each fortnight."""
        return [len(self._between(last)) or None for last in ends(self.last)]

    @cached_property
    def newest(self) -> Counter[object]:
        """Who comes how often in the newest fortnight."""
        return self._between(self.last)

    @property
    def faces(self) -> int:
        """Distinct faces in the newest fortnight."""
        return len(self.newest)

    @property
    def visits(self) -> int:
        """Visits in the newest fortnight."""
        return self.newest.total()

    @property
    def named_share(self) -> float | None:
        """The share of those visits that the named worker makes; None where nobody is named."""
        if self.named is None or not self.visits:
            return None
        return self.newest[self.named] / self.visits

    def _between(self, last: date) -> Counter[object]:
        found: Counter[object] = Counter()
        for number in range(FORTNIGHT.days):
            found.update(self.days.get(last - timedelta(days=number), {}))
        return found


def ends(last: date) -> list[date]:
    """The last day of each fortnight, the oldest first."""
    return [last - WEEK * back for back in range(WINDOWS - 1, -1, -1)]


def of_people(user: User, people: Collection[int], *, last: date, today: date) -> dict[int, Steadiness]:
    """Each person's fortnights up to the day `last`, as far as visits and contacts are shared with this user.

    On days before today for which an agency says who came, that counts; else the rota that was in force.
    """
    first = last - WEEK * (WINDOWS - 1) - FORTNIGHT + timedelta(days=1)
    days = (last - first).days + 1
    told = list(_told(user, people, first, days, today))
    known = {(person, day) for person, _, day, _ in told}
    met: dict[int, dict[date, Counter[object]]] = defaultdict(lambda: defaultdict(Counter))
    for person, who, day, times in _all(told, _planned(user, people, first, days, today), known, today):
        met[person][day][who] += times
    named = dict(selectors.named_workers(people).values_list("person", "worker"))
    return {person: Steadiness(dict(some), named.get(person), last) for person, some in met.items()}


def _all(
    told: Iterable[Meeting],
    planned: Iterable[Meeting],
    known: Collection[tuple[int, date]],
    today: date,
) -> Iterator[Meeting]:
    yield from told
    yield from (one for one in planned if one[2] >= today or (one[0], one[2]) not in known)


def _told(user: User, people: Collection[int], first: date, days: int, today: date) -> Iterator[Meeting]:
    """What agencies say of days gone by; whoever is no worker here is known by agency and reference."""
    found = selectors.within(selectors.contacts(user, on=today), first=first, days=days)
    found = found.filter(person__in=people, starts_at__lt=selectors.midnight(today)).order_by()
    rows = list(
        found.values_list(
            "person", "agency", "worker_reference", TruncDate("starts_at", tzinfo=LONDON)
        ).annotate(times=Count("pk"))
    )
    by_reference = selectors.workers_by_reference({agency for _, agency, *_ in rows})
    for person, agency, reference, day, times in rows:
        yield person, by_reference.get((agency, reference), (agency, reference)), day, times


def _planned(user: User, people: Collection[int], first: date, days: int, today: date) -> Iterator[Meeting]:
    visits = selectors.visits(user, on=today).filter(is_published=True, person__in=people).order_by()
    found = selectors.within(visits, first=first, days=days)
    yield from found.values_list("person", "worker", TruncDate("starts_at", tzinfo=LONDON)).annotate(
        times=Count("pk")
    )
