"""REST: the ledger of points, the ranking, challenges."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from outcomes.enums import PointsKind
from outcomes.models import Challenge, PointsEntry
from outcomes.models.choices import MOST_POINTS
from outcomes.queries.challenges import challenges, standings
from outcomes.queries.leaderboard import Period, Place, points_entries, ranking
from outcomes.services.challenges import ChallengeDetails, delete_challenge, save_challenge
from outcomes.services.points import LONGEST_REASON, Correction, correct_points, undo_correction
from scheduling.queries import appointment_types
from tenants.enums import Role
from tenants.permissions import Permission
from tenants.queries import members
from tenants.rest import listing
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import (
    EARLIEST,
    LARGEST_ID,
    LATEST,
    DayField,
    RowField,
    RowsField,
    StrictSerializer,
    member_field,
)
from tenants.rest.many import ManyViewSet
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now

MOST_PARTICIPANTS = 500


class PointsEntrySerializer(StrictSerializer):
    """A line of the ledger; what may be written is a correction."""

    id = serializers.IntegerField(read_only=True)
    member = member_field()
    at = serializers.DateTimeField(read_only=True)
    points = serializers.IntegerField(min_value=-MOST_POINTS, max_value=MOST_POINTS)
    kind = serializers.ChoiceField(choices=PointsKind.choices, read_only=True)
    fulfilment = serializers.IntegerField(source="fulfilment_id", read_only=True, allow_null=True)
    type = RowField(lambda member: appointment_types(), required=False, allow_null=True)
    reason = serializers.CharField(max_length=LONGEST_REASON)
    by = member_field(read_only=True, allow_null=True)
    reverses = serializers.IntegerField(
        source="reverses_id", read_only=True, allow_null=True, help_text="The correction that this line takes back."
    )


class PointsFilters(filters.FilterSet):
    member = filters.NumberFilter(field_name="member_id")
    type = filters.NumberFilter(field_name="type_id")
    kind = filters.ChoiceFilter(choices=PointsKind.choices)
    at_from = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    at_to = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")


class PointsViewSet(ManyViewSet):
    """The ledger: append-only; one's own lines, and everybody's for who sees all clients.

    A correction by hand is one more line, and so is what takes it back.
    """

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.CORRECT_POINTS,
        "bulk": Permission.CORRECT_POINTS,
        "undo": Permission.CORRECT_POINTS,
    }
    serializer_class = PointsEntrySerializer
    filter_class = PointsFilters
    orderings = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[PointsEntry]:
        entries = points_entries()
        return entries if self.member.can(Permission.VIEW_ALL_CLIENTS) else entries.filter(member=self.member)

    def create(self, request: Request) -> Response:
        """Correct somebody's points: so many more or less, with the reason."""
        entry, _is_new = self.enter(request.data)
        return self.answer(entry, status.HTTP_201_CREATED)

    def enter(self, item: Any) -> tuple[PointsEntry, bool]:
        said = self.read(item)
        return correct_points(said.pop("member"), Correction(**said), by=self.member, at=now()), True

    @extend_schema(request=None, responses={201: PointsEntrySerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take a correction back by a counter-entry, which is the answer."""
        return self.answer(undo_correction(self.get_object(), by=self.member, at=now()), status.HTTP_201_CREATED)


class PlaceSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    member = serializers.IntegerField()
    name = serializers.CharField()
    points = serializers.IntegerField()
    items = serializers.IntegerField()


@extend_schema_serializer(many=False)
class LeaderboardSerializer(serializers.Serializer[Any]):
    first = serializers.DateField()
    last = serializers.DateField()
    places = PlaceSerializer(many=True)


class LeaderboardViewSet(FirmViewSet):
    """The ranking of operators by points in a period of local dates, both included."""

    permissions = {"list": Permission.VIEW_APPOINTMENTS}
    serializer_class = LeaderboardSerializer
    # For the schema: no page of rows.
    shapes_pages = True
    sublists = {"list": listing.Sublist(frozenset({"from", "to", "type", "role"}))}

    @extend_schema(
        parameters=[
            OpenApiParameter("from", date, required=True),
            OpenApiParameter("to", date, required=True),
            OpenApiParameter("type", int),
            OpenApiParameter("role", enum=list(Role.values)),
        ],
        responses=LeaderboardSerializer,
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        period = Period(first=self._day("from"), last=self._day("to"))
        if period.last < period.first:
            raise refusal("to", "ends_early", _("The end must not come before the beginning."))
        role = request.query_params.get("role", "")
        if role and role not in Role.values:
            raise refusal("role", "invalid_choice", _("There is no such role."))
        places = ranking(period, firm=self.firm, type_id=self._type(), role=role)
        return Response({"first": period.first, "last": period.last, "places": [_place(place) for place in places]})

    def _day(self, name: str) -> date:
        given = self.request.query_params.get(name, "")
        try:
            day = parse_date(given)
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day.year < LATEST:
            raise refusal(name, "invalid", _("A date is needed: YYYY-MM-DD."))
        return day

    def _type(self) -> int | None:
        given = self.request.query_params.get("type", "")
        if not given:
            return None
        if not given.isascii() or not given.isdigit() or int(given[:19]) > LARGEST_ID:
            raise refusal("type", "not_an_id", _("This must be an id."))
        return int(given)


class StandingSerializer(PlaceSerializer):
    percent = serializers.IntegerField()
    has_reached = serializers.BooleanField()


class ChallengeSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    starts_on = DayField()
    ends_on = DayField()
    target = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    prize = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
    participants = RowsField(lambda member: members(), most=MOST_PARTICIPANTS, required=False, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class ChallengeViewSet(DeletableViewSet):
    """Challenges (Sfide): a period, a target, a prize; without ``participants`` everybody takes part."""

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.CONFIGURE,
        "bulk": Permission.CONFIGURE,
        "partial_update": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
        "ranking": Permission.VIEW_APPOINTMENTS,
    }
    serializer_class = ChallengeSerializer
    orderings = {"id": "pk", "ends_on": "ends_on", "name": "name"}
    searched = ("name",)
    usual_ordering = "-ends_on"
    sublists = {"ranking": listing.WHOLE}
    has_updates = True

    def get_queryset(self) -> QuerySet[Challenge]:
        return challenges().prefetch_related("entrants__member")

    def represent(self, rows: list[Any]) -> list[dict[str, Any]]:
        for row in rows:
            row.participants = None if row.for_everybody else [entrant.member for entrant in row.entrants.all()]
        return super().represent(rows)

    def add(self, values: dict[str, Any]) -> Challenge:
        challenge = save_challenge(None, _details(values), by=self.member)
        return self.get_queryset().get(pk=challenge.pk)

    def change(self, row: Challenge, values: dict[str, Any]) -> Challenge:
        known: dict[str, Any] = {
            name: getattr(row, name) for name in ("name", "starts_on", "ends_on", "target", "prize")
        }
        known["participants"] = [] if row.for_everybody else [entrant.member for entrant in row.entrants.all()]
        save_challenge(row, _details(known | values), by=self.member, version=self.seen_version(row))
        return self.get_queryset().get(pk=row.pk)

    def remove(self, row: Challenge) -> None:
        delete_challenge(row, by=self.member)

    @extend_schema(responses=StandingSerializer(many=True))
    @action(detail=True, methods=["get"])
    def ranking(self, request: Request, pk: str) -> Response:
        """The live ranking of those who take part."""
        found = standings(self.get_object(), firm=self.firm)
        return Response([_place(one.place) | {"percent": one.percent, "has_reached": one.has_reached} for one in found])


def _details(values: dict[str, Any]) -> ChallengeDetails:
    return ChallengeDetails(**values | {"participants": values.get("participants") or ()})


def _place(place: Place) -> dict[str, Any]:
    return {
        "rank": place.rank,
        "member": place.member.pk,
        "name": place.member.name,
        "points": place.points,
        "items": place.items,
    }


RESOURCES: dict[str, type[Any]] = {
    "points": PointsViewSet,
    "leaderboard": LeaderboardViewSet,
    "challenges": ChallengeViewSet,
}
