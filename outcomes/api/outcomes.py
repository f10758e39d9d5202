"""REST: outcomes (Esiti)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from outcomes import queries, services
from outcomes.api.replacing import ReplacementSerializer, told
from outcomes.models import Outcome
from tenants.permissions import Permission
from tenants.rest.fields import RowField, StrictSerializer
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet

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


class OutcomeViewSet(FirmViewSet):
    """Outcomes that the firm defines (IFY-17): deleted while nothing was recorded with them, else deactivated."""

    permissions = {
        "list": ANY_MEMBER,
        "retrieve": ANY_MEMBER,
        "create": Permission.CONFIGURE,
        "partial_update": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
        "replace": Permission.CONFIGURE,
    }
    serializer_class = AppointmentOutcomeSerializer
    filter_class = OutcomeFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[Outcome]:
        return queries.outcomes()

    def create(self, request: Request) -> Response:
        made = services.create_outcome(services.OutcomeDetails(**self.read_body()), by=self.member)
        return self.answer(made, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        outcome = self.checked(self.get_object())
        values: dict[str, Any] = {name: getattr(outcome, name) for name in DETAILS}
        values |= self.read_body(partial=True)
        return self.answer(services.edit_outcome(outcome, services.OutcomeDetails(**values), by=self.member))

    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_choice(self.checked(self.get_object()), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ByOutcomeSerializer, responses=ReplacementSerializer)
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """Sostituisci: another one takes its place in history, open items and relations; it stays, inactive."""
        old = self.get_object()
        new = self.read_body(serializer=ByOutcomeSerializer)["by"]
        return Response(told(services.replace(old, new, by=self.member)))
