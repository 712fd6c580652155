"""Travel minutes by great circle, for where no road network has been loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0
ROWS_AT_ONCE = 128  # a county has 9,000 places; whole matrices of floats would take gigabytes


@dataclass(frozen=True, slots=True)
class GreatCircle:
    """Straight distance times `detour`, driven slowly when near and faster when far."""

    detour: float = 1.3
    near_km: float = 5.0
    near_kmh: float = 25.0
    far_kmh: float = 45.0

    def matrix(self, coordinates: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
        """Minutes between all pairs of (latitude, longitude) in degrees.

        Returns an (n, n) int32 array, row from, column to, 0 on the diagonal. The quotient
        is rounded to nine decimals before it is rounded up, so that every machine agrees.
        """
        points = np.radians(np.asarray(coordinates, dtype=np.float64).reshape(-1, 2))
        count = len(points)
        minutes = np.empty((count, count), dtype=np.int32)
        for top in range(0, count, ROWS_AT_ONCE):
            rows = slice(top, min(top + ROWS_AT_ONCE, count))
            block = self._minutes(points[rows], points[top:])
            minutes[rows, top:] = block
            minutes[top:, rows] = block.T  # the distance there is the distance back
        np.fill_diagonal(minutes, 0)
        return minutes

    def _minutes(self, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.int32]:
        """Minutes from each of `rows` to each of `columns`, both (n, 2) in radians."""
        km = self._km(rows, columns)
        speed = np.where(km < self.near_km, self.near_kmh, self.far_kmh)
        minutes: NDArray[np.int32] = np.ceil(np.round(60 * km / speed, 9)).astype(np.int32)
        return minutes

    def kilometres(self, coordinates: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
        """Kilometres between all pairs of (latitude, longitude) in degrees, by the same detour."""
        points = np.radians(np.asarray(coordinates, dtype=np.float64).reshape(-1, 2))
        return self._km(points, points)

    def _km(self, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
        north = np.sin((rows[:, None, 0] - columns[None, :, 0]) / 2) ** 2
        east = np.sin((rows[:, None, 1] - columns[None, :, 1]) / 2) ** 2
        haversine = north + np.cos(rows[:, 0])[:, None] * np.cos(columns[:, 0])[None, :] * east
        km: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
        return km * self.detour

    def between_doors(self, coordinates: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
        """The same between different doors, which are never 0 minutes apart: call cramming begins there."""
        minutes = np.maximum(self.matrix(coordinates), 1)
        np.fill_diagonal(minutes, 0)
        return minutes
