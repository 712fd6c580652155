from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from hub.bulk import put
from hub.feeds.record import HomeRecord, PersonRecord
from hub.identity.names import fold
from hub.models import Address, Postcode
from hub.services.receiving.taking import Taking

LONGEST_KEY = 320  # characters


def resolve(taking: Taking, records: Sequence[PersonRecord | HomeRecord]) -> dict[str, Address]:
    """The front door of each record that names one, by the record's key; doors not seen before are made.

    Two records share a door if its lines and postcode agree when folded, or its UPRN and postcode.
    """
    wanted = {record.key: _address(taking, record) for record in records if _has_address(record)}
    _locate(taking, wanted.values())
    by_key, by_uprn = _known(wanted.values())
    new: dict[str, Address] = {}
    changed: dict[int, Address] = {}
    found = {}
    for key, address in wanted.items():
        same = by_key.get(address.match_key) or by_uprn.get((address.uprn, address.postcode))
        if same is None:
            same = new[address.match_key] = by_key[address.match_key] = address
            if address.uprn:
                by_uprn[address.uprn, address.postcode] = address
        elif _learn(same, address) and same.pk:
            changed[same.pk] = same
        found[key] = same
    put(Address, new.values())
    put(Address, changed.values(), match=("id",), update=("uprn", "tenure", "latitude", "longitude", "area"))
    return found


def _known(wanted: Collection[Address]) -> tuple[dict[str, Address], dict[tuple[str, str], Address]]:
    """The doors that these may be, by the way in which they are found: the oldest of several."""
    keys, uprns = {each.match_key for each in wanted}, {each.uprn for each in wanted if each.uprn}
    found = {each.pk: each for each in Address.objects.filter(match_key__among=keys)}
    if uprns:
        same = Address.objects.exclude(uprn="").filter(uprn__among=uprns)
        found = {each.pk: each for each in same} | found
    oldest_last = [found[key] for key in sorted(found, reverse=True)]
    by_uprn = {(each.uprn, each.postcode): each for each in oldest_last if each.uprn}
    return {each.match_key: each for each in oldest_last}, by_uprn


def sector(postcode: str) -> str:
    """The sector of a postcode: NR11 6 for NR11 6AA."""
    return postcode[:-2]


def _has_address(record: PersonRecord | HomeRecord) -> bool:
    return bool(record.address_lines or record.postcode or record.uprn)


def _address(taking: Taking, record: PersonRecord | HomeRecord) -> Address:
    lines = ", ".join(line for line in record.address_lines if line.strip())
    if lines:
        key = (fold(lines) + fold(record.postcode))[:LONGEST_KEY]
    elif record.uprn:
        key = f"uprn{record.uprn}"
    else:  # a bare postcode is no door that two people could share
        own = hashlib.sha256(f"{taking.agency.pk} {record.key}".encode()).hexdigest()
        key = fold(record.postcode) + own
    uprn = (record.uprn or "").lstrip("0")
    # By position, because Django takes three times as long over names.
    return Address(None, lines, record.postcode, uprn, record.tenure or "", None, None, None, key)


def _locate(taking: Taking, addresses: Sequence[Address]) -> None:
    """Coordinates and area from the postcode; one that no table knows leaves the door without a place."""
    codes = {each.postcode for each in addresses if each.postcode}
    found = Postcode.objects.filter(code__among=codes).values_list("code", "latitude", "longitude")
    places = {code: place for code, *place in found}
    for address in addresses:
        if place := places.get(address.postcode):
            address.latitude, address.longitude = place
        address.area_id = taking.area_by_sector.get(sector(address.postcode))


def _learn(known: Address, said: Address) -> bool:
    """Takes over what a later record knows of the same door; whether that changed anything."""
    before = (known.uprn, known.tenure, known.latitude, known.longitude, known.area_id)
    known.uprn = said.uprn or known.uprn
    known.tenure = said.tenure or known.tenure
    if said.latitude is not None:
        known.latitude, known.longitude = said.latitude, said.longitude
    known.area_id = said.area_id or known.area_id
    return before != (known.uprn, known.tenure, known.latitude, known.longitude, known.area_id)
