"""Pages and the API reach data through selectors only, so that scope cannot be forgotten."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOMS = [
    path
    for app in ("hub", "visits", "scheduling")
    for room in ("pages", "api")
    for path in sorted((Path(settings.BASE_DIR) / app / room).rglob("*.py"))
]


def managers_used(source: str) -> list[int]:
    """The lines on which a model's manager is reached for."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    ]


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_page_or_api_module_reaches_past_the_selectors(path: Path) -> None:
    """`Model.objects` knows no scope; a selector always does."""
    assert managers_used(path.read_text()) == []


def test_the_sweep_sees_what_it_looks_for() -> None:
    """There are modules to sweep, and a manager in one would be found."""
    assert len(ROOMS) > 10
    assert managers_used("found = Person.objects.all()") == [1]
