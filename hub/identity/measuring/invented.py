"""An invented county's records with the truth beside them: the hard cases that FEBRL does not have.

Spouses, twins, parents and children of one name, people who moved, short names, O'Neill without the
apostrophe, Nguyen without the accents, day and month swapped, NHS numbers mistyped or a spouse's. Every
choice comes from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from hub.feeds.record import PersonRecord
from hub.identity import nhs_number
from hub.identity.measuring import names
from hub.identity.measuring.mistakes import misspelt

EARLIEST, LATEST = date(1926, 1, 1), date(1990, 12, 31)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who somebody truly is, and who else of the set could be taken for them."""

    number: int
    family_name: str
    given_name: str
    birth_date: date
    gender: str
    nhs_number: str
    home: Home
    kin: tuple[str, int] | None = None  # spouse, twin or namesake, and whose


@dataclass(frozen=True, slots=True)
class Home:
    """A front door."""

    door: str
    town: str
    postcode: str
    uprn: str


@dataclass(frozen=True, slots=True)
class Book:
    """An agency's habits: whom it knows, how often it has an NHS number, and how well it writes."""

    agency: str
    knows: float
    numbered: float
    verified: float
    careless: float  # how much more often than a careful clerk it writes something wrong


BOOKS = (
    Book("health", 0.75, 0.99, 0.97, 0.6),
    Book("care", 0.65, 0.95, 0.60, 1.0),
    Book("provider", 0.35, 0.60, 0.0, 1.4),
    Book("fire", 0.40, 0.25, 0.0, 1.6),
    Book("housing", 0.30, 0.0, 0.0, 1.2),
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A record and whose it truly is; `kin` is (spouse, twin or namesake, whose)."""

    record: PersonRecord
    person: str
    agency: str
    kin: tuple[str, str] | None = None


def records(people: int, *, seed: int) -> list[Labelled]:
    """The records that five agencies keep of so many people, in an order that gives nothing away."""
    rng = Random(f"{seed}:invented")
    everybody = citizens(people, rng)
    found = []
    for citizen in everybody:
        for book in BOOKS:
            if rng.random() < book.knows:
                found.append(_written(citizen, book, everybody, rng))
    rng.shuffle(found)
    return [
        replace(each, record=replace(each.record, key=f"R{position:07}", place=f"line {position + 2}"))
        for position, each in enumerate(found)
    ]


def written(people: Sequence[Citizen], rng: Random) -> list[PersonRecord]:
    """One record of each, as a careful agency keeps them."""
    return [_written(citizen, BOOKS[0], (), rng).record for citizen in people]


def citizens(people: int, rng: Random) -> list[Citizen]:
    """So many people in their homes, spouses, twins and namesakes among them."""
    numbers = _nhs_numbers(people, rng)
    homes = _homes(rng)
    found: list[Citizen] = []
    while len(found) < people:
        first = _single(len(found), numbers, next(homes), rng)
        found.append(first)
        kind = rng.choices(("alone", "spouse", "twin", "namesake"), (66, 27, 2, 5))[0]
        if kind != "alone" and len(found) < people:
            second = _kin(kind, first, len(found), numbers, rng)
            found[-1] = replace(first, kin=(kind, second.number))
            found.append(second)
    return found


def _single(number: int, numbers: Sequence[str], home: Home, rng: Random) -> Citizen:
    gender = rng.choice("FM")
    born = EARLIEST + timedelta(days=int(rng.triangular(0, (LATEST - EARLIEST).days, 5000)))
    return Citizen(number, names.family(rng), names.given(gender, rng), born, gender, numbers[number], home)


def _kin(kind: str, first: Citizen, number: int, numbers: Sequence[str], rng: Random) -> Citizen:
    other = replace(first, number=number, nhs_number=numbers[number], kin=(kind, first.number))
    if kind == "namesake":  # a parent and a child of one name under one roof
        return replace(other, birth_date=_years_later(first.birth_date, rng.randint(18, 38), rng))
    if kind == "twin":
        gender = first.gender if rng.random() < 0.7 else ("M" if first.gender == "F" else "F")
        return replace(other, given_name=_another(first.given_name, gender, rng), gender=gender)
    gender = "M" if first.gender == "F" else "F"
    born = first.birth_date + timedelta(days=rng.randint(-2500, 2500))
    return replace(other, given_name=names.given(gender, rng), gender=gender, birth_date=born)


def _years_later(born: date, years: int, rng: Random) -> date:
    return born + timedelta(days=years * 365 + rng.randint(0, 364))


def _another(than: str, gender: str, rng: Random) -> str:
    while (name := names.given(gender, rng)) == than:
        pass
    return name


def _homes(rng: Random) -> Iterator[Home]:
    towns = list(names.TOWNS.items())
    number = 0
    while True:
        town, sector = rng.choice(towns)
        unit = rng.choice("ABDEFGHJLN") + rng.choice("PQRSTUWXYZ")
        number += 1
        yield Home(
            f"{rng.randint(1, 180)} {rng.choice(names.STREETS)}",
            town,
            f"{sector}{unit}",
            f"{100_000_000 + number}",
        )


def _nhs_numbers(count: int, rng: Random) -> list[str]:
    """Different valid numbers from the ranges for tests, which begin with 9."""
    found = []
    for tail in rng.sample(range(100_000_000), count * 2):
        nine = f"9{tail:08}"
        if (digit := nhs_number.check_digit(nine)) is not None:
            found.append(nine + digit)
    return found[:count]


def _written(citizen: Citizen, book: Book, everybody: Sequence[Citizen], rng: Random) -> Labelled:
    numbered = rng.random() < book.numbered
    home = citizen.home
    record = PersonRecord(
        key="",
        place="",
        family_name=citizen.family_name,
        given_name=citizen.given_name,
        birth_date=citizen.birth_date,
        gender=citizen.gender if rng.random() < 0.9 else None,
        nhs_number=citizen.nhs_number if numbered else None,
        nhs_number_verified=numbered and rng.random() < book.verified,
        address_lines=(home.door, home.town),
        postcode=home.postcode,
        uprn=home.uprn if rng.random() < 0.5 else None,
    )
    kin = everybody[citizen.kin[1]] if citizen.kin and citizen.kin[1] < len(everybody) else None
    record = misspelt(record, careless=book.careless, kin_number=kin.nhs_number if kin else "", rng=rng)
    if rng.random() < 0.06 * book.careless:  # moved, and this agency has not heard or is the first to know
        elsewhere = next(_homes(rng))
        record = replace(
            record,
            address_lines=(elsewhere.door, elsewhere.town),
            postcode=elsewhere.postcode,
            uprn=None,
        )
    return Labelled(
        record,
        f"P{citizen.number}",
        book.agency,
        (citizen.kin[0], f"P{citizen.kin[1]}") if citizen.kin else None,
    )
