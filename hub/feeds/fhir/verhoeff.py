"""The check digit of SNOMED CT identifiers (J. Verhoeff, 1969): it finds any one wrong digit and any swap."""

from __future__ import annotations

# The group of the pentagon's turns and reflections: its table, and how digits are permuted by place.
_TURNS = tuple(
    tuple((a + b) % 5 + 5 * (b >= 5) if a < 5 else (a - b) % 5 + 5 * (b < 5) for b in range(10))
    for a in range(10)
)
_FIRST = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permutations() -> tuple[tuple[int, ...], ...]:
    found = [tuple(range(10))]
    while len(found) < 8:
        found.append(tuple(_FIRST[digit] for digit in found[-1]))
    return tuple(found)


_BY_PLACE = _permutations()


def is_valid(digits: str) -> bool:
    """Whether the last digit checks the others."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _TURNS[check][_BY_PLACE[place % 8][int(digit)]]
    return check == 0
