"""Files pushed by a partner's own system, and what became of them."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub import selectors
from hub.access import allowed
from hub.feeds.record import FeedError
from hub.models import Delivery, Rejection, Role
from hub.services.receiving import intake

SENDERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
TYPES = ("text/csv", "application/fhir+json", "application/fhir+ndjson", "application/fhir+xml")
LONGEST_NAME = 200


class BodyParser(BaseParser):
    """The body as it comes, whatever it is: it is written to a file in blocks, and a feed reads it later."""

    media_type = "*/*"

    def parse(
        self, stream: BinaryIO, media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, BinaryIO]:
        """The stream itself."""
        return {"file": stream}


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = (
            *("public_id", "feed", "file_name", "bytes", "sha256", "status", "progress", "refusal"),
            *("taken", "unchanged", "rejected", "skipped", "received_at"),
            *("needs_before", "would_end", "would_change"),
        )


class RejectionSerializer(serializers.ModelSerializer[Rejection]):
    class Meta:
        model = Rejection
        fields = ("place", "key", "field", "value_class", "rule", "message", "field_only", "state")


@allowed(*SENDERS)
class DeliveriesViewSet(ReadOnlyModelViewSet):
    """What the caller's agency sent."""

    serializer_class = DeliverySerializer
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Delivery]:
        return selectors.deliveries(self.request.user).order_by("-received_at", "-pk")

    @extend_schema(responses=RejectionSerializer(many=True))
    @action(detail=True)
    def rejections(self, request: Request, public_id: str) -> Response:
        """What was refused in it: the place, the field and the rule, never the value."""
        page = self.paginate_queryset(self.get_object().rejections.order_by("pk"))
        return self.get_paginated_response(RejectionSerializer(page, many=True).data)


@allowed(*SENDERS)
class PushView(APIView):
    """Takes a file by a feed of the caller's agency."""

    parser_classes = [BodyParser]

    @extend_schema(request=dict.fromkeys(TYPES, OpenApiTypes.BINARY), responses={202: DeliverySerializer})
    def post(self, request: Request, code: str) -> Response:
        """Keeps the body; a worker takes it in. `Location` says where to ask what became of it.

        The same bytes twice are one delivery, so a sender may repeat itself after a broken connection.
        """
        feed = get_object_or_404(selectors.feeds(request.user).select_related("agency"), code=code)
        name = request.headers.get("X-File-Name", f"{code}-{timezone.now():%Y%m%d-%H%M%S}")[:LONGEST_NAME]
        try:
            delivery = intake.accept(
                feed=feed,
                file=request.data["file"],
                file_name=name,
                by=request.user,
                now=timezone.now(),
            )
        except FeedError as error:
            raise ValidationError({"file": [str(error)]}) from None
        where = reverse("delivery-detail", args=[delivery.public_id], request=request)
        return Response(
            DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED, headers={"Location": where}
        )
