"""Localities for the tests of the demonstration; generating one takes a second, so they are shared."""

from __future__ import annotations

from datetime import date

import pytest

from config.demo import generating
from config.demo.locality import Locality

MONDAY = date(2027, 1, 18)
TODAY = date(2027, 1, 13)


@pytest.fixture(scope="session")
def village() -> Locality:
    """The smallest size that the integration tests use."""
    return generating.generate(people=24, seed=1, week_start=MONDAY, today=TODAY)


@pytest.fixture(scope="session")
def town() -> Locality:
    """The size of a demonstration."""
    return generating.generate(people=300, seed=1, week_start=MONDAY, today=TODAY)
