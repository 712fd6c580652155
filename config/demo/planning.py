"""Each agency alone and all together: the same optimiser, the same seconds, by real planning runs.

Either side searches for the same seconds in all. Those of the side where each agency plans alone are
shared out by how much each has to plan, so that a call gets as much search on one side as on the other.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from config.demo import serving
from hub.models import Agency, Area, User
from scheduling import mapping, selectors, tasks
from scheduling.models import PlanningRun
from scheduling.services import planning, publishing
from visits.models import Rota

LATE_SECONDS = 120  # beyond its own seconds, before a run is given up
LEFT_OVER_SECONDS = 60
MOST_SECONDS, FEWEST_SECONDS = 40, 10
Status = PlanningRun.Status
UNDER_WAY = (Status.QUEUED, Status.RUNNING)


def seconds_for(areas: int) -> int:
    """How long each side of an area is searched for if nobody says: a county is not to take the whole day."""
    return max(FEWEST_SECONDS, min(MOST_SECONDS, MOST_SECONDS * 4 // areas))


class PlanningFailedError(RuntimeError):
    """A run ended without a plan, or the plan could not be published."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The published rotas of a week, and the runs that they and the comparison came from."""

    rotas: tuple[Rota, ...]
    together: tuple[PlanningRun, ...]
    alone: tuple[PlanningRun, ...]
    repeated: bool = False  # nothing had changed, so an earlier demonstration's plans stand


def still_valid(areas: Sequence[Area], *, week_start: date, seconds: int, seed: int) -> Planned | None:
    """The published plans of this week if they were made in as many seconds from what is known today."""
    rotas, together, alone = [], [], []
    for area in areas:
        rota = Rota.objects.filter(area=area, week_start=week_start, status=Rota.Status.PUBLISHED).first()
        run = PlanningRun.objects.filter(rota=rota, seconds=seconds, seed=seed).first() if rota else None
        if rota is None or run is None or _inputs_changed(rota):
            return None
        others = PlanningRun.objects.filter(
            area=area, agency__isnull=False, status=Status.DONE, requested_at=run.requested_at
        ).select_related("agency")
        shares = _shares(area, week_start, seconds)
        if {(other.agency_id, other.seconds) for other in others} != {(a.pk, share) for a, share in shares}:
            return None
        rotas.append(rota)
        together.append(run)
        alone += list(others)
    return Planned(tuple(rotas), tuple(together), tuple(alone), repeated=True)


def plan(
    areas: Sequence[Area],
    *,
    week_start: date,
    seconds: int,
    seed: int,
    by: User,
    on_finish: Callable[[PlanningRun], None],
    check: Callable[[], None],
) -> Planned:
    """Ask for every run at once, wait for the planners, and publish what they made of all together.

    `check` is called while waiting and may raise. Raises PlanningFailedError.
    """
    now = timezone.now()  # one moment for all, which makes them a batch
    together, alone = [], []
    for area in areas:
        shares = _shares(area, week_start, seconds)
        for agency, share in [(None, seconds), *shares]:
            run = planning.request(
                area=area, week_start=week_start, agency=agency, seconds=share, seed=seed, by=by, now=now
            )
            (alone if agency else together).append(run)
    finished = _wait([*together, *alone], seconds=seconds, on_finish=on_finish, check=check)
    together = [finished[run.pk] for run in together]
    rotas = [_publish(run, by=by) for run in together]
    return Planned(tuple(rotas), tuple(together), tuple(finished[run.pk] for run in alone))


def call_off(*, by: User | None) -> None:
    """Cancel whatever the demonstration asked for that has not ended."""
    for run in PlanningRun.objects.filter(requested_by=by, status__in=UNDER_WAY):
        planning.cancel(run=run, by=by, now=timezone.now())


def settle(areas: Sequence[Area], *, week_start: date, by: User, check: Callable[[], None]) -> None:
    """See to it that nothing of an interrupted demonstration is still being planned."""
    left = PlanningRun.objects.filter(area__in=areas, week_start=week_start, status__in=UNDER_WAY)
    deadline = time.monotonic() + LEFT_OVER_SECONDS
    while left.exists():
        call_off(by=by)
        tasks.sweep()  # a run whose worker was killed is ended by the next worker that takes it up
        check()
        if time.monotonic() > deadline:
            raise PlanningFailedError("Another planning run of this week goes on; wait for it and try again.")
        time.sleep(1)


def _shares(area: Area, week_start: date, seconds: int) -> list[tuple[Agency, int]]:
    """The agencies with anything to plan, the busiest first, and the seconds of each, rounded up."""
    mapped = mapping.build(area, week_start, on=timezone.localdate(), policy=selectors.policy(area))
    busy = Counter(due.need.agency_id for due in (*mapped.asked.to_plan, *mapped.asked.no_location))
    agencies = Agency.objects.in_bulk(busy)
    return [(agencies[pk], math.ceil(seconds * count / busy.total())) for pk, count in busy.most_common()]


def _inputs_changed(rota: Rota) -> bool:
    """Whether it was planned from anything that is different now, other than that it is published itself."""
    today = timezone.localdate()
    mapped = mapping.build(rota.area, rota.week_start, on=today, policy=selectors.policy(rota.area))
    return any(rota.inputs.get(kind) != mapped.inputs[kind] for kind in mapping.KINDS if kind != "published")


def _wait(
    runs: Sequence[PlanningRun],
    *,
    seconds: int,
    on_finish: Callable[[PlanningRun], None],
    check: Callable[[], None],
) -> dict[int, PlanningRun]:
    finished: dict[int, PlanningRun] = {}
    rounds = -(-len(runs) // serving.PLANNERS)
    deadline = time.monotonic() + rounds * (seconds + LATE_SECONDS)
    while len(finished) < len(runs):
        waiting = [run.pk for run in runs if run.pk not in finished]
        ended = PlanningRun.objects.filter(pk__in=waiting).exclude(status__in=UNDER_WAY)
        for run in ended.select_related("area", "agency", "rota__area").order_by("finished_at"):
            if run.status != Status.DONE:
                raise PlanningFailedError(f"A planning run ended as {run.status}. {run.error}".strip())
            finished[run.pk] = run
            on_finish(run)
        if time.monotonic() > deadline:
            raise PlanningFailedError(f"{len(waiting)} planning runs have not ended in time.")
        check()
        time.sleep(0.25)
    return finished


def _publish(run: PlanningRun, *, by: User) -> Rota:
    assert run.rota is not None  # a run of all agencies together that is done has one
    try:
        return publishing.publish(rota=run.rota, by=by, now=timezone.now())
    except publishing.PublishRefused as refusal:
        raise PlanningFailedError(f"The plan could not be published. {refusal}") from refusal
