"""Many rows at once: by COPY or, where they are few, by hand; what comes of it is the same."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection

from hub import bulk
from hub.models import MatchDecision, SourceRecord
from tests.factories import hub

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[0, 50], ids=["copy", "values"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "FEW", request.param)


def record(key: str, said: str, delivery: object, agency: object) -> SourceRecord:
    return SourceRecord(
        agency=agency, kind="person", key=key, delivery=delivery, payload={"family_name": said}
    )


@pytest.mark.usefixtures("_both_ways")
def test_new_rows_get_keys_and_known_ones_are_updated() -> None:
    """Tabs, line ends, backslashes and accents come back as they went; the known row keeps its key."""
    agency = hub.make_agency()
    delivery = hub.make_delivery(agency)
    odd = "O'Neill\\N\t\nNguyễn"
    (first,) = bulk.put(SourceRecord, [record("C1", "Old", delivery, agency)])
    rows = [record("C1", odd, delivery, agency), record("C2", odd, delivery, agency)]
    bulk.put(SourceRecord, rows, match=("agency", "kind", "key"), update=("payload",))
    kept = {row.key: row for row in SourceRecord.objects.all()}
    assert {row.payload["family_name"] for row in kept.values()} == {odd}
    assert (kept["C1"].pk, kept["C2"].pk) == (first.pk, rows[1].pk)


@pytest.mark.usefixtures("_both_ways")
def test_a_row_that_breaks_a_rule_is_refused_as_ever() -> None:
    """The error is Django's own, which the caller knows."""
    with pytest.raises(IntegrityError):
        bulk.put_rows(MatchDecision, ("outcome", "rule"), [("new", None)])


def test_among_asks_with_one_array() -> None:
    """However many keys, one parameter; none finds nothing."""
    agency = hub.make_agency()
    hub.make_person(agency)
    keys = list(SourceRecord.objects.values_list("key", flat=True))
    assert SourceRecord.objects.filter(key__among=keys, agency__among={agency.pk}).count() == len(keys) > 0
    assert not SourceRecord.objects.filter(key__among=[])


@pytest.mark.parametrize("sent", [["C1"], ["", "C1"], [""], ["C1\x1f", "C1"], ["'C1", "{C1}", 'C"1', "C\\1"]])
def test_among_finds_what_was_sent_whatever_is_in_it(sent: list[str]) -> None:
    """Also an empty text, and what stands between texts where they go as one."""
    agency = hub.make_agency()
    delivery = hub.make_delivery(agency)
    bulk.put(SourceRecord, [record(key, "Larter", delivery, agency) for key in [*sent, "C1,", "C"]])
    found = SourceRecord.objects.filter(key__among=sent).values_list("key", flat=True)
    assert sorted(found) == sorted(sent)


def test_what_has_grown_within_the_transaction_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL counts rows that nobody else can see yet, and not again before they may have doubled."""
    monkeypatch.setattr(bulk, "FEWEST_TO_LOOK_AT", 10)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE hub_sourcerecord")  # what it believed of a test before outlives the rollback
    growth = bulk.Growth(SourceRecord)
    agency = hub.make_agency()
    delivery = hub.make_delivery(agency)
    believed = []
    for number in range(4):
        keys = [f"C{10 * number + each}" for each in range(10)]
        bulk.put(SourceRecord, [record(key, "O'Neill", delivery, agency) for key in keys])
        growth.reached(10 * (number + 1))
        believed.append(growth._believed())
    assert believed == [10, 20, 20, 40]
