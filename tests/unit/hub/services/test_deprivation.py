"""The official index, by postcode and by neighbourhood."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from hub.models import Postcode
from hub.services import deprivation
from tests.factories.hub import make_postcode

pytestmark = pytest.mark.django_db
BY_POSTCODE = "Postcode,LSOA code,Index of Multiple Deprivation Rank,Index of Multiple Deprivation Decile\n"
FILE_7 = (
    "LSOA code (2021),LSOA name (2021),Index of Multiple Deprivation (IMD) Rank,"
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)\n"
)


def deciles() -> dict[str, int | None]:
    """The decile of each postcode that the hub knows."""
    return dict(Postcode.objects.values_list("code", "deprivation_decile"))


def test_the_list_by_postcode_is_read_as_it_is_published() -> None:
    """Known postcodes have their decile, unknown ones are counted, and loading again replaces all."""
    make_postcode("NR11 6AA")
    make_postcode("NR11 6AB")
    file = io.StringIO(f"{BY_POSTCODE}nr116aa,E01,1,3\nZZ1 1ZZ,E01,1,9\nNR11 6AB,,,\n")
    assert deprivation.load(file) == deprivation.Loaded(known=1, unknown=1)
    assert deciles() == {"NR11 6AA": 3, "NR11 6AB": None}
    deprivation.load(io.StringIO(f"{BY_POSTCODE}NR11 6AB,E01,1,10\n"))
    assert deciles() == {"NR11 6AA": None, "NR11 6AB": 10}


def test_the_index_by_neighbourhood_needs_the_directory_of_postcodes() -> None:
    """File 7 names neighbourhoods; the directory says in which a postcode lies."""
    make_postcode("NR11 6AA")
    with pytest.raises(deprivation.DeprivationFileError, match="--postcodes"):
        deprivation.load(io.StringIO(f"{FILE_7}E01000001,Town,5,2\n"))
    directory = io.StringIO("pcds,lsoa11,lsoa21\nNR11 6AA,E01999999,E01000001\n")
    deprivation.load(io.StringIO(f"{FILE_7}E01000001,Town,5,2\n"), postcodes=directory)
    assert deciles() == {"NR11 6AA": 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "line 1: the column the IMD decile is missing"),
        (f"{BY_POSTCODE}NR11 6AA,E01,1,11\n", "line 2: the decile is no number from 1 to 10"),
        (f"{BY_POSTCODE}?,E01,1,1\n", "line 2: the postcode is not one"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing_and_names_the_line(
    text: str, said: str, tmp_path: Path
) -> None:
    """What was loaded before stands."""
    make_postcode("NR11 6AA")
    Postcode.objects.update(deprivation_decile=7)
    file = tmp_path / "imd.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match=said):
        call_command("load_deprivation", file)
    assert deciles() == {"NR11 6AA": 7}
