"""Who reads which weeks, how small groups are kept, and what the spreadsheets hold."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.models import Agency, Area, Role
from scheduling.models import HourFacts, UnitCost, UnplacedFacts, WeekFacts
from tests.factories.hub import logged_in, make_agency, make_area, make_skill, make_user
from tests.factories.visits import MONDAY, NOW, make_rota
from visits.models import Rota

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
WEEK = dt.timedelta(weeks=1)


def make_facts(rota: Rota, agency: Agency | None, decile: int = 0, **counts: int) -> WeekFacts:
    """What one agency's, or everybody's, week came to: twenty people unless told."""
    counts = {"people": 20, "placed": 90, "unplaced": 10, "minutes_placed": 2700} | counts
    counts = {"minutes_unplaced": 300, "arrivals": 80, "avoided": 10, "legs": 80, "faces": 60} | counts
    return WeekFacts.objects.create(
        area=rota.area, week_start=rota.week_start, rota=rota, agency=agency, decile=decile, **counts
    )


def rows_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a CSV answer."""
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def north() -> Area:
    """An area whose week is counted for two agencies."""
    area = make_area("north", name="North")
    rota = make_rota(area, status="published", asked=100, placed=90, unplaced_count=10)
    ours, theirs = make_agency("ours", name="=Ours Care"), make_agency("theirs", name="Theirs Nursing")
    facts = make_facts(rota, None)
    UnplacedFacts.objects.create(facts=facts, reason="no_capacity", occurrences=10, minutes=300)
    make_facts(rota, ours, arrivals=60)
    make_facts(rota, theirs, arrivals=20)
    return area


@pytest.fixture
def hub_client() -> Client:
    """The administrator of the hub."""
    return logged_in(make_user(Role.HUB_ADMINISTRATOR))


def test_the_page_tells_the_week_the_trend_and_that_it_adds_up(north: Area, hub_client: Client) -> None:
    """80 arrivals of 20 people are 4.0 each; 3,000 minutes asked are 2,700 placed and 300 unplaced."""
    page = hub_client.get(reverse("reports"))
    text = page.content.decode()
    assert {one.name: value for one, value in page.context["headline"]}["arrivals_per_person"] == "4.0"
    assert text.count('<svg class="plot"') == 8
    assert text.count("as a table</summary>") == 7
    ((week, beyond),) = page.context["sums"]
    assert (week.sums.minutes_asked, week.sums.minutes_placed, beyond) == (3000, 2700, 0)
    assert "Every competent worker on shift is with someone else" in text


def test_a_rota_whose_rows_are_gone_is_said_to_differ(north: Area, hub_client: Client) -> None:
    """Somebody's visits were erased and the week counted again: the page says so, and does not hide it."""
    Rota.objects.update(asked=107, placed=97)
    assert "the rota said +7" in hub_client.get(reverse("reports")).content.decode()


def test_a_figure_leads_to_the_list_behind_it(north: Area, hub_client: Client) -> None:
    """Unplaced by reason to the board's tray, visits avoided to the ledger of joins, faces to people."""
    page = hub_client.get(reverse("reports")).content.decode()
    tray = f"{reverse('board', args=['north', MONDAY])}?reason=no_capacity#tray"
    for address in (tray, reverse("merges"), f"{reverse('continuity')}?to=2027-01-17"):
        assert address in page
    assert hub_client.get(tray).status_code == 200
    ours = Agency.objects.get(code="ours")
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=ours)).get(reverse("reports"))
    assert "#tray" not in manager.content.decode()  # a manager opens no board


def test_the_page_says_by_what_travel_was_reckoned(north: Area, hub_client: Client) -> None:
    """As the crow flies until a rota was planned by road, and then in how many."""
    assert "as the crow flies, lengthened" in hub_client.get(reverse("reports")).content.decode()
    south = make_rota(make_area("south"), status="published", figures={"roads": "5f3a"})
    make_facts(south, None)
    assert "by road in 1 of 2 rotas, miles in 0;" in hub_client.get(reverse("reports")).content.decode()
    WeekFacts.objects.update(metres_by_road=True)  # counted again since, the minutes with the miles
    assert "miles are along those quickest ways" in hub_client.get(reverse("reports")).content.decode()


def test_each_reader_reads_their_own(north: Area) -> None:
    """A manager the own agency, a coordinator the own areas, and neither anything else."""
    ours = Agency.objects.get(code="ours")
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=ours)).get(reverse("reports"))
    assert manager.context["last"].sums.arrivals == 60
    assert "Theirs Nursing" not in manager.content.decode()
    forced = logged_in(make_user(Role.AGENCY_MANAGER, agency=ours)).get(
        reverse("reports"), {"agency": "theirs"}
    )
    assert forced.context["last"].sums.arrivals == 60
    planner = logged_in(make_user(Role.COORDINATOR, north, agency=ours)).get(reverse("reports"))
    assert planner.context["last"].sums.arrivals == 80
    elsewhere = logged_in(make_user(Role.COORDINATOR, make_area(), agency=ours)).get(reverse("reports"))
    assert elsewhere.context["is_empty"]
    field = logged_in(make_user(Role.FIELD_WORKER, agency=ours))
    assert field.get(reverse("reports")).status_code == 403


def test_four_people_of_another_agency_are_shown_to_nobody(north: Area, hub_client: Client) -> None:
    """Not by table, filter or spreadsheet; nor the one group that would give them away."""
    WeekFacts.objects.filter(agency__code="theirs").update(people=4, arrivals=777)
    text = hub_client.get(reverse("reports")).content.decode()
    assert "777" not in text
    narrowed = hub_client.get(reverse("reports"), {"agency": "theirs"})
    assert narrowed.context["last"] is None
    assert "777" not in narrowed.content.decode()
    rows = rows_of(hub_client.get(reverse("reports"), {"as": "csv-agencies"}))
    assert [row["arrivals"] for row in rows] == ["", ""]
    assert [row["weeks hidden, fewer than 5 people"] for row in rows] == ["1", "1"]
    theirs = Agency.objects.get(code="theirs")
    own = logged_in(make_user(Role.AGENCY_MANAGER, agency=theirs)).get(reverse("reports"))
    assert own.context["last"].sums.arrivals == 777


def test_a_small_decile_is_hidden_also_from_the_agency_itself(hub_client: Client) -> None:
    """A street's worth of people could be recognised by anybody."""
    agency = make_agency("ours")
    rota = make_rota(make_area(), status="published")
    for decile, people in ((1, 3), (4, 8), (9, 30)):
        make_facts(rota, agency, decile, people=people)
        make_facts(rota, None, decile, people=people)
    client = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency))
    rows = {
        row["group"]: row["arrivals"]
        for row in rows_of(client.get(reverse("reports"), {"as": "csv-deciles"}))
    }
    assert rows == {"1, most deprived": "", "4": "", "9": "80"}
    assert client.get(reverse("reports"), {"decile": "1"}).context["last"] is None
    assert client.get(reverse("reports"), {"decile": "9"}).context["last"].sums.people == 30


def test_a_spreadsheet_takes_no_agencys_name_for_a_formula(north: Area, hub_client: Client) -> None:
    """=Ours Care is text; the weeks' own spreadsheet has a row a week."""
    rows = rows_of(hub_client.get(reverse("reports"), {"as": "csv-agencies"}))
    assert [row["group"] for row in rows] == ["'=Ours Care", "Theirs Nursing"]
    weeks = rows_of(hub_client.get(reverse("reports"), {"as": "csv", "weeks": "26"}))
    assert len(weeks) == 26
    assert (weeks[-1]["week of"], weeks[-1]["minutes asked"]) == (MONDAY.isoformat(), "3000")
    assert weeks[0]["shown"] == "no rota"


def test_half_a_year_of_a_county_takes_no_more_queries_than_a_week(
    north: Area, hub_client: Client, django_assert_max_num_queries: Any
) -> None:
    """Nothing is asked for each week, area, agency or decile."""
    for number in range(1, 5):
        rota = make_rota(make_area(), week_start=MONDAY - number * WEEK, status="published")
        for agency in (None, *Agency.objects.all()):
            for decile in range(11):
                make_facts(rota, agency, decile)
    with django_assert_max_num_queries(14):
        hub_client.get(reverse("reports"))


def test_before_anything_is_counted_the_pages_say_what_to_do(hub_client: Client) -> None:
    """No empty plot: a sentence and the command."""
    assert "manage.py count_weeks" in hub_client.get(reverse("reports")).content.decode()
    assert "manage.py count_weeks" in hub_client.get(reverse("report-hours")).content.decode()


def test_an_hour_with_more_asked_than_on_shift_is_pointed_out(north: Area, hub_client: Client) -> None:
    """Two hours asked at eight and one on shift: one hour short, on the page and in both spreadsheets."""
    ours, demand, capacity = Agency.objects.get(code="ours"), [0.0] * 24, [0.0] * 24
    demand[8], capacity[8], capacity[9] = 120, 60, 60
    for skill in (None, make_skill("insulin")):
        HourFacts.objects.create(
            area=north,
            week_start=MONDAY + WEEK,
            agency=ours,
            skill=skill,
            demand=demand,
            capacity=capacity,
            counted_at=NOW,
        )
    page = hub_client.get(reverse("report-hours"), {"skill": "insulin"})
    assert "✕ too few on shift" in page.content.decode()
    assert "Too few at 08:00." in page.content.decode()
    rows = rows_of(hub_client.get(reverse("report-hours"), {"as": "csv"}))
    assert [(row["from"], row["left"]) for row in rows] == [("08:00", "-1.0"), ("09:00", "1.0")]
    skills = rows_of(hub_client.get(reverse("report-hours"), {"as": "csv-skills"}))
    assert [row["hours of the day with too few"] for row in skills] == ["08:00", "08:00"]
    theirs = make_user(Role.AGENCY_MANAGER, agency=Agency.objects.get(code="theirs"))
    assert logged_in(theirs).get(reverse("report-hours")).context["is_empty"]


def test_a_price_is_set_with_its_source_and_stays_on_record(hub_client: Client) -> None:
    """A price without a source is refused with what was typed kept; a good one shows who set it."""
    said = {"kind": "mile", "pounds": "0.50", "valid_from": "2027-01-11", "source": "", "agency": ""}
    refused = hub_client.post(reverse("unit-cost-new"), said)
    assert refused.status_code == 400
    assert 'value="0.50"' in refused.content.decode()
    hub_client.post(reverse("unit-cost-new"), said | {"source": "Council mileage 2027"})
    cost = UnitCost.objects.get()
    page = hub_client.get(reverse("unit-costs")).content.decode()
    assert "Council mileage 2027" in page
    assert cost.set_by.username in page


def test_a_manager_sets_the_prices_of_the_own_agency_alone() -> None:
    """Not the county's, not another's; a coordinator none at all."""
    ours, theirs = make_agency("ours"), make_agency("theirs")
    client = logged_in(make_user(Role.AGENCY_MANAGER, agency=ours))
    said = {"kind": "mile", "pounds": "0.50", "valid_from": "2027-01-11", "source": "Our contract"}
    for agency in ("", str(theirs.pk)):
        assert client.post(reverse("unit-cost-new"), said | {"agency": agency}).status_code == 400
    assert client.post(reverse("unit-cost-new"), said | {"agency": str(ours.pk)}).status_code == 302
    assert UnitCost.objects.get().agency == ours
    assert "Our contract" not in (
        logged_in(make_user(Role.AGENCY_MANAGER, agency=theirs)).get(reverse("unit-costs")).content.decode()
    )
    planner = logged_in(make_user(Role.COORDINATOR, agency=ours))
    assert planner.get(reverse("unit-cost-new")).status_code == 403
