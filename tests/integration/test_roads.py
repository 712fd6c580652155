"""Roads from a file into force, as an operator has it done."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from scheduling.travel import roads
from tests.factories.scheduling import make_week, map_week
from tests.unit.scheduling.travel.maps import at, write_map

pytestmark = pytest.mark.django_db


def load(file: Path) -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("load_roads", str(file), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_after_roads_are_loaded_a_week_is_planned_by_them(tmp_path: Path, settings: Any) -> None:
    """The door and the base of an area lie at either end of a slow lane; a base far away is counted."""
    settings.ROADS_DIR = tmp_path / "roads"
    week = make_week()
    before = map_week(week)
    address, worker = week.person.address, week.worker
    address.latitude, address.longitude = at(0, 0)
    address.save()
    worker.latitude, worker.longitude = at(3, 0)
    worker.save()
    lane = write_map(tmp_path / "lane.osm", {1: (0, 0), 2: (3, 0)}, [("highway=living_street", [1, 2])])
    said = load(lane)
    assert "2 junctions, 2 stretches of road" in said
    assert f"{week.area.name}: 2 doors and bases\n" in said
    after = map_week(week)
    assert after.problem.travel.tolist() == [[0, 19], [19, 0]]  # 18 at walking pace, rounded up
    assert (before.travel.roads, after.travel.roads) == ("", roads.stamp(settings.ROADS_DIR))
    worker.latitude = 53.9
    worker.save()
    assert "2 doors and bases, 1 of them beyond these roads" in load(lane)


def test_a_bad_file_changes_nothing(tmp_path: Path, settings: Any) -> None:
    """The command says what to do, and travel goes on as it was."""
    settings.ROADS_DIR = tmp_path / "roads"
    (tmp_path / "bad.osm.pbf").write_bytes(b"PK" * 50)
    with pytest.raises(CommandError, match="not whole OpenStreetMap data"):
        load(tmp_path / "bad.osm.pbf")
    with pytest.raises(CommandError, match="No such file"):
        load(tmp_path / "none.osm.pbf")
    assert roads.stamp(settings.ROADS_DIR) == ""
