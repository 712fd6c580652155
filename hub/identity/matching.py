"""Whether a record is a person we know: a decision from plain facts, without the database.

`compare` judges two records and does not care which came first. `decide` judges one record
against every candidate. Rules that say yes are few and exact; what looks alike but may be a
spouse, a twin, or a parent and child of one name goes to a person to look at. Anything else with
the signature of `decide` may take its place, such as a probabilistic model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum, StrEnum

from hub.identity.names import Given, compare_given, is_family_slip
from hub.identity.typing_slips import is_date_slip


@dataclass(frozen=True, slots=True)
class Facts:
    """What one agency says about who somebody is, folded for comparing; empty or None is not known."""

    family: str
    given: str = ""
    birth_date: date | None = None
    gender: str = ""
    nhs_number: str = ""  # valid or empty
    nhs_number_verified: bool = False
    postcode: str = ""
    uprn: str = ""
    person_id: int | None = None  # whose record it is, once that is known


class Outcome(StrEnum):
    """As `MatchDecision.Outcome` names them."""

    NEW = "new"
    JOINED = "joined"
    REVIEW = "review"


class Verdict(IntEnum):
    """What two records alone say about each other."""

    VETO = 0  # not one person, whatever else agrees
    NOTHING = 1
    REVIEW = 2
    JOIN = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict on two records, by which rule, and the fields that it rests on (never values)."""

    verdict: Verdict
    rule: str = ""
    evidence: tuple[str, ...] = ()
    contradicts: bool = False  # nothing else known of the person may turn this into a join


# What most comparisons of a county come to, made once.
_NOTHING = Comparison(Verdict.NOTHING)
_BIRTHS_DIFFER = Comparison(Verdict.VETO, "birth_date_differs", ("birth_date",), contradicts=True)
_GIVENS_DIFFER = Comparison(Verdict.VETO, "given_name_differs", ("given_name",), contradicts=True)
_NUMBERS_DIFFER = Comparison(Verdict.VETO, "nhs_number_differs", ("nhs_number",), contradicts=True)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a record. `person_id` is whom it joins, or whom it may be."""

    outcome: Outcome
    rule: str
    person_id: int | None = None
    evidence: tuple[str, ...] = ()


Decide = Callable[[Facts, Sequence[Facts]], Decision]


class Birth(StrEnum):
    """How two dates of birth stand to each other."""

    SAME = "same"
    SLIP = "slip"
    UNKNOWN = "unknown"
    DIFFERENT = "different"


# The strongest first: where a record fits two people, the stronger rule decides.
JOIN_RULES = ("nhs_number_verified", "nhs_number", "name_birth_postcode", "given_birth_uprn")


def decide(incoming: Facts, candidates: Sequence[Facts]) -> Decision:
    """What becomes of a record among these candidates; the same whatever order they come in.

    A candidate person may have several records. One that contradicts turns a join by another into a review.
    """
    best: dict[int | None, Comparison] = {}
    contradicted: set[int | None] = set()
    for candidate in candidates:
        found = compare(incoming, candidate)
        if found.contradicts:
            contradicted.add(candidate.person_id)
        current = best.get(candidate.person_id)
        if current is None or strength(found) > strength(current):
            best[candidate.person_id] = found
    alike = [(found, person) for person, found in best.items() if found.verdict >= Verdict.REVIEW]
    joins = [
        (found, person)
        for found, person in alike
        if found.verdict is Verdict.JOIN and person not in contradicted
    ]
    if joins:
        return _join(joins)
    if alike:
        found, person = _first(alike)
        rule = "records_contradict" if found.verdict is Verdict.JOIN else found.rule
        return Decision(Outcome.REVIEW, rule, person, found.evidence)
    return Decision(Outcome.NEW, "nobody_alike")


def compare(one: Facts, other: Facts) -> Comparison:
    """What two records say about each other, the same whichever comes first."""
    birth = compare_birth(one.birth_date, other.birth_date)
    given = compare_given(one.given, other.given)
    if given is Given.DIFFERENT and is_swapped(one, other):
        return _wrong_way_round(one, other, birth=birth)
    if one.nhs_number and other.nhs_number:
        if one.nhs_number == other.nhs_number:
            return _same_number(one, other, birth=birth, given=given)
        return _different_numbers(one, other, birth=birth, given=given)
    if birth is Birth.DIFFERENT:
        return _BIRTHS_DIFFER
    if given is Given.DIFFERENT:
        return _GIVENS_DIFFER
    return _without_number(one, other, birth=birth, given=given)


def is_swapped(one: Facts, other: Facts) -> bool:
    """Whether family and given name stand the wrong way round in one of the two."""
    if one.family == other.family:
        return False
    return one.family in _whole_and_first(other.given) and other.family in _whole_and_first(one.given)


def _whole_and_first(given: str) -> tuple[str, ...]:
    words = given.split()
    return ("".join(words), words[0]) if words else ()


def _wrong_way_round(one: Facts, other: Facts, *, birth: Birth) -> Comparison:
    """As if the names stood right, but a person looks: the slip is rare, and so is the name."""
    turned = compare(one, replace(other, family=one.family, given=one.given))
    if turned.verdict in (Verdict.VETO, Verdict.NOTHING) or birth is not Birth.SAME:
        return replace(turned, verdict=min(turned.verdict, Verdict.NOTHING))
    return replace(turned, verdict=Verdict.REVIEW, rule="names_wrong_way_round")


def _same_number(one: Facts, other: Facts, *, birth: Birth, given: Given) -> Comparison:
    """The number alone is not enough: somebody may have typed a spouse's or a parent's."""
    agrees = ("nhs_number", *_agreeing(one, other, birth, given))
    contradicts = birth is Birth.DIFFERENT or given is Given.DIFFERENT
    if not contradicts and one.nhs_number_verified and other.nhs_number_verified:
        return Comparison(Verdict.JOIN, "nhs_number_verified", agrees)
    backed = birth is Birth.SAME or _same(one.family, other.family)
    # Jean and Joan may be twins with one's number on the other; J. may be the husband or the wife.
    doubtful = given is Given.SLIP or (given in (Given.INITIAL, Given.UNKNOWN) and birth is not Birth.SAME)
    if backed and not contradicts and not doubtful and not genders_differ(one, other):
        return Comparison(Verdict.JOIN, "nhs_number", agrees)
    return Comparison(Verdict.REVIEW, "nhs_number_alone", agrees, contradicts)


def _different_numbers(one: Facts, other: Facts, *, birth: Birth, given: Given) -> Comparison:
    """Never joined; but if all else is equal, one of the numbers may be mistyped, and a person looks."""
    alike = _same(one.family, other.family) and given is Given.SAME and birth is Birth.SAME
    if alike and (_same(one.postcode, other.postcode) or _same(one.uprn, other.uprn)):
        evidence = _agreeing(one, other, birth, given)
        return Comparison(Verdict.REVIEW, "nhs_number_differs", evidence, contradicts=True)
    return _NUMBERS_DIFFER


def _without_number(one: Facts, other: Facts, *, birth: Birth, given: Given) -> Comparison:
    evidence = _agreeing(one, other, birth, given)
    here = _same(one.postcode, other.postcode)
    door = _same(one.uprn, other.uprn)
    family = _same(one.family, other.family)
    named = family and given is Given.SAME
    if birth is Birth.SAME and given is Given.SAME and not genders_differ(one, other):
        if family and here:
            return Comparison(Verdict.JOIN, "name_birth_postcode", evidence)
        if door:
            return Comparison(Verdict.JOIN, "given_birth_uprn", evidence)
    rule = ""
    if named and birth is Birth.SAME:
        rule = "gender_differs" if here or door else "moved"
    elif named and (here or door):
        rule = "birth_date_missing" if birth is Birth.UNKNOWN else "birth_date_slip"
    elif birth is Birth.SAME and (here or door):
        if family:
            rule = "given_name_written_otherwise"
        elif given is Given.SAME:
            slip = is_family_slip(one.family, other.family)
            rule = "family_name_slip" if slip else "family_name_changed"
    if rule:
        return Comparison(Verdict.REVIEW, rule, evidence)
    return _NOTHING


def _join(joins: list[tuple[Comparison, int | None]]) -> Decision:
    found, person = _first(joins)
    equals = [other for other, _ in joins if other.rule == found.rule]
    if len(equals) > 1:
        return Decision(Outcome.REVIEW, "fits_more_than_one", person, found.evidence)
    return Decision(Outcome.JOINED, found.rule, person, found.evidence)


def _first(found: list[tuple[Comparison, int | None]]) -> tuple[Comparison, int | None]:
    """The strongest; among equals the person known for longest."""
    return max(found, key=lambda each: (strength(each[0])[:3], -(each[1] or 0)))


def strength(found: Comparison) -> tuple[int, int, int, str, tuple[str, ...]]:
    """What to sort by; the last two only keep the order of candidates from mattering."""
    rank = len(JOIN_RULES) - JOIN_RULES.index(found.rule) if found.rule in JOIN_RULES else 0
    return found.verdict, rank, len(found.evidence), found.rule, found.evidence


def compare_birth(one: date | None, other: date | None) -> Birth:
    """How two dates of birth stand to each other, whichever comes first."""
    if one is None or other is None:
        return Birth.UNKNOWN
    if one == other:
        return Birth.SAME
    return Birth.SLIP if is_date_slip(one, other) else Birth.DIFFERENT


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other


def genders_differ(one: Facts, other: Facts) -> bool:
    """Whether both say a gender, and not the same."""
    return bool(one.gender and other.gender) and one.gender != other.gender


def agreeing(one: Facts, other: Facts) -> tuple[str, ...]:
    """The names of the fields that agree, as `MatchDecision.evidence` keeps them."""
    birth = compare_birth(one.birth_date, other.birth_date)
    return _agreeing(one, other, birth, compare_given(one.given, other.given))


def _agreeing(one: Facts, other: Facts, birth: Birth, given: Given) -> tuple[str, ...]:
    found = {
        "family_name": _same(one.family, other.family),
        "given_name": given is Given.SAME,
        "birth_date": birth is Birth.SAME,
        "gender": _same(one.gender, other.gender),
        "postcode": _same(one.postcode, other.postcode),
        "uprn": _same(one.uprn, other.uprn),
    }
    return tuple(name for name, agrees in found.items() if agrees)
