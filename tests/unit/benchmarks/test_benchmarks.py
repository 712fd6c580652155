"""The parts of the benchmarks that run without the peers: instances, orders, joining, plots."""

from __future__ import annotations

import argparse
from xml.etree import ElementTree

import pytest

from benchmarks import decide
from benchmarks.isolated import run_isolated
from benchmarks.joining import Staff, tasks_of
from benchmarks.oneday import ENOUGH, SHORT, one_day
from benchmarks.orders import plan_of
from benchmarks.plots import bars
from scheduling.engine.check import check
from scheduling.engine.interchange import problem_data, write_problem
from scheduling.engine.problem import Span
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)

DOORS = [a_person("p0", place=1), a_person("p1", place=2)]


def test_a_random_day_is_the_same_for_the_same_seed():
    """And another for another seed; only one family divides the staff by skills."""
    first = problem_data(one_day(SHORT, visits=30, workers=5, seed=1))
    assert first == problem_data(one_day(SHORT, visits=30, workers=5, seed=1))
    assert first != problem_data(one_day(SHORT, visits=30, workers=5, seed=2))
    assert len({w.skills for w in one_day(SHORT, visits=30, workers=9, seed=1).workers}) > 1
    assert len({w.skills for w in one_day(ENOUGH, visits=30, workers=9, seed=1).workers}) == 1


def test_an_order_becomes_a_plan_at_the_earliest():
    """Travel, allowance and windows are kept, and what no order holds is left out."""
    occurrences = [an_occurrence("o0", windows=[(at(7), at(12))]), an_occurrence("o1", person="p1")]
    problem = a_problem([*occurrences, an_occurrence("o2")], people=DOORS)
    plan = plan_of(problem, {0: [0, 1]})
    assert [(a.occurrence, a.start) for a in plan.assignments] == [("o0", at(7, 13)), ("o1", at(8))]
    assert [u.occurrence for u in plan.unplaced] == ["o2"]
    assert check(problem, plan) == []


def test_an_order_that_is_too_late_is_caught_by_the_check():
    """The plan is not bent to look legal."""
    problem = a_problem([an_occurrence("o0", windows=[(at(7), at(7, 12))])], people=DOORS)
    assert [v.rule for v in check(problem, plan_of(problem, {0: [0]}))] == ["window"]


def joined(*occurrences, **options):
    """The tasks of the pipeline as tuples of occurrence ids with those who may take them."""
    problem = a_problem(occurrences, **options)
    return [
        (tuple(o.id for o in task.occurrences), set(task.able)) for task in tasks_of(problem, Staff(problem))
    ]


def test_the_pipeline_joins_at_one_door_where_it_may():
    """Two at one door are one task; at two doors, kept separate, unmergeable or hours apart they are two."""
    one, two = an_occurrence("o0"), an_occurrence("o1")
    assert joined(one, two) == [(("o0", "o1"), {"w0"})]
    assert len(joined(one, an_occurrence("o1", person="p1"), people=DOORS)) == 2
    assert len(joined(one, two, separate=[("o0", "o1")])) == 2
    assert len(joined(one, an_occurrence("o1", mergeable=False))) == 2
    assert len(joined(one, an_occurrence("o1", windows=[(at(13), at(14))]))) == 2


def test_the_pipeline_gives_a_task_to_the_named_worker_while_there_is_room():
    """Seventy per cent of eight hours is 336 minutes; then it is someone who is known."""
    long = [an_occurrence(f"o{i}", minutes=120, mergeable=False) for i in range(4)]
    people = [a_person(named="w1", known=["w0"])]
    workers = [a_worker(f"w{i}") for i in range(3)]
    tasks = joined(*long, people=people, workers=workers)
    assert [able for _, able in tasks] == [{"w1"}, {"w1"}, {"w0"}, {"w0"}]


def test_the_pipeline_fixes_pairs_in_time():
    """Both workers get a task with the same single start."""
    problem = a_problem([an_occurrence(workers=2, preferred=at(9))], workers=[a_worker("w0"), a_worker("w1")])
    tasks = tasks_of(problem, Staff(problem))
    assert {frozenset(task.able) for task in tasks} == {frozenset({"w0"}), frozenset({"w1"})}
    assert {task.window for task in tasks} == {Span(at(9), at(9))}


def test_the_pipeline_splits_a_gap_between_two_windows():
    """Whatever starts the router picks, an hour lies between the end of one and the other's start."""
    problem = a_problem([an_occurrence("o0"), an_occurrence("o1")], gaps=[("o0", "o1", 60, None)])
    first, second = (task.window for task in tasks_of(problem, Staff(problem)))
    assert first.end + 30 + 60 <= second.start <= second.end


def test_a_plot_is_a_picture_with_every_number():
    """Names from outside are escaped, and each bar is labelled."""
    picture = ElementTree.fromstring(bars("A & B", {"<one>": {"ours": 0.5, "theirs": 1.25}}))
    words = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["A & B", "<one>", "ours", "0.500", "theirs", "1.250"]


@pytest.mark.parametrize(("number", "result"), [(-3, 3), (2, 2)])
def test_a_method_in_a_process_of_its_own_answers(number, result):
    """The result and the seconds it took come back."""
    answer, seconds = run_isolated(abs, number, patience=60)
    assert answer == result
    assert 0 <= seconds < 60


def test_a_method_that_does_not_end_is_given_up():
    """A peer that hangs costs its patience and no more."""
    import time

    assert run_isolated(time.sleep, 600, patience=0.5) is None


def test_answers_are_timed_and_repairs_checked(tmp_path):
    """One line for each kind of question, and no rule broken by a repair."""
    asked = [an_occurrence("o0"), an_occurrence("o1", workers=2), an_occurrence("o2")]
    write_problem(tmp_path / "week.json", a_problem(asked))
    parser = argparse.ArgumentParser()
    decide.add_arguments(parser)
    options = ["--seconds", "0.1", "--questions", "2", "--repairs", "1"]
    lines = list(decide.run(parser.parse_args([str(tmp_path / "week.json"), *options])))
    told = {(line["what"], line.get("of")) for line in lines}
    assert told >= {("rank", "any"), ("explain", "left out"), ("make a desk", None), ("bound", None)}
    assert ("rank a visit", "joined") in told
    assert [line["violations"] for line in lines if "violations" in line] == [0]
