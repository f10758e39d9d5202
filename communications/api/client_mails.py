"""REST: mails to one client by hand."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from clients.queries import visible_attachments, visible_clients
from clients.selecting import BY_CLIENT
from communications import queries, services
from communications.enums import MailState
from communications.models import ClientMail
from communications.models.templates import LONGEST_TEXT
from tenants.permissions import Permission
from tenants.rest.fields import RowField, RowsField, StrictSerializer
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class ClientMailSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients)
    at = serializers.DateTimeField(read_only=True)
    recipient = serializers.EmailField(max_length=254, help_text="One of the client's addresses.")
    subject = serializers.CharField(max_length=300)
    text = serializers.CharField(max_length=LONGEST_TEXT, help_text="Markdown; placeholders as in templates.")
    copy_to_me = serializers.BooleanField(write_only=True, required=False)
    attachments = RowsField(
        visible_attachments, most=10, required=False, write_only=True, help_text="Attachments of this client."
    )
    bcc = serializers.CharField(read_only=True)
    files = serializers.SerializerMethodField(help_text="The ids of the attachments that went with it.")
    state = serializers.ChoiceField(choices=MailState.choices, source="outgoing.state", read_only=True)
    message_id = serializers.CharField(source="outgoing.message_id", read_only=True)
    sent_by = serializers.IntegerField(source="sent_by_id", read_only=True, allow_null=True)

    def get_files(self, mail: ClientMail) -> list[int]:
        return [each.attachment_id for each in mail.files.all()]


class ClientMailFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    state = filters.ChoiceFilter(field_name="outgoing__state", choices=MailState.choices)


class ClientMailViewSet(FirmViewSet):
    """Mails by hand: at least once, each with a Message-ID that stays."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "create": Permission.EDIT_CLIENTS,
        "cancel": Permission.EDIT_CLIENTS,
    }
    serializer_class = ClientMailSerializer
    filter_class = ClientMailFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[ClientMail]:
        return queries.visible_client_mails(self.member)

    def create(self, request: Request) -> Response:
        values = dict(self.read_body())
        client: Client = values.pop("client")
        attachments = values.pop("attachments", [])
        if any(each.client_id != client.pk for each in attachments):
            raise refusal("attachments", "of_another_client", "Attachments of this client only.")
        new = services.NewClientMail(attachments=attachments, **values)
        return self.answer(services.send_client_mail(client, new, by=self.member, at=now()), status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call back what has not left yet."""
        services.cancel_client_mail(self.get_object(), by=self.member)
        return self.answer(self.get_object())
