"""REST: the services that the firm proposes."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from communications import queries, services
from communications.models import ServiceOpportunity
from tenants.permissions import Permission
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import StrictSerializer

DETAILS = tuple(services.ServiceDetails.__dataclass_fields__)


class ServiceOpportunitySerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(read_only=True, help_text="In filters: opportunity.<key>.")
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=1_000, allow_blank=True, required=False)
    active = serializers.BooleanField(required=False)
    is_supplied = serializers.BooleanField(read_only=True, help_text="true: can be hidden and copied, not changed.")
    position = serializers.IntegerField(read_only=True)


class ServiceFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class ServiceOpportunityViewSet(DeletableViewSet):
    """What the firm proposes (Opportunità di servizio)."""

    permissions = {**CONFIGURED, "duplicate": Permission.CONFIGURE}
    serializer_class = ServiceOpportunitySerializer
    filter_class = ServiceFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[ServiceOpportunity]:
        return queries.services()

    def add(self, values: dict[str, Any]) -> ServiceOpportunity:
        return services.create_service(services.ServiceDetails(**values), by=self.member)

    def change(self, row: ServiceOpportunity, values: dict[str, Any]) -> ServiceOpportunity:
        details: dict[str, Any] = {name: getattr(row, name) for name in DETAILS} | values
        return services.edit_service(row, services.ServiceDetails(**details), by=self.member)

    def remove(self, row: ServiceOpportunity) -> None:
        services.delete_service(row, by=self.member)

    @extend_schema(request=None, responses={201: ServiceOpportunitySerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """A copy of the firm's own, to be changed."""
        return self.answer(services.duplicate_service(self.get_object(), by=self.member), status.HTTP_201_CREATED)
