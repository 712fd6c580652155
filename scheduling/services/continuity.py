"""Whom people meet: distinct faces over fourteen days, the named worker's share, and the weeks before.

Meetings are counted in the database, by person, face and week: a fortnight is two weeks that end on a Sunday.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Count, DateField, DateTimeField, Exists, Func, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek

from hub.models import User
from visits import selectors
from visits.models import Rota, Visit
from visits.wall_clock import LONDON, midnight

WINDOWS = 8  # fortnights, each a week after the one before
WEEK = timedelta(days=7)
FORTNIGHT = timedelta(days=selectors.FACE_DAYS)

Face = int | tuple[int, str]  # a worker, or whom an agency names by a reference that nobody here knows
Meeting = tuple[int, Face, date, int]  # person, whoever came, the Monday of the week, how often


@dataclass(frozen=True, slots=True)
class Fortnight:
    """Who came how often in the fourteen days up to a Sunday."""

    last: date
    came: Counter[Face]
    named: int | None

    @property
    def faces(self) -> int:
        """How many different faces."""
        return len(self.came)

    @property
    def visits(self) -> int:
        """How many visits."""
        return self.came.total()

    @property
    def named_share(self) -> float | None:
        """The share that the named worker makes; None where nobody is named or nobody came."""
        return None if self.named is None or not self.visits else self.came[self.named] / self.visits


@dataclass
class Steadiness:
    """One person's fortnights up to a Sunday."""

    weeks: dict[date, Counter[Face]]  # by their Monday: who came how often
    named: int | None
    last: date

    @cached_property
    def fortnights(self) -> list[Fortnight]:
        """The oldest first."""
        return [self._to(last) for last in ends(self.last)]

    @cached_property
    def newest(self) -> Fortnight:
        """The one that ends last."""
        return self._to(self.last)

    @property
    def trend(self) -> list[int | None]:
        """Distinct faces in each fortnight; None where nothing is known of one."""
        return [one.faces or None for one in self.fortnights]

    def _to(self, last: date) -> Fortnight:
        mondays = (last - FORTNIGHT + timedelta(days=1), last - WEEK + timedelta(days=1))
        return Fortnight(
            last, sum((self.weeks.get(day, Counter()) for day in mondays), Counter()), self.named
        )


def ends(last: date) -> list[date]:
    """The Sunday of each fortnight, the oldest first."""
    return [last - WEEK * back for back in range(WINDOWS - 1, -1, -1)]


def of_people(
    user: User,
    people: Collection[int],
    *,
    last: date,
    today: date,
    windows: int = WINDOWS,
    draft: Rota | None = None,
) -> dict[int, Steadiness]:
    """The fortnights of people whom this user may see, up to the Sunday `last`, as far as visits and
    contacts are shared with them.

    On days before today for which an agency says who came, that counts; else the rota that was in force,
    or in its place the draft if it is of that week.
    """
    first = last - WEEK * (windows - 1) - FORTNIGHT + timedelta(days=1)
    said = selectors.contacts(user, on=today).filter(person__in=people, starts_at__lt=midnight(today))
    said = selectors.within(said, first=first, days=(last - first).days + 1).order_by()
    planned = selectors.visits(user, on=today, among=people).filter(_in_force(draft), person__in=people)
    planned = selectors.within(planned, first=first, days=(last - first).days + 1).order_by()
    met: dict[int, dict[date, Counter[Face]]] = defaultdict(lambda: defaultdict(Counter))
    for some in (_told(said), _planned(planned, said, today)):
        for person, who, monday, times in some:
            met[person][monday][who] += times
    named = dict(selectors.named_workers(people).values_list("person", "worker"))
    return {person: Steadiness(dict(some), named.get(person), last) for person, some in met.items()}


def _in_force(draft: Rota | None) -> Q:
    """The visits of published rotas, but of the draft's week the draft's."""
    if draft is None:
        return Q(is_published=True)
    others = Q(is_published=True) & ~Q(rota__area=draft.area_id, rota__week_start=draft.week_start)
    return others | Q(rota=draft)


MONDAY = TruncWeek("starts_at", tzinfo=LONDON, output_field=DateField())


def _told(said: QuerySet) -> Iterator[Meeting]:
    """What agencies say of days gone by; whoever is no worker here is known by agency and reference."""
    rows = said.values_list("person", "agency", "worker_reference", MONDAY).annotate(times=Count("pk"))
    rows = list(rows)
    by_reference = selectors.workers_by_reference({agency for _, agency, *_ in rows})
    for person, agency, reference, monday, times in rows:
        yield person, by_reference.get((agency, reference), (agency, reference)), monday, times


class DayBegins(Func):
    """The moment at which the local day of a time begins, which an index can look for."""

    template = "DATE_TRUNC('day', %(expressions)s, 'Europe/London')"
    output_field = DateTimeField()


def _planned(planned: QuerySet[Visit], said: QuerySet, today: date) -> Iterator[Meeting]:
    """What was planned for days gone by of which nobody says who came, and for the days from today on."""
    now = midnight(today)
    same_day = said.filter(
        person=OuterRef("person"), starts_at__gte=OuterRef("begins"), starts_at__lt=OuterRef("ends")
    )
    gone = planned.filter(starts_at__lt=now).annotate(
        begins=DayBegins("starts_at"),
        ends=DayBegins(DayBegins("starts_at") + timedelta(hours=25)),  # a day has 23 to 25
    )
    for some in (gone.filter(~Exists(same_day)), planned.filter(starts_at__gte=now)):
        yield from some.values_list("person", "worker", MONDAY).annotate(times=Count("pk"))
