"""Addresses as they are compared."""

from __future__ import annotations

import pytest

from hub.identity.linkage.appearance import row
from hub.identity.matching import Facts


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        (("12 Mill Road", "Aylsham"), ("12", "millrd", "aylsham")),
        (("12 Mill Rd, Aylsham",), ("12", "millrd", "aylsham")),
        (("Flat 3a, 12 Mill Road",), ("flat3a", None, "12millroad")),
        (("The Old Forge", "Holt"), (None, "theoldforge", "holt")),
        ((), (None, None, None)),
    ],
)
def test_two_ways_to_write_an_address_meet(lines: tuple[str, ...], parts: tuple[str | None, ...]) -> None:
    """Road and Rd, one line or two; a house by name is part of the street."""
    found = row(1, Facts(family="kett"), lines)
    assert (found["house"], found["street"], found["locality"]) == parts


def test_what_is_not_known_is_none() -> None:
    """Two records without a postcode do not agree in it."""
    found = row(1, Facts(family="kett"), ())
    assert {name for name, value in found.items() if value is not None} == {"unique_id", "family"}
