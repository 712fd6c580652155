"""Needs whose tasks come as SNOMED CT codes: what was sent is kept, the hub's table says what it asks for.

A need with a code that nobody has decided on is rejected and kept; it is taken by itself once somebody has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q

from hub.feeds.record import NeedRecord
from hub.models import Need, TaskCode
from hub.selectors import WAITS_FOR_CODE
from hub.services.receiving.checking import MOST_MINUTES
from hub.services.receiving.taking import Taking

WAITS = WAITS_FOR_CODE
RULE = "undecided_code"
NOT_AT_HOME = "The hub has decided that this is not done at home"


def translated(table: dict[str, TaskCode], record: NeedRecord) -> NeedRecord:
    """The need as it is asked for: with the tasks of its codes, and their minutes if it says none.

    Without tasks there is nothing to do at home. Raises `KeyError` with the code that nobody has decided on.
    """
    if not record.codes:
        return record
    decided = [table[code] for code, _ in record.codes]
    skills = tuple(dict.fromkeys(skill for one in decided for skill in one.skills))
    if not skills or record.minutes:
        return replace(record, skills=skills)
    if unsaid := next((one.code for one in decided if one.skills and not one.minutes), None):
        raise KeyError(unsaid)
    minutes = sum(one.minutes or 0 for one in decided if one.skills)
    return replace(record, skills=skills, minutes=min(minutes, MOST_MINUTES))


def asked_for(taking: Taking, records: Sequence[NeedRecord]) -> list[tuple[NeedRecord, NeedRecord]]:
    """Each record with what it asks for. The others are rejected or passed over, and kept for a decision."""
    table = _table(records)
    found: list[tuple[NeedRecord, NeedRecord]] = []
    waiting: list[tuple[NeedRecord, str]] = []
    nothing: list[NeedRecord] = []
    for record in records:
        try:
            asked = translated(table, record)
        except KeyError as undecided:
            (code,) = undecided.args
            _refuse(taking, record, is_known=code in table)
            waiting.append((record, f"{WAITS}{code}"))
            continue
        if asked.skills or not record.codes:
            found.append((record, asked))
        else:
            nothing.append(record)
            waiting.append((record, f"{WAITS}{record.codes[0][0]}"))
    _pass_over(taking, nothing)
    taking.keep_waiting("need", waiting, instead_of_known=True)
    return found


def _table(records: Sequence[NeedRecord]) -> dict[str, TaskCode]:
    codes = {code for record in records for code, _ in record.codes}
    return {row.code: row for row in TaskCode.objects.filter(code__in=codes)} if codes else {}


def _refuse(taking: Taking, record: NeedRecord, *, is_known: bool) -> None:
    if is_known:
        field, message = "minutes", "Say how many minutes it takes; the hub has set no usual length either."
    else:
        field, message = "code", "The hub has not decided which task this code is."
    taking.ledger.refuse(
        record, field=field, rule=RULE, message=f"{message} It is kept, and taken once that is known."
    )


def _pass_over(taking: Taking, records: Sequence[NeedRecord]) -> None:
    """Counts what is not done at home; a need that asked for something else until now ends."""
    taking.ledger.skipped += len(records)
    if keys := {record.key for record in records}:
        needs = Need.objects.filter(agency=taking.agency, reference__among=keys)
        needs = needs.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=taking.today))
        taking.ended += needs.update(ends_on=taking.today - timedelta(days=1), end_reason=NOT_AT_HOME)
