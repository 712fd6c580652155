"""Celery and Redis are only hands: whatever is killed, flushed or away, a run is planned once."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import transaction

from scheduling import leases, runs, tasks
from scheduling.models import PlanningRun
from scheduling.services import planning
from tests.factories.scheduling import make_run, make_week
from tests.factories.visits import MONDAY, NOW
from visits.models import Rota

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 150  # a first solve may have to compile
QUEUE = "celery"
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(autouse=True)
def queue() -> Iterator[redis.Redis]:
    """This test run's own Redis database, empty before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as connection:
        connection.flushdb()
        yield connection
        connection.flushdb()


@pytest.fixture
def start_worker(child_environment: dict[str, str]) -> Iterator[Start]:
    """Starts real Celery workers, and sees to it that none is left."""
    started: list[subprocess.Popen[bytes]] = []

    def start(pool: str = "solo") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", pool, "-c", "1"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
        worker = subprocess.Popen(
            [*command, *quiet], cwd=settings.BASE_DIR, env=child_environment, stderr=subprocess.DEVNULL
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.terminate()  # lets the processes of its pool go home first
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def wait_for(run: PlanningRun, *, status: str) -> None:
    """Look five times a second until the run has the status."""
    tick = threading.Event()
    for _ in range(PATIENCE_SECONDS * 5):
        run.refresh_from_db()
        if run.status == status:
            return
        tick.wait(0.2)
    raise AssertionError(f"the run is still {run.status}, not {status}: {run.error}")


def request(**wish: object) -> PlanningRun:
    """A wish for a rota of a small week."""
    return planning.request(area=make_week().area, week_start=MONDAY, by=None, now=NOW, seconds=1, **wish)


def test_a_wish_goes_through_the_queue_as_a_key_and_nothing_else(
    queue: redis.Redis, start_worker: Start
) -> None:
    """The message holds the run's key; a real worker takes it and leaves a candidate."""
    run = request()
    run.refresh_from_db()
    assert run.enqueued_at is not None
    (message,) = (json.loads(item) for item in queue.lrange(QUEUE, 0, -1))
    assert json.loads(base64.b64decode(message["body"]))[:2] == [[run.pk], {}]
    person = run.area.addresses.get().people.get()
    for secret in (person.family_name, person.given_name, "NR11", "1941"):
        assert secret not in json.dumps(message)
    start_worker("prefork")  # as a county runs it
    wait_for(run, status="done")
    assert run.rota.placed == 10


def test_a_worker_killed_in_the_middle_is_replaced_and_the_week_planned_once(
    start_worker: Start,
) -> None:
    """kill -9, the lease runs out, the sweep sends the run again, another worker makes the one rota."""
    run = request()
    PlanningRun.objects.filter(pk=run.pk).update(seconds=600)
    worker = start_worker()
    wait_for(run, status="running")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    tasks.sweep()
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("running", 1)  # the lease holds: nothing is sent yet
    past = leases.database_time() - timedelta(seconds=1)
    PlanningRun.objects.filter(pk=run.pk).update(seconds=1, lease_until=past)  # half a minute goes by
    tasks.sweep()
    tasks.sweep()  # twice, and the message twice in the queue
    start_worker()
    wait_for(run, status="done")
    assert (run.attempt, Rota.objects.count()) == (2, 1)


def test_a_wish_outlives_a_queue_that_is_away(queue: redis.Redis, child_environment: dict[str, str]) -> None:
    """With Redis down the wish is taken all the same, and the next sweep sends it."""
    area = make_week().area
    script = (
        "import django; django.setup()\n"
        "import datetime as dt\n"
        "from hub.models import Area\n"
        "from scheduling.services import planning\n"
        f"area, now = Area.objects.get(pk={area.pk}), dt.datetime(2027, 1, 13, tzinfo=dt.UTC)\n"
        "run = planning.request(area=area, week_start=dt.date(2027, 1, 11), by=None, now=now)\n"
        "print(run.status)"
    )
    nowhere = {"REDIS_URL": "redis://127.0.0.1:1/0", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=child_environment | nowhere,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.strip() == "queued"
    assert "waits for the sweep" in done.stderr
    run = PlanningRun.objects.get()
    assert (run.status, run.enqueued_at) == ("queued", None)
    tasks.sweep()
    run.refresh_from_db()
    assert (queue.llen(QUEUE), run.enqueued_at is None) == (1, False)


def test_a_flushed_queue_loses_nothing(queue: redis.Redis) -> None:
    """A message that nobody has acted on for five minutes is taken for lost and sent again, once."""
    run = request()
    queue.flushdb()
    tasks.sweep()
    assert queue.llen(QUEUE) == 0  # it may still be on its way
    PlanningRun.objects.filter(pk=run.pk).update(
        enqueued_at=leases.database_time() - runs.MESSAGE_LOST_AFTER - timedelta(seconds=1)
    )
    tasks.sweep()
    tasks.sweep()
    assert queue.llen(QUEUE) == 1


def test_a_run_made_in_a_transaction_that_fails_is_never_sent(queue: redis.Redis) -> None:
    """The queue hears of a run only once the database has it."""
    with transaction.atomic():
        request()
        transaction.set_rollback(True)
    assert (queue.llen(QUEUE), PlanningRun.objects.count()) == (0, 0)


def test_a_task_for_a_run_that_is_gone_or_done_does_nothing() -> None:
    """Old messages are harmless."""
    run = make_run(make_week().area, status="done")
    tasks.plan(run.pk)
    tasks.plan(10**9)
    assert Rota.objects.count() == 0
