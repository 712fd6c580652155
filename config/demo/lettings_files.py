"""A landlord's lettings as the bulk upload of CORE has them: a heading of eight rows, then homes."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from config.demo.csv_files import PartnerFile
from config.demo.locality import Listing

# The first cell of each row of the heading; the columns follow.
HEADING = (
    "Section",
    "Question",
    "Additional info",
    "Values",
    "Can be empty?",
    "Type of letting the question applies to",
    "Duplicate check field?",
    "Bulk upload field number",
)
QUESTIONS = (
    "What is the property reference?",
    "Address line 1",
    "Address line 2",
    "Part 1 of the property's postcode",
    "Part 2 of the property's postcode",
    "Is this letting in sheltered accommodation?",
)
RENTED = ("social_rent", "sheltered")


def write(agency: str, listings: Iterable[Listing], file: Path) -> PartnerFile | None:
    """Each of the landlord's homes once, and one that does not say its postcode; None without a home."""
    homes = {
        one.citizen.home.lines: one.citizen.home for one in listings if one.citizen.home.tenure in RENTED
    }
    if not homes:
        return None
    rows = []
    for number, home in enumerate(homes.values(), 1):
        outward, inward = home.postcode.split()
        sheltered = "2" if home.tenure == "sheltered" else "3"
        lines = (home.lines[0], ", ".join(home.lines[1:]))
        rows.append((f"PR{number:04}", *lines, outward, inward, sheltered))
    rows.append(("PR9999", "Flat 1, The Maltings", "", "", "", "3"))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        for name in HEADING:
            asked = QUESTIONS if name == "Question" else tuple(map(str, range(1, len(QUESTIONS) + 1)))
            writer.writerow((name, *(asked if name in (HEADING[1], HEADING[-1]) else [""] * len(QUESTIONS))))
        writer.writerows(("", *row) for row in rows)
    return PartnerFile(agency, "core-lettings", file, {"required": 1})
