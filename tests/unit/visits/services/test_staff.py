"""An agency's staff and shift files: what is taken, what is refused and why, and that twice is once."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from hub.models import Agency, Area
from tests.factories.hub import make_agency, make_area, make_postcode, make_skill
from tests.factories.visits import MONDAY, make_shift, make_worker
from visits.models import Shift, Worker
from visits.services import staff
from visits.services.staff_file import SHIFTS, STAFF, read
from visits.wall_clock import moment

STAFF_HEADER = ",".join(STAFF)
SHIFTS_HEADER = ",".join(SHIFTS)
AMIRA = "CW-1,Amira Example,F,nr116aa,aylsham,37.5,personal_care;medication:2027-03-31"


@pytest.fixture
def agency(db: None) -> Agency:
    """An agency, an area, a postcode and two skills for it to name."""
    make_area("aylsham")
    make_postcode("NR11 6AA")
    make_skill("personal_care")
    make_skill("medication")
    return make_agency()


def receive(agency: Agency, *lines: str, on: dt.date = MONDAY) -> staff.Received:
    """The file of these lines."""
    return staff.receive("\n".join(lines).encode(), agency=agency, on=on)


def faults(received: staff.Received) -> list[tuple[int, str, str]]:
    """Line, field and rule of everything refused."""
    return [(fault.line, fault.field, fault.rule) for fault in received.faults]


def skills(worker: Worker) -> dict[str, tuple[dt.date, dt.date | None]]:
    """From when until when, by skill."""
    return {c.skill_id: (c.starts_on, c.expires_on) for c in worker.competences.all()}


def test_a_worker_arrives_with_base_hours_and_skills(agency: Agency) -> None:
    """Every column has its place, and the postcode is put on the map."""
    received = receive(agency, STAFF_HEADER, AMIRA)
    assert (received.kind, received.taken, received.faults) == ("staff", 1, [])
    worker = Worker.objects.get()
    assert (worker.reference, worker.gender, worker.max_week_minutes) == ("CW-1", "F", 2250)
    assert (worker.base_postcode, worker.latitude) == ("NR11 6AA", 52.79)
    assert skills(worker) == {
        "personal_care": (MONDAY, None),
        "medication": (MONDAY, dt.date(2027, 3, 31)),
    }


def test_the_same_file_again_changes_nothing(agency: Agency) -> None:
    """Also with its columns in another order and a byte-order mark."""
    receive(agency, STAFF_HEADER, AMIRA)
    received = receive(agency, STAFF_HEADER, AMIRA, on=MONDAY + dt.timedelta(days=1))
    assert (received.taken, received.unchanged) == (0, 1)
    other_order = "\ufeffname,reference,gender,base_postcode,area,max_week_hours,skills"
    amira = AMIRA.replace("CW-1,Amira Example", "Amira Example,CW-1")
    assert receive(agency, other_order, amira).unchanged == 1


def test_a_skill_that_is_no_longer_named_ends_and_one_that_is_renewed_goes_on(agency: Agency) -> None:
    """What was true stays on record; from the day of the new file the new one holds."""
    receive(agency, STAFF_HEADER, AMIRA)
    later = MONDAY + dt.timedelta(days=7)
    received = receive(
        agency,
        STAFF_HEADER,
        AMIRA.replace("personal_care;", "").replace("2027-03-31", "2028-03-31"),
        on=later,
    )
    assert received.taken == 1
    assert skills(Worker.objects.get()) == {
        "personal_care": (MONDAY, MONDAY + dt.timedelta(days=6)),
        "medication": (MONDAY, dt.date(2028, 3, 31)),
    }


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",A,F,NR11 6AA,aylsham,30,", ("reference", "required")),
        ("X,,F,NR11 6AA,aylsham,30,", ("name", "required")),
        (f"X,{'A' * 121},F,NR11 6AA,aylsham,30,", ("name", "length")),
        ("X,A,female,NR11 6AA,aylsham,30,", ("gender", "choice")),
        ("X,A,F,NR11,aylsham,30,", ("base_postcode", "postcode")),
        ("X,A,F,NR99 9ZZ,aylsham,30,", ("base_postcode", "known_postcode")),
        ("X,A,F,NR11 6AA,atlantis,30,", ("area", "known_area")),
        ("X,A,F,NR11 6AA,aylsham,0,", ("max_week_hours", "range")),
        ("X,A,F,NR11 6AA,aylsham,61,", ("max_week_hours", "range")),
        ("X,A,F,NR11 6AA,aylsham,forty,", ("max_week_hours", "range")),
        ("X,A,F,NR11 6AA,aylsham,30,juggling", ("skills", "known_skill")),
        ("X,A,F,NR11 6AA,aylsham,30,medication:31/03/2027", ("skills", "date")),
        ("X,A,F,NR11 6AA,aylsham,30,medication;medication", ("skills", "once")),
        ("X,A,F,NR11 6AA,aylsham", ("", "columns")),
        ("CW-1,B,F,NR11 6AA,aylsham,30,", ("reference", "once")),
    ],
)
def test_a_bad_row_is_refused_by_line_field_and_rule_and_the_rest_taken(
    agency: Agency, row: str, fault: tuple[str, str]
) -> None:
    """The message does not repeat the value, which may be anybody's."""
    received = receive(agency, STAFF_HEADER, AMIRA, row)
    assert faults(received) == [(3, *fault)]
    assert "AAAA" not in received.faults[0].message
    assert received.taken == Worker.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("reference,name".encode("utf-16"), "UTF-16"),
        (b"reference\xff\n", "not UTF-8: line 1"),
        (b"first,second\n1,2\n", "fits neither"),
        (b"{}", "fits neither"),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
    ],
)
def test_what_is_neither_file_is_refused_whole(data: bytes, words: str) -> None:
    """The file's form is judged before any row."""
    with pytest.raises(staff.StaffFileError, match=words):
        read(data)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Whatever comes is a row, a fault or a refusal."""
    for prefix in (b"", SHIFTS_HEADER.encode() + b"\n"):
        try:
            _, rows = read(prefix + data)
            assert all(row.line >= 2 for row in rows)
        except staff.StaffFileError:
            pass


def test_shifts_arrive_in_wall_time_and_may_pass_midnight(agency: Agency) -> None:
    """A night shift ends on the next day."""
    worker = make_worker(agency, Area.objects.get(), reference="CW-1")
    received = receive(agency, SHIFTS_HEADER, "CW-1,2027-07-05,07:00,15:00", "CW-1,2027-07-06,22:00,07:00")
    assert (received.kind, received.taken, received.faults) == ("shifts", 2, [])
    day, night = worker.shifts.all()
    assert day.starts_at.isoformat() == "2027-07-05T06:00:00+00:00"
    assert night.ends_at - night.starts_at == dt.timedelta(hours=9)


def test_a_night_shift_over_a_clock_change_has_its_true_length(agency: Agency) -> None:
    """Ten hours in October, eight in March, for the same times on the wall."""
    worker = make_worker(agency, Area.objects.get(), reference="CW-1")
    receive(agency, SHIFTS_HEADER, "CW-1,2026-10-24,22:00,07:00", "CW-1,2027-03-27,22:00,07:00")
    assert [(s.ends_at - s.starts_at) for s in worker.shifts.all()] == [
        dt.timedelta(hours=10),
        dt.timedelta(hours=8),
    ]


def test_the_file_is_the_whole_truth_for_the_days_and_workers_it_names(agency: Agency) -> None:
    """A shift that moved moves, one that is gone goes; other days and other workers stay."""
    worker = make_worker(agency, Area.objects.get(), reference="CW-1")
    other = make_worker(agency, Area.objects.get(), reference="CW-2")
    days = [MONDAY + dt.timedelta(days=d) for d in range(4)]
    for day in days:
        make_shift(worker, day)
    make_shift(other, days[1])
    received = receive(agency, SHIFTS_HEADER, f"CW-1,{days[0]},08:00,16:00", f"CW-1,{days[2]},07:00,15:00")
    assert (received.taken, received.unchanged, received.removed) == (1, 1, 1)
    assert [s.starts_at for s in worker.shifts.all()] == [
        moment(days[0], dt.time(8)),
        moment(days[2], dt.time(7)),
        moment(days[3], dt.time(7)),
    ]
    assert other.shifts.count() == 1


def test_a_worker_with_a_refused_row_loses_no_shift(agency: Agency) -> None:
    """A row that cannot be read may be the one that says the shift stays."""
    worker = make_worker(agency, Area.objects.get(), reference="CW-1")
    days = [MONDAY + dt.timedelta(days=d) for d in range(3)]
    make_shift(worker, days[1])
    received = receive(
        agency,
        SHIFTS_HEADER,
        f"CW-1,{days[0]},07:00,15:00",
        f"CW-1,{days[1]},7am,3pm",
        f"CW-1,{days[2]},07:00,15:00",
    )
    assert faults(received) == [(3, "start", "time")]
    assert worker.shifts.count() == 3


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("CW-9,2027-01-11,07:00,15:00", ("reference", "known_worker")),
        ("CW-1,11/01/2027,07:00,15:00", ("date", "date")),
        ("CW-1,2027-01-11,24:00,15:00", ("start", "time")),
        ("CW-1,2027-03-28,01:30,02:15", ("end", "clock_change")),
        ("CW-1,2027-01-12,16:00,20:00", ("reference", "once")),
    ],
)
def test_a_bad_shift_is_refused_by_line_field_and_rule(
    agency: Agency, row: str, fault: tuple[str, str]
) -> None:
    """The good one beside it is taken."""
    make_worker(agency, Area.objects.get(), reference="CW-1")
    received = receive(agency, SHIFTS_HEADER, "CW-1,2027-01-12,07:00,15:00", row)
    assert faults(received) == [(3, *fault)]
    assert Shift.objects.count() == 1


def test_shifts_that_overlap_are_refused(agency: Agency) -> None:
    """A night shift and an early one the next morning cannot both be."""
    make_worker(agency, Area.objects.get(), reference="CW-1")
    received = receive(agency, SHIFTS_HEADER, "CW-1,2027-01-12,22:00,07:00", "CW-1,2027-01-13,06:00,12:00")
    assert faults(received) == [(3, "start", "overlap")]
    assert Shift.objects.count() == 1


def test_a_long_file_asks_no_more_queries_than_a_short_one(
    agency: Agency, django_assert_max_num_queries: Any
) -> None:
    """Three hundred workers and their shifts, new and then changed, in the same few statements."""
    for hours, end in ((30, "15:00"), (35, "14:00")):
        with django_assert_max_num_queries(16):
            staff = [f"W{n},Worker {n},F,NR11 6AA,aylsham,{hours},personal_care" for n in range(300)]
            assert receive(agency, STAFF_HEADER, *staff).taken == 300
        with django_assert_max_num_queries(12):
            shifts = [f"W{n},2027-01-11,07:00,{end}" for n in range(300)]
            assert receive(agency, SHIFTS_HEADER, *shifts).taken == 300


def test_another_agencys_worker_is_unknown(agency: Agency) -> None:
    """References are each agency's own words, and nobody's staff can be changed by another."""
    make_worker(make_agency(), Area.objects.get(), reference="CW-1")
    received = receive(agency, SHIFTS_HEADER, "CW-1,2027-01-12,07:00,15:00")
    assert faults(received) == [(2, "reference", "known_worker")]


def test_the_command_prints_what_became_of_the_file(agency: Agency, tmp_path: Path) -> None:
    """In words, or as one JSON object; a file refused whole ends with exit code 2."""
    file = tmp_path / "staff.csv"
    file.write_text(f"{STAFF_HEADER}\n{AMIRA}\nX,A,F,NR11,aylsham,30,\n")
    out = StringIO()
    call_command("receive_staff", str(file), agency=agency.code, stdout=out)
    assert "1 taken, 0 unchanged, 0 removed, 1 refused" in out.getvalue()
    assert "line 3 base_postcode (postcode)" in out.getvalue()
    out = StringIO()
    call_command("receive_staff", str(file), agency=agency.code, json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["unchanged"], told["faults"][0]["rule"]) == (1, "postcode")
    file.write_text("what is this\n")
    for arguments in ([str(file)], [str(tmp_path / "missing.csv")]):
        with pytest.raises(CommandError) as error:
            call_command("receive_staff", *arguments, agency=agency.code)
        assert error.value.returncode == 2
    with pytest.raises(CommandError, match="not the code of an active agency"):
        call_command("receive_staff", str(file), agency="nobody")
