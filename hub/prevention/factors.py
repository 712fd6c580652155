"""The factors of risk of a home, as far as they can be told from what may be shared for prevention.

Nothing of anybody's health is among them: agreements give a fire service none. The points are a first
proposal with its source; a service sets its own (`FactorPoints`), and its word holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hub.models import Address

OLDER, VERY_OLD = 65, 80  # years
MOST_DEPRIVED = 2  # tenths: the most deprived fifth of neighbourhoods
UNCHECKED = 3  # years since the last visit
CALLS_DAYS, CALLS_LEAST = 28, 20  # care calls on most days
LOCAL = "Local judgement: no published figure; set your own"


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason; `words` are said of a home to which it applies."""

    code: str
    words: str
    points: int
    source: str


FACTORS = (
    Factor(
        "very_old",
        f"Somebody of {VERY_OLD} or over",
        4,
        "Cheshire Fire and Rescue: 35 deaths a million over 80, 8 at 30 to 59",
    ),
    Factor(
        "older",
        f"Somebody of {OLDER} to {VERY_OLD - 1}",
        2,
        "Tang and others 2024, fires in English dwellings: odds of injury or death × 1.54",
    ),
    Factor(
        "alone",
        "Nobody else known at this door",
        2,
        "Tang and others 2024: odds × 1.25; Merseyside: 53 of 80 who died lived alone",
    ),
    Factor(
        "daily_calls",
        "Somebody calls on most days",
        2,
        "CHARLIE-P, Nottinghamshire Fire and Rescue: care and support, reduced mobility",
    ),
    Factor("private_rent", "Rented privately", 1, LOCAL),
    Factor("social_rent", "Rented from a council or housing association", 1, LOCAL),
    Factor("deprived", "Among the most deprived fifth of neighbourhoods", 2, LOCAL),
    Factor("unchecked", f"No fire safety visit in {UNCHECKED} years", 2, LOCAL),
)
BY_CODE = {factor.code: factor for factor in FACTORS}


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be known of a home's risk: a birth date, people, care calls in four weeks, its door."""

    eldest: date | None
    people: int
    calls: int
    tenure: str
    decile: int | None
    checked_on: date | None  # the last fire safety visit


def applying(facts: Facts, on: date) -> set[str]:
    """The codes of the factors that apply to a home."""
    eldest, very_old = facts.eldest, years_before(on, VERY_OLD)
    applies = {
        "very_old": eldest is not None and eldest <= very_old,
        "older": eldest is not None and very_old < eldest <= years_before(on, OLDER),
        "alone": facts.people == 1,
        "daily_calls": facts.calls >= CALLS_LEAST,
        "private_rent": facts.tenure == Address.Tenure.PRIVATE_RENT,
        "social_rent": facts.tenure == Address.Tenure.SOCIAL_RENT,
        "deprived": facts.decile is not None and facts.decile <= MOST_DEPRIVED,
        "unchecked": facts.checked_on is None or facts.checked_on < years_before(on, UNCHECKED),
    }
    return {code for code, does in applies.items() if does}


def calls_since(on: date) -> date:
    """The first day whose calls count."""
    return on - timedelta(days=CALLS_DAYS)


def years_before(day: date, years: int) -> date:
    """The same date so many years before; of 29 February, the day before 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
