"""The model's shape: what it compares, in which steps, and by what two records meet at all.

A home is one comparison with few steps, because house, street, postcode and property number say one thing:
four agreements counted as four would make one person of everybody at a door.
"""

from __future__ import annotations

from typing import Any

Level = dict[str, Any]

# How records meet: each a condition on l and r. Every one rests on the person, never on the home alone.
WAYS = {
    "number": "l.number = r.number",
    "birth": "l.birth = r.birth",
    "name": "l.family = r.family AND l.given = r.given",
    "names the wrong way round": "l.family = r.given AND l.given = r.family",
    "postcode and given name": "l.postcode = r.postcode AND l.given = r.given",
    "postcode and family name": "l.postcode = r.postcode AND l.family = r.family",
    "door": "l.house = r.house AND l.street = r.street",
}
# What two records agree in while the model learns all the rest. None is a home, because spouses share one.
TRAINING = (
    "l.birth = r.birth",
    "l.family = r.family AND l.given = r.given",
)
# Rules that are hardly ever wrong, and what share of all true pairs they are thought to find.
CERTAIN = ("l.given = r.given AND l.family = r.family AND l.birth = r.birth",)
CERTAIN_FINDS = 0.7

_SWAPPED = "family_l = given_r OR given_l = family_r"
_SAME_DOOR = (
    "uprn_l = uprn_r OR (house_l = house_r AND postcode_l = postcode_r) "
    "OR (house_l = house_r AND street_l = street_r)"
)
_DAY_AND_MONTH = (
    "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) AND substr(birth_l, 6, 2) = substr(birth_r, 9, 2) "
    "AND substr(birth_l, 9, 2) = substr(birth_r, 6, 2)"
)


def settings() -> dict[str, Any]:
    """Splink's settings for a model that has not been trained."""
    return {
        "link_type": "dedupe_only",
        "probability_two_random_records_match": 0.0001,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": way} for way in WAYS.values()],
        "comparisons": [_family(), _given(), _birth(), _gender(), _home()],
    }


def _comparison(name: str, *levels: Level) -> dict[str, Any]:
    return {"output_column_name": name, "comparison_levels": list(levels)}


def _level(condition: str, label: str, **more: Any) -> Level:
    return {"sql_condition": condition, "label_for_charts": label, **more}


def _null(condition: str) -> Level:
    return _level(condition, "not known", is_null_level=True)


def _family() -> dict[str, Any]:
    return _comparison(
        "family",
        _null("family_l IS NULL OR family_r IS NULL"),
        _level("family_l = family_r", "same", tf_adjustment_column="family"),
        _level(_SWAPPED, "the wrong way round"),
        _level("damerau_levenshtein(family_l, family_r) <= 1", "a slip"),
        _level("jaro_winkler_similarity(family_l, family_r) >= 0.88", "alike"),
        _level("ELSE", "different"),
    )


def _given() -> dict[str, Any]:
    return _comparison(
        "given",
        _null("given_l IS NULL OR given_r IS NULL"),
        _level("given_l = given_r", "same", tf_adjustment_column="given"),
        _level(_SWAPPED, "the wrong way round"),
        _level(
            "list_has_any(forms_l, forms_r) OR list_contains(givens_l, given_r) "
            "OR list_contains(givens_r, given_l)",
            "a short form or another of the names",
        ),
        _level("damerau_levenshtein(given_l, given_r) <= 1", "a slip"),
        _level(
            "(length(given_l) = 1 OR length(given_r) = 1) AND substr(given_l, 1, 1) = substr(given_r, 1, 1)",
            "an initial",
        ),
        _level("jaro_winkler_similarity(given_l, given_r) >= 0.88", "alike"),
        _level("ELSE", "different"),
    )


def _birth() -> dict[str, Any]:
    return _comparison(
        "birth",
        _null("birth_l IS NULL OR birth_r IS NULL"),
        _level("birth_l = birth_r", "same"),
        _level(f"damerau_levenshtein(birth_l, birth_r) <= 1 OR ({_DAY_AND_MONTH})", "a slip"),
        _level("ELSE", "different"),
    )


def _gender() -> dict[str, Any]:
    return _comparison(
        "gender",
        _null("gender_l IS NULL OR gender_r IS NULL"),
        _level("gender_l = gender_r", "same"),
        _level("ELSE", "different"),
    )


def _home() -> dict[str, Any]:
    no_home = "(postcode_{0} IS NULL AND street_{0} IS NULL AND uprn_{0} IS NULL)"
    return _comparison(
        "home",
        _null(f"{no_home.format('l')} OR {no_home.format('r')}"),
        _level(_SAME_DOOR, "the same door"),
        _level(
            "(house_l = house_r AND jaro_winkler_similarity(street_l, street_r) >= 0.88) "
            "OR (postcode_l = postcode_r AND jaro_winkler_similarity(street_l, street_r) >= 0.88)",
            "nearly the same door",
        ),
        _level("postcode_l = postcode_r OR street_l = street_r", "the same postcode or street"),
        _level(
            "damerau_levenshtein(postcode_l, postcode_r) <= 1 "
            "OR jaro_winkler_similarity(street_l, street_r) >= 0.88 "
            "OR jaro_winkler_similarity(locality_l, locality_r) >= 0.92",
            "nearby",
        ),
        _level("ELSE", "elsewhere"),
    )
