"""What the model's weight may do, and what it may never do.

A rule that joins, joins. A veto holds whatever the weight. Between them the weight joins only above a gate,
and only where nothing says spouse, twin, or parent and child of one name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hub.identity.matching import (
    Birth,
    Comparison,
    Facts,
    Verdict,
    agreeing,
    compare,
    compare_birth,
    genders_differ,
    is_swapped,
)
from hub.identity.names import Given, compare_given
from hub.identity.short_forms import SHORT_FORMS

# Powers of two by which one person is likelier than two; set where precision was measured (docs/matching.md).
JOIN_AT = 5.0
REVIEW_FROM = 1.0
LIKELY = "likely"  # the rule's name, as `MatchDecision.rule` keeps it


def judge(
    one: Facts,
    other: Facts,
    weight: float | None,
    *,
    names: Collection[str] | None,
    join_at: float = JOIN_AT,
    review_from: float = REVIEW_FROM,
) -> Comparison:
    """The verdict on two records, rules first.

    `names` are given names that several people bear; None if that cannot be told.
    """
    found = compare(one, other)
    if found.contradicts or found.verdict is Verdict.JOIN or weight is None:
        return found
    evidence = found.evidence or agreeing(one, other)
    if weight >= join_at and may_join(one, other, names=names):
        return replace(found, verdict=Verdict.JOIN, rule=LIKELY, evidence=evidence)
    if found.verdict is Verdict.REVIEW or weight < review_from:
        return found
    return replace(found, verdict=Verdict.REVIEW, rule=LIKELY, evidence=evidence)


def may_join(one: Facts, other: Facts, *, names: Collection[str] | None) -> bool:
    """Whether two records that no veto keeps apart may be joined without a person having looked.

    Without a date of birth it could be a parent and child of one name; an initial, or Jean for Joan, a twin.
    """
    if compare_birth(one.birth_date, other.birth_date) not in (Birth.SAME, Birth.SLIP):
        return False
    if genders_differ(one, other):
        return False
    if is_swapped(one, other):
        return True
    given = compare_given(one.given, other.given)
    if given is Given.SLIP:
        return names is not None and not all(_is_name(each.given, names) for each in (one, other))
    return given in (Given.SAME, Given.SHORT_FORM)


def _is_name(given: str, names: Collection[str]) -> bool:
    first = given.split()[0]
    return first in names or first in SHORT_FORMS
