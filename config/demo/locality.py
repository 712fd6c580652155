"""What a synthetic locality consists of: agencies, people, needs, staff, past visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from config.demo.places import Patch


@dataclass(frozen=True, slots=True)
class Agency:
    """`kind` is one of `hub.models.Agency.Kind`."""

    code: str
    name: str
    kind: str
    letter: str
    hue: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """`ends_on` in the past makes it lapsed."""

    reference: str
    title: str
    parties: tuple[str, ...]
    purposes: tuple[str, ...]
    items: tuple[str, ...]
    article_6: str
    article_9: str
    schedule: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    from_agency: str
    to_agency: str
    skill: str


@dataclass(frozen=True, slots=True)
class Home:
    """A front door. `exists` is false for a postcode that no list of postcodes knows."""

    lines: tuple[str, ...]
    postcode: str
    latitude: float
    longitude: float
    tenure: str
    area: str
    exists: bool = True


@dataclass(frozen=True, slots=True)
class Citizen:
    """An invented human, as they truly are; agencies know them by `Listing`."""

    number: int
    family_name: str
    given_name: str
    birth_date: date
    gender: str
    nhs_number: str
    home: Home
    restricted: bool = False
    tie: str = ""  # spouse, twin, or namesake of another at the same door
    asks: tuple[time | None, time | None] = (None, None)  # for calls to begin from, until


@dataclass(frozen=True, slots=True)
class Listing:
    """A citizen as one agency has written them down; `flaw` names what is wrong with it, if anything."""

    agency: str
    key: str
    citizen: Citizen
    family_name: str
    given_name: str
    birth_date: date
    nhs_number: str
    lines: tuple[str, ...]
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Times are local wall time; `gap` is the key of a later need and the minutes to leave before it."""

    agency: str
    key: str
    citizen: Citizen
    title: str
    skills: tuple[str, ...]
    minutes: int
    window_start: time
    window_end: time
    rrule: str
    starts_on: date
    preferred: time | None = None
    flexible_days: int = 0
    workers: int = 1
    gender: str = ""
    priority: int = 3
    time_critical: bool = False
    mergeable: bool = True
    separate_reason: str = ""
    gap: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """`shift` is on and off as local wall time, on each of `weekdays` (0 is Monday)."""

    agency: str
    reference: str
    name: str
    gender: str
    area: str
    postcode: str
    latitude: float
    longitude: float
    skills: tuple[str, ...]
    weekdays: tuple[int, ...]
    shift: tuple[time, time]
    max_week_minutes: int


@dataclass(frozen=True, slots=True)
class PastVisit:
    agency: str
    key: str
    citizen: Citizen
    need: Need
    worker: Worker
    starts_at: datetime  # local wall time
    minutes: int


@dataclass(frozen=True, slots=True)
class Locality:
    """Everything, in an order that depends on the seed alone."""

    seed: int
    week_start: date
    patches: tuple[Patch, ...]
    agencies: tuple[Agency, ...]
    agreements: tuple[Agreement, ...]
    delegations: tuple[Delegation, ...]
    postcodes: tuple[tuple[str, float, float], ...]
    citizens: tuple[Citizen, ...]
    listings: tuple[Listing, ...]
    needs: tuple[Need, ...]
    workers: tuple[Worker, ...]
    past_visits: tuple[PastVisit, ...]

    def listings_of(self, agency: str) -> list[Listing]:
        """The people on one agency's books."""
        return [listing for listing in self.listings if listing.agency == agency]
