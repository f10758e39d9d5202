"""REST: marketing lists, dynamic or frozen, and who is in them (STY-16, O-70)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.catalogue import fields
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.queries import visible_clients
from clients.refused_filters import named_faults
from groups import queries, services
from groups.api.groups import MemberSerializer
from groups.models import MarketingList
from groups.services import ListDetails
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import now


class MarketingListSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(allow_blank=True, required=False, max_length=1_000)
    filter = serializers.JSONField(required=False, allow_null=True, help_text="null: all active clients.")
    frozen_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="null: the list is dynamic.")
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class MarketingListViewSet(DeletableViewSet):
    """Marketing lists: by a filter at any moment, or frozen."""

    permissions = {
        "list": Permission.VIEW_GROUPS,
        "retrieve": Permission.VIEW_GROUPS,
        "members": Permission.VIEW_GROUPS,
        "create": Permission.EDIT_CLIENTS,
        "bulk": Permission.EDIT_CLIENTS,
        "partial_update": Permission.EDIT_CLIENTS,
        "destroy": Permission.EDIT_CLIENTS,
        "freeze": Permission.EDIT_CLIENTS,
        "thaw": Permission.EDIT_CLIENTS,
    }
    serializer_class = MarketingListSerializer
    orderings = {"id": "pk", "name": "name", "updated_at": "updated_at"}
    searched = ("name", "description")
    usual_ordering = "name"
    sublists = {"members": listing.Sublist(orderings={"name": "name_key", "id": "pk"}, usual_ordering="name")}
    has_updates = True

    def get_queryset(self) -> QuerySet[MarketingList]:
        return queries.marketing_lists()

    def add(self, values: dict[str, Any]) -> MarketingList:
        _named_faults(values)
        return services.create_list(ListDetails(**values), by=self.member, at=now())

    def change(self, row: MarketingList, values: dict[str, Any]) -> MarketingList:
        _named_faults(values)
        asked = {name: getattr(row, name) for name in ("name", "description", "filter")} | values
        return services.edit_list(row, ListDetails(**asked), by=self.member, version=self.seen_version(row))

    def remove(self, row: MarketingList) -> None:
        services.delete_list(row, by=self.member)

    @extend_schema(responses=MemberSerializer(many=True))
    @action(detail=True, methods=["get"])
    def members(self, request: Request, pk: str) -> Response:
        """Who is in it, of the clients whom the caller sees."""
        return self.subpage(self._members(self.get_object()), _named)

    @extend_schema(request=None, responses=MarketingListSerializer)
    @action(detail=True, methods=["post"])
    def freeze(self, request: Request, pk: str) -> Response:
        """Keep whom the filter finds at this moment, of the clients whom the caller sees."""
        return self.answer(services.freeze_list(self.get_object(), by=self.member, at=now()))

    @extend_schema(request=None, responses=MarketingListSerializer)
    @action(detail=True, methods=["post"])
    def thaw(self, request: Request, pk: str) -> Response:
        """Follow the filter again."""
        return self.answer(services.thaw_list(self.get_object(), by=self.member))

    def _members(self, row: MarketingList) -> QuerySet[Client]:
        try:
            return queries.list_members(row, visible_clients(self.member), today=local_today(self.firm))
        except FilterInvalid:
            return Client.objects.none()


def _named_faults(values: dict[str, Any]) -> None:
    try:
        if values.get("filter"):
            parse(values["filter"], fields())
    except FilterInvalid as invalid:
        raise named_faults(invalid) from None


def _named(clients: Any) -> list[dict[str, Any]]:
    return [{"id": client.pk, "name": client.name} for client in clients]
