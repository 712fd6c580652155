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
    shapes: list[str] = []
    words = [_text(8, 20, title, bold=True)]
    y = HEAD
    for key, group in groups.items():
        words.append(_text(8, y + 12, key, bold=True))
        y += ROW
        for name, value in group.items():
            colour = COLOURS[names.index(name) % len(COLOURS)]
            words.append(_text(16, y + 11, name))
            shapes.append(
                f'<rect x="{LABELS}" y="{y + 2}" width="{max(value * scale, 1):.1f}" height="{ROW - 4}" '
                f'fill="{colour}"/>'
            )
            words.append(_text(LABELS + value * scale + 5, y + 12, f"{value:.3f}"))
            y += ROW
        y += GAP
    one = LABELS + scale
    shapes.append(f'<path d="M{one:.1f} {HEAD}V{y}" stroke="#222" stroke-dasharray="3 3"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 6}" role="img" '
        'font-family="sans-serif" font-size="11" paint-order="stroke" stroke-linejoin="round">\n'
        f"<title>{escape(title)}</title>\n"
        + "\n".join(['<rect width="100%" height="100%" fill="#fff"/>', *shapes, *words, "</svg>", ""])
    )


def _text(x: float, y: float, words: str, *, bold: bool = False) -> str:
    """Words with a white edge, so that the line at 1 does not strike them through."""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y}" stroke="#fff" stroke-width="3"{weight}>{escape(words)}</text>'
