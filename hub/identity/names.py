"""Names as they are compared: folded to plain letters, so that O'Neill is ONEILL and Nguyễn is Nguyen."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from functools import lru_cache

from hub.identity.short_forms import SHORT_FORMS
from hub.identity.typing_slips import is_slip

# Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_NO_LETTERS = dict.fromkeys(number for number in range(128) if not chr(number).isalnum())
SHORTEST_FOR_SLIPS = 4  # letters; in shorter names one letter makes another name


class Given(StrEnum):
    """How two people's given names stand to each other."""

    SAME = "same"
    INITIAL = "initial"
    SHORT_FORM = "short_form"
    ONE_OF_SEVERAL = "one_of_several"
    SLIP = "slip"
    UNKNOWN = "unknown"
    DIFFERENT = "different"


def fold(text: str) -> str:
    """Letters and digits only, in lower case, without accents."""
    if text.isascii():
        return text.lower().translate(_NO_LETTERS)
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    return "".join(letter for letter in decomposed if letter.isalnum())


@lru_cache(maxsize=65_536)
def fold_given(text: str) -> str:
    """The given names folded one by one, with a space between; a hyphen joins, as in Anne-Marie."""
    return " ".join(folded for word in text.replace(".", " ").split() if (folded := fold(word)))


@lru_cache(maxsize=65_536)
def compare_given(one: str, other: str) -> Given:
    """How two folded given names stand to each other, whichever comes first."""
    if not one or not other:
        return Given.UNKNOWN
    mine, theirs = one.split(), other.split()
    if mine[0] == theirs[0] or "".join(mine) == "".join(theirs):
        return Given.SAME
    if 1 in (len(mine[0]), len(theirs[0])) and mine[0][0] == theirs[0][0]:
        return Given.INITIAL
    if SHORT_FORMS.get(mine[0], {mine[0]}) & SHORT_FORMS.get(theirs[0], {theirs[0]}):
        return Given.SHORT_FORM
    if mine[0] in theirs or theirs[0] in mine:
        return Given.ONE_OF_SEVERAL
    return Given.SLIP if _is_given_slip(mine[0], theirs[0]) else Given.DIFFERENT


def _is_given_slip(one: str, other: str) -> bool:
    """One slip apart; short names must begin alike, or Ian would be a slip for Jan."""
    if min(len(one), len(other)) >= SHORTEST_FOR_SLIPS:
        return is_slip(one, other)
    return min(len(one), len(other)) > 1 and one[0] == other[0] and is_slip(one, other)


def is_family_slip(one: str, other: str) -> bool:
    """Whether two different folded family names are one slip of the hand apart."""
    return min(len(one), len(other)) >= SHORTEST_FOR_SLIPS and is_slip(one, other)
