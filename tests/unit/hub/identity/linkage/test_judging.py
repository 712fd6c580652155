"""What a weight may do, and what it may never do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from hub.identity.linkage.judging import JOIN_AT, judge
from hub.identity.matching import Facts, Verdict
from tests.factories.hub import make_nhs_number

HEAVY = 40.0
MABEL = Facts(family="larter", given="mabel", birth_date=dt.date(1941, 5, 6), gender="F", postcode="NR11 6AA")
MOVED = replace(MABEL, postcode="NR1 1AA")


def judged(other: Facts, weight: float | None = HEAVY, *, one: Facts = MABEL) -> tuple[Verdict, str]:
    found = judge(one, other, weight, names=("mabel", "jean", "joan"))
    return found.verdict, found.rule


def test_a_weight_above_the_gate_joins_what_a_rule_would_only_have_asked() -> None:
    """She moved; the name is rare enough that it must be her."""
    assert judged(MOVED, None) == (Verdict.REVIEW, "moved")
    assert judged(MOVED, JOIN_AT) == (Verdict.JOIN, "likely")
    assert judged(MOVED, JOIN_AT - 0.1) == (Verdict.REVIEW, "moved")


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({"birth_date": dt.date(1969, 7, 8)}, "a child of the same name"),
        ({"birth_date": None}, "a parent or child of the same name"),
        ({"given": "arthur", "gender": "M"}, "the husband"),
        ({"given": "m"}, "a twin of the same initial"),
        ({"gender": "M"}, "somebody of another gender"),
    ],
)
def test_kin_never_join_by_weight(changes: dict, who: str) -> None:
    """However heavy: one home and one name are not one person."""
    verdict, _ = judged(replace(MABEL, **changes))
    assert verdict < Verdict.JOIN, who


def test_differing_valid_numbers_never_join() -> None:
    """The veto holds although all else agrees and the weight is the heaviest."""
    one = replace(MABEL, nhs_number=make_nhs_number(1))
    assert judged(replace(one, nhs_number=make_nhs_number(2)), one=one)[0] < Verdict.JOIN


def test_a_slip_joins_only_if_it_is_nobodys_name() -> None:
    """Jaen is Jean mistyped; Joan may be her twin."""
    jean = replace(MABEL, given="jean")
    assert judged(replace(jean, given="jaen"), one=jean) == (Verdict.JOIN, "likely")
    assert judged(replace(jean, given="joan"), one=jean)[0] is Verdict.REVIEW


def test_names_the_wrong_way_round_are_one_person_if_heavy() -> None:
    """Larter Mabel is Mabel Larter."""
    turned = replace(MABEL, family="mabel", given="larter")
    assert judged(turned, None) == (Verdict.REVIEW, "names_wrong_way_round")
    assert judged(turned) == (Verdict.JOIN, "likely")


def test_a_light_pair_that_no_rule_asks_about_is_nothing() -> None:
    """Most pairs that meet are strangers."""
    stranger = replace(MOVED, family="kett", birth_date=dt.date(1941, 5, 16))
    assert judged(stranger, -3.0)[0] is Verdict.NOTHING
    assert judged(stranger, 2.0) == (Verdict.REVIEW, "likely")
