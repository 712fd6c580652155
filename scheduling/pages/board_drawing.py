"""The board's cells as HTML and SVG. Every name passes through `escape`; numbers are ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hub.models import Agency
from hub.templatetags.care import day as short_day
from hub.templatetags.care import whole_hours
from scheduling.pages.board import Day, Row
from scheduling.pages.board_data import BoardVisit

OPENS, CLOSES = 6 * 60, 23 * 60  # the clock of the board, in minutes of the day
WEEK_WIDTH, WEEK_HEIGHT = 128, 14
WEEK_SCALE = WEEK_WIDTH / (CLOSES - OPENS)
SCALE = 1.25  # pixels a minute in the day view
HEIGHT, TOP, BLOCK = 40, 2, 36
TRACK_WIDTH = round((CLOSES - OPENS) * SCALE)
LETTER = 6.8  # pixels that a letter of a name takes, on average
NOBODY = UUID(int=0)
NO_HUE = 8  # of a visit none of whose tasks the reader may know


class Drawing:
    """Draws the days of one rota; made once per page, so that addresses and hues are looked up once."""

    def __init__(self, *, rota: UUID, days: list[date], agencies: dict[int, Agency], pairs: dict[str, str]):
        self.days = days
        self.hues = {key: (agency.hue - 1) % 8 + 1 for key, agency in agencies.items()}
        self.agency_names = {key: agency.name for key, agency in agencies.items()}
        self.pairs = pairs
        self.day_address = [
            reverse("worker-day", args=[NOBODY, day]).replace(str(NOBODY), "{}") + f"?rota={rota}"
            for day in days
        ]
        self.visit_address = reverse("visit", args=[NOBODY]).replace(str(NOBODY), "{}")
        self.worker_address = reverse("worker", args=[NOBODY]).replace(str(NOBODY), "{}")

    def head(self, row: Row) -> SafeString:
        """Who it is, and the hours used of those contracted."""
        used, over = f"{whole_hours(row.minutes)} of {whole_hours(row.worker.contracted)} h", row.is_over
        return mark_safe(
            f'<th class="name" scope="row"><a href="{self.worker_address.format(row.worker.public_id)}">'
            f'{escape(row.worker.name)}</a><div class="hours-used{" over" if over else ""}">'
            f"{used}{' over' if over else ''}</div></th>"
        )

    def week(self, row: Row) -> SafeString:
        """The seven cells of a worker's week, each a bar drawn to scale with its counts."""
        return mark_safe("".join(self._cell(row, number) for number in range(7)))

    def _cell(self, row: Row, number: int) -> str:
        day = row.days[number]
        shift = row.worker.shifts.get(number)
        if not day.visits:
            return f"<td>{'<span class=free>free</span>' if shift else ''}</td>"
        bars = _band(shift, WEEK_SCALE, WEEK_HEIGHT) + self._bars(day)
        counts = str(len(day.visits))
        if day.joined:
            counts += f"<b>−{day.joined}</b>"
        if day.new_faces:
            counts += f"<i>○{day.new_faces}</i>"
        if day.answered:
            counts += f"<i>▲{day.answered}</i>"
        if day.locked:
            counts += f'<svg class="mark"><use href="#m-pin"/></svg>{day.locked}'
        return (
            f'<td><a class="cell" href="{self.day_address[number].format(row.worker.public_id)}" data-panel'
            f' aria-label="{escape(self._said(row, number))}">'
            f'<svg width="{WEEK_WIDTH}" height="{WEEK_HEIGHT}" aria-hidden="true">{bars}</svg>'
            f"<span>{counts}</span></a></td>"
        )

    def _said(self, row: Row, number: int) -> str:
        day = row.days[number]
        said = f"{row.worker.name}, {short_day(self.days[number])}: {_count(len(day.visits), 'visit')}"
        said += f" from {_clock(day.visits[0].start)} to {_clock(day.visits[-1].end)}"
        said += f", {_count(day.joined, 'arrival')} saved" if day.joined else ""
        said += f", {_count(day.new_faces, 'new face')}" if day.new_faces else ""
        said += f", {_count(day.answered, 'visit')} with a rule overridden" if day.answered else ""
        return said + (f", {day.locked} locked" if day.locked else "")

    def _bars(self, day: Day) -> str:
        """One path for each hue: a week has thousands of bars, and a path for each would be slow to draw."""
        paths: dict[int, list[str]] = {}
        for visit in day.visits:
            for hue, x, width in self._shares(visit, WEEK_SCALE):
                paths.setdefault(hue, []).append(_bar(x, width))
        return "".join(f'<path class="h{hue}" d="{"".join(found)}"/>' for hue, found in paths.items())

    def day(self, row: Row, number: int) -> SafeString:
        """A worker's day against the clock: travel as thin lines, visits as blocks."""
        day = row.days[number]
        parts = [_band(row.worker.shifts.get(number), SCALE, HEIGHT)]
        parts += [f'<path class="hours" d="{HOUR_LINES}"/>', self._travel(day)]
        parts += [self._block(visit, row.worker.name) for visit in day.visits]
        return mark_safe(f'<svg class="track" width="{TRACK_WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>')

    def _travel(self, day: Day) -> str:
        lines = [
            f"M{_x(visit.start - minutes, SCALE):.1f} 20H{_x(visit.start, SCALE):.1f}"
            for visit, minutes in zip(day.visits, day.travel, strict=True)
            if minutes
        ]
        if day.visits and day.home:
            end = day.visits[-1].end
            lines.append(f"M{_x(end, SCALE):.1f} 20H{_x(end + day.home, SCALE):.1f}")
        return f'<path class="travel" d="{"".join(lines)}"/>' if lines else ""

    def _block(self, visit: BoardVisit, worker: str) -> str:
        x = _x(visit.start, SCALE)
        width = max((visit.end - visit.start) * SCALE, 8)
        name = visit.public_id
        pair = f' data-pair="{self.pairs[name]}"' if name in self.pairs else ""
        fills = "".join(
            f'<rect class="g{hue}" x="{px:.1f}" y="{TOP}" width="{pw:.1f}" height="{BLOCK}"/>'
            f'<rect fill="url(#pattern-{hue})" x="{px:.1f}" y="{TOP}" width="{min(pw, 7):.1f}"'
            f' height="{BLOCK}"/>'
            for hue, px, pw in self._shares(visit, SCALE)
        )
        room = int((width - 10) / LETTER)
        text = visit.family_name[:room] if room >= 3 else ""
        return (
            f'<a href="{self.visit_address.format(name)}" id="v-{name}" data-panel{pair}'
            f' aria-label="{escape(self._told(visit, worker))}">{fills}'
            f'<rect class="outline" x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{BLOCK}" rx="2"/>'
            f'<text x="{x + 9:.1f}" y="32">{escape(text)}</text>{_marks(visit, x + 9, width)}</a>'
        )

    def _told(self, visit: BoardVisit, worker: str) -> str:
        said = (
            f"{_clock(visit.start)} to {_clock(visit.end)}, {visit.given_name} {visit.family_name}, {worker}"
        )
        agencies = {part.agency: None for part in visit.parts}
        said += f", for {' and '.join(self.agency_names[key] for key in agencies)}" if agencies else ""
        for holds, words in (
            (len(visit.parts) > 1, f"{_count(len(visit.parts) - 1, 'arrival')} saved"),
            (visit.answered, "a rule was overridden"),
            (visit.locked, "locked"),
            (visit.named, "named worker"),
            (visit.new_face, "new face"),
            (any(part.double_handed for part in visit.parts), "double-handed"),
            (any(part.time_critical for part in visit.parts), "time-critical"),
        ):
            said += f", {words}" if holds else ""
        return said

    def _shares(self, visit: BoardVisit, scale: float) -> Iterable[tuple[int, float, float]]:
        """(hue, left, width) of each part, side by side within the visit."""
        whole = (visit.end - visit.start) * scale
        if len(visit.parts) < 2:
            hue = self.hues[visit.parts[0].agency] if visit.parts else NO_HUE
            return [(hue, _x(visit.start, scale), whole)]
        total = sum(part.minutes for part in visit.parts) or 1
        shares, left = [], _x(visit.start, scale)
        for part in visit.parts:
            width = whole * part.minutes / total
            shares.append((self.hues[part.agency], left, width))
            left += width
        return shares


def clock_face() -> SafeString:
    """The hours above the day view."""
    marks = "".join(
        f'<text x="{_x(hour * 60, SCALE) + 2:.1f}" y="13">{hour:02d}:00</text>' for hour in range(6, 23)
    )
    return mark_safe(f'<svg class="track" width="{TRACK_WIDTH}" height="18" aria-hidden="true">{marks}</svg>')


def _marks(visit: BoardVisit, left: float, width: float) -> str:
    """Triangle, pin, star, ring, twin bars, clock, and the arrivals saved, as far as the block has room."""
    names = [
        name
        for name, holds in (
            ("answered", visit.answered),
            ("pin", visit.locked),
            ("star", visit.named),
            ("ring", visit.new_face),
            ("pair", any(part.double_handed for part in visit.parts)),
            ("clock", any(part.time_critical for part in visit.parts)),
        )
        if holds
    ]
    drawn, x = "", left
    if len(visit.parts) > 1:
        drawn += f'<text class="saved" x="{x:.1f}" y="15">−{len(visit.parts) - 1}</text>'
        x += 19
    for name in names[: max(1, int((left + width - 9 - x) / 12))]:
        drawn += f'<use href="#m-{name}" class="{name}" x="{x:.1f}" y="6" width="10" height="10"/>'
        x += 12
    return drawn


@lru_cache(maxsize=20_000)  # a week has thousands of bars, most of which another day has too
def _bar(x: float, width: float) -> str:
    across = f"{max(width - 0.5, 1):.1f}"
    return f"M{x:.1f} 2h{across}v10h-{across}z"


def _band(shift: tuple[int, int] | None, scale: float, height: int) -> str:
    """The hours on shift as a light band on the dark of the hours off."""
    if shift is None:
        return ""
    left, right = _x(max(shift[0], OPENS), scale), _x(min(shift[1], CLOSES), scale)
    return f'<rect class="on" x="{left:.1f}" width="{max(right - left, 0):.1f}" height="{height}"/>'


def _x(minute: float, scale: float) -> float:
    """Where a minute lies; what is before or after the clock stands at its edge, where one can see it."""
    return min(max(minute - OPENS, 0), CLOSES - OPENS - 5) * scale


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


HOUR_LINES = "".join(f"M{_x(hour * 60, SCALE):.1f} 0V{HEIGHT}" for hour in range(7, 23))
