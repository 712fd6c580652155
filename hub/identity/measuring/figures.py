"""Precision and recall by pairs of records, and how sure a share from a sample is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import sqrt

Z = 1.96  # standard errors on either side that hold nineteen times in twenty
Pairs = set[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """How a set of joined pairs stands to the truth. `kin` counts wrong pairs by what the two truly are."""

    joined: int
    right: int
    true: int
    kin: Mapping[str, int] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Of the pairs joined, the share that is one person."""
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """Of the pairs that are one person, the share joined."""
        return self.right / self.true if self.true else 1.0


def pairs_within(group_of: Mapping[int, object]) -> Pairs:
    """Every two records that belong to one."""
    groups: dict[object, list[int]] = defaultdict(list)
    for record, group in group_of.items():
        groups[group].append(record)
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def closed(pairs: Iterable[tuple[int, int]], records: Iterable[int]) -> dict[int, int]:
    """Each record's group when whatever is joined in a chain is one."""
    group = {record: record for record in records}

    def root(record: int) -> int:
        while group[record] != record:
            group[record] = group[group[record]]
            record = group[record]
        return record

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        group[second] = first
    return {record: root(record) for record in group}


def interval(right: int, of: int) -> tuple[float, float]:
    """Where the true share lies, nineteen times in twenty (Wilson), for so many right of a sample."""
    if not of:
        return 0.0, 1.0
    share, z2 = right / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)
