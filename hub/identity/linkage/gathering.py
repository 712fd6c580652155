"""From pairs of records to people: the surest pairs first, and never across a contradiction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from hub.identity.matching import JOIN_RULES, Comparison, Facts, Verdict, compare


@dataclass(frozen=True, slots=True)
class Judged:
    """Two records, what is said of them, and the weight behind it."""

    one: int
    other: int
    found: Comparison
    weight: float | None = None

    @property
    def strength(self) -> tuple[int, int, float, int, int]:
        """What to sort by: joins before doubts, rules before weights; the rest keeps the order the same."""
        rule = self.found.rule
        rank = len(JOIN_RULES) - JOIN_RULES.index(rule) if rule in JOIN_RULES else 0
        return (self.found.verdict, rank, self.weight or 0.0, -self.one, -self.other)


@dataclass(frozen=True, slots=True)
class Merge:
    """All records of `gone` are `kept`'s from now on, because of this pair."""

    gone: int
    kept: int
    because: Judged


@dataclass(slots=True)
class Gathered:
    """What follows from a set of judged pairs."""

    merges: list[Merge] = field(default_factory=list)
    doubts: list[Judged] = field(default_factory=list)
    owner: dict[int, int] = field(default_factory=dict)  # record to person, after the merges


def gather(
    facts: Mapping[int, Facts],
    judged: Iterable[Judged],
    *,
    owner: Mapping[int, int],
    apart: Collection[frozenset[int]] = (),
) -> Gathered:
    """Joins people by the surest pairs, and names the pairs that a person must look at, one for two people.

    `facts` and `owner` hold every record of every person concerned; `apart` are pairs of records that
    somebody has told apart. The person with the lower key, known for longer, is the one who stays.
    """
    result = Gathered(owner=dict(owner))
    records: dict[int, set[int]] = defaultdict(set)
    for record, person in owner.items():
        records[person].add(record)
    doubted: set[frozenset[int]] = set()
    for pair in sorted(judged, key=lambda each: each.strength, reverse=True):
        if pair.found.verdict < Verdict.REVIEW:
            break
        kept, gone = sorted((result.owner[pair.one], result.owner[pair.other]))
        both = frozenset((kept, gone))
        if kept == gone or both in doubted or _told_apart(records[kept], records[gone], apart):
            continue
        contradicted = _contradicted(records[kept], records[gone], pair, facts)
        if pair.found.verdict is Verdict.JOIN and not contradicted:
            for record in records[gone]:
                result.owner[record] = kept
            records[kept] |= records.pop(gone)
            result.merges.append(Merge(gone, kept, pair))
        elif pair.found.verdict is Verdict.JOIN or not contradicted:
            doubted.add(both)
            result.doubts.append(pair)
    return result


def _told_apart(one: set[int], other: set[int], apart: Collection[frozenset[int]]) -> bool:
    return bool(apart) and any(frozenset((mine, theirs)) in apart for mine in one for theirs in other)


def _contradicted(one: set[int], other: set[int], pair: Judged, facts: Mapping[int, Facts]) -> bool:
    """Whether records of the two people contradict, apart from this pair itself."""
    return any(
        {mine, theirs} != {pair.one, pair.other} and compare(facts[mine], facts[theirs]).contradicts
        for mine in one
        for theirs in other
    )
