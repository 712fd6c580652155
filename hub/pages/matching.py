"""Match review: are these two one person? The queue, two records side by side, the joins, the report."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hub import selectors
from hub.access import allowed
from hub.identity import linkage_report
from hub.identity.records import person_record
from hub.models import MatchDecision, MatchReview, Role, SourceRecord
from hub.pages import match_wording
from hub.pages.listing import Filter, Listing, by_words
from hub.services import matching

REVIEWERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
Status = MatchReview.Status
ANSWERS = {"join": Status.JOINED, "apart": Status.APART, "later": Status.LATER}
SPOT_CHECKS = 50  # joins drawn at a time


@allowed(*REVIEWERS)
def index(request: HttpRequest) -> HttpResponse:
    """The questions that wait, the likeliest first; those put off on request."""
    found = _open(request).select_related(
        "record__agency", "other__agency", "record__person", "other__person"
    )
    rules = found.order_by().values_list("rule", flat=True).distinct()
    listing = Listing(
        request,
        found.order_by("-status", F("weight").desc(nulls_last=True), "pk"),
        file_name="match-reviews",
        columns=(
            ("asked at", lambda one: one.raised_at),
            ("one agency", lambda one: one.record.agency.name),
            ("its reference", lambda one: one.record.key),
            ("other agency", lambda one: one.other.agency.name),
            ("other reference", lambda one: one.other.key),
            ("why it is asked", lambda one: match_wording.reason(one.rule)),
            ("state", lambda one: one.get_status_display()),
        ),
        filters=[
            Filter(
                "state",
                "State",
                [(Status.WAITING, "Waiting"), (Status.LATER, "Put off")],
                lambda found, value: found.filter(status=value),
            ),
            Filter(
                "why",
                "Why it is asked",
                by_words((rule, match_wording.reason(rule)) for rule in rules),
                lambda found, value: found.filter(rule=value),
            ),
        ],
    )
    if listing.answer:
        return listing.answer
    rows = [(one, match_wording.reason(one.rule)) for one in listing.page]
    return render(request, "hub/matching.html", {"listing": listing, "rows": rows})


@allowed(*REVIEWERS)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two records side by side, with the differences marked and three answers."""
    user, today = request.user, timezone.localdate()
    found = selectors.match_reviews(user, on=today).select_related(
        "record__agency", "other__agency", "record__person", "other__person", "decided_by"
    )
    review = get_object_or_404(found, public_id=public_id)
    sides = [review.other, review.record]
    one, other = (person_record(side.key, side.payload) for side in sides)
    restricted = any(
        side.person.restricted or said.restricted for side, said in zip(sides, (one, other), strict=True)
    )
    open_count = _open(request).count()
    context = {
        "review": review,
        "sides": sides,
        "others": [_others(request, side, review) for side in sides],
        "lines": match_wording.lines(
            one,
            other,
            numbers=selectors.may_see_nhs_number(user, on=today),
            addresses=not restricted,
        ),
        "reason": match_wording.reason(review.rule),
        "chance": "" if restricted else match_wording.chance(review.weight),
        "is_one_now": review.record.person_id == review.other.person_id,
        "is_open": review.status in (Status.WAITING, Status.LATER),
        "open_count": open_count,
    }
    return render(request, "hub/match_review.html", context)


@allowed(*REVIEWERS)
@require_POST
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes the answer and goes on to the next question."""
    found = selectors.match_reviews(request.user, on=timezone.localdate())
    review = get_object_or_404(found, public_id=public_id)
    choice = ANSWERS.get(request.POST.get("answer", ""))
    if choice is None:
        messages.error(request, "Choose one person, two people, or later.")
        return redirect("match-review", public_id)
    try:
        matching.answer(review=review, choice=choice, by=request.user, now=timezone.now())
    except (matching.AnsweredError, ValueError) as error:
        messages.warning(request, str(error))
    else:
        said = {Status.JOINED: "One person.", Status.APART: "Two people.", Status.LATER: "Put off."}
        messages.success(request, f"{said[choice]} Written down with your name.")
    waiting = _open(request).filter(status=Status.WAITING).exclude(pk=review.pk)
    following = waiting.order_by(F("weight").desc(nulls_last=True), "pk").first()
    return redirect("match-review", following.public_id) if following else redirect("matching")


@allowed(*REVIEWERS)
def joins(request: HttpRequest) -> HttpResponse:
    """Every join, the newest first, each with a button that takes it back."""
    found = selectors.match_joins(request.user, on=timezone.localdate()).select_related(
        "source_record__agency", "source_record__person", "person", "decided_by"
    )
    listing = Listing(
        request,
        found.order_by("-pk"),
        file_name="joins",
        columns=(
            ("joined at", lambda one: one.decided_at),
            ("agency", lambda one: one.source_record.agency.name),
            ("its reference", lambda one: one.source_record.key),
            ("by", _by),
            ("because of", lambda one: match_wording.JOINED_BY.get(one.rule, one.rule)),
            ("still joined", lambda one: one.source_record.person_id == one.person_id),
        ),
        filters=[
            Filter(
                "by",
                "Joined by",
                [("rule", "A rule"), ("model", "The model"), ("person", "A person")],
                _joined_by,
            )
        ],
    )
    if listing.answer:
        return listing.answer
    rows = [
        (
            one,
            _by(one),
            match_wording.JOINED_BY.get(one.rule, one.rule),
            one.source_record.person_id == one.person_id,
        )
        for one in listing.page
    ]
    return render(request, "hub/match_joins.html", {"listing": listing, "rows": rows})


@allowed(*REVIEWERS)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Takes one join back, with everything that came since."""
    found = selectors.match_joins(request.user, on=timezone.localdate()).select_related("source_record")
    try:
        matching.undo(decision=get_object_or_404(found, pk=number), by=request.user, now=timezone.now())
    except ValueError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "The join is undone: two people again, each with what was theirs.")
    return redirect("match-joins")


@allowed(*REVIEWERS)
def report(request: HttpRequest) -> HttpResponse:
    """How matching does, over the records that the reader may see."""
    user, today = request.user, timezone.localdate()
    figures = linkage_report.report(
        selectors.records_to_match(user, on=today), selectors.match_reviews(user, on=today)
    )
    context = {
        "report": figures,
        "draws": SPOT_CHECKS if user.role == Role.HUB_ADMINISTRATOR else 0,
    }
    return render(request, "hub/match_report.html", context)


@allowed(Role.HUB_ADMINISTRATOR)
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draws joins to be looked at."""
    drawn = matching.draw_spot_checks(number=SPOT_CHECKS, by=request.user, now=timezone.now())
    if drawn:
        messages.success(request, f"{drawn} joins drawn at random wait to be looked at.")
    else:
        messages.info(request, "Every join that a machine made has been looked at, or there is none.")
    return redirect("match-report")


def _open(request: HttpRequest) -> QuerySet[MatchReview]:
    return linkage_report.open_ones(selectors.match_reviews(request.user, on=timezone.localdate()))


def _others(request: HttpRequest, side: SourceRecord, review: MatchReview) -> list[str]:
    """The agencies whose records the same person has besides, of those that the reader may see."""
    records = selectors.records_to_match(request.user, on=timezone.localdate())
    same = records.filter(person=side.person_id).exclude(pk__in=(review.record_id, review.other_id))
    return list(same.order_by("agency__name").values_list("agency__name", flat=True)[:20])


def _by(decision: MatchDecision) -> str:
    if decision.decided_by is not None:
        return decision.decided_by.shown_name
    return "the model" if decision.step else "a rule"


def _joined_by(found: QuerySet, value: str) -> QuerySet:
    if value == "person":
        return found.filter(decided_by__isnull=False)
    return found.filter(decided_by=None, step__isnull=value == "rule")
