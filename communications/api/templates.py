"""REST: the texts with which the firm writes, and the frame around them."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.queries import visible_clients
from communications import previews, queries, services
from communications.enums import FrameColour, TemplateKind
from communications.models import CommunicationTemplate, MailTemplate
from communications.models.templates import LONGEST_TEXT
from communications.placeholders import placeholders
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import RowField, StrictSerializer
from tenants.rest.viewsets import ANY_MEMBER

OWN = ("name", "subject", "body", "kind", "opportunity", "active")
PARTS = ("name", "header", "opening", "closing", "footer", "colour")


class TemplateSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=TemplateKind.choices, required=False)
    name = serializers.CharField(max_length=100)
    opportunity = RowField(
        lambda member: queries.services(),
        required=False,
        allow_null=True,
        help_text="null: any service, or a circular.",
    )
    subject = serializers.CharField(max_length=300)
    body = serializers.CharField(
        max_length=LONGEST_TEXT,
        help_text='Markdown with placeholders: {{ client.first_name | default: "…" }}; what is unknown is refused.',
    )
    active = serializers.BooleanField(required=False)
    is_supplied = serializers.BooleanField(read_only=True, help_text="true: can be hidden and copied, not changed.")
    position = serializers.IntegerField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class FrameSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    header = serializers.CharField(max_length=300, required=False, allow_blank=True)
    opening = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    closing = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    footer = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    colour = serializers.ChoiceField(choices=FrameColour.choices, required=False)
    in_force = serializers.BooleanField(read_only=True, help_text="Exactly one covers every mail of the firm.")
    is_supplied = serializers.BooleanField(read_only=True, help_text="true: can be copied, not changed.")
    updated_at = serializers.DateTimeField(read_only=True)


class PlaceholderSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    group = serializers.CharField()


class WhoSerializer(StrictSerializer):
    client = serializers.IntegerField(min_value=1)


class RenderedSerializer(serializers.Serializer[Any]):
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()


class TemplateFilters(filters.FilterSet):
    active = filters.BooleanFilter()
    kind = filters.ChoiceFilter(choices=TemplateKind.choices)
    opportunity = filters.NumberFilter(field_name="opportunity_id")


class TemplateViewSet(DeletableViewSet):
    """Communication templates (Modelli di comunicazione)."""

    permissions = {
        **CONFIGURED,
        "duplicate": Permission.CONFIGURE,
        "placeholders": ANY_MEMBER,
        "preview": Permission.VIEW_CLIENTS,
    }
    serializer_class = TemplateSerializer
    filter_class = TemplateFilters
    orderings = {"id": "pk", "name": "name", "position": "position"}
    searched = ("name", "subject")
    sublists = {"placeholders": listing.WHOLE}
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[CommunicationTemplate]:
        return queries.templates()

    def add(self, values: dict[str, Any]) -> CommunicationTemplate:
        return services.create_template(_text(values), by=self.member)

    def change(self, row: CommunicationTemplate, values: dict[str, Any]) -> CommunicationTemplate:
        said: dict[str, Any] = {name: getattr(row, name) for name in OWN} | values
        return services.edit_template(row, _text(said), by=self.member)

    def remove(self, row: CommunicationTemplate) -> None:
        services.delete_template(row, by=self.member)

    @extend_schema(request=None, responses={201: TemplateSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """A copy of the firm's own, to be changed."""
        return self.answer(services.duplicate_template(self.get_object(), by=self.member), status.HTTP_201_CREATED)

    @extend_schema(responses=PlaceholderSerializer(many=True))
    @action(detail=False, methods=["get"])
    def placeholders(self, request: Request) -> Response:
        """What a template may name."""
        return Response(PlaceholderSerializer(placeholders(), many=True).data)

    @extend_schema(request=WhoSerializer, responses=RenderedSerializer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str) -> Response:
        """The mail as one client would receive it; nothing is sent."""
        template = self.get_object()
        said = WhoSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        client = get_object_or_404(visible_clients(self.member), pk=said.validated_data["client"])
        draft = previews.Draft(
            subject=template.subject, body=template.body, kind=template.kind, opportunity=template.opportunity
        )
        made = previews.written(draft, client, on=local_today(self.firm), by=self.member)
        return Response(RenderedSerializer(made).data)


class FrameViewSet(DeletableViewSet):
    """Mail-sending templates: what stands around every mail."""

    permissions = {**CONFIGURED, "duplicate": Permission.CONFIGURE, "put_in_force": Permission.CONFIGURE}
    serializer_class = FrameSerializer
    orderings = {"id": "pk", "name": "name"}
    searched = ("name",)

    def get_queryset(self) -> QuerySet[MailTemplate]:
        return queries.frames()

    def add(self, values: dict[str, Any]) -> MailTemplate:
        return services.create_frame(_frame(values), by=self.member)

    def change(self, row: MailTemplate, values: dict[str, Any]) -> MailTemplate:
        said: dict[str, Any] = {name: getattr(row, name) for name in PARTS} | values
        return services.edit_frame(row, _frame(said), by=self.member)

    def remove(self, row: MailTemplate) -> None:
        services.delete_frame(row, by=self.member)

    @extend_schema(request=None, responses={201: FrameSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """A copy of the firm's own, to be changed."""
        return self.answer(services.duplicate_frame(self.get_object(), by=self.member), status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="in-force")
    def put_in_force(self, request: Request, pk: str) -> Response:
        """It covers every mail from now on; the one that did so no longer does."""
        return self.answer(services.put_in_force(self.get_object(), by=self.member))


def _text(values: dict[str, Any]) -> services.TemplateDetails:
    kind = TemplateKind(values.get("kind") or TemplateKind.OFFER)
    return services.TemplateDetails(**{**values, "kind": kind})


def _frame(values: dict[str, Any]) -> services.FrameDetails:
    return services.FrameDetails(**{**values, "colour": FrameColour(values.get("colour") or FrameColour.BLUE)})
