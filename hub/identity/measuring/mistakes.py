"""What clerks do to a record: each mistake as often as a careless factor says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

from hub.feeds.record import PersonRecord
from hub.identity import nhs_number
from hub.identity.measuring import names

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PLAIN = str.maketrans("áãễềươüøéèç", "aaeeuouoeec")
_SHORT = {"Road": "Rd", "Lane": "Ln", "Street": "St", "Close": "Cl", "Avenue": "Ave", "Drive": "Dr"}


def misspelt(record: PersonRecord, *, careless: float, kin_number: str, rng: Random) -> PersonRecord:
    """The record as it was written down, with none, one or several mistakes."""
    for often, mistake in _MISTAKES:
        if rng.random() < often * careless:
            record = mistake(record, rng)
    if record.nhs_number and rng.random() < 0.012 * careless:
        record = _number_mistyped(record, kin_number, rng)
    return record


def _nickname(record: PersonRecord, rng: Random) -> PersonRecord:
    others = names.OTHERWISE.get(record.given_name)
    return replace(record, given_name=rng.choice(others)) if others else record


def _initial(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, given_name=record.given_name[0])


def _middle_name(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, given_name=f"{record.given_name} {names.given(record.gender or 'F', rng)}")


def _family_slip(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, family_name=slip(record.family_name, rng))


def _given_slip(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, given_name=slip(record.given_name, rng))


def _other_family_name(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, family_name=names.family(rng)) if record.gender == "F" else record


def _wrong_way_round(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, family_name=record.given_name, given_name=record.family_name)


def _plain_letters(record: PersonRecord, rng: Random) -> PersonRecord:
    family = record.family_name.translate(_PLAIN).replace("'", rng.choice(("", " ", "’")))
    return replace(record, family_name=family, given_name=record.given_name.translate(_PLAIN))


def _capitals(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, family_name=record.family_name.upper())


def _day_and_month(record: PersonRecord, rng: Random) -> PersonRecord:
    born = record.birth_date
    if born is None or born.day > 12:
        return record
    return replace(record, birth_date=born.replace(day=born.month, month=born.day))


def _date_slip(record: PersonRecord, rng: Random) -> PersonRecord:
    born = record.birth_date
    if born is None:
        return record
    digits = list(born.isoformat())
    place = rng.choice((3, 6, 8, 9))
    digits[place] = rng.choice("0123456789")
    try:
        return replace(record, birth_date=date.fromisoformat("".join(digits)))
    except ValueError:
        return record


def _no_birth_date(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, birth_date=None)


def _short_street(record: PersonRecord, rng: Random) -> PersonRecord:
    door, *rest = record.address_lines
    *words, last = door.split()
    return replace(record, address_lines=(" ".join([*words, _SHORT.get(last, last)]), *rest))


def _postcode_slip(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, postcode=record.postcode[:-1] + rng.choice("ABDEFGHJLNPQ"))


def _no_postcode(record: PersonRecord, rng: Random) -> PersonRecord:
    return replace(record, postcode="")


_MISTAKES: tuple[tuple[float, Callable[[PersonRecord, Random], PersonRecord]], ...] = (
    (0.060, _nickname),
    (0.015, _initial),
    (0.050, _middle_name),
    (0.030, _family_slip),
    (0.020, _given_slip),
    (0.030, _other_family_name),
    (0.004, _wrong_way_round),
    (0.500, _plain_letters),
    (0.100, _capitals),
    (0.020, _day_and_month),
    (0.015, _date_slip),
    (0.020, _no_birth_date),
    (0.250, _short_street),
    (0.020, _postcode_slip),
    (0.015, _no_postcode),
)


def slip(word: str, rng: Random) -> str:
    """One letter changed, added, left out, or swapped with the next; never the first."""
    if len(word) < 3:
        return word
    place = rng.randrange(1, len(word) - 1)
    how = rng.randrange(4)
    if how == 0:
        return word[:place] + rng.choice(LETTERS) + word[place + 1 :]
    if how == 1:
        return word[:place] + rng.choice(LETTERS) + word[place:]
    if how == 2:
        return word[:place] + word[place + 1 :]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _number_mistyped(record: PersonRecord, kin_number: str, rng: Random) -> PersonRecord:
    """A digit wrong, which the check mostly finds; somebody else's number; or the spouse's."""
    number = record.nhs_number or ""
    how = rng.random()
    if kin_number and how < 0.4:
        wrong = kin_number
    elif how < 0.75:
        place = rng.randrange(9)
        wrong = number[:place] + rng.choice("0123456789") + number[place + 1 :]
    else:
        nine = f"9{rng.randrange(100_000_000):08}"
        wrong = nine + (nhs_number.check_digit(nine) or "0")
    return replace(record, nhs_number=wrong, nhs_number_verified=False)
