"""Tiny files of each published benchmark, read, solved, written in the authors' format and judged."""

from __future__ import annotations

import argparse
import gzip
import json

import pytest

from benchmarks import hhcrsp, uhhc, vrptw
from benchmarks.hhcrsp.judge import judge as judge_hhcrsp
from benchmarks.uhhc.judge import judge as judge_uhhc
from benchmarks.vrptw.judge import judge as judge_vrptw
from tests.unit.benchmarks.test_judges import HHCRSP, UHHC, VRPTW


def lines(command, path, tmp_path, *more):
    """What the command prints for one file, in a tenth of a second."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    options = parser.parse_args([str(path), "--seconds", "0.1", "--solutions", str(tmp_path / "out"), *more])
    return list(command.run(options))


def test_a_home_health_care_day_is_solved_and_written(tmp_path):
    """The pair of p2 is ten minutes apart; the best order is known by hand, and so is its price."""
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(HHCRSP))
    (tmp_path / "best_known.csv").write_text("file,best_known\ntiny.json,7.0\n")
    (line,) = lines(hhcrsp, path, tmp_path)
    assert line["violations"] == 0
    assert line["cost"] == pytest.approx(17.5 / 3, abs=0.001)
    assert line["ratio"] == pytest.approx(17.5 / 21, abs=0.001)
    written = json.loads((tmp_path / "out" / "tiny.json").read_text())
    assert judge_hhcrsp(HHCRSP, written).cost == pytest.approx(17.5 / 3)
    assert sorted(written["global_ordering"]) == ["p1", "p2"]


def test_vehicle_routes_are_solved_and_written(tmp_path):
    """From a packed file; one vehicle carries both demands."""
    path = tmp_path / "tiny.txt.gz"
    path.write_bytes(gzip.compress(VRPTW.encode()))
    (line,) = lines(vrptw, path, tmp_path)
    assert (line["cost"], line["violations"], line["best_known"]) == (6.5, 0, None)
    assert judge_vrptw(VRPTW, (tmp_path / "out" / "tiny.sol").read_text()).violations == []


def test_ours_has_as_long_as_pyvrp_needs_but_at_least_a_second(tmp_path):
    """Both find the best, which is known by hand."""
    pytest.importorskip("pyvrp", reason="the peers are in requirements/bench.txt alone")
    path = tmp_path / "tiny.txt"
    path.write_text(VRPTW)
    (tmp_path / "best_known.csv").write_text("instance,cost\ntiny,6.5\n")
    (line,) = lines(vrptw, path, tmp_path, "--pyvrp")
    assert (line["cost"], line["pyvrp_cost"], line["ratio"], line["pyvrp_ratio"]) == (6.5, 6.5, 1, 1)
    assert line["seconds"] >= 1.0


def test_vehicles_are_not_overloaded(tmp_path):
    """With room for ten, two vehicles go."""
    path = tmp_path / "tiny.txt"
    path.write_text(VRPTW.replace("15\n", "10\n"))
    (line,) = lines(vrptw, path, tmp_path)
    assert (line["cost"], line["violations"]) == (9.0, 0)


def test_a_unified_day_is_solved_and_written(tmp_path):
    """Everybody is served, lunch is had where it is dear to miss it, and the cost is the judge's."""
    path = tmp_path / "tiny.json"
    metadata = UHHC["metadata"] | {"name": "tiny"}
    weights = metadata["cost_components"]
    for lunch, missed in ((100_000, 0), (60, 60)):
        metadata["cost_components"] = weights | {"missed_lunch_break": lunch}
        data = UHHC | {"metadata": metadata}
        path.write_text(json.dumps(data))
        (line,) = lines(uhhc, path, tmp_path)
        assert line["violations"] == 0
        assert line["parts"]["missed_lunch_break"] == missed
        written = json.loads((tmp_path / "out" / "tiny.json").read_text())
        assert judge_uhhc(data, written).cost == line["cost"]


def test_who_has_nothing_to_do_has_no_locations(tmp_path):
    """Not even an empty list, which the authors' validator would stumble over."""
    path = tmp_path / "tiny.json"
    carers = [*UHHC["caregivers"], UHHC["caregivers"][1] | {"id": "c3", "abilities": []}]
    data = UHHC | {"caregivers": carers, "metadata": UHHC["metadata"] | {"name": "tiny"}}
    path.write_text(json.dumps(data))
    lines(uhhc, path, tmp_path)
    written = json.loads((tmp_path / "out" / "tiny.json").read_text())
    assert [r for r in written["routes"] if r["caregiver_id"] == "c3"] == [{"caregiver_id": "c3"}]
