"""Say where a person lives whom no record puts anywhere, or take that back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hub.identity import golden
from hub.identity.joining import take_lock
from hub.models import Address, Area, Person, Placement, Postcode, User
from hub.services.postcodes import LATITUDES, LONGITUDES, written
from hub.walls import as_county

LONGEST_LINES = 300  # characters


class PlacingRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Why nobody was placed: the field that is wrong, and a sentence."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def position_of(*, postcode: str, point: str) -> tuple[float, float, str]:
    """Latitude, longitude and the postcode they come from, if from one. Raises PlacingRefused."""
    if postcode.strip() and point.strip():
        raise PlacingRefused("postcode", "Give a postcode or a point, not both.")
    if postcode.strip():
        try:
            place = Postcode.objects.filter(code=written(postcode)).first()
        except ValueError:
            place = None
        if place is None:
            raise PlacingRefused("postcode", "This postcode is not among those known; try one near by.")
        return place.latitude, place.longitude, place.code
    try:
        latitude, longitude = (float(part) for part in point.replace(";", ",").split(","))
    except ValueError:
        raise PlacingRefused("point", "Write two numbers in degrees: 52.7937, 1.2523.") from None
    if not (LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]):
        raise PlacingRefused("point", "This point is not in the British Isles; write latitude, longitude.")
    return latitude, longitude, ""


@as_county()  # a door that is nobody's yet, and whoever else lives behind it
@transaction.atomic
def place(
    *, person: Person, area: Area, postcode: str, point: str, lines: str, by: User, now: datetime
) -> Placement:
    """Puts the person's door in the area and at the position; everybody at that door goes along.

    Without a known address a door is made, with `lines` for whoever is sent there. A later record that
    names a place which is known counts for more. Raises PlacingRefused.
    """
    latitude, longitude, by_postcode = position_of(postcode=postcode, point=point)
    take_lock()
    held = Person.objects.select_related("address").get(pk=person.pk)
    address = held.address or _door(held, lines)
    if address.area_id is not None and address.latitude is not None:
        raise PlacingRefused("area", "Somebody or a delivery has placed this person in the meantime.")
    address.area, address.latitude, address.longitude = area, latitude, longitude
    address.save(update_fields=["lines", "area", "latitude", "longitude"])
    if held.address is None:
        held.address = address
        held.save(update_fields=["address"])
    return Placement.objects.create(
        person=held,
        address=address,
        area=area,
        latitude=latitude,
        longitude=longitude,
        by_postcode=by_postcode,
        placed_at=now,
        placed_by=by,
    )


@as_county()  # what is shown of a person follows from the records of all agencies
@transaction.atomic
def take_back(*, person: Person, by: User, now: datetime) -> None:
    """Undoes the last placing: the door is again where its postcode puts it, or nowhere.

    Raises PlacingRefused if nobody placed the person, or a record has meanwhile.
    """
    take_lock()
    held = Person.objects.get(pk=person.pk)
    last = held.placements.select_related("address").last()
    if last is None or last.area_id is None or held.address_id != last.address_id:
        raise PlacingRefused("area", "Nobody has placed this person, or a record has done so since.")
    address = last.address
    known = Postcode.objects.filter(code=address.postcode).first()
    address.latitude, address.longitude = (known.latitude, known.longitude) if known else (None, None)
    address.area = Area.objects.filter(postcode_sectors__contains=[address.postcode[:-2]]).first()
    address.save(update_fields=["area", "latitude", "longitude"])
    Placement.objects.create(person=held, address=address, placed_at=now, placed_by=by)
    golden.refresh([held.pk])


def _door(person: Person, lines: str) -> Address:
    """The door made by hand of a person whose agencies name none: the same one each time."""
    lines = ", ".join(kept for part in lines.splitlines() if (kept := part.strip(" ,")))
    if len(lines) > LONGEST_LINES:
        raise PlacingRefused("lines", f"Keep it to {LONGEST_LINES} characters.")
    address, _ = Address.objects.get_or_create(match_key=f"by hand {person.public_id}")
    address.lines = lines
    return address
