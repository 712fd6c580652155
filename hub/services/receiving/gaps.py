from __future__ import annotations

from typing import Any

from hub.feeds.record import Rejected
from hub.models import Need, NeedGap, SourceRecord
from hub.services.receiving.reading import CHUNK, chunks
from hub.services.receiving.taking import Taking


def link(taking: Taking) -> None:
    """Ties the needs of this delivery to those that they must stand apart from, once all have been stored."""
    sent = SourceRecord.objects.filter(delivery=taking.delivery, kind=SourceRecord.Kind.NEED).order_by("pk")
    # Without content are those that wait for their person, and those that have ended.
    rows = sent.exclude(content_hash="").values_list("key", "place", "payload__gaps")
    for chunk in chunks(rows.iterator(chunk_size=CHUNK)):
        _link_chunk(taking, chunk)


def _link_chunk(taking: Taking, rows: list[tuple[str, str, list[dict[str, Any]]]]) -> None:
    named = {key for key, _, _ in rows} | {gap["after"] for _, _, gaps in rows for gap in gaps}
    needs = Need.objects.filter(agency=taking.agency, reference__among=named).only("reference", "person_id")
    by_reference = {need.reference: need for need in needs}
    sent = NeedGap.objects.filter(set_at=None)  # what somebody has set by hand stands
    sent.filter(before__among=[by_reference[key].pk for key, _, _ in rows]).delete()
    found: dict[tuple[int, int], NeedGap] = {}
    for key, place, gaps in rows:
        before = by_reference[key]
        for gap in gaps:
            after = by_reference.get(gap["after"])
            if after is None or after.person_id != before.person_id:
                _reject(taking, key, place, known=after is not None)
                continue
            found[before.pk, after.pk] = NeedGap(
                before=before, after=after, min_minutes=gap["min_minutes"], max_minutes=gap["max_minutes"]
            )
    NeedGap.objects.bulk_create(found.values(), ignore_conflicts=True)


def _reject(taking: Taking, key: str, place: str, *, known: bool) -> None:
    rule, message = (
        ("gap_other_person", "The call that the gap names is another person's; taken without the gap.")
        if known
        else ("unknown_need", "The call that the gap names was never received; taken without the gap.")
    )
    taking.ledger.reject(
        Rejected(place=place, key=key, field="gaps", rule=rule, message=message, field_only=True)
    )
