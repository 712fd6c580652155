"""Households about a town: couples, twins, parents and children of one name, and people on their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from config.demo.locality import Citizen, Home
from config.demo.names import AWKWARD, FAMILY, GIVEN_F, GIVEN_M, STREETS
from config.demo.places import Patch, Place
from hub.identity.nhs_number import check_digit

IN_TOWN = 0.6  # of the people; the rest live in the villages
KM_PER_DEGREE = 111.2
NARROWING = 0.606  # cosine of Norfolk's latitude
UNIT_LETTERS = (
    "ABDEFGHJLNPQRSTUWXY"  # as the Post Office uses them; Z is left for postcodes that do not exist
)
UNITS_PER_PLACE = 12
TENURES = ("owner", "social_rent", "private_rent", "sheltered")
TENURE_SHARES = (58, 22, 8, 12)
WHO_ASK = 0.12  # of the people
WISHES = ((time(8, 30), None), (None, time(19)), (time(9), time(20)), (time(7), time(17)))


def settle(patch: Patch, *, count: int, seed: int) -> list[Citizen]:
    """So many people of one area, without numbers yet."""
    rng = Random(f"{seed}:people:{patch.town}")
    homes = _homes(patch, rng)
    people: list[Citizen] = []
    people += _twins(next(homes), rng)
    people += _namesakes(next(homes), rng)
    for family_name, given_name in AWKWARD:
        people.append(
            replace(_single(next(homes), rng, gender="F"), family_name=family_name, given_name=given_name)
        )
    for _ in range(count // 14):
        people += _couple(next(homes), rng)
    while len(people) < count:
        people.append(_single(next(homes), rng))
    alone = [index for index, person in enumerate(people) if not person.tie and index > len(AWKWARD) + 4]
    for index in alone[: max(1, count // 300)]:
        _move_to_unknown_postcode(people, index)
    for index in alone[-max(1, count // 300) :]:
        people[index] = replace(people[index], restricted=True)
    return people[:count]


def number(settled: Sequence[Sequence[Citizen]], nhs_numbers: Sequence[str]) -> tuple[Citizen, ...]:
    """Everyone in one list, each with a number and an NHS number of their own."""
    people = [citizen for area in settled for citizen in area]
    return tuple(
        replace(citizen, number=index, nhs_number=nhs_number, asks=_asks(nhs_number))
        for index, (citizen, nhs_number) in enumerate(zip(people, nhs_numbers, strict=True))
    )


def _asks(nhs_number: str) -> tuple[time | None, time | None]:
    """When this person asks for calls; most do not. Drawn apart, so that nothing else depends on it."""
    rng = Random(f"asks:{nhs_number}")
    return rng.choice(WISHES) if rng.random() < WHO_ASK else (None, None)


def nhs_numbers(count: int, *, seed: int) -> list[str]:
    """Different valid NHS numbers from the range for tests: 999, six digits, check digit."""
    found = []
    for tail in Random(f"{seed}:nhs").sample(range(1, 1_000_000), count * 2):
        digits = f"999{tail:06}"
        if (check := check_digit(digits)) is not None:
            found.append(f"{digits}{check}")
    return found[:count]


def postcodes(
    citizens: Sequence[Citizen], bases: Sequence[tuple[str, float, float]]
) -> tuple[tuple[str, float, float], ...]:
    """Every postcode that exists, once, in order, with its coordinates."""
    known = {
        home.postcode: (home.latitude, home.longitude) for home in (c.home for c in citizens) if home.exists
    }
    known |= {postcode: (latitude, longitude) for postcode, latitude, longitude in bases}
    return tuple((postcode, *known[postcode]) for postcode in sorted(known))


def unit(place: Place, index: int) -> tuple[str, float, float]:
    """One of the place's invented postcodes and its coordinates, always the same."""
    rng = Random(f"unit:{place.name}:{index}")
    spread = 0.9 if index % 2 else 0.45  # km
    latitude = place.latitude + rng.uniform(-spread, spread) / KM_PER_DEGREE
    longitude = place.longitude + rng.uniform(-spread, spread) / KM_PER_DEGREE / NARROWING
    # Places of one sector must not share a unit: the first letter is the place's, the second the unit's.
    first = UNIT_LETTERS[_rank_in_sector(place)]
    return f"{place.sector}{first}{UNIT_LETTERS[index]}", round(latitude, 6), round(longitude, 6)


def any_place(patch: Patch, rng: Random) -> Place:
    """The town more often than not, else one of the villages."""
    return patch.places[0] if rng.random() < IN_TOWN else rng.choice(patch.places[1:])


def _rank_in_sector(place: Place) -> int:
    from config.demo.places import PATCHES

    same = [other.name for patch in PATCHES for other in patch.places if other.sector == place.sector]
    return same.index(place.name)


def _homes(patch: Patch, rng: Random) -> Iterator[Home]:
    """Doors without end, no two alike."""
    taken = set()
    while True:
        place = any_place(patch, rng)
        index = rng.randrange(UNITS_PER_PLACE)
        street = STREETS[(index * 7 + len(place.name)) % len(STREETS)]
        door = f"{rng.randint(1, 140)} {street}"
        if (place.name, door) in taken:
            continue
        taken.add((place.name, door))
        postcode, latitude, longitude = unit(place, index)
        tenure = rng.choices(TENURES, TENURE_SHARES)[0]
        yield Home((door, place.name), postcode, latitude, longitude, tenure, patch.town)


def _move_to_unknown_postcode(people: list[Citizen], index: int) -> None:
    home = people[index].home
    lost = replace(home, postcode=f"{home.postcode[:-2]}ZZ", exists=False)
    people[index] = replace(people[index], home=lost)


def _born(rng: Random, earliest: int = 1929, latest: int = 1958) -> date:
    if earliest == 1929 and rng.random() < 0.12:
        earliest, latest = 1958, 1999  # working age
    first = date(earliest, 1, 1)
    return first + timedelta(days=rng.randrange((date(latest, 12, 31) - first).days))


def _given(gender: str, rng: Random) -> str:
    return rng.choice(GIVEN_F if gender == "F" else GIVEN_M)


def _single(home: Home, rng: Random, *, gender: str = "") -> Citizen:
    gender = gender or rng.choices("FM", (64, 36))[0]
    return Citizen(0, rng.choice(FAMILY), _given(gender, rng), _born(rng), gender, "", home)


def _couple(home: Home, rng: Random) -> list[Citizen]:
    one = replace(_single(home, rng, gender="F"), birth_date=_born(rng, 1930, 1952), tie="spouse")
    apart = timedelta(days=rng.randint(-1800, 1800))
    other = replace(
        one, given_name=_given("M", rng), gender="M", birth_date=one.birth_date + apart, tie="spouse"
    )
    return [one, other]


def _twins(home: Home, rng: Random) -> list[Citizen]:
    one = replace(_single(home, rng, gender="F"), birth_date=_born(rng, 1940, 1950), tie="twin")
    name = rng.choice([name for name in GIVEN_F if name[0] != one.given_name[0]])
    return [one, replace(one, given_name=name)]


def _namesakes(home: Home, rng: Random) -> list[Citizen]:
    parent = replace(_single(home, rng, gender="M"), birth_date=_born(rng, 1932, 1940), tie="namesake")
    child = replace(parent, birth_date=parent.birth_date + timedelta(days=rng.randint(9000, 10500)))
    return [parent, child]
