"""REST: what a firm lets its clients choose from: statuses, labels, and its own lists (elenchi utente)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clients import queries, services
from clients.enums import ListName
from clients.models import Label, ListEntry, Status
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet


class ChoiceSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    active = serializers.BooleanField(required=False)
    position = serializers.IntegerField(read_only=True)


class StatusSerializer(ChoiceSerializer):
    symbol = serializers.CharField(max_length=40, required=False)
    colour = serializers.CharField(max_length=20, required=False)


class LabelSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    colour = serializers.CharField(max_length=20, required=False)
    active = serializers.BooleanField(required=False)


class ListEntrySerializer(ChoiceSerializer):
    list_name = serializers.ChoiceField(choices=ListName.choices)


class ActiveFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class ListEntryFilters(ActiveFilters):
    list_name = filters.ChoiceFilter(choices=ListName.choices)


class ChoiceViewSet(FirmViewSet):
    """Shared by the three: read by everybody, changed by who configures the firm, deleted only while unused."""

    model: type[Any]
    permissions = {
        "list": ANY_MEMBER,
        "retrieve": ANY_MEMBER,
        "create": Permission.CONFIGURE,
        "partial_update": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
    }
    filter_class = ActiveFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    usual_ordering = "position"

    def create(self, request: Request) -> Response:
        row = services.create_choice(self.model(**self.read_body()), by=self.member)
        return self.answer(row, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.checked(self.get_object())
        return self.answer(services.change_choice(row, self.read_body(partial=True), by=self.member))

    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_choice(self.checked(self.get_object()), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class StatusViewSet(ChoiceViewSet):
    """Commercial statuses (IFY-21 … IFY-23)."""

    model = Status
    serializer_class = StatusSerializer

    def get_queryset(self) -> QuerySet[Status]:
        return queries.statuses()


class LabelViewSet(ChoiceViewSet):
    """Labels (etichette, REL-11)."""

    model = Label
    serializer_class = LabelSerializer
    orderings = {"id": "pk", "name": "name_key"}
    usual_ordering = "name"

    def get_queryset(self) -> QuerySet[Label]:
        return queries.labels()


class ListEntryViewSet(ChoiceViewSet):
    """The entries of the firm's own lists (STY-11)."""

    model = ListEntry
    serializer_class = ListEntrySerializer
    filter_class = ListEntryFilters

    def get_queryset(self) -> QuerySet[ListEntry]:
        found: QuerySet[ListEntry] = ListEntry.objects.order_by("list_name", "position", "id")
        return found
