"""The weights of an area: bounds that keep people from being left out, who changed what, and turns."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from hub.models import Area, AuditEvent
from scheduling import selectors
from scheduling.engine.problem import Policy as Weights
from scheduling.models import Policy
from scheduling.services import weights
from tests.factories.hub import make_area, make_user
from tests.factories.visits import NOW

pytestmark = pytest.mark.django_db
USUAL = weights.flat(Weights())


@pytest.fixture
def area() -> Area:
    """An area that nobody has changed a weight of."""
    return make_area()


def change(area: Area, since: int | None = None, **values: int) -> Policy:
    """What a coordinator saves who changes these of the defaults."""
    return weights.change(area=area, values=USUAL | values, since=since, by=make_user(), now=NOW)


def test_every_weight_has_its_bounds_and_the_defaults_lie_within() -> None:
    """A weight that the optimiser gains must be offered, too."""
    assert {one.name.removesuffix(f"_{one.name[-1]}") for one in weights.WEIGHTS} == set(Weights.__slots__)
    assert all(one.least <= USUAL[one.name] <= one.most for one in weights.WEIGHTS)
    weights._check(USUAL)


def test_the_next_run_of_that_area_alone_weighs_by_it(area: Area) -> None:
    """Another area keeps the defaults; who did it is in the row and on record."""
    policy = change(area, new_face=12)
    assert selectors.policy(area).new_face == 12
    assert selectors.policy(area).unserved == Weights().unserved
    assert selectors.policy(make_area("elsewhere")) == Weights()
    assert AuditEvent.objects.get(what="planning weights").by == policy.set_by


def test_the_defaults_come_back_by_a_change_like_any_other(area: Area) -> None:
    """Nothing is erased: both changes stay to be read."""
    first = change(area, face=20)
    change(area, since=first.pk)
    assert selectors.policy(area) == Weights()
    assert Policy.objects.filter(area=area).count() == 2


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"rest": 659}, "rest", "660 to 960"),
        ({"break_after": 361}, "break_after", "120 to 360"),
        ({"break_minutes": 19}, "break_minutes", "20 to 60"),
        ({"unserved_1": 900}, "unserved_1", "less than for priority 2"),
        ({"new_face": 100}, "unserved_4", "at least 216"),
        ({"unserved_4": 135}, "unserved_4", "at least 136"),
    ],
)
def test_no_weights_leave_somebody_without_care_to_save_a_knock(
    area: Area, values: dict[str, int], field: str, said: str
) -> None:
    """Law, urgency and what a visit may cost bound each other; the refusal names the field."""
    with pytest.raises(ValidationError) as refused:
        change(area, **values)
    assert said in refused.value.message_dict[field][0]
    assert not Policy.objects.exists()


def test_the_bound_itself_is_allowed(area: Area) -> None:
    """136 is what a visit may cost and an hour's driving, exactly."""
    change(area, unserved_4=136)


def test_the_second_of_two_who_change_at_once_is_told(area: Area) -> None:
    """Nothing of the first is lost."""
    change(area, face=20)
    with pytest.raises(ValidationError, match="meanwhile"):
        change(area, new_face=12)
    assert selectors.policy(area).face == 20


def test_a_change_of_nothing_is_no_change(area: Area) -> None:
    """The history holds what differed."""
    with pytest.raises(ValidationError, match="nothing would change"):
        change(area)
