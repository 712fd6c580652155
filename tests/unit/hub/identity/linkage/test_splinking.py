"""Splink weighs pairs by what it has learned: rare names more, strangers less."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace

import pytest

from hub.identity.linkage import appearance, splinking
from hub.identity.linkage.splinking import Model
from hub.identity.matching import Facts
from hub.identity.measuring import invented, labelled
from hub.identity.models_in_use import SHIPPED

LINES = ("12 Mill Road", "Aylsham")
MABEL = Facts(
    family="thorncroft", given="mabel", birth_date=dt.date(1941, 5, 6), gender="F", postcode="NR11 6AA"
)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.read(SHIPPED)


def weights(model: Model, *facts: Facts, among: int = 100_000) -> list[float]:
    """The weight of each of the facts beside the first."""
    rows = [appearance.row(number, each, LINES) for number, each in enumerate(facts)]
    pairs = [(0, number) for number in range(1, len(facts))]
    found = splinking.weigh(model, rows, pairs=pairs, among=among)
    return [found[pair] for pair in pairs]


def test_the_more_agrees_the_heavier(model: Model) -> None:
    """Same, a slip, a short form, another person."""
    same, slip, other = weights(
        model,
        MABEL,
        MABEL,
        replace(MABEL, birth_date=dt.date(1941, 6, 5)),
        replace(MABEL, given="arthur", gender="M", birth_date=dt.date(1938, 1, 2)),
    )
    assert same > slip > 5 > 0 > other


def test_a_rare_name_weighs_more_than_a_common_one(model: Model) -> None:
    """Two John Smiths of one day need not be one; two Mabel Thorncrofts do."""
    john = replace(MABEL, family="smith", given="john", gender="M")
    rows = [appearance.row(number, each, ()) for number, each in enumerate((MABEL, MABEL, john, john))]
    found = splinking.weigh(model, rows, pairs=[(0, 1), (2, 3)], among=100_000)
    assert found[0, 1] > found[2, 3] + 3


def test_the_larger_the_county_the_less_an_agreement_says(model: Model) -> None:
    """Ten times the records, ten times the strangers who look alike."""
    (few,) = weights(model, MABEL, MABEL, among=10_000)
    (many,) = weights(model, MABEL, MABEL, among=100_000)
    assert few - many == pytest.approx(3.32, abs=0.05)


def test_the_same_records_teach_the_same() -> None:
    """A demonstration must come out the same twice, and a training be repeatable."""
    cases = labelled.of("", invented.records(80, seed=3)).cases
    rows = [appearance.row(number, case.facts, case.lines) for number, case in enumerate(cases)]
    assert splinking.train(rows) == splinking.train(rows)


def test_no_rare_name_is_kept_with_a_model(model: Model) -> None:
    """A list of names that one family bears would be personal data."""
    shares = {"smith": 0.25, "thorncroft": 0.04}
    known = replace(model, records=100, families=shares, givens=shares)
    assert set(known.as_json()["families"]) == {"smith"}
    assert known.as_json()["rare_given"] == pytest.approx(0.04)
    assert known.given_names is None
    assert replace(known, records=10_000).given_names == {"smith", "thorncroft"}


def test_the_web_process_never_loads_splink() -> None:
    """Importing every page costs no request the second that Splink takes."""
    code = (
        "import django, sys; django.setup(); import config.urls; from django.urls import get_resolver; "
        "get_resolver().url_patterns; assert not {'splink', 'duckdb', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=_environment())


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
