"""Needs other than home care: nursing, and visits that are made once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from config.demo import partners
from config.demo.locality import Citizen, Need
from config.demo.times import DAILY, ONCE, clock, since, weekly

BOOKED_TOLERANCE = 30  # minutes


def nursing(citizen: Citizen, rng: Random, week_start: date) -> Iterator[Need]:
    """What a community nurse does for three people in ten."""
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
        since(rng, week_start),
        priority=2,
    )
    kind = rng.randrange(100)
    if kind < 8:
        yield from _insulin(plain)
    elif kind < 17:
        rule = weekly(rng, rng.choice((2, 3)), apart=True)
        yield replace(
            plain, title="Wound care", skills=("wound_care",), minutes=35, rrule=rule, flexible_days=1
        )
    elif kind < 20:
        rule = weekly(rng, 1)
        yield replace(
            plain, title="Catheter care", skills=("catheter_care",), minutes=40, rrule=rule, flexible_days=2
        )
    elif kind < 24:  # just back from hospital
        yield replace(plain, title="Daily observations", skills=("observations",), minutes=20)
    elif kind < 30:
        watch = replace(plain, title="Weekly observations", skills=("observations",), minutes=20, priority=3)
        yield replace(watch, rrule=weekly(rng, 1), flexible_days=3)
    elif kind < 34:
        yield _booked(citizen, rng, week_start)


def _insulin(plain: Need) -> Iterator[Need]:
    """Twice a day, with food."""
    insulin = replace(plain, skills=("insulin",), minutes=15, priority=1, time_critical=True)
    for title, first, last, at in (
        ("Morning insulin", time(7, 15), time(9, 0), time(8)),
        ("Evening insulin", time(16, 15), time(18, 0), time(17)),
    ):
        yield replace(insulin, title=title, window_start=first, window_end=last, preferred=at)


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


def occasional(citizen: Citizen, rng: Random, week_start: date) -> Iterator[Need]:
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
