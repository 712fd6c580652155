"""An extract for planning and evaluation: needs by area and age band, without anybody's name or key.

Only agencies under an agreement in force for that purpose, and never whoever has opted out nationally.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from hub import audit
from hub.models import Agency, AuditEvent, Need, SharingAgreement, User
from hub.scope import missing
from hub.selectors import people_for_an_extract
from hub.walls import as_county

Purpose, Item = SharingAgreement.Purpose, SharingAgreement.Item
COLUMNS = ("area", "agency", "age", "priority", "workers", "minutes", "people", "needs")
FEWEST = 5  # people in a row: fewer could be recognised


class ExtractRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Which agreement is missing, as a sentence."""


@as_county()
def extract(*, reason: str, by: User | None, on: date, machine: str = "") -> list[tuple[object, ...]]:
    """The rows of COLUMNS. Raises ExtractRefused if no agreement in force covers anybody's needs for it."""
    asked = Need.objects.filter(starts_on__lte=on).exclude(ends_on__lt=on)
    agencies = list(Agency.objects.filter(pk__in=asked.values("agency")).order_by("pk"))
    lacking = {a.pk: missing(a, purpose=Purpose.PLANNING, items=[Item.NEEDS], on=on) for a in agencies}
    covered = [agency for agency in agencies if not lacking[agency.pk]]
    if not covered:
        said = [sentence for sentences in lacking.values() for sentence in sentences]
        raise ExtractRefused(" ".join(sorted(said)) or "No agency has needs.")
    needs = asked.filter(agency__in=covered, person__in=people_for_an_extract())
    audit.record(
        by=by,
        machine=machine,
        action=AuditEvent.Action.EXPORT,
        what="planning-extract",
        purpose=AuditEvent.Purpose.PLANNING,
        reason=reason,
    )
    people: dict[tuple[object, ...], set[int]] = {}
    counts: Counter[tuple[object, ...]] = Counter()
    found = needs.select_related("agency", "person__address__area").order_by("pk")
    for need in found.iterator(chunk_size=2000):
        area = need.person.address and need.person.address.area
        row = (
            area.code if area else "none",
            need.agency.code,
            _band(need.person.birth_date, on),
            need.priority,
            need.workers,
            need.minutes,
        )
        counts[row] += 1
        people.setdefault(row, set()).add(need.person_id)
    shown = [row for row in sorted(counts, key=str) if len(people[row]) >= FEWEST]
    return [(*row, len(people[row]), counts[row]) for row in shown]


def _band(born: date | None, on: date) -> str:
    """Ten years of age, and 90 and over as one."""
    if born is None:
        return "unknown"
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    low = min(age // 10 * 10, 90)
    return "90+" if low == 90 else f"{low}-{low + 9}"
