"""Two deliveries at the same moment, and files larger than memory should hold."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Model

from hub.identity import joining
from hub.models import Delivery, Feed, Person, SourceRecord
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, plain, schedule_lines

pytestmark = pytest.mark.django_db(transaction=True)


def two_feeds() -> list[Feed]:
    agencies = [hub.make_agency("nurses"), hub.make_agency("carers")]
    hub.make_agreement(*agencies)
    return [hub.make_feed(agency, format="plain") for agency in agencies]


def deliver_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both send the same new person; each looks for her before either has stored her, if it can."""
    meeting = threading.Barrier(2)
    reserve = joining.reserve

    def reserve_together(model: type[Model], number: int) -> list[int]:
        with suppress(threading.BrokenBarrierError):  # the other may wait for the lock and cannot come
            meeting.wait(timeout=1.5)
        return reserve(model, number)

    monkeypatch.setattr(joining, "reserve", reserve_together)
    number = hub.make_nhs_number(3)
    errors: list[BaseException] = []

    def deliver(feed: Feed, door: int) -> None:
        row = call(1, nhs_number=number, nhs_number_verified="yes", address=f"{door} Mill Row")
        try:
            receive(feed=feed, file=io.BytesIO(plain([row])), file_name="a.csv", by=None, now=hub.NOW)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=deliver, args=(feed, door)) for door, feed in enumerate(two_feeds(), start=1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert SourceRecord.objects.count() == 2


def test_two_deliveries_at_once_make_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for the first and then finds the person whom it made."""
    deliver_at_once(monkeypatch)
    assert Person.objects.count() == 1


def test_without_the_lock_the_same_race_makes_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is what prevents it: with the lock off, one woman becomes two."""
    monkeypatch.setattr(joining, "take_lock", lambda: None)
    deliver_at_once(monkeypatch)
    assert Person.objects.count() == 2


def test_the_same_bytes_at_once_are_taken_once() -> None:
    """Two people press the button with the same file: one delivery is taken, the other finds it."""
    feed = two_feeds()[0]
    data = plain([call(1), call(2)])
    returned: list[Delivery] = []

    def deliver() -> None:
        try:
            returned.append(
                receive(feed=feed, file=io.BytesIO(data), file_name="a.csv", by=None, now=hub.NOW)
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({delivery.pk for delivery in returned}) == 1
    assert sorted(delivery.already_taken for delivery in returned) == [False, True, True]


MEASURED = """
import sys
from pathlib import Path
import django
django.setup()
from django.utils import timezone
from hub.models import Feed
from hub.services.receiving import receive

with open(sys.argv[1], "rb") as file:
    feed, now = Feed.objects.get(code="big"), timezone.now()
    delivery = receive(feed=feed, file=file, file_name="a", by=None, now=now)
# Not getrusage: its peak includes that of the process from which this one was forked.
peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
print(delivery.status, delivery.rejected, peak)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_the_file(tmp_path: Path, child_environment: dict[str, str]) -> None:
    """Thirty megabytes need hardly more memory than six: the file is never held as a whole."""
    agency = hub.make_agency("big")
    hub.make_agreement(agency, hub.make_agency("council"))
    hub.make_feed(agency, code="big")
    small = peak(tmp_path, child_environment, megabytes=6)
    large = peak(tmp_path, child_environment, megabytes=30)
    assert large - small < 12 * 1024  # kilobytes; the file has twenty-four thousand more


def peak(folder: Path, environment: dict[str, str], *, megabytes: int) -> int:
    """Kilobytes that a process needs to receive a file of many rows, nearly all of them bad."""
    path = folder / f"{megabytes}.csv"
    padding = "x" * 6000
    with path.open("wb") as file:
        rows = (
            call(number, minutes="30" if number % 50 == 0 else padding) for number in range(megabytes * 175)
        )
        for line in schedule_lines(rows):
            file.write(line)
    assert path.stat().st_size > megabytes * 0.95 * 1024 * 1024
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)],
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    status, rejected, kilobytes = ended.stdout.split()
    assert (status, int(rejected) > megabytes * 150) == ("taken", True)
    return int(kilobytes)
