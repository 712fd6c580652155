"""NHS numbers: ten digits, the last a check on the other nine (modulus 11)."""

from __future__ import annotations

import re
from operator import mul

# These pass modulus 11 but are what people type when they do not know the number.
PLACEHOLDERS = frozenset({"0000000000", "1111111111", "9999999999"})
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2013]+")
_WEIGHTS = range(10, 1, -1)
_TEN_DIGITS = re.compile(r"[0-9]{10}")


def normalise(text: str | None) -> str:
    """The number without the spaces and dashes that people put in; otherwise as it stands, "" for none."""
    text = text or ""
    return text if text.isalnum() else _SEPARATORS.sub("", text)


def is_valid(number: str) -> bool:
    """Whether a normalised number has ten digits, the right check digit and is no placeholder."""
    if not _TEN_DIGITS.fullmatch(number) or number in PLACEHOLDERS:
        return False
    weighted = sum(map(mul, map(int, number), _WEIGHTS))
    return (11 - weighted % 11) % 11 == int(number[9])


def check_digit(first_nine: str) -> str | None:
    """The tenth digit that belongs to nine digits, or None where no number is issued."""
    weighted = sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True))
    remainder = (11 - weighted % 11) % 11
    return None if remainder == 10 else str(remainder)
