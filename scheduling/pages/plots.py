"""Plots drawn on the server: what a template needs to write one as SVG, in the house's colours."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 190
LEFT, RIGHT, TOP, BOTTOM = 76, 12, 12, 28
LABELS = 6  # at most, under the axis
GAP = 0.3  # of a bar's place

Text = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot with its value."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One point or bar: where it is, and what a pointer resting on it is told."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture; `lines` are SVG paths, broken where there is nothing to show."""

    width: int
    height: int
    left: int
    right: int
    ticks: list[Tick]
    labels: list[tuple[float, str]]
    label_y: int
    lines: list[str]
    marks: list[Mark]


def line(labels: Sequence[str], values: Sequence[float | None], *, text: Text) -> Plot:
    """One value a week against time, from nought up; None leaves a gap."""
    top, ticks = _scale([value for value in values if value is not None], text)
    xs = _places(len(labels))
    points = [
        None if value is None else (x, _y(value, top), value) for x, value in zip(xs, values, strict=True)
    ]
    paths: list[str] = []
    stroke = ""
    for point in (*points, None):
        if point is not None:
            stroke += f"{'L' if stroke else 'M'}{point[0]:.1f} {point[1]:.1f}"
        elif stroke:
            paths.append(stroke)
            stroke = ""
    marks = [
        Mark(round(point[0], 1), round(point[1], 1), 0, 0, "point", f"{label}: {text(point[2])}")
        for label, point in zip(labels, points, strict=True)
        if point is not None
    ]
    return _plot(labels, xs, ticks, paths, marks)


def bars(labels: Sequence[str], stacks: Sequence[Sequence[tuple[str, str, float]]], *, text: Text) -> Plot:
    """A stack of (kind, words, value) at each label, the first at the bottom."""
    top, ticks = _scale([sum(value for _, _, value in stack) for stack in stacks], text)
    xs = _places(len(labels))
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(labels)) * (1 - GAP)
    marks = []
    for label, x, stack in zip(labels, xs, stacks, strict=True):
        base = 0.0
        for kind, words, value in stack:
            y = _y(base + value, top)
            tall = _y(base, top) - y
            title = f"{label}, {words}: {text(value)}"
            marks.append(
                Mark(round(x - wide / 2, 1), round(y, 1), round(wide, 1), round(tall, 1), kind, title)
            )
            base += value
    return _plot(labels, xs, ticks, [], marks)


def pairs(labels: Sequence[str], groups: Sequence[Sequence[tuple[str, str, float]]], *, text: Text) -> Plot:
    """Bars of (kind, words, value) side by side at each label."""
    top, ticks = _scale([value for group in groups for _, _, value in group], text)
    xs = _places(len(labels))
    room = (WIDTH - LEFT - RIGHT) / max(1, len(labels)) * (1 - GAP)
    marks = []
    for label, x, group in zip(labels, xs, groups, strict=True):
        wide = room / max(1, len(group))
        for number, (kind, words, value) in enumerate(group):
            y, left = _y(value, top), x - room / 2 + number * wide
            title = f"{label}, {words}: {text(value)}"
            marks.append(
                Mark(round(left, 1), round(y, 1), round(wide, 1), round(HEIGHT - BOTTOM - y, 1), kind, title)
            )
    return _plot(labels, xs, ticks, [], marks)


def _plot(
    labels: Sequence[str], xs: Sequence[float], ticks: list[Tick], lines: list[str], marks: list[Mark]
) -> Plot:
    step = math.ceil(len(labels) / LABELS) or 1
    shown = [
        (round(x, 1), label)
        for number, (x, label) in enumerate(zip(xs, labels, strict=True))
        if number % step == 0
    ]
    return Plot(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, ticks, shown, HEIGHT - 8, lines, marks)


def _places(count: int) -> list[float]:
    """The middles of as many equal places as there are labels."""
    wide = (WIDTH - LEFT - RIGHT) / max(1, count)
    return [LEFT + wide * (number + 0.5) for number in range(count)]


def _scale(values: Sequence[float], text: Text) -> tuple[float, list[Tick]]:
    """The value at the top, and a line at each of some round values."""
    most = max(values, default=0)
    step = _round(most / 3) if most > 0 else 1
    count = max(1, math.ceil(most / step - 1e-9))
    top = step * count
    return top, [Tick(round(_y(step * number, top), 1), text(step * number)) for number in range(count + 1)]


def _round(step: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= step - 1e-12)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top
