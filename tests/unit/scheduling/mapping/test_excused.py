"""What people answer for by name is legal where it stands, for its workers and its time alone."""

from __future__ import annotations

from typing import Any

import pytest

from scheduling.engine.check import check
from scheduling.engine.problem import Lock
from scheduling.engine.solution import Assignment, Solution
from scheduling.mapping.excused import excused
from tests.unit.scheduling.engine.builders import a_person, a_plan, a_problem, a_worker, an_occurrence, at
from visits.models import Override

CALL = {"windows": [(at(8), at(9))], "skills": ("care",)}
PLAN = a_plan(("o0", "w0", at(8)))


def answered(rule: str, *ids: str, amount: int = 0) -> Override:
    """A row by which somebody answers; not saved."""
    return Override(rule=rule, ids=list(ids), amount=amount)


@pytest.mark.parametrize(
    ("rule", "call", "worker", "options"),
    [
        ("skills", {"skills": ("care", "nursing")}, {}, {}),
        ("delegation", {}, {"agency": "other"}, {}),
        ("gender", {"gender": "M"}, {}, {}),
        ("barred", {}, {}, {"people": [a_person("p0", barred=("w0",))]}),
        ("window", {"windows": [(at(9), at(10))]}, {}, {}),
    ],
)
def test_a_call_that_somebody_answers_for_is_legal_where_it_is(
    rule: str, call: dict[str, Any], worker: dict[str, Any], options: dict[str, Any]
) -> None:
    """It is held to its worker and minute; the same call elsewhere, or with another worker, is not."""
    problem = a_problem(
        [an_occurrence(**CALL | call)], workers=[a_worker(**{"gender": "F"} | worker)], **options
    )
    assert [one.rule for one in check(problem, PLAN)] == [rule]
    rows = [answered(rule, "o0", "w0")]
    found = excused(problem, PLAN, rows, stands=lambda _: True)
    assert check(found, PLAN) == []
    assert found.locks == (Lock("o0", "w0", at(8)),)
    assert excused(problem, PLAN, rows, stands=lambda _: False) is problem


def test_hours_that_somebody_answers_for_may_be_worked() -> None:
    """As many as were answered for, and no more."""
    problem = a_problem([an_occurrence(**CALL)], workers=[a_worker(hours=40)])
    assert [one.rule for one in check(problem, PLAN)] == ["hours"]
    rows = [answered("hours", "w0", amount=53)]
    assert check(excused(problem, PLAN, rows, stands=lambda _: False), PLAN) == []


def test_an_exception_of_one_of_a_pair_asks_no_less_of_the_other_than_both_bring() -> None:
    """A skill that one of them lacks is not asked; one that both have, and may use, still is."""
    problem = a_problem(
        [an_occurrence(workers=2, skills=("care", "nursing"), windows=[(at(8), at(9))])],
        workers=[
            a_worker("w0", skills=("care",)),
            a_worker("w1", agency="other", skills=("care", "nursing")),
        ],
        delegations=[("care", "other", "care"), ("care", "other", "nursing")],
    )
    plan = Solution((Assignment("o0", ("w0", "w1"), at(8)),))
    found = excused(problem, plan, [answered("skills", "o0", "w0")], stands=lambda _: True)
    assert found.occurrences[0].skills == frozenset({"care"})
    assert check(found, plan) == []
