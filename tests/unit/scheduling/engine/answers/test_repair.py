"""After a change: a legal plan, what has begun untouched, as few people disturbed as can be."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduling.engine.answers.changes import (
    AgencyStops,
    Change,
    NeedAdded,
    NeedEnded,
    PersonAway,
    RunsLate,
    WorkerOff,
)
from scheduling.engine.answers.repair import Kind, repair
from scheduling.engine.check import check
from scheduling.engine.claims import claim_is_true
from scheduling.engine.cost import price
from scheduling.engine.insertion import insertions
from scheduling.engine.problem import Lock, ProblemError
from scheduling.engine.solution import Reason
from scheduling.engine.solve import Stop, solve
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)
from tests.unit.scheduling.engine.random_problems import random_problem, with_locks, with_published

PEOPLE = [a_person("p0", place=1), a_person("p1", place=2), a_person("p2", place=3)]
TWO = [a_worker("w0"), a_worker("w1")]
OFF = WorkerOff("w0", at(0), at(23))


def repaired(problem, plan, *events, now=None, steps=60):
    """The repair, which is legal whatever happened."""
    done = repair(problem, plan, Change(events, now), seconds=None, steps=steps)
    assert check(done.problem, done.plan) == []
    assert done.terms == price(done.problem, done.plan)
    return done


def three_calls(**options):
    """Three doors, one call each, and two workers."""
    occurrences = [an_occurrence(f"o{i}", person=f"p{i}") for i in range(3)]
    return a_problem(occurrences, people=PEOPLE, workers=TWO, **options)


CALLS = (("o0", "w0", at(8)), ("o1", "w0", at(9)), ("o2", "w1", at(10)))


def placed(done):
    """Who is where when, by occurrence."""
    return {a.occurrence: (a.workers, a.start) for a in done.plan.assignments}


def test_only_the_calls_of_whoever_is_off_change():
    """Two calls go to the other worker; hers, at another door, stays to the minute."""
    done = repaired(three_calls(), a_plan(*CALLS), OFF)
    assert [(c.occurrence, c.kind, c.noticed) for c in done.changed] == [
        ("o0", Kind.WORKER, True),
        ("o1", Kind.WORKER, True),
    ]
    assert done.people == ("p0", "p1")
    assert placed(done)["o2"] == (("w1",), at(10))


def test_what_has_begun_stays_with_whoever_falls_ill():
    """At 08:10 the first call is under way; only the second is given away."""
    done = repaired(three_calls(), a_plan(*CALLS), WorkerOff("w0", at(8, 10), at(23)), now=at(8, 10))
    assert placed(done)["o0"] == (("w0",), at(8))
    assert [c.occurrence for c in done.changed] == ["o1"]
    assert "o0" in done.fixed
    assert placed(done)["o1"][1] >= at(8, 10) + 13


def test_nobody_is_sent_out_before_now():
    """At 11:00 a call until noon can begin thirteen minutes later at the earliest."""
    added = NeedAdded(an_occurrence("o9", person="p2", windows=[(at(8), at(12))]))
    done = repaired(a_problem(people=PEOPLE), a_plan(("o0", "w0", at(8))), added, now=at(11))
    assert placed(done)["o9"] == (("w0",), at(11, 13))


def test_nobody_makes_room_for_what_was_left_out_before():
    """If o1 came an hour earlier, o2 would fit; but nothing that happened asks for that."""
    calls = [an_occurrence("o0", person="p0", windows=[(at(12), at(12))])]
    calls += [an_occurrence("o1", person="p1", windows=[(at(8), at(9))])]
    calls += [an_occurrence("o2", person="p2", windows=[(at(9), at(9))])]
    plan = a_plan(("o0", "w0", at(12)), ("o1", "w0", at(9)), unplaced=["o2"])
    done = repaired(a_problem(calls, people=PEOPLE), plan, NeedEnded(("o0",)))
    assert done.changed == ()
    assert placed(done) == {"o1": (("w0",), at(9))}


def test_what_was_left_out_before_takes_the_place_that_becomes_free():
    """The call at nine ends, and of two that wait for it the more urgent one gets its time."""
    calls = [an_occurrence("o0", person="p0", windows=[(at(9), at(9))])]
    calls += [an_occurrence("o1", person="p1", windows=[(at(9), at(9))], priority=3)]
    calls += [an_occurrence("o2", person="p2", windows=[(at(9), at(9))], priority=1)]
    plan = a_plan(("o0", "w0", at(9)), unplaced=["o1", "o2"])
    done = repaired(a_problem(calls, people=PEOPLE), plan, NeedEnded(("o0",)))
    assert [(c.occurrence, c.kind) for c in done.changed] == [("o2", Kind.PLACED)]


def test_a_call_that_is_left_out_says_why():
    """Nobody else may give the injection."""
    nursing = an_occurrence("o0", skills=["nursing"])
    workers = [a_worker("w0", skills=["nursing"]), a_worker("w1")]
    done = repaired(a_problem([nursing], workers=workers), a_plan(("o0", "w0", at(8))), OFF)
    (change,) = done.changed
    assert (change.kind, change.reason) == (Kind.UNPLACED, Reason.NO_SHIFT_IN_WINDOW)


def test_a_late_visit_pushes_what_comes_after_it():
    """She stays until 09:10, so the next call begins when she can be there."""
    windows = [(at(8), at(9, 10))]
    occurrences = [an_occurrence("o0", windows=windows), an_occurrence("o1", person="p1")]
    problem = a_problem(occurrences, people=PEOPLE)
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(8, 45)))
    done = repaired(problem, plan, RunsLate("o0", end=at(9, 10)), now=at(8, 35))
    assert placed(done) == {"o0": (("w0",), at(8)), "o1": (("w0",), at(9, 23))}
    assert [(c.occurrence, c.kind) for c in done.changed] == [("o1", Kind.TIME)]


def test_a_visit_that_runs_late_at_the_end_of_the_day_stretches_the_shift():
    """It cannot be undone, so the shift ends later and that is said."""
    problem = a_problem([an_occurrence(windows=[(at(14), at(14))])])
    done = repaired(problem, a_plan(("o0", "w0", at(14))), RunsLate("o0", end=at(15)), now=at(14, 20))
    assert [(s.worker, s.before, s.after) for s in done.stretched] == [("w0", at(15), at(15, 10))]


def test_a_late_start_is_where_the_visit_now_is():
    """It begins outside of its windows, because it does."""
    done = repaired(a_problem(), a_plan(("o0", "w0", at(12))), RunsLate("o0", start=at(12, 40)))
    assert placed(done) == {"o0": (("w0",), at(12, 40))}
    assert [c.kind for c in done.changed] == [Kind.TIME]


def test_a_need_that_has_ended_is_gone():
    """And with it its gaps, its lock, and the pair it had to be kept apart from."""
    problem = three_calls(
        gaps=[("o0", "o1", 0, None)], separate=[("o0", "o2")], locks=[Lock("o0", "w0", at(8))]
    )
    done = repaired(problem, a_plan(*CALLS), NeedEnded(("o0",)))
    assert done.gone == ("o0",)
    assert done.changed == ()
    assert (done.problem.gaps, done.problem.separate, done.problem.locks) == ((), (), ())


def test_a_person_in_hospital_is_called_on_before_and_after():
    """Calls while nobody is at home are gone; one that can wait is moved."""
    both = [(at(9), at(9)), (at(9, day=2), at(9, day=2))]
    occurrences = [an_occurrence("o0", windows=[(at(9), at(10))]), an_occurrence("o1", windows=both)]
    shifts = [(at(7), at(15)), (at(7, day=2), at(15, day=2))]
    problem = a_problem(occurrences, workers=[a_worker(shifts=shifts), a_worker("w1", shifts=shifts)])
    plan = a_plan(("o0", "w0", at(9, 30)), ("o1", "w1", at(9)))
    done = repaired(problem, plan, PersonAway("p0", at(6), at(23)))
    assert done.gone == ("o0",)
    assert placed(done)["o1"][1] == at(9, day=2)


def test_when_an_agency_stops_its_people_are_still_served():
    """By the other agency, as far as it holds the delegation."""
    workers = [a_worker("w0"), a_worker("w1", agency="other", skills=["care", "nursing"])]
    occurrences = [an_occurrence("o0"), an_occurrence("o1", person="p1", skills=["nursing"])]
    workers[0] = replace(workers[0], skills=frozenset(["care", "nursing"]))
    problem = a_problem(occurrences, people=PEOPLE, workers=workers, delegations=[("care", "other", "care")])
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(9)))
    done = repaired(problem, plan, AgencyStops("care", at(0)))
    assert placed(done)["o0"][0] == ("w1",)
    assert [(u.occurrence, u.reason) for u in done.plan.unplaced] == [("o1", Reason.NO_SHIFT_IN_WINDOW)]


def test_a_lock_that_cannot_hold_any_more_is_named():
    """Its call is planned without it."""
    done = repaired(three_calls(locks=[Lock("o0", "w0")]), a_plan(*CALLS), OFF)
    assert [x.lock for x in done.lost_locks] == [Lock("o0", "w0")]
    assert placed(done)["o0"][0] == ("w1",)


def test_other_locks_hold():
    """The locked call of the other worker keeps her and its time."""
    done = repaired(three_calls(locks=[Lock("o2", "w1", at(10))]), a_plan(*CALLS), OFF)
    assert done.lost_locks == ()
    assert placed(done)["o2"] == (("w1",), at(10))


def test_half_of_a_pair_is_replaced():
    """One of the two is off; the other stays, at the same time."""
    workers = [*TWO, a_worker("w2")]
    problem = a_problem([an_occurrence(workers=2)], workers=workers)
    done = repaired(problem, a_plan(("o0", "w0 w1", at(9))), OFF)
    (workers_now, start) = placed(done)["o0"]
    assert (set(workers_now), start) == ({"w1", "w2"}, at(9))


def test_a_quiet_shuffle_is_made_rather_than_a_call_left_out():
    """Only w1 may nurse, and she is busy with what w2 could do as well: one call moves over."""
    workers = [
        a_worker("w0", skills=["nursing"]),
        a_worker("w1", skills=["nursing", "care"]),
        a_worker("w2"),
    ]
    window = [(at(9), at(9))]
    occurrences = [
        an_occurrence("o0", skills=["nursing"], windows=window),
        an_occurrence("o1", person="p1", windows=window),
    ]
    problem = a_problem(occurrences, people=PEOPLE, workers=workers)
    done = repaired(problem, a_plan(("o0", "w0", at(9)), ("o1", "w1", at(9))), OFF)
    assert placed(done) == {"o0": (("w1",), at(9)), "o1": (("w2",), at(9))}


def test_an_absence_in_the_middle_leaves_both_parts_of_a_shift():
    """Off from nine to ten: the call before is hers as ever, the one within moves behind."""
    windows = [(at(8), at(11))]
    occurrences = [an_occurrence("o0", windows=windows), an_occurrence("o1", person="p1", windows=windows)]
    problem = a_problem(occurrences, people=PEOPLE)
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(9, 15)))
    done = repaired(problem, plan, WorkerOff("w0", at(9), at(10)))
    assert [(s.start, s.end) for s in done.problem.workers[0].shifts] == [(at(7), at(9)), (at(10), at(15))]
    assert placed(done)["o0"] == (("w0",), at(8))
    assert placed(done)["o1"][1] >= at(10, 13)


def test_of_two_parts_that_have_both_been_worked_neither_is_stretched_over_the_absence():
    """At eleven, with a call done on either side of it: two shifts, and no word of overtime."""
    occurrences = [an_occurrence(f"o{i}", person=f"p{i}") for i in range(3)]
    problem = a_problem(occurrences, people=PEOPLE, workers=TWO)
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(10, 30)), ("o2", "w1", at(12)))
    done = repaired(problem, plan, WorkerOff("w0", at(9), at(10)), now=at(11))
    assert [(s.start, s.end) for s in done.problem.workers[0].shifts] == [(at(7), at(9)), (at(10), at(15))]
    assert (done.stretched, done.changed) == ((), ())


def test_what_waits_for_a_late_visit_has_not_begun():
    """At 09:00 she is at the first door until 09:10, though by the plan the next call began at 08:45."""
    windows = [(at(8), at(9, 30))]
    occurrences = [an_occurrence(f"o{i}", person=f"p{i}", windows=windows) for i in range(2)]
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(8, 45)))
    late = RunsLate("o0", end=at(9, 10))
    done = repaired(a_problem(occurrences, people=PEOPLE), plan, late, now=at(9))
    assert placed(done)["o1"] == (("w0",), at(9, 23))


def test_what_waits_for_a_late_visit_until_its_window_has_passed_is_told_of():
    """Nobody can come before nine any more: it is left out, and does not vanish from the list."""
    occurrences = [
        an_occurrence("o0", windows=[(at(8), at(9))]),
        an_occurrence("o1", person="p1", windows=[(at(8), at(8, 50))]),
    ]
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(8, 45)))
    late = RunsLate("o0", end=at(9, 10))
    done = repaired(a_problem(occurrences, people=PEOPLE), plan, late, now=at(9))
    assert done.missed == ("o1",)
    assert [(c.occurrence, c.kind, c.person) for c in done.changed] == [("o1", Kind.UNPLACED, "p1")]


def test_a_night_cut_short_does_not_begin_on_the_day_of_the_next():
    """Off until one in the morning: what is left would be a second shift of that day, and is not worked."""
    shifts = [(at(21), at(5, day=1)), (at(21, day=1), at(5, day=2))]
    problem = a_problem(
        [an_occurrence(windows=[(at(2, day=1), at(3, day=1))])], workers=[a_worker(shifts=shifts)]
    )
    plan = a_plan(("o0", "w0", at(2, day=1)))
    done = repaired(problem, plan, WorkerOff("w0", at(20), at(1, day=1)))
    assert [(s.start, s.end) for s in done.problem.workers[0].shifts] == shifts[1:]
    later = repaired(problem, plan, now=at(1, day=1))
    assert placed(later)["o0"] == (("w0",), at(2, day=1))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (WorkerOff("w9", 0, 9), "changes[0].worker: 'w9' is not a known worker"),
        (RunsLate("o9", start=9), "changes[0].occurrence: 'o9' is not a known occurrence"),
        (RunsLate("o1", start=9), "changes[0].occurrence: 'o1' is not in the plan, so it cannot run late"),
        (RunsLate("o0", end=at(8)), "changes[0].end: 480 is not after its start 480"),
        (NeedEnded(("o9",)), "changes[0].occurrences: 'o9' is not a known occurrence"),
        (PersonAway("p9", 0, 9), "changes[0].person: 'p9' is not a known person"),
        (AgencyStops("none", 0), "changes[0].agency: 'none' is not a known agency"),
        (NeedAdded(an_occurrence("o0")), "changes[0].occurrence.id: 'o0' stands twice"),
        (
            NeedAdded(an_occurrence("n", person="p9")),
            "changes[0].occurrence.person: 'p9' is not a known person",
        ),
    ],
)
def test_what_the_problem_does_not_have_is_named(event, words):
    """Nothing is repaired on a guess."""
    problem = a_problem([an_occurrence("o0"), an_occurrence("o1")])
    with pytest.raises(ProblemError) as refused:
        repaired(problem, a_plan(("o0", "w0", at(8)), unplaced=["o1"]), event)
    assert str(refused.value) == words


def random_change(dice: Random, problem, plan) -> Change:
    """One to three things at once, before the week or in it."""
    now = dice.choice((None, None, dice.randrange(problem.days * 1440)))
    events = []
    for _ in range(dice.randint(1, 3)):
        start = dice.randrange(problem.days * 1440)
        start = start if now is None else max(start, now)
        worker, person = dice.choice(problem.workers), dice.choice(problem.people)
        occurrence = dice.choice(problem.occurrences)
        events.append(
            dice.choice(
                (
                    WorkerOff(worker.id, start, start + dice.choice((60, 1440))),
                    NeedAdded(replace(occurrence, id=f"new{len(events)}", person=person.id)),
                    NeedEnded((occurrence.id,)),
                    PersonAway(person.id, start, start + 700),
                    AgencyStops(worker.agency, start),
                )
            )
        )
    if plan.assignments and dice.random() < 0.3:
        late = dice.choice(plan.assignments)
        if now is None or late.start >= now:
            start = late.start + dice.choice((0, 10))
            events = [RunsLate(late.occurrence, start, start + dice.choice((20, 90)))]
    return Change(tuple(events), now)


def stands_in_its_own_way(problem, plan, change) -> bool:
    """Whether what runs late collides with what has begun, which is refused in so many words."""
    try:
        repair(problem, plan, change, seconds=None, steps=0)
    except ProblemError as error:
        return error.path == "changes"
    return False


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
@example(452739)
def test_whatever_happens_the_plan_is_legal_and_nothing_vanishes(seed):
    """Random changes to random plans: legal, what has begun stands, every reason true."""
    dice = Random(seed)
    problem = random_problem(dice)
    plan = solve(problem, stop=Stop(steps=10)).solution
    if seed % 3 == 1:
        problem = with_locks(dice, problem, plan)
    if seed % 3 == 2:
        problem = with_published(dice, problem, plan)
    plan = solve(problem, stop=Stop(steps=5)).solution
    change = random_change(dice, problem, plan)
    if any(isinstance(e, RunsLate) for e in change.events) and stands_in_its_own_way(problem, plan, change):
        return
    done = repaired(problem, plan, *change.events, now=change.now, steps=20)
    before = {a.occurrence: a for a in plan.assignments}
    after = {a.occurrence: a for a in done.plan.assignments}
    late = {e.occurrence for e in change.events if isinstance(e, RunsLate)}
    asked = {o.id for o in problem.occurrences}
    asked |= {e.occurrence.id for e in change.events if isinstance(e, NeedAdded)}
    listed = [*after, *(u.occurrence for u in done.plan.unplaced), *done.gone, *done.missed]
    assert sorted(listed) == sorted(asked)
    for name, assignment in before.items():
        if change.now is not None and assignment.start < change.now and name not in late:
            assert after[name] == assignment
    still_out = {u.occurrence for u in done.plan.unplaced}
    moved = {
        n
        for n in after
        if n not in before
        or (set(after[n].workers), after[n].start) != (set(before[n].workers), before[n].start)
    }
    newly_out = still_out - {u.occurrence for u in plan.unplaced}
    held_up = before.keys() & done.missed  # until no window of theirs was left
    assert {c.occurrence for c in done.changed} == moved | newly_out | held_up
    for unplaced in done.plan.unplaced if change.now is None else ():
        assert next(insertions(done.problem, done.plan, unplaced.occurrence), None) is None
        assert claim_is_true(done.problem, done.plan, unplaced)
