"""What the reports' templates write."""

from __future__ import annotations

from typing import Any

from django import template

from scheduling.pages.plots import Plot
from scheduling.pages.report_words import Measure
from scheduling.reporting.reading import Row, Week

register = template.Library()


@register.inclusion_tag("scheduling/plot.html")
def plot(plot: Plot, told: str) -> dict[str, Any]:
    """A plot with the sentence that says it to who cannot see it."""
    return {"plot": plot, "told": told}


@register.simple_tag
def written(measure: Measure, one: Week | Row) -> str:
    """A figure with its unit."""
    return measure.written(one)


@register.filter
def tenth(value: float) -> str:
    """One decimal: 12.5, −3.0."""
    return f"{value:,.1f}".replace("-", "−")


@register.filter
def signed(value: int) -> str:
    """+3 or −3."""
    return f"{value:+,}".replace("-", "−")
