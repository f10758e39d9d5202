"""REST: where changes are announced to, and what became of each announcement."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import services
from tenants.enums import DeliveryState, WebhookState
from tenants.feed.followed import followed
from tenants.models import Webhook, WebhookDelivery
from tenants.permissions import Permission
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class WebhookSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    url = serializers.CharField(max_length=500, help_text="A public address that begins with https://.")
    description = serializers.CharField(max_length=200, allow_blank=True, required=False)
    resources = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, help_text="Only these; usually all."
    )
    state = serializers.ChoiceField(choices=WebhookState.choices, required=False)
    user = member_field(source="member", read_only=True, help_text="It is told what this member may see.")
    failures = serializers.IntegerField(read_only=True, help_text="So many times in a row nobody answered.")
    paused_until = serializers.DateTimeField(read_only=True, allow_null=True)
    former_until = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Until then the former secret signs along."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True)

    def validate_resources(self, given: list[str]) -> list[str]:
        known = {name for how in followed().values() for name in (how.resources.values() or [how.resource])}
        for name in given:
            if name not in known:
                raise refusal("resources", "unknown_resource", name)
        return given


class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="Shown this once.")


class DeliverySerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    webhook = serializers.IntegerField(source="webhook_id", read_only=True)
    message_id = serializers.CharField(read_only=True)
    event = serializers.CharField(read_only=True)
    body = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=DeliveryState.choices, read_only=True)
    attempts = serializers.IntegerField(read_only=True)
    begun_at = serializers.DateTimeField(read_only=True)
    available_at = serializers.DateTimeField(read_only=True)
    status_code = serializers.IntegerField(read_only=True, allow_null=True)
    last_error = serializers.CharField(read_only=True)
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)


class DeliveryFilters(filters.FilterSet):
    webhook = filters.NumberFilter(field_name="webhook_id")
    state = filters.ChoiceFilter(choices=DeliveryState.choices)


class WebhookViewSet(DeletableViewSet):
    """Addresses that are told of changes; the secret is shown once. An administrator's matter."""

    permissions = {
        "list": Permission.CONFIGURE,
        "retrieve": Permission.CONFIGURE,
        "create": Permission.CONFIGURE,
        "bulk": Permission.CONFIGURE,
        "partial_update": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
        "ping": Permission.CONFIGURE,
        "rotate": Permission.CONFIGURE,
    }
    serializer_class = WebhookSerializer
    orderings = {"id": "pk", "created_at": "created_at"}
    searched = ("url", "description")
    has_updates = True
    # An answer that holds a secret is not kept for a second try.
    is_idempotent = False

    def get_queryset(self) -> QuerySet[Webhook]:
        rows: QuerySet[Webhook] = Webhook.objects.select_related("member")
        return rows

    def add(self, values: dict[str, Any]) -> Webhook:
        return self._made(values).row

    def _made(self, values: dict[str, Any]) -> services.NewSecret:
        given = {name: values[name] for name in ("resources", "description") if name in values}
        return services.create_webhook(values["url"], by=self.member, at=now(), **{"resources": [], **given})

    @extend_schema(responses={201: NewWebhookSerializer})
    def create(self, request: Request) -> Response:
        made = self._made(self.read_body())
        answer = self.answer(made.row, status.HTTP_201_CREATED)
        answer.data["secret"] = made.secret
        return answer

    def change(self, row: Webhook, values: dict[str, Any]) -> Webhook:
        return services.change_webhook(row, values, by=self.member, at=now())

    def remove(self, row: Webhook) -> None:
        services.delete_webhook(row, by=self.member)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, pk: str) -> Response:
        """Send a test event."""
        made = services.ping(self.get_object(), by=self.member, at=now())
        return Response(DeliverySerializer(made).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=NewWebhookSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """A new secret, shown this once; the former one signs along for a day."""
        made = services.renew_secret(self.get_object(), by=self.member, at=now())
        answer = self.answer(made.row)
        answer.data["secret"] = made.secret
        return answer


class DeliveryViewSet(FirmViewSet):
    """The log of the last thirty days, latest first; without what the other side answered."""

    permissions = {
        "list": Permission.CONFIGURE,
        "retrieve": Permission.CONFIGURE,
        "replay": Permission.CONFIGURE,
    }
    serializer_class = DeliverySerializer
    filter_class = DeliveryFilters
    orderings = {"id": "pk"}
    usual_ordering = "-id"

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        rows: QuerySet[WebhookDelivery] = WebhookDelivery.objects.all()
        return rows

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send it again, under the same id."""
        row = services.send_again(self.get_object(), at=now())
        return Response(DeliverySerializer(row).data, status.HTTP_202_ACCEPTED)


RESOURCES: dict[str, type[Any]] = {"webhooks": WebhookViewSet, "webhook-deliveries": DeliveryViewSet}
