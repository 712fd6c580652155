"""Where doors and bases are, and the minutes and miles between them: one answer for plan, board and phone."""

from __future__ import annotations

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from scheduling.travel import roads


class Places:
    """Doors and bases of an area, numbered as they come.

    One address is one place. Two addresses are never 0 minutes apart, even in one postcode, and neither are
    a door and a base. `area` is the key of the area whose matrix by road is kept.
    """

    def __init__(self, area: int) -> None:
        self.area = area
        self.coordinates: list[roads.Point] = []
        self._doors: dict[int, int] = {}

    def door(self, address: int, latitude: float, longitude: float) -> int:
        """The place of the address with this key."""
        if address not in self._doors:
            self._doors[address] = self.base(latitude, longitude)
        return self._doors[address]

    def base(self, latitude: float, longitude: float) -> int:
        """A place of its own."""
        self.coordinates.append((latitude, longitude))
        return len(self.coordinates) - 1

    def minutes(self) -> roads.Minutes:
        """The minutes from each place to each other, and by which roads."""
        return roads.between(self.coordinates, folder=settings.ROADS_DIR, patch=f"a{self.area}")

    def kilometres(self) -> NDArray[np.float64]:
        """The kilometres of the same ways."""
        return roads.kilometres(self.coordinates, folder=settings.ROADS_DIR, patch=f"a{self.area}")
