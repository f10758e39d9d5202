"""REST: the ledger of sales."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients.imports.handed_in import FileReportSerializer, HandedInSerializer, imported
from clients.queries import visible_clients
from clients.selecting import BY_CLIENT
from portfolios import queries, services
from portfolios.enums import MOST_TYPOLOGIES, SaleKind
from portfolios.models import Portfolio, Sale, Typology
from portfolios.sale_files.kind import SALES
from portfolios.services import SaleDetails
from tenants.permissions import Permission
from tenants.rest.fields import DayField, RowField, StrictSerializer, money
from tenants.rest.keyed import KeyedViewSet
from tenants.rest.viewsets import now

EDITED = ("date", "amount", "kind", "portfolio", "description")


class SaleSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients)
    typology = serializers.IntegerField(
        source="typology.position", min_value=1, max_value=MOST_TYPOLOGIES, required=False, help_text="Left out: 1."
    )
    portfolio = RowField(lambda member: Portfolio.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(
        choices=SaleKind.choices, required=False, help_text="Left out: subscription; of a negative amount refund."
    )
    date = DayField()
    amount = money(help_text="A refund is stored negative, however its amount is given.")
    description = serializers.CharField(max_length=200, allow_blank=True, required=False)
    external_source = serializers.CharField(max_length=50, allow_blank=True, required=False)
    external_id = serializers.CharField(max_length=100, allow_blank=True, required=False)
    reversed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    reversal_reason = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class ReversalSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class SaleFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    typology = filters.NumberFilter(field_name="typology__position")
    portfolio = filters.NumberFilter(field_name="portfolio_id")
    kind = filters.ChoiceFilter(choices=SaleKind.choices)
    date_from = filters.DateFilter(field_name="date", lookup_expr="gte")
    date_to = filters.DateFilter(field_name="date", lookup_expr="lte")
    reversed = filters.BooleanFilter(field_name="reversed_at", lookup_expr="isnull", exclude=True)
    import_job = filters.NumberFilter(field_name="import_job_id")
    external_source = filters.CharFilter()
    external_id = filters.CharFilter()


class SaleViewSet(KeyedViewSet):
    """Sales are entered, corrected and reversed, never deleted; the client's measures follow at once."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "create": Permission.ENTER_SALES,
        "partial_update": Permission.ENTER_SALES,
        "bulk": Permission.ENTER_SALES,
        "by_external_id": Permission.ENTER_SALES,
        "reverse": Permission.ENTER_SALES,
        "restore": Permission.ENTER_SALES,
        "import_file": Permission.ENTER_SALES,
    }
    serializer_class = SaleSerializer
    searched = ("description",)
    filter_class = SaleFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "date": "date", "amount": "amount", "updated_at": "updated_at"}
    usual_ordering = "-date"
    has_updates = True

    def get_queryset(self) -> QuerySet[Sale]:
        return queries.visible_sales(self.member)

    @extend_schema(request=ReversalSerializer, responses=SaleSerializer)
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """It stays in the ledger and counts no more."""
        reason = self.read_body(serializer=ReversalSerializer)["reason"]
        sale = services.reverse_sale(self.checked(self.get_object()), reason=reason, by=self.member, at=now())
        return self.answer(self._again(sale))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take a reversal back."""
        return self.answer(self._again(services.restore_sale(self.get_object(), by=self.member, at=now())))

    @extend_schema(request=HandedInSerializer, responses={201: FileReportSerializer, 202: FileReportSerializer})
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        parser_classes=(JSONParser, MultiPartParser),
    )
    def import_file(self, request: Request) -> Response:
        """A CSV or spreadsheet of sales: what can be read enters, the rest is told row by row."""
        body = self.read_body(serializer=HandedInSerializer)
        return imported(body, SALES, usual_name="sales.csv", by=self.member)

    def enter(self, item: Any) -> tuple[Sale, bool]:
        values = self.read(item)
        position = values.pop("typology", {}).get("position", 1)
        details = SaleDetails(typology=Typology.objects.get(position=position), **values)
        return self._again(services.enter_sale(details, by=self.member, at=now())), True

    def correct(self, row: Sale, values: dict[str, Any]) -> Sale:
        """Client, typology and key stay."""
        given = {name: values[name] for name in EDITED if name in values}
        version = self.seen_version(row)
        return self._again(services.correct_sale(row, given, by=self.member, at=now(), version=version))

    def _again(self, sale: Sale) -> Sale:
        found: Sale = Sale.objects.select_related("typology").get(pk=sale.pk)
        return found
