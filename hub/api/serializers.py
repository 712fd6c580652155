"""What the API says of people and needs; each field is listed, nothing follows by itself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from hub import selectors
from hub.models import Need, Person


class PersonSerializer(serializers.ModelSerializer):
    """A person as the caller may see them."""

    id = serializers.UUIDField(source="public_id")
    area = serializers.CharField(source="address.area.code", default=None, allow_null=True)
    address = serializers.SerializerMethodField(help_text="Null where the caller may not see it.")
    postcode = serializers.SerializerMethodField(help_text="Null where the caller may not see it.")
    nhs_number = serializers.SerializerMethodField(help_text="Null without an agreement that covers it.")

    class Meta:
        model = Person
        fields = [
            "id",
            "given_name",
            "family_name",
            "birth_date",
            "gender",
            "nhs_number",
            "address",
            "postcode",
            "area",
            "restricted",
            "deceased_on",
            "contact_from",
            "contact_until",
        ]

    def get_address(self, person: Person) -> str | None:
        return person.address.lines if self._address_is_open(person) else None

    def get_postcode(self, person: Person) -> str | None:
        return person.address.postcode if self._address_is_open(person) else None

    def get_nhs_number(self, person: Person) -> str | None:
        may_see = self.context["may_see_nhs_number"] and getattr(person, "number_is_shared", True)
        return (person.nhs_number or None) if may_see else None

    def _address_is_open(self, person: Person) -> bool:
        return person.address is not None and selectors.may_see_address(self.context["request"].user, person)

    def to_representation(self, instance: Person) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not self._address_is_open(instance):
            shown["area"] = None
        return shown


class NeedSerializer(serializers.ModelSerializer):
    """What an agency has undertaken to do. Times are local wall time."""

    id = serializers.UUIDField(source="public_id")
    person = serializers.UUIDField(source="person.public_id")
    agency = serializers.CharField(source="agency.code")

    class Meta:
        model = Need
        fields = [
            "id",
            "person",
            "agency",
            "reference",
            "title",
            "skills",
            "minutes",
            "window_start",
            "window_end",
            "preferred",
            "rrule",
            "starts_on",
            "ends_on",
            "flexible_days",
            "workers",
            "gender",
            "priority",
            "time_critical",
            "mergeable",
            "separate_reason",
        ]


class PersonSearchSerializer(serializers.Serializer):
    """A search goes in the body, so that no name stands in an address or a log."""

    name = serializers.CharField(
        min_length=2, max_length=120, help_text="The beginning of a family or given name."
    )


class CancellationSerializer(serializers.Serializer):
    """Calls off one occurrence of a need; it stays counted as cancelled."""

    due_on = serializers.DateField()
    reason = serializers.CharField(max_length=200)
