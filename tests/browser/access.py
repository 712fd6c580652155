"""Whether everybody can use a page: with assistive software, enlarged, on a phone and by finger."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
TWICE = {"width": 640, "height": 400}  # the desk at 200 %
RUNS_OVER = """[document.documentElement, ...document.querySelectorAll('.card:not(.scroll)')].some(
    box => box.scrollWidth > box.clientWidth)"""
# What can be worked on a page, and what of it cannot be any more: hidden, or cut off where nothing scrolls.
REMEMBER = """() => {
    const all = document.querySelectorAll('a, button, input, select, textarea, summary');
    window.before = [...all].filter(one => one.checkVisibility());
}"""
LOST = f"""() => {{
    const scrolls = one => one && (/auto|scroll/.test(getComputedStyle(one).overflowX)
        || scrolls(one.parentElement));
    const isOut = ({{ left, right }}) => left < 0 || right > innerWidth;
    const gone = before.filter(one => !one.checkVisibility()
        || (isOut(one.getBoundingClientRect()) && !scrolls(one) && !one.matches(".skip")));
    return [...({RUNS_OVER} ? ["runs out sideways"] : []), ...gone.map(one => one.outerHTML.slice(0, 200))];
}}"""
# What a finger must hit: a box to tick by its words as well; a link within a text is as high as the text.
SMALL = """() => [...document.querySelectorAll(
        'button, .button, input, select, textarea, summary, nav a, .tabs a')]
    .filter(one => one.checkVisibility() && !one.closest(".spoken"))
    .map(one => one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one.labels[0] : one)
    .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 200))"""


def findings(page: Page, *, rules: Collection[str] = ()) -> list[str]:
    """What axe holds to be serious or critical, with where; by all of its rules or these."""
    # What it finds in order need not be described node by node, which takes longer than finding.
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [
        f"{page.url} {found['id']}: {node['target']}"
        for found in violations
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"][:3]
    ]


def faults(page: Page, *, on_a_phone: bool = True) -> list[str]:
    """What axe finds in light and dark, and what is lost at 200 %, on a phone or under a finger."""
    found = _misfits(page, on_a_phone)
    page.emulate_media(color_scheme="light")
    found += findings(page)
    page.emulate_media(color_scheme="dark")
    return found + findings(page, rules=["color-contrast"])  # the scheme changes nothing but colours


def _misfits(page: Page, on_a_phone: bool) -> list[str]:
    page.evaluate(REMEMBER)
    page.set_viewport_size(TWICE)
    found = [f"at 200 %: {what}" for what in page.evaluate(LOST)]
    if on_a_phone:
        page.set_viewport_size(PHONE)
        found += ["runs out of a phone"] if page.evaluate(RUNS_OVER) else []
        found += [f"too small for a finger: {what}" for what in page.evaluate(SMALL)]
    page.set_viewport_size(DESK)
    return [f"{page.url} {what}" for what in found]
