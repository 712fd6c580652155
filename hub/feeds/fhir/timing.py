"""When FHIR says something is to be done: a Timing, a moment or a period becomes days, times and minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from hub.feeds import repeats, values
from hub.feeds.fhir.elements import Json, moment, part, refuse_modifiers, text, texts
from hub.feeds.fields import Fields
from hub.feeds.values import WEEKDAYS, RefusedError

Band = tuple[time, time]
BANDS: dict[str, Band] = {
    "MORN": (time(7), time(12)),
    "MORN.early": (time(6), time(9)),
    "MORN.late": (time(9), time(12)),
    "NOON": (time(11, 30), time(13, 30)),
    "AFT": (time(12), time(17)),
    "AFT.early": (time(12), time(14, 30)),
    "AFT.late": (time(14, 30), time(17)),
    "EVE": (time(17), time(22)),
    "EVE.early": (time(17), time(19, 30)),
    "EVE.late": (time(19, 30), time(22)),
    "NIGHT": (time(20), time(23)),
}
NOT_READ = ("boundsRange", "offset", "countMax", "durationMax", "frequencyMax", "periodMax")
LIFE_UNITS = {"d": "days", "wk": "weeks", "mo": "months", "a": "years"}
DURATION_UNITS = {"min": 1, "h": 60}
LONGEST_FLEXIBLE = 366  # days


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of the day at which it falls due. `suffix` tells it from the others of its day."""

    at: time | None = None
    band: Band | None = None
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """On which days and at which times something falls due; `latest_end` is when the service must be over."""

    rrule: str
    starts_on: date
    ends_on: date | None = None
    flexible_days: int = 0
    slots: tuple[Slot, ...] = (Slot(),)
    minutes: int | None = None
    latest_end: time | None = None


def of_moment(value: Any) -> Schedule:
    """Once, on a day and perhaps at a time."""
    on, at = moment(text(value))
    return Schedule(rrule=repeats.ONCE, starts_on=on, slots=(Slot(at=at),))


def of_period(period: Json) -> Schedule:
    """Once, between two days, or on one day between two times."""
    fields = Fields("", {name: text(period.get(name)) for name in ("start", "end")})
    (first, from_time), (last, to_time) = fields.required("start", moment), fields.required("end", moment)
    if not 0 <= (last - first).days <= LONGEST_FLEXIBLE:
        raise RefusedError("timing", f"Let it end 0 to {LONGEST_FLEXIBLE} days after its start.", field="end")
    if first == last and from_time and to_time:
        if to_time < from_time:
            raise RefusedError("timing", "Let it end after its start.", field="end")
        return Schedule(
            rrule=repeats.ONCE, starts_on=first, slots=(Slot(band=(from_time, to_time)),), latest_end=to_time
        )
    return Schedule(rrule=repeats.ONCE, starts_on=first, ends_on=last, flexible_days=(last - first).days)


def of_timing(timing: Json, *, otherwise_from: str) -> Schedule:
    """A Timing with `repeat`. `otherwise_from` is the first day if the Timing has none."""
    refuse_modifiers(timing)
    repeat = part(timing, "repeat")
    if timing.get("event") or not repeat:
        raise RefusedError("timing", "Give the timing in repeat.", field="timing")
    if unread := [name for name in NOT_READ if name in repeat]:
        raise RefusedError("timing", "Give one number instead of a range.", field=f"repeat.{unread[0]}")
    slots = _slots(repeat)
    starts_on, ends_on = _life(repeat, otherwise_from)
    return Schedule(
        rrule=_rule(repeat, starts_on, len(slots)),
        starts_on=starts_on,
        ends_on=ends_on,
        slots=slots,
        minutes=_minutes(repeat),
    )


def _slots(repeat: Json) -> tuple[Slot, ...]:
    times, whens = texts(repeat.get("timeOfDay")), texts(repeat.get("when"))
    if (times and whens) or len(times) + len(whens) > 24:
        raise RefusedError("timing", "Give timeOfDay or when, not both.", field="repeat.when")
    if any(when not in BANDS for when in whens):
        raise RefusedError("timing", f"Use one of {', '.join(BANDS)}.", field="repeat.when")
    at = sorted(
        {Fields("", {"repeat.timeOfDay": one}).required("repeat.timeOfDay", values.clock) for one in times}
    )
    slots = [Slot(at=one.replace(second=0), suffix=f"@{one:%H%M}") for one in at]
    slots += [Slot(band=BANDS[when], suffix=f"@{when}") for when in dict.fromkeys(whens)]
    if len({slot.suffix for slot in slots}) < len(times) + len(whens):
        raise RefusedError("timing", "Give each time of day once.", field="repeat.timeOfDay")
    return tuple(slots) if len(slots) > 1 else (Slot(slots[0].at, slots[0].band) if slots else Slot(),)


def _life(repeat: Json, otherwise_from: str) -> tuple[date, date | None]:
    bounds = part(repeat, "boundsPeriod")
    fields = Fields(
        "", {"start": text(bounds.get("start")) or otherwise_from, "end": text(bounds.get("end"))}
    )
    starts_on = fields.required("start", moment)[0]
    ends_on = (fields.optional("end", moment, None) or (None, None))[0]
    if duration := part(repeat, "boundsDuration"):
        unit = LIFE_UNITS.get(text(duration.get("code")) or text(duration.get("unit")))
        if not unit:
            raise RefusedError("timing", "Give it in d, wk, mo or a.", field="repeat.boundsDuration")
        length = Fields("", {"repeat.boundsDuration": text(duration.get("value"))})
        number = length.required("repeat.boundsDuration", _whole(1, 1000 if unit == "days" else 100))
        ends_on = starts_on + relativedelta(**{unit: number}) - timedelta(days=1)
    if ends_on and ends_on < starts_on:
        raise RefusedError("timing", "Let it end after its start.", field="repeat.boundsPeriod.end")
    return starts_on, ends_on


def _minutes(repeat: Json) -> int | None:
    length, unit = repeat.get("duration"), text(repeat.get("durationUnit"))
    if length is None:
        return None
    if unit not in DURATION_UNITS or isinstance(length, bool) or not isinstance(length, int | float):
        raise RefusedError("timing", "Give the duration as a number of min or h.", field="repeat.duration")
    minutes = length * DURATION_UNITS[unit]
    if not 1 <= minutes <= 1440 or minutes != int(minutes):
        raise RefusedError("timing", "Give whole minutes, from 1 to 1440.", field="repeat.duration")
    return int(minutes)


def _rule(repeat: Json, starts_on: date, slots: int) -> str:
    cells = {name: text(repeat.get(name)) for name in ("frequency", "period", "count", "periodUnit")}
    fields = Fields("", {f"repeat.{name}": cell for name, cell in cells.items()})
    frequency = fields.optional("repeat.frequency", _whole(1, 168), None)
    every = fields.optional("repeat.period", _whole(1, 100), 1)
    count = fields.optional("repeat.count", _whole(1, 1000), None)
    days = _days(repeat)
    unit = cells["periodUnit"] or ("wk" if days else "")
    if not unit and count == 1:
        return repeats.ONCE
    rule = _without_count(unit, starts_on, days, every=every, frequency=frequency, slots=slots)
    if count is None:
        return rule
    if count % slots:
        raise RefusedError("timing", "Let count be a multiple of the times of day.", field="repeat.count")
    return f"{rule};COUNT={count // slots}"


def _without_count(
    unit: str, starts_on: date, days: tuple[str, ...], *, every: int, frequency: int | None, slots: int
) -> str:
    if unit == "wk" or (unit == "d" and days and every == 1):
        if unit == "d" or days:
            _check_frequency(frequency, *((slots,) if unit == "d" else (len(days), len(days) * slots)))
            return repeats.weekly(days, every=every)
        _check_frequency(frequency, *(times * slots for times in range(1, 8)), None)
        return repeats.weekly(_spread(starts_on, frequency // slots if frequency else 1), every=every)
    if unit == "d" and not days:
        _check_frequency(frequency, slots)
        return repeats.daily(every=every)
    if unit in ("mo", "a") and not days:
        _check_frequency(frequency, slots)
        return (repeats.monthly if unit == "mo" else repeats.yearly)(starts_on, every=every)
    raise RefusedError(
        "timing",
        "Give a periodUnit of d, wk, mo or a, and days of the week only with a week.",
        field="repeat.periodUnit",
    )


def _check_frequency(frequency: int | None, *fitting: int | None) -> None:
    if frequency is not None and frequency not in fitting:
        raise RefusedError(
            "frequency", "Give as many days or times of day as the frequency says.", field="repeat.frequency"
        )


def _spread(starts_on: date, times: int) -> tuple[str, ...]:
    """Days of the week as far apart as can be, beginning with that of the first day."""
    chosen = {(starts_on.weekday() + number * 7 // times) % 7 for number in range(times)}
    return tuple(name for number, name in enumerate(WEEKDAYS) if number in chosen)


def _days(repeat: Json) -> tuple[str, ...]:
    named = ";".join(texts(repeat.get("dayOfWeek")))
    return Fields("", {"repeat.dayOfWeek": named}).optional("repeat.dayOfWeek", values.weekdays, ())


def _whole(low: int, high: int) -> Any:
    """A parser of whole numbers, also of those that JSON writes as 2.0."""
    parse = values.whole_number(low, high)
    return lambda written: parse(written.removesuffix(".0"))
