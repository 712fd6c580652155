"""People and their needs, each within what the caller may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub import selectors
from hub.access import allowed
from hub.api.params import text_param, uuid_param
from hub.api.serializers import (
    CancellationSerializer,
    NeedSerializer,
    PersonSearchSerializer,
    PersonSerializer,
)
from hub.models import Need, Person, Role
from hub.services import needs as need_services


@allowed(Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
class PeopleViewSet(ReadOnlyModelViewSet):
    """People whose record the caller may open."""

    serializer_class = PersonSerializer
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Person]:
        return selectors.people(self.request.user, on=timezone.localdate()).select_related("address__area")

    def get_serializer_context(self) -> dict[str, Any]:
        may_see = selectors.may_see_nhs_number(self.request.user, on=timezone.localdate())
        return super().get_serializer_context() | {"may_see_nhs_number": may_see}

    @extend_schema(request=PersonSearchSerializer, responses=PersonSerializer(many=True))
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        """People by the beginning of a name; the name travels in the body, never in the address."""
        asked = PersonSearchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        name = asked.validated_data["name"]
        found = self.get_queryset().filter(Q(family_name__istartswith=name) | Q(given_name__istartswith=name))
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@allowed(Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
class NeedsViewSet(ReadOnlyModelViewSet):
    """Needs that the caller may see."""

    serializer_class = NeedSerializer
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Need]:
        found = selectors.needs(self.request.user, on=timezone.localdate()).select_related("person", "agency")
        if agency := text_param(self.request, "agency"):
            found = found.filter(agency__code=agency)
        if person := uuid_param(self.request, "person"):
            found = found.filter(person__public_id=person)
        return found

    @extend_schema(parameters=[OpenApiParameter("agency", str), OpenApiParameter("person", str)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=CancellationSerializer, responses={201: CancellationSerializer})
    @action(detail=True, methods=["post"])
    def cancellations(self, request: Request, public_id: str) -> Response:
        """Calls off one occurrence, by the caller, with a reason."""
        if request.user.role != Role.COORDINATOR:
            self.permission_denied(request)
        need = self.get_object()
        asked = CancellationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            need_services.cancel_occurrence(
                need=need, by=request.user, now=timezone.now(), **asked.validated_data
            )
        except ValueError as error:
            raise ValidationError({"due_on": [str(error)]}) from error
        return Response(asked.data, status=status.HTTP_201_CREATED)
