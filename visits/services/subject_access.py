"""Everything that is held about one person, across agencies, each with its source, for the person.

Third parties are left out: staff appear as “a worker of …”, and the names of others at the same address and
of staff are blacked out wherever somebody wrote them into a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hub import audit
from hub.contact_times import in_words
from hub.models import (
    AuditEvent,
    Cancellation,
    Contact,
    ContactTimes,
    MatchDecision,
    Need,
    Note,
    Objection,
    Person,
    PreventionAnswer,
    SourceRecord,
    User,
)
from hub.walls import as_county
from visits.models import Visit, Worker

BLACK = "█████"
OTHERS_OWN = {"decided_by", "requested_by"}  # fields of a record that name staff


@as_county()
def export(
    *, person: Person, reason: str, by: User | None, now: datetime, machine: str = ""
) -> dict[str, Any]:
    """The export as plain data; it is recorded, with the reason, before it is made."""
    audit.record(
        by=by,
        machine=machine,
        action=AuditEvent.Action.EXPORT,
        what="subject-access",
        people=[person.pk],
        purpose=AuditEvent.Purpose.RIGHTS,
        reason=reason,
    )
    black = _Blackening(person)
    records = SourceRecord.objects.filter(person=person).select_related("agency", "delivery")
    return {
        "made_at": now.isoformat(),
        "of": {
            "name": person.name,
            "birth_date": person.birth_date and person.birth_date.isoformat(),
            "nhs_number": person.nhs_number or None,
            "address": person.address and person.address.lines,
            "postcode": person.address and person.address.postcode,
        },
        "records": [
            {
                "agency": one.agency.name,
                "kind": one.kind,
                "agency_reference": one.key,
                "received": one.delivery.received_at.isoformat(),
                "feed": one.feed,
                "says": black.of({k: v for k, v in one.payload.items() if k not in OTHERS_OWN}),
            }
            for one in records.order_by("agency__name", "kind", "key")
        ],
        "asks_for_calls": in_words(person.contact_from, person.contact_until) or None,
        "asks_for_calls_as_told": [
            {
                "times": in_words(one.contact_from, one.contact_until) or "at any time",
                "agency": one.source_record.agency.name,
                "because": black.of(one.reason),
                "noted": one.set_at.isoformat(),
                "ended": one.ended_at and one.ended_at.isoformat(),
                "ended_because": black.of(one.ended_because) or None,
            }
            for one in ContactTimes.objects.filter(source_record__person=person).select_related(
                "source_record__agency"
            )
        ],
        "needs": [_need(one, black) for one in Need.objects.filter(person=person).select_related("agency")],
        "called_off": [
            {"day": one.due_on.isoformat(), "need": one.need.title, "because": black.of(one.reason)}
            for one in Cancellation.objects.filter(need__person=person).select_related("need")
        ],
        "visits_made": [
            {"agency": one.agency.name, "at": one.starts_at.isoformat(), "minutes": one.minutes}
            for one in Contact.objects.filter(person=person).select_related("agency")
        ],
        "visits_planned": [
            {
                "by": f"a worker of {one.worker.agency.name}",
                "at": one.starts_at.isoformat(),
                "until": one.ends_at.isoformat(),
            }
            for one in Visit.objects.filter(person=person, is_published=True).select_related("worker__agency")
        ],
        "notes": [
            {
                "agency": one.agency.name,
                "kind": one.get_kind_display(),
                "says": black.of(one.what),
                "to_do": black.of(one.do),
                "written": one.written_at.isoformat(),
                "review": one.review_on.isoformat(),
                "ended": one.ended_at and one.ended_at.isoformat(),
            }
            for one in Note.objects.filter(person=person).select_related("agency")
        ],
        "objections": [
            {"kind": one.get_kind_display(), "made": one.made_at.isoformat(), "said": black.of(one.said)}
            for one in Objection.objects.filter(person=person)
        ],
        "fire_safety_offers": [
            {
                "agency": one.agency.name,
                "outcome": one.get_kind_display(),
                "because": black.of(one.reason),
                "ask_again": one.until and one.until.isoformat(),
                "at": one.given_at.isoformat(),
            }
            for one in PreventionAnswer.objects.filter(person=person).select_related("agency")
        ],
        "how_records_were_joined": [
            {
                "agency": one.source_record.agency.name,
                "outcome": one.get_outcome_display(),
                "by_rule": one.rule,
            }
            for one in MatchDecision.objects.filter(person=person).select_related("source_record__agency")
        ],
        "who_looked": [
            {
                "at": one.at.isoformat(),
                "who": f"{one.by.get_role_display()} of {one.agency.name}"
                if one.by and one.agency
                else ("the hub" if one.by else one.machine),
                "what": one.get_action_display(),
                "why": one.get_purpose_display(),
            }
            for one in looked(person).select_related("by", "agency").iterator()
        ],
    }


def looked(person: Person) -> Any:
    """The events that show this person, also under the keys from before their records were joined."""
    earlier = MatchDecision.objects.filter(source_record__person=person).values_list("person", flat=True)
    return AuditEvent.objects.filter(people__overlap=[person.pk, *set(earlier)])


def _need(need: Need, black: _Blackening) -> dict[str, Any]:
    return {
        "agency": need.agency.name,
        "agency_reference": need.reference,
        "what": black.of(need.title),
        "minutes": need.minutes,
        "between": f"{need.window_start:%H:%M} and {need.window_end:%H:%M}",
        "repeats": need.rrule,
        "from": need.starts_on.isoformat(),
        "until": need.ends_on and need.ends_on.isoformat(),
        "stays_apart_because": black.of(need.separate_reason),
    }


class _Blackening:
    """Blacks out the names of others at the address and of staff who come there."""

    def __init__(self, person: Person) -> None:
        own = {word.casefold() for word in person.name.split()}
        others = Person.objects.filter(address=person.address_id).exclude(pk=person.pk)
        names = [one.name for one in others] if person.address_id else []
        names += Worker.objects.filter(visits__person=person).values_list("name", flat=True).distinct()
        words = {word for name in names for word in name.split() if len(word) > 1}
        hidden = sorted((w for w in words if w.casefold() not in own), key=len, reverse=True)
        alternatives = "|".join(map(re.escape, hidden))
        self._pattern = re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE) if hidden else None

    def of(self, value: Any) -> Any:
        """The value with those names blacked out, in whatever it holds."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(BLACK, value)
        if isinstance(value, dict):
            return {key: self.of(one) for key, one in value.items()}
        if isinstance(value, Iterable):
            return [self.of(one) for one in value]
        return value
