"""Where doors and bases are, and the minutes between them: one answer for plan, board and phone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.travel.great_circle import GreatCircle


class Places:
    """Doors and bases, numbered as they come.

    One address is one place. Two addresses are never 0 minutes apart, even in one postcode, and neither are
    a door and a base.
    """

    def __init__(self) -> None:
        self.coordinates: list[tuple[float, float]] = []
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

    def minutes(self) -> NDArray[np.int32]:
        """The minutes from each place to each other."""
        return GreatCircle().between_doors(self.coordinates)
