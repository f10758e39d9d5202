"""REST: what a client has of each year, his filings, services and policies: each list read and given whole."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import queries
from clients.api.ordering import OrderedViewSet, PlaceField
from clients.enums import FilingState, ListName
from clients.models import Client, Quantity
from clients.queries import visible_clients
from clients.services.sublists import change_quantity, create_quantity, delete_quantity, move_quantity, set_sublist
from clients.sublists import rows
from clients.sublists.kinds import FILINGS, MOST_ROWS, POLICIES, SERVICES, YEARS, Sublist
from tenants.permissions import Permission
from tenants.rest.editing import CONFIGURED
from tenants.rest.fields import DayField, RowField, StrictSerializer, money
from tenants.rest.viewsets import FirmViewSet, now


def entry(name: ListName, **kwargs: Any) -> RowField:
    """An entry of one of the firm's lists, by its id."""
    return RowField(lambda member: queries.list_entries(name), **kwargs)


def day(**kwargs: Any) -> DayField:
    return DayField(required=False, allow_null=True, **kwargs)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class QuantitiesField(serializers.Field[Any, Any, Any, Any]):
    """The quantities of a year by their keys, as decimal strings."""

    default_error_messages = {"not_an_object": _("This must be an object with the keys of quantities.")}

    def to_internal_value(self, data: Any) -> dict[str, Decimal | None]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        number = serializers.DecimalField(max_digits=18, decimal_places=6)
        found: dict[str, Decimal | None] = {}
        problems: dict[str, Any] = {}
        for key, value in data.items():
            try:
                found[str(key)] = None if value is None else number.run_validation(value)
            except serializers.ValidationError as problem:
                problems[str(key)[:100]] = problem.detail
        if problems:
            raise serializers.ValidationError(problems)
        return found

    def to_representation(self, value: Mapping[str, Decimal]) -> dict[str, str]:
        return {key: format(number.normalize(), "f") for key, number in value.items()}


class YearSerializer(StrictSerializer):
    year = serializers.IntegerField()
    regime = entry(ListName.ACCOUNTING_REGIME, required=False, allow_null=True)
    closes_on = day()
    quantities = QuantitiesField(required=False)


class FilingSerializer(StrictSerializer):
    type = entry(ListName.FILING_TYPE)
    year = serializers.IntegerField()
    period = serializers.CharField(max_length=20, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=FilingState.choices, required=False)
    due_on = day()


class ServiceSerializer(StrictSerializer):
    service = entry(ListName.SERVICE)
    since = day()
    ended_on = day()


class PolicySerializer(StrictSerializer):
    company = serializers.CharField(max_length=100)
    branch = entry(ListName.POLICY_BRANCH, required=False, allow_null=True)
    number = serializers.CharField(max_length=50, required=False, allow_blank=True)
    premium = money(required=False, allow_null=True, min_value=0)
    expires_on = day()


# Any: a serializer of many takes the parameters of a list as well.
MOST: dict[str, Any] = {"max_length": MOST_ROWS}


class YearsSerializer(StrictSerializer):
    version = serializers.IntegerField(read_only=True)
    results = YearSerializer(many=True, **MOST)


class FilingsSerializer(StrictSerializer):
    version = serializers.IntegerField(read_only=True)
    results = FilingSerializer(many=True, **MOST)


class ServicesSerializer(StrictSerializer):
    version = serializers.IntegerField(read_only=True)
    results = ServiceSerializer(many=True, **MOST)


class PoliciesSerializer(StrictSerializer):
    version = serializers.IntegerField(read_only=True)
    results = PolicySerializer(many=True, **MOST)


class SublistViewSet(FirmViewSet):
    """``version`` is the client's: what ``If-Match`` names."""

    sublist: ClassVar[Sublist]
    permissions = {"retrieve": Permission.VIEW_CLIENTS, "update": Permission.EDIT_CLIENTS}

    def get_queryset(self) -> QuerySet[Client]:
        return visible_clients(self.member)

    def represent(self, clients: list[Client]) -> list[dict[str, Any]]:
        shape = self.get_serializer_class()
        found = [{"version": each.version, "results": rows.read(self.sublist, each)} for each in clients]
        return [dict(shape(one).data) for one in found]

    def update(self, request: Request, pk: str) -> Response:
        """The whole list: rows that are not given are gone."""
        client = self.checked(self.get_object())
        given = self.read_body()["results"]
        set_sublist(client, self.sublist, given, version=self.seen_version(client), by=self.member, at=now())
        return self.answer(Client.objects.get(pk=client.pk))


class YearViewSet(SublistViewSet):
    """Financial years with the accounting regime and the firm's quantities (``quantities/``)."""

    sublist = YEARS
    serializer_class = YearsSerializer


class FilingViewSet(SublistViewSet):
    """Filings (adempimenti): type, year, period, state."""

    sublist = FILINGS
    serializer_class = FilingsSerializer


class ServiceViewSet(SublistViewSet):
    """Services that the firm renders; without an end they are active."""

    sublist = SERVICES
    serializer_class = ServicesSerializer


class PolicyViewSet(SublistViewSet):
    """Insurance policies."""

    sublist = POLICIES
    serializer_class = PoliciesSerializer


class QuantitySerializer(StrictSerializer):
    """``key`` and ``is_money`` are given once; without a key it is made from the label."""

    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(max_length=40, required=False)
    label = serializers.CharField(max_length=80)  # type: ignore[assignment]
    is_money = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)
    position = PlaceField()


class QuantityFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class QuantityViewSet(OrderedViewSet):
    """What the firm follows of its clients from year to year (SIS-11)."""

    permissions = CONFIGURED
    serializer_class = QuantitySerializer
    filter_class = QuantityFilters
    orderings = {"id": "pk", "position": "position", "label": "label"}
    searched = ("label", "key")
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[Quantity]:
        return queries.quantities()

    def add(self, values: dict[str, Any]) -> Quantity:
        place = values.pop("position", None)
        made: Quantity = self.placed(create_quantity(Quantity(**values), by=self.member), place)
        return made

    def change(self, row: Quantity, values: dict[str, Any]) -> Quantity:
        place = values.pop("position", None)
        changed: Quantity = self.placed(change_quantity(row, values, by=self.member), place)
        return changed

    def move(self, row: Quantity, *, steps: int) -> None:
        move_quantity(row, steps=steps, by=self.member)

    def remove(self, row: Quantity) -> None:
        delete_quantity(row, by=self.member)


BOTH: dict[str, str] = {"get": "retrieve", "put": "update"}
OF_A_CLIENT: dict[str, tuple[type[Any], dict[str, str]]] = {
    "years": (YearViewSet, BOTH),
    "filings": (FilingViewSet, BOTH),
    "services": (ServiceViewSet, BOTH),
    "policies": (PolicyViewSet, BOTH),
}
