"""Random numbers for compiled code, from a state that belongs to one search (xorshift64)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.engine.compiled import compiled


@compiled
def below(state: NDArray[np.uint64], limit: int) -> int:
    """A whole number from 0 to limit - 1 (limit at least 1)."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return int(np.int64(x >> np.uint64(11)) % limit)


@compiled
def blinks(state: NDArray[np.uint64], share: int) -> bool:
    """True `share` times in 1024; quicker than `below`, which divides."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return bool(np.int64(x >> np.uint64(54)) < share)


@compiled
def chance(state: NDArray[np.uint64]) -> float:
    """A number above 0 and at most 1."""
    return (below(state, 1 << 30) + 1) / (1 << 30)
