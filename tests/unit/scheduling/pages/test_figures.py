"""Two rotas' figures side by side, in words and units."""

from __future__ import annotations

import pytest

from scheduling.pages.figures import Side, table, written


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("named_share", 0.714, "71 %"),
        ("travel_minutes", 24720, "412 h"),
        ("arrivals_per_person", 11.24, "11.2"),
        ("placed", 4401, "4,401"),
        ("arrivals", None, "–"),
    ],
)
def test_a_figure_carries_its_unit(name: str, value: float | None, said: str) -> None:
    """Shares in per cent, travel in hours, thousands with a comma, unknown as a dash."""
    assert written(name, value) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(12.0, 11.0, "−1.0"), (11.0, 12.5, "+1.5"), (11.0, 11.01, "same"), (None, 11.0, "")],
)
def test_a_change_too_small_to_see_is_no_change(before: float | None, after: float, said: str) -> None:
    """Nobody reads −0.0; where one of the two is not known there is no change to tell."""
    beside = {} if before is None else {"arrivals_per_person": before}
    sides = [Side("Version 2", {"arrivals_per_person": after}, {}), Side("Version 1", beside, {})]
    ((label, cells),) = table(sides)
    assert label == "Arrivals per person"
    assert [change for _, change in cells] == ["", said]


def test_terms_stand_in_columns_and_what_one_side_lacks_is_a_dash() -> None:
    """A term that only one version has is shown for both."""
    sides = [Side("Version 2", {}, {"travel": 40}), Side("Version 1", {}, {"travel": 50, "faces": 30})]
    assert table(sides, of_terms=True) == [
        ("Travel", [("40", ""), ("50", "−10")]),
        ("Faces", [("–", ""), ("30", "")]),
    ]
