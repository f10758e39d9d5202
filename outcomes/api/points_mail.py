"""REST: the Monday mail (IFY-46, IFY-47): ``points-mail/``, and sending last week's at once."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from outcomes.models import PointsMail
from outcomes.queries.points_mail import next_points_mail, points_mail
from outcomes.services.points_mail import MOST_ADDRESSES, configure_points_mail, send_points_mail
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import FirmViewSet, now


class PointsMailSerializer(StrictSerializer):
    automatic = serializers.BooleanField(required=False, help_text="Sent every Monday.")
    addresses = serializers.ListField(
        child=serializers.CharField(max_length=254, allow_blank=True), max_length=10 * MOST_ADDRESSES, required=False
    )
    next_on = serializers.DateField(read_only=True, allow_null=True, help_text="When it is sent next.")


class SendingSerializer(StrictSerializer):
    to = serializers.ChoiceField(choices=[("me", "me"), ("all", "all")])


class PostedSerializer(serializers.Serializer[Any]):
    posted = serializers.IntegerField(help_text="How many went into the outbox.")


class PointsMailViewSet(FirmViewSet):
    permissions = {
        "retrieve": Permission.CONFIGURE,
        "partial_update": Permission.CONFIGURE,
        "send": Permission.CONFIGURE,
    }
    serializer_class = PointsMailSerializer

    def get_queryset(self) -> Any:
        return PointsMail.objects.all()

    def get_object(self) -> PointsMail:
        found = points_mail() or PointsMail(automatic=True, addresses=[])
        found.next_on = next_points_mail(found, today=local_today(self.firm))  # type: ignore[attr-defined]
        return found

    def partial_update(self, request: Request) -> Response:
        """From the next Monday on."""
        found = self.checked(self.get_object())
        known: dict[str, Any] = {"automatic": found.automatic, "addresses": found.addresses}
        configure_points_mail(**known | self.read_body(partial=True), by=self.member, at=now())
        return self.answer(self.get_object())

    @extend_schema(request=SendingSerializer, responses={202: PostedSerializer})
    def send(self, request: Request) -> Response:
        """Last week's points at once: to the caller's own address as a test, or to all addresses."""
        to_all = self.read_body(serializer=SendingSerializer)["to"] == "all"
        posted = send_points_mail(to_all=to_all, by=self.member, at=now())
        return Response({"posted": posted}, status.HTTP_202_ACCEPTED)
