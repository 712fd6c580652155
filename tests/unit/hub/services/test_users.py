"""Adding people who log in."""

import pytest
from django.core.exceptions import ValidationError

from hub.models import Role, User
from hub.services.users import add_user
from tests.factories import hub

pytestmark = pytest.mark.django_db
PASSWORD = "sluice-heron-marram"


def test_a_coordinator_gets_an_agency_and_areas() -> None:
    """And logs in with the password, which is kept as a hash."""
    agency, area = hub.make_agency(), hub.make_area()
    add_user(name="ada", role=Role.COORDINATOR, agency=agency, areas=[area], password=PASSWORD)
    user = User.objects.get(username="ada")
    assert (user.agency, list(user.areas.all()), user.check_password(PASSWORD)) == (agency, [area], True)
    assert not user.is_staff
    assert not user.is_superuser


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "short"), ("ada", "password1234"), ("not a name", PASSWORD)]
)
def test_weak_passwords_and_odd_names_are_refused(name: str, password: str) -> None:
    """Too short, too common, or a name with spaces."""
    with pytest.raises(ValidationError):
        add_user(name=name, role=Role.FIELD_WORKER, agency=hub.make_agency(), password=password)
    assert not User.objects.exists()


def test_everyone_but_the_hub_administrator_needs_an_agency() -> None:
    """Without one they would see nothing anyway; the mistake is said at once."""
    with pytest.raises(ValidationError):
        add_user(name="ada", role=Role.COORDINATOR, agency=None, password=PASSWORD)
    assert add_user(name="root", role=Role.HUB_ADMINISTRATOR, agency=None, password=PASSWORD).agency is None
