"""REST: the services that the firm proposes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.enums import ClientState
from clients.queries import visible_clients
from clients.refused_filters import condition_of
from communications import queries, services
from communications.enums import OpportunityState
from communications.matrix import counts_of, never_offered
from communications.models import ServiceOpportunity
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import StrictSerializer
from tenants.rest.problems import refusal
from web.documents import read_json

DETAILS = tuple(services.ServiceDetails.__dataclass_fields__)


class ServiceOpportunitySerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(read_only=True, help_text="In filters: opportunity.<key>.")
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=1_000, allow_blank=True, required=False)
    active = serializers.BooleanField(required=False)
    is_supplied = serializers.BooleanField(read_only=True, help_text="true: can be hidden and copied, not changed.")
    position = serializers.IntegerField(read_only=True)


class WhiteSpaceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    never = serializers.IntegerField(help_text="To how many of the clients it was never offered.")
    open = serializers.IntegerField()
    accepted = serializers.IntegerField()
    declined = serializers.IntegerField()
    dropped = serializers.IntegerField()


class MatrixSerializer(serializers.Serializer[Any]):
    clients = serializers.IntegerField(help_text="How many of the caller's active clients fit the filter.")
    services = WhiteSpaceSerializer(many=True)


FILTER = OpenApiParameter("filter", str, description="The filter language, as JSON; without it all active clients.")
LONGEST_FILTER = 20_000


class ServiceFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class ServiceOpportunityViewSet(DeletableViewSet):
    """What the firm proposes (Opportunità di servizio)."""

    permissions = {**CONFIGURED, "duplicate": Permission.CONFIGURE, "matrix": Permission.VIEW_CLIENTS}
    serializer_class = ServiceOpportunitySerializer
    filter_class = ServiceFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    searched = ("name", "description")
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

    @extend_schema(parameters=[FILTER], responses=MatrixSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def matrix(self, request: Request) -> Response:
        """How the clients stand with each offered service, and to how many it was never offered (the white space)."""
        clients = visible_clients(self.member)
        if text := request.query_params.get("filter", ""):
            clients = clients.filter(condition_of(_document(text), today=local_today(self.firm)))
        clients = clients.filter(state=ClientState.ACTIVE)
        offered, total = tuple(queries.offered_services()), clients.count()
        counts = counts_of(clients, offered)
        return Response({"clients": total, "services": [_white_space(each, total, counts) for each in offered]})

    @extend_schema(request=None, responses={201: ServiceOpportunitySerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """A copy of the firm's own, to be changed."""
        return self.answer(services.duplicate_service(self.get_object(), by=self.member), status.HTTP_201_CREATED)


def _white_space(service: ServiceOpportunity, total: int, counts: Mapping[tuple[int, str], int]) -> dict[str, Any]:
    states = {state.value: counts.get((service.pk, state.value), 0) for state in OpportunityState}
    named = {"id": service.pk, "key": service.key, "name": service.name}
    return named | {"never": never_offered(counts, service, total)} | states


def _document(text: str) -> object:
    try:
        return read_json(text[: LONGEST_FILTER + 1])
    except ValueError:
        raise refusal("filter", "not_json", _("The filter is not JSON.")) from None
