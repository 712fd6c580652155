"""Questions for a person: may two records be one person? Each is asked once, of records, not of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from hub.identity.matching import compare, strength
from hub.identity.records import facts_from
from hub.models import KnownAs, MatchDecision, MatchReview, SourceRecord, User

Status = MatchReview.Status


def ask(decisions: Sequence[MatchDecision]) -> None:
    """Raises a question for each stored decision that leaves one, with the record that comes closest."""
    open_ones = [each for each in decisions if each.outcome == MatchDecision.Outcome.REVIEW]
    if not open_ones:
        return
    people = {each.candidate_id or each.person_id for each in open_ones}
    known: dict[int, list[KnownAs]] = defaultdict(list)
    for row in KnownAs.objects.filter(person_id__in=people).order_by("pk"):
        known[row.person_id].append(row)
    own = KnownAs.objects.in_bulk([each.source_record_id for each in open_ones])
    found = []
    for decision in open_ones:
        asked = own[decision.source_record_id]
        others = [row for row in known[decision.candidate_id or decision.person_id] if row.pk != asked.pk]
        if other := closest(asked, others, contradicting=decision.candidate_id is None):
            found.append(_question(asked.pk, other.pk, decision))
    MatchReview.objects.bulk_create(found, ignore_conflicts=True)


def ask_about(pairs: Sequence[tuple[MatchDecision, int]]) -> int:
    """Stores each decision with its question about the record of that key; how many were new.

    Two people about whom a question waits are not asked about again, but the question learns the weight.
    """
    people = {frozenset((decision.person_id, decision.candidate_id)) for decision, _ in pairs}
    waiting = _waiting_between(people)
    fresh = []
    for decision, other in pairs:
        both = frozenset((decision.person_id, decision.candidate_id))
        if both in waiting:
            MatchReview.objects.filter(pk=waiting[both], weight=None).update(weight=decision.weight)
        else:
            fresh.append((decision, _question(decision.source_record_id, other, decision)))
    asked_before = _asked({(question.record_id, question.other_id) for _, question in fresh})
    fresh = [each for each in fresh if (each[1].record_id, each[1].other_id) not in asked_before]
    MatchDecision.objects.bulk_create(decision for decision, _ in fresh)
    MatchReview.objects.bulk_create(question for _, question in fresh)
    return len(fresh)


def closest(asked: KnownAs, others: Iterable[KnownAs], *, contradicting: bool = False) -> KnownAs | None:
    """The record that is most like this one, or the first that contradicts it."""
    facts = facts_from(asked)
    compared = [(compare(facts, facts_from(row)), row) for row in others]
    if contradicting:
        compared = [each for each in compared if each[0].contradicts] or compared
    if not compared:
        return None
    return max(compared, key=lambda each: (strength(each[0]), -each[1].pk))[1]


def told_apart(records: Iterable[int]) -> set[frozenset[int]]:
    """The pairs of records that somebody has told apart, with one of these among them."""
    apart = MatchReview.objects.filter(status=Status.APART)
    records = list(records)
    pairs = set(apart.filter(record_id__in=records).values_list("record_id", "other_id"))
    pairs |= set(apart.filter(other_id__in=records).values_list("record_id", "other_id"))
    return {frozenset(pair) for pair in pairs}


def answer(
    one: SourceRecord,
    other: SourceRecord,
    status: str,
    *,
    by: User | None,
    now: datetime,
    rule: str = "by_hand",
) -> None:
    """Writes down what somebody decided about two records, whether or not it had been asked."""
    newer, older = (one, other) if one.pk > other.pk else (other, one)
    said = {"status": status, "decided_by": by, "decided_at": now}
    MatchReview.objects.update_or_create(
        record=newer, other=older, defaults=said, create_defaults=said | {"rule": rule, "raised_at": now}
    )


def answer_waiting(
    record: SourceRecord, others: Sequence[int], status: str, *, by: User | None, now: datetime
) -> None:
    """Answers what still waits about this record and any of the others in the same way."""
    waiting = MatchReview.objects.filter(status__in=(Status.WAITING, Status.LATER))
    between = Q(record=record, other_id__in=others) | Q(other=record, record_id__in=others)
    waiting.filter(between).update(status=status, decided_by=by, decided_at=now)


def _question(one: int, other: int, decision: MatchDecision) -> MatchReview:
    return MatchReview(
        record_id=max(one, other),
        other_id=min(one, other),
        rule=decision.rule,
        evidence=decision.evidence,
        weight=decision.weight,
        raised_at=decision.decided_at,
    )


def _waiting_between(people: set[frozenset[int]]) -> dict[frozenset[int], int]:
    everybody = {person for both in people for person in both}
    rows = MatchReview.objects.filter(
        status__in=(Status.WAITING, Status.LATER),
        record__person_id__in=everybody,
        other__person_id__in=everybody,
    )
    return {
        frozenset((one, other)): pk
        for pk, one, other in rows.values_list("pk", "record__person_id", "other__person_id")
    }


def _asked(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    rows = MatchReview.objects.filter(record_id__in={newer for newer, _ in pairs})
    return pairs & set(rows.values_list("record_id", "other_id"))


def ask_whether_right(record: SourceRecord, *, rule: str, now: datetime) -> bool:
    """Asks whether a record is rightly joined to the record of its person that it is most like."""
    rows = {row.pk: row for row in KnownAs.objects.filter(person_id=record.person_id)}
    own = rows.pop(record.pk, None)
    other = closest(own, rows.values()) if own else None
    if own is None or other is None:
        return False
    facts = compare(facts_from(own), facts_from(other))
    _, made = MatchReview.objects.get_or_create(
        record_id=max(own.pk, other.pk),
        other_id=min(own.pk, other.pk),
        defaults={"rule": rule, "evidence": list(facts.evidence), "raised_at": now},
    )
    return made
