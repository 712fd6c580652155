"""The synthetic locality: the same by seed, of the promised size, and as dirty as real records."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.demo import generating, partners, places
from config.demo.locality import Locality
from hub import recurrence
from hub.identity import nhs_number
from tests.unit.config.demo.conftest import MONDAY, TODAY

ROOT = Path(__file__).resolve().parents[4]
DIGEST = (
    "import hashlib, datetime; from config.demo import generating;"
    "made = generating.generate(people=24, seed=1,"
    " week_start=datetime.date(2027, 1, 18), today=datetime.date(2027, 1, 13));"
    "print(hashlib.sha256(repr(made).encode()).hexdigest())"
)


def occurrences(made: Locality) -> int:
    """How many fall due in the week to be planned."""
    last = made.week_start + timedelta(days=6)
    return sum(
        len(
            recurrence.days_due(
                need.rrule, starts_on=need.starts_on, ends_on=None, first=made.week_start, last=last
            )
        )
        for need in made.needs
    )


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_the_seed_alone_decides(village: Locality, hash_seed: str) -> None:
    """Another process with another order of hashes makes the very same locality."""
    made = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.strip() == hashlib.sha256(repr(village).encode()).hexdigest()


def test_another_seed_makes_other_people(village: Locality) -> None:
    """Who lives there follows from the seed."""
    other = generating.generate(people=24, seed=2, week_start=MONDAY, today=TODAY)
    assert [c.family_name for c in other.citizens] != [c.family_name for c in village.citizens]


def test_a_demonstration_has_the_promised_size(town: Locality) -> None:
    """300 people in one area, about 90 field staff, 10 to 14 occurrences a person, some of them double."""
    assert len(town.citizens) == 300
    assert len(town.patches) == 1
    assert 85 <= len(town.workers) <= 95
    assert 10 <= occurrences(town) / 300 <= 14
    packages = {need.citizen.number for need in town.needs if need.agency.endswith("-care")}
    pairs = {need.citizen.number for need in town.needs if need.workers == 2}
    assert 0.06 <= len(pairs) / len(packages) <= 0.15


def test_many_people_make_many_areas() -> None:
    """6,000 people are a county of twenty areas of 300; 400 are still one."""
    assert generating.area_sizes(6000) == [300] * 20
    assert generating.area_sizes(400) == [400]
    assert generating.area_sizes(620) == [310, 310]


def test_no_two_areas_share_a_sector() -> None:
    """A postcode sector lies in one area only, else an address would lie in two."""
    owners = defaultdict(set)
    for patch in places.PATCHES:
        for sector in patch.sectors:
            owners[sector].add(patch.town)
    assert [sector for sector, towns in owners.items() if len(towns) > 1] == []


@pytest.mark.parametrize("wrong", [{"people": 11}, {"week_start": date(2027, 1, 19)}])
def test_a_locality_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    """Too few people for the planned dirt, and a week that begins on a Tuesday."""
    with pytest.raises(ValueError, match=r"12 people|Monday"):
        generating.generate(**({"people": 24, "week_start": MONDAY} | wrong))  # type: ignore[arg-type]


def test_nhs_numbers_are_test_numbers(town: Locality) -> None:
    """Everybody has a different, valid number of the range kept for tests."""
    numbers = [citizen.nhs_number for citizen in town.citizens]
    assert len(set(numbers)) == 300
    assert all(number.startswith("999") and nhs_number.is_valid(number) for number in numbers)


def test_households_are_hard_to_tell_apart(village: Locality) -> None:
    """Even a small place has spouses, twins, and a parent and child of one name, each pair at one door."""
    by_tie = defaultdict(list)
    for citizen in village.citizens:
        by_tie[citizen.tie].append(citizen)
    one, other = by_tie["twin"]
    assert one.birth_date == other.birth_date
    assert one.given_name != other.given_name
    parent, child = by_tie["namesake"]
    assert (parent.family_name, parent.given_name) == (child.family_name, child.given_name)
    assert child.birth_date - parent.birth_date > timedelta(days=365 * 20)
    assert by_tie["spouse"]
    for pair in ((one, other), (parent, child), by_tie["spouse"][:2]):
        assert len({citizen.home for citizen in pair}) == 1


def test_names_that_software_trips_over_are_there(village: Locality) -> None:
    """An apostrophe, letters beyond Latin-1, and a name longer than most fields allow."""
    names = {citizen.family_name for citizen in village.citizens}
    assert {"O'Neill", "Nguyễn"} <= names
    assert max(map(len, names)) > 50


def test_records_differ_from_the_truth_as_planned(town: Locality) -> None:
    """Every kind of mistake is among the listings, and most listings are right."""
    flaws = Counter(listing.flaw for listing in town.listings)
    assert set(flaws) == {
        "",
        "given name spelt otherwise",
        "family name mistyped",
        "day and month swapped",
        "maiden name",
        "fails the check",
        "of nobody",
    }
    assert flaws[""] / len(town.listings) > 0.9


@pytest.mark.parametrize("size", ["village", "town"])
def test_mistyped_numbers_fail_or_belong_to_nobody(size: str, request: pytest.FixtureRequest) -> None:
    """One number fails modulus 11; another passes and is nobody's."""
    made: Locality = request.getfixturevalue(size)
    real = {citizen.nhs_number for citizen in made.citizens}
    by_flaw = {listing.flaw: listing.nhs_number for listing in made.listings}
    assert not nhs_number.is_valid(by_flaw["fails the check"])
    assert nhs_number.is_valid(by_flaw["of nobody"])
    assert by_flaw["of nobody"] not in real


def test_some_records_have_no_number_no_place_or_no_agreement(village: Locality) -> None:
    """Missing NHS numbers, an unknown postcode, a restricted person, an agency whose agreement lapsed."""
    listed = {postcode for postcode, _, _ in village.postcodes}
    homes = {citizen.home for citizen in village.citizens}
    assert {home.postcode for home in homes if home.postcode not in listed} == {
        home.postcode for home in homes if not home.exists
    }
    assert any(not home.exists for home in homes)
    assert any(citizen.restricted for citizen in village.citizens)
    providers = partners.providers(0)
    assert any(not record.nhs_number for record in village.listings if record.agency in providers)
    lapsed = [agreement for agreement in village.agreements if agreement.ends_on]
    assert [agreement.ends_on < TODAY for agreement in lapsed] == [True]
    assert village.listings_of(partners.LAPSED)


def test_people_know_a_few_workers(town: Locality) -> None:
    """In three weeks a person with daily care mostly saw the same few of each agency."""
    seen: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for visit in town.past_visits:
        seen[visit.citizen.number, visit.agency][visit.worker.reference] += 1
    daily = [counts for counts in seen.values() if counts.total() >= 21]
    shares = [counts.most_common(1)[0][1] / counts.total() for counts in daily]
    assert len(daily) > 100
    assert sum(shares) / len(shares) > 0.3


def test_past_visits_are_past_and_were_possible(town: Locality) -> None:
    """Nobody came before the need began, after yesterday, off shift, or without the skill asked for."""
    for visit in town.past_visits:
        day = visit.starts_at.date()
        assert TODAY - timedelta(weeks=3) <= day < TODAY
        assert visit.need.starts_on <= day
        assert day.weekday() in visit.worker.weekdays
        assert set(visit.need.skills) <= set(visit.worker.skills)
        assert visit.need.gender in ("", visit.worker.gender)


def test_the_past_does_not_change_with_the_day_one_looks_back(village: Locality) -> None:
    """A demonstration of tomorrow tells the same of last week, so that nothing is taken in twice."""
    later = generating.generate(people=24, seed=1, week_start=MONDAY, today=TODAY + timedelta(days=1))
    keys = {(v.agency, v.key): (v.worker.reference, v.starts_at) for v in village.past_visits}
    shared = [v for v in later.past_visits if (v.agency, v.key) in keys]
    assert len(shared) > 100
    assert all(keys[v.agency, v.key] == (v.worker.reference, v.starts_at) for v in shared)


def test_gaps_lead_to_a_later_need_of_the_same_person(town: Locality) -> None:
    """Four hours between two doses of paracetamol, and a week's first dose never waits for its last."""
    by_key = {need.key: need for need in town.needs}
    assert len(by_key) == len(town.needs)
    gaps = [need for need in town.needs if need.gap]
    assert gaps
    for need in gaps:
        assert need.gap is not None
        after = by_key[need.gap[0]]
        assert after.citizen == need.citizen
        assert after.window_start > need.window_start
        assert need.gap[1] == 240


def test_every_need_is_on_its_agencys_books(town: Locality) -> None:
    """Nobody is visited whom the visiting agency has not listed, and what is kept separate says why."""
    books = {(listing.agency, listing.citizen.number) for listing in town.listings}
    assert {(need.agency, need.citizen.number) for need in town.needs} <= books
    assert all(need.mergeable or need.separate_reason for need in town.needs)
    assert any(not need.mergeable for need in town.needs)
