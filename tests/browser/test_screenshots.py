"""The pictures of the README and of docs/journeys.md come from a running site, by one command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from hub.models import Role
from tests.factories.hub import PASSWORD, make_user
from tests.factories.village import make_village, publish

PICTURES = {
    *("board", "board-day", "person", "merges", "reports", "map", "my-day", "rejections"),
}
LARGEST = 150_000  # bytes of a picture in docs/journeys.md


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_that_week")
def test_every_picture_is_taken(live_server: Any, chromium: Any, tmp_path: Path) -> None:
    """In a process of its own, as `make screenshots` runs it, against a site with a published week."""
    village = make_village()
    publish(village)
    make_user(Role.COORDINATOR, village.area, agency=village.care, username="coordinator")
    village.amira.user = make_user(Role.FIELD_WORKER, agency=village.care, username="field-worker")
    village.amira.save()
    make_user(Role.AGENCY_MANAGER, agency=village.care, username="manager")
    vault = tmp_path / "passwords.json"
    vault.write_text(json.dumps(dict.fromkeys(("coordinator", "field-worker", "manager"), PASSWORD)))
    command = [sys.executable, "manage.py", "screenshots", "--url", live_server.url]
    command += ["--out", str(tmp_path / "out"), "--log-ins", str(vault)]
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=540,  # seconds; a slow shared machine is no failure
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in (tmp_path / "out").glob("*.png")} == PICTURES


def test_every_picture_of_the_week_is_there_and_small() -> None:
    """What docs/journeys.md shows can be seen, and is quick to load."""
    docs = settings.BASE_DIR / "docs"
    shown = re.findall(r"!\[[^]]+\]\((images/[a-z-]+\.png)\)", (docs / "journeys.md").read_text())
    assert len(shown) > 10
    assert [name for name in shown if (docs / name).stat().st_size > LARGEST] == []


def test_no_pictures_are_taken_of_a_site_elsewhere(tmp_path: Path) -> None:
    """Real people must not end up in a README."""
    with pytest.raises(CommandError, match="never of real people"):
        call_command("screenshots", url="https://care.example.org", out=tmp_path)


def test_without_log_ins_the_command_says_what_to_do(tmp_path: Path) -> None:
    """It names the file that is missing and the command that makes it."""
    with pytest.raises(CommandError, match="run `make demo` first"):
        call_command("screenshots", log_ins=tmp_path / "none.json", out=tmp_path)
