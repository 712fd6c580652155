"""docs/engine.md says all that the code knows: rules, fields, terms, reasons, options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import scheduling.engine
from scheduling.engine import interchange
from scheduling.engine.answers import changes
from scheduling.engine.answers.joining import Apart
from scheduling.engine.answers.ranking import Rule
from scheduling.engine.answers.remedies import Help
from scheduling.engine.answers.repair import Kind
from scheduling.engine.cost import FLOW_TERMS, TERMS
from scheduling.engine.problem import (
    Flow,
    Meal,
    Occurrence,
    Person,
    Policy,
    Problem,
    Second,
    Span,
    Worker,
)
from scheduling.engine.solution import Reason

ENGINE = Path(scheduling.engine.__file__).parent
PAGE = (ENGINE.parent.parent / "docs" / "engine.md").read_text()


def rules():
    """The names of the rules, as the sources give them to violations."""
    sources = "".join((ENGINE / name).read_text() for name in ("rules.py", "check.py", "flow/terms.py"))
    return sorted(set(re.findall(r'Violation\("(\w+)"', sources)))


def test_the_rules_are_found_in_the_sources():
    """The sweep below is not empty."""
    assert len(rules()) == 19


@pytest.mark.parametrize("name", rules())
def test_every_rule_is_documented(name):
    """What `check` calls a breach stands behind the rule it breaks."""
    assert f"(`{name}`" in PAGE or f"(`{name}`)" in PAGE


@pytest.mark.parametrize("name", [*TERMS, *FLOW_TERMS, *Reason, *interchange.PROBLEM])
def test_every_term_reason_and_list_is_documented(name):
    """A reader finds each name that a file can hold."""
    assert f"`{name}" in PAGE


@pytest.mark.parametrize("name", sorted({*Rule, *Apart, *Help, *Kind, *changes.READERS}))
def test_every_code_of_an_answer_is_documented(name):
    """What refuses a worker, keeps two needs apart, would help, has changed, or may change."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("kind", [Policy, Person, Worker, Occurrence, Problem, Flow, Meal, Second, Span])
def test_every_field_is_documented(kind):
    """Fields are added to the page when they are added to the problem."""
    indexes = {"person_index", "worker_index", "occurrence_index"}
    for name in kind.__dataclass_fields__.keys() - indexes:
        assert f"`{name}" in PAGE, name
