"""REST: services proposed to clients."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients.imports.handed_in import FileReportSerializer, HandedInSerializer, imported
from clients.models import Client
from clients.queries import visible_clients
from clients.selecting import BY_CLIENT
from communications import queries, services
from communications.enums import ENDED, OpportunityState
from communications.models import ClientOpportunity
from communications.models.opportunities import LONGEST_NOTE
from communications.opportunity_files.kind import OPPORTUNITIES
from tenants.permissions import Permission
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import LARGEST_ID, DayField, RowField, StrictSerializer, member_field
from tenants.rest.keyed import BY_KEY
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class ClientOpportunitySerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients)
    opportunity = RowField(lambda member: queries.services())
    state = serializers.ChoiceField(choices=OpportunityState.choices, read_only=True)
    notes = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, required=False)
    outcome_note = serializers.CharField(read_only=True)
    opened_at = serializers.DateTimeField(read_only=True)
    opened_by = member_field(read_only=True, allow_null=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    closed_by = member_field(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    external_source = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class EndingSerializer(StrictSerializer):
    state = serializers.ChoiceField(choices=[(state.value, state.label) for state in ENDED])
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, required=False)
    on = DayField(required=False, allow_null=True, help_text="The day on which it ended, if not today.")


class KeyedOpportunitySerializer(StrictSerializer):
    """All that another system knows of a proposal; its key is in the address."""

    client = RowField(visible_clients)
    opportunity = RowField(lambda member: queries.services())
    state = serializers.ChoiceField(choices=OpportunityState.choices, default=OpportunityState.OPEN)
    notes = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")
    outcome_note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")
    opened_at = serializers.DateTimeField(required=False)
    closed_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class OpportunityFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    opportunity = filters.NumberFilter(field_name="opportunity_id")
    state = filters.ChoiceFilter(choices=OpportunityState.choices)
    open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")
    external_source = filters.CharFilter()
    external_id = filters.CharFilter()


class ClientOpportunityViewSet(DeletableViewSet):
    """What was proposed to whom, and how it ended; one open per client and service (O-46)."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "create": Permission.EDIT_CLIENTS,
        "bulk": Permission.EDIT_CLIENTS,
        "partial_update": Permission.EDIT_CLIENTS,
        "destroy": Permission.EDIT_CLIENTS,
        "close": Permission.EDIT_CLIENTS,
        "reopen": Permission.EDIT_CLIENTS,
        "by_external_id": Permission.EDIT_CLIENTS,
        "import_file": Permission.IMPORT_CLIENTS,
    }
    serializer_class = ClientOpportunitySerializer
    filter_class = OpportunityFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "opened_at": "opened_at", "updated_at": "updated_at"}
    usual_ordering = "-opened_at"
    has_updates = True

    def get_queryset(self) -> QuerySet[ClientOpportunity]:
        return queries.visible_opportunities(self.member)

    def add(self, values: dict[str, Any]) -> ClientOpportunity:
        return services.open_opportunity(
            values["client"], values["opportunity"], notes=values.get("notes", ""), by=self.member, at=now()
        )

    def change(self, row: ClientOpportunity, values: dict[str, Any]) -> ClientOpportunity:
        for name in ("client", "opportunity"):
            if values.pop(name, getattr(row, name)) != getattr(row, name):
                raise refusal(name, "not_changeable", _("A proposal stays with its client and its service."))
        notes = values.get("notes", row.notes)
        return services.annotate_opportunity(row, notes=notes, by=self.member, version=self.seen_version(row))

    def remove(self, row: ClientOpportunity) -> None:
        services.delete_opportunity(row, by=self.member)

    @extend_schema(request=EndingSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        said = self.read_body(serializer=EndingSerializer)
        ending = services.Ending(state=OpportunityState(said["state"]), note=said.get("note", ""), on=said.get("on"))
        return self.answer(services.close_opportunity(row, ending, by=self.member, at=now()))

    @extend_schema(request=KeyedOpportunitySerializer, responses=ClientOpportunitySerializer)
    @action(detail=False, methods=["put"], url_path=BY_KEY, url_name="by-external-id")
    def by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        """Enter the proposal with this key, open or closed already, or bring it up to date."""
        said = self.read_body(serializer=KeyedOpportunitySerializer)
        key: dict[str, Any] = {"external_source": source, "external_id": external_id}
        known = self.get_queryset().filter(**key).first()
        opened_at = said.pop("opened_at", None) or (known.opened_at if known else now())
        entry = services.NewOpportunity(client_id=said.pop("client").pk, opened_at=opened_at, **said, **key)
        return self.answer(services.enter_opportunity(entry, by=self.member))

    @extend_schema(request=HandedInSerializer, responses={201: FileReportSerializer, 202: FileReportSerializer})
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        parser_classes=(JSONParser, MultiPartParser),
    )
    def import_file(self, request: Request) -> Response:
        """A CSV or spreadsheet of client, service, state and dates: what can be read enters, the rest is told."""
        body = self.read_body(serializer=HandedInSerializer)
        return imported(body, OPPORTUNITIES, usual_name="opportunities.csv", by=self.member)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        return self.answer(services.reopen_opportunity(self.get_object(), by=self.member))


class OfAClientViewSet(FirmViewSet):
    """What was proposed to one client (SIS-39): ``clients/{id}/opportunities/``."""

    permissions = {"list": Permission.VIEW_CLIENTS}
    serializer_class = ClientOpportunitySerializer
    filter_class = OpportunityFilters
    orderings = {"id": "pk", "opened_at": "opened_at"}
    usual_ordering = "-opened_at"

    def get_queryset(self) -> QuerySet[ClientOpportunity]:
        pk = int(self.kwargs["pk"])
        seen = visible_clients(self.member).filter(pk=pk) if pk <= LARGEST_ID else Client.objects.none()
        if not seen.exists():
            raise Http404
        return queries.visible_opportunities(self.member).filter(client=pk)
