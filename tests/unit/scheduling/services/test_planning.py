"""Asking for a run and calling one off."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.models import SharingAgreement
from scheduling import runs
from scheduling.models import PlanningRun
from scheduling.services import planning
from tests.factories.hub import make_agency, make_agreement, make_area, make_user
from tests.factories.scheduling import make_run
from tests.factories.visits import MONDAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement() -> SharingAgreement:
    """Two agencies that may be planned together."""
    return make_agreement(make_agency(), make_agency())


def test_without_an_agreement_in_force_nothing_is_planned() -> None:
    """The refusal names what no agreement covers."""
    make_agreement(make_agency(), make_agency(), items=("identity",))
    with pytest.raises(planning.PlanningRefused, match="covers “Needs"):
        planning.request(area=make_area(), week_start=MONDAY, by=None, now=NOW)


def test_a_run_waits_with_who_asked_and_for_how_long(agreement: SharingAgreement) -> None:
    """Everything that was wished for is in the row."""
    by, area = make_user(), make_area()
    run = planning.request(area=area, week_start=MONDAY, by=by, now=NOW, seconds=7, seed=3)
    assert (run.status, run.requested_by, run.seconds, run.seed) == ("queued", by, 7, 3)


def test_one_run_at_a_time_for_a_week(agreement: SharingAgreement) -> None:
    """A second wish for the same week is refused; another week, an agency alone, or later is not."""
    area, agency = make_area(), make_agency()

    def request(**wish: object) -> PlanningRun:
        return planning.request(**({"area": area, "week_start": MONDAY, "by": None, "now": NOW} | wish))

    first = request()
    with pytest.raises(planning.PlanningRefused, match="planned already"):
        request()
    request(week_start=MONDAY + dt.timedelta(days=7))
    request(agency=agency)
    with pytest.raises(planning.PlanningRefused):
        request(agency=agency)
    planning.cancel(run=first, by=None, now=NOW)
    assert request().status == "queued"


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        ({"week_start": MONDAY + dt.timedelta(days=1)}, "not a Monday"),
        ({"seconds": 0}, "1 to 3600 seconds"),
        ({"seconds": 3601}, "1 to 3600 seconds"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_the_rule(wish: dict[str, object], rule: str) -> None:
    """Weeks begin on Mondays and a run has bounds."""
    wish = {"area": make_area(), "week_start": MONDAY, "by": None, "now": NOW} | wish
    with pytest.raises(planning.PlanningRefused, match=rule):
        planning.request(**wish)


def test_a_waiting_run_is_cancelled_at_once() -> None:
    """Nobody has begun it, so nobody has to stop."""
    run, by = make_run(make_area()), make_user()
    planning.cancel(run=run, by=by, now=NOW)
    run.refresh_from_db()
    assert (run.status, run.finished_at, run.cancel_requested_by) == ("cancelled", NOW, by)
    assert runs.claim(run.pk) is None


def test_a_run_under_way_is_asked_to_stop() -> None:
    """Its worker learns of it with the next beat of its lease."""
    run = make_run(make_area())
    held = runs.claim(run.pk)
    assert held is not None
    assert runs.beat(held, {}) is False
    planning.cancel(run=run, by=None, now=NOW)
    run.refresh_from_db()
    assert run.status == "running"
    assert runs.beat(held, {}) is True


def test_a_run_whose_worker_died_is_cancelled_at_once() -> None:
    """Nobody is left to stop it, and the week must not stay taken."""
    run = make_run(make_area())
    held = runs.claim(run.pk)
    assert held is not None
    runs.let_go(held)
    planning.cancel(run=run, by=None, now=NOW)
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_a_run_that_has_ended_cannot_be_cancelled() -> None:
    """Done stays done."""
    run = make_run(make_area(), status="done")
    planning.cancel(run=run, by=None, now=NOW)
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("done", None)
