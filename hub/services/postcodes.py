"""Where postcodes lie, from a CSV with the columns postcode, latitude, longitude."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import TextIO

from django.db import connection, transaction

from hub.models import Area, Postcode

CHUNK = 5000  # rows
HEADING = ("postcode", "latitude", "longitude")
# The British Isles with the sea around them, degrees.
LATITUDES, LONGITUDES = (49.0, 61.5), (-9.0, 2.5)


class PostcodeFileError(ValueError):
    """The file is not a list of postcodes; the message names the line."""


@transaction.atomic
def load(file: TextIO, *, on_progress: Callable[[int], None] | None = None) -> int:
    """Stores every postcode of the file, new or moved, and gives a place to addresses that waited for one.

    Returns how many rows the file had. Raises `PostcodeFileError` at the first line that cannot be read,
    and then nothing is stored.
    """
    rows = 0
    chunk: dict[str, Postcode] = {}
    for postcode in _read(file):
        rows += 1
        chunk[postcode.code] = postcode
        if len(chunk) == CHUNK:
            _store(chunk)
            if on_progress is not None:
                on_progress(rows)
    _store(chunk)
    place_addresses()
    return rows


@transaction.atomic
def place_addresses() -> None:
    """Gives every address the coordinates of its postcode and the area of its sector, as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE hub_address SET latitude = place.latitude, longitude = place.longitude"
            " FROM hub_postcode place WHERE place.code = hub_address.postcode"
            " AND (hub_address.latitude, hub_address.longitude)"
            " IS DISTINCT FROM (place.latitude, place.longitude)"
        )
        for area, sectors in Area.objects.values_list("pk", "postcode_sectors"):
            cursor.execute(
                "UPDATE hub_address SET area_id = %s WHERE left(postcode, -2) = ANY(%s)"
                " AND area_id IS DISTINCT FROM %s",
                [area, sectors, area],
            )


def _read(file: TextIO) -> Iterator[Postcode]:
    reader = csv.DictReader(file, skipinitialspace=True)
    missing = [name for name in HEADING if name not in (reader.fieldnames or [])]
    if missing:
        raise PostcodeFileError(f"line 1: the columns {', '.join(missing)} are missing")
    for row in reader:
        try:
            code = written(row["postcode"] or "")
            latitude, longitude = float(row["latitude"]), float(row["longitude"])
        except (TypeError, ValueError):
            raise PostcodeFileError(
                f"line {reader.line_num}: give a postcode and two numbers in degrees"
            ) from None
        if not (LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]):
            raise PostcodeFileError(f"line {reader.line_num}: the place is not in the British Isles")
        yield Postcode(code=code, latitude=latitude, longitude=longitude)


def written(text: str) -> str:
    """A postcode as the house writes it: outward, space, inward. Raises `ValueError` if it cannot be one."""
    letters = "".join(text.split()).upper()
    if not (5 <= len(letters) <= 7 and letters.isascii() and letters.isalnum()):
        raise ValueError("not a postcode")
    return f"{letters[:-3]} {letters[-3:]}"


def _store(chunk: dict[str, Postcode]) -> None:
    Postcode.objects.bulk_create(
        chunk.values(),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["latitude", "longitude"],
    )
    chunk.clear()
