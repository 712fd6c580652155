"""What each agency has undertaken to do for each person: the mix of an ordinary week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from config.demo import other_needs, partners
from config.demo.locality import Citizen, Need
from config.demo.places import Patch
from config.demo.times import DAILY, clock, since, weekly

PARACETAMOL_MINUTES = 240


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
            *other_needs.nursing(citizen, rng, week_start),
            *other_needs.occasional(citizen, rng, week_start),
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
    if rng.random() > 0.62:
        return
    provider, other = rng.sample(providers, 2)
    bands = rng.choices([bands for bands, _ in PATTERNS], [share for _, share in PATTERNS])[0]
    began = since(rng, week_start)
    kind = rng.random()
    if kind < 0.10 and len(bands) >= 3:
        yield from _paracetamol(citizen, provider, bands, rng, began)
    else:
        double = len(bands) >= 2 and rng.random() < 0.12
        gender = citizen.gender if rng.random() < (0.12 if citizen.gender == "F" else 0.02) else ""
        critical = rng.random() < 0.15
        rule = DAILY if len(bands) > 1 or rng.random() < 0.6 else weekly(rng, rng.choice((3, 5)))
        for band in bands:
            call = _call(citizen, provider, band, rng, began, rrule=rule)
            yield replace(
                _with_medicines(call, band, rng) if critical and band in (MORNING, TEA) else call,
                workers=2 if double else 1,
                gender=gender if band in (MORNING, BED) else "",
            )
    if rng.random() < 0.3:  # the other provider comes too, for what the first does not do
        band = rng.choice((MORNING, LUNCH, TEA))
        rule = DAILY if rng.random() < 0.5 else weekly(rng, 3)
        extra = _call(citizen, other, band, rng, since(rng, week_start), rrule=rule)
        yield replace(extra, title=f"{band.name} meal and household", minutes=30, priority=3)


def _call(
    citizen: Citizen, provider: str, band: Band, rng: Random, began: date, *, rrule: str = DAILY
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
        starts_on=began,
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
    citizen: Citizen, provider: str, bands: Sequence[Band], rng: Random, began: date
) -> Iterator[Need]:
    """Calls with a medicine that needs four hours between two doses."""
    windows = {MORNING: (435, 510), LUNCH: (705, 780), TEA: (985, 1050), BED: (1260, 1290)}
    calls = []
    for band in bands:
        start, end = windows[band]
        calls.append(
            replace(
                _call(citizen, provider, band, rng, began),
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
