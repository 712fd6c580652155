"""FHIR as XML, turned into the shape that it has as JSON; documents that could harm the reader are refused.

There is no document type, no entity and no processing instruction in FHIR, so any of them refuses the
file at once, before anything is expanded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

from hub.feeds.record import FeedError

NAMESPACE = "http://hl7.org/fhir"
MAX_DEPTH = 100
BLOCK = 64 * 1024  # bytes
YES_NO = frozenset({"active", "deceasedBoolean", "doNotPerform", "asNeededBoolean", "valueBoolean"})
NUMBERS = frozenset({"duration"})


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    name: str
    content: dict[str, Any] = field(default_factory=dict)
    resource_type: str = ""
    primitive: str | None = None


class _Builder:
    """What expat calls, and what has been built so far."""

    def __init__(self) -> None:
        self.top: dict[str, Any] | None = None
        self._open: list[_Open] = []
        self._narrative = 0  # elements of XHTML that are open: nothing in them is read

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if self._narrative or namespace != NAMESPACE:
            if not self._open:
                raise FeedError("The file is XML but not FHIR.", place="line 1", rule="resource_type")
            self._narrative += 1
            return
        if len(self._open) >= MAX_DEPTH:
            raise FeedError("The XML is nested too deeply.", rule="too_deep")
        opened = _Open(local)
        if local[:1].isupper():  # only resources begin with a capital
            opened.resource_type = local
            opened.content["resourceType"] = local
        for key in ("id", "url"):
            if key in attributes:
                opened.content[key] = attributes[key]
        opened.primitive = attributes.get("value")
        self._open.append(opened)

    def end(self, _: str) -> None:
        if self._narrative:
            self._narrative -= 1
            return
        closed = self._open.pop()
        if not self._open:
            self.top = closed.content
            return
        parent = self._open[-1]
        if closed.resource_type:  # its holder, such as <resource>, becomes the resource
            parent.content = closed.content
            return
        _add(parent.content, closed.name, _value(closed))


def read(first: bytes, stream: BinaryIO, *, limit: int) -> dict[str, Any]:
    """The resource of a document. Raises `FeedError` for what is not XML, too large or hostile."""
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.buffer_text = True
    for handler in (
        "StartDoctypeDeclHandler",
        "EntityDeclHandler",
        "ExternalEntityRefHandler",
        "ProcessingInstructionHandler",
    ):
        setattr(parser, handler, _refuse)
    size = len(first)
    try:
        parser.Parse(first, False)
        while block := stream.read(BLOCK):
            size += len(block)
            if size > limit:
                raise FeedError(
                    f"The file is one XML document of more than {limit // 1024 // 1024} MB. "
                    "Send it as newline-delimited JSON.",
                    rule="too_large",
                )
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FeedError(
            "The file is not whole XML; it may be cut off. Export it again.",
            place=f"line {error.lineno}",
            rule="xml",
        ) from None
    if builder.top is None:
        raise FeedError("The XML holds no resource.", rule="xml")
    return builder.top


def _refuse(*_: Any) -> int:
    raise FeedError(
        "The XML has a document type, an entity or a processing instruction. Send it without.",
        place="line 1",
        rule="xml_entities",
    )


def _value(closed: _Open) -> Any:
    """A primitive by its value alone, whatever extensions it has; everything else as an object."""
    if closed.primitive is None:
        return closed.content
    if closed.name in YES_NO:
        return {"true": True, "false": False}.get(closed.primitive, closed.primitive)
    if closed.name in NUMBERS:
        try:
            return float(closed.primitive)
        except ValueError:
            return closed.primitive
    return closed.primitive


def _add(parent: dict[str, Any], name: str, value: Any) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]
