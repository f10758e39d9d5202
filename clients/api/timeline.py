"""REST: the time line of a client or company."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.api.notes import OfClient
from clients.models import Note
from clients.timeline.reading import When, Wish, events
from clients.timeline.sources import sources
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import StrictSerializer, money
from tenants.rest.problems import refusal
from tenants.rest.viewsets import now


class FileOfEventSerializer(StrictSerializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField()


@extend_schema_serializer(component_name="TimelineEvent")
class EventSerializer(StrictSerializer):
    kind = serializers.CharField(help_text="note, status, management, appointment, task, call …")
    id = serializers.IntegerField(help_text="Of the row of that kind.")
    at = serializers.DateTimeField()
    whole_day = serializers.BooleanField(help_text="The hour of at says nothing.")
    client_id = serializers.IntegerField()
    client = serializers.CharField(help_text="The name: of a company's people, whose event it is.")
    company_id = serializers.IntegerField(
        allow_null=True, help_text="The company to which the client was linked at that time."
    )
    title = serializers.CharField()
    text = serializers.CharField()
    state = serializers.CharField()
    amount = money(allow_null=True)
    by = serializers.CharField()
    assignee = serializers.CharField()
    files = FileOfEventSerializer(many=True)


class TimelineViewSet(OfClient):
    """What was, latest first; with ``when=future`` what is to come, soonest first."""

    permissions = {"list": Permission.VIEW_CLIENTS}
    serializer_class = EventSerializer

    def get_queryset(self) -> Any:
        return Note.objects.none()

    def known_parameters(self) -> set[str]:
        return {"cursor", "page_size", *self.more_parameters()}

    def more_parameters(self) -> dict[str, tuple[str, Any]]:
        return {
            "kind": ("Only these kinds, comma separated", OpenApiTypes.STR),
            "when": ("past (the usual) or future", OpenApiTypes.STR),
        }

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        client = self.client()
        listing.refuse_unknown(request, self.known_parameters())
        wanted = listing.parse(request, usual_ordering="-at")
        wish = Wish(now=now(), when=self._when(), kinds=self._kinds(), cursor=wanted.cursor, size=wanted.size)
        page: Any = events(client, wish, by=self.member)
        told: Any = EventSerializer(page.items, many=True).data
        return Response(listing.body(request, page, told, total=None))

    def _when(self) -> When:
        given = self.request.query_params.get("when", When.PAST)
        if given not in set(When):
            raise refusal("when", "invalid_choice", _("This must be past or future."))
        return When(given)

    def _kinds(self) -> Collection[str]:
        asked = [name.strip() for name in self.request.query_params.get("kind", "").split(",") if name.strip()]
        if set(asked) - sources().keys():
            raise refusal("kind", "invalid_choice", _("There is no such kind of event."))
        return asked
