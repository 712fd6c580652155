"""Visits that joins across agencies made needless, by month and agency: counted once a rota, then kept.

A published rota is never changed in place, so its counts hold until it is counted again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth

from hub.models import Area
from scheduling.models import AvoidedFacts
from visits.models import Rota, VisitPart
from visits.wall_clock import LONDON

Counts = Counter[tuple[date, int]]  # month and agency


def across_agencies(parts: QuerySet[VisitPart]) -> QuerySet[Any]:
    """One row for each visit of these parts that serves more than one agency."""
    counted = parts.order_by().values("visit").annotate(whose=Count("need__agency", distinct=True))
    return counted.filter(whose__gt=1)


def keep(rota: Rota) -> None:
    """Keeps the rota's counts in place of those kept before; one row of nothing says that there are none."""
    AvoidedFacts.objects.filter(rota=rota).delete()
    counts = _counted([rota.pk])[rota.pk]
    AvoidedFacts.objects.bulk_create(
        AvoidedFacts(rota=rota, month=month, agency_id=agency, visits=number)
        for (month, agency), number in (counts or {(rota.week_start.replace(day=1), None): 0}).items()
    )


def by_month(areas: Iterable[Area], *, since: date) -> dict[tuple[date, int], int]:
    """What the published rotas of these areas avoided from that month on, by month and agency."""
    published = Rota.objects.filter(area__in=areas, status=Rota.Status.PUBLISHED)
    kept = AvoidedFacts.objects.filter(rota__in=published, agency__isnull=False, month__gte=since)
    counts: Counts = Counter()
    for month, agency, number in kept.values_list("month", "agency").annotate(number=Sum("visits")):
        counts[month, agency] = number
    is_kept = Exists(AvoidedFacts.objects.filter(rota=OuterRef("pk")))
    for some in _counted(list(published.exclude(is_kept).values_list("pk", flat=True))).values():
        counts.update({key: number for key, number in some.items() if key[0] >= since})
    return dict(counts)


def _counted(rotas: list[int]) -> defaultdict[int, Counts]:
    """From the visits: counted to each agency whose own worker did not have to come.

    Of every visit's agencies that is all but that of the worker, or, if the worker is of none of them, all
    but the first.
    """
    found: defaultdict[int, Counts] = defaultdict(Counter)
    if not rotas:
        return found
    rows = (
        across_agencies(VisitPart.objects.filter(visit__rota__in=rotas))
        .annotate(month=TruncMonth("visit__starts_at", tzinfo=LONDON), agencies=ArrayAgg("need__agency"))
        .values_list("visit__rota", "month", "visit__worker__agency", "agencies")
    )
    for rota, month, host, agencies in rows:
        whose = sorted(set(agencies))
        for agency in whose:
            if agency != (host if host in whose else whose[0]):
                found[rota][month.date(), agency] += 1
    return found
