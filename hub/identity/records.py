"""A record as it is kept: to plain JSON and back, and what matching compares of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, time
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from hub.feeds.record import PersonRecord, Record
from hub.identity import nhs_number
from hub.identity.matching import Facts
from hub.identity.names import fold, fold_given
from hub.models import KnownAs

LONGEST_KEY = 120  # characters; folding may lengthen a name
_PERSON_FIELDS = frozenset(field.name for field in fields(PersonRecord))


# What stands in columns of its own, beside what is said.
_BESIDE = frozenset({"place", "key", "said_at", "group"})
# Left out where empty: what was kept before there were these has the same hash as it had.
_SINCE = frozenset({"contact_from", "contact_until", "codes"})


def payload(record: Record) -> dict[str, Any]:
    """Everything the record says but where it stood, as JSON keeps it."""
    return {
        name: _plain(value)
        for name in _said_in(type(record))
        if (value := getattr(record, name)) or name not in _SINCE
    }


@cache
def _said_in(kind: type[Record]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _BESIDE)


def _plain(value: Any) -> Any:
    """What JSON gives back of a value; the common kinds directly, because files have millions of them."""
    if value is None or isinstance(value, str | int | float):
        return value
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _encoder() -> Callable[[dict[str, Any]], str]:
    """What `json.dumps(…, sort_keys=True)` makes anew for each call, which takes longer than using it."""
    like = json.JSONEncoder(sort_keys=True)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # a Python without the module in C
        return like.encode
    separators = (like.key_separator, like.item_separator)
    encode = make(
        None, like.default, json.encoder.encode_basestring_ascii, None, *separators, True, False, True
    )
    return lambda said: "".join(encode(said, 0))


_written = _encoder()


def content_hash(said: dict[str, Any]) -> str:
    """The same for the same content, whatever file or line it came in, and in earlier versions too."""
    return hashlib.sha256(_written(said).encode()).hexdigest()


def person_record(key: str, said: dict[str, Any]) -> PersonRecord:
    """The person as that agency sent them, from what is kept."""
    known = {name: value for name, value in said.items() if name in _PERSON_FIELDS}
    for name in ("birth_date", "deceased_on"):
        if known.get(name):
            known[name] = date.fromisoformat(known[name])
    for name in ("contact_from", "contact_until"):
        if known.get(name):
            known[name] = time.fromisoformat(known[name])
    known["address_lines"] = tuple(known.get("address_lines") or ())
    return PersonRecord(**known, key=key, place="")


def facts_of(record: PersonRecord, *, person_id: int | None = None) -> Facts:
    """What matching compares of a record; a number that fails its check is no number."""
    number = nhs_number.normalise(record.nhs_number)
    valid = nhs_number.is_valid(number)
    return Facts(
        family=fold(record.family_name)[:LONGEST_KEY],
        given=fold_given(record.given_name)[:LONGEST_KEY],
        birth_date=record.birth_date,
        gender=record.gender or "",
        nhs_number=number if valid else "",
        nhs_number_verified=valid and record.nhs_number_verified,
        postcode=record.postcode,
        uprn=(record.uprn or "").lstrip("0"),
        person_id=person_id,
    )


# The columns of KnownAs in the order of the fields of Facts.
FACTS = (
    *("family_key", "given_key", "birth_date", "gender", "nhs_number", "nhs_number_verified"),
    *("postcode", "uprn", "person_id"),
)


def facts_from(known: KnownAs) -> Facts:
    """The facts that a row keeps."""
    return Facts(
        family=known.family_key,
        given=known.given_key,
        birth_date=known.birth_date,
        gender=known.gender,
        nhs_number=known.nhs_number,
        nhs_number_verified=known.nhs_number_verified,
        postcode=known.postcode,
        uprn=known.uprn,
        person_id=known.person_id,
    )
