"""The lists that are the same for everybody, and the codes that wait for a place in one."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Count, Max, QuerySet

from hub.models import Agency, FactorPoints, Skill, SourceRecord, TaskCode

# Before the code that a need waits for a decision on, where a person's key would stand.
WAITS_FOR_CODE = "http://snomed.info/sct|"


def skills() -> QuerySet[Skill]:
    """The county's list of tasks, the same for everybody."""
    return Skill.objects.all()


def task_codes() -> QuerySet[TaskCode]:
    """What the hub has decided about SNOMED CT codes, the same for everybody."""
    return TaskCode.objects.select_related("decided_by")


class WaitingCode(NamedTuple):
    """A SNOMED CT code that nobody has decided on: what its sender calls it, and how many needs wait."""

    code: str
    display: str
    agency: Agency
    number: int


def codes_waiting(agencies: Collection[Agency]) -> list[WaitingCode]:
    """Codes that needs of these agencies wait for a decision on, with how many, the most first."""
    found = SourceRecord.objects.filter(
        agency__in=agencies, kind=SourceRecord.Kind.NEED, waits_for__startswith=WAITS_FOR_CODE
    ).exclude(waits_for__in=[f"{WAITS_FOR_CODE}{one}" for one in _not_at_home()])
    rows = found.order_by().values_list("waits_for", "agency").annotate(n=Count("pk"), one=Max("pk"))
    said = SourceRecord.objects.in_bulk([one for *_, one in rows])
    by_key = {agency.pk: agency for agency in agencies}
    return sorted(
        (
            WaitingCode(
                code := waits_for.removeprefix(WAITS_FOR_CODE),
                dict(said[one].payload.get("codes") or ()).get(code, ""),
                by_key[agency],
                number,
            )
            for waits_for, agency, number, one in rows
        ),
        key=lambda each: (-each.number, each.code, each.agency.name),
    )


def _not_at_home() -> QuerySet:
    return TaskCode.objects.filter(skills=[]).values_list("code", flat=True)


def factor_points() -> QuerySet[FactorPoints]:
    """What was ever set of the points of prevention, the newest first; it is about nobody."""
    return FactorPoints.objects.select_related("set_by")
