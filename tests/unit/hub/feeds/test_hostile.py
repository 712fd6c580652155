"""Files made to harm whoever reads them: refused within seconds, in a process with a bound on its memory."""

from __future__ import annotations

import io
import multiprocessing
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.feeds import FEEDS
from hub.feeds.record import FeedError

SECONDS = 5.0
MEGABYTES = 256  # above what the process has when it begins
CSV_FEEDS = [name for name in sorted(FEEDS) if name != "fhir"]


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/cron.d/evil", b"0" * 50_000_000)


def _columns(path: Path) -> None:
    path.write_bytes(b"a," * 10_000_000 + b"\n")


def _one_line(path: Path) -> None:
    path.write_bytes(b"client_reference,family_name\n" + b'"' + b"x" * 50_000_000)


def _quotes(path: Path) -> None:
    path.write_bytes(b"client_reference,family_name\n" + b'"\n' * 200_000)


def _utf16(path: Path) -> None:
    path.write_bytes("client_reference,family_name\n1,Nguyễn\n".encode("utf-16"))


def _nul(path: Path) -> None:
    path.write_bytes(b"client_reference,family_name\n1,O\0Neill\n")


def _deep_json(path: Path) -> None:
    path.write_bytes(b'{"resourceType":"Bundle","entry":' + b"[" * 2_000_000)


def _deep_xml(path: Path) -> None:
    path.write_bytes(b'<Patient xmlns="http://hl7.org/fhir">' + b"<extension>" * 2_000_000)


def _laughs(path: Path) -> None:
    lines = ['<!DOCTYPE a [<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    path.write_text("".join([*lines, ']><Patient xmlns="http://hl7.org/fhir"><id value="&a11;"/></Patient>']))


def _wide_xml(path: Path) -> None:
    path.write_bytes(
        b'<Patient xmlns="http://hl7.org/fhir" ' + b"".join(b'a%d="" ' % n for n in range(10**6))
    )


def _huge_number(path: Path) -> None:
    path.write_bytes(b'{"resourceType":"Patient","id":"1","birthDate":' + b"9" * 5_000_000 + b"}")


HOSTILE: list[tuple[str, Callable[[Path], None]]] = [
    *[(feed, make) for feed in CSV_FEEDS for make in (_zip_bomb, _columns, _utf16, _nul, _quotes)],
    ("plain", _one_line),
    *[("fhir", make) for make in (_zip_bomb, _deep_json, _deep_xml, _laughs, _wide_xml, _huge_number)],
]


def _read(feed: str, path: str, answer: multiprocessing.SimpleQueue) -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 1024**2, resource.RLIM_INFINITY))
    started, outcome = time.process_time(), "read"
    try:
        with open(path, "rb") as stream:
            for _ in _bounded(FEEDS[feed].read(stream)):
                pass
    except FeedError:
        outcome = "refused"
    except MemoryError:
        outcome = "out of memory"
    answer.put((outcome, time.process_time() - started))


def _bounded(items: Iterator[object]) -> Iterator[object]:
    for number, item in enumerate(items):
        assert number < 500_000
        yield item


@pytest.mark.parametrize(("feed", "make"), HOSTILE, ids=lambda one: getattr(one, "__name__", one))
def test_a_hostile_file_ends_soon_and_in_little_memory(
    feed: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    """Nothing is unpacked or expanded; a file is refused, or its rows are, one by one."""
    path = tmp_path / "hostile"
    make(path)
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    child = context.Process(target=_read, args=(feed, str(path), answer))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    outcome, seconds = answer.get()
    assert outcome in ("refused", "read")
    assert seconds <= SECONDS  # of this process: what others do meanwhile is not its fault


def test_a_zip_is_never_unpacked() -> None:
    """So neither its size nor the names in it can do anything."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../../outside.csv", "client_reference,family_name\n1,Larter\n")
    for name, feed in FEEDS.items():
        data.seek(0)
        with pytest.raises(FeedError) as refused:
            list(feed.read(data))
        assert refused.value.rule in ("not_csv", "json"), name
