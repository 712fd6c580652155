"""How agencies have written people down: mostly right, and wrong in the ways that real records are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from random import Random

from config.demo import partners
from config.demo.locality import Citizen, Listing, Need
from config.demo.names import ALSO_KNOWN_AS, FAMILY, STREET_WORDS
from hub.identity.nhs_number import check_digit

# Agencies that hold NHS numbers, and for how many of their people the number is missing all the same.
MISSING_NHS_NUMBER = {partners.NURSING: 0.02, partners.SOCIAL_WORK: 0.12, partners.SOCIAL_CARE: 0.05}
MISSING_AT_PROVIDERS = 0.25
NO_NHS_NUMBERS = (partners.FIRE, partners.HOUSING, partners.LAPSED)
KEY_LETTERS = {
    partners.NURSING: "CN",
    partners.SOCIAL_WORK: "SW",
    partners.SOCIAL_CARE: "LA",
    partners.FIRE: "FR",
    partners.HOUSING: "MH",
    partners.LAPSED: "SH",
}
KNOWN_TO_SOCIAL_CARE = 0.85
FLAWED = 0.10  # of the records beyond the first that a person has

Mistake = Callable[[Listing, Random], Listing | None]


def write_down(citizens: Sequence[Citizen], needs: Sequence[Need], *, seed: int) -> tuple[Listing, ...]:
    """Each agency's list of people, by agency and then in an order that gives no join away."""
    rng = Random(f"{seed}:listing")
    served = defaultdict(dict)
    for need in needs:
        served[need.citizen.number][need.agency] = None
    books: defaultdict[str, list[Listing]] = defaultdict(list)
    for citizen in citizens:
        for position, agency in enumerate(_agencies_of(citizen, served[citizen.number], rng)):
            listing = _faithful(citizen, agency, rng)
            if position and rng.random() < FLAWED:
                listing = rng.choice(MISTAKES)(listing, rng) or listing
            books[agency].append(listing)
    _mistype(books[partners.SOCIAL_CARE], per=300, how=_fails_the_check)
    for provider in partners_with_needs(books):
        _mistype(books[provider], per=300, how=_of_nobody)
    return tuple(
        replace(listing, key=f"{KEY_LETTERS.get(agency, 'SU')}{position + 2001}")
        for agency in sorted(books)
        for position, listing in enumerate(_shuffled(books[agency], f"{seed}:book:{agency}"))
    )


def partners_with_needs(books: Iterable[str]) -> list[str]:
    """The home-care providers among the agencies."""
    return sorted(agency for agency in books if agency not in KEY_LETTERS)


def _agencies_of(citizen: Citizen, served: Iterable[str], rng: Random) -> list[str]:
    theirs = list(served)
    if rng.random() < KNOWN_TO_SOCIAL_CARE or not theirs:
        theirs.append(partners.SOCIAL_CARE)
    if citizen.number % 60 == 5:
        theirs.append(partners.LAPSED)
    return theirs


def _faithful(citizen: Citizen, agency: str, rng: Random) -> Listing:
    missing = MISSING_NHS_NUMBER.get(agency, MISSING_AT_PROVIDERS)
    hides = agency in NO_NHS_NUMBERS or rng.random() < missing
    street, *rest = citizen.home.lines
    if rng.random() < 0.3:
        words = street.split()
        street = " ".join([*words[:-1], STREET_WORDS.get(words[-1], words[-1])])
    return Listing(
        agency=agency,
        key="",
        citizen=citizen,
        family_name=citizen.family_name,
        given_name=citizen.given_name,
        birth_date=citizen.birth_date,
        nhs_number="" if hides else citizen.nhs_number,
        lines=(street, *rest),
    )


def _nickname(listing: Listing, rng: Random) -> Listing | None:
    other = ALSO_KNOWN_AS.get(listing.given_name)
    return replace(listing, given_name=other, flaw="given name spelt otherwise") if other else None


def _typing_error(listing: Listing, rng: Random) -> Listing | None:
    name = listing.family_name
    place = rng.randrange(1, len(name) - 1)
    swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    return replace(listing, family_name=swapped, flaw="family name mistyped") if swapped != name else None


def _day_and_month(listing: Listing, rng: Random) -> Listing | None:
    born = listing.birth_date
    if born.day > 12 or born.day == born.month:
        return None
    return replace(
        listing, birth_date=born.replace(day=born.month, month=born.day), flaw="day and month swapped"
    )


def _maiden_name(listing: Listing, rng: Random) -> Listing | None:
    if listing.citizen.gender != "F":
        return None
    name = rng.choice([name for name in FAMILY if name != listing.family_name])
    return replace(listing, family_name=name, flaw="maiden name")


MISTAKES: tuple[Mistake, ...] = (_nickname, _typing_error, _day_and_month, _maiden_name)


def _mistype(book: list[Listing], *, per: int, how: Callable[[str], str]) -> None:
    """One NHS number in so many records is not what it should be."""
    with_number = [index for index, listing in enumerate(book) if listing.nhs_number and not listing.flaw]
    for index in with_number[1::per]:
        number = how(book[index].nhs_number)
        book[index] = replace(book[index], nhs_number=number, flaw=how.__name__.strip("_").replace("_", " "))


def _fails_the_check(number: str) -> str:
    return f"{number[:9]}{(int(number[9]) + 1) % 10}"


def _of_nobody(number: str) -> str:
    """Another number that passes the check: 998 is a range for tests too, and no citizen here has one."""
    for tail in range(int(number[3:9]), int(number[3:9]) + 20):
        nine = f"998{tail % 1_000_000:06}"
        if (check := check_digit(nine)) is not None:
            return f"{nine}{check}"
    raise AssertionError("two numbers in eleven have no check digit, never twenty in a row")


def _shuffled(book: Sequence[Listing], seed: str) -> list[Listing]:
    return Random(seed).sample(book, len(book))
