"""Choosing which columns of an agency's own CSV say what the hub knows; kept for every later file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub import selectors
from hub.access import allowed
from hub.feeds import mapped, plain, repeats, values
from hub.feeds.record import FeedError
from hub.feeds.values import RefusedError
from hub.models import Delivery, Role
from hub.services import feeds as feed_services
from hub.services.receiving import intake

SENDERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
MOST_COLUMNS_SHOWN = 200
SAMPLE = 3  # rows shown above the columns to choose from
LONGEST_EXAMPLE = 24  # characters
JOINED = {"address": 6, "given_name": 3}  # how many columns the page offers to join
# What each thing is called, and the rule that it keeps to.
PERSON = {
    "client_reference": ("Your reference for the person", "Required. The same in every file."),
    "family_name": ("Family name", "Required."),
    "given_name": ("Given names", "Joined with spaces."),
    "date_of_birth": ("Date of birth", "In the order chosen below."),
    "nhs_number": ("NHS number", "Ten digits; spaces are right."),
    "nhs_number_verified": ("NHS number was traced", "Y or N; N if left alone."),
    "gender": ("Gender", "F, M or X."),
    "address": ("Address", "Joined with commas: number and street first, then the town."),
    "postcode": ("Postcode", "Without one nobody can be sent there."),
    "uprn": ("UPRN", "Up to 12 digits."),
    "tenure": ("Tenure", "owner, social_rent, private_rent, sheltered or other."),
    "restricted": ("Address must not be shown", "Y or N; N if left alone."),
    "date_of_death": ("Date of death", "In the order chosen below."),
    "contact_from": ("Asks for no call before", "A time such as 09:00."),
    "contact_until": ("Asks for no call after", "A time such as 17:00."),
}
NEED = {
    "need_reference": (
        "Your reference for the need",
        "Tells one need from another. Empty: a row of a person.",
    ),
    "need": ("What is to be done", "Shown to the worker, such as Gas check."),
    "tasks": ("Tasks", "What the worker must be signed off for, with ; between"),
    "minutes": ("Minutes", "At the door, 1 to 1440."),
    "earliest": ("Begins at the earliest", "A time such as 09:00."),
    "latest": ("Begins at the latest", "A time such as 16:00."),
    "starts": ("First day", "In the order chosen below."),
    "repeats": ("Repeats", "once, or a rule such as FREQ=WEEKLY;BYDAY=MO; once if left alone."),
}
MORE = {
    "ends": ("Last day", "In the order chosen below."),
    "preferred": ("Best at", "A time between earliest and latest."),
    "flexible_days": ("May be late by days", "0 to 366."),
    "carers": ("Workers", "1 or 2; 1 if left alone."),
    "carer_gender": ("Gender of the worker", "F or M."),
    "priority": ("Priority", "1, most urgent, to 4; 3 if left alone."),
    "time_critical": ("Time-critical", "Y or N; N if left alone."),
    "may_be_combined": ("May share a visit", "Y or N; Y if left alone."),
    "separate_reason": ("Why it may not", "Needed where it may not share a visit."),
    "next_call": ("The call that must come after it", "Its reference."),
    "next_call_min_minutes": ("Least minutes between the two", "0 to 1440."),
    "next_call_max_minutes": ("Most minutes between the two", "0 to 1440."),
}
OF_EVERY_NEED = ("need", "tasks", "minutes", "earliest", "latest", "starts")
DATES = {"day first": "day first: 07/05/1939", "month first": "month first: 05/07/1939"} | {
    "year first": "year first: 1939-05-07 or 19390507"
}
# What may be the same in every row, and how it is read.
CONSTANTS: dict[str, Callable[[str], Any]] = {
    "need": values.text_up_to(120),
    "tasks": values.tasks,
    "minutes": values.whole_number(1, 1440),
    "earliest": values.clock,
    "latest": values.clock,
    "repeats": lambda rule: repeats.checked(rule, starts_on=timezone.localdate()),
    "priority": values.whole_number(1, 4),
    "carers": values.whole_number(1, 2),
    "tenure": values.tenure,
}


@allowed(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose, by a file that was sent, which of its columns mean what."""
    delivery = get_object_or_404(selectors.deliveries(request.user), public_id=public_id)
    feed = get_object_or_404(selectors.feeds(request.user), code=delivery.feed, format=mapped.FORMAT)
    if delivery.status != Delivery.Status.DRAFT:
        messages.error(request, "Columns are chosen by a file that has not been taken in yet.")
        return redirect("delivery", public_id)
    try:
        headings, sample = intake.heading(delivery, rows=SAMPLE)
    except FeedError as error:
        messages.error(request, str(error))
        return redirect("delivery", public_id)
    usable, twice = _usable(headings)
    chosen = _chosen(request) if request.method == "POST" else feed.mapping or mapped.guess(usable)
    tasks = {one.code for one in selectors.skills()}
    wrong = _wrong(chosen, usable, tasks) if request.method == "POST" else {}
    if request.method == "POST" and not wrong:
        feed_services.choose_columns(feed=feed, mapping=chosen)
        messages.success(request, "✓ Kept for this and every later file of the feed.")
        return redirect("delivery", public_id)
    theirs = {name for names in chosen.get("columns", {}).values() for name in names}
    context = {
        "delivery": delivery,
        "feed": feed,
        "headings": headings[:MOST_COLUMNS_SHOWN],
        "sample": [row[:MOST_COLUMNS_SHOWN] for row in sample],
        "only_one": len(headings) == 1,
        "twice": twice,
        "gone": sorted(theirs - set(usable)),
        "options": [(one, _example(sample, headings.index(one))) for one in usable],
        "person": [_row(name, *said, chosen, wrong) for name, said in PERSON.items()],
        "need": [_row(name, *said, chosen, wrong, tasks=tasks) for name, said in NEED.items()],
        "more": [_row(name, *said, chosen, wrong) for name, said in MORE.items()],
        "more_is_used": any(name in chosen.get("columns", {}) for name in MORE),
        "dates": [(name, said, chosen.get("dates") == name) for name, said in DATES.items()],
        "wrong": [(name, _label(name), said) for name, said in wrong.items()],
    }
    return render(request, "hub/mapping.html", context, status=400 if wrong else 200)


def _usable(headings: list[str]) -> tuple[list[str], list[str]]:
    """The headings to choose from, and those of which there are two: nobody could tell them apart."""
    bare = [re.sub(r"[\W_]+", "", one.lower()) for one in headings]
    usable = [one for one, key in zip(headings, bare, strict=True) if key and bare.count(key) == 1]
    twice = [one for one, key in zip(headings, bare, strict=True) if key and bare.count(key) > 1]
    return usable[:MOST_COLUMNS_SHOWN], list(dict.fromkeys(twice))


def _example(sample: list[list[str]], place: int) -> str:
    """The first value that stands in the column, to know it by."""
    said = next((row[place].strip() for row in sample if row[place].strip()), "")
    return said if len(said) <= LONGEST_EXAMPLE else f"{said[: LONGEST_EXAMPLE - 1]}…"


def _label(name: str) -> str:
    return (PERSON | NEED | MORE)[name][0]


def _row(
    name: str,
    words: str,
    rule: str,
    chosen: dict[str, Any],
    wrong: dict[str, str],
    tasks: set[str] = frozenset(),
) -> dict[str, Any]:
    theirs = chosen.get("columns", {}).get(name, [])
    room = max(JOINED.get(name, 1), len(theirs))
    if name == "tasks" and tasks:
        rule = f"{rule}: {', '.join(sorted(tasks))}."
    return {
        "name": name,
        "words": words,
        "rule": rule,
        "places": [*theirs, *[""] * (room - len(theirs))],
        "constant": chosen.get("constants", {}).get(name, ""),
        "may_be_constant": name in CONSTANTS,
        "error": wrong.get(name, ""),
        "leads": bool(wrong) and next(iter(wrong)) == name,
    }


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """The mapping that the form says."""
    columns = {
        name: list(dict.fromkeys(one for one in request.POST.getlist(f"column-{name}") if one))
        for name in mapped.NAMES
    }
    constants = {name: request.POST.get(f"always-{name}", "").strip()[:200] for name in CONSTANTS}
    return {
        "columns": {name: theirs for name, theirs in columns.items() if theirs},
        "constants": {name: text for name, text in constants.items() if text},
        "dates": request.POST.get("dates", ""),
    }


def _wrong(chosen: dict[str, Any], headings: list[str], tasks: set[str]) -> dict[str, str]:
    """What is wrong by field, in the order of the page: one sentence each."""
    columns, constants = chosen["columns"], chosen["constants"]
    found: dict[str, str] = {}
    asks = "need_reference" in columns
    for name in (*PERSON, *NEED, *MORE):
        if set(columns.get(name, ())) - set(headings):
            found[name] = "This file has no such column."
        elif name in plain.COLUMNS.required and name not in columns:
            found[name] = "Choose the column that says it."
        elif len(columns.get(name, ())) > mapped.MOST_JOINED:
            found[name] = f"Join {mapped.MOST_JOINED} columns at most."
        elif asks and name in OF_EVERY_NEED and name not in columns and name not in constants:
            always = " or write what is the same in every row" if name in CONSTANTS else ""
            found[name] = f"Every need has it: choose its column{always}."
        elif name in constants:
            try:
                said = CONSTANTS[name](constants[name])
            except RefusedError as refused:
                found[name] = refused.message
            else:
                if name == "tasks" and (strange := [one for one in said if one not in tasks]):
                    found[name] = f"The county’s list has no task {', '.join(strange)}."
    if not asks and (needs := [name for name in plain.OF_A_NEED if name in columns]):
        found["need_reference"] = (
            f"Choose it too, since {_label(needs[0])} is chosen, or leave every need alone."
        )
    return {name: found[name] for name in (*PERSON, *NEED, *MORE) if name in found}
