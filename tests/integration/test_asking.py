"""A question goes through the real queue as keys and comes back as codes; without a desk, one is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

from scheduling.services import asking
from tests.factories.scheduling import make_candidate, make_week
from tests.factories.visits import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def served_desk(child_environment: dict[str, str]) -> Iterator[None]:
    """The process that `make run` starts."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--queues=desk", "--pool=solo"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
    worker = subprocess.Popen(
        [*command, *quiet], cwd=settings.BASE_DIR, env=child_environment, stderr=subprocess.DEVNULL
    )
    yield
    worker.terminate()
    worker.wait(20)


def test_the_desk_answers_who_asks(served_desk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked about a call of a version, by keys alone; a version that is gone is said to be."""
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 90)  # the process has to start first
    week = make_week()
    rota = make_candidate(week)
    answer = asking.rank(rota=rota, need=week.washing.pk, due_on=MONDAY)
    assert answer["options"][0]["worker"] == f"w{week.worker.pk}"
    visit = rota.visits.order_by("starts_at").first()
    assert asking.rank_visit(rota=rota, visit=visit)["options"] == answer["options"]
    rota.pk = 0
    with pytest.raises(asking.NoAnswer, match="not there any more"):
        asking.explain(rota=rota, need=week.washing.pk, due_on=MONDAY)


def test_nobody_waits_for_a_desk_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not answered in time is not answered later either, and the reader is told what to do."""
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.3)
    week = make_week()
    with pytest.raises(asking.NoAnswer, match="nobody serves the queue"):
        asking.rank(rota=make_candidate(week), need=week.washing.pk, due_on=MONDAY)
