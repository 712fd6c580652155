"""The partners' files: read by the real feeds, with just the planned rejections and nothing lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.demo import partner_files, partners
from config.demo.locality import Locality
from config.demo.partner_files import Folder, PartnerFile
from hub.feeds import FEEDS
from hub.feeds.record import ContactRecord, HomeRecord, NeedRecord, PersonRecord, Rejected
from visits.services import staff_file
from visits.services.staff_file import Fault


@dataclass
class Read:
    """What a feed makes of one file."""

    people: dict[str, PersonRecord] = field(default_factory=dict)
    needs: list[NeedRecord] = field(default_factory=list)
    contacts: list[ContactRecord] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)


def read(file: PartnerFile) -> Read:
    """Everything that the real feed says of the file."""
    found = Read()
    with file.path.open("rb") as stream:
        for item in FEEDS[file.feed].read(stream):
            match item:
                case PersonRecord():
                    found.people[item.key] = item
                case NeedRecord():
                    found.needs.append(item)
                case ContactRecord():
                    found.contacts.append(item)
                case Rejected():
                    found.rules[item.rule] += 1
    return found


@pytest.fixture(scope="session")
def folder(village: Locality, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The files of a small locality."""
    return partner_files.write(village, tmp_path_factory.mktemp("village"))


@pytest.fixture(scope="session")
def town_folder(town: Locality, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The files of a demonstration."""
    return partner_files.write(town, tmp_path_factory.mktemp("town"))


@pytest.mark.parametrize("size", ["folder", "town_folder"])
def test_the_feeds_reject_what_was_made_wrong_and_nothing_else(
    size: str, request: pytest.FixtureRequest
) -> None:
    """Each file breaks the rules that it was made to break, as often as planned."""
    files: Folder = request.getfixturevalue(size)
    for file in files.deliveries:
        assert read(file).rules == Counter(file.wrong), f"{file.agency} {file.path.name}"


@pytest.mark.parametrize("size", ["village", "town"])
def test_every_need_and_visit_arrives(size: str, request: pytest.FixtureRequest) -> None:
    """What the locality holds is what the feeds read: people, needs, and visits made."""
    made: Locality = request.getfixturevalue(size)
    files: Folder = request.getfixturevalue("folder" if size == "village" else "town_folder")
    for agency in made.agencies:
        of_agency = [read(file) for file in files.deliveries if file.agency == agency.code]
        people = {key for found in of_agency for key in found.people}
        assert people == {listing.key for listing in made.listings_of(agency.code)}, agency.code
        needs = sum(len(found.needs) for found in of_agency)
        assert needs == sum(need.agency == agency.code for need in made.needs), agency.code
        contacts = sum(len(found.contacts) for found in of_agency)
        assert contacts == sum(visit.agency == agency.code for visit in made.past_visits), agency.code


def test_needs_arrive_as_they_were_meant(town: Locality, town_folder: Folder) -> None:
    """Times, tasks, pairs, gaps, reasons to stay separate and days that may move survive each format."""
    meant = {(need.agency, need.key): need for need in town.needs}
    seen = 0
    for file in town_folder.deliveries:
        for record in read(file).needs:
            key = record.key.removeprefix("ServiceRequest/").removeprefix("Appointment/")
            key = key.removeprefix("CarePlan/").removesuffix("/1")
            need = meant[file.agency, key]
            seen += 1
            assert (record.minutes, record.workers, set(record.skills), record.priority) == (
                need.minutes,
                need.workers,
                set(need.skills),
                need.priority,
            )
            assert (record.window_start, record.window_end) == (need.window_start, need.window_end)
            assert (record.flexible_days, record.starts_on) == (need.flexible_days, need.starts_on)
            assert (record.mergeable, record.separate_reason) == (need.mergeable, need.separate_reason)
            assert record.time_critical == need.time_critical
            assert [(gap.after, gap.min_minutes) for gap in record.gaps] == ([need.gap] if need.gap else [])
    assert seen == len(town.needs)


def test_staff_and_shift_files_are_read_whole(town: Locality, town_folder: Folder) -> None:
    """Every worker and two weeks of shifts, without a fault."""
    counts: Counter[str] = Counter()
    for file in town_folder.staff:
        kind, rows = staff_file.read(file.path.read_bytes())
        for row in rows:
            assert not isinstance(row, Fault), file.path.name
            counts[kind] += 1
    assert counts["staff"] == len(town.workers)
    assert counts["shifts"] == sum(2 * len(worker.weekdays) for worker in town.workers)


def test_the_same_locality_gives_the_same_bytes(village: Locality, folder: Folder, tmp_path: Path) -> None:
    """A second demonstration sends what the first one sent, so that the hub sees nothing new."""
    again = partner_files.write(village, tmp_path)
    for one, other in zip(folder.deliveries + folder.staff, again.deliveries + again.staff, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()
    assert folder.postcodes.read_bytes() == again.postcodes.read_bytes()


def test_an_agency_without_agreement_sends_its_people_all_the_same(village: Locality, folder: Folder) -> None:
    """The lapsed partner's file is well formed; that it may not be taken in is for the hub to see."""
    lapsed = [file for file in folder.deliveries if file.agency == partners.LAPSED]
    assert [len(read(file).people) for file in lapsed] == [len(village.listings_of(partners.LAPSED))]


def test_fire_and_housing_send_in_their_own_formats(town: Locality, town_folder: Folder) -> None:
    """Lettings are homes without names, each said to be rented; fire sends no NHS number."""
    sent = {(file.agency, file.feed): file for file in town_folder.deliveries}
    with sent[partners.HOUSING, "core-lettings"].path.open("rb") as stream:
        homes = [item for item in FEEDS["core-lettings"].read(stream) if isinstance(item, HomeRecord)]
    tenants = town.listings_of(partners.HOUSING)
    assert {home.postcode for home in homes} <= {tenant.citizen.home.postcode for tenant in tenants}
    assert {home.tenure for home in homes} == {"social_rent", "sheltered"}
    at_risk = read(sent[partners.FIRE, "fire-visits"]).people.values()
    assert at_risk
    assert not any(person.nhs_number for person in at_risk)


def test_people_who_ask_for_calls_at_some_times_say_so_to_nursing_and_social_work(
    town: Locality, town_folder: Folder
) -> None:
    """A sentence, a Timing and two columns: what the feeds read is what the person asks."""
    asks = {person.nhs_number: person.asks for person in town.citizens}
    heard = set()
    for file in town_folder.deliveries:
        if file.feed in ("fhir", "social-work-reviews"):
            for person in read(file).people.values():
                if person.nhs_number in asks:
                    said = (person.contact_from, person.contact_until)
                    assert said == asks[person.nhs_number]
                    heard.add((file.feed, said))
    assert len(heard - {("fhir", (None, None)), ("social-work-reviews", (None, None))}) >= 4
