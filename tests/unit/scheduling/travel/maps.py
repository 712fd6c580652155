"""Tiny maps, written as OpenStreetMap writes them."""

from __future__ import annotations

from pathlib import Path

KM = 1 / 111.195  # degrees of latitude
SOUTH, WEST = 52.8, 1.2


def write_map(file: Path, points: dict[int, tuple[float, float]], ways: list[tuple[str, list[int]]]) -> Path:
    """Points as kilometres north and east; ways as tags (`highway=primary oneway=yes`) and points."""
    lines = [
        f'<node id="{key}" version="1" lat="{SOUTH + north * KM:.7f}" lon="{WEST + east * KM / 0.6046:.7f}"/>'
        for key, (north, east) in points.items()
    ]
    for number, (tags, nodes) in enumerate(ways, 1):
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        pairs = (tag.partition("=") for tag in tags.split())
        said = "".join(f'<tag k="{key}" v="{value.replace("_mph", " mph")}"/>' for key, _, value in pairs)
        lines.append(f'<way id="{number}" version="1">{refs}{said}</way>')
    file.write_text(f'<osm version="0.6">{"".join(lines)}</osm>')
    return file


def at(north: float, east: float) -> tuple[float, float]:
    """Degrees of the point so many kilometres north and east of the corner."""
    return (SOUTH + north * KM, WEST + east * KM / 0.6046)


def write_square(file: Path) -> Path:
    """A primary road 6 km north, with a bend; a lane 6 km around to the east; a path; an island of road."""
    points = {
        1: (0, 0),
        2: (3, 0.5),
        3: (6, 0),
        4: (0, 6),
        5: (6, 6),
        6: (0, -9),
        7: (1, -9),
        8: (-1, 0),
        9: (7, 0),
    }
    return write_map(
        file,
        points,
        [
            ("highway=primary", [8, 1, 2, 3]),
            ("highway=unclassified", [1, 4]),
            ("highway=unclassified oneway=yes", [4, 5]),
            ("highway=unclassified", [5, 3]),
            ("highway=footway", [1, 5]),
            ("highway=residential", [6, 7]),
        ],
    )
