"""Matching measured where the truth is known; the figures promised hold on people nobody trained on."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.identity.linkage.splinking import Model
from hub.identity.measuring import figures, invented, labelled
from hub.identity.measuring.trial import Trial
from hub.identity.models_in_use import SHIPPED


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(labelled.of("county", invented.records(1500, seed=11)), Model.read(SHIPPED))


def test_no_twin_and_no_spouse_is_joined_and_few_true_pairs_are_missed(trial: Trial) -> None:
    """The promise: precision 0.995, recall 0.94, not one twin or spouse."""
    found = trial.together().figures
    assert found.precision >= 0.995
    assert found.recall >= 0.93  # the whole set, of 5,000 people, is measured by the command
    assert (found.kin.get("twin", 0), found.kin.get("spouse", 0)) == (0, 0)


def test_the_model_finds_what_the_rules_do_not(trial: Trial) -> None:
    """Else there would be no reason to have it."""
    assert trial.together().figures.recall > trial.by_rules().figures.recall + 0.1


def test_without_vetoes_the_model_would_join_whole_households(trial: Trial) -> None:
    """Why the vetoes are the base: the same model, the same gate."""
    assert trial.by_model().figures.precision < 0.95


def test_an_invented_county_is_the_same_for_the_same_seed_and_survives_its_file(tmp_path: Path) -> None:
    """What the command writes is what it measures."""
    records = invented.records(50, seed=4)
    assert records == invented.records(50, seed=4) != invented.records(50, seed=5)
    path = tmp_path / "county.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        labelled.write(file, records)
    read = labelled.read(path).cases
    assert [case.facts for case in read] == [case.facts for case in labelled.of("", records).cases]
    assert [(case.person, case.kin) for case in read] == [(each.person, each.kin) for each in records]


def test_febrl_is_read_without_its_social_security_numbers(tmp_path: Path) -> None:
    """The truth is in the id; a day that does not exist is not known."""
    path = tmp_path / "dataset.csv"
    path.write_text(
        "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, "
        "date_of_birth, soc_sec_id\n"
        "rec-7-org, lachlan, berry, 69, giblin street, killarney, bittern, 4814, qld, 19990219, 7364009\n"
        "rec-7-dup-0, lachlan, bery, 69, giblin street, killarney, bittern, 4814, qld, 19990231, 7364009\n"
    )
    found = labelled.read(path)
    assert found.abroad
    assert [case.person for case in found.cases] == ["7", "7"]
    assert [case.facts.birth_date is None for case in found.cases] == [False, True]
    assert {case.facts.nhs_number for case in found.cases} == {""}


def test_a_file_that_is_neither_says_what_was_expected(tmp_path: Path) -> None:
    """The columns are named."""
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(labelled.UnreadableError, match="given_name"):
        labelled.read(path)


@pytest.mark.parametrize(("right", "of", "low"), [(0, 0, 0.0), (50, 50, 0.92), (500, 500, 0.992)])
def test_an_interval_narrows_as_more_is_looked_at(right: int, of: int, low: float) -> None:
    """Fifty of fifty right is not a hundred in a hundred."""
    assert figures.interval(right, of)[0] == pytest.approx(low, abs=0.01)
    assert figures.interval(right, of)[1] == pytest.approx(1.0)


def test_what_hangs_together_in_a_chain_is_one() -> None:
    """One with two, two with three: all three pairs count."""
    assert figures.pairs_within(figures.closed([(1, 2), (2, 3)], range(1, 5))) == {(1, 2), (2, 3), (1, 3)}
