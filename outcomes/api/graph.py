"""REST: the graph as a whole, its lint, and walks through it before it is saved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from outcomes import graph as pure
from outcomes.graph import Clock, Event, FollowUp, Graph, Relation, lint, simulate
from outcomes.models import Relation as RelationRow
from outcomes.models.choices import MOST_DAYS, MOST_HOURS, MOST_POINTS
from outcomes.queries.graph import standard_time, stored_graph, version_of
from outcomes.services.graph import save_graph
from scheduling.enums import Recipient
from tenants.binding import local_now
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import LARGEST_ID, StrictSerializer
from tenants.rest.problems import PreconditionFailed
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet

MOST_RELATIONS, LONGEST_WALK = 2_000, 50


def _id(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=LARGEST_ID, **kwargs)


class GraphFollowUpSerializer(StrictSerializer):
    type = _id()
    recipient = serializers.ChoiceField(choices=Recipient.choices)
    operator = _id(required=False, allow_null=True)
    days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, required=False)
    hours = serializers.IntegerField(min_value=0, max_value=MOST_HOURS, required=False)


class GraphRelationSerializer(StrictSerializer):
    type = _id()
    outcome = _id()
    status = _id(required=False, allow_null=True)
    points = serializers.IntegerField(min_value=0, max_value=MOST_POINTS, required=False)
    concluding = serializers.BooleanField(required=False)
    counts_as_held = serializers.BooleanField(
        required=False, allow_null=True, help_text="Whether the appointment took place; null: as the outcome says."
    )
    follow_up = GraphFollowUpSerializer(required=False, allow_null=True)


class GraphNodeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    active = serializers.BooleanField()


class GraphSerializer(StrictSerializer):
    """``version`` is that of the relations as they were read; a PUT with another one is refused (412)."""

    version = serializers.CharField(max_length=64)
    types = GraphNodeSerializer(many=True, read_only=True)
    outcomes = GraphNodeSerializer(many=True, read_only=True)
    statuses = GraphNodeSerializer(many=True, read_only=True)
    relations = serializers.ListField(child=GraphRelationSerializer(), max_length=MOST_RELATIONS)


class FindingSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=[str(fault) for fault in pure.Fault])
    severity = serializers.ChoiceField(choices=[str(severity) for severity in pure.Severity])
    kind = serializers.ChoiceField(choices=[str(kind) for kind in pure.NodeKind])
    id = serializers.IntegerField()
    outcome = serializers.IntegerField(allow_null=True)
    path = serializers.ListField(child=serializers.IntegerField())


class DraftSerializer(StrictSerializer):
    """Without ``relations`` the stored ones."""

    relations = serializers.ListField(child=GraphRelationSerializer(), required=False, max_length=MOST_RELATIONS)


class EventSerializer(StrictSerializer):
    type = _id()
    outcome = _id()
    after_days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, required=False)


class WalkSerializer(DraftSerializer):
    status = _id(required=False, allow_null=True)
    events = serializers.ListField(child=EventSerializer(), max_length=LONGEST_WALK)


class NextSerializer(serializers.Serializer[Any]):
    type = serializers.IntegerField()
    recipient = serializers.CharField()
    operator = serializers.IntegerField(allow_null=True)
    starts_at = serializers.DateTimeField()


class StepSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    status_before = serializers.IntegerField(allow_null=True)
    status = serializers.IntegerField(allow_null=True)
    points = serializers.IntegerField()
    total = serializers.IntegerField()
    closes_activity = serializers.BooleanField()
    next = NextSerializer(allow_null=True)
    refusal = serializers.CharField(allow_null=True)


class GraphViewSet(FirmViewSet):
    """Types, outcomes, statuses and the relations between them, as one document."""

    permissions = {
        "retrieve": ANY_MEMBER,
        "update": Permission.CONFIGURE,
        "lint": ANY_MEMBER,
        "simulate": ANY_MEMBER,
    }
    serializer_class = GraphSerializer
    is_idempotent = False

    def get_queryset(self) -> QuerySet[RelationRow]:
        rows: QuerySet[RelationRow] = RelationRow.objects.all()
        return rows

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        listing.refuse_unknown(request, set())
        return _answer(stored_graph())

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Exactly these relations from now on, all or nothing."""
        self.require_tag(f'"{version_of(stored_graph())}"')
        values = self.read_body()
        if values["version"] != version_of(stored_graph()):
            raise PreconditionFailed
        return _answer(save_graph(_relations(values["relations"]), seen=values["version"], by=self.member))

    @extend_schema(request=DraftSerializer, responses=FindingSerializer(many=True))
    def lint(self, request: Request) -> Response:
        """What looks wrong with the stored relations, or with a draft."""
        graph = _draft(self.read_body(serializer=DraftSerializer))
        return Response([_finding(finding) for finding in lint(graph)])

    @extend_schema(request=WalkSerializer, responses=StepSerializer(many=True))
    def simulate(self, request: Request) -> Response:
        """Walk a client through outcomes from now on: status, points, next appointments. Nothing is written."""
        values = self.read_body(serializer=WalkSerializer)
        now = local_now(self.firm, at=timezone.now())
        clock = Clock(at=now, zone=now.tzinfo, standard_time=standard_time())  # type: ignore[arg-type]
        events = [Event(**event) for event in values["events"]]
        walked = simulate(_draft(values), events, status=values.get("status"), clock=clock)
        return Response([_step(step) for step in walked])


def _draft(values: dict[str, Any]) -> Graph:
    stored = stored_graph()
    if "relations" not in values:
        return stored
    return Graph(stored.types, stored.outcomes, stored.statuses, _relations(values["relations"]), stored.operators)


def _relations(values: list[dict[str, Any]]) -> tuple[Relation, ...]:
    return tuple(
        Relation(**{**value, "follow_up": FollowUp(**value["follow_up"]) if value.get("follow_up") else None})
        for value in values
    )


def _answer(graph: Graph) -> Response:
    nodes = {name: [asdict(node) for node in getattr(graph, name)] for name in ("types", "outcomes", "statuses")}
    relations = [asdict(relation) for relation in graph.relations]
    version = version_of(graph)
    return Response({"version": version, **nodes, "relations": relations}, headers={"ETag": f'"{version}"'})


def _finding(finding: pure.Finding) -> dict[str, Any]:
    return {
        "code": str(finding.fault),
        "severity": str(finding.severity),
        "kind": str(finding.kind),
        "id": finding.id,
        "outcome": finding.outcome,
        "path": list(finding.path),
    }


def _step(step: pure.Outcome) -> dict[str, Any]:
    return StepSerializer(step).data


GRAPH: dict[str, Any] = {"get": "retrieve", "put": "update"}
