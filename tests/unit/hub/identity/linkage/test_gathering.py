"""From pairs to people: the surest first, and never across a contradiction."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hub.identity.linkage.gathering import Gathered, Judged, gather
from hub.identity.matching import Comparison, Facts, Verdict
from tests.factories.hub import make_nhs_number

MABEL = Facts(family="larter", given="mabel", birth_date=dt.date(1941, 5, 6))
JOIN, REVIEW = Comparison(Verdict.JOIN, "likely"), Comparison(Verdict.REVIEW, "likely")


def gathered(facts: list[Facts], *judged: Judged, apart: set[frozenset[int]] | None = None) -> Gathered:
    """The outcome for records 1, 2, 3 …, each a person of their own before."""
    known = dict(enumerate(facts, start=1))
    return gather(known, judged, owner={key: key for key in known}, apart=apart or set())


def test_three_records_of_one_person_become_one_with_the_oldest_key() -> None:
    """The first known stays, so that nobody's address of a page changes."""
    result = gathered([MABEL] * 3, Judged(2, 3, JOIN, 9.0), Judged(1, 3, JOIN, 12.0))
    assert set(result.owner.values()) == {1}


def test_a_third_record_that_contradicts_turns_a_join_into_a_question() -> None:
    """Two and three are alike, but one, who is two, has another NHS number than three."""
    one, two = replace(MABEL, nhs_number=make_nhs_number(1)), MABEL
    three = replace(MABEL, nhs_number=make_nhs_number(2))
    result = gathered([one, two, three], Judged(1, 2, JOIN, 12.0), Judged(2, 3, JOIN, 9.0))
    assert result.owner == {1: 1, 2: 1, 3: 3}
    assert [(doubt.one, doubt.other) for doubt in result.doubts] == [(2, 3)]


def test_a_doubt_that_another_record_settles_is_not_asked() -> None:
    """The parent's other record has a date of birth, and so the child is not in question."""
    parent, undated = MABEL, replace(MABEL, birth_date=None)
    child = replace(MABEL, birth_date=dt.date(1968, 1, 2))
    result = gathered([parent, undated, child], Judged(1, 2, JOIN, 12.0), Judged(2, 3, REVIEW, 4.0))
    assert result.doubts == []


def test_what_somebody_told_apart_is_neither_joined_nor_asked() -> None:
    """Also when it is another record of the same two people that looks alike now."""
    result = gathered(
        [MABEL] * 3, Judged(1, 2, JOIN, 12.0), Judged(1, 3, JOIN, 9.0), apart={frozenset((2, 3))}
    )
    assert (result.owner[3], result.doubts) == (3, [])


def test_two_people_are_asked_about_once() -> None:
    """Each has two records; one question is enough."""
    result = gathered(
        [MABEL] * 4,
        *(Judged(1, 2, JOIN, 12.0), Judged(3, 4, JOIN, 12.0)),
        *(Judged(1, 3, REVIEW, 4.0), Judged(2, 4, REVIEW, 3.0)),
    )
    assert [(doubt.one, doubt.other) for doubt in result.doubts] == [(1, 3)]
