"""REST: to whom the firm writes: settings, enablement of one client, addresses that are left in peace."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client, Email
from clients.queries import visible_clients
from communications import queries, services
from communications.addresses import is_suppressed, reachable
from communications.enums import SuppressionReason
from communications.models import MailSettings, Suppression
from tenants.permissions import Permission
from tenants.rest.fields import LARGEST_ID, StrictSerializer
from tenants.rest.many import ManyViewSet
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet, digest, now

NAMES = tuple(services.SendingDetails.__dataclass_fields__)


class MailSettingsSerializer(StrictSerializer):
    sender_name = serializers.CharField(max_length=100, allow_blank=True, required=False)
    reply_to = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    pressure_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    per_minute = serializers.IntegerField(min_value=0, max_value=6_000, required=False)
    begun_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="null: nobody has begun yet.")


class MailStandingSerializer(serializers.Serializer[Any]):
    """Of the active clients whom the caller sees."""

    enabled = serializers.IntegerField()
    disabled = serializers.IntegerField()
    not_configured = serializers.IntegerField()
    to_choose = serializers.IntegerField(help_text="Several addresses, none chosen.")
    without_address = serializers.IntegerField()


class MailSettingsViewSet(FirmViewSet):
    """``mail-settings/``: one for the firm."""

    permissions = {
        "retrieve": ANY_MEMBER,
        "partial_update": Permission.CONFIGURE,
        "begin": Permission.CONFIGURE,
        "standing": Permission.VIEW_CLIENTS,
    }
    serializer_class = MailSettingsSerializer

    def get_queryset(self) -> QuerySet[MailSettings]:
        found: QuerySet[MailSettings] = MailSettings.objects.all()
        return found

    def get_object(self) -> MailSettings:
        return queries.mail_settings()

    def partial_update(self, request: Request) -> Response:
        found = self.checked(self.get_object())
        values: dict[str, Any] = {name: getattr(found, name) for name in NAMES} | self.read_body(partial=True)
        return self.answer(services.edit_settings(services.SendingDetails(**values), by=self.member))

    @extend_schema(request=None)
    def begin(self, request: Request) -> Response:
        """Enable every client who is active now, once (SIS-24)."""
        services.begin(by=self.member, at=now())
        return self.answer(self.get_object())

    @extend_schema(responses=MailStandingSerializer)
    def standing(self, request: Request) -> Response:
        """How many clients can be written to, and what the others lack."""
        return Response(MailStandingSerializer(queries.standing(self.member)).data)


class EnablementSerializer(StrictSerializer):
    enabled = serializers.BooleanField(allow_null=True, required=False, help_text="null: not configured.")
    address = serializers.EmailField(
        allow_blank=True, required=False, help_text="Where communications go; given, it chooses among the client's."
    )
    must_choose = serializers.BooleanField(read_only=True, help_text="true: several addresses, none chosen.")
    suppressed = serializers.BooleanField(read_only=True)


class EnablementViewSet(FirmViewSet):
    """``clients/{id}/email-enablement/``."""

    permissions = {"retrieve": Permission.VIEW_CLIENTS, "partial_update": Permission.EDIT_CLIENTS}
    serializer_class = EnablementSerializer

    def get_queryset(self) -> QuerySet[Client]:
        return visible_clients(self.member).select_related("mail_enablement").prefetch_related("emails")

    def represent(self, rows: list[Client]) -> list[dict[str, Any]]:
        return [_standing_of(client) for client in rows]

    def partial_update(self, request: Request, pk: str) -> Response:
        client, said = self.held(self.get_object()), self.read_body(partial=True)
        self.require_tag(self.tag_of(client))
        if said.get("enabled") is not None:
            services.enable_client(client, said["enabled"], by=self.member, at=now())
        if said.get("address"):
            chosen = Email.objects.filter(client=client, address__iexact=said["address"]).first() or Email()
            services.choose_address(client, chosen, by=self.member, at=now())
        return self.answer(self.get_object())

    def tag_of(self, row: Client) -> str:
        """Of what is shown: the client's version does not know of it."""
        return digest(self.represent([row]))

    def get_object(self) -> Client:
        pk = int(self.kwargs["pk"])
        client = self.get_queryset().filter(pk=pk).first() if pk <= LARGEST_ID else None
        if client is None:
            raise Http404
        return client


def _standing_of(client: Client) -> dict[str, Any]:
    found = reachable(client.emails.all())
    return {
        "enabled": getattr(getattr(client, "mail_enablement", None), "enabled", None),
        "address": found.address,
        "must_choose": found.has_to_choose,
        "suppressed": bool(found.address) and is_suppressed(found.address),
    }


class SuppressionSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    address = serializers.EmailField(max_length=254, help_text="Empty where the person was erased.")
    reason = serializers.ChoiceField(choices=SuppressionReason.choices, read_only=True)
    note = serializers.CharField(max_length=300, allow_blank=True, required=False)
    at = serializers.DateTimeField(read_only=True)


class SuppressionFilters(filters.FilterSet):
    reason = filters.ChoiceFilter(choices=SuppressionReason.choices)


class SuppressionViewSet(ManyViewSet):
    """Addresses to which no communication goes."""

    permissions = {
        "list": Permission.CONFIGURE,
        "retrieve": Permission.CONFIGURE,
        "create": Permission.CONFIGURE,
        "bulk": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
    }
    serializer_class = SuppressionSerializer
    filter_class = SuppressionFilters
    orderings = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[Suppression]:
        return queries.suppressions()

    def create(self, request: Request) -> Response:
        return self.answer(self._add(self.read_body()), status.HTTP_201_CREATED)

    def enter(self, item: Any) -> tuple[Suppression, bool]:
        return self._add(self.read(item)), True

    def _add(self, said: dict[str, Any]) -> Suppression:
        return services.enter_suppression(said["address"], note=said.get("note", ""), by=self.member, at=now())

    def destroy(self, request: Request, pk: str) -> Response:
        """It may be written to again."""
        services.lift_suppression(self.checked(self.get_object()), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
