"""Resources out of bytes: finds out which way of sending FHIR JSON this is, within bounds of memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import orjson

from hub.feeds.fhir import xml
from hub.feeds.fhir.elements import Found, Json, last_part, type_name
from hub.feeds.record import AllOrNothing, FeedError, Rejected, Skipped

MAX_DOCUMENT = 64 * 1024 * 1024  # bytes
MAX_LINE = 5 * 1024 * 1024
NDJSON = "Send it as newline-delimited JSON, one resource on each line."
Resources = Iterator[Found | Rejected | Skipped | AllOrNothing]


def resources(stream: BinaryIO) -> Resources:
    """Yields each resource with its place. Raises `FeedError` if the whole is not FHIR as JSON."""
    number, first = 0, b"\n"
    while first and not first.strip():
        number, first = number + 1, stream.readline(MAX_DOCUMENT + 1)
        first = first.removeprefix(b"\xef\xbb\xbf") if number == 1 else first
    _refuse_other_formats(first)
    if first.lstrip().startswith(b"<"):
        yield from _document(xml.read(first.lstrip(), stream, limit=MAX_DOCUMENT))
        return
    second = b"\n"
    lines_between = number
    alone = _loads(first)
    if isinstance(alone, dict) or first.rstrip().endswith(b"}"):
        while second and not second.strip():
            lines_between, second = lines_between + 1, stream.readline(MAX_LINE + 1)
        if second.lstrip().startswith(b"{"):
            yield from _lines(
                chain([(number, first), (lines_between, second)], _numbered(stream, lines_between, second))
            )
            return
        if isinstance(alone, dict) and not second:
            yield from _document(alone)
            return
    yield from _document(_whole(stream, first, second if second.strip() else b""))


def _refuse_other_formats(first: bytes) -> None:
    if not first:
        raise FeedError("The file is empty. Export it again.", rule="empty")
    if first.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise FeedError("The file is an archive. Send what is in it.", place="line 1", rule="json")
    if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first[:100]:
        raise FeedError("The file is in UTF-16. Save it in UTF-8.", place="line 1", rule="utf16")
    if first.lstrip()[:1] not in (b"{", b"[", b"<"):
        raise FeedError("The file is neither JSON nor XML. Send FHIR.", place="line 1", rule="json")


def _whole(stream: BinaryIO, *read: bytes) -> Any:
    size = sum(len(block) for block in read)
    rest = stream.read(MAX_DOCUMENT - size + 1) if size <= MAX_DOCUMENT else b""
    if size + len(rest) > MAX_DOCUMENT:
        megabytes = MAX_DOCUMENT // 1024 // 1024
        raise FeedError(f"The file is one document of more than {megabytes} MB. {NDJSON}", rule="too_large")
    try:
        return orjson.loads(b"".join((*read, rest)))
    except orjson.JSONDecodeError as error:
        raise FeedError(
            "The file is not whole JSON in UTF-8; it may be cut off. Export it again.",
            place=f"line {error.lineno}",
            rule="json",
        ) from None


def _document(document: Any) -> Resources:
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise FeedError(
            "The file is no FHIR resource: it has no resourceType.",
            place="line 1",
            rule="resource_type",
        )
    if document["resourceType"] == "Bundle":
        yield from _entries(document, place="Bundle")
    else:
        yield Found(type_name(document), document)


def _lines(lines: Iterator[tuple[int, bytes]]) -> Resources:
    for number, line in lines:
        place = f"line {number}"
        if not line.strip():
            continue
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            yield Rejected(place, "", "too_long", f"Shorten the line to {MAX_LINE // 1024 // 1024} MB.")
            continue
        resource = _loads(line)
        if isinstance(resource, dict) and resource.get("resourceType") == "Bundle":
            yield from _entries(resource, place=f"{place}: Bundle")
        elif isinstance(resource, dict):
            yield Found(place, resource)
        elif line.endswith(b"\n"):
            yield Rejected(place, "", "json", "Write one JSON object in UTF-8 on the line.")
        else:
            yield Rejected(place, "", "cut_off", "Export the file again: it ends in the middle of this line.")


def _numbered(stream: BinaryIO, number: int, last: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that follow. Of one that is too long the beginning is given and the rest lost."""
    while True:
        while len(last) > MAX_LINE and not last.endswith(b"\n"):
            last = stream.readline(MAX_LINE + 1)
        last = stream.readline(MAX_LINE + 1)
        if not last:
            return
        number += 1
        yield number, last


def _entries(bundle: Json, *, place: str) -> Resources:
    listed = bundle.get("entry") or []
    entries = listed if isinstance(listed, list) else [listed]
    if bundle.get("type") == "transaction":
        yield AllOrNothing(place)
    names = dict(_names(entries))
    found: list[Found] = []
    sent = _text(bundle.get("timestamp"))
    for number, entry in enumerate(entries):
        at = f"{place}.entry[{number}]"
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            url, put = _text(entry.get("fullUrl")), _address(entry)
            found.append(Found(f"{at}.resource", resource, url, names, sent, put))
        elif isinstance(entry, dict) and resource is None:
            yield _without_resource(entry, at)
        else:
            yield Rejected(at, "resource", "type", "Give an object where FHIR has one.")
    yield from sorted(found, key=lambda one: one.resource.get("resourceType") != "Patient")


def _names(entries: list[Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("resource"), dict):
            continue
        address, resource = _text(entry.get("fullUrl")), entry["resource"]
        if address:
            kind = _text(resource.get("resourceType"))
            yield address, (kind, Found("", resource, address, address=_address(entry)).id)


def _address(entry: Json) -> str:
    """The Patient/ID that the entry asks to be put to."""
    asked = entry.get("request")
    is_put = isinstance(asked, dict) and asked.get("method") == "PUT"
    return _text(asked.get("url")).partition("?")[0] if is_put else ""


def _without_resource(entry: Json, place: str) -> Skipped:
    asked = entry.get("request")
    if isinstance(asked, dict) and asked.get("method") == "DELETE":
        kind, _, gone = _text(asked.get("url")).partition("/")
        if kind in ("ServiceRequest", "Appointment") and gone:
            return Skipped(place, "a deletion", ends_need=f"{kind}/{last_part(gone)}"[:120])
    return Skipped(place, "an entry without a resource")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _loads(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
