"""Makes a synthetic Norfolk locality, the same for the same seed.

Places are real and everyone in them is invented. NHS numbers come from the range kept for tests (999).
"""

from __future__ import annotations

from datetime import date

from config.demo import history, listing, packages, partners, people_and_homes, workforce
from config.demo.locality import Locality
from config.demo.places import PATCHES

PEOPLE_PER_AREA = 300
MOST_IN_ONE_AREA = 400


def generate(*, people: int = 300, seed: int = 1, week_start: date, today: date | None = None) -> Locality:
    """A locality of so many people; more than 400 make more areas, each about a town.

    `week_start` is the Monday to be planned. Past visits fill the three weeks before today or,
    if that is earlier or today is not given, before that Monday.
    Raises ValueError for fewer than 12 people or a day that is not a Monday.
    """
    if people < 12:
        raise ValueError(f"A locality needs at least 12 people, not {people}.")
    if week_start.weekday():
        raise ValueError(f"{week_start} is not a Monday.")
    sizes = area_sizes(people)
    patches = PATCHES[: len(sizes)]
    settled = [
        people_and_homes.settle(patch, count=count, seed=seed)
        for patch, count in zip(patches, sizes, strict=True)
    ]
    nhs_numbers = people_and_homes.nhs_numbers(people, seed=seed)
    citizens = people_and_homes.number(settled, nhs_numbers)
    agencies = partners.agencies(patches)
    workers, bases = workforce.hire(patches, sizes, seed=seed)
    needs = packages.assess(citizens, patches, seed=seed, week_start=week_start)
    listings = listing.write_down(citizens, needs, seed=seed)
    return Locality(
        seed=seed,
        week_start=week_start,
        patches=patches,
        agencies=agencies,
        agreements=partners.agreements(agencies, week_start=week_start),
        delegations=partners.delegations(agencies),
        postcodes=people_and_homes.postcodes(citizens, bases),
        citizens=citizens,
        listings=listings,
        needs=needs,
        workers=workers,
        past_visits=history.remember(needs, workers, seed=seed, before=min(today or week_start, week_start)),
    )


def area_sizes(people: int) -> list[int]:
    """How many people live in each area: as even as can be."""
    areas = 1 if people <= MOST_IN_ONE_AREA else round(people / PEOPLE_PER_AREA)
    areas = min(areas, len(PATCHES))
    return [people // areas + (index < people % areas) for index in range(areas)]
