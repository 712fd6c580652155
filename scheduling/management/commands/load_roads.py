from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scheduling.services import roads
from scheduling.travel.errors import RoadFileError


class Command(BaseCommand):
    """Has travel measured by real roads."""

    help = "Load the roads of an OpenStreetMap extract (.osm.pbf); travel is then measured by them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Load them and say what came of it."""
        try:
            graph = roads.load(file=file, tell=lambda said: self.stderr.write(f"  {said}"))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from None
        except RoadFileError as error:
            raise CommandError(f"{file.name}: {error}. Nothing has changed.") from None
        self.stdout.write(
            f"{file.name}: {graph.folded.junctions:,} junctions, "
            f"{len(graph.folded.ways):,} stretches of road, {len(graph.points):,} points"
            f"; in force as {graph.stamp}"
        )
        roads.measure_areas(each=lambda one: self.stdout.write(_said(one)))
        self.stdout.write("A week planned before this must be planned again before it can be published.")
        self.stdout.write(
            "Weeks that reports have counted keep their miles; count_weeks --again takes these."
        )


def _said(one: roads.Reached) -> str:
    said = f"{one.area}: {one.places:,} doors and bases"
    return said + (f", {one.outside:,} of them beyond these roads: as the crow flies" if one.outside else "")
