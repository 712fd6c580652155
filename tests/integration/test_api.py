"""The API as a program uses it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token

from hub.models import Agency, Area, Role, User
from tests.factories import hub as make

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


@pytest.fixture
def area() -> Area:
    return make.make_area("north")


@pytest.fixture
def agency() -> Agency:
    return make.make_agency("care-a")


@pytest.fixture
def coordinator(area: Area, agency: Agency) -> User:
    """A coordinator under an agreement that covers everything."""
    make.make_agreement(agency, make.make_agency("nurses", kind=Agency.Kind.NURSING))
    return make.make_user(Role.COORDINATOR, area, agency=agency)


@pytest.fixture
def api(coordinator: User) -> Client:
    """A program with the coordinator's token."""
    token = Token.objects.create(user=coordinator)
    return Client(headers={"authorization": f"Token {token.key}"})


def test_a_program_gets_a_token_for_a_name_and_password(coordinator: User) -> None:
    """The token that the right password earns opens the API."""
    wanted = {"username": coordinator.username, "password": make.PASSWORD}
    answer = Client().post(f"{V1}/token/", wanted, content_type="application/json")
    assert answer.status_code == 200
    headers = {"authorization": f"Token {answer.json()['token']}"}
    assert Client(headers=headers).get(f"{V1}/people/").status_code == 200


def test_guessing_passwords_at_the_api_locks_the_name_out(coordinator: User) -> None:
    """After five wrong passwords even the right one is refused for a while."""
    for attempt in range(5):
        wrong = {"username": coordinator.username, "password": f"wrong-{attempt}"}
        Client().post(f"{V1}/token/", wrong, content_type="application/json")
    right = {"username": coordinator.username, "password": make.PASSWORD}
    answer = Client().post(f"{V1}/token/", right, content_type="application/json")
    assert answer.status_code != 200


def test_without_a_token_the_answer_is_a_problem_document(db: None) -> None:
    """A refusal says what is wrong in RFC 9457's own media type."""
    answer = Client().get(f"{V1}/people/")
    assert answer.status_code in {401, 403}
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["status"] == answer.status_code


def test_people_come_in_pages_of_a_bounded_size(api: Client, area: Area, agency: Agency) -> None:
    """Three people in pages of two make two pages, and no more than 500 are given at once."""
    for _ in range(3):
        make.make_person(agency, area=area)
    first = api.get(f"{V1}/people/", {"page_size": 2}).json()
    assert (first["count"], len(first["results"])) == (3, 2)
    assert len(api.get(first["next"]).json()["results"]) == 1


def test_a_person_is_found_by_name_without_the_name_in_an_address(
    api: Client, area: Area, agency: Agency
) -> None:
    """The search is posted; O'Neill and Nguyễn are found as they write themselves."""
    for family in ("O'Neill", "Nguyễn", "Smith"):
        make.make_person(agency, area=area, family_name=family)
    for wanted in ("O'Nei", "nguyễn"):
        answer = api.post(f"{V1}/people/search/", {"name": wanted}, content_type="application/json")
        assert [each["family_name"][:3] for each in answer.json()["results"]] == [wanted[:3].title()]


def test_a_restricted_person_has_no_address_here(api: Client, area: Area, agency: Agency) -> None:
    """Restricted means that neither the address, nor the postcode, nor the area is told."""
    person = make.make_person(agency, area=area, restricted=True)
    shown = api.get(f"{V1}/people/{person.public_id}/").json()
    assert (shown["address"], shown["postcode"], shown["area"]) == (None, None, None)


def test_an_nhs_number_needs_an_agreement_that_covers_it(area: Area, agency: Agency) -> None:
    """The same person, asked for under an agreement without NHS numbers, has none."""
    make.make_agreement(agency, items=("identity", "needs"))
    person = make.make_person(agency, area=area, nhs_number=make.make_nhs_number())
    user = make.make_user(Role.COORDINATOR, area, agency=agency)
    client = Client(headers={"authorization": f"Token {Token.objects.create(user=user).key}"})
    assert client.get(f"{V1}/people/{person.public_id}/").json()["nhs_number"] is None
    make.make_agreement(agency, items=("nhs_number",))
    assert client.get(f"{V1}/people/{person.public_id}/").json()["nhs_number"] == person.nhs_number


def test_a_wrong_parameter_is_named(api: Client) -> None:
    """An error names the field, the rule and what is wrong with it."""
    problem = api.get(f"{V1}/visits/", {"first": "31/02/2027"}).json()
    assert problem["status"] == 400
    assert problem["errors"][0]["field"] == "first"


def test_a_nul_character_is_an_error_and_not_a_crash(api: Client) -> None:
    """PostgreSQL cannot hold a NUL; asking with one is the caller's mistake."""
    answer = api.post(f"{V1}/people/search/", {"name": "a\x00b"}, content_type="application/json")
    assert answer.status_code == 400
    assert api.get(f"{V1}/needs/", {"agency": "a\x00b"}).status_code == 400


def test_one_occurrence_is_called_off_by_a_named_human(api: Client, area: Area, agency: Agency) -> None:
    """The cancellation keeps who, when and why; a day on which nothing is due is refused."""
    need = make.make_need(make.make_person(agency, area=area), agency, rrule="FREQ=WEEKLY;BYDAY=MO")
    address = f"{V1}/needs/{need.public_id}/cancellations/"
    wish = {"due_on": "2027-01-18", "reason": "With her daughter that day"}
    assert api.post(address, wish, content_type="application/json").status_code == 201
    assert need.cancellations.get().due_on == dt.date(2027, 1, 18)
    wrong = api.post(address, wish | {"due_on": "2027-01-19"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "due_on")


def test_a_run_is_asked_for_followed_and_called_off(api: Client, area: Area) -> None:
    """202 with an id, then the run's state under that id; a second request meanwhile is 409."""
    wish = {"area": area.code, "week_start": "2027-01-18", "seconds": 1}
    answer = api.post(f"{V1}/runs/", wish, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    again = api.post(f"{V1}/runs/", wish, content_type="application/json")
    assert again.status_code == 409
    address = f"{V1}/runs/{answer.json()['id']}/"
    assert api.get(address).json()["area"] == area.code
    assert api.post(f"{address}cancel/").json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"week_start": "2027-01-19"}, "week_start"),
        ({"week_start": "no day"}, "week_start"),
        ({"area": "elsewhere"}, "area"),
        ({"seconds": 0}, "seconds"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_run_that_cannot_be_is_refused_by_field(
    api: Client, area: Area, change: dict[str, object], field: str
) -> None:
    """Each wrong field of a request is named."""
    wish = {"area": area.code, "week_start": "2027-01-18", "seconds": 1} | change
    problem = api.post(f"{V1}/runs/", wish, content_type="application/json").json()
    assert (problem["status"], problem["errors"][0]["field"]) == (400, field)


def test_an_address_that_is_not_there_is_a_problem_document(api: Client) -> None:
    """A program that mistypes gets JSON, not a page."""
    answer = api.get(f"{V1}/peoples/")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_the_schema_describes_every_address_without_a_warning(coordinator: User) -> None:
    """OpenAPI is made from the code, and drf-spectacular has nothing to complain of."""
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    wanted = {"people", "needs", "visits", "rotas", "runs"}
    assert wanted <= {path.split("/")[3] for path in schema["paths"]}


def test_the_reading_page_needs_nothing_from_the_internet(api: Client, coordinator: User) -> None:
    """Every address in the page that reads the schema is our own."""
    client = Client()
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/api/").content.decode()
    assert "swagger" in page
    assert "https://" not in page.replace("http://www.w3.org", "")
