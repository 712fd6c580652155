from __future__ import annotations

from collections.abc import Sequence

from hub.feeds.record import HomeRecord
from hub.identity import joining
from hub.models import SourceRecord
from hub.services.receiving import addresses
from hub.services.receiving.taking import Taking, save


def take_homes(taking: Taking, records: Sequence[HomeRecord]) -> None:
    """Stores what a landlord says of homes: doors learn their UPRN and how they are held."""
    if not records:
        return
    changed = taking.changed(SourceRecord.Kind.HOME, taking.sound(records))
    joining.take_lock()  # as for people: two deliveries could each wait for the other's door
    addresses.resolve(taking, [record for record, _ in changed])
    save(row for _, row in changed)
