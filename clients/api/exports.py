"""REST: exports of clients, as jobs."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients import tasks
from clients.enums import ExportFormat, ExportScope, ExportState
from clients.exports import progress, queries, services
from clients.exports.writers import WRITERS, as_attachment
from clients.listing import chosen_columns
from clients.models import Client, ExportJob
from clients.parameters import parameters
from clients.queries import search_clients, visible_clients
from clients.refused_filters import condition_of
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet
from web.documents import read_json

# For the schema: each kind of file under the type that it is sent as.
FILES: Any = {
    (200, each.content_type.partition(";")[0]): OpenApiResponse(
        OpenApiTypes.ANY if each.suffix == "json" else OpenApiTypes.BINARY, description="The file."
    )
    for each in WRITERS.values()
}


class ExportSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    format = serializers.ChoiceField(choices=ExportFormat.choices)
    scope = serializers.ChoiceField(choices=ExportScope.choices, required=False, default=ExportScope.ALL)
    columns = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        help_text="Names of the catalogue, for the scope list; without them the caller's own list.",
    )
    filter = serializers.JSONField(write_only=True, required=False, help_text="The filter language.")
    group = serializers.CharField(write_only=True, required=False, max_length=20)
    search = serializers.CharField(write_only=True, required=False, max_length=200)
    ordering = serializers.CharField(write_only=True, required=False, max_length=100, default="name")
    state = serializers.ChoiceField(choices=ExportState.choices, read_only=True)
    total = serializers.IntegerField(read_only=True)
    handled = serializers.IntegerField(read_only=True, help_text="How many of them stand in the file so far.")
    size = serializers.IntegerField(read_only=True)
    failure = serializers.CharField(read_only=True)
    by = member_field(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ExportViewSet(FirmViewSet):
    """Files of clients that the caller has asked for; each is kept for three days."""

    permissions = dict.fromkeys(("list", "retrieve", "create", "file", "cancel"), Permission.EXPORT_CLIENTS)
    serializer_class = ExportSerializer
    orderings = {"id": "pk", "created_at": "created_at"}
    usual_ordering = "-id"

    def get_queryset(self) -> QuerySet[ExportJob]:
        return queries.exports_of(self.member)

    def represent(self, rows: list[ExportJob]) -> list[dict[str, Any]]:
        progress.look_at(rows)
        return super().represent(rows)

    @extend_schema(responses={202: ExportSerializer})
    def create(self, request: Request) -> Response:
        values = self.read_body()
        job = services.ask_for_export(
            self._clients(values),
            format=ExportFormat(values["format"]),
            scope=ExportScope(values["scope"]),
            columns=values.get("columns") or [column.field.name for column in chosen_columns(self.member)],
            ordering=values["ordering"],
            by=self.member,
        )
        tasks.ring_export(job)
        return self.answer(job, status.HTTP_202_ACCEPTED)

    @extend_schema(responses=FILES)
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> Response:
        """The finished file."""
        try:
            file, kind = services.opened(self.get_object())
        except ValidationError:
            raise refusal("state", "not_ready", _("This file is not kept any more, or not ready yet.")) from None
        headers = as_attachment(f"clients.{kind.suffix}")
        with file:
            answer = HttpResponse(file.read(), content_type=kind.content_type, headers=headers)
        return cast("Response", answer)

    @extend_schema(request=None, responses={202: ExportSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it; of a file that is not finished nothing stays."""
        job = self.get_object()
        services.cancel(job)
        return self.answer(job, status.HTTP_202_ACCEPTED)

    def _clients(self, values: dict[str, Any]) -> QuerySet[Client]:
        rows, today = visible_clients(self.member), local_today(self.firm)
        if values.get("filter"):
            rows = rows.filter(condition_of(_document(values["filter"]), today=today))
        if values.get("group"):
            rows = rows.filter(parameters()["group"].condition(values["group"], today))
        return search_clients(rows, values["search"]) if values.get("search") else rows


def _document(given: Any) -> Any:
    """A filter may come as text, as it does in addresses."""
    try:
        return read_json(given) if isinstance(given, str) else given
    except ValueError:
        raise refusal("filter", "not_json", _("The filter is not JSON.")) from None
