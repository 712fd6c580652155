from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from hub.bulk import put
from hub.feeds.record import Item, NeedRecord, Replaces, Skipped
from hub.models import Need, SourceRecord
from hub.services.receiving import coded
from hub.services.receiving.reading import chunks
from hub.services.receiving.taking import Taking, save

FIELDS = (
    "title",
    "minutes",
    "window_start",
    "window_end",
    "preferred",
    "rrule",
    "starts_on",
    "ends_on",
    "flexible_days",
    "workers",
    "priority",
    "time_critical",
    "mergeable",
    "separate_reason",
)
END = """
    UPDATE hub_need need SET ends_on = said.last_day
    FROM unnest(%s::bigint[], %s::date[]) AS said (record, last_day)
    WHERE need.source_record_id = said.record AND (need.ends_on IS NULL OR need.ends_on > said.last_day)
    RETURNING need.source_record_id"""
FORGET = """
    UPDATE hub_sourcerecord record
    SET content_hash = '', waits_for = '', said_at = coalesce(said.at, record.said_at)
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS said (record, at)
    WHERE record.id = said.record"""


def take_needs(taking: Taking, records: Sequence[NeedRecord]) -> None:
    """Stores a chunk of needs that are new or have changed."""
    if not records:
        return
    taking.listed(record.key for record in records)
    asked = coded.asked_for(taking, taking.sound(records))
    wanted = {id(record): found for record, found in asked}
    skilled = [record for record, found in asked if _skills_known(taking, found)]
    known = taking.of_known_people(SourceRecord.Kind.NEED, skilled)
    person_by_key = {record.key: person for record, person in known}
    changed = taking.changed(SourceRecord.Kind.NEED, [record for record, _ in known])
    for record, row in changed:
        taking.changed_needs += row.pk is not None
        row.person_id = person_by_key[record.key]
    save(row for _, row in changed)
    put(
        Need,
        [_need(wanted[id(record)], row) for record, row in changed],
        match=("agency", "reference"),
        update=[*FIELDS, "skills", "gender", "person", "source_record"],
    )


def turns(chunk: Iterable[Item]) -> Iterator[tuple[list[NeedRecord], list[Skipped]]]:
    """Needs and ends in turns, each turn as long as none of its ends is about a need or an end in it.

    So of one need what stands first in the file comes first, and still many go to the database together.
    """
    needs: list[NeedRecord] = []
    ends: dict[str, Skipped] = {}
    named: set[str] = set()
    for item in chunk:
        if isinstance(item, NeedRecord):
            if any(name in ends for name in _names(item.key, item.group)):
                yield needs, list(ends.values())
                needs, ends, named = [], {}, set()
            needs.append(item)
            named.update(_names(item.key, item.group))
        elif isinstance(item, Skipped) and item.ends_need:
            if item.ends_need in named or item.ends_need in ends:
                yield needs, list(ends.values())
                needs, ends, named = [], {}, set()
            ends[item.ends_need] = item
    if needs or ends:
        yield needs, list(ends.values())


def end_needs(taking: Taking, called_off: Sequence[Skipped]) -> None:
    """Ends needs, or all of a group, that the agency has called off: nothing of them is due from today.

    Their records forget what they said, so that the same words sent again later make them due again. What
    was said later stands; and where nothing is known yet, the end is kept for what comes late.
    """
    ends = {each.ends_need: each for each in called_off}
    if not ends:
        return
    rows = SourceRecord.objects.filter(agency=taking.agency, kind=SourceRecord.Kind.NEED)
    rows = rows.only("pk", "key", "group", "said_at")
    groups = [*ends, *(each.group for each in called_off if each.group)]
    known = {row.pk: row for row in rows.filter(key__among=ends)}
    known |= {row.pk: row for row in rows.exclude(group="").filter(group__among=groups)}
    meant: dict[str, list[SourceRecord]] = defaultdict(list)
    for row in known.values():
        for name in _names(row.key, row.group):
            if name in ends:
                meant[name].append(row)
    _end(
        taking,
        [
            ([row.pk for row in meant.get(key, ()) if not _is_later(row, each.said_at)], each.said_at)
            for key, each in ends.items()
        ],
    )
    _save_ends(taking, [(key, each.said_at) for key, each in ends.items() if key not in meant])


def replace_groups(taking: Taking, replacements: Sequence[Replaces]) -> None:
    """Ends the needs that a resource no longer consists of; the last word on each counts."""
    last: dict[str, Replaces] = {}
    for one in replacements:
        known = last.get(one.group)
        if known is None or one.said_at is None or known.said_at is None or known.said_at <= one.said_at:
            last[one.group] = one
    if not last:
        return
    rows = SourceRecord.objects.filter(agency=taking.agency, kind=SourceRecord.Kind.NEED).exclude(group="")
    rows = rows.filter(group__among=last).only("pk", "key", "group", "said_at", "content_hash", "waits_for")
    grouped: dict[str, list[SourceRecord]] = defaultdict(list)
    for row in rows:
        grouped[row.group].append(row)
    gone = [
        (
            [row.pk for row in grouped[group] if not _is_live(row, one) and not _is_later(row, one.said_at)],
            one.said_at,
        )
        for group, one in last.items()
    ]
    _end(taking, gone)
    empty = [group for group, one in last.items() if not grouped[group] and not one.live]
    _save_ends(taking, [(group, last[group].said_at) for group in empty])


def end_missing(taking: Taking) -> None:
    """Ends this feed's needs that a file which lists all does not list."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE listed")
    listed = RawSQL("SELECT key FROM listed", [])
    rows = SourceRecord.objects.filter(
        agency=taking.agency, kind=SourceRecord.Kind.NEED, feed=taking.delivery.feed
    ).exclude(content_hash="", waits_for="")
    for keys in chunks(rows.exclude(key__in=listed).values_list("pk", flat=True).iterator()):
        _end(taking, [(keys, None)])


def _end(taking: Taking, records: Sequence[tuple[Sequence[int], datetime | None]]) -> None:
    """Ends the needs of these records: each list from the day on which it was said, else from today."""
    said: dict[int, datetime | None] = {}
    for keys, said_at in records:
        for key in keys:
            said[key] = max(filter(None, (said.get(key), said_at)), default=None)
    if not said:
        return
    last_days = [
        (timezone.localdate(said_at) if said_at else taking.today) - timedelta(days=1)
        for said_at in said.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(END, [list(said), last_days])
        ended = {record for (record,) in cursor.fetchall()}
        taking.ended += len(ended)
        gone = [key for keys, at in records if at or not ended.isdisjoint(keys) for key in keys]
        cursor.execute(FORGET, [gone, [said[key] for key in gone]])


def _save_ends(taking: Taking, ends: Sequence[tuple[str, datetime | None]]) -> None:
    """Keeps the ends whose time is known, for what comes late."""
    rows = []
    for key, said_at in ends:
        if said_at is not None:
            row = SourceRecord(agency=taking.agency, kind=SourceRecord.Kind.NEED, key=key[:120])
            row.group, row.delivery, row.feed = key[:120], taking.delivery, taking.delivery.feed
            row.payload, row.said_at = {}, said_at
            rows.append(row)
    save(rows)


def _names(key: str, group: str) -> set[str]:
    """The names under which a need may be called off: its own, what stands before an @ in it, its group's.

    A request with several times of day is several needs, each with its time behind an @ in the key.
    """
    parts = key.split("@")
    names = {"@".join(parts[:number]) for number in range(1, len(parts) + 1)}
    return names | {group} if group else names


def _is_live(row: SourceRecord, one: Replaces) -> bool:
    return row.key in one.live or any(key.endswith("*") and row.key.startswith(key[:-1]) for key in one.live)


def _is_later(row: SourceRecord, said_at: datetime | None) -> bool:
    return said_at is not None and row.said_at is not None and row.said_at > said_at


def _skills_known(taking: Taking, record: NeedRecord) -> bool:
    unknown = sorted(set(record.skills) - taking.skills)
    if unknown:
        taking.ledger.refuse(
            record,
            field="skills",
            rule="unknown_skill",
            message="A task of this need is not in the county's list of skills; use a code from the list.",
        )
    return not unknown


def _need(record: NeedRecord, row: SourceRecord) -> Need:
    return Need(
        agency_id=row.agency_id,
        reference=record.key,
        person_id=row.person_id,
        source_record=row,
        skills=list(record.skills),
        gender=record.gender or "",
        **{name: getattr(record, name) for name in FIELDS},
    )
