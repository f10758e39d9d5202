"""REST: what a firm lets its clients choose from: statuses, labels, and its own lists (elenchi utente)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients import lists, queries, services
from clients.api.ordering import OrderedViewSet, PlaceField
from clients.models import Label, ListEntry, Status, UserList
from clients.services.lists import change_list, create_list, delete_list, replace_entry
from tenants.permissions import Permission
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import RowField, StrictSerializer


class ChoiceSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    active = serializers.BooleanField(required=False)
    position = PlaceField()


class StatusSerializer(ChoiceSerializer):
    symbol = serializers.CharField(max_length=40, required=False)
    colour = serializers.CharField(max_length=20, required=False)


class LabelSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    colour = serializers.CharField(max_length=20, required=False)
    active = serializers.BooleanField(required=False)


class ListEntrySerializer(ChoiceSerializer):
    """``list_name`` is one of the product's lists or the key of one of ``user-lists/``."""

    list_name = serializers.CharField(max_length=20)
    code = serializers.CharField(read_only=True, help_text="Of an entry that the product supplied: it does not change.")

    def validate_list_name(self, value: str) -> str:
        if value not in lists.names():
            raise serializers.ValidationError(_("There is no such list."), code="invalid_choice")
        return value


class ReplaceSerializer(StrictSerializer):
    by = RowField(lambda member: ListEntry.objects.all())


class UserListSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=100)
    active = serializers.BooleanField(required=False)


class ActiveFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class ListEntryFilters(ActiveFilters):
    list_name = filters.CharFilter()


class ChoiceViewSet(OrderedViewSet):
    """Shared by the three: read by everybody, changed by who configures the firm, deleted only while unused."""

    model: type[Any]
    permissions = CONFIGURED
    filter_class = ActiveFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    searched = ("name",)
    usual_ordering = "position"

    def add(self, values: dict[str, Any]) -> Any:
        place = values.pop("position", None)
        return self.placed(services.create_choice(self.model(**values), by=self.member), place)

    def change(self, row: Any, values: dict[str, Any]) -> Any:
        place = values.pop("position", None)
        return self.placed(services.change_choice(row, values, by=self.member), place)

    def move(self, row: Any, *, steps: int) -> None:
        services.move_choice(row, steps=steps, by=self.member)

    def remove(self, row: Any) -> None:
        services.delete_choice(row, by=self.member)


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
    permissions = {**CONFIGURED, "replace": Permission.CONFIGURE}
    serializer_class = ListEntrySerializer
    filter_class = ListEntryFilters

    def get_queryset(self) -> QuerySet[ListEntry]:
        found: QuerySet[ListEntry] = ListEntry.objects.order_by("list_name", "position", "id")
        return found

    def siblings(self, row: ListEntry) -> QuerySet[ListEntry]:
        return queries.list_entries(row.list_name)

    @extend_schema(request=ReplaceSerializer, responses=ListEntrySerializer)
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """Sostituisci: what names this entry names the other one from now on; this one is kept, not active."""
        entry = self.get_object()
        given = ReplaceSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        replace_entry(entry, new=given.validated_data["by"], by=self.member)
        return self.answer(self.get_object())


class UserListViewSet(DeletableViewSet):
    """Lists that the firm made itself; their entries are in ``lists/``, found by ``list_name``."""

    permissions = CONFIGURED
    serializer_class = UserListSerializer
    filter_class = ActiveFilters
    orderings = {"id": "pk", "name": "name"}
    searched = ("name",)
    usual_ordering = "name"

    def get_queryset(self) -> QuerySet[UserList]:
        found: QuerySet[UserList] = UserList.objects.order_by("name", "id")
        return found

    def add(self, values: dict[str, Any]) -> UserList:
        return create_list(values["name"], by=self.member)

    def change(self, row: UserList, values: dict[str, Any]) -> UserList:
        return change_list(row, values, by=self.member)

    def remove(self, row: UserList) -> None:
        delete_list(row, by=self.member)
