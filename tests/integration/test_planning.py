"""A planning run from wish to candidate, with the real optimiser in its own process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from scheduling import leases, runner
from scheduling.engine.check import check
from scheduling.mapping import solution_of
from scheduling.models import PlanningRun
from scheduling.services import planning, publishing
from tests.factories.hub import make_area, make_need, make_user
from tests.factories.scheduling import make_run, make_week, map_week
from tests.factories.visits import NOW, make_shifts, make_worker
from visits.models import Rota

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 150  # a first solve may have to compile


def in_background(act: Callable[[], object]) -> threading.Thread:
    """Do it on another connection while the test looks on."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Look five times a second."""
    tick = threading.Event()
    for _ in range(int(seconds * 5)):
        if condition():
            return
        tick.wait(0.2)
    raise AssertionError("it did not come to pass")


def test_a_run_leaves_a_legal_candidate_that_can_be_published() -> None:
    """Ten occurrences, a worker who can do them all, one visit a day: that is what comes out."""
    week, by = make_week(), make_user()
    run = make_run(week.area, requested_by=by)
    runner.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("done", "")
    rota = run.rota
    assert rota is not None
    assert (rota.asked, rota.placed, rota.unplaced_count, rota.cancelled) == (10, 10, 0, 0)
    assert (rota.figures["arrivals"], rota.figures["joined"]) == (5, 5)
    assert run.figures["cost"] == sum(rota.terms.values())
    assert rota.created_by == by
    mapped = map_week(week)
    assert check(mapped.problem, solution_of(rota, mapped)) == []
    assert publishing.publish(rota=rota, by=by, now=NOW).status == "published"


def test_what_cannot_be_done_is_left_out_with_its_reason() -> None:
    """An infeasible week still gives a plan, and says why not."""
    week = make_week()
    make_need(week.person, week.agency, skills=["insulin"])
    run = make_run(week.area)
    runner.work(run.pk)
    rota = Rota.objects.get()
    assert (rota.placed, rota.unplaced_count) == (10, 7)
    assert rota.figures["unplaced"] == {"no_competent_worker": 7}


def test_an_agency_alone_gives_figures_and_no_rota() -> None:
    """For comparison only: nobody could publish it."""
    week = make_week()
    run = make_run(week.area, agency=week.agency)
    runner.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.rota, run.figures["arrivals"]) == ("done", None, 5)


def test_an_area_where_nothing_is_asked_has_an_empty_candidate() -> None:
    """No needs, no search, no error."""
    run = make_run(make_area())
    runner.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.rota.asked) == ("done", 0)


def test_needs_without_any_worker_are_all_left_out() -> None:
    """An agency may have people and nobody on its books."""
    week = make_week()
    week.worker.delete()
    run = make_run(week.area)
    runner.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("done", "")
    assert run.rota.figures["unplaced"] == {"no_competent_worker": 10}


def test_a_run_delivered_twice_has_one_effect() -> None:
    """Two workers with the same message at the same moment make one rota."""
    run = make_run(make_week().area)
    both = [in_background(lambda: runner.work(run.pk)) for _ in range(2)]
    for thread in both:
        thread.join(PATIENCE_SECONDS)
    runner.work(run.pk)  # and once more when all is done
    run.refresh_from_db()
    assert (run.status, run.attempt, Rota.objects.count()) == ("done", 1, 1)


def test_a_cancelled_run_keeps_the_best_plan_found() -> None:
    """Of a ten-minute search cancelled in its first seconds, the plan so far is a candidate."""
    week = make_week()
    for _ in range(6):
        make_shifts(make_worker(week.agency, week.area))
    run = make_run(week.area, seconds=600)
    working = in_background(lambda: runner.work(run.pk))

    def searching() -> bool:
        run.refresh_from_db()
        return run.progress.get("steps", 0) > 0

    wait_until(searching)
    assert {"seconds", "cost", "unplaced", "arrivals", "phase"} <= run.progress.keys()
    planning.cancel(run=run, by=None, now=NOW)
    working.join(30)
    assert not working.is_alive()
    run.refresh_from_db()
    assert (run.status, run.rota.placed) == ("cancelled", 10)


def test_a_worker_that_lost_its_lease_is_refused() -> None:
    """Another attempt began while it searched; what it found is thrown away and its search ended."""
    run = make_run(make_week().area, seconds=600)
    working = in_background(lambda: runner.work(run.pk))
    wait_until(lambda: PlanningRun.objects.filter(pk=run.pk, status="running").exists())
    past = leases.database_time() - timedelta(minutes=1)
    PlanningRun.objects.filter(pk=run.pk).update(lease_until=past, attempt=2)
    working.join(30)
    assert not working.is_alive()
    run.refresh_from_db()
    assert (run.status, run.attempt, Rota.objects.count()) == ("running", 2, 0)


def test_what_contradicts_itself_fails_with_the_field() -> None:
    """A policy that cannot be used ends the run with words, not with a crash."""
    week = make_week()
    week.area.policies.create(weights={"arrival": -1}, set_at=NOW)
    run = make_run(week.area)
    runner.work(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "policy.arrival: -1 is not between" in run.error
