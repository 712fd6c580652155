"""Needs and ends of a chunk go in turns, so that many go to the database together and order still counts."""

from __future__ import annotations

import datetime as dt

from hub.feeds.record import Item, NeedRecord, Skipped
from hub.services.receiving.needs import turns


def need(key: str, group: str = "") -> NeedRecord:
    return NeedRecord(
        key=key,
        place="line 1",
        person_key="P1",
        title="Morning call",
        skills=("personal_care",),
        minutes=30,
        window_start=dt.time(8),
        window_end=dt.time(9),
        rrule="FREQ=DAILY",
        starts_on=dt.date(2027, 1, 4),
        group=group,
    )


def end(key: str) -> Skipped:
    return Skipped("line 1", "status revoked", ends_need=key)


def keys(*chunk: Item) -> list[tuple[list[str], list[str]]]:
    """The needs and the ends of each turn, by their keys."""
    return [([each.key for each in needs], [each.ends_need for each in ends]) for needs, ends in turns(chunk)]


def test_ends_that_are_about_others_do_not_break_a_turn() -> None:
    """A hundred requests and a hundred ends of others are one turn."""
    chunk = [item for number in range(100) for item in (need(f"R/{number}"), end(f"R/{number + 500}"))]
    assert len(keys(*chunk)) == 1


def test_an_end_comes_after_what_it_ends_and_before_what_begins_it_again() -> None:
    """The same request: asked for, called off, asked for again."""
    assert keys(need("R/1"), need("R/2"), end("R/1"), need("R/1")) == [
        (["R/1", "R/2"], []),
        ([], ["R/1"]),
        (["R/1"], []),
    ]


def test_a_time_of_day_and_a_group_are_meant_too() -> None:
    """An end of R/1 is about R/1@0800, and about whatever is of the group R/1."""
    assert keys(need("R/1@0800"), end("R/1")) == [(["R/1@0800"], []), ([], ["R/1"])]
    assert keys(end("R/1"), need("R/1/a", group="R/1")) == [([], ["R/1"]), (["R/1/a"], [])]


def test_two_ends_of_one_need_keep_their_order() -> None:
    """They may have been said at different times."""
    assert keys(end("R/1"), end("R/1")) == [([], ["R/1"]), ([], ["R/1"])]
    assert keys() == []
