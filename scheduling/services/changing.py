"""Change a candidate by hand, take changes back, do them again: each an append-only row under a name.

Whoever changes holds the rota's row, so that changes take turns; `seen` is the last change that the person
knew of, and a change of the same occurrences after that is told instead of being overwritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from hub import audit
from hub.models import AuditEvent, User
from hub.walls import as_county
from scheduling import mapping, standing
from scheduling.engine.problem import ProblemError
from scheduling.engine.solution import Assignment, Reason, Solution
from scheduling.engine.solution import Unplaced as LeftOut
from scheduling.mapping import Mapped
from scheduling.mapping import breaches as rules
from scheduling.mapping.breaches import Breach
from scheduling.mapping.deeds import Deed, GoneError, Targets, UnknownError, after, workers_of
from scheduling.mapping.rewriting import Facts, RowsGoneError, afterwards, facts, rewrite
from scheduling.mapping.weighing import Scale, Weighed
from scheduling.travel.errors import RoadFileError
from visits.history import History, copied_overrides, history, overrides_in_force
from visits.models import HandChange, Override, Rota, Unplaced

Kind, Status = HandChange.Kind, Rota.Status
LONGEST_REASON = 200
SHORTEST_REASON = 10  # "ok" is no reason


class ChangeRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Why nothing was changed, as a sentence without names."""


class Overtaken(ChangeRefused):
    """Somebody else has changed the same thing; `change` is theirs, None if nobody knows whose."""

    def __init__(self, change: HandChange | None) -> None:
        self.change = change
        super().__init__("Somebody else has changed this meanwhile.")


class BreaksRules(ChangeRefused):
    """The change would break these rules, for which nobody answers."""

    def __init__(self, found: list[Breach]) -> None:
        self.breaches = found
        super().__init__(f"It would break {len(found)} rule{'' if len(found) == 1 else 's'}.")

    @property
    def is_answerable(self) -> bool:
        """Whether a reason under a name would be enough."""
        return all(breach.is_answerable for breach in self.breaches)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: rules that it breaks and nobody answers for, rules it mends, cost by term."""

    mapped: Mapped
    targets: Targets
    weighed: Weighed

    @property
    def broken(self) -> list[Breach]:
        return self.weighed.broken


@as_county()
def preview(*, rota: Rota, deed: Deed, now: datetime) -> Preview:
    """What the deed would break and cost; nothing is changed. Raises ChangeRefused if it cannot be at all."""
    mapped = _mapped(rota, now)
    scale = standing.scale(rota, mapped)
    targets = _targets(rota, deed, mapped, scale.placed)
    return Preview(mapped, targets, _weighed(rota, scale, targets))


def _weighed(rota: Rota, scale: Scale, targets: Targets) -> Weighed:
    weighed = scale.weigh(targets)
    if not weighed.broken:
        return weighed
    overrides = overrides_in_force(rota)
    return replace(weighed, broken=rules.not_within(weighed.broken, overrides))


@as_county()
def change(
    *, rota: Rota, deed: Deed, seen: int, by: User, now: datetime, reason: str = ""
) -> tuple[Rota, HandChange]:
    """Does it, in the rota if it is a candidate and else in a copy of it; returns where, and the row.

    `reason` answers for the rules that it breaks, where a person may answer for them. Raises Overtaken if
    somebody else changed one of its occurrences after the change `seen`, BreaksRules, or ChangeRefused.
    """
    mapped = _mapped(rota, now)
    with transaction.atomic():
        held = _hold(rota)
        scale = standing.scale(held, mapped)
        targets = _targets(held, deed, mapped, scale.placed, seen=seen, by=by)
        if held.status == Status.PUBLISHED:
            held = _copy(held, mapped, by=by, now=now)
            scale = standing.scale(held, mapped)
        elif held.status != Status.CANDIDATE:
            raise ChangeRefused(
                f"Version {held.version} is {held.get_status_display().lower()}; copy it first."
            )
        answered = _answered(_weighed(held, scale, targets).broken, reason)
        row = _write(held, scale, targets, kind=deed.kind, by=by, now=now)
        Override.objects.bulk_create(
            rules.answered(breach, mapped, rota=held, change=row, reason=reason.strip(), at=now, by=by)
            for breach in answered
        )
        if answered:
            people = {mapped.due[code].need.person_id for code in targets}
            audit.record(
                by=by, action=AuditEvent.Action.OVERRIDE, what="hard rule", people=people, reason=reason
            )
    return held, row


@as_county()
def undo(*, rota: Rota, newest: int, by: User, now: datetime) -> HandChange:
    """Takes back the change `newest`, which must be the last that stands. Raises Overtaken if it is not."""
    return _step_back(rota, newest, lambda both: both[0], Kind.UNDONE, by=by, now=now)


@as_county()
def redo(*, rota: Rota, newest: int, by: User, now: datetime) -> HandChange:
    """Does again what was taken back last. Raises Overtaken if that is not `newest`."""
    return _step_back(rota, newest, lambda both: both[1], Kind.REDONE, by=by, now=now)


@as_county()
def copy(*, rota: Rota, by: User, now: datetime) -> Rota:
    """A new candidate with the rota's visits, from what is asked of the week now."""
    mapped = _mapped(rota, now)
    with transaction.atomic():
        return _copy(_hold(rota), mapped, by=by, now=now)


def _step_back(
    rota: Rota,
    newest: int,
    which: Callable[[History], list[HandChange]],
    kind: str,
    *,
    by: User,
    now: datetime,
) -> HandChange:
    with transaction.atomic():
        held = _hold(rota)
        if held.status != Status.CANDIDATE:
            raise ChangeRefused(f"Version {held.version} is {held.get_status_display().lower()}, no draft.")
        rows = which(history(held))
        if not rows:
            raise ChangeRefused(
                "There is nothing to take back." if kind == Kind.UNDONE else "Nothing to do again."
            )
        one = rows[-1]
        if one.pk != newest:
            raise Overtaken(held.changes.select_related("by").last())
        since, to = (one.after, one.before) if kind == Kind.UNDONE else (one.before, one.after)
        try:
            rewrite(held, since=Facts.from_json(since), to=Facts.from_json(to))
        except RowsGoneError as error:
            raise ChangeRefused(
                "What it changed is not there any more, so it cannot be taken back exactly."
            ) from error
        _count(held, to)
        return HandChange.objects.create(rota=held, kind=kind, of=one, at=now, by=by, before=since, after=to)


def _hold(rota: Rota) -> Rota:
    """The rota's row, held until the transaction ends."""
    return Rota.objects.select_for_update(of=("self",)).select_related("area").get(pk=rota.pk)


def _mapped(rota: Rota, now: datetime) -> Mapped:
    try:
        return standing.mapped(rota, now)
    except ProblemError as error:
        raise ChangeRefused(f"What is asked of the week contradicts itself: {error}.") from error
    except RoadFileError as error:
        raise ChangeRefused(f"Travel cannot be measured: {error}.") from error


def _targets(
    rota: Rota,
    deed: Deed,
    mapped: Mapped,
    placed: dict[str, Assignment],
    *,
    seen: int | None = None,
    by: User | None = None,
) -> Targets:
    """What the deed comes to. Raises Overtaken if another than `by` has been there since `seen`."""
    try:
        targets = deed.targets(rota, mapped, placed)
    except GoneError as gone:
        raise Overtaken(_who_moved(deed, rota)) from gone
    except UnknownError as error:
        raise ChangeRefused(
            "What is asked of this week has changed since the rota was made: this call or its worker is "
            "not planned any more. Copy the version to go on from what is known now."
        ) from error
    later = rota.changes.none() if seen is None else rota.changes.filter(pk__gt=seen).exclude(by=by)
    for row in later.select_related("by").order_by("-pk"):
        if _touched(row) & targets.keys():
            raise Overtaken(row)
    return targets


def _touched(row: HandChange) -> set[str]:
    return Facts.from_json(row.before).codes | Facts.from_json(row.after).codes


def _who_moved(deed: Deed, rota: Rota) -> HandChange | None:
    """The last change that speaks of the visit or occurrence which is not where it was."""
    visit = str(getattr(deed, "visit", ""))
    need, due_on = getattr(deed, "need", None), str(getattr(deed, "due_on", ""))
    for row in rota.changes.select_related("by").order_by("-pk"):
        known = Facts.from_json(row.before).parts | Facts.from_json(row.after).parts
        if any(part.visit == visit or (part.need, part.due_on) == (need, due_on) for part in known):
            return row
    return None


def _answered(broken: list[Breach], reason: str) -> list[Breach]:
    """The new breaches, all answered for by the reason. Raises BreaksRules or ChangeRefused."""
    if not broken:
        return []
    reason = reason.strip()
    if not reason or not all(breach.is_answerable for breach in broken):
        raise BreaksRules(broken)
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise ChangeRefused(
            f"Say why in {SHORTEST_REASON} to {LONGEST_REASON} characters; yours has {len(reason)}."
        )
    return broken


def _write(rota: Rota, scale: Scale, targets: Targets, *, kind: str, by: User, now: datetime) -> HandChange:
    mapped, then = scale.mapped, after(scale.plan, targets)
    workers = workers_of(targets, scale.placed)
    before = facts(rota, workers=workers, codes=targets)
    reasons = {code: Unplaced.Reason.BY_HAND.value for code, target in targets.items() if target is None}
    now_there = afterwards(before, then, mapped, workers=workers, reasons=reasons)
    since, to = before - now_there, now_there - before
    found = mapping.figures(then, mapped)
    terms = found.pop("terms")
    kept = {"terms": rota.terms, "figures": rota.figures, "counts": [rota.placed, rota.unplaced_count]}
    moved = len({row.code for row in to.unplaced}) - len({row.code for row in since.unplaced})
    new = {"terms": terms, "figures": found, "counts": [rota.placed - moved, rota.unplaced_count + moved]}
    rewrite(rota, since=since, to=to)
    found["unplaced"] = dict(sorted(Counter(rota.unplaced.values_list("reason", flat=True)).items()))
    _count(rota, new)
    return HandChange.objects.create(
        rota=rota, kind=kind, at=now, by=by, before=since.as_json() | kept, after=to.as_json() | new
    )


def _count(rota: Rota, kept: dict[str, Any]) -> None:
    rota.terms, rota.figures = kept["terms"], kept["figures"]
    rota.placed, rota.unplaced_count = kept["counts"]
    rota.save(update_fields=["terms", "figures", "placed", "unplaced_count"])


def _copy(rota: Rota, mapped: Mapped, *, by: User, now: datetime) -> Rota:
    plan = mapping.solution_of(rota, mapped)
    kept = tuple(
        a for a in plan.assignments
        if a.occurrence in mapped.due and all(worker in mapped.workers for worker in a.workers)
    )  # fmt: skip
    placed = {a.occurrence for a in kept}
    known = {u.occurrence: u for u in plan.unplaced}
    written = {row.code: row.reason for row in facts(rota, workers=(), codes=mapped.due).unplaced}
    left_out = [code for code in mapped.due if code not in placed]
    whole = Solution(kept, tuple(known.get(code) or LeftOut(code, Reason.NO_CAPACITY) for code in left_out))
    reasons = {code: written.get(code, Unplaced.Reason.NEW_SINCE.value) for code in left_out}
    made = mapping.save_plan(whole, mapped, by=by, now=now, copied_from=rota, reasons=reasons)
    Override.objects.bulk_create(copied_overrides(rota, to=made))
    return made
