"""How fast a carer's car gets along each class of road, and which roads it may take at all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Kilometres an hour from door to door: below the limit, for bends, junctions, tractors and traffic are in
# them. The classes are OpenStreetMap's `highway`; what is not here (paths, tracks, cycleways) is no road.
SPEEDS: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 95.0,  # limit 113; lorries set the pace of two lanes
        "trunk": 75.0,  # limit 97 to 113; roundabouts, and single carriageways behind lorries
        "primary": 60.0,  # limit 97 outside villages and 48 within
        "secondary": 52.0,
        "tertiary": 45.0,  # winding, villages close together
        "unclassified": 35.0,  # country lanes one car wide
        "residential": 25.0,  # limit 32 or 48; parked cars, turning
        "living_street": 10.0,
        "service": 12.0,  # drives and car parks
        "road": 25.0,  # a road of which the mapper knew no more
        "motorway_link": 50.0,
        "trunk_link": 45.0,
        "primary_link": 40.0,
        "secondary_link": 35.0,
        "tertiary_link": 30.0,
    }
)
# A posted limit is kept to, and not all of it can be driven: junctions, bends and people are in the way.
SHARE_OF_LIMIT = 0.9
OFF_ROAD = 10.0  # from the last known road to the door: a drive, a yard, the last steps
KPH_OF_A_MPH = 1.609344
FORBIDDEN = frozenset({"no", "agricultural", "forestry", "military", "emergency"})  # "private" leads to homes
# The narrowest tag that says something wins: a lane closed to all but motor cars is open to ours.
ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
ONE_WAY = MappingProxyType(
    {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}
)


def kph(tags: Mapping[str, str], speeds: Mapping[str, float] = SPEEDS) -> float | None:
    """The speed on a way with these tags; None if a car may not or cannot take it."""
    speed = speeds.get(tags.get("highway", ""))
    if speed is None or tags.get("area") == "yes":
        return None
    said = next((tags[key] for key in ACCESS if key in tags), "yes")
    if said in FORBIDDEN:
        return None
    limit = _limit(tags.get("maxspeed", ""))
    return speed if limit is None else min(speed, SHARE_OF_LIMIT * limit)


def direction(tags: Mapping[str, str]) -> int:
    """1 if the way may be driven only as it is drawn, -1 only against that, 0 both ways."""
    said = ONE_WAY.get(tags.get("oneway", ""))
    if said is not None:
        return said
    around = tags.get("junction") in ("roundabout", "circular")
    return 1 if around or tags.get("highway") == "motorway" else 0


def _limit(said: str) -> float | None:
    """`30 mph` or `50` in kilometres an hour; None for words such as `national`."""
    number, _, unit = said.partition(" ")
    try:
        limit = float(number)
    except ValueError:
        return None
    limit *= KPH_OF_A_MPH if unit == "mph" else 1.0
    return limit if 5.0 <= limit <= 130.0 else None
