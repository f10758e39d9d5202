"""REST: booking links. The address of a link is in the answer that makes it, and nowhere else."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from clients.queries import visible_clients
from clients.selecting import BY_CLIENT
from scheduling import queries, services
from scheduling.models import BookingLink
from scheduling.proposals import who_meets
from tenants.permissions import Permission
from tenants.rest.fields import RowField, StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class BookingLinkSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = serializers.IntegerField(source="client_id", read_only=True)
    member = member_field(read_only=True)
    address = serializers.EmailField(read_only=True)
    made_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    withdrawn_at = serializers.DateTimeField(read_only=True, allow_null=True)
    appointment = serializers.IntegerField(source="appointment_id", read_only=True, allow_null=True)


class NewBookingLinkSerializer(StrictSerializer):
    client = RowField(visible_clients)
    by_mail = serializers.BooleanField(default=True, help_text="Send it to the client's address for communications.")
    days = serializers.IntegerField(
        min_value=services.FEWEST_DAYS, max_value=services.MOST_DAYS, default=services.USUAL_DAYS
    )


class MadeBookingLinkSerializer(BookingLinkSerializer):
    url = serializers.URLField(read_only=True, help_text="Shown only now.")


class BookingLinkFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    member = filters.NumberFilter(field_name="member_id")


class BookingLinkViewSet(FirmViewSet):
    """Private links on which a client picks one of his advisor's free hours."""

    permissions = {
        "list": Permission.ENTER_APPOINTMENTS,
        "retrieve": Permission.ENTER_APPOINTMENTS,
        "create": Permission.ENTER_APPOINTMENTS,
        "withdraw": Permission.ENTER_APPOINTMENTS,
    }
    serializer_class = BookingLinkSerializer
    filter_class = BookingLinkFilters
    narrowings = (BY_CLIENT,)
    orderings = {"made_at": "made_at", "id": "pk"}
    usual_ordering = "-made_at"
    # An answer that is kept would keep the secret.
    is_idempotent = False

    def get_queryset(self) -> QuerySet[BookingLink]:
        return queries.visible_booking_links(self.member)

    @extend_schema(request=NewBookingLinkSerializer, responses={201: MadeBookingLinkSerializer})
    def create(self, request: Request) -> Response:
        """A new link with the client's advisor; those that he had and did not use stop working."""
        values = self.read_body(serializer=NewBookingLinkSerializer)
        client = values["client"]
        wanted = services.NewLink(client, who_meets(client, by=self.member), _address(client, values))
        link, url = services.make_booking_links([wanted], days=values["days"], by=self.member, at=now())[0]
        made = {**BookingLinkSerializer(link).data, "url": url}
        return Response(made, status=status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """It no longer works; what was booked on it stays."""
        link = self.get_object()
        services.withdraw_booking_links([link.pk], by=self.member, at=now())
        return self.answer(self.get_queryset().get(pk=link.pk))


def _address(client: Client, values: dict[str, Any]) -> str:
    if not values["by_mail"]:
        return ""
    address = services.address_for(client)
    if not address:
        told = _("The client has no e-mail address, or several of which none is chosen.")
        raise refusal("client", "no_address", told)
    return address
