"""`manage.py demo` as a newcomer runs it: end to end, twice, and interrupted."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from hub.models import Agency, Contact, Delivery, Need, Person, SourceRecord
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
            env=child_environment | {"PYTHONUNBUFFERED": "1"},
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


def ended(process: subprocess.Popen[str], *, within: float = 120) -> str:
    """What the command printed, once it has ended."""
    printed, _ = process.communicate(timeout=within)
    return printed


def processes_of(mark: str) -> list[int]:
    """The living processes whose environment holds the mark: those of one test and their children."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def counts() -> dict[str, int]:
    """How many rows there are of what a demonstration makes."""
    return {model.__name__: model.objects.count() for model in COUNTED}


def test_a_demonstration_goes_from_files_to_a_published_rota(
    demo: Callable[..., subprocess.Popen[str]],
) -> None:
    """Everything is received, matched, planned and published; a second run doubles nothing."""
    process = demo("--no-serve")
    printed = ended(process)
    assert process.returncode == 0, printed
    rota = Rota.objects.get(status=Rota.Status.PUBLISHED)
    assert rota.placed > 0
    assert rota.asked == rota.placed + rota.unplaced_count
    _check_table(printed, rota)
    refused = Delivery.objects.get(status=Delivery.Status.REFUSED)
    assert refused.agency.code == "saltmarsh-homes"
    assert Person.objects.count() < SourceRecord.objects.filter(kind="person").count()
    assert NamedWorker.objects.exists()
    before = counts()

    process = demo("--no-serve")
    printed = ended(process)
    assert process.returncode == 0, printed
    assert counts() == before
    assert "published, and nothing has changed" in printed
    _check_table(printed, rota)


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
@pytest.mark.parametrize("moment", ["Postcodes", "Planning,", "The site:"])
def test_ctrl_c_leaves_no_process_behind(
    demo: Callable[..., subprocess.Popen[str]], child_environment: dict[str, str], moment: str
) -> None:
    """Interrupted while receiving, planning or serving, the command takes everything it started along."""
    mark = f"CARE_TEST_MARK=demo-{os.getpid()}-{moment[:4]}"
    child_environment.update([mark.split("=")])
    port = 8700 + os.getpid() % 200
    process = demo(f"--port={port}")
    assert process.stdout is not None
    _read_until(process, moment)
    if moment == "Planning,":
        time.sleep(1.5)  # until solvers run
    os.killpg(process.pid, signal.SIGINT)
    ended(process, within=30)
    assert process.returncode == (0 if moment == "The site:" else 130)
    deadline = time.monotonic() + 5
    while (left := processes_of(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def _read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith(words):
            return
    pytest.fail("".join(seen))


def test_the_log_ins_are_kept_private(demo: Callable[..., subprocess.Popen[str]]) -> None:
    """Passwords are made once, readable by their owner alone, and differ from each other."""
    ended(demo("--no-serve"))
    vault = settings.BASE_DIR / ".private" / "demo-passwords.json"
    assert vault.stat().st_mode & 0o777 == 0o600
    passwords = json.loads(vault.read_text())
    assert set(passwords) == {"coordinator", "field-worker", "administrator", "manager"}
    assert len(set(passwords.values())) == 4
