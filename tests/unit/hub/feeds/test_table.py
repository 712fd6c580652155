"""Rows out of CSV bytes, good, damaged and endless."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from hub.feeds.record import FeedError, Rejected
from hub.feeds.table import Columns, Row, rows

COLUMNS = Columns(required=("name", "town"), optional=("note",))


def taken(data: bytes, columns: Columns = COLUMNS) -> list[Row | Rejected]:
    return list(rows(io.BytesIO(data), columns))


def outcome(data: bytes) -> list[tuple[str, str]]:
    """Place and name, or place and rule, of each row."""
    return [(row.place, row.rule if isinstance(row, Rejected) else row.cells["name"]) for row in taken(data)]


@pytest.mark.parametrize(
    "heading",
    [b"name,town", b"\xef\xbb\xbfName,TOWN", b"town,name", b' "Name" ,t_o-w n', b"name,town,x-ours,"],
)
def test_headings_are_found_however_they_are_written(heading: bytes) -> None:
    """Case, order, punctuation, a byte order mark and columns set aside make no difference."""
    width = heading.count(b",") + 1
    row = b",".join([b"Holt"] * width)
    assert taken(heading + b"\n" + row)[0].cells["town"] == "Holt"


@pytest.mark.parametrize(
    ("data", "rule", "names"),
    [
        (b"", "empty", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty", "empty"),
        ("name,town\n".encode("utf-16"), "utf16", "UTF-16"),
        ("name,town\n".encode("utf-16-le"), "utf16", "UTF-16"),
        (b"PK\x03\x04\x00\x00", "not_csv", "spreadsheet"),
        (b"name\n", "heading_missing", "town"),
        (b"name;town\n", "heading_missing", "semicolons"),
        (b"name,town,Town\n", "heading_duplicate", "town"),
        (b"name,town,nota\n", "heading_unknown", "note"),
        (b"name,town" + b"," * 600, "too_many_columns", "602"),
        (b"name,town," + b"a," * 5_000_000, "heading_too_long", "64"),
        (b"name,town\rMary,Holt\r", "line_ends", "Macintosh"),
        (b"name,town\nMary,Ho\x00lt\n", "nul", "NUL"),
        ("name,town\nZoë,Holt\n".encode("cp1252"), "not_utf8", "CSV UTF-8"),
        (b'name,"town\n', "heading_missing", "quote"),
    ],
)
def test_a_file_of_another_kind_is_refused_as_a_whole(data: bytes, rule: str, names: str) -> None:
    """The refusal names its rule and says what to do."""
    with pytest.raises(FeedError, match=names) as caught:
        taken(data)
    assert caught.value.rule == rule


def test_rows_before_the_damage_have_been_given_and_the_damage_has_its_line() -> None:
    """A file in the wrong encoding often shows it only far down."""
    reading = rows(io.BytesIO(b"name,town\nMary,Holt\nZo\xeb,Holt\n"), COLUMNS)
    assert next(reading).place == "line 2"
    with pytest.raises(FeedError) as caught:
        next(reading)
    assert caught.value.place == "line 3"


def test_headings_of_others_are_passed_over_where_the_feed_is_not_strict() -> None:
    """A format that belongs to somebody else may grow columns."""
    columns = Columns(required=("name",), strict=False)
    assert taken(b"name,telephone\nMary,1\n", columns) == [Row("line 2", {"name": "Mary"})]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """A quoted line break, a blank line and a row of commas leave the numbers right."""
    data = b'name,town\r\nA,"1 Lane\r\nHolt"\r\n\r\n,\r\nB,Holt\r\nC\r\n'
    assert outcome(data) == [("line 2", "A"), ("line 6", "B"), ("line 7", "field_count")]


def test_rows_of_another_width_are_rejected_alone() -> None:
    """Too few and too many fields cost only their own row."""
    data = b"name,town\nA\nB,Holt\nC,Holt,more\nD,Holt\n"
    assert [place for place, rule in outcome(data) if rule == "field_count"] == ["line 2", "line 4"]
    assert [name for _, name in outcome(data) if len(name) == 1] == ["B", "D"]


def test_a_file_that_ends_in_mid_row_says_so() -> None:
    """The rows before are taken; a whole last row without a line end is no fault."""
    assert outcome(b"name,town\nA,Holt\nB") == [("line 2", "A"), ("line 3", "cut_off")]
    assert outcome(b'name,town\nA,Holt\nB,"Ho') == [("line 2", "A"), ("line 3", "cut_off")]
    assert outcome(b"name,town\nA,Holt") == [("line 2", "A")]


def test_an_open_quote_costs_its_own_row_only() -> None:
    """Without care a stray quote would swallow every row up to the next one."""
    data = b'name,town\n"A,Holt\nB,Holt\n' + b'C,"Holt, Norfolk"\n' + b"D,Holt\n" * 300
    found = outcome(data)
    assert found[:3] == [("line 2", "unclosed_quote"), ("line 3", "B"), ("line 4", "C")]
    assert len(found) == 303


def test_a_quote_within_a_value_is_text() -> None:
    """Inches and nicknames are not the beginning of a quoted field."""
    assert outcome(b'name,town\nA "Bob" B,5" pipe\n"say ""hello""",Holt\n') == [
        ("line 2", 'A "Bob" B'),
        ("line 3", 'say "hello"'),
    ]


@pytest.mark.parametrize(
    "row", [b"A," + b"x" * 11_000, b"A," + b"x" * 70_000, b'A,"' + b"x\n" * 40_000, b"A," + b"x" * 9_000_000]
)
def test_a_row_beyond_the_bounds_is_rejected_and_the_next_is_read(row: bytes) -> None:
    """Neither a long field nor a long row, in one line or in many, may fill the memory."""
    found = outcome(b"name,town\n" + row + b"\nB,Holt\n")
    assert found[0][1] in ("too_long", "unclosed_quote")
    assert found[-1][1] == "B"


def test_two_long_lines_in_a_row_each_cost_themselves() -> None:
    """What is left of a line that was cut is lost once, not twice."""
    long = b'A,"' + b"x" * 70_000 + b"\n"
    opened = b'"A,Holt\n'
    found = outcome(b"name,town\n" + opened + long + b"B,Holt\n" + long + b"C,Holt\n")
    assert [name for _, name in found if len(name) == 1] == ["B", "C"]


def test_one_bad_row_in_ten_thousand_costs_one_row() -> None:
    """The others are taken, on their lines."""
    lines = [b"P%d,Holt\n" % number for number in range(10_000)]
    lines[6_000] = b"bad\n"
    found = taken(b"name,town\n" + b"".join(lines))
    assert sum(isinstance(row, Row) for row in found) == 9_999
    assert [row.place for row in found if isinstance(row, Rejected)] == ["line 6002"]


class Endless(io.RawIOBase):
    """A stream that makes its rows as they are read, so that only the reader uses memory."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._parts = self._rows()

    def _rows(self) -> Iterator[bytes]:
        yield b"name,town,note\n"
        while True:
            yield b'"Mary Ann","1 Lane, Holt","' + b"words " * 150 + b'"\n'

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if self._left <= 0:
            return 0
        part = next(self._parts)
        buffer[: len(part)] = part
        self._left -= len(part)
        return len(part)


def peak_of(size: int) -> int:
    tracemalloc.start()
    try:
        for _ in rows(io.BufferedReader(Endless(size)), COLUMNS):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    """Four times the rows need the same memory, so 200 MB pass as 5 MB do."""
    small, large = peak_of(5_000_000), peak_of(20_000_000)
    assert large < small + 100_000
    assert large < 1_000_000
