"""What each agency has undertaken to do for each person: the mix of an ordinary week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from random import Random

from config.demo import partners
from config.demo.locality import Citizen, Need
from config.demo.places import Patch

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAILY, ONCE = "FREQ=DAILY", "FREQ=DAILY;COUNT=1"
PARACETAMOL_MINUTES = 240
BOOKED_TOLERANCE = 30  # minutes


@dataclass(frozen=True, slots=True)
class Band:
    """A time of day: when service may begin, in minutes from midnight, and how wide a window is agreed."""

    name: str
    first: int
    last: int
    minutes: tuple[int, ...]

    def window(self, rng: Random, *, width: int) -> tuple[int, int]:
        """A window of at most `width` minutes within the band."""
        width = min(width, self.last - self.first)
        start = self.first + 5 * rng.randint(0, (self.last - self.first - width) // 5)
        return start, start + width


MORNING = Band("Morning", 420, 600, (30, 30, 30, 45))
LUNCH = Band("Lunch", 690, 870, (30,))
TEA = Band("Tea", 960, 1080, (30,))
BED = Band("Bed", 1140, 1290, (30,))
# What calls a day are agreed, and for how many in a hundred.
PATTERNS = (
    ((MORNING,), 20),
    ((LUNCH,), 8),
    ((MORNING, LUNCH), 10),
    ((MORNING, TEA), 12),
    ((MORNING, BED), 16),
    ((LUNCH, BED), 8),
    ((MORNING, LUNCH, TEA), 9),
    ((MORNING, LUNCH, BED), 8),
    ((MORNING, LUNCH, TEA, BED), 9),
)


def assess(
    citizens: Sequence[Citizen], patches: Sequence[Patch], *, seed: int, week_start: date
) -> tuple[Need, ...]:
    """Every need of everyone, in order of person."""
    index_of = {patch.town: index for index, patch in enumerate(patches)}
    needs: list[Need] = []
    for citizen in citizens:
        rng = Random(f"{seed}:needs:{citizen.number}")
        theirs = [
            *_home_care(citizen, partners.providers(index_of[citizen.home.area]), rng, week_start),
            *_nursing(citizen, rng, week_start),
            *_occasional(citizen, rng, week_start),
        ]
        needs += _keyed(theirs, after=len(needs))
    return tuple(needs)


def _keyed(needs: Sequence[Need], *, after: int) -> list[Need]:
    """The needs of one person with references that nobody else has; gaps follow their needs."""
    keys = [f"{need.key[0]}{after + index + 10_001}" for index, need in enumerate(needs)]
    final = {need.key: key for need, key in zip(needs, keys, strict=True)}
    return [
        replace(need, key=key, gap=(final[need.gap[0]], need.gap[1]) if need.gap else None)
        for need, key in zip(needs, keys, strict=True)
    ]


def _home_care(citizen: Citizen, providers: tuple[str, str], rng: Random, week_start: date) -> Iterator[Need]:
    if rng.random() > 0.65:
        return
    provider, other = rng.sample(providers, 2)
    bands = rng.choices([bands for bands, _ in PATTERNS], [share for _, share in PATTERNS])[0]
    since = _since(rng, week_start)
    kind = rng.random()
    if kind < 0.10 and len(bands) >= 3:
        yield from _paracetamol(citizen, provider, bands, rng, since)
    else:
        double = len(bands) >= 2 and rng.random() < 0.12
        gender = citizen.gender if rng.random() < (0.12 if citizen.gender == "F" else 0.02) else ""
        critical = rng.random() < 0.15
        rule = DAILY if len(bands) > 1 or rng.random() < 0.6 else _weekly(rng, rng.choice((3, 5)))
        for band in bands:
            call = _call(citizen, provider, band, rng, since, rrule=rule)
            yield replace(
                _with_medicines(call, band, rng) if critical and band in (MORNING, TEA) else call,
                workers=2 if double else 1,
                gender=gender if band in (MORNING, BED) else "",
            )
    if rng.random() < 0.18:  # the other provider comes too, for what the first does not do
        band = rng.choice((MORNING, LUNCH, TEA))
        rule = DAILY if rng.random() < 0.5 else _weekly(rng, 3)
        extra = _call(citizen, other, band, rng, _since(rng, week_start), rrule=rule)
        yield replace(extra, title=f"{band.name} meal and household", minutes=30, priority=3)


def _call(
    citizen: Citizen, provider: str, band: Band, rng: Random, since: date, *, rrule: str = DAILY
) -> Need:
    start, end = band.window(rng, width=rng.choice((90, 105, 120)))
    return Need(
        agency=provider,
        key="V",
        citizen=citizen,
        title=f"{band.name} personal care",
        skills=("personal_care",),
        minutes=rng.choice(band.minutes),
        window_start=clock(start),
        window_end=clock(end),
        preferred=clock((start + end) // 10 * 5),
        rrule=rrule,
        starts_on=since,
        priority=2 if band in (MORNING, BED) else 3,
    )


def _with_medicines(call: Need, band: Band, rng: Random) -> Need:
    start, end = band.window(rng, width=45)
    return replace(
        call,
        title=f"{band.name} personal care and medicines",
        skills=("personal_care", "medication"),
        window_start=clock(start),
        window_end=clock(end),
        preferred=clock((start + end) // 10 * 5),
        priority=1,
        time_critical=True,
    )


def _paracetamol(
    citizen: Citizen, provider: str, bands: Sequence[Band], rng: Random, since: date
) -> Iterator[Need]:
    """Calls with a medicine that needs four hours between two doses."""
    windows = {MORNING: (435, 510), LUNCH: (705, 780), TEA: (985, 1050), BED: (1260, 1290)}
    calls = []
    for band in bands:
        start, end = windows[band]
        calls.append(
            replace(
                _call(citizen, provider, band, rng, since),
                key=f"V{band.name}",
                title=f"{band.name} personal care and paracetamol",
                skills=("personal_care", "medication"),
                minutes=30,
                window_start=clock(start),
                window_end=clock(end),
                preferred=None,
                priority=2,
            )
        )
    for index, call in enumerate(calls):
        later = calls[index + 1].key if index + 1 < len(calls) else ""
        yield replace(call, gap=(later, PARACETAMOL_MINUTES)) if later else call


def _nursing(citizen: Citizen, rng: Random, week_start: date) -> Iterator[Need]:
    plain = Need(
        partners.NURSING,
        "N",
        citizen,
        "",
        (),
        30,
        time(8, 30),
        time(16, 0),
        DAILY,
        _since(rng, week_start),
        priority=2,
    )
    kind = rng.random()
    if kind < 0.06:
        insulin = replace(
            plain, title="Insulin", skills=("insulin",), minutes=15, priority=1, time_critical=True
        )
        yield replace(
            insulin,
            title="Morning insulin",
            window_start=time(7, 15),
            window_end=time(9, 0),
            preferred=time(8),
        )
        yield replace(
            insulin,
            title="Evening insulin",
            window_start=time(16, 15),
            window_end=time(18, 0),
            preferred=time(17),
        )
    elif kind < 0.16:
        rule = _weekly(rng, rng.choice((2, 3)), apart=True)
        yield replace(
            plain, title="Wound care", skills=("wound_care",), minutes=35, rrule=rule, flexible_days=1
        )
    elif kind < 0.20:
        rule = _weekly(rng, 1)
        yield replace(
            plain, title="Catheter care", skills=("catheter_care",), minutes=40, rrule=rule, flexible_days=2
        )
    elif kind < 0.27:
        rule = _weekly(rng, 1)
        yield replace(
            plain,
            title="Observations",
            skills=("observations",),
            minutes=20,
            rrule=rule,
            flexible_days=3,
            priority=3,
        )
    elif kind < 0.31:
        yield _booked(citizen, rng, week_start)


def _booked(citizen: Citizen, rng: Random, week_start: date) -> Need:
    """An appointment at a time told to the person, who expects it within half an hour."""
    at = 9 * 60 + 15 * rng.randint(0, 24)
    return Need(
        partners.NURSING,
        "B",
        citizen,
        "Blood pressure and bloods",
        ("observations",),
        20,
        clock(at - BOOKED_TOLERANCE),
        clock(at + BOOKED_TOLERANCE),
        ONCE,
        week_start + timedelta(days=rng.randrange(5)),
        preferred=clock(at),
    )


def _occasional(citizen: Citizen, rng: Random, week_start: date) -> Iterator[Need]:
    """Visits that are made once, on any of several days."""
    once = Need(
        "",
        "",
        citizen,
        "",
        (),
        60,
        time(9, 0),
        time(16, 0),
        ONCE,
        week_start,
        flexible_days=4,
    )
    if rng.random() < 0.09:
        review = replace(
            once,
            agency=partners.SOCIAL_WORK,
            key="R",
            title="Care Act review",
            skills=("review",),
            minutes=rng.choice((60, 60, 75)),
        )
        if rng.random() < 0.4:
            review = replace(
                review, mergeable=False, separate_reason="The person has asked to speak in private"
            )
        yield review
    if rng.random() < 0.10:
        yield replace(
            once,
            agency=partners.FIRE,
            key="HFSV",
            title="Home fire safety visit",
            skills=("fire_safety",),
            minutes=rng.choice((30, 35, 40)),
            window_end=time(17, 30),
            priority=4,
            flexible_days=6,
        )
    if citizen.home.tenure in ("social_rent", "sheltered") and rng.random() < 0.2:
        yield replace(
            once,
            agency=partners.HOUSING,
            key="T",
            title="Tenancy check",
            skills=("tenancy_check",),
            minutes=30,
            priority=4,
        )


def _since(rng: Random, week_start: date) -> date:
    """When it began: mostly long enough ago to have a history, now and then only this week."""
    return week_start - timedelta(weeks=rng.choice((0, 1, 6, 9, 14, 20, 26, 31, 40, 52)))


def _weekly(rng: Random, times: int, *, apart: bool = False) -> str:
    if apart:
        days = {2: (("MO", "TH"), ("TU", "FR")), 3: (("MO", "WE", "FR"), ("TU", "TH", "SA"))}[times]
        return f"FREQ=WEEKLY;BYDAY={','.join(rng.choice(days))}"
    chosen = sorted(rng.sample(range(5 if times == 1 else 7), times))
    return f"FREQ=WEEKLY;BYDAY={','.join(DAYS[day] for day in chosen)}"


def clock(minutes: int) -> time:
    """Minutes from midnight as a wall time."""
    return time(minutes // 60, minutes % 60)
