"""A day of an area on a map, and the same as a table."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hub import selectors as hub
from hub.access import allowed
from hub.models import Person, User
from scheduling.pages import board, map_data
from scheduling.pages.board_data import BoardData, fetch
from scheduling.pages.board_drawing import NOBODY
from scheduling.pages.board_views import PLANNERS, Wish, chosen
from visits import selectors as visit_selectors


@allowed(*PLANNERS)
def show(request: HttpRequest, code: str, week_start: date) -> HttpResponse:
    """The rounds of one day of a rota: of every worker, of one agency's, or of one worker."""
    area = next((area for area in hub.areas(request.user) if area.code == code), None)
    if area is None or week_start.weekday():
        raise Http404
    today = timezone.localdate()
    wish = Wish.of(request, week_start)
    day = map_data.shown_day(request.GET.get("day"), week_start, today)
    rotas = list(visit_selectors.rotas(request.user).filter(area=area, week_start=week_start))
    rota = chosen(rotas, wish)
    context: dict[str, Any] = {
        "area": area,
        "week_start": week_start,
        "days": board.days_of(week_start),
        "day": day,
        "wish": wish,
        "rota": rota,
        "rotas": rotas,
    }
    if rota is not None:
        data = fetch(user=request.user, rota=rota, today=today)
        address = reverse("map", args=[area.code, week_start])
        version = {"rota": wish.version} if wish.version else {}
        context |= _body(
            request.user,
            data,
            agency=wish.agency,
            worker=request.GET.get("worker", ""),
            day=(day - week_start).days,
            address=f"{address}?{urlencode(version | {'day': day.isoformat()})}",
            sectors=hub.sectors_of(area),
        )
        context["as_the_crow_flies"] = rota.figures.get("roads", "") == ""
    return render(request, "scheduling/map.html", context)


def _body(
    user: User,
    data: BoardData,
    *,
    agency: str,
    worker: str,
    day: int,
    address: str,
    sectors: list[tuple[str, float, float]],
) -> dict[str, Any]:
    """The rounds asked for. Raises Http404 for a worker who is not in this area."""
    found = map_data.rounds(
        board.groups(data, agency=agency, day=day),
        day,
        agencies=data.agencies,
        doors=_doors(user, {visit.person for visit in data.visits if visit.day == day}),
    )
    one = next((one for one in data.workers if str(one.public_id) == worker), None)
    if worker and one is None:
        raise Http404
    shown = [each for each in found if one is None or each.row.worker.pk == one.pk]
    employers = {each.agency for each in data.workers}
    visit_at = reverse("visit", args=[NOBODY]).replace(str(NOBODY), "{}")
    return {
        "worker": one,
        "rounds": shown,
        "choices": found,
        "kept_back": sum(each.kept_back for each in shown),
        "agencies": sorted((data.agencies[pk] for pk in employers), key=lambda each: each.name),
        "map": {
            "tiles": settings.TILES,
            "credit": settings.TILES_CREDIT,
            "drawn": map_data.geojson(
                shown,
                sectors,
                round_at=lambda each: f"{address}&worker={each.row.worker.public_id}",
                visit_at=lambda visit: visit_at.format(visit.public_id),
            ),
        },
    }


def _doors(user: User, people: set[int]) -> dict[int, str]:
    """The postcode of each of these people whose door this reader may see; of nobody who is restricted."""
    known = hub.people(user, on=timezone.localdate()).filter(pk__in=people, restricted=False)
    persons = known.select_related("address").only("restricted", "address__postcode")
    return {person.pk: _postcode(person) for person in persons if hub.may_see_address(user, person)}


def _postcode(person: Person) -> str:
    return person.address.postcode if person.address else ""
