"""The county benchmark: invented counties, areas, and plans put together."""

from __future__ import annotations

import argparse

from benchmarks import county
from benchmarks.county.areas import divide, joined, problem_of
from benchmarks.county.invented import county as invent
from scheduling.engine.interchange import problem_data, write_problem
from scheduling.engine.problem import Problem

SMALL: Problem = invent(60, 1)


def test_a_county_is_the_same_for_the_same_seed():
    """And another for another seed."""
    assert problem_data(invent(20, 1)) == problem_data(invent(20, 1))
    assert problem_data(invent(20, 1)) != problem_data(invent(20, 2))


def test_areas_share_out_people_and_workers():
    """Nobody is lost or doubled, and the areas put side by side ask what the county asks."""
    parts = divide(SMALL, 2)
    people, workers = joined(parts)
    assert sorted(people) == list(range(60))
    assert sorted(workers) == list(range(len(SMALL.workers)))
    assert problem_data(problem_of(SMALL, (people, workers), SMALL.name)) == problem_data(SMALL)


def test_an_area_has_equal_work_and_no_strangers():
    """Both halves ask for about as many minutes, and know only workers of their own."""
    halves = [problem_of(SMALL, part, "half") for part in divide(SMALL, 1)]
    work = [sum(o.minutes * o.workers for o in half.occurrences) for half in halves]
    assert 0.8 < work[0] / work[1] < 1.25
    for half in halves:
        here = {worker.id for worker in half.workers}
        assert all(person.known_workers <= here for person in half.people)


def test_a_person_alone_makes_no_second_area():
    """What cannot be halved stays whole, beside an area of nobody."""
    assert [len(people) for people, _ in divide(invent(1, 1), 1)] == [1, 0]


def test_a_county_is_planned_beside_its_areas(tmp_path):
    """Whole, area by area, together and smaller: every plan legal, and of the file that was named."""
    write_problem(tmp_path / "county.json", invent(24, 3))
    parser = argparse.ArgumentParser()
    county.add_arguments(parser)
    words = ["--hours", "0.0001", "--threads", "1", "--halvings", "1", "--area-seconds", "0.2", "--growth"]
    lines = list(county.run(parser.parse_args([str(tmp_path / "county.json"), *words])))
    kinds = [line["what"] for line in lines if line["what"] != "progress"]
    assert kinds == ["county", "whole", "area", "area", "areas together", "growth", "growth"]
    assert {line["violations"] for line in lines if "violations" in line} == {0}
    assert all(line["over_areas"] > 0 for line in lines if line["what"] == "growth")
