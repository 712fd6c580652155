"""Compares by probability what the rules left apart, a batch at a time, and never inside a request.

A record that is new or has changed waits (`KnownAs.to_compare`). For a batch of them PostgreSQL finds who
might be meant, Splink weighs the pairs in this process, and only then is the lock on identity taken to join
people and to ask. A record that changes meanwhile keeps waiting. Nothing here grows with the county but the
indexes that are searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from hub.identity import models_in_use, questions, reviewing
from hub.identity.joining import take_lock
from hub.identity.linkage import appearance, splinking
from hub.identity.linkage.gathering import Gathered, Judged, gather
from hub.identity.linkage.judging import judge
from hub.identity.linkage.splinking import Model, Pair
from hub.identity.matching import Facts, Verdict, compare
from hub.identity.records import facts_from
from hub.models import KnownAs, MatchDecision, Person, SourceRecord

BATCH = 2000
LOCK = 7_261_002  # one comparing at a time; not the lock on identity, which deliveries need
# A key that more records share says nothing about who somebody is.
MOST_WHO_SHARE = 200

# How records meet, as indexes of `KnownAs` find them: (what the waiting record must have, what the other).
_WAYS = (
    ("mine.nhs_number <> ''", "theirs.nhs_number <> '' AND theirs.nhs_number = mine.nhs_number"),
    ("mine.birth_date IS NOT NULL", "theirs.birth_date = mine.birth_date"),
    ("mine.given_key <> ''", "theirs.family_key = mine.family_key AND theirs.given_key = mine.given_key"),
    (
        "mine.given_key <> ''",
        "theirs.family_key = replace(mine.given_key, ' ', '') AND theirs.given_key = mine.family_key",
    ),
    (
        "mine.postcode <> '' AND mine.given_key <> ''",
        "theirs.postcode = mine.postcode AND theirs.given_key = mine.given_key",
    ),
    ("mine.postcode <> ''", "theirs.postcode = mine.postcode AND theirs.family_key = mine.family_key"),
    ("mine.address_id IS NOT NULL", "theirs.address_id = mine.address_id"),
)


@dataclass(slots=True)
class Linked:
    """What comparing came to."""

    compared: int = 0
    pairs: int = 0
    joined: int = 0
    asked: int = 0


def compare_waiting(
    *, now: datetime, batch: int = BATCH, on_progress: Callable[[Linked], None] | None = None
) -> Linked:
    """Compares every record that waits. If another process is at it, nothing: that one will find them all."""
    result = Linked()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return result
        try:
            model = None
            after = 0
            while waiting := _waiting(after, batch):
                model = model or models_in_use.model()
                _compare(waiting, model, result, now=now)
                after = max(waiting)
                if on_progress:
                    on_progress(result)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return result


def _waiting(after: int, batch: int) -> list[int]:
    rows = KnownAs.objects.filter(to_compare=True, pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:batch])


def _compare(waiting: list[int], model: Model, result: Linked, *, now: datetime) -> None:
    pairs = _pairs(waiting)
    known = {row.pk: row for row in _known({pk for pair in pairs for pk in pair} | set(waiting))}
    facts = {pk: facts_from(row) for pk, row in known.items()}
    # Before the model: pairs that a veto keeps apart need no weight, and they are nine in ten.
    pairs = [pair for pair in pairs if not compare(facts[pair[0]], facts[pair[1]]).contradicts]
    rows = [
        appearance.row(pk, facts[pk], [known[pk].address.lines] if known[pk].address else [])
        for pk in sorted({pk for pair in pairs for pk in pair})
    ]
    weights = splinking.weigh(model, rows, pairs=pairs, among=model.records)
    names = model.given_names
    judged = [
        Judged(one, other, found, weight)
        for (one, other), weight in weights.items()
        if (found := judge(facts[one], facts[other], weight, names=names)).verdict >= Verdict.REVIEW
    ]
    with transaction.atomic():
        take_lock()
        gathered = _gathered(judged, facts)
        _join(gathered, now=now)
        asked = _ask(gathered, now=now)
        unchanged = [row.pk for row in _known(waiting) if facts_from(row) == facts[row.pk]]
        KnownAs.objects.filter(pk__in=unchanged).update(to_compare=False)
    result.compared += len(waiting)
    result.pairs += len(weights)
    result.joined += len(gathered.merges)
    result.asked += asked


def _pairs(waiting: list[int]) -> list[Pair]:
    """The pairs with records of other people, each by at least one way that few share."""
    found: set[Pair] = set()
    for mine, theirs in _WAYS:
        sql = (
            f"SELECT mine.source_record_id, met.keys FROM hub_knownas mine"
            f" CROSS JOIN LATERAL (SELECT array_agg(source_record_id) AS keys, count(*) AS number FROM"
            f" (SELECT theirs.source_record_id FROM hub_knownas theirs WHERE {theirs}"
            f" AND theirs.person_id <> mine.person_id LIMIT %s) few) met"
            f" WHERE mine.source_record_id = ANY(%s) AND {mine} AND met.number BETWEEN 1 AND %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [MOST_WHO_SHARE + 1, waiting, MOST_WHO_SHARE])
            for one, others in cursor.fetchall():
                found.update((min(one, other), max(one, other)) for other in others)
    return sorted(found)


def _known(keys: Iterable[int]) -> Iterable[KnownAs]:
    rows = KnownAs.objects.filter(pk__in=list(keys)).select_related("address").order_by("pk")
    return rows.iterator(chunk_size=2000)


def _gathered(judged: list[Judged], before: dict[int, Facts]) -> Gathered:
    """What follows from the pairs, as the records stand now that nobody else can change them."""
    asked = {key for pair in judged for key in (pair.one, pair.other)}
    people = SourceRecord.objects.filter(pk__in=asked).values("person")
    rows = list(KnownAs.objects.filter(person__in=people).order_by("pk"))
    facts = {row.pk: facts_from(row) for row in rows}
    still = [
        pair
        for pair in judged
        if all(key in facts and _said(facts[key]) == _said(before[key]) for key in (pair.one, pair.other))
    ]
    owner = {row.pk: row.person_id for row in rows}
    return gather(facts, still, owner=owner, apart=questions.told_apart(facts))


def _said(facts: Facts) -> tuple[object, ...]:
    return (
        *(facts.family, facts.given, facts.birth_date, facts.gender),
        *(facts.nhs_number, facts.postcode, facts.uprn),
    )


def _join(gathered: Gathered, *, now: datetime) -> None:
    for merge in gathered.merges:
        record = SourceRecord.objects.filter(person_id=merge.gone, kind=SourceRecord.Kind.PERSON).first()
        reviewing.join(
            source_record=record,
            person=Person.objects.get(pk=merge.kept),
            by=None,
            now=now,
            rule=merge.because.found.rule,
            evidence=merge.because.found.evidence,
            weight=merge.because.weight,
        )


def _ask(gathered: Gathered, *, now: datetime) -> int:
    pairs = []
    for pair in gathered.doubts:
        older, newer = sorted((pair.one, pair.other))
        decision = MatchDecision(
            source_record_id=newer,
            person_id=gathered.owner[newer],
            candidate_id=gathered.owner[older],
            outcome=MatchDecision.Outcome.REVIEW,
            rule=pair.found.rule if pair.found.verdict is Verdict.REVIEW else "records_contradict",
            evidence=list(pair.found.evidence),
            weight=pair.weight,
            decided_at=now,
        )
        pairs.append((decision, older))
    return questions.ask_about(pairs)
