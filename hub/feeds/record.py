"""What every feed yields, whatever the format: records in one common shape, or rejections.

A feed is a module with `read(stream) -> Iterator[Item]`. It knows bytes and formats, not the database.
It raises `FeedError` only when the file as a whole is not what the feed expects; anything wrong with one
record is a `Rejected`, and the rest goes on. `said_at` is when the sender last changed what a record
says, where the format tells: of two records with one key the later counts, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import BinaryIO, Protocol


class FeedError(ValueError):
    """The whole delivery is refused. `place` is a line or path, `field` and `rule` say what is wrong."""

    def __init__(self, message: str, *, place: str = "", field: str = "", rule: str = "") -> None:
        self.place, self.field, self.rule = place, field, rule
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person as one agency knows them. `key` is that agency's own reference."""

    key: str
    place: str
    family_name: str
    given_name: str
    birth_date: date | None = None
    gender: str | None = None  # F, M, X or not said
    nhs_number: str | None = None
    nhs_number_verified: bool = False
    address_lines: tuple[str, ...] = ()
    postcode: str = ""
    uprn: str | None = None
    tenure: str | None = None  # owner, social_rent, private_rent, sheltered, other
    restricted: bool = False
    deceased: bool = False  # also true when the day of death is not known
    deceased_on: date | None = None
    contact_from: time | None = None  # the person asks for no call to begin before, local wall time
    contact_until: time | None = None  # nor after
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GapRecord:
    """Minutes between the end of the need it stands on and the start of `after`, on one day."""

    after: str
    min_minutes: int
    max_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """What an agency has undertaken to do at a person's home. Times are local wall time."""

    key: str
    place: str
    person_key: str
    title: str
    skills: tuple[str, ...]
    minutes: int
    window_start: time
    window_end: time
    rrule: str
    starts_on: date
    ends_on: date | None = None
    preferred: time | None = None
    flexible_days: int = 0  # days after its date to which an occurrence may move
    workers: int = 1
    gender: str | None = None
    priority: int = 3
    time_critical: bool = False
    mergeable: bool = True
    separate_reason: str = ""
    gaps: tuple[GapRecord, ...] = ()
    group: str = ""  # the key of the resource that this need is one of several of
    # SNOMED CT codes, each with what the sender calls it: the hub says which tasks they are, so `skills` is
    # empty then, and `minutes` is 0 where it is also to say how long.
    codes: tuple[tuple[str, str], ...] = ()
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A visit that an agency made. `worker_reference` is the agency's own."""

    key: str
    place: str
    person_key: str
    worker_reference: str
    starts_at: datetime
    minutes: int
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AbsenceRecord:
    """Days on which a person is not to be visited at home: in hospital, or no longer with this agency."""

    key: str
    place: str
    person_key: str
    cause: str  # hospital or left
    starts_on: date
    ends_on: date | None = None  # the first day at home again; none while that is not known
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HomeRecord:
    """A home without anybody's name: where it is and how it is held."""

    key: str
    place: str
    address_lines: tuple[str, ...] = ()
    postcode: str = ""
    uprn: str | None = None
    tenure: str | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record refused, or with `field_only` one field of a record that was taken without it.

    `value_class` says what kind of value stood there, never the value itself.
    """

    place: str
    field: str
    rule: str
    message: str
    key: str = ""
    value_class: str = ""
    field_only: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """Well formed, but nothing to take; counted, so that the whole file is accounted for.

    `ends_need` is the key of a need or an absence sent earlier that no longer holds; it also stands for
    the needs whose keys begin with it and an @, or that are of the group of that name. `group` is the group
    that the need itself is of, if it is another.
    """

    place: str
    why: str
    ends_need: str = ""
    group: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replaces:
    """Which needs a resource now consists of: others of its group end. It is no record itself.

    A key in `live` that ends with an * stands for every key that begins so.
    """

    place: str
    group: str
    live: tuple[str, ...]
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AllOrNothing:
    """The sender wants all of the delivery taken or nothing of it. No record itself."""

    place: str


Record = PersonRecord | NeedRecord | ContactRecord | AbsenceRecord | HomeRecord
Item = Record | Rejected | Skipped | Replaces | AllOrNothing


class Feed(Protocol):
    """A format that partners send."""

    def read(self, stream: BinaryIO) -> Iterator[Item]:
        """Yields everything in the order of the file; memory does not grow with the file."""
        ...
