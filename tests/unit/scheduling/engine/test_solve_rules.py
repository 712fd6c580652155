"""Each hard rule where plans are built: the smallest problem it allows and the smallest it forbids."""

from __future__ import annotations

import pytest

from scheduling.engine.check import check
from scheduling.engine.problem import Lock, Problem, ProblemError
from scheduling.engine.solution import Reason, Solution
from scheduling.engine.solve import Result, Stop, solve
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_problem,
    a_worker,
    an_occurrence,
    at,
    even_travel,
)


def plan(problem: Problem, *, steps: int = 60) -> Result:
    """Solve shortly, and insist that the plan is legal."""
    result = solve(problem, stop=Stop(steps=steps))
    assert check(problem, result.solution) == []
    return result


def starts(solution: Solution) -> dict[str, int]:
    """Start by occurrence."""
    return {a.occurrence: a.start for a in solution.assignments}


def reasons(solution: Solution) -> dict[str, Reason]:
    """Reason by unplaced occurrence."""
    return {u.occurrence: u.reason for u in solution.unplaced}


def test_a_service_alone_is_placed() -> None:
    """One worker and one call make the smallest plan."""
    result = plan(a_problem())
    assert [a.workers for a in result.solution.assignments] == [("w0",)]
    assert result.solution.unplaced == ()


def test_nothing_to_do_is_a_plan() -> None:
    """No occurrences and no workers are planned without a fuss."""
    assert plan(a_problem([], workers=[], people=[a_person()])).cost == 0


def test_nobody_competent_is_said() -> None:
    """A skill that nobody holds leaves the call out with that reason."""
    result = plan(a_problem([an_occurrence(skills=("fire",))]))
    assert reasons(result.solution) == {"o0": Reason.NO_COMPETENT_WORKER}


@pytest.mark.parametrize(("delegations", "placed"), [([("care", "nursing", "care")], 1), ([], 0)])
def test_another_agency_needs_a_delegation(delegations: list[tuple[str, str, str]], placed: int) -> None:
    """A nurse may give another agency's care only where that agency has delegated it."""
    problem = a_problem(workers=[a_worker(agency="nursing")], delegations=delegations)
    assert len(plan(problem).solution.assignments) == placed


@pytest.mark.parametrize(("gender", "placed"), [("F", 1), ("M", 0)])
def test_gender_asked_for_is_kept(gender: str, placed: int) -> None:
    """Intimate care goes only to a worker of the gender asked for, and the reason says so."""
    result = plan(a_problem([an_occurrence(gender=gender)]))
    assert len(result.solution.assignments) == placed
    assert list(reasons(result.solution).values()) == [Reason.BARRED_OR_GENDER] * (1 - placed)


def test_a_barred_worker_never_comes() -> None:
    """The only worker is barred, so nobody comes, and the reason says so."""
    result = plan(a_problem(people=[a_person(barred=["w0"])]))
    assert reasons(result.solution) == {"o0": Reason.BARRED_OR_GENDER}


@pytest.mark.parametrize(("window", "placed"), [((at(14, 20), at(16)), 1), ((at(14, 21), at(16)), 0)])
def test_the_way_home_belongs_to_the_shift(window: tuple[int, int], placed: int) -> None:
    """Thirty minutes of care and ten home fit before 15:00 from 14:20 on, a minute later they do not."""
    result = plan(a_problem([an_occurrence(windows=[window])]))
    assert len(result.solution.assignments) == placed


@pytest.mark.parametrize(("window", "placed"), [((at(6), at(7, 13)), 1), ((at(6), at(7, 12)), 0)])
def test_the_way_there_belongs_to_the_shift(window: tuple[int, int], placed: int) -> None:
    """Ten minutes of travel and three of arrival bring the first service to 07:13 at the earliest."""
    result = plan(a_problem([an_occurrence(windows=[window])]))
    assert len(result.solution.assignments) == placed


def test_another_day_is_taken_where_allowed() -> None:
    """A call that may be on either of two days goes to the day with a shift."""
    windows = [(at(8, day=0), at(9, day=0)), (at(8, day=1), at(9, day=1))]
    problem = a_problem(
        [an_occurrence(windows=windows)], workers=[a_worker(shifts=[(at(7, day=1), at(15, day=1))])]
    )
    assert starts(plan(problem).solution)["o0"] >= at(8, day=1)


@pytest.mark.parametrize(("latest", "placed"), [(at(8, 43), 2), (at(8, 42), 1)])
def test_travel_and_arrival_lie_between_two_people(latest: int, placed: int) -> None:
    """From 08:00 thirty minutes of care, ten of travel and three of arrival lead to 08:43."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    first = an_occurrence("o0", person="p0", windows=[(at(8), at(8))])
    second = an_occurrence("o1", person="p1", windows=[(at(8), latest)])
    result = plan(a_problem([first, second], people=people))
    assert len(result.solution.assignments) == placed


def test_two_needs_of_one_person_share_a_visit() -> None:
    """Two needs at one door that may be joined are joined: one doorstep, no travel between."""
    problem = a_problem([an_occurrence("o0"), an_occurrence("o1")])
    result = plan(problem)
    assert result.terms["arrivals"] == problem.policy.arrival
    assert abs(starts(result.solution)["o0"] - starts(result.solution)["o1"]) <= 40


@pytest.mark.parametrize("kind", ["separate", "alone"])
def test_what_must_stand_apart_does(kind: str) -> None:
    """Keep-separate pairs and needs that may not be merged come as two visits."""
    occurrences = [an_occurrence("o0", mergeable=kind != "alone"), an_occurrence("o1")]
    problem = a_problem(occurrences, separate=[("o0", "o1")] if kind == "separate" else [])
    result = plan(problem)
    assert result.terms["arrivals"] == 2 * problem.policy.arrival


@pytest.mark.parametrize(("latest", "placed"), [(at(8, 41), 2), (at(8, 40), 1)])
def test_apart_means_longer_than_a_join_may_wait(latest: int, placed: int) -> None:
    """After care until 08:30 a separate need begins 11 minutes later, for 10 would still join them."""
    first = an_occurrence("o0", windows=[(at(8), at(8))])
    second = an_occurrence("o1", windows=[(at(8, 5), latest)])
    result = plan(a_problem([first, second], separate=[("o0", "o1")]))
    assert len(result.solution.assignments) == placed


@pytest.mark.parametrize(("last", "placed"), [(at(13, 50), 3), (at(13, 49), 2)])
def test_a_long_day_has_a_break(last: int, placed: int) -> None:
    """A day of more than six hours needs twenty idle minutes between two services."""
    people = [a_person(f"p{i}", place=i + 1) for i in range(3)]
    occurrences = [
        an_occurrence("o0", person="p0", minutes=120, windows=[(at(8), at(8))]),
        an_occurrence("o1", person="p1", minutes=184, windows=[(at(10, 13), last - 184 - 13)]),
        an_occurrence("o2", person="p2", minutes=30, windows=[(last, last)]),
    ]
    result = plan(a_problem(occurrences, people=people))
    assert len(result.solution.assignments) == placed


@pytest.mark.parametrize(("rest", "placed"), [(1421, 2), (1422, 1)])
def test_rest_between_days(rest: int, placed: int) -> None:
    """From back at base at 08:40 to leaving at 07:47 the next day is just enough rest, or a minute short."""
    occurrences = [an_occurrence(f"o{d}", windows=[(at(8, day=d), at(8, day=d))]) for d in range(2)]
    workers = [a_worker(shifts=[(at(7, day=d), at(15, day=d)) for d in range(2)])]
    gap = (at(8, day=1) - 13) - (at(8) + 30 + 10)
    result = plan(a_problem(occurrences, workers=workers, policy={"rest": gap + (rest - 1421)}))
    assert len(result.solution.assignments) == placed


@pytest.mark.parametrize(("hours", "opens", "placed"), [(159, 7, 3), (158, 7, 2), (159, 0, 2)])
def test_a_day_in_two_pieces_has_rest_only_at_its_ends(hours: int, opens: int, placed: int) -> None:
    """Three calls of 53 minutes: two on one day around an absence, the third after a night or too early."""
    times = [at(8), at(14), at(opens + 1, day=1)]
    occurrences = [an_occurrence(f"o{i}", windows=[(start, start)]) for i, start in enumerate(times)]
    shifts = [(at(7), at(9)), (at(12), at(15)), (at(opens, day=1), at(15, day=1))]
    workers = [a_worker(hours=hours, shifts=shifts)]
    locks = [Lock("o0", "w0", at(8)), Lock("o1", "w0", at(14))]
    result = plan(a_problem(occurrences, workers=workers, locks=locks))
    assert len(result.solution.assignments) == placed


@pytest.mark.parametrize(("hours", "placed"), [(106, 2), (105, 1)])
def test_weekly_hours_count_base_to_base(hours: int, placed: int) -> None:
    """A call takes 13 minutes there, 30 of care and 10 back; two on two days take 106."""
    occurrences = [an_occurrence(f"o{d}", windows=[(at(8, day=d), at(9, day=d))]) for d in range(2)]
    workers = [a_worker(hours=hours, shifts=[(at(7, day=d), at(15, day=d)) for d in range(2)])]
    result = plan(a_problem(occurrences, workers=workers))
    assert len(result.solution.assignments) == placed
    assert list(reasons(result.solution).values()) == [Reason.REST_OR_HOURS] * (2 - placed)


def test_a_worker_leaves_as_late_as_the_first_service_allows() -> None:
    """Two calls an hour apart that may both move are drawn together where hours are short."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [
        an_occurrence("o0", person="p0", windows=[(at(8), at(12))], preferred=at(8)),
        an_occurrence("o1", person="p1", windows=[(at(8), at(12))], preferred=at(11)),
    ]
    result = plan(a_problem(occurrences, people=people, workers=[a_worker(hours=96)]))
    assert result.solution.unplaced == ()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_pair_comes_together_or_not_at_all(workers: int) -> None:
    """Two carers begin at the same minute; one carer alone does not come."""
    problem = a_problem([an_occurrence(workers=2)], workers=[a_worker(f"w{i}") for i in range(workers)])
    result = plan(problem)
    assert [len(a.workers) for a in result.solution.assignments] == [2] * (workers - 1)
    assert list(reasons(result.solution).values()) == [Reason.NO_PAIR_FREE] * (2 - workers)


def test_a_pair_meets_where_both_are_free() -> None:
    """One carer can only come before nine, the other only after; the one common minute is found."""
    workers = [a_worker("w0", shifts=[(at(7), at(9, 10))]), a_worker("w1", shifts=[(at(8, 17), at(15))])]
    result = plan(a_problem([an_occurrence(workers=2, windows=[(at(8), at(12))])], workers=workers))
    assert starts(result.solution) == {"o0": at(8, 30)}


@pytest.mark.parametrize(("least", "placed"), [(60, 2), (61, 1)])
def test_a_least_gap_is_kept(least: int, placed: int) -> None:
    """Care until 08:30 and again at 09:30 leaves sixty minutes, not sixty-one."""
    first = an_occurrence("o0", windows=[(at(8), at(8))])
    second = an_occurrence("o1", windows=[(at(9), at(9, 30))])
    result = plan(a_problem([first, second], gaps=[("o0", "o1", least, None)]))
    assert len(result.solution.assignments) == placed
    assert list(reasons(result.solution).values()) == [Reason.GAP] * (2 - placed)


@pytest.mark.parametrize(("most", "placed"), [(30, 2), (29, 1)])
def test_a_greatest_gap_is_kept(most: int, placed: int) -> None:
    """Breakfast follows insulin within half an hour, also where another worker brings it."""
    first = an_occurrence("o0", skills=("nursing",), windows=[(at(8), at(8))])
    second = an_occurrence("o1", windows=[(at(9), at(9, 30))])
    workers = [a_worker("w0"), a_worker("w1", skills=("nursing",))]
    result = plan(a_problem([first, second], workers=workers, gaps=[("o0", "o1", 0, most)]))
    assert len(result.solution.assignments) == placed


def test_locks_are_kept() -> None:
    """A locked worker and minute stand, though another worker is the named one."""
    workers = [a_worker("w0"), a_worker("w1")]
    problem = a_problem(people=[a_person(named="w0")], workers=workers, locks=[Lock("o0", "w1", at(9, 7))])
    assignment = plan(problem).solution.assignments[0]
    assert (assignment.workers, assignment.start) == (("w1",), at(9, 7))


def test_one_worker_of_a_pair_may_be_locked() -> None:
    """A lock on one worker of a pair leaves the other free to choose."""
    workers = [a_worker(f"w{i}") for i in range(3)]
    problem = a_problem([an_occurrence(workers=2)], workers=workers, locks=[Lock("o0", "w2")])
    assert "w2" in plan(problem).solution.assignments[0].workers


def test_a_lock_that_cannot_hold_is_named() -> None:
    """A lock to a worker who has no shift then is an error, not a preference."""
    with pytest.raises(ProblemError, match=r"locks\[0\]"):
        plan(a_problem(workers=[a_worker(shifts=[(at(13), at(15))])], locks=[Lock("o0", "w0", at(8))]))


def test_locks_that_cannot_hold_together_are_named() -> None:
    """Two locked workers at one time in two places can each hold alone, not together."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [an_occurrence(f"o{i}", person=f"p{i}", windows=[(at(8), at(8, 30))]) for i in range(2)]
    problem = a_problem(occurrences, people=people, locks=[Lock("o0", "w0"), Lock("o1", "w0")])
    with pytest.raises(ProblemError, match=r"locks\[\d\]"):
        solve(problem, stop=Stop(steps=1))


def test_no_shift_in_the_window_is_said() -> None:
    """A night call with day workers only is left out with that reason."""
    result = plan(a_problem([an_occurrence(windows=[(at(22), at(23))])]))
    assert reasons(result.solution) == {"o0": Reason.NO_SHIFT_IN_WINDOW}


def test_no_capacity_is_said() -> None:
    """Two people at the same minute and one worker: the more urgent is served, the other waits."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [
        an_occurrence("o0", person="p0", priority=3, windows=[(at(8), at(8))]),
        an_occurrence("o1", person="p1", priority=1, windows=[(at(8), at(8))]),
    ]
    assert reasons(plan(a_problem(occurrences, people=people)).solution) == {"o0": Reason.NO_CAPACITY}


def test_a_lock_in_the_way_is_said() -> None:
    """A call that only a locked one keeps out is told so."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [an_occurrence(f"o{i}", person=f"p{i}", windows=[(at(8), at(8))]) for i in range(2)]
    problem = a_problem(occurrences, people=people, locks=[Lock("o0", "w0", at(8))])
    assert reasons(plan(problem).solution) == {"o1": Reason.CONFLICTS_WITH_LOCK}


def test_a_night_shift_passes_midnight() -> None:
    """A service that begins before midnight and one after it belong to one shift and its travel."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [
        an_occurrence("o0", person="p0", windows=[(at(23, 45), at(23, 45))]),
        an_occurrence("o1", person="p1", windows=[(at(0, 10, day=1), at(0, 40, day=1))]),
    ]
    workers = [a_worker(shifts=[(at(22), at(6, day=1))])]
    result = plan(a_problem(occurrences, people=people, workers=workers, travel=even_travel(3)))
    assert starts(result.solution)["o1"] >= at(0, 28, day=1)
