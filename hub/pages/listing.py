"""Lists on pages: what is sought and filtered, one page of it, and the same rows for a spreadsheet.

    found = selectors.workers(request.user).order_by("name", "pk")
    listing = Listing(request, found, file_name="workers", columns=COLUMNS, filters=[agency])
    return listing.answer or render(request, "…", {"listing": listing})

A page shows `hub/list_tools.html` above `<div id="found">`, and in that the table and `hub/list_foot.html`.
Filters are kept in the address, and so is what is sought, unless that is
about people: then it travels in the body of a POST, because addresses are written into logs and histories.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

PAGE = 50  # rows
MOST_IN_CSV = 100_000  # rows
LONGEST_SEARCH = 80  # characters
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = Any
Column = tuple[str, Callable[[Row], Any]]  # its heading, and a row's cell


class Rows(list):
    """A list that a listing narrows as it would a query."""

    def none(self) -> Rows:
        """No row."""
        return Rows()


@dataclass(slots=True)
class Filter:
    """A choice among some values, kept in the address under its name; `narrow` finds the rows of one."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]  # (value in the address, words)
    narrow: Callable[[QuerySet, str], QuerySet]
    all: str = "All"  # what is shown where nothing is chosen
    chosen: str = ""

    def apply(self, found: QuerySet, value: str) -> QuerySet:
        """Only the rows of the chosen value; none if there is no such value."""
        self.chosen = value
        if not value:
            return found
        known = any(value == choice for choice, _ in self.choices)
        return self.narrow(found, value) if known else found.none()


class Listing:
    """One list: rows in their order, narrowed as the request says.

    `answer` is what to send instead of the page, if anything: a spreadsheet, or the way to the address
    that keeps the filters.
    """

    def __init__(
        self,
        request: HttpRequest,
        found: QuerySet,
        *,
        file_name: str,
        columns: Sequence[Column],
        search: Sequence[str] = (),
        label: str = "Search",
        hint: str = "",
        personal: bool = False,
        filters: Sequence[Filter] = (),
        size: int = PAGE,
    ) -> None:
        said = request.POST if request.method == "POST" else request.GET
        self.filters = [one for one in filters if len(one.choices) > 1 or said.get(one.name)]
        self.label, self.hint, self.personal, self.has_search = label, hint, personal, bool(search)
        self.sought = said.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
        if personal and request.method != "POST":
            self.sought = ""
        for one in self.filters:
            found = one.apply(found, said.get(one.name, ""))
        self.found = _sought(found, self.sought, search)
        self.is_narrowed = bool(self.sought) or any(one.chosen for one in self.filters)
        self.is_one_page = personal and bool(self.sought)  # the next page would need the words again
        self.page = Paginator(self.found, size).get_page(1 if self.is_one_page else said.get("page"))
        self.answer = self._answer(request, said.get("as", ""), file_name, columns)

    def _answer(
        self, request: HttpRequest, form: str, file_name: str, columns: Sequence[Column]
    ) -> HttpResponse | None:
        if form == "csv":
            return csv_file(file_name, columns, self.found)
        if request.method == "POST" and not self.sought:
            kept = urlencode({one.name: one.chosen for one in self.filters if one.chosen})
            return redirect(f"{request.path}?{kept}" if kept else request.path)
        return None


def by_words(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A filter's choices in the order of their words."""
    return sorted(choices, key=lambda choice: choice[1].casefold())


def csv_file(name: str, columns: Sequence[Column], found: QuerySet) -> HttpResponse:
    """The rows as a download that spreadsheets read as UTF-8 and take no cell of for a formula."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([heading for heading, _ in columns])
    for number, row in enumerate(found[: MOST_IN_CSV + 1]):
        if number == MOST_IN_CSV:
            writer.writerow(
                [f"Only the first {MOST_IN_CSV:,} rows are here; filter the list for the others."]
            )
            break
        writer.writerow([_cell(value(row)) for _, value in columns])
    return response


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int | float):
        return value
    return harmless(str(value))


def _sought(found: QuerySet, sought: str, lookups: Sequence[str]) -> QuerySet:
    """The rows of which each word fits one of the look-ups, such as name__icontains."""
    for word in sought.split() if lookups else ():
        found = found.filter(Q.create([(lookup, word) for lookup in lookups], Q.OR))
    return found
