"""REST: types of appointment."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers

from scheduling import queries, services
from scheduling.models import AppointmentType
from scheduling.services import TypeDetails
from tenants.rest.editing import CONFIGURED, EditableViewSet
from tenants.rest.fields import StrictSerializer

DETAILS = tuple(TypeDetails.__dataclass_fields__)


class AppointmentTypeSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    active = serializers.BooleanField(required=False)
    counts_for_cadence = serializers.BooleanField(required=False)
    duration_minutes = serializers.IntegerField(min_value=5, max_value=1440, required=False)
    symbol = serializers.CharField(max_length=40, required=False)
    colour = serializers.CharField(max_length=20, required=False)
    is_default_meeting = serializers.BooleanField(required=False, help_text="Exactly one is; it can be given on.")
    position = serializers.IntegerField(read_only=True)


class TypeFilters(filters.FilterSet):
    active = filters.BooleanFilter()
    counts_for_cadence = filters.BooleanFilter()


class AppointmentTypeViewSet(EditableViewSet):
    """Types (Tipi/Azioni): deactivated, never deleted (IFY-14)."""

    permissions = CONFIGURED
    serializer_class = AppointmentTypeSerializer
    filter_class = TypeFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    searched = ("name",)
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[AppointmentType]:
        return queries.appointment_types()

    def add(self, values: dict[str, Any]) -> AppointmentType:
        is_default = values.pop("is_default_meeting", False)
        kind = services.create_type(TypeDetails(**values), by=self.member)
        self._make_default(kind, is_default)
        return self._again(kind)

    def change(self, row: AppointmentType, values: dict[str, Any]) -> AppointmentType:
        is_default = values.pop("is_default_meeting", False)
        if values:
            details: dict[str, Any] = {name: getattr(row, name) for name in DETAILS} | values
            row = services.edit_type(row, TypeDetails(**details), by=self.member)
        self._make_default(row, is_default)
        return self._again(row)

    def _make_default(self, kind: AppointmentType, is_default: bool) -> None:
        if is_default and not kind.is_default_meeting:
            services.set_default_meeting_type(kind, by=self.member)

    def _again(self, kind: AppointmentType) -> AppointmentType:
        return self.get_queryset().get(pk=kind.pk)
