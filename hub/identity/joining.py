"""Gives records to people: by rule as they arrive.

Everything here runs inside the caller's transaction and under one lock for the whole county, because two
deliveries that bring the same new person at once would otherwise make two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection

from hub.bulk import put, put_rows, reserve
from hub.feeds.record import PersonRecord
from hub.identity import golden, questions
from hub.identity.candidates import Pool
from hub.identity.matching import Decide, Decision, Facts, Outcome, compare
from hub.identity.matching import decide as by_rules
from hub.identity.records import facts_from, facts_of
from hub.models import Address, KnownAs, MatchDecision, Person, SourceRecord

LOCK = 7_261_001  # any number that no other advisory lock of this database has
KNOWN_AS = (
    *("source_record_id", "person_id", "address_id", "to_compare"),
    *("family_key", "given_key", "birth_date", "gender"),
    *("nhs_number", "nhs_number_verified", "postcode", "uprn"),
)
DECISION = (
    *("source_record_id", "person_id", "candidate_id"),
    *("outcome", "rule", "evidence", "decided_at"),
)


@dataclass(slots=True)
class Arrival:
    """A person's record that is new or has changed: `source` has a person only if it is known already."""

    record: PersonRecord
    source: SourceRecord
    address: Address | None
    facts: Facts = field(init=False)
    decision: Decision | None = None


def take_lock() -> None:
    """Holds identity for this transaction; whoever asks next waits for its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def settle(arrivals: Sequence[Arrival], *, now: datetime, decide: Decide = by_rules) -> None:
    """Decides whose each record is and stores records, people and decisions. Keys must differ.

    A record that is known stays with its person, whatever it says now: what would tell otherwise is left
    as a review for a person.
    """
    take_lock()
    new_ids = iter(reserve(Person, sum(arrival.source.person_id is None for arrival in arrivals)))
    for arrival in arrivals:  # whoever is new has a key already, for most will keep it
        person_id = arrival.source.person_id or next(new_ids)
        arrival.facts = facts_of(arrival.record, person_id=person_id)
    pool = Pool(arrival.facts for arrival in arrivals)
    before = _facts_before(arrivals)
    apart = _kept_apart(before)
    for arrival in arrivals:
        if arrival.source.person_id is None:
            _settle_new(arrival, pool, decide=decide)
        else:
            _settle_known(arrival, pool, before=before.get(arrival.source.pk), apart=apart, decide=decide)
    _store(arrivals, now=now)


def _settle_new(arrival: Arrival, pool: Pool, *, decide: Decide) -> None:
    arrival.decision = decide(arrival.facts, pool.candidates(arrival.facts))
    if arrival.decision.outcome is Outcome.JOINED:
        arrival.facts = replace(arrival.facts, person_id=arrival.decision.person_id)
    arrival.source.person_id = arrival.facts.person_id
    pool.add(arrival.facts)


def _settle_known(
    arrival: Arrival, pool: Pool, *, before: Facts | None, apart: set[tuple[int, int]], decide: Decide
) -> None:
    if before == arrival.facts:
        return
    person_id = arrival.facts.person_id or 0
    if before is not None:
        pool.replace(before, arrival.facts)
    others = [
        facts
        for facts in pool.candidates(arrival.facts)
        if facts.person_id != person_id and (person_id, facts.person_id) not in apart
    ]
    decision = decide(arrival.facts, others)
    if decision.outcome is not Outcome.NEW:
        arrival.decision = replace(decision, outcome=Outcome.REVIEW)
    elif any(compare(arrival.facts, facts).contradicts for facts in pool.of_person(person_id)):
        arrival.decision = Decision(Outcome.REVIEW, "records_contradict")


def _store(arrivals: Sequence[Arrival], *, now: datetime) -> None:
    made = _arrivals_of_new_people(arrivals)  # by who they are
    put(
        SourceRecord,
        [arrival.source for arrival in arrivals],
        match=("agency", "kind", "key"),
        update=("delivery", "feed", "place", "content_hash", "payload", "said_at"),
    )
    put_rows(KnownAs, KNOWN_AS, map(_known_as, arrivals), match=KNOWN_AS[:1], update=KNOWN_AS[1:])
    decided = [(arrival, arrival.decision) for arrival in arrivals if arrival.decision]
    put_rows(MatchDecision, DECISION, [_decision(*each, now=now) for each in decided])
    doubts = [each for each in decided if each[1].outcome is Outcome.REVIEW]
    golden.make({key: [_said(arrival) for arrival in theirs] for key, theirs in made.items()})
    questions.ask(
        [MatchDecision(**dict(zip(DECISION, _decision(*each, now=now), strict=True))) for each in doubts]
    )
    golden.refresh({arrival.source.person_id for arrival in arrivals} - made.keys())


def _arrivals_of_new_people(arrivals: Sequence[Arrival]) -> dict[int, list[Arrival]]:
    """All that is known of each person whom these make."""
    made: dict[int, list[Arrival]] = {
        arrival.source.person_id: [] for arrival in arrivals if _makes_person(arrival)
    }
    for arrival in arrivals:
        if arrival.source.person_id in made:
            made[arrival.source.person_id].append(arrival)
    return made


def _makes_person(arrival: Arrival) -> bool:
    is_new = arrival.source.pk is None
    return is_new and arrival.decision is not None and arrival.decision.outcome is not Outcome.JOINED


def _known_as(arrival: Arrival) -> tuple[Any, ...]:
    """What matching compares, in the order of KNOWN_AS."""
    facts, door = arrival.facts, arrival.address
    return (
        *(arrival.source.pk, arrival.source.person_id, door.pk if door else None, True),
        *(facts.family, facts.given, facts.birth_date, facts.gender),
        *(facts.nhs_number, facts.nhs_number_verified, facts.postcode, facts.uprn),
    )


def _said(arrival: Arrival) -> golden.Said:
    return golden.Said(
        record=arrival.record,
        nhs_number=arrival.facts.nhs_number,
        verified=arrival.facts.nhs_number_verified,
        address=arrival.address,
        age=(arrival.source.delivery_id, arrival.source.pk),
    )


def _decision(arrival: Arrival, decision: Decision, *, now: datetime) -> tuple[Any, ...]:
    """What became of a record, in the order of DECISION."""
    candidate = decision.person_id if decision.outcome is Outcome.REVIEW else None
    return (
        *(arrival.source.pk, arrival.source.person_id, candidate),
        *(decision.outcome.value, decision.rule, list(decision.evidence), now),
    )


def _facts_before(arrivals: Sequence[Arrival]) -> dict[int, Facts]:
    known = [arrival.source.pk for arrival in arrivals if arrival.source.pk is not None]
    if not known:
        return {}
    return {row.pk: facts_from(row) for row in KnownAs.objects.filter(pk__among=known)}


def _kept_apart(before: dict[int, Facts]) -> set[tuple[int, int]]:
    """Pairs of people whom somebody has told apart, both ways round."""
    people = {facts.person_id for facts in before.values()}
    if not people:
        return set()
    theirs = KnownAs.objects.filter(person__among=people).values_list("pk", flat=True)
    pairs = questions.told_apart(theirs)
    person = dict(
        KnownAs.objects.filter(pk__among={pk for pair in pairs for pk in pair}).values_list("pk", "person_id")
    )
    both = {tuple(person[pk] for pk in sorted(pair)) for pair in pairs}
    return both | {(other, one) for one, other in both}
