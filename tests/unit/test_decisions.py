"""Decisions are found by whoever looks for them."""

from __future__ import annotations

import re

from django.conf import settings

DECISIONS = settings.BASE_DIR / "docs" / "decisions"


def test_every_decision_stands_in_the_list_once() -> None:
    """`docs/decisions/README.md` names each page, by its number, and none that is not there."""
    listed = re.findall(r"^- \[(\d+)\]\((\S+)\)\. \S", (DECISIONS / "README.md").read_text(), re.MULTILINE)
    assert sorted(name for _, name in listed) == sorted(path.name for path in DECISIONS.glob("0*.md"))
    assert [name for number, name in listed if int(name[:4]) != int(number)] == []
