"""The commands by which files come in."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from hub.models import Feed, Need, Postcode, User
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    path.write_bytes(schedule([call(1), call(2, minutes="thirty")]))
    return path


@pytest.fixture
def feed() -> Feed:
    agency = hub.make_agency("coastal-care")
    hub.make_agreement(agency, hub.make_agency("council"))
    hub.make_skill("personal_care")
    return hub.make_feed(agency, code="coastal")


def run(*arguments: str | Path) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def test_receive_prints_counts_and_each_rejection(feed: Feed, file: Path) -> None:
    """Place, field, what to do and the rule, for a person at a terminal."""
    said = run("receive", "coastal", file)
    assert "calls.csv: 3 taken, 0 unchanged, 1 rejected, 0 skipped" in said
    assert "line 3, minutes:" in said
    assert "(whole_number)" in said
    assert "The same bytes were taken before" in run("receive", "coastal", file)
    assert Need.objects.count() == 1


def test_receive_prints_json_for_a_machine(feed: Feed, file: Path) -> None:
    """One object with counts and rejections; again, and it says unchanged."""
    said = json.loads(run("receive", "home-care-schedule", file, "--json"))
    assert (said["status"], said["taken"], said["rejected"]) == ("taken", 3, 1)
    assert said["rejections"][0]["rule"] == "whole_number"
    assert json.loads(run("receive", "coastal", file, "--json"))["status"] == "unchanged"


def test_a_refused_file_ends_with_status_one(feed: Feed, tmp_path: Path) -> None:
    """A script that calls it notices."""
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(SystemExit) as ended:
        run("receive", "coastal", path)
    assert ended.value.code == 1


@pytest.mark.parametrize("name", ["atlantis", "plain"])
def test_an_unknown_feed_lists_those_there_are(feed: Feed, file: Path, name: str) -> None:
    """Whoever mistypes sees what to type, and status two."""
    with pytest.raises(CommandError, match="coastal  \\(home-care-schedule, Coastal Care\\)") as error:
        run("receive", name, file)
    assert error.value.returncode == 2


def test_a_format_that_two_feeds_have_names_neither(feed: Feed, file: Path) -> None:
    """The file could be either agency's: nothing is guessed."""
    hub.make_feed(hub.make_agency("inland-care"))
    with pytest.raises(CommandError, match="Several feeds"):
        run("receive", "home-care-schedule", file)


def test_a_file_that_is_not_there_is_said(feed: Feed, tmp_path: Path) -> None:
    """With status two, as for anything asked wrongly."""
    with pytest.raises(CommandError, match="No such file") as error:
        run("receive", "coastal", tmp_path / "none.csv")
    assert error.value.returncode == 2


def test_a_feed_is_registered_once(feed: Feed) -> None:
    """The same again is no mistake; another meaning for the same name is."""
    arguments = ("register_feed", "coastal", "--agency", "coastal-care", "--format", "home-care-schedule")
    assert "coastal: home-care-schedule" in run(*arguments)
    with pytest.raises(CommandError, match="registered already"):
        run("register_feed", "coastal", "--agency", "council", "--format", "plain")
    with pytest.raises(CommandError, match="There is no agency"):
        run("register_feed", "new", "--agency", "atlantis", "--format", "plain")
    assert Feed.objects.count() == 1


def test_postcodes_are_loaded_from_a_file(tmp_path: Path) -> None:
    """And a file that is something else is refused by line."""
    path = tmp_path / "postcodes.csv"
    path.write_text("postcode,latitude,longitude\nNR11 6AA,52.79,1.25\n")
    assert "1 postcodes" in run("load_postcodes", path)
    assert Postcode.objects.get().code == "NR11 6AA"
    path.write_text("name\nMabel\n")
    with pytest.raises(CommandError, match="line 1"):
        run("load_postcodes", path)


def test_add_user_asks_for_the_password(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is typed twice and never stands on the command line."""
    monkeypatch.setattr("getpass.getpass", lambda prompt: "sluice-heron-marram")
    said = run("add_user", "ada", "--role", "agency_manager", "--agency", "coastal-care")
    assert "ada may log in as Agency manager" in said
    assert User.objects.get(username="ada").check_password("sluice-heron-marram")
    with pytest.raises(CommandError, match="There is no area"):
        run("add_user", "bob", "--role", "coordinator", "--agency", "coastal-care", "--areas", "nowhere")
