"""Ask the desk about a rota, and wait a little for the answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from celery.exceptions import TimeoutError as NoAnswerInTime
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from hub.walls import as_county
from scheduling import tasks
from scheduling.mapping.due import code_of
from visits.models import Rota, Visit, VisitPart

PATIENCE_SECONDS = 8.0  # a week that is asked about for the first time is made ready in some three
FAILED = {
    "gone": "This version is not there any more. Load the board again.",
    "elsewhere": "Somebody has moved it meanwhile. Load the board again.",
    "unknown": "It is not asked for in this week any more. Load the board again.",
}


class NoAnswer(Exception):  # noqa: N818 (an answer as well, not an error of the program)
    """Why the desk did not say anything, and what to do, as a sentence."""


def rank(*, rota: Rota, need: int, due_on: date) -> dict[str, Any]:
    """Who could take the occurrence, as `scheduling.engine.answers.ranking.Ranking`. Raises NoAnswer."""
    return _ask("rank", rota, code_of(need, due_on))


@as_county()
def rank_visit(*, rota: Rota, visit: Visit, parts: Collection[str] = ()) -> dict[str, Any]:
    """Who could make the visit in its worker's stead with all else as it is, all its calls together.

    With `parts`, those of its calls that have these codes. An answer as from `rank`, of the first. Raises
    NoAnswer.
    """
    calls = VisitPart.objects.filter(visit=visit).order_by("starts_at", "pk").values_list("need", "due_on")
    codes = [code for code in (code_of(need, day) for need, day in calls) if not parts or code in parts]
    return _ask("rank_visit", rota, f"w{visit.worker_id}", *codes)


def explain(*, rota: Rota, need: int, due_on: date) -> dict[str, Any]:
    """Why it is where it is, as `scheduling.engine.answers.explaining.Explanation`. Raises NoAnswer."""
    return _ask("explain", rota, code_of(need, due_on))


def _ask(question: str, rota: Rota, *codes: str) -> dict[str, Any]:
    answer = _through_the_queue(question, rota.pk, *codes)
    if "failed" in answer:
        raise NoAnswer(FAILED.get(answer["failed"], answer["failed"]))
    return answer


def _through_the_queue(question: str, rota_pk: int, *codes: str) -> dict[str, Any]:
    try:
        waiting = tasks.ask.apply_async((question, rota_pk, *codes), expires=PATIENCE_SECONDS)
        answer: dict[str, Any] = waiting.get(timeout=PATIENCE_SECONDS)
        waiting.forget()
    except NoAnswerInTime as error:
        raise NoAnswer(
            "The desk that works this out is busy or not running. Try again in a moment; if it stays so, "
            "tell whoever runs the site that nobody serves the queue “desk”."
        ) from error
    except (OperationalError, RedisError) as error:
        raise NoAnswer("The queue cannot be reached, so nobody can work this out. Try again.") from error
    return answer
