"""Who takes part, in which patches, with which tasks."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from hub.models import Agency, Area, Skill
from hub.services import postcodes

SECTOR = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]")


def save_agency(*, agency: Agency, **values: Any) -> Agency:
    """Adds an agency or changes it. Raises `ValidationError` by field."""
    for name, value in values.items():
        setattr(agency, name, value)
    agency.full_clean()
    agency.save()
    return agency


@transaction.atomic
def save_area(*, area: Area, sectors: str, **values: Any) -> Area:
    """Adds an area or changes it, and puts every known address into the area of its postcode.

    Raises `ValidationError` for what is no sector, or lies in another area already.
    """
    for name, value in values.items():
        setattr(area, name, value)
    area.postcode_sectors = _sectors(sectors)
    for other in Area.objects.exclude(pk=area.pk):
        if shared := sorted(set(other.postcode_sectors) & set(area.postcode_sectors)):
            raise ValidationError({"sectors": f"{', '.join(shared)} lies in {other.name} already."})
    area.full_clean()
    area.save()
    postcodes.place_addresses()
    return area


def add_skill(*, code: str, name: str) -> Skill:
    """Adds a task to the county's list. Raises `ValidationError` by field."""
    skill = Skill(code=code, name=name)
    skill.full_clean()
    skill.save(force_insert=True)
    return skill


def _sectors(text: str) -> list[str]:
    found = []
    for part in re.split(r"[,;\n]", text.upper()):
        sector = " ".join(part.split())
        if sector and not SECTOR.fullmatch(sector):
            raise ValidationError({"sectors": f"“{sector[:20]}” is no postcode sector; write it as NR11 6."})
        if sector:
            found.append(sector)
    return sorted(set(found))
