"""manage.py plan AREA WEEK: plan one area's week in this process, showing progress."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.models import Agency, Area
from scheduling.management.watching import work_and_watch
from scheduling.models import PlanningRun
from scheduling.services import planning


class Command(BaseCommand):
    """Needs neither Celery nor Redis."""

    help = "Plan one area's week now and leave a candidate rota."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("area", help="the area's code")
        parser.add_argument("week", type=date.fromisoformat, help="its Monday, such as 2026-11-30")
        parser.add_argument("--seconds", type=int)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--agency", help="plan this agency alone, for comparison; no rota comes of it")

    def handle(self, *args: Any, **options: Any) -> None:
        area = Area.objects.filter(code=options["area"]).first()
        if area is None:
            raise CommandError(f"{options['area']} is not the code of an area.")
        agency = None
        if options["agency"] and not (agency := Agency.objects.filter(code=options["agency"]).first()):
            raise CommandError(f"{options['agency']} is not the code of an agency.")
        try:
            run = planning.request(
                area=area,
                week_start=options["week"],
                by=None,
                now=timezone.now(),
                seconds=options["seconds"],
                seed=options["seed"],
                agency=agency,
            )
        except planning.PlanningRefused as refused:
            raise CommandError(str(refused)) from refused
        run = work_and_watch(run, self.stdout.write)
        if run.status != PlanningRun.Status.DONE:
            raise CommandError(f"{run.get_status_display()}. {run.error}".strip())
