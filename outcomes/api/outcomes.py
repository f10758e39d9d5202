"""REST: outcomes (Esiti)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.services import delete_choice
from outcomes import queries, services
from outcomes.api.replacing import ReplacementSerializer, told
from outcomes.models import Outcome
from tenants.permissions import Permission
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import RowField, StrictSerializer

DETAILS = tuple(services.OutcomeDetails.__dataclass_fields__)


class AppointmentOutcomeSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    active = serializers.BooleanField(required=False)
    position = serializers.IntegerField(read_only=True)
    symbol = serializers.CharField(max_length=40, required=False)
    colour = serializers.CharField(max_length=10, required=False)
    note_required = serializers.BooleanField(required=False)
    counts_as_held = serializers.BooleanField(required=False, help_text="false: recorded as a no-show.")


class ByOutcomeSerializer(StrictSerializer):
    by = RowField(lambda member: queries.outcomes())


class OutcomeFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class OutcomeViewSet(DeletableViewSet):
    """Outcomes that the firm defines (IFY-17): deleted while nothing was recorded with them, else deactivated."""

    permissions = {**CONFIGURED, "replace": Permission.CONFIGURE}
    serializer_class = AppointmentOutcomeSerializer
    filter_class = OutcomeFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    searched = ("name",)
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[Outcome]:
        return queries.outcomes()

    def add(self, values: dict[str, Any]) -> Outcome:
        return services.create_outcome(services.OutcomeDetails(**values), by=self.member)

    def change(self, row: Outcome, values: dict[str, Any]) -> Outcome:
        details: dict[str, Any] = {name: getattr(row, name) for name in DETAILS} | values
        return services.edit_outcome(row, services.OutcomeDetails(**details), by=self.member)

    def remove(self, row: Outcome) -> None:
        delete_choice(row, by=self.member)

    @extend_schema(request=ByOutcomeSerializer, responses=ReplacementSerializer)
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """Sostituisci: another one takes its place in history, open items and relations; it stays, inactive."""
        old = self.get_object()
        new = self.read_body(serializer=ByOutcomeSerializer)["by"]
        return Response(told(services.replace(old, new, by=self.member)))
