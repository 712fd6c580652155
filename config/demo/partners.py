"""Who takes part: agencies, what they agreed to share, and what they let each other do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from config.demo.locality import Agency, Agreement, Delegation
from config.demo.places import Patch

SKILLS = {
    "personal_care": "Personal care",
    "medication": "Medicines",
    "insulin": "Insulin injection",
    "wound_care": "Wound care",
    "catheter_care": "Catheter care",
    "observations": "Observations",
    "review": "Social work review",
    "fire_safety": "Home fire safety",
    "tenancy_check": "Tenancy check",
}
RIVERS = ("Bure Valley", "Wensum", "Glaven", "Nar", "Thurne", "Waveney", "Yare", "Ant", "Chet")

SOCIAL_CARE, NURSING, SOCIAL_WORK = "adult-social-care", "community-nursing", "social-work"
FIRE, HOUSING, LAPSED = "fire-and-rescue", "marram-homes", "saltmarsh-homes"
AREAS_PER_PROVIDER = 3


def providers(area_index: int) -> tuple[str, str]:
    """The codes of an area's two home-care providers. Each serves several areas: territories overlap."""
    first = area_index // AREAS_PER_PROVIDER
    return _provider_code(first), _provider_code(first + 1)


def area_code(town: str) -> str:
    """The slug of an area."""
    return town.lower().replace("'", "").replace(" ", "-")


def agencies(patches: Sequence[Patch]) -> tuple[Agency, ...]:
    """The public bodies and as many home-care providers as the areas need."""
    count = (len(patches) - 1) // AREAS_PER_PROVIDER + 2
    home_care = tuple(
        Agency(
            _provider_code(index), f"{RIVERS[index]} Home Care", "home_care", RIVERS[index][0], 1 + index % 2
        )
        for index in range(count)
    )
    return (
        *home_care,
        Agency(NURSING, "Community Nursing", "nursing", "N", 3),
        Agency(SOCIAL_WORK, "Social Work", "social_work", "S", 4),
        Agency(SOCIAL_CARE, "Adult Social Care", "social_care", "C", 5),
        Agency(FIRE, "Fire and Rescue", "fire", "F", 6),
        Agency(HOUSING, "Marram Homes", "housing", "H", 7),
        Agency(LAPSED, "Saltmarsh Homes", "housing", "L", 8),
    )


def agreements(agencies: Sequence[Agency], *, week_start: date) -> tuple[Agreement, ...]:
    """Health and care share everything; fire and housing never see an NHS number; one has lapsed."""
    care = tuple(a.code for a in agencies if a.kind not in ("fire", "housing"))
    began = date(week_start.year - 1, 4, 1)
    basis = ("6(1)(e)", "9(2)(h)", "Part 1, paragraph 2: health or social care")
    doors = ("identity", "address", "needs", "contacts", "flags")
    return (
        Agreement(
            "health-and-care",
            "Visits of health and care",
            care,
            ("coordination",),
            (*doors, "nhs_number", "tasks"),
            *basis,
            began,
        ),
        Agreement(
            "safe-and-well",
            "Visits of health and care, fire and rescue and housing",
            (*care, FIRE, HOUSING),
            ("coordination", "prevention"),
            doors,
            "6(1)(e)",
            "9(2)(g)",
            "Part 2, paragraph 6; the duty is section 6 of the Fire and Rescue Services Act 2004",
            began,
        ),
        Agreement(
            "saltmarsh-pilot",
            "Pilot with Saltmarsh Homes",
            (LAPSED, SOCIAL_CARE),
            ("coordination",),
            doors,
            *basis,
            began,
            ends_on=week_start - timedelta(days=60),
        ),
    )


def delegations(agencies: Sequence[Agency]) -> tuple[Delegation, ...]:
    """Nursing lends insulin and observations, fire its check; home care lends to home care and nursing."""
    home_care = [agency.code for agency in agencies if agency.kind == "home_care"]
    lent = [(NURSING, code, skill) for code in home_care for skill in ("insulin", "observations")]
    lent += [(FIRE, code, "fire_safety") for code in (*home_care, NURSING, SOCIAL_WORK, HOUSING)]
    lent += [
        (owner, helper, skill)
        for owner in home_care
        for helper in (*home_care, NURSING)
        if helper != owner
        for skill in ("personal_care", "medication")
    ]
    return tuple(Delegation(*one) for one in lent)


def _provider_code(index: int) -> str:
    return f"{RIVERS[index].lower().replace(' ', '-')}-care"
