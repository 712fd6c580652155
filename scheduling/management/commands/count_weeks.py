"""manage.py count_weeks: keep for the reports what published weeks came to."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from hub.models import Area
from scheduling import tasks
from scheduling.reporting import counting
from visits.models import Rota


class Command(BaseCommand):
    """Counts what is not counted yet, or everything again."""

    help = "Count published weeks for the reports, and the hours of the weeks that come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="also the weeks that are counted already")
        parser.add_argument("--since", type=date.fromisoformat, help="only weeks from this day on")
        parser.add_argument("--area", help="only the area with this code")

    def handle(self, *, again: bool, since: date | None, area: str | None, **options: Any) -> None:
        found = counting.uncounted()
        if again:
            published = Rota.objects.filter(status=Rota.Status.PUBLISHED)
            found = published.select_related("area").order_by("-week_start", "area")
        if since:
            found = found.filter(week_start__gte=since)
        if area:
            found = found.filter(area__code=area)
        weeks = 0
        for rota in found.iterator(chunk_size=100):
            counting.count_week(rota.area, rota.week_start)
            weeks += 1
            self.stderr.write(f"{rota.area.code}, week of {rota.week_start}")
        tasks.count_hours_ahead()
        self.stdout.write(f"{weeks:,} weeks counted, and the hours ahead of {Area.objects.count():,} areas.")
