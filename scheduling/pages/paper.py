"""A rota on paper: plain lines on A4, in letters that write Nguyễn and Łukasz."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from unicodedata import normalize

import fontpkg
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = "Noto Sans"
WIDE, TALL = A4
MARGIN = 40
TIMES, WHO, WHAT = MARGIN, MARGIN + 76, MARGIN + 330  # where the columns begin
SMALL, TEXT, BIG = 8, 10, 15  # points
# What lets a stranger in. Nobody should have typed it into an address; paper is where it does most harm.
SECRET = re.compile(r"\b(key\s*-?\s*safe|(key|door|entry|gate)\s*code|pin\s*:?\s*\d)", re.IGNORECASE)
PIECES = re.compile(r"\s*[,;()\n]\s*|\s+[-–]\s+")
CODE = re.compile(r"(code\W*)?[A-Z]?\d[\dA-Z#*]*", re.IGNORECASE)


rl_config.useA85 = 0  # pages as bytes, not as letters, which takes a third of the time


@dataclass(frozen=True, slots=True)
class Call:
    """One visit as the paper has it."""

    times: str
    who: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a worker: its heading, and the visits by time."""

    heading: str
    calls: Sequence[Call]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worker's week."""

    name: str
    about: str  # agency, area, week, version
    days: Sequence[Day]


def without_codes(text: str) -> str:
    """An address without the pieces that would let a stranger in; a number after one belongs to it."""
    kept: list[str] = []
    was_secret = False
    for piece in filter(None, PIECES.split(text.strip())):
        was_secret = bool(SECRET.search(piece) or (was_secret and CODE.fullmatch(piece)))
        if not was_secret:
            kept.append(piece)
    return ", ".join(kept)


def pdf(sheets: Iterable[Sheet], *, title: str, foot: str) -> bytes:
    """The sheets, each worker beginning a page of their own."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, lang="en-GB", pageCompression=1)
    canvas.setTitle(title)
    writer = _Writer(canvas, foot)
    for sheet in sheets:
        writer.sheet(sheet)
    canvas.save()
    return file.getvalue()


@cache
def _font() -> str:
    """Registers the letters once for this process."""
    pdfmetrics.registerFont(TTFont(FONT, str(fontpkg.path(FONT))))
    return FONT


class _Writer:
    """Writes lines downwards and begins pages where there is no room."""

    def __init__(self, canvas: Canvas, foot: str) -> None:
        self._canvas, self._foot, self._y, self._page = canvas, foot, 0.0, 0
        self._sheet = Sheet("", "", ())
        self._font = _font()
        self._written: dict[str, list[tuple[str, str]]] = {}
        self._fitted: dict[tuple[str, int, float], list[str]] = {}

    def sheet(self, sheet: Sheet) -> None:
        """One worker's week, on as many pages as it takes."""
        self._sheet, self._page = sheet, 0
        self._begin()
        for day in sheet.days:
            self._day(day)
        if not sheet.days:
            self._line(MARGIN, TEXT, "No shift and no visit in this week.")
        self._end()

    def _begin(self) -> None:
        self._page += 1
        self._y = TALL - MARGIN
        self._line(MARGIN, BIG, self._sheet.name)
        self._down(14)
        self._line(MARGIN, SMALL, self._sheet.about)
        self._down(12)

    def _end(self) -> None:
        self._y = MARGIN - 14
        self._line(MARGIN, SMALL, f"{self._foot} Page {self._page} of {self._sheet.name}.")
        self._canvas.showPage()

    def _day(self, day: Day) -> None:
        self._room(52)
        self._down(10)
        self._canvas.setLineWidth(0.8)
        self._canvas.line(MARGIN, self._y + 13, WIDE - MARGIN, self._y + 13)
        self._line(MARGIN, TEXT + 1, day.heading)
        self._down(16)
        for call in day.calls:
            self._call(call)

    def _call(self, call: Call) -> None:
        who = self._fit(call.who, TEXT, WHAT - WHO - 10)
        where = self._fit(call.where, SMALL, WHAT - WHO - 10)
        what = self._fit(call.what, SMALL, WIDE - MARGIN - WHAT)
        self._room(max(13 * len(who) + 11 * len(where), 11 * len(what)) + 6)
        top = self._y
        self._line(TIMES, TEXT, call.times)
        for line in who:
            self._line(WHO, TEXT, line)
            self._down(13)
        for line in where:
            self._line(WHO, SMALL, line)
            self._down(11)
        left, self._y = self._y, top
        for line in what:
            self._line(WHAT, SMALL, line)
            self._down(11)
        self._y = min(left, self._y) - 4

    def _room(self, points: float) -> None:
        if self._y - points < MARGIN:
            self._end()
            self._begin()

    def _down(self, points: float) -> None:
        self._y -= points

    def _line(self, x: float, size: int, text: str) -> None:
        # The canvas works out each string afresh, which for an area's names and tasks takes half a second.
        written = self._written.get(text)
        if written is None:
            written = self._written[text] = self._encode(normalize("NFC", text))
        pieces = " ".join(f"{font} {size} Tf ({letters}) Tj" for font, letters in written)
        self._canvas._code.append(f"BT 1 0 0 1 {x:.2f} {self._y:.2f} Tm {pieces} ET")

    def _encode(self, text: str) -> list[tuple[str, str]]:
        """(subset of the font, the text's letters in it); more than some 200 letters need several subsets."""
        font, document = pdfmetrics.getFont(self._font), self._canvas._doc
        return [
            (font.getSubsetInternalName(subset, document), self._canvas._escape(letters))
            for subset, letters in font.splitString(text, document)
        ]

    def _fit(self, text: str, size: int, width: float) -> list[str]:
        """The text in lines that are no wider."""
        key = (text, size, width)
        if key not in self._fitted:
            self._fitted[key] = self._broken(normalize("NFC", text), size, width)
        return self._fitted[key]

    def _broken(self, text: str, size: int, width: float) -> list[str]:
        if pdfmetrics.stringWidth(text, self._font, size) <= width:
            return [text] if text else []
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and pdfmetrics.stringWidth(longer, self._font, size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines
