"""What changes for whom if a candidate is published, and publishing it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role, User
from hub.selectors import agencies_planned_together
from scheduling import selectors as scheduling
from scheduling.pages import board, figures, hand_wording
from scheduling.pages.board_views import PLANNERS
from scheduling.services import comparing, publishing, weights
from visits import selectors
from visits.models import Rota

PEOPLE_PER_PAGE = 50
MOST_VERSIONS = 100
MOST_BESIDE = 3  # columns beside the version itself
MINUTES = ("5", "15", "30", "60")
KINDS_OF_CHANGE = (
    ("worker", "another worker"),
    ("day", "another day"),
    ("time", "another time"),
    ("added", "gains a visit"),
    ("dropped", "loses a visit"),
    ("named", "loses the named worker"),
)


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """The figures of a candidate to confirm, and on POST its publication."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    published = _published(request.user, rota)
    was_in_force = rota.status in publishing.WAS_IN_FORCE
    reasons: list[str] = []
    knowing = request.POST.get("what_if") == "known"
    if request.method == "POST":
        try:
            if was_in_force:
                seen = request.POST.get("instead_of", "")
                publishing.roll_back(
                    rota=rota,
                    instead_of=int(seen) if seen.isdecimal() else None,
                    by=request.user,
                    now=timezone.now(),
                    knowing_what_if=knowing,
                )
            else:
                publishing.publish(rota=rota, by=request.user, now=timezone.now(), knowing_what_if=knowing)
        except publishing.PublishRefused as refused:
            words = hand_wording.Words(request.user, rota.week_start, refused.reasons)
            reasons = [words.say(reason) for reason in refused.reasons]
        else:
            messages.success(
                request,
                f"✓ Version {rota.version} is {'in force again' if was_in_force else 'published'}."
                " Field staff whose rounds changed are told on their phones.",
            )
            return redirect("board", code=rota.area.code, week_start=rota.week_start)
    context = {
        "rota": rota,
        "published": published,
        "truth": board.truth(rota),
        "against": board.against(rota, published),
        "reasons": reasons,
        "is_candidate": rota.status == Rota.Status.CANDIDATE,
        "was_in_force": was_in_force,
        "tried": weights.tried(rota),
    }
    template = "scheduling/publish_form.html" if request.htmx else "scheduling/publish.html"
    return render(request, template, context, status=409 if reasons else 200)


@allowed(*PLANNERS)
@require_GET
def compare(request: HttpRequest, public_id: str) -> HttpResponse:
    """A version beside others of its week and each agency alone, and each person for whom something changes.

    In the address: `with`, the versions beside it; `minutes`, from how many on a time is another; `what`,
    the changes to list.
    """
    today = timezone.localdate()
    rotas = selectors.rotas(request.user).select_related("area")
    rota = get_object_or_404(rotas, public_id=public_id)
    versions = list(
        rotas.filter(area=rota.area_id, week_start=rota.week_start)
        .prefetch_related("events__by")
        .order_by("-version")[:MOST_VERSIONS]
    )
    published = _published(request.user, rota)
    wanted = set(request.GET.getlist("with"))
    beside = [one for one in versions if str(one.public_id) in wanted and one.pk != rota.pk][:MOST_BESIDE]
    beside = beside or ([published] if published else [])
    alone = comparing.baseline(rota, agencies_planned_together(on=today))
    sides = [figures.of_rota(rota), *(figures.of_rota(one) for one in beside)]
    if alone:
        sides.append(figures.Side("Each agency alone", alone.figures, alone.terms))
    minutes = request.GET.get("minutes", "")
    minutes = minutes if minutes in MINUTES else MINUTES[1]
    what = request.GET.get("what", "")
    against = published or (beside[0] if beside else None)
    found = comparing.differences(rota, against, same_time=timedelta(minutes=int(minutes)))
    listed = hub.people(request.user, on=today).filter(pk__in=found.people(what))
    listed = listed.order_by("family_name", "given_name", "pk").values_list("pk", flat=True)
    page = Paginator(list(listed), PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    shared = hub.needs(request.user, on=today).order_by().values_list("agency", flat=True)
    context = {
        "rota": rota,
        "against": against,
        "published": published,
        "budget": scheduling.stability_budget(rota.area),
        "versions": versions,
        "chosen": {one.pk for one in beside},
        "sides": sides,
        "tables": [
            ("Figures", figures.table(sides)),
            ("Cost by term, equivalent minutes", figures.table(sides, of_terms=True)),
        ],
        "alone": alone,
        "page": page,
        "affected": comparing.affected(found, page.object_list),
        "minutes": minutes,
        "all_minutes": MINUTES,
        "what": what,
        "all_kinds": KINDS_OF_CHANGE,
        "was_in_force": publishing.WAS_IN_FORCE,
        "readable": set(shared.distinct()),
        "tried": weights.tried(rota),
        "overrides": hand_wording.overrides(request.user, rota),
    }
    return render(request, "scheduling/compare.html", context)


def _published(user: User, rota: Rota) -> Rota | None:
    return (
        selectors.rotas(user)
        .filter(area=rota.area_id, week_start=rota.week_start, status=Rota.Status.PUBLISHED)
        .exclude(pk=rota.pk)
        .first()
    )
