"""Two rotas' figures side by side, in words and units."""

from __future__ import annotations

import pytest

from scheduling.pages.figures import side_by_side, written
from scheduling.services.comparing import Comparison, Row
from visits.models import Rota


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
    """Nobody reads −0.0; with nothing published there is no change to tell."""
    row = Row("arrivals_per_person", before, after)
    (line,) = side_by_side(Comparison(Rota(), None, (), (row,), (), ()))
    assert line[0] == "Arrivals per person"
    assert line[3] == said
