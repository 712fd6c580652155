"""The printed table: sums, shares and differences as a reader would reckon them."""

from __future__ import annotations

from collections import Counter

from config.demo import planning
from config.demo.run import forecast
from config.demo.table import Line, Sum, lines, outcome, written
from hub.models import Delivery


def test_a_difference_is_that_of_the_figures_shown() -> None:
    """Whoever subtracts the two printed figures gets the printed difference, sign and unit included."""
    assert Line("Travel", 250.34, 233.16, 1).cells() == ("Travel", "250.3", "233.2", "−17.1")
    assert Line("Placed", 3109, 3229).cells() == ("Placed", "3,109", "3,229", "+120")
    assert Line("Named", 20.0, 20.04, 1, " %").cells() == ("Named", "20.0 %", "20.0 %", "0.0 %")


def test_shares_and_averages_follow_from_the_sums() -> None:
    """Everybody who is asked for counts, also those whom nobody could visit."""
    alone = Sum(asked=10, people=4, arrivals=8, faces=6, named_visits=2, nameable_visits=8)
    together = Sum(asked=10, people=4, arrivals=9, faces=5, named_visits=6, nameable_visits=9)
    alone.unplaced = Counter(no_capacity=2)
    rows = {line.label: (line.alone, line.together) for line in lines(alone, together)}
    assert rows["Arrivals for each 100 occurrences placed"] == (100.0, 90.0)
    assert rows["Arrivals per person"] == (2.0, 2.25)
    assert rows["Faces per person in the 7 days"] == (1.5, 1.25)
    assert rows["Visits by the named worker"] == (25.0, 100 * 6 / 9)
    assert rows["Occurrences placed"] == (8, 10)
    assert rows["  Every competent worker on shift is with someone else"] == (2, 0)


def test_a_week_without_anyone_still_has_a_table() -> None:
    """Nothing asked is no reason to divide by nothing."""
    text = written("Nobody", lines(Sum(), Sum()), note="A note.")
    assert text.splitlines()[0] == "Nobody"
    assert text.splitlines()[-1] == "A note."
    assert len({len(line) for line in text.splitlines()[1:-1]}) == 1


def test_a_refused_delivery_is_not_called_taken() -> None:
    """What became of one file, in a few words."""
    assert outcome(Delivery(status="refused")) == "refused"
    again = Delivery(status="taken", taken=5)
    again.already_taken = True
    assert outcome(again) == "the same bytes as before, unchanged"
    taken = Delivery(status="taken", taken=1200, unchanged=3, rejected=1)
    assert outcome(taken) == "1,200 taken, 3 unchanged, 1 rejected"


def test_a_county_is_searched_for_less_long_and_says_so_first() -> None:
    """One area gets 40 s a side; twenty areas 10 s each, so that the whole is minutes, not an hour."""
    assert [planning.seconds_for(areas) for areas in (1, 4, 8, 20)] == [40, 40, 20, 10]
    assert "300 people, areas: 1. With 40 s" in forecast(300, 40)
    assert "6,000 people, areas: 20." in forecast(6000, 10)
