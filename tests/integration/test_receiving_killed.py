"""A delivery whose process is killed leaves nothing behind, and running it again makes up for it."""

from __future__ import annotations

import hashlib
import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from hub.models import (
    Contact,
    Delivery,
    Feed,
    KnownAs,
    MatchDecision,
    Need,
    NeedGap,
    Person,
    Rejection,
    SourceRecord,
)
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 1200
KILLED_AFTER = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from hub.models import Feed
from hub.services.receiving import receive

chunks = 0
def die(progress):
    global chunks
    chunks += 1
    if chunks == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

with open(sys.argv[1], "rb") as file:
    feed, now = Feed.objects.get(), timezone.now()
    receive(feed=feed, file=file, file_name="calls.csv", by=None, now=now, on_progress=die)
"""
# What a row says, without keys that PostgreSQL counts up and random public ids.
SAID = {
    SourceRecord: ("agency__code", "kind", "key", "place", "content_hash", "payload", "person__family_name"),
    Person: ("family_name", "given_name", "birth_date", "nhs_number", "address__match_key"),
    KnownAs: ("source_record__key", "person__family_name", "family_key", "postcode", "birth_date"),
    MatchDecision: ("source_record__key", "person__family_name", "outcome", "rule", "evidence"),
    Need: ("reference", "person__family_name", "title", "minutes", "rrule", "source_record__key"),
    NeedGap: ("before__reference", "after__reference", "min_minutes"),
    Contact: ("reference", "person__family_name"),
    Rejection: ("place", "field", "rule", "message"),
    Delivery: ("sha256", "status", "taken", "unchanged", "rejected", "skipped"),
}


def checksum() -> str:
    """The same for the same content, whatever keys the rows have."""
    rows = {
        model.__name__: sorted(map(repr, model.objects.values_list(*names))) for model, names in SAID.items()
    }
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [call(number) for number in range(1, ROWS)]
    rows[3] |= {"next_call": "C4-NOON", "next_call_min_minutes": 120}
    rows.insert(900, call(4, call_reference="C4-NOON", earliest="12:00", latest="13:00"))
    rows[700]["minutes"] = "thirty"
    path = tmp_path / "calls.csv"
    path.write_bytes(schedule(rows))
    return path


@pytest.fixture
def feed() -> Feed:
    agency = hub.make_agency("coastal-care")
    hub.make_agreement(agency, hub.make_agency("council"))
    hub.make_skill("personal_care")
    return hub.make_feed(agency, code="coastal")


def test_killed_at_any_moment_nothing_is_half_stored(
    feed: Feed, file: Path, child_environment: dict[str, str]
) -> None:
    """Killed among the people, among the needs, and just before the end; then run to the end."""
    nothing = checksum()
    child = [sys.executable, "-c", KILLED_AFTER, str(file)]
    environment = {**child_environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    for moment in (1, 3, 5):
        ended = subprocess.run(
            [*child, str(moment)], env=environment, cwd=settings.BASE_DIR, capture_output=True, check=False
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
        assert checksum() == nothing
    with file.open("rb") as stream:
        delivery = receive(feed=feed, file=stream, file_name="calls.csv", by=None, now=hub.NOW)
    after_kills = checksum()
    assert delivery.taken == 2 * ROWS - 2
    assert NeedGap.objects.count() == 1
    _empty()
    receive(feed=feed, file=io.BytesIO(file.read_bytes()), file_name="calls.csv", by=None, now=hub.NOW)
    assert checksum() == after_kills


def test_the_command_killed_from_outside_leaves_nothing(
    feed: Feed, file: Path, child_environment: dict[str, str]
) -> None:
    """kill -9 on `manage.py receive` while the database works for it."""
    nothing = checksum()
    command = [sys.executable, "manage.py", "receive", "coastal", str(file)]
    process = subprocess.Popen(
        command,
        env=child_environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        writing = _wait_until_writing()
    finally:
        process.kill()
        process.communicate()
    _wait_until_gone(writing)
    assert checksum() == nothing
    ended = subprocess.run(
        command, env=child_environment, cwd=settings.BASE_DIR, capture_output=True, check=False, text=True
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert f"{2 * ROWS - 2:,} taken, 0 unchanged, 1 rejected" in ended.stdout


def _wait_until_writing() -> int:
    """The server process of another connection, once it has rows that are not committed yet."""
    return _wait_for(
        "SELECT pid FROM pg_locks WHERE mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"
        " AND relation = 'hub_need'::regclass AND database = (SELECT oid FROM pg_database"
        " WHERE datname = current_database())"
    )


def _wait_until_gone(pid: int) -> None:
    """Until the server process has noticed that its client is gone."""
    _wait_for("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", pid)


def _wait_for(question: str, *values: int) -> int:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            if row := cursor.fetchone():
                return int(row[0])
        time.sleep(0.01)
    raise AssertionError("waited two minutes in vain")


def _empty() -> None:
    for model in (MatchDecision, KnownAs, NeedGap, Need, Contact, SourceRecord, Person, Rejection, Delivery):
        model.objects.all().delete()
