"""Loading where postcodes lie."""

import io

import pytest

from hub.models import Address, Postcode
from hub.services import postcodes
from tests.factories import hub

pytestmark = pytest.mark.django_db
HEADING = "postcode,latitude,longitude\n"


def test_postcodes_are_loaded_and_loaded_again() -> None:
    """However the space is written; a second file moves what it knows better."""
    assert postcodes.load(io.StringIO(HEADING + "NR116AA,52.79,1.25\nnr1 1aa,52.6,1.3\n")) == 2
    postcodes.load(io.StringIO(HEADING + "NR11 6AA,52.80,1.26\n"))
    assert dict(Postcode.objects.values_list("code", "latitude")) == {"NR11 6AA": 52.80, "NR1 1AA": 52.6}


def test_addresses_that_waited_get_their_place_and_area() -> None:
    """A door received before its postcode was known is on the map afterwards."""
    area = hub.make_area(sectors=("NR11 6",))
    waiting = hub.make_address(None, latitude=None, longitude=None)
    elsewhere = hub.make_address(None, postcode="NR1 1AA", latitude=None, longitude=None)
    postcodes.load(io.StringIO(HEADING + "NR11 6AA,52.79,1.25\n"))
    found = Address.objects.get(pk=waiting.pk)
    assert (found.latitude, found.longitude, found.area) == (52.79, 1.25, area)
    assert Address.objects.get(pk=elsewhere.pk).latitude is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,lat\nNR1,1\n", "line 1: the columns postcode, latitude, longitude are missing"),
        (HEADING + "NR11 6AA,52.79,1.25\nNR11 6AB,north,1\n", "line 3"),
        (HEADING + "NR11 6AA,52.79\n", "line 2"),
        (HEADING + "NR11 6AA,1.25,52.79\n", "not in the British Isles"),
        (HEADING + "somewhere in Norfolk,52.79,1.25\n", "line 2"),
    ],
)
def test_a_list_that_cannot_be_read_names_the_line_and_stores_nothing(text: str, said: str) -> None:
    """Half a list of postcodes would leave half the county without coordinates."""
    with pytest.raises(postcodes.PostcodeFileError, match=said):
        postcodes.load(io.StringIO(text))
    assert not Postcode.objects.exists()
