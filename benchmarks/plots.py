"""Bar charts as SVG text, readable without colour: each bar says its number."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

COLOURS = ("#0b6e4f", "#4a6fa5", "#8fa8c8", "#c08552", "#8a8a8a", "#5c4b51")
WIDTH, LABELS, ROW, GAP, HEAD = 760, 190, 16, 10, 34


def bars(title: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Horizontal bars: a group for each key, a bar for each member, and a line at 1."""
    largest = max((value for group in groups.values() for value in group.values()), default=1.0)
    scale = (WIDTH - LABELS - 60) / max(largest, 1.0)
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    parts: list[str] = []
    y = HEAD
    for key, group in groups.items():
        parts.append(_text(8, y + 12, key, bold=True))
        y += ROW
        for name, value in group.items():
            colour = COLOURS[names.index(name) % len(COLOURS)]
            parts.append(_text(16, y + 11, name))
            parts.append(
                f'<rect x="{LABELS}" y="{y + 2}" width="{max(value * scale, 1):.1f}" height="{ROW - 4}" '
                f'fill="{colour}"/>'
            )
            parts.append(_text(LABELS + value * scale + 5, y + 12, f"{value:.3f}"))
            y += ROW
        y += GAP
    one = LABELS + scale
    parts.append(f'<path d="M{one:.1f} {HEAD}V{y}" stroke="#222" stroke-dasharray="3 3"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 6}" role="img" '
        f'font-family="sans-serif" font-size="11">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
        + _text(8, 20, title, bold=True)
        + "\n".join(["", *parts, "</svg>", ""])
    )


def _text(x: float, y: float, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y}"{weight}>{escape(words)}</text>'
