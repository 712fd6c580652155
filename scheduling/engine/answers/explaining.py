"""Why an occurrence stands where it does and what else was possible, or why it is left out."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.engine.answers.hypothetical import start_with
from scheduling.engine.answers.joining import NotJoined, joined_with, not_joined
from scheduling.engine.answers.prepared import Prepared
from scheduling.engine.answers.ranking import Option, Refusal, Trial
from scheduling.engine.answers.remedies import Remedy, remedies
from scheduling.engine.reasons import reason_for
from scheduling.engine.solution import Assignment, Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """All in equivalent minutes, exact, and by term.

    Attributes
    ----------
    present
        Where it stands, None if it is left out.
    terms
        What its place costs: the plan's cost now less the cost without it (so `unserved` is negative).
    alternative
        The cheapest option with nobody who comes now; for what is left out, the cheapest option of all (a
        plan that the engine made has none). Its cost is what it costs more than now.
    next_time
        The cheapest start more than 15 minutes away with the same workers, all else as it is.
    joined_with, not_joined
        Other needs of the person in the same visit; those of the same day in others, each with the reason.
    has_begun
        Whether somebody serves it or is on the way: then there is no alternative.
    reason, refusals
        Why it is left out: the code of the plan, and the rule that forbids it to each worker.
    remedies
        What would make it fit, the cheapest first, one of each kind at most.
    """

    occurrence: str
    present: Assignment | None
    terms: dict[str, int] | None
    alternative: Option | None
    next_time: Option | None
    joined_with: tuple[str, ...]
    not_joined: tuple[NotJoined, ...]
    has_begun: bool
    reason: Reason | None
    refusals: tuple[Refusal, ...]
    remedies: tuple[Remedy, ...]


def explain(desk: Prepared, occurrence: str) -> Explanation:
    """Why the occurrence is where it is.

    Raises
    ------
    NotInPlanError
        If the problem has no such occurrence.
    """
    with Trial(desk, occurrence) as trial:
        options: list[Option] = []
        if trial.is_free:
            options = list(trial.options(moving=trial.present is not None))
        if trial.present is None:
            return _left_out(trial, options)
        here = set(trial.present.workers)
        others = [o for o in options if o.worker not in here]
        terms = trial.terms_of_place()
        next_time = _next_time(trial) if trial.is_free else None
    return Explanation(
        occurrence=occurrence,
        present=trial.present,
        terms=terms,
        alternative=min(others, key=lambda o: (o.cost, len(o.moves), o.worker), default=None),
        next_time=next_time,
        joined_with=joined_with(desk, occurrence),
        not_joined=not_joined(desk, occurrence),
        has_begun=trial.has_begun,
        reason=None,
        refusals=(),
        remedies=(),
    )


def _left_out(trial: Trial, options: list[Option]) -> Explanation:
    desk = trial.desk
    able = {o.worker for o in options}
    return Explanation(
        occurrence=trial.id,
        present=None,
        terms=None,
        alternative=min(options, key=lambda o: (o.cost, o.worker), default=None),
        next_time=None,
        joined_with=(),
        not_joined=(),
        has_begun=False,
        reason=None if options else reason_for(desk.problem, desk.tables, trial.asked),
        refusals=tuple(trial.refusal(w) for w in desk.problem.workers if w.id not in able),
        remedies=() if options else remedies(trial),
    )


def _next_time(trial: Trial) -> Option | None:
    """The cheapest other time with the same workers, all else as it is."""
    assert trial.present is not None
    t, index = trial.t, trial.desk.problem.worker_index
    workers = [index[name] for name in trial.present.workers]
    helpers = trial.helpers({workers[-1]} if trial.v >= 0 else set())
    start = start_with(t, trial.u, workers[0], trial.desk.now, trial.present.start, helpers)
    if start < 0:
        return None
    return trial.option_at(workers[0], tuple(workers), start)
