"""Each hard rule with the smallest plan that just keeps it and the smallest that just breaks it."""

from __future__ import annotations

import pytest

from scheduling.engine.check import check
from scheduling.engine.problem import Lock
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)

TWO_DOORS = (a_person("p0", place=1), a_person("p1", place=2))


def broken(problem, plan):
    """The names of the broken rules, each once, in order."""
    return list(dict.fromkeys(violation.rule for violation in check(problem, plan)))


def two(first=None, second=None, *, same_door=False, **options):
    """A problem of two occurrences, at two doors or at one."""
    first = an_occurrence("o0", **(first or {}))
    second = an_occurrence("o1", person="p0" if same_door else "p1", **(second or {}))
    return a_problem([first, second], people=TWO_DOORS, **options)


def test_a_plain_plan_is_legal():
    """One worker serves one person in the middle of the shift, and nothing is broken."""
    assert check(a_problem(), a_plan(("o0", "w0", at(9)))) == []


def test_an_unplaced_occurrence_is_legal():
    """What is left out with a reason breaks no rule."""
    assert check(a_problem(), a_plan(unplaced=["o0"])) == []


@pytest.mark.parametrize(
    "plan",
    [
        a_plan(),
        a_plan(("o0", "w0", at(9)), ("o0", "w0", at(9))),
        a_plan(("o0", "w0", at(9)), unplaced=["o0"]),
        a_plan(unplaced=["o0", "o0"]),
        a_plan(("o0", "w0", at(9)), unplaced=["o9"]),
        a_plan(("o0", "w0", at(9)), ("o9", "w0", at(11))),
    ],
)
def test_every_occurrence_stands_in_one_list_once(plan):
    """An occurrence that is forgotten, doubled or invented is a violation."""
    assert "listed" in broken(a_problem(), plan)


@pytest.mark.parametrize("workers", ["", "w0 w1", "w9"])
def test_a_single_occurrence_has_one_worker_of_the_problem(workers):
    """Nobody, two, or a stranger are not one worker."""
    problem = a_problem(workers=[a_worker("w0"), a_worker("w1")])
    assert broken(problem, a_plan(("o0", workers, at(9)))) == ["workers"]


def test_a_pair_is_two_different_workers():
    """Two workers are a pair; one worker twice or alone is not."""
    problem = a_problem([an_occurrence(workers=2)], workers=[a_worker("w0"), a_worker("w1")])
    assert broken(problem, a_plan(("o0", "w0 w1", at(9)))) == []
    assert broken(problem, a_plan(("o0", "w0", at(9)))) == ["workers"]
    assert "workers" in broken(problem, a_plan(("o0", "w0 w0", at(9))))


def test_a_barred_worker_stays_away():
    """The same plan is legal for a person who has not barred the worker."""
    plan = a_plan(("o0", "w0", at(9)))
    assert broken(a_problem(people=[a_person(barred=["w0"])]), plan) == ["barred"]
    assert broken(a_problem(people=[a_person(barred=[])]), plan) == []


def test_gender_is_kept_where_it_is_asked():
    """A woman asked for is a woman sent; without a wish anyone may come."""
    plan = a_plan(("o0", "w0", at(9)))
    man = [a_worker(gender="M")]
    assert broken(a_problem([an_occurrence(gender="F")], workers=man), plan) == ["gender"]
    assert broken(a_problem([an_occurrence(gender="M")], workers=man), plan) == []
    assert broken(a_problem([an_occurrence(gender=None)], workers=man), plan) == []


def test_every_skill_is_held():
    """One missing skill of two is enough to break the rule."""
    problem = a_problem([an_occurrence(skills=["care", "insulin"])])
    assert broken(problem, a_plan(("o0", "w0", at(9)))) == ["skills"]
    able = problem.replace(workers=(a_worker(skills=["care", "insulin"]),))
    assert broken(able, a_plan(("o0", "w0", at(9)))) == []


def test_another_agency_needs_a_delegation_for_each_skill():
    """A delegation counts in its direction and for its skill only."""
    asked = [an_occurrence(agency="nursing", skills=["insulin", "observations"])]
    able = [a_worker(agency="care", skills=["insulin", "observations"])]
    plan = a_plan(("o0", "w0", at(9)))
    one = ("nursing", "care", "insulin")
    assert broken(a_problem(asked, workers=able), plan) == ["delegation"]
    assert broken(a_problem(asked, workers=able, delegations=[one]), plan) == ["delegation"]
    backwards = ("care", "nursing", "observations")
    assert broken(a_problem(asked, workers=able, delegations=[one, backwards]), plan) == ["delegation"]
    both = [one, ("nursing", "care", "observations")]
    assert broken(a_problem(asked, workers=able, delegations=both), plan) == []


@pytest.mark.parametrize(
    ("start", "rules"),
    [
        (at(8), []),
        (at(8) - 1, ["window"]),
        (at(9), []),
        (at(9) + 1, ["window"]),
        (at(11), []),
        (at(10), ["window"]),
    ],
)
def test_service_begins_in_one_of_the_windows(start, rules):
    """Both ends of a window count; the time between two windows does not."""
    problem = a_problem([an_occurrence(windows=[(at(8), at(9)), (at(11), at(12))])])
    assert broken(problem, a_plan(("o0", "w0", start))) == rules


@pytest.mark.parametrize(("start", "rules"), [(at(7, 13), []), (at(7, 12), ["shift"])])
def test_the_way_there_lies_in_the_shift(start, rules):
    """Ten minutes of travel and three of allowance come out of the shift, which starts at 07:00."""
    problem = a_problem([an_occurrence(windows=[(at(0), at(23))])])
    assert broken(problem, a_plan(("o0", "w0", start))) == rules


@pytest.mark.parametrize(("start", "rules"), [(at(14, 20), []), (at(14, 21), ["shift"])])
def test_the_way_back_lies_in_the_shift(start, rules):
    """Thirty minutes of care and ten of travel end at the latest with the shift, at 15:00."""
    problem = a_problem([an_occurrence(windows=[(at(0), at(23))])])
    assert broken(problem, a_plan(("o0", "w0", start))) == rules


def test_work_outside_every_shift_is_refused():
    """The next day has no shift, so nobody is there."""
    problem = a_problem([an_occurrence(windows=[(at(9, day=1), at(9, day=1))])])
    assert broken(problem, a_plan(("o0", "w0", at(9, day=1)))) == ["shift"]


def test_a_shift_may_pass_midnight():
    """A service after midnight belongs to the shift that began the evening before."""
    night = [a_worker(shifts=[(at(22), at(6, day=1))])]
    evening, morning = [(at(22, 30), at(23))], [(at(1, day=1), at(2, day=1))]
    problem = two({"windows": evening}, {"windows": morning}, workers=night)
    assert broken(problem, a_plan(("o0", "w0", at(23)), ("o1", "w0", at(1, day=1)))) == []


def test_the_last_day_may_have_25_hours():
    """A shift on the Sunday of the clock change may pass the minute at which the week usually ends."""
    late = [a_worker(shifts=[(at(16, day=6), at(25, day=6))])]
    problem = a_problem([an_occurrence(windows=[(at(24, 5, day=6), at(24, 10, day=6))])], workers=late)
    assert broken(problem, a_plan(("o0", "w0", at(24, 10, day=6)))) == []


@pytest.mark.parametrize(("wait", "rules"), [(13, []), (12, ["travel"]), (-30, ["travel"])])
def test_between_two_doors_there_is_travel_and_allowance(wait, rules):
    """Thirteen minutes are just enough between two doors ten minutes apart."""
    plan = a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 30) + wait))
    assert broken(two(), plan) == rules


def test_neighbours_at_one_address_still_need_the_allowance():
    """Two people at one place are two doors: no travel, but an arrival."""
    people = [a_person("p0", place=1), a_person("p1", place=1)]
    problem = two().replace(people=tuple(people))
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 32)))) == ["travel"]
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 33)))) == []


@pytest.mark.parametrize(("wait", "rules"), [(0, []), (10, []), (11, []), (-1, ["travel"])])
def test_one_visit_at_one_door_needs_nothing_between(wait, rules):
    """Services at one person may follow each other at once, but never overlap."""
    plan = a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 30) + wait))
    assert broken(two(same_door=True), plan) == rules


def test_a_second_visit_at_one_door_needs_the_allowance():
    """Beyond `join_wait` it is a new arrival, so with no join wait at all three minutes are needed."""
    problem = two(same_door=True, policy={"join_wait": 0})
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 30)))) == []
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 32)))) == ["travel"]
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 33)))) == []


def test_an_unmergeable_occurrence_stands_alone():
    """Ten minutes after the one before it is still the same visit; eleven minutes are another."""
    problem = two(second={"mergeable": False}, same_door=True)
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 40)))) == ["mergeable"]
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 41)))) == []


def test_separate_pairs_do_not_share_a_visit():
    """Also with another occurrence between them they may not stand in one visit."""
    three = [an_occurrence(f"o{i}", minutes=10) for i in range(3)]
    problem = a_problem(three, separate=[("o2", "o0")])
    joined = a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 10)), ("o2", "w0", at(9, 20)))
    apart = a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 10)), ("o2", "w0", at(9, 31)))
    assert broken(problem, joined) == ["separate"]
    assert broken(problem, apart) == []


@pytest.mark.parametrize(("idle", "rules"), [(20, []), (19, ["break"])])
def test_a_long_day_has_a_break_between_two_services(idle, rules):
    """Over 360 minutes, twenty idle minutes are needed, and travel and allowance are not idle."""
    problem = two({"minutes": 170}, {"minutes": 170}, policy={"break_after": 359})
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(8) + 170 + 13 + idle))
    assert broken(problem, plan) == rules


def test_a_day_of_exactly_the_limit_needs_no_break():
    """From first start to last end 360 minutes are allowed without a break, 361 are not."""
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(8) + 170 + 13))
    assert broken(two({"minutes": 170}, {"minutes": 177}), plan) == []
    assert broken(two({"minutes": 170}, {"minutes": 178}), plan) == ["break"]


def test_a_single_long_service_has_no_break():
    """Idle time before the first or after the last service is no break."""
    plan = a_plan(("o0", "w0", at(8)))
    assert broken(a_problem([an_occurrence(minutes=361)]), plan) == ["break"]


@pytest.mark.parametrize(("start", "rules"), [(at(4, 53, day=1), []), (at(4, 52, day=1), ["rest"])])
def test_eleven_hours_of_rest_lie_between_back_and_leaving(start, rules):
    """Back at 17:40 after care to 17:30, away at the earliest at 04:40."""
    shifts = [(at(15), at(20)), (at(4, day=1), at(12, day=1))]
    problem = two(
        {"windows": [(at(17), at(17))]}, {"windows": [(start, start)]}, workers=[a_worker(shifts=shifts)]
    )
    assert broken(problem, a_plan(("o0", "w0", at(17)), ("o1", "w0", start))) == rules


def test_two_pieces_of_a_day_need_no_rest_between_them():
    """From nine to twelve she is away: that is no night, and not counted as work."""
    shifts = [(at(7), at(9)), (at(12), at(15))]
    problem = two(
        {"windows": [(at(8), at(8))]},
        {"windows": [(at(13), at(13))]},
        workers=[a_worker(hours=106, shifts=shifts)],
    )
    assert broken(problem, a_plan(("o0", "w0", at(8)), ("o1", "w0", at(13)))) == []


@pytest.mark.parametrize(("hours", "rules"), [(106, []), (105, ["hours"])])
def test_weekly_hours_count_from_leaving_to_being_back(hours, rules):
    """Two days of 10 + 3 + 30 + 10 minutes are 106; waiting in the shift before leaving is not work."""
    shifts = [(at(7), at(15)), (at(7, day=1), at(15, day=1))]
    problem = two(
        second={"windows": [(at(9, day=1), at(9, day=1))]}, workers=[a_worker(hours=hours, shifts=shifts)]
    )
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, day=1)))) == rules


@pytest.mark.parametrize(("wait", "rules"), [(59, ["gap"]), (60, []), (90, []), (91, ["gap"])])
def test_a_gap_holds_from_the_end_to_the_start(wait, rules):
    """At least 60 and at most 90 minutes lie between the end of one and the start of the other."""
    problem = two(same_door=True, gaps=[("o0", "o1", 60, 90)])
    assert broken(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 30) + wait))) == rules


def test_a_gap_also_sets_the_order():
    """The later one may not come first, and with one of them unplaced nothing is asked."""
    problem = two(same_door=True, gaps=[("o0", "o1", 0, None)])
    assert broken(problem, a_plan(("o1", "w0", at(9)), ("o0", "w0", at(10)))) == ["gap"]
    assert broken(problem, a_plan(("o1", "w0", at(9)), unplaced=["o0"])) == []


def test_a_lock_holds_the_worker_and_the_start():
    """Another worker, another minute or leaving it out all break the lock."""
    workers = [a_worker("w0"), a_worker("w1")]
    problem = a_problem(workers=workers, locks=[Lock("o0", "w0", at(9))])
    assert broken(problem, a_plan(("o0", "w0", at(9)))) == []
    assert broken(problem, a_plan(("o0", "w1", at(9)))) == ["lock"]
    assert broken(problem, a_plan(("o0", "w0", at(9) + 1))) == ["lock"]
    assert broken(problem, a_plan(unplaced=["o0"])) == ["lock"]


def test_a_sentence_names_who_and_the_minutes():
    """A coordinator can read what is wrong without looking anything up."""
    (violation,) = check(two(), a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 31))))
    assert violation.ids == ("w0", "o0", "o1")
    assert "w0 ends o0 at day 0 09:30 (570)" in violation.message
    assert "1 minutes between them, 13 are needed" in violation.message
