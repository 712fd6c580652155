"""What a slip of the hand does: one character changed, added or left out, or two neighbours swapped."""

from __future__ import annotations

from datetime import date

# A parent and a child of one name may differ by a single digit of the decade; a slip of the year that
# keeps within these years cannot be a generation.
MOST_YEARS_APART = 9


def is_slip(one: str, other: str) -> bool:
    """Whether two different texts are one slip apart, whichever comes first."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    start = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    if len(longer) > len(shorter):
        return longer[start + 1 :] == shorter[start:]
    swapped = longer[start : start + 2] == shorter[start : start + 2][::-1]
    return longer[start + 1 :] == shorter[start + 1 :] or (
        swapped and longer[start + 2 :] == shorter[start + 2 :]
    )


def is_date_slip(one: date, other: date) -> bool:
    """Whether two different dates are one slip apart, or day and month are the wrong way round."""
    if one == other or abs(one.year - other.year) > MOST_YEARS_APART:
        return False
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return True
    return is_slip(one.isoformat(), other.isoformat())
