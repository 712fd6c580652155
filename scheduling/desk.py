"""Weeks kept ready to be asked about: who could come, and why somebody does.

Runs in a process of its own, whose compiled code is loaded once (the queue `desk`; decision 0082). It is
asked with keys and answers with codes and minutes; pages turn them into names for whoever may read them.
"""

from __future__ import annotations

import contextlib
import gc
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.walls import as_county
from scheduling import mapping, standing
from scheduling.engine.answers.desk import Desk, warm_answers
from scheduling.engine.answers.prepared import NotInPlanError
from scheduling.engine.answers.questions import plain
from scheduling.engine.answers.visit_ranking import NotHeldError
from scheduling.engine.problem import ProblemError
from scheduling.mapping import Mapped
from scheduling.mapping.clock import WeekClock
from scheduling.travel.errors import RoadFileError
from visits.models import Rota

KEPT_DESKS = 4
ANSWERS_FROM = 600.0  # seconds: a week mapped longer ago is mapped before it answers, else right after
NOW_STEP = 5  # minutes: what has begun is looked at so often
Answer = dict[str, Any]


@dataclass(slots=True)
class _Ready:
    """A rota's plan after its newest change, in tables."""

    mapped: Mapped
    newest: int
    desk: Desk


_ready: OrderedDict[int, _Ready] = OrderedDict()  # what was asked about last comes last

_unsettled: set[int] = set()  # made since garbage was looked for


@as_county()
def answer(question: str, rota_pk: int, *codes: str, now: datetime) -> Answer:
    """What the desk says of an occurrence or a visit (`_QUESTIONS`), as the engine's dataclasses in JSON.

    Instead `failed` says why there is no answer: `gone` (no such rota), `unknown` (not asked for in its week
    any more), `elsewhere` (with another worker now), or a sentence about what contradicts itself.
    """
    rota = Rota.objects.select_related("area").filter(pk=rota_pk).first()
    if rota is None:
        return {"failed": "gone"}
    try:
        desk = _desk(rota, now, at_most=ANSWERS_FROM)
        found = plain(_QUESTIONS[question](desk, *codes))
    except NotInPlanError:
        return {"failed": "unknown"}
    except NotHeldError:
        return {"failed": "elsewhere"}
    except (ProblemError, RoadFileError) as error:
        return {"failed": f"What is asked of the week cannot be planned: {error}."}
    return found | {
        "stands_by_override": any(code in desk.dropped for code in codes),
        "dropped": len(desk.dropped),
    }


@as_county()
def renew(*, now: datetime) -> None:
    """Maps the week that was asked about last anew, if it is old; between two questions nobody waits.

    Garbage is looked for now as well, and what lives on set aside: to go through all of a week took 180 ms
    of every hundredth answer or so.
    """
    rota = Rota.objects.select_related("area").filter(pk=next(reversed(_ready), 0)).first()
    if rota is not None:
        with contextlib.suppress(ProblemError, RoadFileError):  # whoever asks next is told
            _desk(rota, now, at_most=standing.KEPT_SECONDS)
    if _unsettled:
        _unsettled.clear()
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def warm() -> None:
    """Loads the compiled code; for the start of the process."""
    warm_answers()


def forget() -> None:
    """Nothing is kept: for tests."""
    _ready.clear()
    _unsettled.clear()


def _desk(rota: Rota, now: datetime, *, at_most: float) -> Desk:
    """The rota's desk: the one kept if nothing has changed, its tables with another plan, or a new one."""
    mapped = standing.mapped(rota, now, at_most=at_most)
    newest = standing.newest_change(rota)
    kept = _ready.get(rota.pk)
    if kept is None or kept.mapped is not mapped:
        desk = Desk(mapped.problem, mapping.solution_of(rota, mapped), now=_minute(rota, now))
        _ready[rota.pk] = _Ready(mapped, newest, desk)
        _unsettled.add(rota.pk)
        while len(_ready) > KEPT_DESKS:
            _ready.popitem(last=False)
    elif kept.newest != newest or kept.desk.now != _settled(_minute(rota, now)):
        kept.desk.now = _settled(_minute(rota, now))
        kept.desk.adopt(mapping.solution_of(rota, mapped))
        kept.newest = newest
    _ready.move_to_end(rota.pk)
    return _ready[rota.pk].desk


def _minute(rota: Rota, now: datetime) -> int | None:
    """The minute of the rota's week, in steps; None before the week begins."""
    minute = WeekClock(rota.week_start).minute(now)
    return None if minute < 0 else minute - minute % NOW_STEP


def _settled(minute: int | None) -> int:
    return -1 if minute is None else minute


_QUESTIONS: dict[str, Callable[..., Any]] = {
    "rank": lambda desk, code: desk.rank(code),
    "rank_visit": lambda desk, worker, *codes: desk.rank_visit(worker, codes),
    "explain": lambda desk, code: desk.explain(code),
}
