"""What the API says of visits and rotas."""

from __future__ import annotations

from rest_framework import serializers

from visits.models import Rota, RotaEvent, Unplaced, Visit, VisitPart


class VisitPartSerializer(serializers.ModelSerializer):
    """One need served within a visit."""

    need = serializers.UUIDField(source="need.public_id")
    title = serializers.CharField(source="need.title")
    agency = serializers.CharField(source="need.agency.code")

    class Meta:
        model = VisitPart
        fields = ["need", "title", "agency", "due_on", "starts_at", "minutes"]


class VisitSerializer(serializers.ModelSerializer):
    """One arrival at one door by one worker."""

    id = serializers.UUIDField(source="public_id")
    rota = serializers.UUIDField(source="rota.public_id")
    worker = serializers.UUIDField(source="worker.public_id")
    worker_name = serializers.CharField(source="worker.name")
    person = serializers.UUIDField(source="person.public_id")
    parts = VisitPartSerializer(many=True)

    class Meta:
        model = Visit
        fields = [
            "id",
            "rota",
            "worker",
            "worker_name",
            "person",
            "starts_at",
            "ends_at",
            "is_published",
            "parts",
        ]


class RotaSerializer(serializers.ModelSerializer):
    """A version of an area's week. asked = placed + unplaced + cancelled, always."""

    id = serializers.UUIDField(source="public_id")
    area = serializers.CharField(source="area.code")
    unplaced = serializers.IntegerField(source="unplaced_count")

    class Meta:
        model = Rota
        fields = [
            "id",
            "area",
            "week_start",
            "version",
            "status",
            "asked",
            "placed",
            "unplaced",
            "cancelled",
            "terms",
            "figures",
            "created_at",
        ]


class UnplacedSerializer(serializers.ModelSerializer):
    """An occurrence left out, with the reason as a code and in words."""

    need = serializers.UUIDField(source="need.public_id")
    person = serializers.UUIDField(source="need.person.public_id")
    reason_text = serializers.CharField(source="get_reason_display")

    class Meta:
        model = Unplaced
        fields = ["need", "person", "due_on", "reason", "reason_text"]


class RotaEventSerializer(serializers.ModelSerializer):
    """What became of a rota."""

    by = serializers.UUIDField(source="by.public_id", default=None, allow_null=True)

    class Meta:
        model = RotaEvent
        fields = ["status", "at", "by", "note"]
