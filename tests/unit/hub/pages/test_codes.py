"""The hub decides what codes ask for; nobody else may, and every agency sees what waits of its own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hub.models import Role, SourceRecord, TaskCode
from tests.factories.hub import logged_in, make_agency, make_delivery, make_skill, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
CODE = "268400002"  # an example of HL7 UK's: 12 lead ECG


def test_a_code_that_waits_is_decided_on_its_page() -> None:
    """Listed with its sender's words; a wrong digit, no task and both answers at once are refused."""
    agency = make_agency(name="County Nursing")
    make_skill("wound_care", name="Wound care")
    SourceRecord.objects.create(
        agency=agency,
        delivery=make_delivery(agency),
        feed="f",
        kind="need",
        key="N1",
        place="line 1",
        payload={"codes": [[CODE, "12 lead <ECG>"]]},
        waits_for=f"http://snomed.info/sct|{CODE}",
    )
    quality = reverse("quality")
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency))
    assert f"{CODE} 12 lead &lt;ECG&gt; (1)" in manager.get(quality).content.decode()
    assert (
        CODE
        not in logged_in(make_user(Role.AGENCY_MANAGER, agency=make_agency())).get(quality).content.decode()
    )
    client = logged_in(make_user(Role.HUB_ADMINISTRATOR, first_name="Ann", last_name="Bell"))
    page = client.get(reverse("codes")).content.decode()
    for words in (CODE, "12 lead &lt;ECG&gt;", "County Nursing", "Nothing is decided yet"):
        assert words in page
    form = reverse("code-decide", args=[CODE])
    assert "12 lead &lt;ECG&gt;" in client.get(form).content.decode()
    said = {"code": CODE, "display": "12 lead ECG", "skills": ["wound_care"], "minutes": "15"}
    for wrong in (
        {"code": "268400003"},
        {"skills": []},
        {"nothing": "on"},
        {"minutes": "0"},
        {"display": ""},
    ):
        assert client.post(form, said | wrong).status_code == 400
    assert not TaskCode.objects.exists()
    assert client.post(form, said).status_code == 302
    page = client.get(reverse("codes")).content.decode()
    for words in ("Wound care", "Ann Bell, Wed 13 Jan 2027"):
        assert words in page
    assert b"268400002,12 lead ECG,wound_care,15" in client.get(reverse("codes"), {"as": "csv"}).content
    for role in (Role.AGENCY_MANAGER, Role.COORDINATOR):
        other = logged_in(make_user(role, agency=agency))
        assert {other.get(reverse(name)).status_code for name in ("codes", "code-new")} == {403}
