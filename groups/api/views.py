"""REST: viste, whom they show, and the counts and sums by which they are grouped (SIS-15)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.catalogue import fields
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.grouping import Grouped, field_named, read_grouped
from clients.models import Client
from clients.queries import visible_clients
from clients.refused_filters import named_faults
from groups import queries, services
from groups.api.groups import MemberSerializer
from groups.enums import ViewLayout
from groups.models import View
from groups.queries.views import shown_by
from groups.services import ViewDetails
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import now

VIEWED = (
    "list",
    "retrieve",
    "create",
    "partial_update",
    "bulk",
    "destroy",
    "duplicate",
    "clients",
    "groups",
    "default",
)


class ViewSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(allow_blank=True, required=False, max_length=1_000)
    filter = serializers.JSONField(required=False, allow_null=True, help_text="null: all clients.")
    parameters = serializers.DictField(
        child=serializers.CharField(max_length=100),
        required=False,
        help_text="Plain parameters of the client list that the filter language does not know: group, due.",
    )
    columns = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=40)
    ordering = serializers.CharField(allow_blank=True, required=False, max_length=100, help_text="As in `-aum`.")
    grouping = serializers.CharField(allow_blank=True, required=False, max_length=100)
    layout = serializers.ChoiceField(choices=ViewLayout.choices, required=False)
    is_shared = serializers.BooleanField(required=False)
    is_supplied = serializers.BooleanField(read_only=True, help_text="true: can be copied, not changed.")
    is_default = serializers.BooleanField(read_only=True, help_text="The caller's client list begins with it.")
    owner = member_field(read_only=True, allow_null=True)
    problem = serializers.CharField(read_only=True, help_text="Why the filter can no longer be used.")
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class PartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    count = serializers.IntegerField()
    sums = serializers.DictField(child=serializers.CharField(allow_null=True), help_text="By column, as decimals.")
    filter = serializers.JSONField(allow_null=True, help_text="Leads to these clients; null for all other values.")


class GroupedSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    count = serializers.IntegerField(help_text="Of clients: one with several values counts with each of them.")
    sums = serializers.DictField(child=serializers.CharField(allow_null=True), help_text="By column, as decimals.")
    groups = PartSerializer(many=True)


class ViewFilters(filters.FilterSet):
    is_shared = filters.BooleanFilter()


class ViewViewSet(DeletableViewSet):
    """Viste: the caller's own, those that are shared, and the supplied ones."""

    permissions = dict.fromkeys(VIEWED, Permission.VIEW_CLIENTS)
    serializer_class = ViewSerializer
    filter_class = ViewFilters
    orderings = {"id": "pk", "name": "name", "position": "position", "updated_at": "updated_at"}
    searched = ("name", "description")
    usual_ordering = "position"
    sublists = {"clients": listing.Sublist(orderings={"name": "name_key", "id": "pk"}, usual_ordering="name")}
    has_updates = True

    def get_queryset(self) -> QuerySet[View]:
        return queries.views_of(self.member)

    def represent(self, rows: list[Any]) -> list[dict[str, Any]]:
        default = queries.default_view(self.member)
        for row in rows:
            row.problem, row.is_default = queries.problem_of_view(row), row.pk == default
        return super().represent(rows)

    def add(self, values: dict[str, Any]) -> View:
        _named_faults(values)
        return services.create_view(ViewDetails(**values), by=self.member)

    def change(self, row: View, values: dict[str, Any]) -> View:
        _named_faults(values)
        details = services.details_of(row, **values)
        return services.edit_view(row, details, by=self.member, version=self.seen_version(row))

    def remove(self, row: View) -> None:
        services.delete_view(row, by=self.member)

    @extend_schema(request=None, responses={201: ViewSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """A copy of the caller's own, to be changed."""
        return self.answer(services.duplicate_view(self.get_object(), by=self.member), status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ViewSerializer)
    @action(detail=True, methods=["post"])
    def default(self, request: Request, pk: str) -> Response:
        """The caller's client list begins with it."""
        view = self.get_object()
        services.set_default_view(view, by=self.member)
        return self.answer(view)

    @extend_schema(responses=MemberSerializer(many=True))
    @action(detail=True, methods=["get"])
    def clients(self, request: Request, pk: str) -> Response:
        """Whom it shows at this moment, of the clients whom the caller sees."""
        return self.subpage(self._clients(self.get_object()), _named)

    @extend_schema(parameters=[OpenApiParameter("by", str)], responses=GroupedSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def groups(self, request: Request, pk: str) -> Response:
        """Counts by the values of a field (the vista's own, or `by`), and the sums of its numeric columns."""
        listing.refuse_unknown(request, {"by"})
        view = self.get_object()
        field = field_named(request.query_params.get("by") or view.grouping)
        if field is None:
            raise refusal("by", "not_groupable", _("A list cannot be grouped by this."))
        columns = [fields()[name] for name in view.columns if name in fields()]
        return Response(_told(read_grouped(self._clients(view), field, columns, today=self._today())))

    def _clients(self, view: View) -> QuerySet[Client]:
        return visible_clients(self.member).filter(shown_by(view, today=self._today()))

    def _today(self) -> Any:
        return local_today(self.firm, at=now())


def _named_faults(values: dict[str, Any]) -> None:
    """The filter, refused with the path of each fault."""
    try:
        if values.get("filter"):
            parse(values["filter"], fields())
    except FilterInvalid as invalid:
        raise named_faults(invalid) from None


def _named(clients: Any) -> list[dict[str, Any]]:
    return [{"id": client.pk, "name": client.name} for client in clients]


def _told(grouped: Grouped) -> dict[str, Any]:
    names = [field.name for field in grouped.summed]
    return {
        "field": grouped.field.name,
        "count": grouped.total,
        "sums": _written(names, grouped.sums),
        "groups": [
            {
                "name": part.label,
                "count": part.number,
                "sums": _written(names, part.sums),
                "filter": part.document,
            }
            for part in grouped.parts
        ],
    }


def _written(names: list[str], sums: tuple[Decimal | None, ...]) -> dict[str, str | None]:
    return {name: None if total is None else f"{total:f}" for name, total in zip(names, sums, strict=True)}
