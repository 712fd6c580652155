"""What the tests promise one another: a database and queues of their own, and no internet."""

import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.factories.hub import make_area


@pytest.mark.django_db
def test_the_database_is_the_run_s_own() -> None:
    """A run's data is neither a demonstration's nor that of another run in this checkout."""
    assert connection.settings_dict["NAME"].startswith("test_care_")


def test_the_queue_is_the_run_s_own() -> None:
    """A demonstration's worker, which listens on database 0, never gets a test's tasks."""
    from config.celery import app

    assert app.conf.broker_url == settings.REDIS_URL
    assert int(urlsplit(settings.REDIS_URL).path[1:]) > 0


def test_another_process_sees_the_test_s_data(child_environment: dict[str, str]) -> None:
    """A worker or command started by a test works on the test's database."""
    make_area("isolation")
    script = "print(Area.objects.filter(code='isolation').count())"
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c"]
    ended = subprocess.run(
        [*command, f"from hub.models import Area; {script}"],
        cwd=settings.BASE_DIR,
        env=child_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == ("1\n", "")


def test_nothing_beyond_this_machine_is_reached() -> None:
    """A test that needs the internet is told so at once."""
    with pytest.raises(PermissionError, match=r"tried to reach 192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
