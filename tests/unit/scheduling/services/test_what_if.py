"""A week planned with other weights: the policy in force stays, and what comes of it is marked."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from hub.models import Role
from scheduling import runner, selectors
from scheduling.engine.problem import Policy as Weights
from scheduling.engine.solution import Reason, Solution, Unplaced
from scheduling.models import PlanningRun, Policy
from scheduling.services import publishing, weights
from tests.factories.hub import logged_in, make_user
from tests.factories.scheduling import Week, make_week
from tests.factories.visits import MONDAY, NOW
from visits.models import Rota

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
USUAL = weights.flat(Weights())
OTHER = USUAL | {"new_face": 12}


@pytest.fixture
def week() -> Week:
    """A small week that can be planned."""
    return make_week()


def planned(week: Week, monkeypatch: pytest.MonkeyPatch) -> Rota:
    """What comes of a what-if; the optimiser, which is another's to test, leaves all out."""
    seen: list[Any] = []

    def solve(problem: Any, **_: Any) -> Solution:
        seen.append(problem.policy)
        return Solution((), tuple(Unplaced(one.id, Reason.NO_CAPACITY) for one in problem.occurrences))

    monkeypatch.setattr(runner.child, "solve", solve)
    by = make_user(Role.COORDINATOR, week.area)
    run = weights.try_out(area=week.area, week_start=MONDAY, values=OTHER, by=by, now=NOW)
    runner.work(run.pk)
    run.refresh_from_db()
    assert seen[0].new_face == 12
    assert run.rota is not None, run.error
    return run.rota


def test_a_what_if_is_planned_marked_and_published_knowingly(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It plans with its own weights and puts none in force; without the tick it is not published."""
    rota = planned(week, monkeypatch)
    assert not Policy.objects.exists()
    assert selectors.policy(week.area) == Weights()
    assert weights.tried(rota) == [("A face that the person does not know", 20, 12)]
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    words = "A face that the person does not know: 12 instead of 20"
    board = f"/areas/{week.area.code}/weeks/{MONDAY}/?rota={rota.version}"
    for page in (board, f"/rotas/{rota.public_id}/compare/", f"/rotas/{rota.public_id}/publish/"):
        assert words in client.get(page).content.decode(), page
    assert "What-if 1" in client.get(board).content.decode()
    address = f"/rotas/{rota.public_id}/publish/"
    refusal = client.post(address)
    assert refusal.status_code == 409
    assert "Tick that you know it" in refusal.content.decode()
    assert client.post(address, {"what_if": "known"}).status_code == 302
    rota.refresh_from_db()
    assert rota.status == Rota.Status.PUBLISHED


def test_a_copy_of_a_what_if_is_one_too(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changed by hand it still has the other weights, so it is no less published knowingly."""
    rota = planned(week, monkeypatch)
    Rota.objects.filter(pk=rota.pk).update(status=Rota.Status.WITHDRAWN)
    copy = Rota.objects.get(pk=rota.pk)
    copy.pk, copy._state.adding, copy.version, copy.copied_from = None, True, 2, rota
    copy.public_id, copy.status = uuid4(), Rota.Status.CANDIDATE
    copy.save()
    assert selectors.policy_of(copy).new_face == 12
    with pytest.raises(publishing.PublishRefused, match="what-if"):
        publishing.publish(rota=copy, by=None, now=NOW)


@pytest.mark.parametrize("values", [USUAL, OTHER | {"unserved_4": 100}, OTHER | {"rest": 60}])
def test_weights_that_may_not_be_are_not_tried(week: Week, values: dict[str, int]) -> None:
    """Those in force, those that leave somebody without care, those below the law."""
    with pytest.raises(ValidationError):
        weights.try_out(
            area=week.area, week_start=MONDAY, values=values, by=make_user(Role.COORDINATOR), now=NOW
        )
    assert not PlanningRun.objects.exists()


def test_the_form_asks_for_a_run_of_the_chosen_week(week: Week) -> None:
    """One that goes on already is told of, with all that was typed kept."""
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = f"/areas/{week.area.code}/weights/what-if/"
    assert "Week of" in client.get(address).content.decode()
    said = OTHER | {"week_start": MONDAY.isoformat()}
    assert client.post(address, said)["Location"].endswith(f"/weeks/{MONDAY}/")
    assert PlanningRun.objects.get().weights["new_face"] == 12
    again = client.post(address, said)
    assert again.status_code == 400
    assert "being planned already" in again.content.decode()
