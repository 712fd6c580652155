"""Planning runs: ask for one, follow it, cancel it; and publishing what came of it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from hub import selectors as hub_selectors
from hub.access import allowed
from hub.api.problems import Conflict
from hub.models import Role
from scheduling import selectors
from scheduling.models import PlanningRun
from scheduling.services import planning, publishing
from visits import selectors as visit_selectors
from visits.api.rotas import PLANNERS
from visits.api.serializers import RotaSerializer

LONGEST_SECONDS = 3600


class RunSerializer(serializers.ModelSerializer):
    """A search for a rota: how far it is and what came of it."""

    id = serializers.UUIDField(source="public_id")
    area = serializers.CharField(source="area.code")
    agency = serializers.CharField(source="agency.code", default=None, allow_null=True)
    rota = serializers.UUIDField(source="rota.public_id", default=None, allow_null=True)

    class Meta:
        model = PlanningRun
        fields = [
            "id",
            "area",
            "week_start",
            "agency",
            "seconds",
            "seed",
            "status",
            "progress",
            "figures",
            "error",
            "rota",
            "requested_at",
            "finished_at",
        ]


class RunRequestSerializer(serializers.Serializer):
    """Asks for a rota of an area and week. All agencies are planned together."""

    area = serializers.SlugField()
    week_start = serializers.DateField(help_text="A Monday.")
    seconds = serializers.IntegerField(min_value=1, max_value=LONGEST_SECONDS, required=False)
    seed = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


@allowed(*PLANNERS)
class RunsViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Planning runs of the caller's areas."""

    serializer_class = RunSerializer
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[PlanningRun]:
        return selectors.runs(self.request.user).select_related("area", "agency", "rota")

    @extend_schema(request=RunRequestSerializer, responses={202: RunSerializer})
    def create(self, request: Request) -> Response:
        """Asks for a run; the answer is 202 and the run, to be followed by its id."""
        asked = RunRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = dict(asked.validated_data)
        area = hub_selectors.areas(request.user).filter(code=wish.pop("area")).first()
        if area is None:
            raise ValidationError({"area": ["is not one of your areas"]})
        if wish["week_start"].weekday() != 0:
            raise ValidationError({"week_start": ["is not a Monday"]})
        try:
            run = planning.request(area=area, by=request.user, now=timezone.now(), **wish)
        except planning.PlanningRefused as refused:
            raise Conflict(str(refused)) from refused
        return Response(self.get_serializer(run).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: RunSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, public_id: str) -> Response:
        """Stops a run; the best plan it has found is kept as a candidate."""
        run = self.get_object()
        planning.cancel(run=run, by=request.user, now=timezone.now())
        run.refresh_from_db()
        return Response(self.get_serializer(run).data, status=status.HTTP_202_ACCEPTED)


@allowed(Role.COORDINATOR)
class PublishView(APIView):
    """Publishes a candidate: all of it or nothing."""

    @extend_schema(request=None, responses=RotaSerializer)
    def post(self, request: Request, public_id: str) -> Response:
        """Refused with 409 and the reasons when anything it was planned from has changed."""
        rota = get_object_or_404(visit_selectors.rotas(request.user), public_id=public_id)
        try:
            published = publishing.publish(rota=rota, by=request.user, now=timezone.now())
        except publishing.PublishRefused as refused:
            raise Conflict("The rota was not published.", reasons=refused.reasons) from refused
        return Response(RotaSerializer(published).data)
