"""Lists: search, filters kept in the address, bounded pages, and the same rows for a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from hub.models import Agency
from hub.pages import listing
from hub.pages.listing import FORMULA_STARTS, Filter, Listing, csv_file, harmless
from tests.factories.hub import make_agency

pytestmark = pytest.mark.django_db


def list_agencies(request: HttpRequest, **wish: Any) -> Listing:
    """The agencies by name, to be searched by name and filtered by kind."""
    return Listing(
        request,
        Agency.objects.order_by("name"),
        file_name="agencies",
        columns=[("name", lambda one: one.name), ("hue", lambda one: one.hue)],
        search=("name__icontains", "code__icontains"),
        filters=[
            Filter("kind", "Kind", Agency.Kind.choices, lambda found, kind: found.filter(kind=kind)),
        ],
        **wish,
    )


def names(found: Listing) -> list[str]:
    return [agency.name for agency in found.page]


def rows(answer: HttpResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def get() -> Any:
    return RequestFactory().get


@pytest.fixture
def _three() -> None:
    make_agency("a-care", name="Aylsham Care")
    make_agency("b-care", name="Broadland Care")
    make_agency("fire", name="County Fire", kind="fire")


@pytest.mark.usefixtures("_three")
def test_each_word_must_fit_somewhere(get: Any) -> None:
    """Words in any order, in any of the fields; a NUL, which PostgreSQL refuses, is no word."""
    assert names(list_agencies(get("/", {"q": "care ayl"}))) == ["Aylsham Care"]
    assert names(list_agencies(get("/", {"q": "b-care"}))) == ["Broadland Care"]
    assert len(names(list_agencies(get("/", {"q": "\x00"})))) == 3


@pytest.mark.usefixtures("_three")
def test_filters_are_read_from_the_address(get: Any) -> None:
    """One kind on request; a kind that there is not shows nothing rather than everything."""
    assert names(list_agencies(get("/", {"kind": "fire"}))) == ["County Fire"]
    assert names(list_agencies(get("/", {"kind": "moon"}))) == []
    assert list_agencies(get("/", {"kind": "fire"})).is_narrowed
    assert not list_agencies(get("/")).is_narrowed


@pytest.mark.usefixtures("_three")
def test_pages_are_bounded(get: Any) -> None:
    """Two rows to a page here; a page that there is not becomes the last."""
    assert len(names(list_agencies(get("/"), size=2))) == 2
    assert names(list_agencies(get("/", {"page": "99"}), size=2)) == ["County Fire"]


@pytest.mark.usefixtures("_three")
def test_what_is_sought_about_people_is_never_read_from_an_address() -> None:
    """A name travels in the body; without one the filters go back into the address."""
    ask = RequestFactory()
    assert len(names(list_agencies(ask.get("/", {"q": "fire"}), personal=True))) == 3
    found = list_agencies(ask.post("/", {"q": "fire", "kind": "fire"}), personal=True)
    assert (names(found), found.answer) == (["County Fire"], None)
    answer = list_agencies(ask.post("/staff/", {"q": " ", "kind": "fire"}), personal=True).answer
    assert answer is not None
    assert (answer.status_code, answer.headers["Location"]) == (302, "/staff/?kind=fire")


@pytest.mark.usefixtures("_three")
def test_the_spreadsheet_holds_what_is_filtered_all_pages_of_it(get: Any) -> None:
    """Not the page alone, and not what was filtered out."""
    answer = list_agencies(get("/", {"q": "care", "as": "csv"}), size=1).answer
    assert answer is not None
    assert rows(answer) == [["name", "hue"], ["Aylsham Care", "1"], ["Broadland Care", "1"]]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agencies.csv"'


@pytest.mark.usefixtures("_three")
def test_a_spreadsheet_that_ends_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes a part for the whole."""
    monkeypatch.setattr(listing, "MOST_IN_CSV", 2)
    written = rows(csv_file("a", [("name", lambda one: one.name)], Agency.objects.order_by("name")))
    assert len(written) == 4
    assert "Only the first 2 rows" in written[-1][0]


def test_cells_are_written_plainly(known_now: dt.datetime) -> None:
    """Local times, ISO days, numbers as numbers (also below zero), nothing for nothing."""
    cells = [known_now, known_now.date(), -5, True, None, "-5"]
    columns = [(str(n), lambda _, cell=cell: cell) for n, cell in enumerate(cells)]
    written = rows(csv_file("a", columns, [None]))[1]  # type: ignore[arg-type]
    assert written == ["2027-01-13 09:00", "2027-01-13", "-5", "yes", "", "'-5"]


@given(st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    """Whatever a partner's file holds, a spreadsheet shows it as text, and nothing of it is lost."""
    written = harmless(cell)
    assert not written.startswith(FORMULA_STARTS)
    assert written in (cell, f"'{cell}")
