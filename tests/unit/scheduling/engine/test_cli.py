"""The command line as a user meets it: in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from scheduling.engine.cost import price
from scheduling.engine.interchange import plan_data, problem_data, read_plan, write_plan, write_problem
from tests.unit.scheduling.engine.builders import a_person, a_plan, a_problem, an_occurrence, at

DOORS = [a_person("p0", place=1), a_person("p1", place=2)]
PROBLEM = a_problem([an_occurrence("o0"), an_occurrence("o1", person="p1")], people=DOORS)


def engine(*arguments):
    """Run the engine; its exit code, standard output and standard error."""
    command = [sys.executable, "-m", "scheduling.engine", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def week(tmp_path):
    """A problem file of two occurrences."""
    write_problem(tmp_path / "week.json", PROBLEM)
    return tmp_path / "week.json"


def write(path, *placed, unplaced=(), **changes):
    """A plan file for the week, with its true price unless that is changed."""
    plan = a_plan(*placed, unplaced=unplaced)
    path.write_text(json.dumps(plan_data(PROBLEM, plan, price(PROBLEM, plan)) | changes))
    return path


def test_a_legal_plan_is_priced_by_term(week, tmp_path):
    """Exit 0, nothing on standard error, and one line that says everything."""
    plan = a_plan(("o0", "w0", at(9)), ("o1", "w0", at(10)))
    write_plan(tmp_path / "plan.json.gz", PROBLEM, plan, price(PROBLEM, plan))
    code, out, err = engine("check", week, tmp_path / "plan.json.gz")
    assert (code, err, out.count("\n")) == (0, "", 1)
    summary = json.loads(out)
    assert summary.pop("peak_mb") > 0
    assert summary == {
        "problem": "tiny",
        "cost": 130,
        "terms": price(PROBLEM, plan),
        "unplaced": 0,
        "arrivals": 2,
        "violations": [],
    }


def test_every_broken_rule_is_said(week, tmp_path):
    """Exit 1, a sentence for each rule, and the same in the line for machines."""
    plan = write(tmp_path / "plan.json", ("o0", "w0", at(9)), ("o1", "w0", at(9, 31)), unplaced=["o0"])
    code, out, err = engine("check", week, plan)
    assert code == 1
    assert [v["rule"] for v in json.loads(out)["violations"]] == ["listed", "travel"]
    assert err.splitlines()[0] == "listed: o0 stands 2 times in the plan, not once"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cost": 1}, "cost: the plan says 1, it costs 130"),
        ({"terms": dict.fromkeys(price(PROBLEM, a_plan()), 0)}, "cost: the plan says travel 0, it is 30"),
        ({"problem": "other"}, "problem: the plan is for 'other', not 'tiny'"),
    ],
)
def test_a_plan_that_misstates_itself_is_not_legal(week, tmp_path, changes, words):
    """Cost, terms and the name of the problem are held against what is so."""
    plan = write(tmp_path / "plan.json", ("o0", "w0", at(9)), ("o1", "w0", at(10)), **changes)
    code, _, err = engine("check", week, plan)
    assert code == 1
    assert words in err


def test_files_that_cannot_be_used_are_named(week, tmp_path):
    """Exit 2 with the file and the path of the field; nothing on standard output."""
    plan = write(tmp_path / "plan.json", ("o0", "w0", at(9)), unplaced=["o1"])
    (tmp_path / "bad.json").write_text(week.read_text().replace('"end":900', '"end":380'))
    message = f"{tmp_path}/bad.json: workers[0].shifts[0].end: 380 is before its start 420\n"
    assert engine("check", tmp_path / "bad.json", plan) == (2, "", message)
    assert engine("check", week, week)[2] == f"{week}: format: 'care-week/1' is not 'care-week-plan/1'\n"
    code, out, err = engine("check", week, tmp_path / "none.json")
    assert (code, out) == (2, "")
    assert err == f"{tmp_path}/none.json: file: cannot be read: No such file or directory\n"


def test_solving_writes_a_legal_plan_and_its_price(week, tmp_path):
    """Both occurrences are placed; the file that is written passes the check with the same cost."""
    code, out, err = engine("solve", week, "--steps", 50, "--out", tmp_path / "plan.json.gz")
    assert code == 0, err
    summary = json.loads(out)
    assert (summary["unplaced"], summary["arrivals"], summary["cost"]) == (0, 2, 130)
    assert {"terms", "steps", "seconds", "peak_mb"} <= summary.keys()
    assert "cost 130  unplaced 0  doorsteps 2" in err
    code, out, _ = engine("check", week, tmp_path / "plan.json.gz")
    assert (code, json.loads(out)["cost"]) == (0, 130)


def test_the_same_seed_and_steps_write_the_same_plan(week, tmp_path):
    """Bit for bit."""
    for name in ("a.json", "b.json"):
        assert engine("solve", week, "--steps", 80, "--seed", 7, "--out", tmp_path / name)[0] == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_broken_plan_may_be_the_start(week, tmp_path):
    """What is illegal in it is dropped by name, and the result is legal."""
    broken = write(tmp_path / "old.json", ("o0", "w0", at(9)), ("o1", "w0", at(9, 1)), ("o9", "w0", at(11)))
    options = ["--initial", broken, "--steps", 50, "--out", tmp_path / "new.json"]
    code, out, err = engine("solve", week, *options)
    assert (code, json.loads(out)["unplaced"]) == (0, 0)
    assert "dropped from the initial plan: " in err


def test_ctrl_c_still_writes_the_best_plan(week, tmp_path):
    """An interrupt during an endless search ends it within seconds, with a plan and exit 0."""
    command = [sys.executable, "-m", "scheduling.engine", "solve", week, "--seconds", "600"]
    command += ["--out", tmp_path / "plan.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert any("cost" in line for line in running.stderr)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert "stopping; the best plan will be written" in err
    assert len(read_plan(tmp_path / "plan.json").solution.assignments) == 2
    assert json.loads(out)["seconds"] < 300


@pytest.mark.parametrize(
    ("name", "words"),
    [("plan.txt", "does not end in .json or .json.gz"), ("none/plan.json", "its folder is not there")],
)
def test_a_place_that_cannot_be_written_is_said_before_solving(week, tmp_path, name, words):
    """Nobody waits an hour to learn of a misspelt folder."""
    code, out, err = engine("solve", week, "--seconds", 3600, "--out", tmp_path / name)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    "options", [["--seconds", "0"], ["--seconds", "nan"], ["--steps", "-1"], ["--threads", "0"]]
)
def test_options_that_cannot_be_are_refused(week, tmp_path, options):
    """Exit 2 with the option's name."""
    code, _, err = engine("solve", week, "--out", tmp_path / "plan.json", *options)
    assert code == 2
    assert f"argument {options[0]}" in err


def test_a_problem_whose_locks_cannot_hold_is_refused(tmp_path):
    """The lock is named and no plan is written."""
    data = problem_data(PROBLEM) | {"locks": [{"occurrence": "o1", "worker": "w0", "start": at(7)}]}
    (tmp_path / "week.json").write_text(json.dumps(data))
    code, _, err = engine("solve", tmp_path / "week.json", "--steps", 5, "--out", tmp_path / "plan.json")
    assert code == 2
    assert "week.json: locks[0].start: 420 lies in no window of 'o1'" in err
    assert not (tmp_path / "plan.json").exists()


def test_a_ranking_is_one_line_with_every_worker(week, tmp_path):
    """Who could take it is in it with the price by term; an unknown occurrence is exit 2."""
    plan = write(tmp_path / "plan.json", ("o0", "w0", at(9)), unplaced=["o1"])
    code, out, err = engine("rank", week, plan, "o1")
    assert code == 0, err
    answer = json.loads(out)
    assert [o["worker"] for o in answer["options"]] == ["w0"]
    assert answer["options"][0]["terms"]["unserved"] == -1000
    assert answer["refusals"] == []
    code, out, err = engine("rank", week, plan, "o9")
    assert (code, out, err.splitlines()[-1]) == (2, "", "'o9' is not an occurrence of the problem")


def test_a_repair_writes_the_plan_and_the_changed_problem(week, tmp_path):
    """Both files check out together, and the line says what changed."""
    plan = write(tmp_path / "plan.json", ("o0", "w0", at(9)), ("o1", "w0", at(10)))
    (tmp_path / "change.json").write_text(
        '{"format": "care-week-change/1", "now": null,'
        ' "changes": [{"kind": "worker_off", "worker": "w0", "start": 585, "end": 900}]}'
    )
    files = ["--out", tmp_path / "new.json", "--problem-out", tmp_path / "new-week.json"]
    code, out, err = engine("repair", week, plan, tmp_path / "change.json", "--steps", 20, *files)
    assert code == 0, err
    answer = json.loads(out)
    assert [(c["occurrence"], c["kind"]) for c in answer["changed"]] == [("o1", "time")]
    assert (answer["people"], answer["violations"]) == (["p1"], [])
    assert engine("check", tmp_path / "new-week.json", tmp_path / "new.json")[0] == 0
    (tmp_path / "change.json").write_text('{"format": "care-week-change/1", "changes": [{"kind": "late"}]}')
    code, out, err = engine("repair", week, plan, tmp_path / "change.json")
    assert (code, out) == (2, "")
    assert "change.json: changes[0].kind: 'late' is not one of worker_off" in err


def test_a_place_is_explained_and_the_plan_bounded(week, tmp_path):
    """The price of the place by term, and a bound that the cost is not below."""
    plan = write(tmp_path / "plan.json", ("o0", "w0", at(9)), ("o1", "w0", at(10)))
    code, out, err = engine("explain", week, plan, "o1")
    assert code == 0, err
    assert json.loads(out)["terms"]["unserved"] == -1000
    code, out, err = engine("bound", week, plan, "--seconds", 1)
    assert code == 0, err
    answer = json.loads(out)
    assert 0 < answer["bound"] <= answer["cost"] == 130
    assert answer["violations"] == 0
