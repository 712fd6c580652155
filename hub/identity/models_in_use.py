"""The model in use: the county's own once one has been learned, else the one that comes with the product."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hub.identity.linkage import appearance, splinking
from hub.identity.linkage.splinking import Model
from hub.identity.records import facts_from
from hub.models import KnownAs, MatchModel

SHIPPED = Path(__file__).with_name("linkage") / "model.json"
FEWEST, MOST = 20_000, 200_000  # records to learn from


class TooFewRecordsError(ValueError):
    """There is too little to learn from."""


def model() -> Model:
    """The newest model that was learned here, or the one that was learned from an invented county."""
    learned = MatchModel.objects.first()
    return Model(**learned.parameters) if learned else Model.read(SHIPPED)


def learn(*, now: datetime) -> MatchModel:
    """Learns from the county's own records and uses what was learned from then on.

    Raises `TooFewRecordsError`.
    """
    number = KnownAs.objects.count()
    if number < FEWEST:
        raise TooFewRecordsError(
            f"There are {number:,} records; below {FEWEST:,} the model that comes with the product is better."
        )
    # Whole people, or the records of one would hardly ever meet: so many people in a row of made keys.
    step = -(-number // MOST)
    rows = KnownAs.objects.extra(where=["person_id %% %s = 0"], params=[step]).select_related("address")
    seen = [
        appearance.row(row.pk, facts_from(row), [row.address.lines] if row.address else [])
        for row in rows.order_by("pk").iterator(chunk_size=5000)
    ]
    return MatchModel.objects.create(
        learned_at=now, records=len(seen), parameters=splinking.train(seen).as_json()
    )
