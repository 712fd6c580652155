"""Small groups stay hidden, prices have their days, and what is shown adds up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.models import User
from scheduling.models import UnitCost
from scheduling.reporting.costs import DEFAULTS, Kind, Prices
from scheduling.reporting.reading import SMALLEST, too_small
from scheduling.reporting.sums import COLUMNS, Sums

MONDAY = dt.date(2027, 1, 11)
MINUTES = st.tuples(*(st.integers(0, 10**6) for _ in range(3)))


def price(kind: str, pounds: str, since: dt.date, *, agency: int | None = None, pk: int = 1) -> UnitCost:
    """A price that somebody has set."""
    return UnitCost(
        pk=pk,
        kind=kind,
        agency_id=agency,
        pounds=Decimal(pounds),
        source="The contract",
        valid_from=since,
        set_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        set_by=User(),
    )


def test_a_group_of_four_is_hidden_and_the_next_smallest_with_it() -> None:
    """The total less the others would give a single hidden group away."""
    assert too_small({1: 4, 2: 9, 3: 30}) == {1, 2}
    assert too_small({1: 5, 2: 9}) == set()
    assert too_small({1: 4, 2: 3, 3: 30}) == {1, 2}


def test_ones_own_people_are_no_secret_and_nobody_is_no_group() -> None:
    """A manager may read of four people of the own agency; a group of none tells of nobody."""
    assert too_small({7: 4, 8: 20}, own=7) == set()
    assert too_small({1: 0, 2: 20}) == set()


@given(st.dictionaries(st.integers(0, 10), st.integers(0, 40), min_size=2))
def test_no_small_group_can_be_worked_out_from_the_total(people: dict[int, int]) -> None:
    """What is hidden is never one group alone beside others, and never leaves a small one shown."""
    hidden = too_small(people)
    assert not [group for group, count in people.items() if 0 < count < SMALLEST and group not in hidden]
    assert len(hidden) != 1 or sum(1 for count in people.values() if count) == 1


@given(st.lists(MINUTES, max_size=6))
def test_minutes_asked_are_placed_unplaced_and_called_off_in_any_sum(
    weeks: list[tuple[int, int, int]],
) -> None:
    """Adding weeks or groups loses nothing."""
    total = sum(
        (Sums(minutes_placed=a, minutes_unplaced=b, minutes_cancelled=c) for a, b, c in weeks), Sums()
    )
    assert total.minutes_asked == sum(a + b + c for a, b, c in weeks)
    assert total.minutes_asked == total.minutes_placed + total.minutes_unplaced + total.minutes_cancelled


def test_every_column_has_its_sum() -> None:
    """Nothing is dropped on the way from the table to the page."""
    once = Sums(*range(1, len(COLUMNS) + 1))
    assert [getattr(once + once, name) for name in COLUMNS] == [2 * n for n in range(1, len(COLUMNS) + 1)]


def test_ten_visits_avoided_by_hand() -> None:
    """An arrival took 6 minutes and 2 miles in the mean: at £12 an hour and £0.50 a mile that is £2.20.

    With a doorstep of £0.80, ten avoided are £30.
    """
    sums = Sums(avoided=10, legs=100, travel_minutes=600, travel_metres=round(200 * 1609.344))
    prices = Prices(
        [
            price(Kind.TRAVEL_HOUR, "12.00", MONDAY),
            price(Kind.MILE, "0.50", MONDAY),
            price(Kind.DOORSTEP, "0.80", MONDAY),
        ]
    )
    assert round(prices.saved(sums, agency=1, on=MONDAY), 2) == Decimal("30.00")


def test_an_agency_that_drove_nowhere_is_priced_at_everybodys_ways() -> None:
    """Fire officers who never had to come have no ways of their own: those of all stand for them."""
    everybody = Sums(legs=10, travel_minutes=60)
    prices = Prices([price(Kind.TRAVEL_HOUR, "10.00", MONDAY)])
    assert prices.saved(Sums(avoided=3), agency=1, on=MONDAY, mean=everybody) == 3
    assert prices.saved(Sums(avoided=3), agency=1, on=MONDAY) == 0


def test_a_price_holds_from_its_day_and_an_agencys_own_goes_first() -> None:
    """Last week keeps last week's price; the county's stands where the agency has none."""
    prices = Prices(
        [
            price(Kind.MILE, "0.60", MONDAY),
            price(Kind.MILE, "0.30", MONDAY, agency=5),
            price(Kind.MILE, "0.70", MONDAY + dt.timedelta(days=7), pk=3),
        ]
    )
    before = MONDAY - dt.timedelta(days=1)
    assert prices.of(Kind.MILE, agency=None, on=before).pounds == Decimal("0.45")  # the public one
    assert prices.of(Kind.MILE, agency=None, on=MONDAY).pounds == Decimal("0.60")
    assert prices.of(Kind.MILE, agency=5, on=MONDAY + dt.timedelta(days=9)).pounds == Decimal("0.30")
    assert prices.of(Kind.MILE, agency=6, on=MONDAY + dt.timedelta(days=9)).pounds == Decimal("0.70")


def test_every_price_has_a_default_with_its_source() -> None:
    """Nothing is priced by an unnamed number."""
    assert {one.kind for one in DEFAULTS} == set(Kind.values)
    assert all(one.source for one in DEFAULTS)
