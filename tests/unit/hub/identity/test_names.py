"""How names and dates are compared."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.names import Given, compare_given, fold, fold_given
from hub.identity.typing_slips import is_date_slip, is_slip


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("O'Neill", "oneill"),
        ("O’NEILL", "oneill"),
        ("Nguyễn", "nguyen"),
        ("Smith-Jones", "smithjones"),
        ("de la Mare", "delamare"),
        ("Łukasz", "lukasz"),
        ("Strauß", "strauss"),
        ("", ""),
    ],
)
def test_names_meet_in_their_folded_form(written: str, folded: str) -> None:
    """Accents, apostrophes, hyphens and capitals do not make another person."""
    assert fold(written) == folded


def test_given_names_stay_apart_and_hyphens_join() -> None:
    """Mary Ann has two given names, Anne-Marie has one."""
    assert fold_given("Mary  ANN") == "mary ann"
    assert fold_given("Anne-Marie J.") == "annemarie j"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("margaret", "margaret rose", Given.SAME),
        ("annemarie", "anne marie", Given.SAME),
        ("m", "margaret", Given.INITIAL),
        ("peggy", "margaret", Given.SHORT_FORM),
        ("bill", "william", Given.SHORT_FORM),
        ("jean", "margaret jean", Given.ONE_OF_SEVERAL),
        ("margret", "margaret", Given.SLIP),
        ("jean", "joan", Given.SLIP),
        ("", "margaret", Given.UNKNOWN),
        ("margaret", "arthur", Given.DIFFERENT),
        ("j", "margaret", Given.DIFFERENT),
        ("ian", "jan", Given.DIFFERENT),
    ],
)
def test_given_names_stand_to_each_other(one: str, other: str, expected: Given) -> None:
    """Each relation has an example, and it holds from both sides."""
    assert compare_given(one, other) is expected
    assert compare_given(other, one) is expected


@pytest.mark.parametrize(
    ("one", "other"), [("smith", "smyth"), ("smith", "smit"), ("smith", "smiht"), ("ab", "ba")]
)
def test_one_slip_of_the_hand(one: str, other: str) -> None:
    """A letter changed, left out, or two neighbours swapped is one slip."""
    assert is_slip(one, other)
    assert is_slip(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("smith", "smith"), ("smith", "smoth e"), ("abcd", "badc"), ("a", "abc")]
)
def test_more_than_one_slip(one: str, other: str) -> None:
    """Equal texts have no slip, and two slips are not one."""
    assert not is_slip(one, other)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_slips_are_the_same_from_both_sides(one: str, other: str) -> None:
    """Which of two texts is the mistaken one does not matter."""
    assert is_slip(one, other) == is_slip(other, one)


@given(st.text("abc", min_size=1, max_size=6), st.data())
def test_every_single_change_is_a_slip(text: str, data: st.DataObject) -> None:
    """Whatever one character is changed to, it is noticed as one slip."""
    place = data.draw(st.integers(0, len(text) - 1))
    assert is_slip(text, text[:place] + "x" + text[place + 1 :])
    assert is_slip(text, text[:place] + text[place + 1 :])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (dt.date(1941, 5, 6), dt.date(1941, 6, 5)),
        (dt.date(1941, 5, 6), dt.date(1941, 5, 8)),
        (dt.date(1941, 5, 6), dt.date(1949, 5, 6)),
        (dt.date(1941, 5, 12), dt.date(1941, 5, 21)),
    ],
)
def test_dates_one_slip_apart(one: dt.date, other: dt.date) -> None:
    """A digit, two neighbouring digits, or day and month may be the wrong way round."""
    assert is_date_slip(one, other)
    assert is_date_slip(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (dt.date(1941, 5, 6), dt.date(1941, 5, 6)),
        (dt.date(1941, 5, 6), dt.date(1971, 5, 6)),
        (dt.date(1941, 5, 6), dt.date(1943, 8, 6)),
    ],
)
def test_a_generation_is_no_slip(one: dt.date, other: dt.date) -> None:
    """Born thirty years apart on one day is a parent and a child, though a single digit differs."""
    assert not is_date_slip(one, other)
