"""The page of benchmarks: collected lines become tables that say what is reached and what is missed."""

from __future__ import annotations

import argparse
import json

from benchmarks import report
from benchmarks.__main__ import command
from benchmarks.report.figures import figures, ratios_to_peers
from benchmarks.report.runs import rows_of, runs_of
from benchmarks.report.sections import cost_of_weeks

HEAD = {"cores": 1, "cores_of_machine": 2, "machine": "m", "python": "3", "packages": {"numba": "0"}}


def lines(words, *rows):
    """A run as its lines of JSON."""
    bench = words.split()[0]
    texts = [json.dumps({"run": f"python -m benchmarks {words}"} | HEAD)]
    return texts + [json.dumps({"bench": bench, "load": 1.5} | row) for row in rows]


def day(instance, method, cost, violations=0):
    """A line of `peers`."""
    return {"instance": instance, "method": method, "cost": cost, "violations": violations}


def met(texts):
    """Whether each figure is reached, by what it is about."""
    return {row["work"]: row["met"] for row in figures(runs_of(texts))}


def test_lines_become_runs_and_what_was_cut_off_is_passed_over():
    """A later line for the same instance replaces an earlier one, at the same limit."""
    texts = [*lines("week --seconds 60", {"instance": "a", "cost": 2}), '{"bench": "we']
    texts += lines("week --seconds 60", {"instance": "a", "cost": 1})
    texts += lines("week --seconds 1200", {"instance": "a", "cost": 0})
    runs = runs_of(texts)
    assert [run.seconds for run in runs] == [60, 60, 1200]
    assert [(row["limit"], row["cost"]) for row in rows_of(runs, "instance")] == [(60, 1), (1200, 0)]


def test_a_level_day_is_not_a_won_one():
    """Cheaper than every peer means cheaper; a peer's plan that breaks a rule does not count."""
    days = [
        day("enough-1", "ours", 10),
        day("enough-1", "VROOM", 10),
        day("enough-1", "PyVRP", 9, violations=1),
    ]
    assert ratios_to_peers(runs_of(lines("peers", *days))) == {"enough-1": 1.0}
    assert met(lines("peers", *days))["one day, enough staff"] == "**no**"
    days = [day("short-1", "ours", 5), day("short-1", "VROOM", 10)]
    assert met(lines("peers", *days))["one day, too few staff"] == "yes"


def test_a_figure_that_was_not_run_is_neither_reached_nor_missed():
    """The page says so."""
    assert set(met([]).values()) == {"–"}


def test_an_area_needs_its_twenty_minutes_to_be_judged():
    """At most two per cent above them, in at most 400 MB."""
    row = {"instance": "area-1", "method": "ours", "cost": 101, "ratio": 0.9, "violations": 0, "peak_mb": 300}
    minute = lines("week --seconds 60", row)
    assert met(minute)["area-week"] == "–"
    assert met([*minute, *lines("week --seconds 1200", row | {"cost": 100})])["area-week"] == "yes"
    assert met([*minute, *lines("week --seconds 1200", row | {"cost": 90})])["area-week"] == "**no**"


def test_the_page_has_each_command_and_each_line(tmp_path):
    """Several files of lines make one page, with a plot."""
    (tmp_path / "one.jsonl").write_text(
        "\n".join(lines("peers", day("short-1", "ours", 5), day("short-1", "VROOM", 9)))
    )
    row = {
        "instance": "x",
        "cost": 1.5,
        "best_known": 2,
        "ratio": 0.75,
        "violations": 0,
        "seconds": 1,
        "steps": 1,
    }
    (tmp_path / "two.jsonl").write_text("\n".join(lines("hhcrsp FILE… --seconds 60", row)))
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    files = [str(tmp_path / "one.jsonl"), str(tmp_path / "two.jsonl")]
    list(report.run(parser.parse_args(["--lines", *files, "--out", str(tmp_path / "page.md")])))
    words = (tmp_path / "page.md").read_text()
    assert "`python -m benchmarks hhcrsp FILE… --seconds 60` (1 of 2 cores, load 1.5)" in words
    assert "| x | 1.5 | 2 | 0.75 | 0 | 1 | 1 |" in words
    assert (tmp_path / "benchmarks-published.svg").exists()


def test_what_is_measured_again_replaces_only_the_same_thing(tmp_path):
    """The lines stay beside the page: one benchmark can be run again alone."""
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)

    def reported(*texts):
        (tmp_path / "new.jsonl").write_text("\n".join(texts))
        words = ["--lines", str(tmp_path / "new.jsonl"), "--out", str(tmp_path / "page.md")]
        list(report.run(parser.parse_args(words)))
        return (tmp_path / "page.md").read_text()

    row = {"instance": "R1", "cost": 9, "ratio": 1.2, "pyvrp_ratio": 1.0}
    week = {"instance": "small-1", "method": "ours", "cost": 5, "peak_mb": 1, "ratio": 0.9, "violations": 0}
    reported(*lines("vrptw --seconds 40", row, row | {"instance": "R2"}), *lines("week --seconds 60", week))
    page = reported(
        *lines("vrptw --seconds 60", row | {"cost": 7, "ratio": 1.0}), *lines("week --seconds 1200", week)
    )
    assert [line[:8] for line in page.splitlines() if line.startswith("| R")] == ["| R2 | 9", "| R1 | 7"]
    assert "1 of 2; mean +10.00 %" in page
    assert [
        run.command.split()[3:] for run in runs_of((tmp_path / "page.jsonl").read_text().splitlines())
    ] == [
        ["vrptw", "--seconds", "40"],
        ["week", "--seconds", "60"],
        ["vrptw", "--seconds", "60"],
        ["week", "--seconds", "1200"],
    ]


def test_a_command_is_told_without_folders(tmp_path):
    """Neither the machine's folders nor forty names of files are of use to a reader."""
    files = [tmp_path / f"{k}.json" for k in range(6)]
    for file in files:
        file.touch()
    assert (
        command(["week", str(files[0]), "--seconds", "60"]) == "python -m benchmarks week 0.json --seconds 60"
    )
    assert command(["week", *map(str, files)]) == "python -m benchmarks week FILE…"


def test_the_plot_of_weeks_sets_beside_the_pipeline_what_ours_reached_in_as_long():
    """Twenty minutes of ours are in the table, not in the plot."""
    week = {"instance": "area-1", "reference": 100}
    texts = lines("week --seconds 1200", week | {"method": "ours", "cost": 80})
    texts += lines("week", week | {"method": "ours", "cost": 90})
    texts += lines("week", week | {"method": "pipeline", "cost": 150})
    assert cost_of_weeks(runs_of(texts)) == {"area-1": {"ours": 0.9, "pipeline": 1.5}}


def test_what_the_hub_stores_and_pages_answer_stands_beside_what_was_promised(tmp_path):
    """Too slow, or an error, is a figure that is missed."""
    stored = {
        "what": "people and identifiers received",
        "people": 860_000,
        "seconds": 757.5,
        "a_second": 1135,
        "a_processor_second": 1845,
        "goal_a_second": 2000,
        "peak_mb": 181.2,
        "goal_mb": 512,
        "met": True,
    }
    answer = {"what": "all", "answers": 9, "p95_ms": 120, "errors": 0, "goal_ms": 500}
    size = {"people": 6000, "workers": 2800, "visits": 75_000}
    board = {"what": "coordinator: board, week", "answers": 9, "p95_ms": 301, "errors": 0}
    texts = [
        *lines("hub --people 860000", stored),
        *lines("web --seconds 300", answer | size),
        *lines("web --coordinators 1 --phones 0", board, answer),
        *lines("web --coordinators 2 --phones 0", board, answer | {"errors": 1}),
    ]
    reached = met(texts)
    assert reached["people received"] == "yes"
    assert reached["people stored"] == "**no**"
    assert reached["pages read by 30 coordinators, 500 phones"] == "yes"
    assert reached["pages read by 2 coordinators, 0 phones"] == "**no**"
    assert reached["a board, one reader"] == "**no**"
    page = report.page(runs_of(texts))
    assert "in a database with 6,000 people, 2,800 workers, 75,000 visits" in page
    assert "| people and identifiers received | – | 860,000 |" in page
