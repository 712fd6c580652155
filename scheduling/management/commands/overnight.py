"""manage.py overnight [--wait]: open tonight's re-planning of every area."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scheduling import selectors, tasks
from scheduling.management.watching import work_and_watch
from scheduling.models import PlanningRun


class Command(BaseCommand):
    """Opens the night once, however often it is asked; a second call goes on where the first stopped."""

    help = "Re-plan next week for every area; leaves candidates for the morning."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait", action="store_true", help="work through the runs in this process, without Celery"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        job = tasks.open_night(now=timezone.now())
        runs = list(job.runs.select_related("area").order_by("pk"))
        self.stdout.write(f"Night of {job.night}: {len(runs)} areas")
        if lost := selectors.needs_in_no_area(on=job.night).count():
            self.stdout.write(
                f"{lost} needs lie in no area: no rota asks for them until a postcode is mended"
            )
        if not options["wait"]:
            return
        ended = [work_and_watch(run, self.stdout.write) for run in runs]
        if failed := [run for run in ended if run.status == PlanningRun.Status.FAILED]:
            raise CommandError(f"{len(failed)} of {len(ended)} areas have no candidate.")
