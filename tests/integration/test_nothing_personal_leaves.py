"""What the optimiser and the queue are given holds codes, minutes and windows: nothing that names anybody."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from hub.tasks import remind_of_reviews
from scheduling import child, runner
from scheduling.models import PlanningRun
from scheduling.services import planning
from scheduling.tasks import open_overnight, sweep
from tests.factories.hub import make_contact, make_nhs_number
from tests.factories.scheduling import Week, make_week
from tests.factories.visits import MONDAY, NOW, make_barred_worker, make_named_worker, make_worker
from visits.tasks import erase_expired

pytestmark = pytest.mark.django_db
NUMBER = make_nhs_number(7)
SECRETS = (
    *("Quixworthy", "Zebedee", "Flibberty Lane", "NR11 6ZZ", "100090012345", NUMBER, "1931-04-05"),
    *("diabetes", "Wolverine", "shouted", "Came most often"),
)


@pytest.fixture
def week() -> Week:
    """A week about somebody of whom every field is a canary."""
    week = make_week()
    week.person.family_name, week.person.given_name = "Quixworthy", "Zebedee"
    week.person.nhs_number, week.person.birth_date = NUMBER, "1931-04-05"
    week.person.save()
    address = week.person.address
    address.lines, address.postcode, address.uprn = "9 Flibberty Lane", "NR11 6ZZ", "100090012345"
    address.save()
    week.washing.title = "Care for type 2 diabetes"
    week.washing.mergeable, week.washing.separate_reason = False, "Because of diabetes"
    week.washing.save()
    week.worker.name = "Wolverine"
    week.worker.save()
    make_named_worker(week.person, week.worker)
    barred = make_barred_worker(week.person, make_worker(week.agency, week.area, name="Wolverine Two"))
    barred.reason = "He shouted at Zebedee"
    barred.save()
    make_contact(week.person, week.agency, starts_at=NOW, worker=week.worker.reference)
    return week


def found_in(text: str) -> list[str]:
    """The secrets that a text gives away."""
    return [secret for secret in SECRETS if secret.casefold() in text.casefold()]


def test_the_childs_files_and_command_line_name_nobody(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very bytes that the optimiser's process is given: its files, its arguments, its environment."""
    written: list[str] = []
    write, popen = child._write_private, child.subprocess.Popen

    def written_too(path: Path, value: Any) -> None:
        write(path, value)
        written.append(path.read_text())

    def started(command: list[str], **options: Any) -> Any:
        written.append(json.dumps([command, options["env"]]))
        return popen(["/bin/false"], **options)

    monkeypatch.setattr(child, "_write_private", written_too)
    monkeypatch.setattr(child.subprocess, "Popen", started)
    run = planning.request(area=week.area, week_start=MONDAY, by=None, now=NOW, seconds=1)
    runner.work(run.pk)
    problem = json.loads(written[0])
    assert problem["occurrences"]
    assert len(written) >= 2
    assert [found_in(text) for text in written] == [[]] * len(written)
    run.refresh_from_db()
    assert found_in(run.error + json.dumps(run.progress)) == []


def test_a_message_in_the_queue_names_nobody(
    week: Week, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """What lies in Redis after a run was asked for is its key and no more; nor does the log say more."""
    queue = redis.Redis.from_url(settings.REDIS_URL)
    queue.delete("celery")
    with django_capture_on_commit_callbacks(execute=True):
        planning.request(area=week.area, week_start=MONDAY, by=None, now=NOW, seconds=1)
    for task in (open_overnight, sweep, remind_of_reviews, erase_expired):
        task.delay()
    messages = [json.loads(message) for message in queue.lrange("celery", 0, -1)]
    bodies = [base64.b64decode(message["body"]).decode() for message in messages]
    queue.delete("celery")
    assert len(bodies) == 5
    run = PlanningRun.objects.get()
    arguments = [json.loads(body)[0] for body in bodies]
    assert sorted(arguments) == [[], [], [], [], [run.pk]]
    assert found_in(json.dumps(messages) + "".join(bodies) + caplog.text) == []
