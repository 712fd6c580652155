"""Leases: one worker at a time, and a late one is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduling import leases, runs
from scheduling.models import PlanningRun
from tests.factories.hub import make_area
from tests.factories.scheduling import make_run

pytestmark = pytest.mark.django_db


def let_expire(run: PlanningRun) -> None:
    """As if its worker had been dead for a minute."""
    past = leases.database_time() - dt.timedelta(minutes=1)
    PlanningRun.objects.filter(pk=run.pk).update(lease_until=past)


def test_a_run_is_claimed_once() -> None:
    """The message delivered twice finds the run taken."""
    run = make_run(make_area())
    first = runs.claim(run.pk)
    assert first is not None
    assert (first.status, first.attempt) == ("running", 1)
    assert runs.claim(run.pk) is None


def test_an_expired_lease_lets_the_next_attempt_begin_and_refuses_the_last() -> None:
    """The worker that comes back from the dead may neither beat nor finish."""
    run = make_run(make_area())
    first = runs.claim(run.pk)
    let_expire(run)
    second = runs.claim(run.pk)
    assert first is not None
    assert second is not None
    assert second.attempt == 2
    for late in (lambda: runs.beat(first, {}), lambda: runs.hold(first), lambda: runs.finish(first, "done")):
        with pytest.raises(runs.LeaseLostError):
            late()
    runs.finish(second, "done")
    run.refresh_from_db()
    assert (run.status, run.lease_until) == ("done", None)


def test_without_the_attempt_number_the_late_worker_would_win() -> None:
    """The number is what refuses it: given the new attempt's number, the old worker's word is taken."""
    run = make_run(make_area())
    first = runs.claim(run.pk)
    let_expire(run)
    runs.claim(run.pk)
    assert first is not None
    first.attempt = 2
    runs.finish(first, "done")
    run.refresh_from_db()
    assert run.status == "done"


def test_after_three_dead_workers_the_run_has_failed() -> None:
    """What kills every worker that touches it is put aside."""
    run = make_run(make_area())
    for _ in range(runs.MOST_ATTEMPTS):
        assert runs.claim(run.pk) is not None
        let_expire(run)
    assert runs.claim(run.pk) is None
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "Its worker died 3 times.")


def test_a_cancelled_run_whose_worker_died_is_not_begun_again() -> None:
    """Nobody wants it any more."""
    run = make_run(make_area())
    runs.claim(run.pk)
    let_expire(run)
    PlanningRun.objects.filter(pk=run.pk).update(cancel_requested_at=run.requested_at)
    assert runs.claim(run.pk) is None
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_the_sweep_sends_what_no_message_stands_for() -> None:
    """Never sent, sent long ago and not begun, or left by a dead worker; not what is fresh or going on."""
    now = leases.database_time()
    old = now - runs.MESSAGE_LOST_AFTER - dt.timedelta(seconds=1)
    never_sent = make_run(make_area())
    lost = make_run(make_area(), enqueued_at=old)
    dead = make_run(make_area(), status="running", lease_until=old, enqueued_at=now)
    make_run(make_area(), enqueued_at=now)
    make_run(make_area(), status="running", lease_until=now + dt.timedelta(seconds=20))
    make_run(make_area(), status="done")
    assert set(runs.due_for_sending()) == {never_sent, lost, dead}
