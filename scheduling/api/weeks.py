"""REST: plan my weeks. ``week-proposals/`` proposes and adjusts, ``planned-weeks/`` accepts and takes back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling import queries, services
from scheduling.models import PlannedWeeks
from scheduling.services import Choice
from scheduling.weeks.adjusting import adjust, rules
from scheduling.weeks.planning import FEWEST_WEEKS, MOST_CLIENTS, MOST_WEEKS, USUAL_WEEKS, Outlook, propose_weeks
from scheduling.weeks.proposals import Proposal
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.rest.fields import RowField, StrictSerializer, member_field
from tenants.rest.viewsets import FirmViewSet, now


def _people(member: Membership) -> QuerySet[Membership]:
    """Oneself; for whoever sees all clients everybody."""
    people: QuerySet[Membership] = Membership.objects.filter(is_active=True)
    return people if member.can(Permission.VIEW_ALL_CLIENTS) else people.filter(pk=member.pk)


class WeeksSerializer(StrictSerializer):
    member = RowField(_people, required=False, help_text="Missing: oneself.")
    weeks = serializers.IntegerField(min_value=FEWEST_WEEKS, max_value=MOST_WEEKS, default=USUAL_WEEKS)


class ChoiceSerializer(StrictSerializer):
    client = serializers.IntegerField(min_value=1)
    starts_at = serializers.DateTimeField()


class AcceptSerializer(WeeksSerializer):
    meetings = serializers.ListField(child=ChoiceSerializer(), max_length=MOST_CLIENTS)


class AdjustSerializer(WeeksSerializer):
    meetings = serializers.ListField(
        child=ChoiceSerializer(), max_length=MOST_CLIENTS, default=list, help_text="What has been moved already."
    )
    moves = serializers.ListField(child=ChoiceSerializer(), max_length=MOST_CLIENTS, min_length=1)


class VisitSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField()
    due_on = serializers.DateField()
    starts_at = serializers.DateTimeField()
    days_late = serializers.IntegerField()


class QualitySerializer(serializers.Serializer[Any]):
    """Each figure beside the bound that no proposal could pass."""

    in_time = serializers.IntegerField()
    most_in_time = serializers.IntegerField()
    fullest_day = serializers.IntegerField()
    lowest_fullest_day = serializers.IntegerField()
    km = serializers.FloatField()
    least_km = serializers.FloatField()


class ProposalSerializer(serializers.Serializer[Any]):
    meetings = VisitSerializer(many=True)
    without_room = serializers.ListField(child=serializers.IntegerField())
    quality = QualitySerializer()


class RefusedMoveSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField()
    code = serializers.ChoiceField(["not_due", "outside_hours", "conflict", "after_due", "too_many"])
    detail = serializers.CharField()


class AdjustedSerializer(ProposalSerializer):
    refused = RefusedMoveSerializer(many=True, help_text="They stay where they were.")


class PlannedWeeksSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    member = member_field(read_only=True)
    by = member_field(read_only=True, allow_null=True)
    at = serializers.DateTimeField(read_only=True)
    made = serializers.IntegerField(read_only=True)
    kept = serializers.IntegerField(read_only=True)
    undone_at = serializers.DateTimeField(read_only=True, allow_null=True)


class WeekProposalViewSet(FirmViewSet):
    permissions = {"create": Permission.ENTER_APPOINTMENTS, "adjust": Permission.ENTER_APPOINTMENTS}
    serializer_class = WeeksSerializer
    is_idempotent = False

    @extend_schema(request=WeeksSerializer, responses={200: ProposalSerializer})
    def create(self, request: Request) -> Response:
        """A day and an hour for everybody who is due; nothing is kept."""
        values = self.read_body()
        member, weeks = values.get("member", self.member), values["weeks"]
        seen, proposal = propose_weeks(member, weeks=weeks, by=self.member, at=now())
        return Response(ProposalSerializer(_shown(seen, proposal)).data)

    @extend_schema(request=AdjustSerializer, responses={200: AdjustedSerializer})
    @action(detail=False, methods=["post"])
    def adjust(self, request: Request) -> Response:
        """Move meetings of a proposal as far as hours, calendar and cadence allow it; nothing is kept."""
        values = self.read_body(serializer=AdjustSerializer)
        member, weeks = values.get("member", self.member), values["weeks"]
        seen, proposal = propose_weeks(member, weeks=weeks, by=self.member, at=now())
        before, wished = ({one["client"]: one["starts_at"] for one in values[name]} for name in ("meetings", "moves"))
        found, refused = adjust(proposal, rules(member, seen, proposal, by=self.member), before, wished)
        told = [{"client": pk, "code": error.code, "detail": error.messages[0]} for pk, error in refused.items()]
        return Response(AdjustedSerializer(_shown(seen, found) | {"refused": told}).data)


class PlannedWeeksViewSet(FirmViewSet):
    permissions = {
        "list": Permission.ENTER_APPOINTMENTS,
        "retrieve": Permission.ENTER_APPOINTMENTS,
        "create": Permission.ENTER_APPOINTMENTS,
        "undo": Permission.ENTER_APPOINTMENTS,
    }
    serializer_class = PlannedWeeksSerializer
    orderings = {"at": "at", "id": "pk"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[PlannedWeeks]:
        return queries.planned_weeks(self.member)

    @extend_schema(request=AcceptSerializer, responses={201: PlannedWeeksSerializer})
    def create(self, request: Request) -> Response:
        """Accept all of these meetings, or none."""
        values = self.read_body(serializer=AcceptSerializer)
        choices = [Choice(one["client"], one["starts_at"]) for one in values["meetings"]]
        member = values.get("member", self.member)
        made = services.accept_weeks(member, choices, weeks=values["weeks"], by=self.member, at=now())
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take all of it back, but what was changed since."""
        return self.answer(services.undo_weeks(self.get_object(), by=self.member, at=now()))


def _shown(seen: Outlook, proposal: Proposal) -> dict[str, Any]:
    meetings = [
        {
            "client": visit.client_id,
            "due_on": visit.due_on,
            "starts_at": seen.moment(visit.on, visit.span[0]),
            "days_late": visit.days_late,
        }
        for visit in proposal.visits
    ]
    return {"meetings": meetings, "without_room": proposal.without_room, "quality": proposal.quality}
