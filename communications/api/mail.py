"""REST: the outbox, for who configures."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from communications import queries, services
from communications.enums import MailState, Promise
from communications.models import OutgoingMail
from communications.retention import kept_until
from tenants.permissions import Permission
from tenants.rest.viewsets import FirmViewSet, now


class MailSerializer(serializers.Serializer[Any]):
    """One message to one address; its text stays inside."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    recipient = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=MailState.choices)
    promise = serializers.ChoiceField(choices=Promise.choices)
    attempts = serializers.IntegerField()
    posted_at = serializers.DateTimeField()
    available_at = serializers.DateTimeField(help_text="When it may be tried next.")
    sent_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(help_text="What the server, or the way to it, said last.")
    kept_until = serializers.SerializerMethodField(
        help_text="When the night deletes it; null while it is kept as proof, or waits for something."
    )

    def get_kept_until(self, mail: OutgoingMail) -> date | None:
        return kept_until(mail)


class MailFilters(filters.FilterSet):
    state = filters.ChoiceFilter(choices=MailState.choices)
    kind = filters.CharFilter(field_name="kind", max_length=40)


class MailViewSet(FirmViewSet):
    """What waits, what was sent, what is stuck and why."""

    permissions = {
        "list": Permission.CONFIGURE,
        "retrieve": Permission.CONFIGURE,
        "send_again": Permission.CONFIGURE,
        "settle": Permission.CONFIGURE,
        "cancel": Permission.CONFIGURE,
    }
    serializer_class = MailSerializer
    filter_class = MailFilters
    orderings = {"id": "pk", "posted_at": "posted_at"}
    usual_ordering = "-posted_at"

    def get_queryset(self) -> QuerySet[OutgoingMail]:
        return queries.outgoing_mails()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request: Request, pk: str) -> Response:
        """Put back what is stuck or was cancelled; it may arrive twice, under one Message-ID."""
        return self.answer(services.send_again(self.get_object(), by=self.member, at=now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """An uncertain one did arrive."""
        return self.answer(services.settle(self.get_object(), by=self.member, at=now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take out what waits or is stuck; what is being sent at this moment, or was, cannot be called back."""
        return self.answer(services.cancel(self.get_object(), by=self.member, at=now()))
