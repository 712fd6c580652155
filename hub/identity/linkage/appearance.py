"""What the model compares of a record: one flat row of folded texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hub.identity.matching import Facts
from hub.identity.names import fold
from hub.identity.short_forms import SHORT_FORMS

COLUMNS = {
    "unique_id": "BIGINT",
    "family": "VARCHAR",
    "given": "VARCHAR",  # the first of the given names
    "givens": "VARCHAR[]",
    "forms": "VARCHAR[]",  # the full names that the first may be short for
    "birth": "VARCHAR",
    "gender": "VARCHAR",
    "number": "VARCHAR",
    "postcode": "VARCHAR",
    "uprn": "VARCHAR",
    "house": "VARCHAR",
    "street": "VARCHAR",
    "locality": "VARCHAR",
}
Row = dict[str, Any]
_HOUSE = re.compile(r"\b(?:flat|unit|apartment)?\s*[0-9]+\s*[a-z]?\b", re.IGNORECASE)
# Words that one clerk writes out and another does not.
_SHORTER = {
    "road": "rd",
    "lane": "ln",
    "street": "st",
    "close": "cl",
    "avenue": "ave",
    "drive": "dr",
    "crescent": "cres",
    "place": "pl",
    "court": "ct",
    "gardens": "gdns",
    "terrace": "terr",
}


def row(unique_id: int, facts: Facts, lines: Sequence[str]) -> Row:
    """The row of one record; what is not known is None, so that nobody agrees in not knowing."""
    givens = facts.given.split()
    first = givens[0] if givens else None
    house, street, locality = _parts(lines)
    return {
        "unique_id": unique_id,
        "family": facts.family or None,
        "given": first,
        "givens": givens or None,
        "forms": sorted(SHORT_FORMS.get(first, {first})) if first else None,
        "birth": facts.birth_date.isoformat() if facts.birth_date else None,
        "gender": facts.gender or None,
        "number": facts.nhs_number or None,
        "postcode": facts.postcode.replace(" ", "") or None,
        "uprn": facts.uprn or None,
        "house": house or None,
        "street": street or None,
        "locality": locality or None,
    }


def _parts(lines: Sequence[str]) -> tuple[str, str, str]:
    """House, street and the rest of an address, folded; a house without a number is part of the street."""
    written = [part for line in lines for part in line.split(",") if part.strip()]
    if not written:
        return "", "", ""
    found = _HOUSE.search(written[0])
    house = fold(found.group()) if found else ""
    rest = written[0].replace(found.group(), " ", 1) if found else written[0]
    words = [fold(word) for word in rest.split()]
    street = "".join(_SHORTER.get(word, word) for word in words)
    return house, street, "".join(fold(part) for part in written[1:])
