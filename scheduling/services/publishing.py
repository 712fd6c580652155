"""Put a rota in force, or take it out of force: all of it or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, OperationalError, transaction

from hub.models import User
from hub.walls import as_county
from scheduling import mapping, selectors, tasks
from scheduling.engine.problem import ProblemError
from scheduling.mapping import KINDS, Mapped, repairing
from scheduling.mapping import breaches as rules
from scheduling.mapping.clock import WeekClock
from scheduling.models import Repair
from scheduling.services import telling
from scheduling.travel.errors import RoadFileError
from visits.history import overrides_in_force
from visits.models import Rota, RotaEvent
from visits.wall_clock import local_day

Status = Rota.Status
WAS_IN_FORCE = (Status.SUPERSEDED, Status.WITHDRAWN)
MOST_NAMED = 5
LATE = timedelta(minutes=1)  # a repair counts in whole minutes


class PublishRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Why the rota is not in force, as sentences without names."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@as_county()
def publish(*, rota: Rota, by: User | None, now: datetime, knowing_what_if: bool = False) -> Rota:
    """Put a candidate in force in place of the rota published before, if there is one.

    Field staff whose rounds change are told. Raises PublishRefused, and nothing has changed, if it is no
    candidate, if anything it was planned from is different now, if it breaks a hard rule for which nobody
    answers, or if a worker would be in two places at once. A what-if must be published knowingly.
    """
    _refuse_unknowing(rota, knowing_what_if)
    return _put_in_force(rota, Status.CANDIDATE, by=by, now=now)


@as_county()
def roll_back(
    *, rota: Rota, instead_of: int | None, by: User | None, now: datetime, knowing_what_if: bool = False
) -> Rota:
    """Put a superseded or withdrawn rota in force again, in place of the version `instead_of`, None for none.

    Refused as `publish` is, but for the published rota having changed, which is why one rolls back; and if
    the version in force is no longer the one that was seen.
    """
    _refuse_unknowing(rota, knowing_what_if)
    return _put_in_force(rota, *WAS_IN_FORCE, by=by, now=now, instead_of=instead_of)


@as_county()
def withdraw(*, rota: Rota, by: User | None, now: datetime, note: str = "") -> Rota:
    """Take a published rota out of force. Raises PublishRefused if it is not published."""
    with transaction.atomic():
        held, _ = _hold(rota)
        if held.status != Status.PUBLISHED:
            raise PublishRefused([f"Version {held.version} is {held.status}, not published."])
        _move(held, Status.WITHDRAWN, by=by, now=now, note=note)
        telling.tell(rota=held, before=held, after=None, now=now)
    return held


@as_county()
def discard(*, rota: Rota, by: User | None, now: datetime) -> Rota:
    """Takes a candidate out of the way; the version stays. Raises PublishRefused if it is no candidate."""
    with transaction.atomic():
        held, _ = _hold(rota)
        if held.status != Status.CANDIDATE:
            raise PublishRefused([f"Version {held.version} is {held.status}, not a candidate."])
        _move(held, Status.WITHDRAWN, by=by, now=now, note="discarded")
    return held


def _put_in_force(
    rota: Rota, *wanted: str, by: User | None, now: datetime, instead_of: int | None = None
) -> Rota:
    is_back = Status.CANDIDATE not in wanted
    try:
        with transaction.atomic():
            held, others = _hold(rota)
            if held.status not in wanted:
                what = "one that was in force" if is_back else "a candidate"
                raise PublishRefused([f"Version {held.version} is {held.status}, not {what}."])
            before = next((other for other in others if other.status == Status.PUBLISHED), None)
            if is_back and (before.version if before else None) != instead_of:
                now_in_force = f"version {before.version}" if before else "no version"
                raise PublishRefused(
                    [f"Meanwhile {now_in_force} is in force. Look at it before you roll back."]
                )
            _refuse_late_repair(held, now)
            _refuse_if_wrong(held, now, but_for={"locks", "published"} if is_back else {"locks"})
            if before is not None:
                _move(before, Status.SUPERSEDED, by=by, now=now, note=f"by version {held.version}")
            _move(held, Status.PUBLISHED, by=by, now=now, note="rolled back" if is_back else "")
            telling.tell(rota=held, before=before, after=held, now=now)
    except IntegrityError as error:
        if "no_worker_in_two_places" not in str(error):
            raise
        reason = "A worker is already booked at the same time in another published rota."
        raise PublishRefused([reason]) from error
    except OperationalError as error:
        if "deadlock" not in str(error):
            raise
        reason = "Another area was booking the same worker at this moment. Try again."
        raise PublishRefused([reason]) from error
    return held


def _refuse_unknowing(rota: Rota, is_known: bool) -> None:
    if not is_known and selectors.what_if(rota) is not None:
        raise PublishRefused(
            ["This is a what-if, planned with other weights than those in force. Tick that you know it."]
        )


def _hold(rota: Rota) -> tuple[Rota, list[Rota]]:
    """The rota and the others of its week, locked in one order, so that two publishers take turns."""
    rotas = Rota.objects.select_for_update(of=("self",)).filter(area=rota.area_id, week_start=rota.week_start)
    held = list(rotas.select_related("area").order_by("pk"))
    own = next(one for one in held if one.pk == rota.pk)
    return own, [one for one in held if one.pk != rota.pk]


def _refuse_if_wrong(rota: Rota, now: datetime, *, but_for: set[str]) -> None:
    try:
        policy = selectors.policy_of(rota)
        mapped = mapping.build(rota.area, rota.week_start, on=local_day(now), policy=policy)
    except ProblemError as error:
        raise PublishRefused([f"What is asked of the week contradicts itself: {error}."]) from error
    except RoadFileError as error:
        raise PublishRefused([f"Travel cannot be measured: {error}."]) from error
    if changed := _what_changed(rota, mapped, but_for=but_for):
        raise PublishRefused([*changed, "Plan the week again."])
    overrides = overrides_in_force(rota)
    found = rules.breaches(mapped, mapping.solution_of(rota, mapped))
    if broken := rules.not_within(found, overrides):
        raise PublishRefused([f"{breach.rule}: {breach.said}" for breach in broken[:MOST_NAMED]])


def _refuse_late_repair(rota: Rota, now: datetime) -> None:
    """A repair may not move what has meanwhile begun: somebody is at that door, or nobody came."""
    repair = Repair.objects.filter(rota=rota).first()
    first = None if repair is None else repairing.earliest(repair.found)
    if first is not None and WeekClock(rota.week_start).at(first) < now - LATE:
        raise PublishRefused(
            ["Meanwhile calls have begun that this repair moves. Work it out again from now."]
        )


def _what_changed(rota: Rota, mapped: Mapped, *, but_for: set[str]) -> list[str]:
    """Other inputs than those it was made from. Of locks the check says whether the rota keeps them."""
    return [
        f"Since this rota was planned, something has changed in {words}."
        for kind, words in KINDS.items()
        if kind not in but_for and rota.inputs.get(kind) != mapped.inputs[kind]
    ]


def _move(rota: Rota, status: str, *, by: User | None, now: datetime, note: str = "") -> None:
    rota.visits.update(is_published=status == Status.PUBLISHED)
    rota.status = status
    rota.save(update_fields=["status"])
    RotaEvent.objects.create(rota=rota, status=status, at=now, by=by, note=note)
    transaction.on_commit(partial(tasks.enqueue_counting, rota.area_id, rota.week_start))
