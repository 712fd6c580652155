"""What a plan changes of the rota in force, and that a run keeps to the budget."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduling import child, runner
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Assignment, Solution
from scheduling.mapping import stability
from scheduling.mapping.stability import Used
from scheduling.services import planning, publishing
from tests.factories.hub import make_user
from tests.factories.scheduling import Week, make_candidate, make_run, make_week, map_week
from tests.factories.visits import MONDAY, NOW, make_named_worker, make_shifts, make_worker
from visits.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def week() -> Week:
    """Ten published occurrences by the person's named worker."""
    week = make_week()
    make_named_worker(week.person, week.worker)
    publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    return week


@pytest.fixture
def other(week: Week) -> Worker:
    """Another who could do it all."""
    worker = make_worker(week.agency, week.area)
    make_shifts(worker, *(MONDAY + dt.timedelta(days=d) for d in range(5)))
    return worker


def by_other(problem: Problem, other: Worker, number: int) -> Solution:
    """The published plan, but the first `number` occurrences by another."""
    return Solution(
        tuple(
            Assignment(one.occurrence, (f"w{other.pk}",) if i < number else one.workers, one.start)
            for i, one in enumerate(problem.published)
        )
    )


@pytest.mark.parametrize(("number", "used"), [(0, Used(0, 0)), (3, Used(0, 3)), (10, Used(1, 10))])
def test_visits_and_people_are_counted(week: Week, other: Worker, number: int, used: Used) -> None:
    """The named worker is lost only with the last visit; whoever is dropped has another worker, too."""
    problem = map_week(week).problem
    assert stability.used(problem, by_other(problem, other, number)) == used
    assert stability.used(problem, Solution(())) == Used(1, 10)


@pytest.mark.parametrize(("most", "tries"), [(None, 1), (10, 1), (4, 2), (2, 3)])
def test_a_run_seeks_a_plan_within_the_budget(
    week: Week, other: Worker, monkeypatch: pytest.MonkeyPatch, most: int | None, tries: int
) -> None:
    """Each try makes a change dearer; this optimiser changes ten, then four, then two."""
    seen: list[int] = []

    def solve(problem: Problem, **_: object) -> Solution:
        seen.append(problem.policy.change)
        return by_other(problem, other, (10, 4, 2)[len(seen) - 1])

    monkeypatch.setattr(child, "solve", solve)
    if most is not None:
        planning.set_budget(area=week.area, most_people=None, most_visits=most, by=make_user(), now=NOW)
    run = make_run(week.area)
    runner.work(run.pk)
    run.refresh_from_db()
    assert seen == [20, 200, 2000][:tries]
    assert (run.status, run.error) == ("done", "")
    assert run.figures["changed_visits"] == run.rota.figures["changed_visits"] == (10, 4, 2)[tries - 1]


def test_a_run_that_cannot_keep_to_it_leaves_nothing_and_says_by_how_much(
    week: Week, other: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No candidate that nobody may want, and the figures to raise the budget by."""
    monkeypatch.setattr(child, "solve", lambda problem, **_: by_other(problem, other, 10))
    planning.set_budget(area=week.area, most_people=0, most_visits=None, by=make_user(), now=NOW)
    run = make_run(week.area)
    runner.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.rota) == ("failed", None)
    assert "10 published visits (no bound) and costs 1 people their named worker (at most 0)" in run.error
