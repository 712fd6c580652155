"""How matching does on the live data: counts, and what people found who looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from hub.identity.measuring.figures import interval
from hub.models import KnownAs, MatchDecision, MatchReview, SourceRecord

Outcome, Status = MatchDecision.Outcome, MatchReview.Status


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and between which shares the truth lies, nineteen times in twenty."""

    right: int
    of: int

    @property
    def percent(self) -> float:
        """The share found."""
        return 100 * self.right / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        """The lower end, in percent."""
        return 100 * interval(self.right, self.of)[0]

    @property
    def high(self) -> float:
        """The upper end, in percent."""
        return 100 * interval(self.right, self.of)[1]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of the page."""

    records: int
    people: int
    alone: int  # people whom one record alone describes
    not_compared: int
    waiting: int
    put_off: int
    joined: Mapping[str, int]  # by rule, by the model, by a person
    undone: int
    kept_apart: int
    checked: Share  # spot checks of joins by machine that were right
    asked: Share  # questions answered that were one person


def report(records: QuerySet[SourceRecord], reviews: QuerySet[MatchReview]) -> Report:
    """The figures over these records of people and the questions about them."""
    people = records.order_by().values("person").annotate(number=Count("pk"))
    decisions = MatchDecision.objects.filter(source_record__in=records).order_by()
    joins = decisions.filter(outcome=Outcome.JOINED)
    by_status = dict(open_ones(reviews).order_by().values_list("status").annotate(number=Count("pk")))
    answered = reviews.filter(status__in=(Status.JOINED, Status.APART), decided_by__isnull=False)
    checks, questions = answered.filter(rule="spot_check"), answered.exclude(rule="spot_check")
    return Report(
        records=records.count(),
        people=people.count(),
        alone=people.filter(number=1).count(),
        not_compared=KnownAs.objects.filter(source_record__in=records, to_compare=True).count(),
        waiting=by_status.get(Status.WAITING, 0),
        put_off=by_status.get(Status.LATER, 0),
        joined={
            "by rule": joins.filter(decided_by=None, step=None).count(),
            "by the model": joins.filter(decided_by=None, step__isnull=False).count(),
            "by a person": joins.filter(decided_by__isnull=False).count(),
        },
        undone=decisions.filter(outcome=Outcome.UNDONE).count(),
        kept_apart=reviews.filter(status=Status.APART).count(),
        checked=_share(checks),
        asked=_share(questions),
    )


def open_ones(reviews: QuerySet[MatchReview]) -> QuerySet[MatchReview]:
    """The questions that somebody should answer: two people who may be one, or one who may be two."""
    about_one = Q(rule__in=("records_contradict", "spot_check"))
    return reviews.filter(status__in=(Status.WAITING, Status.LATER)).filter(
        about_one | ~Q(record__person=F("other__person"))
    )


def _share(answered: QuerySet[MatchReview]) -> Share:
    figures = answered.aggregate(right=Count("pk", filter=Q(status=Status.JOINED)), of=Count("pk"))
    return Share(figures["right"], figures["of"])
