"""A section of the page for each benchmark: what it is, the commands that made it, its tables."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from benchmarks.report.figures import OURS, ratios_to_peers
from benchmarks.report.runs import Line, Run, rows_of
from benchmarks.report.tables import table

Part = Callable[[Sequence[Run]], list[str]]

WEEK = (
    "Beside ours stands the pipeline that a user would build today: choose days, join greedily at each "
    "door, assign named workers greedily, route each day with PyVRP, take out what breaks a rule, put "
    "back what still fits. `reference` is the cost that `reference.csv` beside the file gives, of a plain "
    "ruin-and-recreate planner."
)
PEERS = (
    "Random days with no joining, pairs or breaks, so that every peer can model them whole. The cost is "
    "1,000 for each visit left out and one for each minute travelled. Where staff have skills PyVRP "
    "stands twice, with two ways to model them, and its better one counts; VROOM runs at its highest "
    "exploration level and ends by itself; OR-Tools runs guided local search after cheapest insertion."
)
PUBLISHED = (
    "Each solution is written in its authors' format and judged from that text by their definition, by "
    "code that knows nothing of the engine; `violations` counts rules broken there or by the engine's own "
    "check."
)
ROUTES = (
    "Distance is truncated to one decimal. `pyvrp_seconds` is when PyVRP was within 1 % of best known, or "
    "the limit if it never was; ours had as long, but at least a second."
)
COUNTY = (
    "`county` is planned whole; then it is cut into areas, each planned alone for long; then one area and "
    "four side by side are planned whole in as many seconds as n^1.1 allows them of the county's "
    "(`benchmarks/county`)."
)
HUB = (
    "Invented people with their identifiers, in a database of the benchmark's own. A processor second is "
    "one of the process that receives and of PostgreSQL together."
)
WEB = (
    "Readers open their pages, one after the other in any order, of a copy of the demonstration; `errors` "
    "counts answers that are not 200. They run on the same two cores as the site."
)
HELD = ("people", "workers", "visits")
DECIDE = "How soon a coordinator has an answer on a plan of one area; milliseconds."


def sections(runs: Sequence[Run]) -> list[str]:
    """All of the page below the figures."""
    lines: list[str] = []
    for bench, title, words, part in PARTS:
        own = [run for run in runs if run.bench == bench]
        if own:
            lines += [f"## {title}", "", *_commands(own), "", words, "", *part(own)]
    return lines


def _commands(runs: Sequence[Run]) -> list[str]:
    """Each command with the cores it could use, the highest load that its lines saw, and its version."""
    return [
        f"- `{run.command}` ({run.head['cores']} of {run.head['cores_of_machine']} cores, "
        f"load {run.load:.1f}{f', {commit}' if (commit := run.head.get('commit')) else ''})"
        for run in runs
    ]


def _weeks(runs: Sequence[Run]) -> list[str]:
    rows = sorted(rows_of(runs, "instance", "method"), key=lambda row: (row["instance"], row["method"]))
    columns = "instance method cost unplaced arrivals violations seconds steps peak_mb reference ratio"
    return [*table(rows, columns), "", "![Cost over reference](benchmarks-week.svg)", ""]


def _peers(runs: Sequence[Run]) -> list[str]:
    ratios = ratios_to_peers(runs)
    families = []
    for family, words in (("short", "short of staff, with skills"), ("enough", "enough staff, no skills")):
        own = [ratio for name, ratio in ratios.items() if name.startswith(family)]
        if own:
            line: Line = {"family": words, "instances": len(own), "won": sum(ratio < 1 for ratio in own)}
            families.append(line | {"median_ratio_to_best_peer": round(statistics.median(own), 4)})
    rows = sorted(rows_of(runs, "instance", "method"), key=lambda row: str(row["instance"]))
    columns = "instance method cost unplaced travel violations seconds"
    return [
        *table(families, "family instances won median_ratio_to_best_peer"),
        "",
        *table(rows, columns),
        "",
        "![Cost over the best peer](benchmarks-peers.svg)",
        "",
    ]


def _published(runs: Sequence[Run]) -> list[str]:
    rows = rows_of(runs, "instance", "cost")
    return [*table(rows, "instance cost best_known ratio violations seconds steps"), ""]


def _routes(runs: Sequence[Run]) -> list[str]:
    rows = rows_of(runs, "instance", "cost")
    columns = "instance cost best_known ratio violations seconds pyvrp_seconds pyvrp_cost pyvrp_ratio"
    return [*table(rows, columns), ""]


def _county(runs: Sequence[Run]) -> list[str]:
    rows = [line for run in runs for line in run.lines if line["what"] not in ("progress", "county")]
    columns = "what area occurrences workers cost unplaced violations seconds threads peak_mb over_areas"
    together = [row for row in rows if row["what"] == "areas together"]
    beside = "areas seconds_each cost unplaced whole_cost_over_areas whole_unplaced_over_areas"
    return [*table((row for row in rows if row not in together), columns), "", *table(together, beside), ""]


def _answers(runs: Sequence[Run]) -> list[str]:
    rows = [line for run in runs for line in run.lines if "p95_ms" in line]
    bounds = [line for run in runs for line in run.lines if line["what"] == "bound"]
    return [
        *table(rows, "instance what of times p50_ms p95_ms max_ms p95_processor_ms"),
        "",
        *table(bounds, "instance cost bound gap seconds"),
        "",
    ]


def _hub(runs: Sequence[Run]) -> list[str]:
    rows = [line for run in runs for line in run.lines]
    columns = "what resources people known seconds a_second a_processor_second peak_mb"
    kills = [row for row in rows if "points" in row]
    return [
        *table((row for row in rows if row not in kills), columns),
        "",
        *table(kills, "what people points killed_under_way same_checksum"),
        "",
    ]


def _web(runs: Sequence[Run]) -> list[str]:
    lines: list[str] = []
    for run in runs:
        rows = run.lines
        lines += [f"`{run.command}`" + _in_database(rows), ""]
        lines += [*table(rows, "what answers a_second p50_ms p95_ms most_ms errors"), ""]
    return lines


def _in_database(rows: Sequence[Line]) -> str:
    """What the database held that was read from, if a line says so."""
    held = next((row for row in rows if "people" in row), None)
    if held is None:
        return ""
    return ", in a database with " + ", ".join(f"{held[name]:,} {name}" for name in HELD)


PARTS: tuple[tuple[str, str, str, Part], ...] = (
    ("peers", "One day, beside PyVRP, VROOM and OR-Tools routing", PEERS, _peers),
    ("week", "A week of one area", WEEK, _weeks),
    ("hhcrsp", "Home care days with pairs (Mankowska and others, 2014)", PUBLISHED, _published),
    ("uhhc", "The unified home healthcare problem", PUBLISHED, _published),
    ("vrptw", "Vehicle routes with time windows", ROUTES, _routes),
    ("county", "A whole county", COUNTY, _county),
    ("decide", "Questions about a plan", DECIDE, _answers),
    ("hub", "What the hub receives", HUB, _hub),
    ("web", "Pages read at once", WEB, _web),
)


def cost_of_weeks(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """For the plot: each method's cost over the reference, in the shortest time it was given, by week."""
    groups: dict[str, dict[str, float]] = {}
    rows = rows_of((run for run in runs if run.bench == "week"), "instance", "method", "reference")
    for row in sorted(rows, key=lambda row: (row["instance"], row["method"], row["limit"])):
        if row.get("cost"):
            groups.setdefault(row["instance"], {}).setdefault(row["method"], row["cost"] / row["reference"])
    return groups


def cost_of_days(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """For the plot: each method's cost over the best peer's, for each day."""
    costs: dict[str, dict[str, float]] = {}
    for row in rows_of((run for run in runs if run.bench == "peers"), "instance", "method"):
        if row.get("cost"):
            costs.setdefault(row["instance"], {})[row["method"]] = row["cost"]
    return {
        name: {method: cost / min(c for m, c in by.items() if m != OURS) for method, cost in by.items()}
        for name, by in sorted(costs.items())
        if set(by) > {OURS}
    }


def above_best_known(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """For the plot: each published instance's cost over best known."""
    groups: dict[str, dict[str, float]] = {}
    for row in rows_of((run for run in runs if run.bench in ("hhcrsp", "uhhc")), "bench", "instance", "cost"):
        if row["ratio"]:
            groups.setdefault(row["bench"], {})[row["instance"].replace("_HCSRP", "")] = row["ratio"]
    return groups
