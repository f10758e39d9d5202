"""REST: campaigns, their members and what came of them."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.queries import visible_clients
from clients.selecting import BY_CLIENT
from communications import queries, services
from communications.enums import CampaignResponse, CampaignState
from communications.models import Campaign, CampaignMember
from communications.models.opportunities import LONGEST_NOTE
from portfolios.models import Typology
from tenants.permissions import Permission
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import RowField, RowsField, StrictSerializer, money
from tenants.rest.viewsets import FirmViewSet, now

OWN = ("name", "starts_on", "ends_on", "state", "description", "typology", "opportunity", "cost")
MOST_AT_ONCE = 500


class CampaignSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    state = serializers.ChoiceField(choices=CampaignState.choices, required=False)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)
    typology = RowField(lambda member: Typology.objects.all(), required=False, allow_null=True)
    opportunity = RowField(
        lambda member: queries.services(), required=False, allow_null=True, help_text="The service it is about."
    )
    cost = money(required=False, allow_null=True)
    description = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    updated_at = serializers.DateTimeField(read_only=True)


class JoiningSerializer(StrictSerializer):
    clients = RowsField(visible_clients, most=MOST_AT_ONCE, help_text="Who belongs to it already stays as he is.")


class JoinedSerializer(serializers.Serializer[Any]):
    joined = serializers.IntegerField()


class ResultsSerializer(serializers.Serializer[Any]):
    members = serializers.IntegerField()
    answered = serializers.IntegerField()
    won = serializers.IntegerField()
    answers = serializers.DictField(child=serializers.IntegerField())
    proposed = serializers.IntegerField(help_text="Services proposed to members since they joined.")
    accepted = serializers.IntegerField()
    statuses = serializers.SerializerMethodField(help_text="Commercial statuses that members went into since.")
    cost_per_win = serializers.DecimalField(max_digits=15, decimal_places=2, allow_null=True)

    def get_statuses(self, results: queries.Results) -> dict[str, int]:
        return dict(results.statuses)


class CampaignMemberSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    campaign = serializers.IntegerField(source="campaign_id", read_only=True)
    client = serializers.IntegerField(source="client_id", read_only=True)
    at = serializers.DateTimeField(read_only=True)
    response = serializers.ChoiceField(choices=CampaignResponse.choices)
    responded_at = serializers.DateTimeField(read_only=True, allow_null=True)
    note = serializers.CharField(max_length=1_000, required=False, allow_blank=True)


class CampaignFilters(filters.FilterSet):
    state = filters.ChoiceFilter(choices=CampaignState.choices)


class MemberFilters(filters.FilterSet):
    campaign = filters.NumberFilter(field_name="campaign_id")
    client = filters.NumberFilter(field_name="client_id")
    response = filters.ChoiceFilter(choices=CampaignResponse.choices)


class CampaignViewSet(DeletableViewSet):
    """Campaigns (Campagne)."""

    permissions = {
        **dict.fromkeys(("list", "retrieve", "results"), Permission.VIEW_CLIENTS),
        **dict.fromkeys(("create", "bulk", "partial_update", "destroy", "join"), Permission.EDIT_CLIENTS),
    }
    serializer_class = CampaignSerializer
    filter_class = CampaignFilters
    orderings = {"id": "pk", "name": "name", "starts_on": "starts_on"}
    searched = ("name", "description")
    usual_ordering = "-starts_on"

    def get_queryset(self) -> QuerySet[Campaign]:
        return queries.campaigns()

    def add(self, values: dict[str, Any]) -> Campaign:
        return services.create_campaign(_details(values), by=self.member)

    def change(self, row: Campaign, values: dict[str, Any]) -> Campaign:
        said: dict[str, Any] = {name: getattr(row, name) for name in OWN} | values
        return services.edit_campaign(row, _details(said), by=self.member)

    def remove(self, row: Campaign) -> None:
        services.delete_campaign(row, by=self.member)

    @extend_schema(responses=ResultsSerializer)
    @action(detail=True, methods=["get"])
    def results(self, request: Request, pk: str) -> Response:
        """Among the clients whom the caller sees."""
        return Response(ResultsSerializer(queries.results_of(self.get_object(), self.member)).data)

    @extend_schema(request=JoiningSerializer, responses=JoinedSerializer)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, pk: str) -> Response:
        """These clients belong to it from now on."""
        campaign = self.get_object()
        said = JoiningSerializer(data=request.data, context={"member": self.member})
        said.is_valid(raise_exception=True)
        chosen = visible_clients(self.member).filter(pk__in=[each.pk for each in said.validated_data["clients"]])
        joined = services.add_members(campaign, chosen, by=self.member, at=now())
        return Response({"joined": len(joined)})


class CampaignMemberViewSet(FirmViewSet):
    """Who belongs to a campaign, and what he answered."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "partial_update": Permission.EDIT_CLIENTS,
        "destroy": Permission.EDIT_CLIENTS,
    }
    serializer_class = CampaignMemberSerializer
    filter_class = MemberFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[CampaignMember]:
        return queries.visible_members(self.member)

    def partial_update(self, request: Request, pk: str) -> Response:
        """The answer."""
        row: CampaignMember = self.checked(self.get_object())
        said: dict[str, Any] = {"response": row.response, "note": row.note} | self.read_body(partial=True)
        answer = services.Answer(response=CampaignResponse(said["response"]), note=said["note"])
        return self.answer(services.record_answer(row, answer, by=self.member, at=now()))

    def destroy(self, request: Request, pk: str) -> Response:
        """Put in by mistake; who has answered stays."""
        row: CampaignMember = self.checked(self.get_object())
        services.remove_members(row.campaign, [row.client_id], by=self.member)
        return Response(status=204)


def _details(values: dict[str, Any]) -> services.CampaignDetails:
    state = CampaignState(values.get("state") or CampaignState.PLANNED)
    return services.CampaignDetails(**{**values, "state": state})
