"""Runs every real file there is through the feeds: nothing may crash and nothing may be lost in silence.

The records of each file are counted a second time by code that shares nothing with the feeds; each must
be taken, passed over or rejected. Peak memory is that of a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hub.feeds import reader
from hub.feeds.record import AllOrNothing, FeedError, Rejected, Replaces, Skipped

FOLDERS = ("fhir", "febrl", "cld", "housing")
NO_RECORDS = ("LICENSE", ".md")
VARIABLE = "CARE_REFERENCE_DATA"
FHIR = "{http://hl7.org/fhir}"
FEBRL = {  # the columns of a record-linkage set as somebody would choose them on the mapping page
    "columns": {
        "client_reference": ["rec_id"],
        "family_name": ["surname"],
        "given_name": ["given_name"],
        "date_of_birth": ["date_of_birth"],
        "address": ["street_number", "address_1", "address_2", "suburb"],
        "postcode": ["postcode"],
    },
    "dates": "year first",
}


def add_arguments(command: argparse.ArgumentParser) -> None:
    """--data FOLDER, else the environment says where."""
    command.add_argument("--data", type=Path, default=os.environ.get(VARIABLE), help=f"or {VARIABLE}")
    command.add_argument("--json", action="store_true", help="one JSON object a file instead of a table")


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yields a line for each file, then the sum. Raises `SystemExit` if a record is lost."""
    root = Path(options.data) if options.data else None
    if root is None or not root.is_dir():
        raise SystemExit(
            "The reference data are not here, so nothing was checked. "
            f"Say where they are with --data FOLDER or {VARIABLE}=FOLDER (make acceptance DATA=FOLDER)."
        )
    lines = []
    for file in _files(root):
        line = _apart(root, file)
        lines.append(line)
        yield line
    yield _sum(lines)
    if wrong := [line["file"] for line in lines if line["lost"] or line.get("crashed")]:
        raise SystemExit(f"Lost or crashed: {', '.join(wrong)}")


def _files(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and not file.name.endswith(NO_RECORDS):
                yield file


def _apart(root: Path, file: Path) -> dict[str, Any]:
    """Reads the file in a process of its own, so that its memory is its own and a crash is one line."""
    mine, its = os.pipe()
    child = os.fork()
    if child == 0:
        with open(its, "w") as answer:
            json.dump(read(root, file), answer)
        os._exit(0)
    os.close(its)
    with open(mine) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    if said:
        return json.loads(said)
    return _line(file.relative_to(root), feed_for(file)) | {"crashed": "killed"}


def _line(name: Path, code: str) -> dict[str, Any]:
    numbers = dict.fromkeys(("records", "taken", "passed_over", "rejected", "lost", "seconds", "peak_mb"), 0)
    return {"file": str(name), "feed": code, **numbers, "reasons": {}, "kinds": {}}


def read(root: Path, file: Path) -> dict[str, Any]:
    """What becomes of one file."""
    code = feed_for(file)
    before = _peak()
    started = time.perf_counter()
    outcome: dict[str, str] = {}
    reasons: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    line = _line(file.relative_to(root), code)
    try:
        with file.open("rb") as stream:
            for item in reader(code, FEBRL).read(stream):
                if isinstance(item, Replaces | AllOrNothing):
                    continue
                record = _record_of(item.place)
                if isinstance(item, Rejected):
                    reasons[f"{item.rule}{' (field)' if item.field_only else ''}"] += 1
                    if not item.field_only:
                        outcome.setdefault(record, "rejected")
                elif isinstance(item, Skipped):
                    outcome.setdefault(record, "passed over")
                else:
                    kinds[type(item).__name__] += 1
                    outcome[record] = "taken"
    except FeedError as refused:
        line["refused"] = refused.rule
        reasons[refused.rule] += 1
    except Exception as error:
        line["crashed"] = type(error).__name__
    line["seconds"] = round(time.perf_counter() - started, 3)
    line["peak_mb"] = round(_peak(), 1)
    line["grew_mb"] = round(_peak() - before, 1)
    counts = Counter(outcome.values())
    in_file = count(file, code)
    if "refused" in line:
        counts = Counter({"rejected": in_file})
    line |= {
        "records": in_file,
        "taken": counts["taken"],
        "passed_over": counts["passed over"],
        "rejected": counts["rejected"],
        "lost": in_file - counts.total(),
        "reasons": dict(reasons),
        "kinds": dict(kinds),
    }
    return line


def feed_for(file: Path) -> str:
    """Which feed a file of this kind comes by."""
    if file.suffix in (".json", ".ndjson", ".xml"):
        return "fhir"
    return {"housing": "core-lettings", "cld": "client-level-data"}.get(file.parent.name, "mapped")


def count(file: Path, code: str) -> int:
    """How many records stand in the file, counted without the feeds; a file that cannot be read is one."""
    if code != "fhir":
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = [row for row in csv.reader(text) if any(cell.strip() for cell in row)]
        heading = {"question": 8, "log id": 2}.get(rows[min(1, len(rows) - 1)][0].strip().lower(), 1)
        heading = 2 if rows[0][0] == "Log ID" else heading
        return len(rows) - heading
    if file.suffix == ".xml":
        top = ElementTree.parse(file).getroot()
        return len(top.findall(f"{FHIR}entry")) if top.tag == f"{FHIR}Bundle" else 1
    if file.suffix == ".ndjson":
        return sum(bool(line.strip()) for line in file.open("rb"))
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError:
        return 1
    if isinstance(document, dict) and document.get("resourceType") == "Bundle":
        return len(document.get("entry") or [])
    return 1


def _record_of(place: str) -> str:
    """The record that a place lies in: an activity of a CarePlan lies in the CarePlan."""
    return place.partition(".activity[")[0].partition(".contained[")[0]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _sum(lines: list[dict[str, Any]]) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    for line in lines:
        reasons.update(line["reasons"])
    names = ("records", "taken", "passed_over", "rejected", "lost", "seconds")
    return {
        "file": "all",
        "files": len(lines),
        "crashed": sum("crashed" in line for line in lines),
        "peak_mb": max((line["peak_mb"] for line in lines), default=0.0),
        **{name: round(sum(line[name] for line in lines), 3) for name in names},
        "reasons": dict(reasons.most_common()),
    }
