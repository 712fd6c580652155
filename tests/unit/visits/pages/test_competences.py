"""Sign-off in the browser: by the employing agency's manager, never by another's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hub.models import Role
from tests.factories.hub import logged_in, make_agency, make_area, make_skill, make_user
from tests.factories.visits import make_worker

pytestmark = pytest.mark.django_db


def test_a_manager_signs_off_own_staff_and_ends_it() -> None:
    """Signed once from a day, ended with a day; the same day twice is refused with the reason."""
    agency, insulin = make_agency(), make_skill("insulin")
    worker = make_worker(agency, make_area())
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency))
    said = {"skill": insulin.pk, "starts_on": "2027-01-13", "signed_by": "The lead nurse"}
    address = reverse("competence-new", args=[worker.public_id])
    assert manager.get(address).status_code == 200
    assert manager.post(address, said).status_code == 302
    assert manager.post(address, said).status_code == 400
    competence = worker.competences.get(skill=insulin)
    assert "End…" in manager.get(reverse("worker", args=[worker.public_id])).content.decode()
    ending = reverse("competence-end", args=[worker.public_id, competence.pk])
    assert manager.post(ending, {"expires_on": "2027-01-01"}).status_code == 400
    assert manager.post(ending, {"expires_on": "2027-06-01"}).status_code == 302
    competence.refresh_from_db()
    assert str(competence.expires_on) == "2027-06-01"


def test_nobody_signs_off_the_staff_of_another_agency() -> None:
    """Another agency's manager gets 404, a coordinator 403."""
    worker = make_worker(make_agency(), make_area())
    address = reverse("competence-new", args=[worker.public_id])
    assert logged_in(make_user(Role.AGENCY_MANAGER, agency=make_agency())).get(address).status_code == 404
    coordinator = make_user(Role.COORDINATOR, worker.area, agency=worker.agency)
    assert logged_in(coordinator).get(address).status_code == 403
