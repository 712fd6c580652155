"""The formats as files: what is right is read back unchanged, what is wrong is refused with its path."""

from __future__ import annotations

import copy
import gzip
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine.cost import price
from scheduling.engine.files import parse_json
from scheduling.engine.interchange import (
    plan_data,
    plan_from,
    problem_data,
    problem_from,
    read_plan,
    read_problem,
    write_plan,
    write_problem,
)
from scheduling.engine.problem import Lock, ProblemError
from scheduling.travel.great_circle import GreatCircle
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)

PROBLEM = a_problem(
    [
        an_occurrence("o0", preferred=at(9), gender="F", windows=[(at(8), at(9)), (at(10), at(12))]),
        an_occurrence("o1", workers=2, mergeable=False),
        an_occurrence("o2", agency="nursing", skills=["insulin"]),
    ],
    people=[a_person(named="w0", known=["w0", "w1"], barred=["w2"])],
    workers=[a_worker("w0"), a_worker("w1", skills=["care", "insulin"]), a_worker("w2", gender=None)],
    delegations=[("nursing", "care", "insulin")],
    gaps=[("o0", "o1", 10, None), ("o1", "o2", 0, 600)],
    separate=[("o0", "o2")],
    locks=[Lock("o0", "w0", at(8, 30)), Lock("o2", None, at(11))],
    published=[("o1", ["w0", "w1"], at(11))],
)
DATA = problem_data(PROBLEM)
PLAN = plan_data(PROBLEM, a_plan(("o0", "w0", at(8, 30)), unplaced=["o1", "o2"]), price(PROBLEM, a_plan()))
NO_TRAVEL = "travel: has neither a matrix nor coordinates"
MAY_BE_NULL = re.compile(
    r"people\[\d\]\.named_worker|workers\[\d\]\.gender|occurrences\[\d\]\.(gender|preferred)"
    r"|gaps\[\d\]\.max|locks\[\d\]\.(worker|start)|cost|terms"
)
A_PATH = re.compile(r"^(file|[a-z_]+(\.[a-z_0-9]+|\[\d+\])*): ")


def leaves(value, keys=()):
    """The keys of everything inside a JSON value, outermost first."""
    yield keys
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from leaves(item, (*keys, key))


def changed(data, keys, value):
    """A copy of the data with one value replaced."""
    data = copy.deepcopy(data)
    inside = data
    for key in keys[:-1]:
        inside = inside[key]
    inside[keys[-1]] = value
    return data


def path_of(keys):
    """The keys as the messages write them."""
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return path.removeprefix(".")


def test_a_problem_survives_writing_and_reading(tmp_path):
    """Plain or gzipped, what is read back says the same in every field."""
    for name in ("week.json", "week.json.gz"):
        write_problem(tmp_path / name, PROBLEM)
        assert problem_data(read_problem(tmp_path / name)) == DATA


def test_a_plan_survives_writing_and_reading(tmp_path):
    """The solution, the price and its terms come back; the same plan gives the same bytes."""
    plan = a_plan(("o0", "w0", at(9)))
    problem = a_problem()
    for name in ("a.json", "b.json", "a.json.gz", "b.json.gz"):
        write_plan(tmp_path / name, problem, plan, price(problem, plan))
        back = read_plan(tmp_path / name)
        assert (back.problem, back.solution, back.cost) == ("tiny", plan, 70)
        assert back.terms == price(problem, plan)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "a.json.gz", "b.json", "b.json.gz"]


def test_coordinates_become_minutes():
    """Latitude and longitude with the parameters of the great circle give its matrix."""
    points = [[52.63, 1.29], [52.65, 1.30]]
    travel = {"coordinates": points, "detour": 1.3, "near_km": 5, "near_kmh": 25, "far_kmh": 45}
    problem = problem_from(DATA | {"travel": travel})
    assert (problem.travel == GreatCircle().matrix([tuple(p) for p in points])).all()
    slow = problem_from(DATA | {"travel": travel | {"near_kmh": 20}})
    assert slow.travel[0, 1] > problem.travel[0, 1]


def test_what_may_be_null_may_be_left_out():
    """Writers that drop empty fields are understood."""
    data = copy.deepcopy(DATA)
    del data["people"][0]["named_worker"], data["workers"][2]["gender"], data["gaps"][0]["max"]
    del data["occurrences"][1]["preferred"], data["locks"][1]["worker"]
    assert problem_data(problem_from(data)) == changed(DATA, ("people", 0, "named_worker"), None)


def test_every_field_of_the_wrong_type_is_refused_by_its_path():
    """A text, a number, a list, an object and a truth value, each wherever it does not belong."""
    junk = ["junk", 2.5, ["junk"], {"junk": 1}, True]
    tried = 0
    for keys in list(leaves(DATA))[1:]:
        kept = copy.deepcopy(DATA)
        for key in keys:
            kept = kept[key]
        for value in junk:
            if type(value) is type(kept) and not isinstance(value, dict):
                continue
            if isinstance(value, str) and kept is None:
                continue  # a text where null stood may be an id
            with pytest.raises(ProblemError) as refused:
                problem_from(changed(DATA, keys, value))
            assert str(refused.value).startswith(path_of(keys)), (keys, value)
            tried += 1
    assert tried > 400


@pytest.mark.parametrize("data", [DATA, PLAN], ids=["problem", "plan"])
def test_every_missing_field_is_refused_by_its_path_or_may_be_null(data):
    """Each field in turn is taken away; only those that may be null, and the price, are not missed."""
    read = problem_from if data is DATA else plan_from
    for keys in list(leaves(data))[1:]:
        path = path_of(keys)
        if isinstance(keys[-1], int) or MAY_BE_NULL.fullmatch(path):
            continue
        without = copy.deepcopy(data)
        inside = without
        for key in keys[:-1]:
            inside = inside[key]
        del inside[keys[-1]]
        with pytest.raises(ProblemError) as refused:
            read(without)
        assert str(refused.value) == (NO_TRAVEL if path == "travel.matrix" else f"{path}: is missing")


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("format",), "care-week/2", "format: 'care-week/2' is not 'care-week/1'"),
        (("week_start",), "2026-13-01", "week_start: '2026-13-01' is not a date"),
        (("week_start",), "20261130", "week_start: '20261130' is not a date"),
        (("days",), 0, "days: 0 is not between 1 and 31"),
        (("travel", "matrix", 0), [0], "travel.matrix[0]: is not a list of 2 numbers"),
        (("travel", "matrix", 0, 1), -1, "travel.matrix[0][1]: -1 is not between"),
        (("travel", "matrix", 1, 1), 3, "travel.matrix[1][1]: is not 0 on the diagonal"),
        (("policy", "arrival"), 10**40, "policy.arrival: a number of more than 20 digits is not between"),
        (("policy", "unserved", "1"), -1, "policy.unserved.1: -1 is not between"),
        (("workers", 1, "id"), "w0", "workers[1].id: 'w0' stands twice"),
        (("workers", 1, "place"), 2, "workers[1].place: 2 is not a place"),
        (("workers", 0, "shifts", 0, "end"), 380, "workers[0].shifts[0].end: 380 is before its start 420"),
        (("workers", 0, "shifts", 0, "end"), 420, "workers[0].shifts[0].end: 420 is also its start"),
        (("workers", 0, "skills"), ["a", "a"], "workers[0].skills[1]: 'a' stands twice"),
        (("people", 0, "known_workers", 1), "w9", "people[0].known_workers: 'w9' is not a known worker"),
        (("people", 0, "named_worker"), "w9", "people[0].named_worker: 'w9' is not a known worker"),
        (("occurrences", 0, "id"), "", "occurrences[0].id: has 0 characters"),
        (("occurrences", 0, "id"), "\ud800", "occurrences[0].id: has characters that cannot be printed"),
        (("occurrences", 0, "person"), "p9", "occurrences[0].person: 'p9' is not a known person"),
        (("occurrences", 0, "priority"), 5, "occurrences[0].priority: 5 is not between 1 and 4"),
        (("occurrences", 0, "minutes"), 0, "occurrences[0].minutes: 0 is not between 1 and 1440"),
        (("occurrences", 0, "workers"), 3, "occurrences[0].workers: 3 is not between 1 and 2"),
        (("occurrences", 0, "windows"), [], "occurrences[0].windows: is empty"),
        (("occurrences", 0, "windows", 1, "end"), 1, "occurrences[0].windows[1].end: 1 is before its start"),
        (("gaps", 0, "after"), "o0", "gaps[0].after: is the same occurrence as before"),
        (("gaps", 1, "min"), 601, "gaps[1].max: 600 is not between its min 601"),
        (("separate", 0), ["o0"], "separate[0]: has 1 ids, not 2"),
        (("separate", 0), ["o0", "o0"], "separate[0]: 'o0' stands twice"),
        (("separate", 0, 1), "o9", "separate[0][1]: 'o9' is not a known occurrence"),
        (("published", 0, "workers", 0), "w9", "published[0].workers: 'w9' is not a known worker"),
        (("colour",), "red", "file: has a field 'colour', which the format does not know"),
    ],
)
def test_values_that_cannot_be_are_refused_with_the_reason(keys, value, message):
    """The message begins with the path and says what is wrong in numbers."""
    with pytest.raises(ProblemError) as refused:
        problem_from(changed(DATA, keys, value))
    assert str(refused.value).startswith(message)


def test_shifts_in_each_other_are_refused_and_two_on_a_day_are_not():
    """A day may be in pieces, of which each begins when the one before has ended."""
    shifts = [{"start": at(7), "end": at(15)}, {"start": at(14), "end": at(20)}]
    words = rf"^workers\[0\]\.shifts\[1\]\.start: {at(14)} is before the last shift's end"
    with pytest.raises(ProblemError, match=words):
        problem_from(changed(DATA, ("workers", 0, "shifts"), shifts))
    shifts[1]["start"] = at(18)
    assert len(problem_from(changed(DATA, ("workers", 0, "shifts"), shifts)).workers[0].shifts) == 2


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("format",), "care-week/1", "format: 'care-week/1' is not 'care-week-plan/1'"),
        (("assignments", 0, "start"), "9", "assignments[0].start: is a text, not a whole number"),
        (("assignments", 0, "workers"), "w0", "assignments[0].workers: is a text, not a list"),
        (("unplaced", 1, "reason"), "tired", "unplaced[1].reason: 'tired' is not one of no_competent_worker"),
        (("terms", "travel"), 0.5, "terms.travel: is 0.5, not a whole number"),
    ],
)
def test_broken_plans_are_refused_by_path(keys, value, message):
    """A plan file is judged in its form only, and as strictly."""
    with pytest.raises(ProblemError) as refused:
        plan_from(changed(PLAN, keys, value))
    assert str(refused.value).startswith(message)


GOOD_BYTES = json.dumps(DATA).encode()
GOOD_GZIP = gzip.compress(GOOD_BYTES, mtime=0)  # a time would make every worker collect another test


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.json", b"", "file: is not JSON"),
        ("a.json", b"care", "file: is not JSON"),
        ("a.json", GOOD_BYTES[:-1], "file: is not JSON"),
        ("a.json", GOOD_BYTES + b"{}", "file: is not JSON"),
        ("a.json", b"[]", "file: is a list, not an object"),
        ("a.json", b"null", "file: is null, not an object"),
        ("a.json", b"\xff\xfe{\x00}\x00", "file: is not UTF-8 (byte 0)"),
        ("a.json", b"[" * 100_000, "file: is nested too deeply"),
        ("a.json", b'{"format": NaN}', "file: holds NaN"),
        ("a.json", b'{"format": -Infinity}', "file: holds -Infinity"),
        ("a.json", b'{"format": 1, "format": 1}', "file: has an object in which 'format' stands twice"),
        ("a.json", b'{"format": 1' + b"0" * 5000 + b"}", "file: holds a number of thousands of digits"),
        ("a.json", GOOD_BYTES.replace(b'"days": 7', b'"days": 1e999'), "days: is inf, not a whole number"),
        ("a.json", GOOD_BYTES.replace(b'"days": 7', b'"days": 7.0'), "days: is 7.0, not a whole number"),
        ("a.json.gz", GOOD_BYTES, "file: is not a whole gzip file"),
        ("a.json.gz", GOOD_GZIP[:-9], "file: is not a whole gzip file"),
        ("a.json.gz", GOOD_GZIP[:40] + b"\x00" * 40, "file: is not a whole gzip file"),
        ("a.xml", GOOD_BYTES, "file: 'a.xml' does not end in .json"),
    ],
)
def test_files_that_are_not_whole_strict_json_are_refused(tmp_path, name, data, message):
    """Neither half a file nor what other parsers let pass becomes a problem."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ProblemError) as refused:
        read_problem(tmp_path / name)
    assert str(refused.value).startswith(message)


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path):
    """The reason is the system's own."""
    (tmp_path / "folder.json").mkdir()
    for name, words in [("none.json", "No such file"), ("folder.json", "Is a directory")]:
        with pytest.raises(ProblemError, match=f"^file: cannot be read: {words}"):
            read_problem(tmp_path / name)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["o0", "o1", "w0", "p0", "care", 0, 1, 2, 480, 540]),
    st.recursive(
        st.just(0),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "start"]), inner)
        ),
    ),
)


def refusal(read, value):
    """What is said about the value when it is read, or None when it is taken."""
    try:
        read(value)
    except ProblemError as error:
        return str(error)
    return None


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_fuzzed_problem_is_taken_or_refused_with_a_path(data):
    """Up to three fields become junk; nothing but a ProblemError with a path ever comes out."""
    fuzzed = DATA
    for _ in range(data.draw(st.integers(1, 3))):
        keys = data.draw(st.sampled_from(list(leaves(fuzzed))[1:]))
        fuzzed = changed(fuzzed, keys, data.draw(JUNK))
    message = refusal(problem_from, fuzzed)
    assert message is None or A_PATH.match(message), message
    if message is None:
        problem = problem_from(fuzzed)
        assert problem_data(problem_from(problem_data(problem))) == problem_data(problem)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_fuzzed_plan_is_taken_or_refused_with_a_path(data):
    """The same for plan files, as warm starts come from anywhere."""
    keys = data.draw(st.sampled_from(list(leaves(PLAN))[1:]))
    message = refusal(plan_from, changed(PLAN, keys, data.draw(JUNK)))
    assert message is None or A_PATH.match(message), message


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(GOOD_BYTES) - 1), st.binary(min_size=1, max_size=3))
def test_a_file_with_flipped_bytes_never_causes_another_error(position, junk):
    """Bytes overwritten anywhere give a problem or a ProblemError."""
    flipped = GOOD_BYTES[:position] + junk + GOOD_BYTES[position + len(junk) :]
    message = refusal(lambda value: problem_from(parse_json(value)), flipped)
    assert message is None or A_PATH.match(message), message
