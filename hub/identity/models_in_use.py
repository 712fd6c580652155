"""The model in use: the county's own once one has been learned, else the one that comes with the product."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import connection

from hub.identity.linkage import appearance, splinking
from hub.identity.linkage.splinking import Model
from hub.identity.records import facts_from
from hub.models import KnownAs, MatchModel

SHIPPED = Path(__file__).with_name("linkage") / "model.json"
FEWEST, MOST = 20_000, 200_000  # records to learn from


class TooFewRecordsError(ValueError):
    """There is too little to learn from."""


def learned() -> Model:
    """The newest model that was learned here, or the one that was learned from an invented county."""
    newest = MatchModel.objects.first()
    return Model(**newest.parameters) if newest else Model.read(SHIPPED)


def model() -> Model:
    """The model in use, with names as common as they are among the records now: Hughes is rare elsewhere."""
    records = max(KnownAs.objects.count(), 1)
    return replace(
        learned(),
        records=records,
        families=_shares("family_key", records),
        givens=_shares("split_part(given_key, ' ', 1)", records),
        rare_family=1 / records,
        rare_given=1 / records,
    )


def _shares(column: str, records: int) -> dict[str, float]:
    """How common each name is that more than one record has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}, count(*) FROM hub_knownas GROUP BY 1 HAVING count(*) > 1")
        return {name: number / records for name, number in cursor.fetchall() if name}


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
