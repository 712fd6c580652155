"""A record as it is kept: plain JSON, the same for the same content in every version of this program."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict
from zoneinfo import ZoneInfo

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from hub.feeds.record import ContactRecord, GapRecord, NeedRecord, PersonRecord, Record
from hub.identity.records import content_hash, payload

LONDON = ZoneInfo("Europe/London")
RECORDS = [
    PersonRecord(
        key="C1",
        place="line 2",
        family_name="O'Neill",
        given_name="Nguyễn",
        birth_date=dt.date(1941, 5, 6),
        address_lines=("1 Mill Row", "Aylsham"),
        restricted=True,
    ),
    PersonRecord(
        key="C2",
        place="line 3",
        family_name="Eke",
        given_name="",
        contact_from=dt.time(9),
        contact_until=None,
    ),
    NeedRecord(
        key="N1",
        place="line 2",
        person_key="C1",
        title="Morning call",
        skills=("personal_care",),
        minutes=30,
        window_start=dt.time(7),
        window_end=dt.time(9, 30, 5),
        preferred=dt.time(8, 0, 0, 1500),
        rrule="FREQ=DAILY",
        starts_on=dt.date(2027, 1, 11),
        gaps=(GapRecord(after="N0", min_minutes=240, max_minutes=None),),
        codes=(("73761001", "Colonoscopy"),),
    ),
    *(
        ContactRecord(
            key="V1", place="", person_key="C1", worker_reference="W1", starts_at=starts_at, minutes=30
        )
        for starts_at in (
            dt.datetime(2027, 1, 11, 8, tzinfo=dt.UTC),
            dt.datetime(2027, 7, 11, 8, 0, 0, 123456, tzinfo=LONDON),
        )
    ),
]


@pytest.mark.parametrize("record", RECORDS)
def test_what_is_kept_is_what_django_would_write(record: Record) -> None:
    """So a record kept by an earlier version, which wrote it so, has not changed when it comes again."""
    said = asdict(record)
    for beside in ("key", "place", "said_at", "group"):
        said.pop(beside, None)
    for later in ("contact_from", "contact_until", "codes"):  # that version knew none of these
        if not said.get(later, "x"):
            del said[later]
    assert payload(record) == json.loads(json.dumps(said, cls=DjangoJSONEncoder))
    written = json.dumps(payload(record), sort_keys=True)
    assert content_hash(payload(record)) == hashlib.sha256(written.encode()).hexdigest()
