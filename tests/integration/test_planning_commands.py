"""manage.py plan and publish: the way to a rota without a browser."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import uuid
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from scheduling import tasks
from scheduling.models import PlanningRun
from tests.factories.hub import make_area, make_user
from tests.factories.scheduling import Week, make_candidate, make_run, make_week
from tests.factories.visits import MONDAY
from visits.models import Rota

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def week(monkeypatch: pytest.MonkeyPatch) -> Week:
    """Ten occurrences that one worker can do; no message is left in the queue."""
    monkeypatch.setattr(tasks, "enqueue", lambda key: True)
    return make_week()


def call(*arguments: Any, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_plan_leaves_a_candidate_and_publish_puts_it_in_force(week: Week) -> None:
    """The id that the one prints is the id that the other takes."""
    printed = call("plan", week.area.code, str(MONDAY), seconds=1)
    rota = Rota.objects.get()
    assert f"done; arrivals 5, per person 5.0, faces 1.0, unplaced 0; rota {rota.public_id}" in printed
    by = make_user()
    assert "Published version 1" in call("publish", str(rota.public_id), by=by.username)
    rota.refresh_from_db()
    assert (rota.status, rota.events.last().by) == ("published", by)


def test_ctrl_c_leaves_the_week_free_and_no_search_behind(
    week: Week, child_environment: dict[str, str]
) -> None:
    """The run is cancelled, its process gone, and the week can be planned again."""
    command = [sys.executable, "manage.py", "plan", week.area.code, str(MONDAY), "--seconds", "600"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=child_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    began = time.monotonic()
    assert b"cost" in process.stdout.readline()  # it has begun to search
    assert time.monotonic() - began < 60, "progress waits in a buffer until that is full"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode != 0, said
    run = PlanningRun.objects.get()
    assert run.status == "cancelled"


def test_plan_of_one_agency_tells_figures_alone(week: Week) -> None:
    """No rota comes of a comparison."""
    printed = call("plan", week.area.code, str(MONDAY), seconds=1, agency=week.agency.code)
    assert "arrivals 5" in printed
    assert "rota" not in printed


def test_what_cannot_be_planned_is_said(week: Week) -> None:
    """An unknown area or agency, a week under way, a run that fails."""
    with pytest.raises(CommandError, match="not the code of an area"):
        call("plan", "atlantis", str(MONDAY))
    with pytest.raises(CommandError, match="not the code of an agency"):
        call("plan", week.area.code, str(MONDAY), agency="atlantis")
    make_run(week.area)
    with pytest.raises(CommandError, match="planned already"):
        call("plan", week.area.code, str(MONDAY))
    broken = make_area()
    broken.policies.create(weights={"face": "much"}, set_at="2027-01-01T00:00Z")
    with pytest.raises(CommandError, match=r"policy\.face: is not a whole number"):
        call("plan", broken.code, str(MONDAY))


def test_publish_says_why_it_is_refused(week: Week) -> None:
    """No such rota, no such user, or a change underneath."""
    rota = make_candidate(week)
    with pytest.raises(CommandError, match="no such rota"):
        call("publish", str(uuid.uuid4()))
    with pytest.raises(CommandError, match="no such user"):
        call("publish", str(rota.public_id), by="nobody")
    week.worker.shifts.first().delete()
    with pytest.raises(CommandError, match="something has changed in when workers are on"):
        call("publish", str(rota.public_id))
