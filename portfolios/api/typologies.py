"""REST: typologies with scale and thresholds, the portfolios in them, the register of subjects."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.enums import Tone
from portfolios import services
from portfolios.api.history import drift_answer, drift_schema, heat_answer, heat_schema
from portfolios.enums import Scale, SubjectKind
from portfolios.models import Portfolio, Subject, Typology
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.editing import CONFIGURED, DeletableViewSet, EditableViewSet
from tenants.rest.fields import RowField, StrictSerializer, member_field, money
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet, now


class TypologySerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    position = serializers.IntegerField(read_only=True, help_text="1 to 10; there is never an eleventh.")
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=5_000, allow_blank=True, required=False)
    active = serializers.BooleanField(required=False)
    scale = serializers.ChoiceField(choices=Scale.choices, help_text="Another scale needs all thresholds anew.")
    recency_thresholds = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=2**31 - 1), max_length=4, help_text="Days, increasing."
    )
    frequency_thresholds = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=2**31 - 1), max_length=4
    )
    monetary_thresholds = serializers.ListField(child=money(), max_length=4)
    potentiality_thresholds = serializers.ListField(child=money(), max_length=4)
    palette = serializers.ListField(
        child=serializers.CharField(max_length=10), max_length=5, help_text="Tones, from the worst level to the best."
    )
    is_automatic = serializers.BooleanField(read_only=True, help_text="Computed from sales: from the first one on.")
    scored_on = serializers.DateField(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class PortfolioSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    typology = RowField(lambda member: Typology.objects.all())
    name = serializers.CharField(max_length=100)
    colour = serializers.ChoiceField(choices=Tone.choices, required=False)
    active = serializers.BooleanField(required=False)
    is_default = serializers.BooleanField(required=False, help_text="true: clients get it for whom none is named.")
    version = serializers.IntegerField(read_only=True)


class SubjectSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=SubjectKind.choices)
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=100)
    member = member_field(required=False, allow_null=True)
    active = serializers.BooleanField(required=False)
    version = serializers.IntegerField(read_only=True)


class ActiveFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class PortfolioFilters(ActiveFilters):
    typology = filters.NumberFilter(field_name="typology_id")


class SubjectFilters(ActiveFilters):
    kind = filters.ChoiceFilter(choices=SubjectKind.choices)


class TypologyViewSet(FirmViewSet):
    """The firm's ten typologies (GAT-01): changed and activated, never added or deleted."""

    permissions = {
        "list": ANY_MEMBER,
        "retrieve": ANY_MEMBER,
        "partial_update": Permission.CONFIGURE,
        "heat_map": Permission.VIEW_CLIENTS,
        "drift": Permission.VIEW_CLIENTS,
    }
    serializer_class = TypologySerializer
    sublists = {"heat_map": listing.WHOLE, "drift": listing.Sublist(frozenset({"measure"}))}
    filter_class = ActiveFilters
    orderings = {"id": "pk", "position": "position", "name": "name"}
    searched = ("name", "description")
    usual_ordering = "position"
    has_updates = True

    def get_queryset(self) -> QuerySet[Typology]:
        return Typology.objects.all()

    def partial_update(self, request: Request, pk: str) -> Response:
        typology = self.checked(self.get_object())
        values: Any = self.read_body(partial=True)
        active, seen = values.pop("active", typology.active), self.seen_version(typology)
        if values:
            typology = services.edit_typology(typology, values, by=self.member, at=now(), version=seen)
        if active != typology.active:
            change = services.activate_typology if active else services.deactivate_typology
            typology = change(typology, by=self.member, at=now())
        return self.answer(Typology.objects.get(pk=typology.pk))

    @heat_schema
    @action(detail=True, methods=["get"], url_path="heat-map")
    def heat_map(self, request: Request, pk: str) -> Response:
        """Clients by the level of Recency and of Frequency, with the Monetary of the year."""
        return heat_answer(self.member, self.get_object())

    @drift_schema
    @action(detail=True, methods=["get"])
    def drift(self, request: Request, pk: str) -> Response:
        """How many clients had which level of a measure at the end of each of the last months."""
        return drift_answer(request, self.member, self.get_object())


class PortfolioViewSet(DeletableViewSet):
    """Dividers inside a typology, as many as the firm wants (GAT-07); deleted only while unused."""

    permissions = {**CONFIGURED, "heat_map": Permission.VIEW_CLIENTS, "drift": Permission.VIEW_CLIENTS}
    serializer_class = PortfolioSerializer
    sublists = {"heat_map": listing.WHOLE, "drift": listing.Sublist(frozenset({"measure"}))}
    filter_class = PortfolioFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    searched = ("name",)
    usual_ordering = "id"

    def get_queryset(self) -> QuerySet[Portfolio]:
        return Portfolio.objects.select_related("typology")

    def add(self, values: dict[str, Any]) -> Portfolio:
        given = {name: values[name] for name in ("name", "colour") if name in values}
        return self._set(services.create_portfolio(values["typology"], by=self.member, **given), values)

    def change(self, row: Portfolio, values: dict[str, Any]) -> Portfolio:
        given = {name: values[name] for name in ("name", "colour") if name in values}
        portfolio = services.edit_portfolio(row, by=self.member, version=self.seen_version(row), **given)
        return self._set(portfolio, values)

    def remove(self, row: Portfolio) -> None:
        services.delete_portfolio(row, by=self.member)

    @heat_schema
    @action(detail=True, methods=["get"], url_path="heat-map")
    def heat_map(self, request: Request, pk: str) -> Response:
        """Its clients by the level of Recency and of Frequency, with the Monetary of the year."""
        portfolio = self.get_object()
        return heat_answer(self.member, portfolio.typology, portfolio)

    @drift_schema
    @action(detail=True, methods=["get"])
    def drift(self, request: Request, pk: str) -> Response:
        """Of the clients who are in it today, how many had which level at the end of each of the last months."""
        portfolio = self.get_object()
        return drift_answer(request, self.member, portfolio.typology, portfolio)

    def _set(self, portfolio: Portfolio, values: dict[str, Any]) -> Portfolio:
        if values.get("is_default"):
            portfolio = services.set_default_portfolio(portfolio, by=self.member)
        if values.get("active", portfolio.active) != portfolio.active:
            change = services.activate_portfolio if values["active"] else services.deactivate_portfolio
            portfolio = change(portfolio, by=self.member)
        found: Portfolio = self.get_queryset().get(pk=portfolio.pk)
        return found


class SubjectViewSet(EditableViewSet):
    """Agents, operators, agencies and introducers (GAT-23): disabled, never deleted."""

    permissions = CONFIGURED
    serializer_class = SubjectSerializer
    filter_class = SubjectFilters
    orderings = {"id": "pk", "name": "name", "code": "code"}
    searched = ("name", "code")
    usual_ordering = "name"

    def get_queryset(self) -> QuerySet[Subject]:
        return Subject.objects.select_related("member")

    def add(self, values: dict[str, Any]) -> Subject:
        given = {name: values[name] for name in ("code", "name", "member") if name in values}
        return self._set(services.create_subject(values["kind"], by=self.member, **given), values)

    def change(self, row: Subject, values: dict[str, Any]) -> Subject:
        given = {name: values[name] for name in ("code", "name", "member") if name in values}
        return self._set(services.edit_subject(row, by=self.member, version=self.seen_version(row), **given), values)

    def _set(self, subject: Subject, values: dict[str, Any]) -> Subject:
        if values.get("active", subject.active) != subject.active:
            change = services.activate_subject if values["active"] else services.deactivate_subject
            subject = change(subject, by=self.member)
        return subject
