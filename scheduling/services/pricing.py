"""Setting unit costs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from hub.models import Agency, Role, User
from scheduling.models import UnitCost


def set_cost(
    *,
    kind: str,
    agency: Agency | None,
    pounds: Decimal,
    source: str,
    valid_from: date,
    by: User,
    now: datetime,
) -> UnitCost:
    """Sets what one of something costs from a day on. What was set before stays on record.

    Raises ValidationError for a value that cannot be, or for an agency that is not the manager's own.
    """
    if by.role != Role.HUB_ADMINISTRATOR and (agency is None or agency.pk != by.agency_id):
        raise ValidationError({"agency": "A manager sets the prices of the own agency."})
    cost = UnitCost(
        kind=kind,
        agency=agency,
        pounds=pounds,
        source=source,
        valid_from=valid_from,
        set_at=now,
        set_by=by,
    )
    cost.full_clean()
    cost.save()
    return cost
