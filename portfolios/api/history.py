"""REST: what is behind a client's measures and how they moved; how a typology or a portfolio stands and drifted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portfolios import heat, measures
from portfolios.drift import drift
from portfolios.enums import Measure
from portfolios.models import LevelChange, Portfolio, Typology
from tenants.binding import local_today
from tenants.models import Membership

MEASURE = OpenApiParameter("measure", OpenApiTypes.STR, enum=Measure.values, description="Left out: recency.")


class LevelChangeSerializer(serializers.ModelSerializer[LevelChange]):
    """The levels from a day on, until the next line of the same typology."""

    typology = serializers.IntegerField(source="position")

    class Meta:
        model = LevelChange
        fields = (
            "typology", "on", "recency_level", "frequency_level", "monetary_level", "potentiality_level",
        )  # fmt: skip


class ExplainedSerializer(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(choices=Measure.choices)
    level = serializers.IntegerField(allow_null=True)
    by_hand = serializers.BooleanField()
    explanation = serializers.CharField(source="words", help_text="In the caller's language.")


class ExplanationSerializer(serializers.Serializer[Any]):
    """Of one typology: each measure in words, and the sales of the year that it follows from."""

    typology = serializers.IntegerField(help_text="1 to 10.")
    measures = ExplainedSerializer(many=True)
    sales = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of the sales of the year.")
    earlier_sales = serializers.ListField(child=serializers.IntegerField(), help_text="The latest 200.")


class HeatCellSerializer(serializers.Serializer[Any]):
    recency_level = serializers.IntegerField(source="recency", allow_null=True)
    frequency_level = serializers.IntegerField(source="frequency", allow_null=True)
    clients = serializers.IntegerField()
    monetary = serializers.DecimalField(max_digits=17, decimal_places=2)


class DriftSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    counts = serializers.ListField(child=serializers.IntegerField(), help_text="Clients by level, the worst first.")


def explanations(client: Any, *, today: Any) -> list[dict[str, Any]]:
    """In every active typology."""
    told = []
    for place in measures.places_of(client, today=today):
        counting, before = measures.sales_behind(client, place.typology, today=today)
        told.append(
            {
                "typology": place.typology.position,
                "measures": ExplainedSerializer(place.measures, many=True).data,
                "sales": [sale.pk for sale in counting],
                "earlier_sales": [sale.pk for sale in before],
            }
        )
    return told


def history_of(client: Any) -> QuerySet[LevelChange]:
    active = Typology.objects.filter(active=True).values("position")
    return LevelChange.objects.filter(client=client, position__in=active).order_by("position", "on")


def heat_answer(member: Membership, typology: Typology, portfolio: Portfolio | None = None) -> Response:
    found = heat.heat_map(member, typology, portfolio)
    return Response(HeatCellSerializer([cell for row in found.rows for cell in row.cells], many=True).data)


def drift_answer(
    request: Request, member: Membership, typology: Typology, portfolio: Portfolio | None = None
) -> Response:
    asked = request.query_params.get("measure", "")
    measure = Measure(asked) if asked in Measure.values else Measure.RECENCY
    ends = drift(member, typology, measure, today=local_today(member.firm), portfolio=portfolio)
    return Response(DriftSerializer(ends, many=True).data)


heat_schema = extend_schema(responses=HeatCellSerializer(many=True))
drift_schema = extend_schema(parameters=[MEASURE], responses=DriftSerializer(many=True))
