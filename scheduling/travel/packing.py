"""The seconds and the metres of a way in one number, so that one search for the quickest knows both.

A number is ticks of 10 µs times `SPAN`, plus decimetres. As whole numbers below 2**53 such sums are exact:
for ways up to six hours and, so that the decimetres never count as a tick, up to 419 km. The quickest way
has the least number, and of two as quick the shorter one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

VERSION = 2  # of files that hold such numbers; those of another are not read
TICKS = 100_000.0  # of a second
DECIMETRES = 10.0  # of a metre
SPAN = 2.0**22


def packed(seconds: float, metres: float) -> float:
    """One stretch of road."""
    return round(seconds * TICKS) * SPAN + round(metres * DECIMETRES)


def seconds_and_metres(ways: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What sums of stretches hold; nan where there is no way."""
    whole = np.where(np.isfinite(ways), np.rint(ways), np.nan)
    ticks = np.floor(whole / SPAN)
    return ticks / TICKS, (whole - ticks * SPAN) / DECIMETRES
