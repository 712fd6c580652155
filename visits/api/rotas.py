"""Rotas and their visits, each within what the caller may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.access import EVERYONE, allowed
from hub.api.params import date_param, text_param, uuid_param
from hub.models import Role, User
from visits import selectors
from visits.api.serializers import RotaEventSerializer, RotaSerializer, UnplacedSerializer, VisitSerializer
from visits.models import Rota, Visit
from visits.wall_clock import midnight

PLANNERS = (Role.COORDINATOR, Role.HUB_ADMINISTRATOR)


@allowed(*PLANNERS)
class RotasViewSet(ReadOnlyModelViewSet):
    """Versions of the weeks of the caller's areas."""

    serializer_class = RotaSerializer
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Rota]:
        found = selectors.rotas(self.request.user).select_related("area")
        if area := text_param(self.request, "area"):
            found = found.filter(area__code=area)
        if week_start := date_param(self.request, "week_start"):
            found = found.filter(week_start=week_start)
        if status := text_param(self.request, "status"):
            found = found.filter(status=status)
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter("area", str),
            OpenApiParameter("week_start", str, description="A Monday, such as 2026-11-30."),
            OpenApiParameter("status", str, enum=Rota.Status.values),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=VisitSerializer(many=True))
    @action(detail=True)
    def visits(self, request: Request, public_id: str) -> Response:
        """The visits of this version, by time."""
        found = with_parts(self.get_object().visits.all(), user=request.user)
        return self.get_paginated_response(VisitSerializer(self.paginate_queryset(found), many=True).data)

    @extend_schema(responses=UnplacedSerializer(many=True))
    @action(detail=True)
    def unplaced(self, request: Request, public_id: str) -> Response:
        """What this version leaves out, with the reasons."""
        found = self.get_object().unplaced.select_related("need__person")
        return self.get_paginated_response(UnplacedSerializer(self.paginate_queryset(found), many=True).data)

    @extend_schema(responses=RotaEventSerializer(many=True))
    @action(detail=True)
    def events(self, request: Request, public_id: str) -> Response:
        """What became of this version, by whom."""
        found = self.get_object().events.select_related("by")
        return self.get_paginated_response(RotaEventSerializer(self.paginate_queryset(found), many=True).data)


@allowed(*EVERYONE)
class VisitsViewSet(ReadOnlyModelViewSet):
    """Published visits that the caller may see; field staff see their own."""

    serializer_class = VisitSerializer
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Visit]:
        found = selectors.visits(self.request.user, on=timezone.localdate()).filter(is_published=True)
        if first := date_param(self.request, "first"):
            found = found.filter(starts_at__gte=midnight(first))
        if last := date_param(self.request, "last"):
            found = found.filter(starts_at__lt=midnight(last + timedelta(days=1)))
        if worker := uuid_param(self.request, "worker"):
            found = found.filter(worker__public_id=worker)
        if person := uuid_param(self.request, "person"):
            found = found.filter(person__public_id=person)
        return with_parts(found, user=self.request.user)

    @extend_schema(
        parameters=[
            OpenApiParameter("first", str, description="From this day on."),
            OpenApiParameter("last", str, description="Until this day, which is included."),
            OpenApiParameter("worker", str),
            OpenApiParameter("person", str),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


def with_parts(found: QuerySet[Visit], *, user: User) -> QuerySet[Visit]:
    """Visits with those parts that the caller may read, in three queries however many there are."""
    parts = selectors.readable_parts(user, on=timezone.localdate()).select_related("need__agency")
    return found.select_related("rota", "worker", "person").prefetch_related(Prefetch("parts", parts))
