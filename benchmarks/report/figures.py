"""What the engine must reach, and what these runs reached: one row for each figure, reached or not."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.report.runs import Line, Run, rows_of
from benchmarks.report.tables import percent

OURS = "ours"
SMALL_MANKOWSKA = ("_10_", "_25_", "_50_")
ANSWER_MS, REPAIR_MS, BOARD_MS = 300, 5000, 300
MOST_MB, COUNTY_MB, COUNTY_SECONDS, COUNTY_CALLS, MOST_UNPLACED = 400, 6144, 3600, 70_000, 1.1
COUNTY_FIGURE = "75,000 calls: ≤ 60 min on two cores, ≤ 6 GB, unplaced ≤ 1.1 × its areas alone for long"
GROWTH_FIGURE = "≤ n^1.1: cost over the areas' own plans does not rise"
BELOW_REFERENCE = {"small": 0.03, "area": 0.05}


def figures(runs: Sequence[Run]) -> list[Line]:
    """Rows with `work`, `figure`, `reached` in words and `met` as yes, no or not run."""
    rows = (*_peers(runs), *_mankowska(runs), *_unified(runs), *_routes(runs), *_weeks(runs), *_county(runs))
    return [*rows, *_answers(runs), *_hub(runs), *_web(runs)]


def _row(work: str, figure: str, words: str, good: bool | None) -> Line:
    return {
        "work": work,
        "figure": figure,
        "reached": words,
        "met": {True: "yes", False: "**no**", None: "–"}[good],
    }


def _of(runs: Sequence[Run], bench: str) -> list[Run]:
    return [run for run in runs if run.bench == bench]


def ratios_to_peers(runs: Sequence[Run]) -> dict[str, float]:
    """Our cost over the best peer's for each random day; a plan that breaks a rule does not count."""
    costs: dict[str, dict[str, float]] = {}
    for row in rows_of(_of(runs, "peers"), "instance", "method"):
        if row.get("violations") == 0:
            costs.setdefault(row["instance"], {})[row["method"]] = row["cost"]
    return {
        name: by[OURS] / max(min(cost for method, cost in by.items() if method != OURS), 1)
        for name, by in costs.items()
        if OURS in by and len(by) > 1
    }


def _peers(runs: Sequence[Run]) -> Iterator[Line]:
    ratios = ratios_to_peers(runs)
    for family, words, most in (("short", "too few staff", 0.6), ("enough", "enough staff", 1.0)):
        own = [ratio for name, ratio in ratios.items() if name.startswith(family)]
        sign = "≤ 0.6" if family == "short" else "< 1"
        figure = f"cheaper than every peer on every instance; median ratio {sign}"
        if not own:
            yield _row(f"one day, {words}", figure, "not run", None)
            continue
        won, middle = sum(ratio < 1 for ratio in own), statistics.median(own)
        even = sum(ratio == 1 for ratio in own)
        words_won = f"cheaper on {won} of {len(own)}" + (f", level on {even}" if even else "")
        good = won == len(own) and (middle <= most if family == "short" else middle < most)
        yield _row(f"one day, {words}", figure, f"{words_won}; median ratio {middle:.4f}", good)


def _mankowska(runs: Sequence[Run]) -> Iterator[Line]:
    rows = [row for row in rows_of(_of(runs, "hhcrsp"), "instance", "cost") if row["ratio"]]
    quick, long = ([r for r in rows if (r["limit"] > 60) == is_long] for is_long in (False, True))
    small = [r for r in quick if any(size in r["instance"] for size in SMALL_MANKOWSKA)]
    yield _above("10–50 patients", "mean ≤ +0.5 % in 60 s", small, 0.005)
    yield _above("75–200 patients", "mean ≤ +1.5 % in 60 s", [r for r in quick if r not in small], 0.015)
    yield _above("all", "mean ≤ 0 in 600 s, and new best known", long or quick, 0.0)


def _above(which: str, figure: str, rows: Sequence[Line], most: float) -> Line:
    work = f"Mankowska, {which}, above best known"
    if not rows:
        return _row(work, figure, "not run", None)
    mean = statistics.mean(row["ratio"] for row in rows) - 1
    worst = max(row["ratio"] for row in rows) - 1
    limits = sorted({row["limit"] for row in rows})
    seconds = "–".join(f"{limit:g}" for limit in dict.fromkeys((limits[0], limits[-1])))
    words = f"mean {percent(mean)}, worst {percent(worst)}, {len(rows)} files in {seconds} s"
    better = sum(row["ratio"] < 0.9999 for row in rows)
    if better:
        words += f"; {better} below best known"
    broken = sum(row["violations"] for row in rows)
    return _row(work, figure, words, mean <= most and not broken)


def _unified(runs: Sequence[Run]) -> Iterator[Line]:
    rows = [row for row in rows_of(_of(runs, "uhhc"), "instance", "cost") if row["ratio"]]
    figure = "at or below best known on half of 12 in 600 s, no rule broken"
    for limit in sorted({row["limit"] for row in rows}):
        own = [row for row in rows if row["limit"] == limit]
        good, broken = sum(row["ratio"] <= 1 for row in own), sum(row["violations"] for row in own)
        words = f"{good} of {len(own)} in {limit:g} s, {broken} rules broken"
        yield _row("UHHC", figure, words, 2 * good >= max(len(own), 12) and not broken)
    if not rows:
        yield _row("UHHC", figure, "not run", None)


def _routes(runs: Sequence[Run]) -> Iterator[Line]:
    work, figure = (
        "vehicle routes with time windows",
        "within 1 % of best known in the time PyVRP needs for it",
    )
    rows = [row for row in rows_of(_of(runs, "vrptw"), "instance", "cost") if row.get("pyvrp_ratio")]
    if not rows:
        yield _row(work, figure, "not run", None)
        return
    good = sum(row["ratio"] <= 1.01 for row in rows)
    mean = statistics.mean(row["ratio"] for row in rows) - 1
    yield _row(work, figure, f"{good} of {len(rows)}; mean {percent(mean)}", good == len(rows))


def _weeks(runs: Sequence[Run]) -> Iterator[Line]:
    rows = [row for row in rows_of(_of(runs, "week"), "instance", "method") if row["method"] == OURS]
    for kind, least in BELOW_REFERENCE.items():
        own = [r for r in rows if r["instance"].startswith(kind) and r.get("ratio") and r["limit"] <= 60]
        figure = f"{100 * least:g} % below `reference.csv` in 60 s, no rule broken"
        if not own:
            yield _row(f"weeks, {kind}", figure, "not run", None)
            continue
        words = ", ".join(f"{row['instance']} {percent(row['ratio'] - 1)}" for row in own)
        good = all(row["ratio"] <= 1 - least and row["violations"] == 0 for row in own)
        yield _row(f"weeks, {kind}", figure, words, good)
    yield from _area_weeks(rows)


def _area_weeks(rows: Sequence[Line]) -> Iterator[Line]:
    work, figure = "area-week", "60 s at most 2 % above its own 20 minutes; ≤ 400 MB"
    areas = [row for row in rows if row["instance"].startswith("area")]
    long = {row["instance"]: row["cost"] for row in areas if row["limit"] >= 1200}
    quick = [row for row in areas if row["limit"] <= 60]
    if not quick:
        yield _row(work, figure, "not run", None)
        return
    peak = max(row["peak_mb"] for row in quick)
    above = [row["cost"] / long[row["instance"]] - 1 for row in quick if row["instance"] in long]
    words = f"{percent(max(above))} at most; " if above else "20 minutes not run; "
    good = bool(above) and max(above) <= 0.02 and peak <= MOST_MB
    yield _row(work, figure, f"{words}{peak} MB", good if above or peak > MOST_MB else None)


def _county(runs: Sequence[Run]) -> Iterator[Line]:
    if not _of(runs, "county"):
        yield _row("county", COUNTY_FIGURE, "not run", None)
        yield _row("cost of growth", GROWTH_FIGURE, "not run", None)
    for run in _of(runs, "county"):
        by: dict[str, Any] = {line["what"]: line for line in run.lines}
        if "whole" in by:
            yield _whole_county(by["county"]["occurrences"], by["whole"], by.get("areas together"))
        grown = [line for line in run.lines if line["what"] == "growth"]
        if grown:
            words = ", ".join(f"{line['over_areas']} at {line['occurrences']:,}" for line in grown)
            good = grown[-1]["over_areas"] <= grown[0]["over_areas"]
            yield _row("cost of growth", GROWTH_FIGURE, words, good)


def _whole_county(calls: int, whole: Line, areas: Line | None) -> Line:
    """Judged only if it is as large as the figure says and its areas were planned too."""
    words = f"{whole['seconds'] / 60:.1f} min on {whole['threads']} thread(s), {whole['peak_mb']:,} MB"
    words += f", {whole['unplaced']:,} unplaced"
    if areas:
        words += f" = {areas['whole_unplaced_over_areas']} × areas of {areas['seconds_each']:g} s"
    good = whole["seconds"] <= COUNTY_SECONDS * 1.02 and whole["peak_mb"] <= COUNTY_MB
    good = good and areas is not None and areas["whole_unplaced_over_areas"] <= MOST_UNPLACED
    judged = calls >= COUNTY_CALLS and areas is not None
    work = f"county, {whole['instance']} ({calls:,} calls)"
    return _row(work, COUNTY_FIGURE, words, good if judged else None)


def _answers(runs: Sequence[Run]) -> Iterator[Line]:
    rows = [line for run in _of(runs, "decide") for line in run.lines if "p95_ms" in line]
    sick = [row["p95_ms"] for row in rows if row["what"] == "repair: a worker is sick"]
    ranked = [row["p95_ms"] for row in rows if row["what"] in ("rank", "rank a visit")]
    for took, work, most in (
        (sick, "one worker sick at 06:00", REPAIR_MS),
        (ranked, "who could take it?", ANSWER_MS),
    ):
        words = f"{max(took):,} ms (p95)" if took else "not run"
        yield _row(work, f"≤ {most:,} ms", words, max(took) <= most if took else None)


def _hub(runs: Sequence[Run]) -> Iterator[Line]:
    for row in (line for run in _of(runs, "hub") for line in run.lines):
        good = bool(row["met"])
        if "points" in row:
            words = f"{row['same_checksum']} of {row['points']}, {row['killed_under_way']} of them under way"
            yield _row("killed while receiving", "the same checksum after another run", words, good)
        elif "known" in row:
            figure = f"{row['people']:,} new people in ≤ {row['goal_seconds']} s"
            words = f"{row['seconds']} s where {row['known']:,} are known"
            yield _row("one more delivery", figure, words, good)
        elif "resources" in row:
            figure = f"≥ {row['goal_a_second']:,} resources a second"
            yield _row("FHIR read", figure, f"{row['a_second']:,}", good)
        else:
            figure = f"860,000 people in ≤ 20 min, ≤ {row['goal_mb']} MB"
            words = f"{row['people']:,} in {row['seconds']:,} s, {row['peak_mb']} MB"
            yield _row("people received", figure, words, good)
            figure = f"≥ {row['goal_a_second']:,} a second"
            words = f"{row['a_second']:,} by the clock, {row['a_processor_second']:,} a processor second"
            yield _row("people stored", figure, words, row["a_second"] >= row["goal_a_second"])


def _web(runs: Sequence[Run]) -> Iterator[Line]:
    for run in _of(runs, "web"):
        readers, phones = run.option("--coordinators", "30"), run.option("--phones", "500")
        for row in (line for line in run.lines if "goal_ms" in line):
            heard = f"{row['errors']} errors in {row['answers']:,} answers"
            if (readers, phones) == ("1", "0"):
                boards = [line["p95_ms"] for line in run.lines if "board" in line["what"]]
                work, most, slowest = "a board, one reader", BOARD_MS, max(boards, default=row["p95_ms"])
            else:
                work = f"pages read by {readers} coordinators, {phones} phones"
                most, slowest = row["goal_ms"], row["p95_ms"]
            good = slowest <= most and not row["errors"]
            yield _row(work, f"p95 ≤ {most} ms, no error", f"{slowest} ms (p95), {heard}", good)
