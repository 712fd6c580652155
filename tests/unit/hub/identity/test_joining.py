"""Records that arrive are given to people, and a person shows the best of what is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from hub.feeds.record import PersonRecord
from hub.identity import joining
from hub.identity.candidates import MOST_PEOPLE, Pool, keys_of
from hub.identity.matching import Facts
from hub.identity.records import content_hash, facts_of, payload, person_record
from hub.models import Agency, MatchDecision, Person, SourceRecord
from tests.factories import hub

pytestmark = pytest.mark.django_db
MABEL = PersonRecord(
    key="C1",
    place="line 2",
    family_name="O'Neill",
    given_name="Mabel",
    birth_date=dt.date(1941, 5, 6),
    gender="F",
    postcode="NR11 6AA",
)


def arrive(agency: Agency, *records: PersonRecord) -> list[SourceRecord]:
    """The records as one delivery brings them."""
    delivery = hub.make_delivery(agency)
    arrivals = []
    for record in records:
        source = SourceRecord.objects.filter(agency=agency, kind="person", key=record.key).first()
        source = source or SourceRecord(agency=agency, kind="person", key=record.key)
        source.delivery, source.feed, source.place = delivery, "feed", record.place
        source.payload = payload(record)
        source.content_hash = content_hash(source.payload)
        arrivals.append(joining.Arrival(record, source, None))
    joining.settle(arrivals, now=hub.NOW)
    return [arrival.source for arrival in arrivals]


def decisions(source: SourceRecord) -> list[tuple[str, str]]:
    return list(source.match_decisions.values_list("outcome", "rule"))


def test_a_record_survives_being_kept() -> None:
    """What comes back from the database is what the agency sent, but for the place."""
    record = replace(MABEL, address_lines=("1 Mill Row", "Aylsham"), deceased_on=dt.date(2026, 1, 2))
    assert person_record("C1", payload(record)) == replace(record, place="")


def test_only_a_valid_number_is_compared() -> None:
    """A number that fails its check is no number, and so not a verified one."""
    facts = facts_of(replace(MABEL, nhs_number="1234567890", nhs_number_verified=True))
    assert (facts.nhs_number, facts.nhs_number_verified, facts.family) == ("", False, "oneill")


def test_a_new_record_makes_a_person_with_its_reason() -> None:
    """Nobody is alike: a person is made, and why is written down."""
    (source,) = arrive(hub.make_agency(), MABEL)
    assert (source.person.name, source.person.birth_date) == ("Mabel O'Neill", dt.date(1941, 5, 6))
    assert decisions(source) == [("new", "nobody_alike")]


def test_a_joined_record_adds_what_was_not_known() -> None:
    """Housing knows the gender, the nurses the number: the person has both."""
    number = hub.make_nhs_number(4)
    (first,) = arrive(hub.make_agency(), replace(MABEL, gender=None))
    arrive(hub.make_agency(), replace(MABEL, nhs_number=number, nhs_number_verified=True))
    person = Person.objects.get()
    assert (person.pk, person.gender, person.nhs_number) == (first.person_id, "F", number)


def test_a_verified_source_outranks_a_newer_one() -> None:
    """The name as it stands with the NHS stays, although somebody wrote it otherwise later."""
    arrive(hub.make_agency(), replace(MABEL, nhs_number=hub.make_nhs_number(4), nhs_number_verified=True))
    arrive(hub.make_agency(), replace(MABEL, family_name="ONEILL"))
    assert Person.objects.get().family_name == "O'Neill"


def test_whoever_says_restricted_or_deceased_is_believed() -> None:
    """Protection does not wait for the best source."""
    arrive(hub.make_agency(), replace(MABEL, nhs_number=hub.make_nhs_number(4), nhs_number_verified=True))
    arrive(hub.make_agency(), replace(MABEL, restricted=True, deceased=True))
    person = Person.objects.get()
    assert (person.restricted, person.deceased) == (True, True)


def test_a_doubtful_record_is_kept_apart_with_whom_it_may_be() -> None:
    """Her short name needs a human's eye: another person for now, with a pointer."""
    (known,) = arrive(hub.make_agency(), MABEL)
    (doubtful,) = arrive(hub.make_agency(), replace(MABEL, given_name="May"))
    assert doubtful.person_id != known.person_id
    decision = doubtful.match_decisions.get()
    assert (decision.outcome, decision.candidate) == ("review", known.person)
    assert "mabel" not in str(decision.evidence).casefold()


def test_twins_in_one_file_stay_two() -> None:
    """Same day, same house, same family name, one chunk."""
    arrive(hub.make_agency(), MABEL, replace(MABEL, key="C2", given_name="Ivy"))
    assert Person.objects.count() == 2


def test_a_known_record_that_changes_stays_with_its_person() -> None:
    """A corrected spelling is the same person; nothing needs deciding."""
    agency = hub.make_agency()
    (before,) = arrive(agency, MABEL)
    (after,) = arrive(agency, replace(MABEL, given_name="Mabel Rose"))
    assert (after.pk, after.person_id) == (before.pk, before.person_id)
    assert Person.objects.get().given_name == "Mabel Rose"
    assert decisions(after) == [("new", "nobody_alike")]


def test_a_known_record_that_now_contradicts_its_person_goes_to_review() -> None:
    """Housing's record was joined to the nurses'; now it has another year of birth."""
    agency = hub.make_agency()
    arrive(hub.make_agency(), MABEL)
    arrive(agency, MABEL)
    (changed,) = arrive(agency, replace(MABEL, birth_date=dt.date(1915, 1, 1)))
    assert decisions(changed)[-1] == ("review", "records_contradict")
    assert Person.objects.count() == 1


def test_a_known_record_that_now_fits_another_person_goes_to_review() -> None:
    """The mistyped number is corrected and turns out to be somebody else's: a person decides."""
    number, agency = hub.make_nhs_number(4), hub.make_agency()
    arrive(hub.make_agency(), replace(MABEL, nhs_number=number, nhs_number_verified=True))
    arrive(agency, replace(MABEL, nhs_number=hub.make_nhs_number(5)))
    (corrected,) = arrive(agency, replace(MABEL, nhs_number=number, nhs_number_verified=True))
    assert decisions(corrected)[-1] == ("review", "nhs_number_verified")
    assert Person.objects.count() == 2


def test_a_number_shared_by_hundreds_by_mistake_still_counts_but_a_common_birthday_does_not() -> None:
    """A key that hundreds share finds nobody, so that no file can make matching slow."""
    pool = Pool([])
    for person in range(1, MOST_PEOPLE + 2):
        pool.add(
            Facts(family=f"f{person}", birth_date=dt.date(1900, 1, 1), postcode="NR1 1AA", person_id=person)
        )
    assert pool.candidates(Facts(family="x", birth_date=dt.date(1900, 1, 1), postcode="NR1 1AA")) == []
    assert len(pool.candidates(Facts(family="f7", birth_date=dt.date(1900, 1, 1), postcode="NR1 1AA"))) == 1


def test_unknown_parts_make_no_key() -> None:
    """Two people without a postcode do not share one."""
    assert list(keys_of(Facts(family="larter"))) == []


def test_another_decider_fits_the_same_seam() -> None:
    """A model that is surer than the rules can take their place."""
    from hub.identity.matching import Decision, Outcome

    (known,) = arrive(hub.make_agency(), MABEL)
    other = PersonRecord(key="X", place="line 2", family_name="Else", given_name="Somebody")
    delivery = hub.make_delivery(hub.make_agency())
    source = SourceRecord(
        agency=delivery.agency, delivery=delivery, feed="f", kind="person", key="X", payload=payload(other)
    )
    joining.settle(
        [joining.Arrival(other, source, None)],
        now=hub.NOW,
        decide=lambda facts, candidates: Decision(Outcome.JOINED, "model", known.person_id, ("everything",)),
    )
    assert source.person_id == known.person_id
    assert MatchDecision.objects.get(source_record=source).rule == "model"
