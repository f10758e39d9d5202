"""REST: what was deleted of the settings in the last thirty days, and taking it back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import queries, services
from tenants.models import Removal
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.viewsets import FirmViewSet, now


class RemovalSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    kind = serializers.CharField(read_only=True, help_text="As the audit trail calls it.")
    name = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    by = member_field(read_only=True, allow_null=True)
    restored_at = serializers.DateTimeField(read_only=True, allow_null=True)


class RemovalViewSet(FirmViewSet):
    """Deleted settings: labels, lists, user fields, templates and the like."""

    permissions = {
        "list": Permission.CONFIGURE,
        "retrieve": Permission.CONFIGURE,
        "restore": Permission.CONFIGURE,
    }
    serializer_class = RemovalSerializer
    orderings = {"id": "pk"}
    searched = ("name",)
    usual_ordering = "-id"

    def get_queryset(self) -> QuerySet[Removal]:
        return queries.removals(self.member, at=now())

    @extend_schema(request=None, responses={200: RemovalSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Give it back, under its old id."""
        removal = self.get_object()
        services.take_back(removal, by=self.member, at=now())
        return self.answer(self.get_queryset().get(pk=removal.pk))


RESOURCES: dict[str, type[Any]] = {"removals": RemovalViewSet}
