"""Each rule that joins two records, and each reason that keeps them apart."""

import datetime as dt
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.identity.matching import Decision, Facts, Outcome, Verdict, compare, decide
from tests.factories.hub import make_nhs_number

NUMBER, ANOTHER = make_nhs_number(1), make_nhs_number(2)
MABEL = Facts(
    family="larter",
    given="mabel",
    birth_date=dt.date(1941, 5, 6),
    gender="F",
    nhs_number=NUMBER,
    nhs_number_verified=True,
    postcode="NR11 6AA",
    uprn="10012345",
    person_id=7,
)
UNNUMBERED = replace(MABEL, nhs_number="", nhs_number_verified=False)


def decided(incoming: Facts, *known: Facts) -> tuple[str, str]:
    decision = decide(incoming, known)
    return decision.outcome.value, decision.rule


def test_nobody_alike_is_a_new_person() -> None:
    """Without any candidate the record is a person not seen before."""
    assert decide(MABEL, []) == Decision(Outcome.NEW, "nobody_alike")


def test_a_verified_number_joins_across_a_change_of_name_and_home() -> None:
    """Both agencies traced the number: marriage and a move do not matter."""
    married = replace(MABEL, family="bullen", postcode="NR1 1AA", uprn="")
    assert decided(married, MABEL) == ("joined", "nhs_number_verified")


def test_a_decision_names_the_person_and_the_fields_that_agree_but_no_values() -> None:
    """What is kept as evidence can be shown without showing what was compared."""
    decision = decide(replace(MABEL, uprn="", postcode=""), [MABEL])
    assert decision.person_id == 7
    assert decision.evidence == ("nhs_number", "family_name", "given_name", "birth_date", "gender")


@pytest.mark.parametrize("given_name", ["mabel", "may", "mabel rose", "m"])
def test_an_unverified_number_joins_with_the_date_of_birth(given_name: str) -> None:
    """A number that nobody traced needs the date of birth, and no other given name."""
    record = replace(MABEL, nhs_number_verified=False, family="bullen", given=given_name)
    assert decided(record, MABEL) == ("joined", "nhs_number")


def test_an_unverified_number_joins_with_the_family_name() -> None:
    """Without a date of birth the family name backs the number."""
    record = replace(MABEL, nhs_number_verified=False, birth_date=None)
    assert decided(record, MABEL) == ("joined", "nhs_number")


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": dt.date(1969, 1, 2)},
        {"given": "arthur", "gender": "M"},
        {"given": "arthur", "gender": "M", "birth_date": None, "nhs_number_verified": False},
        {"given": "m", "birth_date": None, "nhs_number_verified": False},
        {"given": "", "birth_date": None, "nhs_number_verified": False},
        {"family": "bullen", "birth_date": None, "nhs_number_verified": False},
        {"given": "mable", "nhs_number_verified": False},
        {"gender": "M", "nhs_number_verified": False},
    ],
)
def test_the_same_number_on_somebody_unlike_goes_to_a_person(changes: dict) -> None:
    """A spouse's or a parent's number may have been typed: it never joins by itself."""
    assert decided(replace(MABEL, **changes), MABEL) == ("review", "nhs_number_alone")


def test_name_birth_and_postcode_join_without_a_number() -> None:
    """Fire and housing have no NHS numbers; all four fields together are enough."""
    assert decided(replace(UNNUMBERED, uprn=""), MABEL) == ("joined", "name_birth_postcode")


def test_given_name_birth_and_door_join_across_a_change_of_family_name() -> None:
    """Married since, but the same given name, the same birthday and the same front door."""
    assert decided(replace(UNNUMBERED, family="bullen", postcode=""), MABEL) == ("joined", "given_birth_uprn")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"postcode": "NR1 1AA", "uprn": ""}, "moved"),
        ({"gender": "M"}, "gender_differs"),
        ({"birth_date": None}, "birth_date_missing"),
        ({"birth_date": dt.date(1941, 6, 5)}, "birth_date_slip"),
        ({"given": "m"}, "given_name_written_otherwise"),
        ({"given": "may"}, "given_name_written_otherwise"),
        ({"given": "mable"}, "given_name_written_otherwise"),
        ({"given": ""}, "given_name_written_otherwise"),
        ({"family": "bullen", "uprn": ""}, "family_name_changed"),
        ({"family": "lartar", "uprn": ""}, "family_name_slip"),
    ],
)
def test_what_is_nearly_alike_goes_to_a_person(changes: dict, rule: str) -> None:
    """One field written otherwise, and no number: somebody looks before they are joined."""
    assert decided(replace(UNNUMBERED, **changes), MABEL) == ("review", rule)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            replace(UNNUMBERED, given="arthur", gender="M", birth_date=dt.date(1939, 2, 1)), id="spouse"
        ),
        pytest.param(
            replace(UNNUMBERED, given="arthur", gender="M", birth_date=None),
            id="spouse without a date of birth",
        ),
        pytest.param(replace(UNNUMBERED, given="ivy"), id="twin"),
        pytest.param(replace(UNNUMBERED, birth_date=dt.date(1971, 5, 6)), id="daughter of the same name"),
        pytest.param(replace(MABEL, given="ivy", nhs_number=ANOTHER), id="twin with a number"),
        pytest.param(
            replace(MABEL, birth_date=dt.date(1966, 3, 3), nhs_number=ANOTHER), id="daughter with a number"
        ),
        pytest.param(
            replace(UNNUMBERED, family="bullen", given="may", postcode="NR1 1AA", uprn=""), id="stranger"
        ),
    ],
)
def test_a_household_stays_as_many_people_as_it_has(other: Facts) -> None:
    """Spouses, twins, and a parent and child of one name are never one person."""
    assert decided(other, MABEL) == ("new", "nobody_alike")
    assert decided(replace(MABEL, person_id=None), other) == ("new", "nobody_alike")


def test_twins_with_names_one_letter_apart_are_not_joined() -> None:
    """Jean and Joan, born on one day in one house: a person looks, even with the other's number."""
    jean, joan = replace(UNNUMBERED, given="jean"), replace(UNNUMBERED, given="joan")
    assert decide(jean, [joan]).outcome is Outcome.REVIEW
    numbered = {"nhs_number": NUMBER, "nhs_number_verified": False}
    assert decide(replace(jean, **numbered), [replace(joan, **numbered)]).outcome is Outcome.REVIEW


def test_a_mistyped_number_with_all_else_equal_goes_to_a_person() -> None:
    """Two valid numbers that differ are never joined, but one of them may be a slip."""
    assert decided(replace(MABEL, nhs_number=ANOTHER), MABEL) == ("review", "nhs_number_differs")
    elsewhere = replace(MABEL, nhs_number=ANOTHER, postcode="NR1 1AA", uprn="")
    assert decided(elsewhere, MABEL) == ("new", "nobody_alike")


def test_the_stronger_rule_chooses_between_two_people() -> None:
    """A traced number on one person outweighs name and postcode on another."""
    double = replace(UNNUMBERED, person_id=3)
    decision = decide(MABEL, [double, MABEL])
    assert (decision.outcome, decision.person_id) == (Outcome.JOINED, 7)


def test_two_people_who_fit_equally_go_to_a_person() -> None:
    """When a number stands on two people already, somebody has to sort them out first."""
    assert decided(MABEL, MABEL, replace(MABEL, person_id=9)) == ("review", "fits_more_than_one")


def test_one_record_of_a_person_may_veto_what_another_would_join() -> None:
    """The number fits one record, but the other record of that person has another date of birth."""
    elder = replace(UNNUMBERED, birth_date=dt.date(1915, 1, 1))
    assert decided(MABEL, MABEL, elder) == ("review", "records_contradict")


FACTS = st.builds(
    Facts,
    family=st.sampled_from(["larter", "lartar", "bullen"]),
    given=st.sampled_from(["", "m", "mabel", "may", "mable", "arthur", "mabel ivy"]),
    birth_date=st.sampled_from(
        [None, dt.date(1941, 5, 6), dt.date(1941, 6, 5), dt.date(1971, 5, 6), dt.date(1939, 2, 1)]
    ),
    gender=st.sampled_from(["", "F", "M"]),
    nhs_number=st.sampled_from(["", NUMBER, ANOTHER]),
    nhs_number_verified=st.booleans(),
    postcode=st.sampled_from(["", "NR11 6AA", "NR1 1AA"]),
    uprn=st.sampled_from(["", "10012345", "10099999"]),
    person_id=st.integers(1, 4),
)


@settings(max_examples=500)
@given(FACTS, FACTS)
def test_comparing_does_not_care_which_came_first(one: Facts, other: Facts) -> None:
    """Two files may arrive in either order and mean the same."""
    assert compare(one, other) == compare(other, one)


@settings(max_examples=500)
@given(FACTS, st.lists(FACTS, max_size=5))
def test_differing_valid_numbers_are_never_joined(incoming: Facts, known: list[Facts]) -> None:
    """Whoever a record joins, none of that person's records has another valid number."""
    decision = decide(incoming, known)
    if decision.outcome is Outcome.JOINED and incoming.nhs_number:
        theirs = {facts.nhs_number for facts in known if facts.person_id == decision.person_id}
        assert theirs <= {"", incoming.nhs_number}


@settings(max_examples=500)
@given(FACTS, st.lists(FACTS, max_size=5))
def test_nobody_is_joined_across_generations_or_given_names(incoming: Facts, known: list[Facts]) -> None:
    """No join holds two dates of birth further apart than a slip, or two plainly different given names."""
    decision = decide(incoming, known)
    if decision.outcome is Outcome.JOINED:
        for facts in known:
            if facts.person_id == decision.person_id:
                assert compare(incoming, facts).verdict is not Verdict.VETO
                assert {incoming.given, facts.given} != {"mabel", "arthur"}
                if incoming.birth_date and facts.birth_date:
                    assert abs(incoming.birth_date.year - facts.birth_date.year) < 10


@given(FACTS, st.lists(FACTS, max_size=4))
def test_the_order_of_candidates_does_not_matter(incoming: Facts, known: list[Facts]) -> None:
    """The database may hand the candidates over in any order."""
    assert len({decide(incoming, list(order)) for order in permutations(known)}) == 1


@given(FACTS)
def test_without_number_and_birth_date_nothing_is_joined(facts: Facts) -> None:
    """Between agencies that share neither, a person decides."""
    bare = replace(facts, nhs_number="", birth_date=None)
    assert decide(bare, [bare]).outcome is not Outcome.JOINED
