"""What counts as an NHS number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity import nhs_number

NINE_DIGITS = st.from_regex(r"[0-9]{9}", fullmatch=True)


@pytest.mark.parametrize("number", ["9434765919", "4010232137", "9000000009"])
def test_numbers_with_the_right_check_digit_are_valid(number: str) -> None:
    """Well-formed numbers pass, among them one of the NHS's own test numbers."""
    assert nhs_number.is_valid(number)


@pytest.mark.parametrize("number", ["0000000000", "1111111111", "9999999999"])
def test_placeholders_are_refused_although_they_pass_the_check(number: str) -> None:
    """A receptionist who types ten nines has not found anybody's number."""
    assert nhs_number.check_digit(number[:9]) == number[9]
    assert not nhs_number.is_valid(number)


@pytest.mark.parametrize(
    "number", ["", "943476591", "94347659190", "943476591X", "$nhs-number", "٩٤٣٤٧٦٥٩١٩"]
)
def test_anything_but_ten_plain_digits_is_refused(number: str) -> None:
    """Letters, other lengths and digits of other scripts are no NHS number."""
    assert not nhs_number.is_valid(number)


@pytest.mark.parametrize("text", ["943 476 5919", "943-476-5919", " 9434765919\t", "943–476–5919"])
def test_spaces_and_dashes_are_taken_out(text: str) -> None:
    """People write the number in three groups, with whatever lies between."""
    assert nhs_number.normalise(text) == "9434765919"


def test_no_number_is_an_empty_one() -> None:
    """A missing number is the same as an empty one, and not valid."""
    assert nhs_number.normalise(None) == ""
    assert not nhs_number.is_valid("")


@given(NINE_DIGITS, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_caught(first_nine: str, place: int, shift: int) -> None:
    """Whichever digit is mistyped, the number is no longer valid."""
    digit = nhs_number.check_digit(first_nine)
    if digit is None:
        return
    number = first_nine + digit
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not nhs_number.is_valid(wrong)


@given(NINE_DIGITS, st.integers(0, 8))
def test_two_neighbouring_digits_swapped_are_caught(first_nine: str, place: int) -> None:
    """The commonest slip of the hand never turns one valid number into another."""
    digit = nhs_number.check_digit(first_nine)
    if digit is None:
        return
    number = first_nine + digit
    if number[place] == number[place + 1]:
        return
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert not nhs_number.is_valid(swapped)


def test_nine_digits_without_a_check_digit_are_never_issued() -> None:
    """Where the sum asks for ten, there is no such number, whatever the last digit."""
    never = next(f"{n:09d}" for n in range(1000) if nhs_number.check_digit(f"{n:09d}") is None)
    assert not any(nhs_number.is_valid(never + str(last)) for last in range(10))
