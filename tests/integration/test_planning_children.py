"""The solve's own process: what it gets, what it may not know, and every way in which it can end badly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from scheduling import child, runner, runs
from scheduling.engine.interchange import problem_data
from scheduling.models import PlanningRun
from scheduling.services import comparing, publishing
from tests.factories.hub import make_address
from tests.factories.scheduling import Week, make_candidate, make_run, make_week, map_week
from tests.factories.visits import NOW, make_shifts, make_worker
from visits.models import Rota

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def week() -> Week:
    """Ten occurrences that one worker can do."""
    return make_week()


@pytest.fixture
def planner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a misbehaving program in the optimiser's place; it is called as the optimiser is."""

    def install(source: str) -> Path:
        script = tmp_path / "planner.py"
        script.write_text(
            "import json, os, signal, sys, time\n"
            "problem, out = sys.argv[2], sys.argv[sys.argv.index('--out') + 1]\n" + textwrap.dedent(source)
        )
        monkeypatch.setattr(child, "COMMAND", (sys.executable, str(script)))
        monkeypatch.setattr(child, "TICK_SECONDS", 0.1)
        return tmp_path

    return install


def work(week: Week) -> PlanningRun:
    """A run worked on once."""
    run = make_run(week.area)
    runner.work(run.pk)
    run.refresh_from_db()
    return run


def test_a_plan_that_breaks_a_rule_is_never_a_rota(week: Week, planner) -> None:
    """All ten at midnight by one worker: the run fails and says which rules."""
    planner("""
        given = json.load(open(problem))
        worker = given["workers"][0]["id"]
        served = [{"occurrence": o["id"], "workers": [worker], "start": 0} for o in given["occurrences"]]
        plan = {"format": "care-week-plan/1", "problem": given["name"], "assignments": served, "unplaced": []}
        json.dump(plan, open(out, "w"))
    """)
    run = work(week)
    assert (run.status, Rota.objects.count()) == ("failed", 0)
    assert "breaks" in run.error
    assert "window: n" in run.error


def test_a_plan_that_forgets_an_occurrence_is_never_a_rota(week: Week, planner) -> None:
    """An empty plan does not hold what was asked."""
    planner("""
        plan = {"format": "care-week-plan/1", "problem": "week", "assignments": [], "unplaced": []}
        json.dump(plan, open(out, "w"))
    """)
    run = work(week)
    assert (run.status, Rota.objects.count()) == ("failed", 0)
    assert "stands 0 times" in run.error


def test_a_search_starts_from_the_published_rota(week: Week, planner) -> None:
    """An optimiser that only hands back what it was given leaves everything as it was published."""
    published = publishing.publish(rota=make_candidate(week, start="08:25", days=4), by=None, now=NOW)
    planner("""
        given = json.load(open(sys.argv[sys.argv.index("--initial") + 1]))
        json.dump(given, open(out, "w"))
    """)
    run = work(week)
    assert (run.status, run.rota.placed, run.rota.terms["change"]) == ("done", 8, 0)
    assert comparing.differences(run.rota, published).of_person == {}


def test_a_published_worker_who_fell_ill_is_dropped_from_the_start(week: Week) -> None:
    """What is published need not be legal any more: the search takes what still holds."""
    publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    helper = make_worker(week.agency, week.area)
    make_shifts(helper)
    week.worker.shifts.first().delete()
    run = work(week)
    assert (run.status, run.error) == ("done", "")
    assert run.rota.visits.first().worker == helper
    assert run.rota.placed == 10


def test_half_a_plan_is_refused(week: Week, planner) -> None:
    """A file cut short is not guessed at."""
    planner("open(out, 'w').write('{\"format\": \"care-week')")
    run = work(week)
    assert run.status == "failed"
    assert "cannot be read: file: is not JSON" in run.error


def test_an_optimiser_that_refuses_is_quoted(week: Week, planner) -> None:
    """Its last words on standard error are the reason."""
    planner("print('locks[0]: cannot hold', file=sys.stderr); sys.exit(2)")
    run = work(week)
    assert (run.status, run.error) == (
        "failed",
        "The optimiser ended without a plan (status 2: locks[0]: cannot hold).",
    )


def test_an_optimiser_that_crashes_is_tried_three_times_and_then_left(week: Week, planner) -> None:
    """A killed process may have been bad luck; three of them are not."""
    planner("os.kill(os.getpid(), signal.SIGSEGV)")
    run = make_run(week.area)
    for attempt in (1, 2, 3):
        runner.work(run.pk)
        run.refresh_from_db()
        assert (run.status, run.attempt) == ("running", attempt)
        assert run in runs.due_for_sending()
    runner.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "Its worker died 3 times.")


def test_an_optimiser_that_overruns_and_will_not_stop_is_killed(
    week: Week, planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its time nor a request to stop ends it, so the run does not wait for it."""
    folder = planner("""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        open(os.path.join(os.path.dirname(__file__), "pid"), "w").write(str(os.getpid()))
        time.sleep(300)
    """)
    monkeypatch.setattr(child, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(child, "LAST_SECONDS", 0.3)
    run = work(week)
    assert (run.status, run.rota) == ("failed", None)
    assert "did not stop" in run.error
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)


def test_the_best_plan_of_an_optimiser_that_overruns_is_kept(
    week: Week, planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked to stop, it writes what it has, and that is a candidate like any other."""
    planner("""
        given = json.load(open(problem))
        left = [{"occurrence": o["id"], "reason": "no_capacity"} for o in given["occurrences"]]
        plan = {"format": "care-week-plan/1", "problem": "week", "assignments": [], "unplaced": left}
        def stop(*_):
            json.dump(plan, open(out, "w"))
            sys.exit(0)
        signal.signal(signal.SIGINT, stop)
        time.sleep(300)
    """)
    monkeypatch.setattr(child, "GRACE_SECONDS", 0.5)
    run = work(week)
    assert (run.status, run.rota.unplaced_count) == ("done", 10)


def test_the_child_sees_codes_and_no_secrets(week: Week, planner, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name, address or number in its file, which nobody else may read, and no key in its surroundings."""
    week.person.family_name, week.person.nhs_number = "Zzcanary", "9990000018"
    week.person.address = make_address(week.area, lines="Zzdoor, Aylsham")
    week.person.save()
    monkeypatch.setenv("SECRET_KEY", "Zzkey")
    monkeypatch.setenv("DATABASE_URL", "postgresql://zzuser:Zzpassword@localhost/zz")
    folder = planner("""
        seen = {
            "problem": open(problem).read(),
            "mode": os.stat(problem).st_mode & 0o777,
            "folder": os.stat(os.path.dirname(problem)).st_mode & 0o777,
            "environment": dict(os.environ),
            "arguments": sys.argv,
        }
        json.dump(seen, open(os.path.join(os.path.dirname(__file__), "seen.json"), "w"))
        sys.exit(3)
    """)
    work(week)
    text = (folder / "seen.json").read_text()
    for secret in ("Zz", "zzuser", "9990000018", "1941-05-06", "NR11", week.agency.name):
        assert secret not in text
    seen = json.loads(text)
    assert (seen["mode"], seen["folder"]) == (0o600, 0o700)


def test_nothing_is_left_on_the_disk(week: Week, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the solve is gone when the solve is."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    work(week)
    assert list(tmp_path.iterdir()) == []


def test_the_child_dies_with_its_worker(week: Week, tmp_path: Path) -> None:
    """kill -9 closes the pipe between them, so no search goes on for nobody, not even while it compiles."""
    (tmp_path / "problem.json").write_text(json.dumps(problem_data(map_week(week).problem)))
    script = (
        "import subprocess\n"
        "from scheduling import child\n"
        "from scheduling.engine.interchange import read_problem\n"
        "class Told(subprocess.Popen):\n"
        "    def __init__(self, *arguments, **options):\n"
        "        super().__init__(*arguments, **options)\n"
        "        print(self.pid, flush=True)\n"
        "subprocess.Popen = Told\n"
        f"problem = read_problem({str(tmp_path / 'problem.json')!r})\n"
        "child.solve(problem, seconds=600, seed=1, tick=lambda progress: False)\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    worker = subprocess.Popen(
        [sys.executable, "-c", script], cwd=child.CODE, env=environment, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    with worker.stdout:
        search = int(worker.stdout.readline())
    assert is_alive(search)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    for _ in range(300):
        if not is_alive(search):
            return
        time.sleep(0.1)
    os.kill(search, signal.SIGKILL)
    raise AssertionError("the search went on without its worker")


def is_alive(pid: int) -> bool:
    """Not gone, and not dead and waiting to be buried by whoever adopted it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and ") Z " in stat.read_text())
