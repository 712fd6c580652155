"""Work on runs in this process and tell how far they are."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from scheduling import runner
from scheduling.models import PlanningRun
from scheduling.services import planning

EVERY_SECONDS = 2.0


def work_and_watch(run: PlanningRun, say: Callable[[str], object]) -> PlanningRun:
    """Work on the run, or wait for whoever else has it, and say its progress; returns the run as it ended."""
    ended = threading.Event()
    teller = threading.Thread(target=_tell, args=(run.pk, ended, say), daemon=True)
    teller.start()
    try:
        while True:
            runner.work(run.pk)
            run.refresh_from_db()
            if run.status not in (PlanningRun.Status.QUEUED, PlanningRun.Status.RUNNING):
                break
            ended.wait(EVERY_SECONDS)  # another worker has it, or had it and died
    except KeyboardInterrupt:
        planning.cancel(run=run, by=None, now=timezone.now())
        raise
    finally:
        ended.set()
        teller.join()
    say(summary(run))
    return run


def summary(run: PlanningRun) -> str:
    """What came of a run, in one line."""
    figures = run.figures
    line = f"{run.area.code} {run.week_start}: {run.get_status_display().lower()}"
    if run.error:
        line += f" ({run.error})"
    if figures:
        line += (
            f"; arrivals {figures['arrivals']:,}, per person {figures['arrivals_per_person'] or 0:.1f}, "
            f"faces {figures['faces_per_person'] or 0:.1f}, unplaced {sum(figures['unplaced'].values())}"
        )
    return line + (f"; rota {run.rota.public_id}" if run.rota else "")


def _tell(pk: int, ended: threading.Event, say: Callable[[str], object]) -> None:
    try:
        while not ended.wait(EVERY_SECONDS):
            found = PlanningRun.objects.filter(pk=pk).values_list("progress", flat=True).first()
            if found:
                say(
                    f"  {found['seconds']:6.0f} s  cost {found['cost']:,}  unplaced {found['unplaced']}  "
                    f"arrivals {found['arrivals']}  {found['phase']}"
                )
    finally:
        connection.close()
