"""What changes for whom if a candidate is published, and publishing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role, User
from scheduling.pages import board, figures, hand_wording
from scheduling.pages.board_views import PLANNERS
from scheduling.services import comparing, publishing
from visits import selectors
from visits.models import Rota

PEOPLE_PER_PAGE = 50


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """The figures of a candidate to confirm, and on POST its publication."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    published = _published(request.user, rota)
    was_in_force = rota.status in publishing.WAS_IN_FORCE
    reasons: list[str] = []
    if request.method == "POST":
        try:
            if was_in_force:
                seen = request.POST.get("instead_of", "")
                publishing.roll_back(
                    rota=rota,
                    instead_of=int(seen) if seen.isdecimal() else None,
                    by=request.user,
                    now=timezone.now(),
                )
            else:
                publishing.publish(rota=rota, by=request.user, now=timezone.now())
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
    }
    template = "scheduling/publish_form.html" if request.htmx else "scheduling/publish.html"
    return render(request, template, context, status=409 if reasons else 200)


@allowed(*PLANNERS)
@require_GET
def compare(request: HttpRequest, public_id: str) -> HttpResponse:
    """A candidate beside the published rota: figures, and each person for whom something changes."""
    rota = get_object_or_404(selectors.rotas(request.user).select_related("area"), public_id=public_id)
    comparison = comparing.compare(rota, _published(request.user, rota))
    visible = set(hub.people(request.user, on=timezone.localdate()).values_list("pk", flat=True))
    affected = [one for one in comparison.affected if one.person.pk in visible]
    page = Paginator(affected, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    shared = hub.needs(request.user, on=timezone.localdate()).order_by().values_list("agency", flat=True)
    context = {
        "rota": rota,
        "published": comparison.published,
        "figures": figures.side_by_side(comparison),
        "page": page,
        "overrides": hand_wording.overrides(request.user, rota),
        "readable": set(shared.distinct()),
    }
    return render(request, "scheduling/compare.html", context)


def _published(user: User, rota: Rota) -> Rota | None:
    return (
        selectors.rotas(user)
        .filter(area=rota.area_id, week_start=rota.week_start, status=Rota.Status.PUBLISHED)
        .exclude(pk=rota.pk)
        .first()
    )
