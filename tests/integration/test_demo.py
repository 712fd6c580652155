"""`manage.py demo` as a newcomer runs it: end to end, twice, and interrupted."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.demo.children import began_at, descendants
from hub.models import Agency, Contact, Delivery, Need, Person, SourceRecord, User
from scheduling.models import PlanningRun
from visits.models import NamedWorker, Rota, Shift, Visit, Worker

PEOPLE, SECONDS = 24, 2
COUNTED = (Agency, Contact, Need, NamedWorker, Person, PlanningRun, Rota, Shift, SourceRecord, Visit, Worker)


@pytest.fixture
def demo(child_environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the command on this test's database; whatever still runs at the end is killed."""
    started = []

    def start(*options: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "manage.py",
            "demo",
            f"--people={PEOPLE}",
            f"--seconds={SECONDS}",
            *options,
        ]
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=child_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def ended(process: subprocess.Popen[str], *, within: float = 300) -> str:
    """What the command printed, once it has ended."""
    printed, _ = process.communicate(timeout=within)
    return printed


def counts() -> dict[str, int]:
    """How many rows there are of what a demonstration makes."""
    return {model.__name__: model.objects.count() for model in COUNTED}


def test_a_demonstration_is_published_once_and_leaves_nothing_behind(
    demo: Callable[..., subprocess.Popen[str]],
) -> None:
    """Files become a published rota and a site; Ctrl-C ends it all; a second run doubles nothing."""
    process = demo(f"--port={_free_port()}")
    printed = _read_until(process, "The site:")
    family = descendants(process.pid)
    assert len(family) >= 6  # the site, the planners, and the processes of each
    rest = _interrupt(process)
    assert process.returncode == 0, rest
    assert _eventually(lambda: not _living(family))

    rota = Rota.objects.get(status=Rota.Status.PUBLISHED)
    assert rota.placed > 0
    assert rota.asked == rota.placed + rota.unplaced_count
    _check_table(printed, rota)
    refused = Delivery.objects.get(status=Delivery.Status.REFUSED)
    assert refused.agency.code == "saltmarsh-homes"
    assert Person.objects.count() < SourceRecord.objects.filter(kind="person").count()
    assert NamedWorker.objects.exists()
    _check_log_ins()
    before = counts()

    process = demo("--no-serve")
    printed = ended(process)
    assert process.returncode == 0, printed
    assert counts() == before
    assert "published, and nothing has changed" in printed
    _check_table(printed, rota)


def _check_log_ins() -> None:
    """Passwords open the accounts, are readable by their owner alone, and differ from each other."""
    vault = settings.BASE_DIR / ".private" / "demo-passwords.json"
    assert vault.stat().st_mode & 0o777 == 0o600
    passwords = json.loads(vault.read_text())
    assert len(set(passwords.values())) == 5
    for name, password in passwords.items():
        assert User.objects.get(username=name).check_password(password)
    assert Worker.objects.get(user__username="field-worker").visits.filter(is_published=True).exists()


def _check_table(printed: str, rota: Rota) -> None:
    """The table holds the rota's own figures, and those of the agencies' runs added up."""
    alone = PlanningRun.objects.filter(agency__isnull=False)
    rows = {
        label: [cell.replace(",", "") for cell in cells.split()]
        for label, cells in re.findall(r"^(.*?\S) {2,}([\d,.−+ %]+)$", printed, re.MULTILINE)
    }
    arrivals = sum(run.figures["arrivals"] for run in alone)
    assert rows["Visits (arrivals at a door)"][:2] == [str(arrivals), str(rota.figures["arrivals"])]
    assert rows["Occurrences asked"][:2] == [str(rota.asked)] * 2
    unplaced = Counter[str]()
    for run in alone:
        unplaced.update(run.figures["unplaced"])
    assert rows["Occurrences unplaced"][:2] == [str(unplaced.total()), str(rota.unplaced_count)]
    assert PlanningRun.objects.get(agency=None).seconds == SECONDS
    assert sum(run.seconds for run in alone) >= SECONDS


def test_other_people_are_not_mixed_in(demo: Callable[..., subprocess.Popen[str]]) -> None:
    """A database that holds somebody's agencies is left alone, with advice."""
    Agency.objects.create(code="real", name="A real agency", kind="fire", letter="R")
    process = demo("--no-serve")
    printed = ended(process)
    assert process.returncode == 1
    assert "holds something else" in printed
    assert Agency.objects.count() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("moment", ["Receive wensum", "Planning each"])
def test_ctrl_c_leaves_no_process_behind(demo: Callable[..., subprocess.Popen[str]], moment: str) -> None:
    """Interrupted while receiving or planning, the command takes everything it started along."""
    process = demo("--no-serve", "--seconds=60")
    _read_until(process, moment)
    if moment == "Planning each":
        assert _eventually(lambda: len(_solvers(process.pid)) == 2)
    family = descendants(process.pid)
    assert _living(family)
    printed = _interrupt(process)
    assert process.returncode == 130, printed
    assert _eventually(lambda: not _living(family))
    assert not PlanningRun.objects.filter(status=PlanningRun.Status.QUEUED).exists()


def _solvers(pid: int) -> list[int]:
    """The optimiser's processes below the command's; each leads a session of its own."""
    return [
        child
        for child in descendants(pid)
        if b"scheduling.engine" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def _living(family: dict[int, str]) -> list[int]:
    """Those of the processes that have not ended."""
    return [pid for pid, began in family.items() if began_at(pid) == began]


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def _interrupt(process: subprocess.Popen[str]) -> str:
    """As a terminal does, once; returns what was still printed."""
    os.kill(process.pid, signal.SIGINT)
    return ended(process, within=60)


def _eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith(words):
            return "".join(seen)
    pytest.fail("".join(seen))
