"""What every test shares: the servers, a moment in time, no way out to the internet.

Settings have already asked for the servers when this file is read (pytest-django loads settings
first), so here they are only named and divided among test runs.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from hypothesis import settings as hypothesis_settings

from config import embedded
from config.embedded import locks

SLOT_VARIABLE = "CARE_TEST_SLOT"
SLOTS = 6
QUEUES_PER_SLOT = 10  # one Redis database for each xdist worker
QUEUES = 15 if "REDIS_URL" in os.environ else 60  # Redis has 16 as it comes, and the private one 64
SLOT_LOCK = pytest.StashKey[int]()

# A slow shared machine is no failure, and a run that fails must fail again for whoever looks into it.
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.register_profile("developer", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") == "true" else "developer")


def pytest_configure(config: pytest.Config) -> None:
    """Give this run a database and queues that neither another run nor a demonstration uses."""
    if SLOT_VARIABLE not in os.environ or not hasattr(config, "workerinput"):
        slot, config.stash[SLOT_LOCK] = _free_slot(Path(settings.BASE_DIR) / ".private")
        os.environ[SLOT_VARIABLE] = str(slot)  # xdist's workers inherit it
    slot = int(os.environ[SLOT_VARIABLE])
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_care_{slot}"
    queue = 1 + (slot * QUEUES_PER_SLOT + worker) % QUEUES  # never 0, where a demonstration's tasks wait
    settings.ROADS_DIR = Path(settings.BASE_DIR) / ".private" / "no-roads"  # a developer's own change no test
    settings.REDIS_URL = settings.CELERY_BROKER_URL = _with_database(settings.REDIS_URL, queue)
    settings.CELERY_RESULT_BACKEND = settings.REDIS_URL


def _free_slot(folder: Path) -> tuple[int, int]:
    """The number of a slot that no living test run holds, and the lock that holds it.

    A run that is killed leaves its database behind; the next run in the slot replaces it.
    """
    folder.mkdir(exist_ok=True)
    for slot in range(SLOTS):
        if (lock := locks.try_take(folder / f"test-slot-{slot}.lock", locks.ALONE)) is not None:
            return slot, lock
    raise pytest.UsageError(f"{SLOTS} test runs are going on in this checkout; wait for one to end")


def _with_database(url: str, number: int) -> str:
    return urlsplit(url)._replace(path=f"/{number}").geturl()


def pytest_report_header() -> str:
    """Say which servers the tests run against."""
    return f"servers: {embedded.describe()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder what drives a browser, so that `-m 'not browser'` leaves all of it out."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """This process's own database: on a private server copied, on another's made by the migrations.

    Migrating takes six seconds of a processor, in every process of every run; a copy half of one.
    """
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from tests import database

    turn = locks.held(Path(settings.BASE_DIR) / ".private" / "test-template.lock", locks.ALONE)
    with django_db_blocker.unblock(), turn:
        if "DATABASE_URL" not in os.environ:
            connection.settings_dict["TEST"]["TEMPLATE"] = database.template()
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.TransactionTestCase._fixture_teardown", database.empty)
        yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # threads of a live server may still hold connections
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND usename = current_user AND pid <> pg_backend_pid()"
            )
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What a process keeps of a week for some seconds is no test's business but its own."""
    yield
    if (standing := sys.modules.get("scheduling.standing")) is not None:
        standing.forget()


@pytest.fixture
def known_now() -> dt.datetime:
    """A Wednesday morning in winter time, to pass wherever `now` is wanted: tests must not age."""
    return dt.datetime(2027, 1, 13, 9, 0, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def in_that_week(known_now: dt.datetime) -> Iterator[None]:
    """The clock begins at `known_now`, for what asks the time itself, as pages do."""
    with time_machine.travel(known_now):
        yield


@pytest.fixture
def known_monday() -> dt.date:
    """The first day of the week of `known_now`, for what plans or shows a week."""
    return dt.date(2027, 1, 11)


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a process of ours that must see this test's database and queue.

    Committed data only, hence `transactional_db`: another process cannot see into a transaction.
    """
    from django.db import connection

    url = urlsplit(embedded.urls(settings.BASE_DIR)[0])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DATABASE_URL": url.geturl(),
        "REDIS_URL": settings.REDIS_URL,
        "CARE_TRIAL": "yes",  # with its own DATABASE_URL it would else be a county's server
    }


@pytest.fixture(autouse=True, scope="session")
def no_internet() -> Iterator[None]:
    """Refuse connections beyond this machine: a test that needs them would fail on a train."""
    allowed = {"127.0.0.1", "::1", "localhost", urlsplit(settings.REDIS_URL).hostname}

    def guarded(name: str) -> Any:
        connect = getattr(socket.socket, name)

        def call(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in allowed:
                raise PermissionError(f"a test tried to reach {address[0]}")
            return connect(self, address)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(name))
        yield
