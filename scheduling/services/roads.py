"""Puts a road network in force, and works out each area's matrix by it before anybody waits for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from hub.models import Address, Area
from hub.walls import as_county
from scheduling.mapping.places import Places
from scheduling.travel import roads
from scheduling.travel.road_graph import RoadGraph
from visits.models import Worker


@dataclass(frozen=True, slots=True)
class Reached:
    """How many places of an area there are, and how many of them the roads do not reach."""

    area: str
    places: int
    outside: int


def are_loaded() -> bool:
    """Whether minutes and miles are measured by road."""
    return roads.are_loaded(settings.ROADS_DIR)


def load(*, file: Path, tell: Callable[[str], object] | None = None) -> RoadGraph:
    """Puts the roads of an OpenStreetMap file in force. On RoadFileError or OSError nothing changes."""
    graph = RoadGraph.read(file, tell=tell)
    roads.save(graph, settings.ROADS_DIR)
    return graph


@as_county()  # where doors are, and nothing of who lives there
def measure_areas(*, each: Callable[[Reached], object]) -> None:
    """Works out the minutes between all doors and bases of each area, and says how many are out of reach."""
    for area in Area.objects.order_by("code"):
        places = Places(area.pk)
        doors = Address.objects.filter(area=area, latitude__isnull=False, longitude__isnull=False)
        doors = doors.filter(people__isnull=False).order_by("pk").distinct()
        for key, north, east in doors.values_list("pk", "latitude", "longitude"):
            places.door(key, north, east)
        bases = Worker.objects.filter(area=area, is_active=True).order_by("pk")
        for north, east in bases.values_list("latitude", "longitude"):
            places.base(north, east)
        each(Reached(area.name, len(places.coordinates), places.minutes().outside))
