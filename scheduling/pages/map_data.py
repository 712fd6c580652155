"""A day of an area as a map: its rounds in order, and the same as GeoJSON. No queries, no HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.models import Agency
from scheduling.pages.board import Group, Row
from scheduling.pages.board_data import BoardVisit

Feature = dict[str, Any]
Point = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of a round; `at` is None where the door is not known or not this reader's to see."""

    number: int
    visit: BoardVisit
    travel: int
    agencies: list[Agency]
    at: Point | None
    postcode: str

    @property
    def starts(self) -> str:
        return _clock(self.visit.start)

    @property
    def ends(self) -> str:
        return _clock(self.visit.end)


@dataclass(frozen=True, slots=True)
class Round:
    """One worker's day, from the base and back to it."""

    row: Row
    agency: Agency
    stops: list[Stop]
    home: int

    @property
    def base(self) -> Point:
        return self.row.worker.base

    @property
    def travel(self) -> int:
        """Minutes on the road."""
        return sum(stop.travel for stop in self.stops) + self.home

    @property
    def kept_back(self) -> int:
        """Visits that are not drawn."""
        return sum(stop.at is None for stop in self.stops)


def rounds(
    groups: Iterable[Group], day: int, *, agencies: Mapping[int, Agency], doors: Mapping[int, str]
) -> list[Round]:
    """The rounds of that day, 0 for Monday. `doors` holds the postcode of each person who may be drawn."""
    return [
        Round(row, group.agency, _stops(row, day, agencies, doors), row.days[day].home)
        for group in groups
        for row in group.rows
        if row.days[day].visits
    ]


def _stops(row: Row, day: int, agencies: Mapping[int, Agency], doors: Mapping[int, str]) -> list[Stop]:
    found = []
    for number, (visit, travel) in enumerate(zip(row.days[day].visits, row.days[day].travel, strict=True), 1):
        parts = dict.fromkeys(part.agency for part in visit.parts)
        at = visit.door[1:] if visit.door and visit.person in doors else None
        postcode = doors.get(visit.person, "")
        found.append(Stop(number, visit, travel, [agencies[key] for key in parts], at, postcode))
    return found


def geojson(
    found: list[Round],
    sectors: Iterable[tuple[str, float, float]],
    *,
    round_at: Callable[[Round], str],
    visit_at: Callable[[BoardVisit], str],
) -> Feature:
    """Everything that is drawn, as one FeatureCollection (RFC 7946: longitude first).

    `kind` is sector, round, base or door. A door is a spot: people of one postcode share it, and its `lines`
    say whom, when and by whom.
    """
    features = [_feature([east, north], kind="sector", name=name) for name, north, east in sectors]
    for one in found:
        drawn = [one.base, *(stop.at for stop in one.stops if stop.at), one.base]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": [_place(point) for point in drawn]},
                "properties": {"kind": "round", "hue": _hue(one.agency), "name": one.row.worker.name},
            }
        )
    for one in found:
        said = f"{one.row.worker.name}, {one.agency.name}: {_count(len(one.stops), 'visit')}"
        said += f", {one.travel} min of travel"
        features.append(
            _feature(
                _place(one.base),
                kind="base",
                hue=_hue(one.agency),
                letter=one.agency.letter,
                name=said,
                address=round_at(one),
            )
        )
    return {"type": "FeatureCollection", "features": features + _doors(found, visit_at)}


def _doors(found: list[Round], visit_at: Callable[[BoardVisit], str]) -> list[Feature]:
    """One feature for each spot that anybody stops at; with one round its label is the stops' numbers."""
    spots: dict[Point, list[tuple[Round, Stop]]] = defaultdict(list)
    for one in found:
        for stop in one.stops:
            if stop.at:
                spots[stop.at].append((one, stop))
    return [
        _feature(
            _place(spot),
            kind="door",
            hue=_hue(stops[0][0].agency),
            label=_numbers([stop.number for _, stop in stops]) if len(found) == 1 else str(len(stops)),
            lines=[
                {"text": _line(one, stop, alone=len(found) == 1), "address": visit_at(stop.visit)}
                for one, stop in stops
            ],
        )
        for spot, stops in spots.items()
    ]


def _line(one: Round, stop: Stop, *, alone: bool) -> str:
    visit = stop.visit
    letters = ", ".join(agency.letter for agency in stop.agencies)
    said = f"{_clock(visit.start)}–{_clock(visit.end)} {visit.given_name} {visit.family_name}"
    said += f" ({letters})" if letters else ""
    return f"{stop.number}. {said}" if alone else f"{said}, {one.row.worker.name}"


def _numbers(numbers: list[int]) -> str:
    """1 · 4, or the first and how many more."""
    return "·".join(map(str, numbers)) if len(numbers) <= 2 else f"{numbers[0]}+{len(numbers) - 1}"


def _feature(place: list[float], **properties: Any) -> Feature:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": properties}


def _place(point: Point) -> list[float]:
    return [round(point[1], 6), round(point[0], 6)]


def _hue(agency: Agency) -> int:
    return (agency.hue - 1) % 8 + 1


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def shown_day(asked: str | None, week_start: date, today: date) -> date:
    """The day asked for, else today if it is in the week, else Monday. Raises ValueError."""
    if asked:
        return date.fromisoformat(asked)
    return today if 0 <= (today - week_start).days < 7 else week_start
