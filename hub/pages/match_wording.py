"""Two records beside each other in words: what agrees, what differs, and why it was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hub.feeds.record import PersonRecord
from hub.identity.matching import Birth, compare_birth
from hub.identity.names import Given, compare_given, fold, fold_given, is_family_slip
from hub.identity.nhs_number import is_valid, normalise

REASONS = {
    "nhs_number_alone": "The NHS number is the same, but the name or the date of birth is not.",
    "nhs_number_differs": "All but the NHS number is the same: one of the two may be mistyped.",
    "moved": "Name and date of birth are the same, the home is another.",
    "gender_differs": "Name and date of birth are the same, the gender is not.",
    "birth_date_missing": "Name and home are the same, but one has no date of birth.",
    "birth_date_slip": "Name and home are the same, the dates of birth are one slip apart.",
    "given_name_written_otherwise": "One given name may be another way to write the other.",
    "family_name_slip": "The family names are one slip apart.",
    "family_name_changed": "The family name may have changed.",
    "names_wrong_way_round": "Family and given name may stand the wrong way round.",
    "fits_more_than_one": "The record fits two people equally well.",
    "records_contradict": "Two records of one person contradict each other.",
    "likely": "No rule says so, but taken together the records are alike.",
    "spot_check": "They were joined without anybody looking: is that right?",
    "by_hand": "Somebody decided this without being asked.",
    "nhs_number_verified": "Both have the same traced NHS number, but something contradicts.",
    "nhs_number": "Both have the same NHS number, but something contradicts.",
    "name_birth_postcode": "Name, date of birth and postcode are the same, but something contradicts.",
    "given_birth_uprn": "Given name, date of birth and door are the same, but something contradicts.",
}
JOINED_BY = {
    "nhs_number_verified": "the same traced NHS number",
    "nhs_number": "the same NHS number, with date of birth or family name",
    "name_birth_postcode": "the same name, date of birth and postcode",
    "given_birth_uprn": "the same given name, date of birth and door",
    "likely": "the likeness of everything together",
    "by_hand": "a person's eye",
}
SAME, ALIKE, DIFFERS, UNKNOWN, HIDDEN = "same", "alike", "differs", "not known", "hidden"
TAGS = {SAME: "fine", ALIKE: "changed", DIFFERS: "attention"}
SIGNS = {SAME: "=", ALIKE: "≈", DIFFERS: "≠", UNKNOWN: "?", HIDDEN: "–"}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records, and how they stand to each other."""

    label: str
    one: str
    other: str
    stands: str
    note: str = ""

    @property
    def tag(self) -> str:
        """The colour that goes with the word."""
        return TAGS.get(self.stands, "")

    @property
    def sign(self) -> str:
        """The sign that goes with the word."""
        return SIGNS[self.stands]


def reason(rule: str) -> str:
    """Why two records are asked about."""
    return REASONS.get(rule, "The records are alike.")


def chance(weight: float | None) -> str:
    """A weight as one says it: of a hundred such pairs, how many are one person."""
    if weight is None:
        return ""
    likely = 2**weight / (1 + 2**weight) if weight < 60 else 1.0
    if likely >= 0.995:
        return "By likeness alone, more than 99 of 100 such pairs are one person."
    return f"By likeness alone, about {max(1, round(100 * likely))} of 100 such pairs are one person."


def lines(one: PersonRecord, other: PersonRecord, *, numbers: bool, addresses: bool) -> list[Line]:
    """The fields side by side; what the reader may not see says so, and says nothing else."""
    found = [
        _names("Family name", one.family_name, other.family_name, _family),
        _names("Given name", one.given_name, other.given_name, _given),
        _birth(one.birth_date, other.birth_date),
        _plain("Gender", one.gender or "", other.gender or ""),
    ]
    if numbers:
        found.append(_number(one, other))
    if not addresses:
        hidden = "hidden: one of the two is restricted"
        return [*found, Line("Address", hidden, hidden, HIDDEN)]
    return [
        *found,
        _plain("Address", ", ".join(one.address_lines), ", ".join(other.address_lines)),
        _plain("Postcode", one.postcode, other.postcode),
        _plain("Property number", one.uprn or "", other.uprn or ""),
    ]


def _plain(label: str, one: str, other: str) -> Line:
    if not one or not other:
        return Line(label, one, other, UNKNOWN)
    return Line(label, one, other, SAME if fold(one) == fold(other) else DIFFERS)


def _names(label: str, one: str, other: str, compare: Callable[[str, str], tuple[str, str]]) -> Line:
    if not one or not other:
        return Line(label, one, other, UNKNOWN)
    stands, note = compare(one, other)
    return Line(label, one, other, stands, note)


def _family(one: str, other: str) -> tuple[str, str]:
    mine, theirs = fold(one), fold(other)
    if mine == theirs:
        return SAME, ""
    return (ALIKE, "one slip apart") if is_family_slip(mine, theirs) else (DIFFERS, "")


def _given(one: str, other: str) -> tuple[str, str]:
    stand = compare_given(fold_given(one), fold_given(other))
    notes = {
        Given.INITIAL: "one is an initial",
        Given.SHORT_FORM: "one may be short for the other",
        Given.ONE_OF_SEVERAL: "one is among the other's names",
        Given.SLIP: "one slip apart",
    }
    if stand in (Given.SAME, Given.DIFFERENT):
        return (SAME if stand is Given.SAME else DIFFERS), ""
    return ALIKE, notes.get(stand, "")


def _birth(one: date | None, other: date | None) -> Line:
    stand = compare_birth(one, other)
    written = [f"{born:%-d %b %Y}" if born else "" for born in (one, other)]
    if stand is Birth.UNKNOWN:
        return Line("Born", *written, UNKNOWN)
    if stand is Birth.SLIP:
        turned = one and other and (one.month, one.day) == (other.day, other.month)
        return Line("Born", *written, ALIKE, "day and month the other way" if turned else "one slip apart")
    years = abs(one.year - other.year) if one and other else 0
    note = f"{years} years apart" if years > 1 else ""
    return Line("Born", *written, SAME if stand is Birth.SAME else DIFFERS, note)


def _number(one: PersonRecord, other: PersonRecord) -> Line:
    mine, theirs = normalise(one.nhs_number), normalise(other.nhs_number)
    written = [_number_words(mine, one.nhs_number_verified), _number_words(theirs, other.nhs_number_verified)]
    if not mine or not theirs:
        return Line("NHS number", *written, UNKNOWN)
    return Line("NHS number", *written, SAME if mine == theirs else DIFFERS)


def _number_words(number: str, verified: bool) -> str:
    if not number:
        return ""
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    if not is_valid(number):
        return f"{spaced} (fails its check)"
    return f"{spaced} (traced)" if verified else spaced
