"""REST: what hangs on one client: his place in each typology, his measures."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from clients.queries import visible_clients
from portfolios import queries, services
from portfolios.api.history import ExplanationSerializer, LevelChangeSerializer, explanations, history_of
from portfolios.client_scores import ScoreSerializer, scores_of
from portfolios.enums import MOST_TYPOLOGIES, SubjectKind
from portfolios.models import LevelChange, Link, Portfolio, Subject, Typology
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import LARGEST_ID, RowField, StrictSerializer, money
from tenants.rest.viewsets import FirmViewSet, digest, now


def _subject(kind: SubjectKind) -> RowField:
    return RowField(lambda member: Subject.objects.filter(kind=kind), required=False, allow_null=True)


class LinkSerializer(StrictSerializer):
    typology = serializers.IntegerField(source="typology.position", min_value=1, max_value=MOST_TYPOLOGIES)
    portfolio = RowField(lambda member: Portfolio.objects.all(), required=False, allow_null=True)
    agent = _subject(SubjectKind.AGENT)
    operator = _subject(SubjectKind.OPERATOR)
    agency = _subject(SubjectKind.AGENCY)
    introducer = _subject(SubjectKind.INTRODUCER)
    since = serializers.DateField(read_only=True, allow_null=True)
    until = serializers.DateField(read_only=True, allow_null=True)


class ValuesSerializer(StrictSerializer):
    typology = serializers.IntegerField(min_value=1, max_value=MOST_TYPOLOGIES)
    recency = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, allow_null=True, help_text="Days; null: back to automatic."
    )
    frequency = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)
    monetary = money(required=False, allow_null=True)
    potentiality = money(required=False, allow_null=True, min_value=0)
    note = serializers.CharField(max_length=200, allow_blank=True, required=False, help_text="Why it is so.")


class _OfAClient(FirmViewSet):
    def client(self) -> Client:
        pk = int(self.kwargs["pk"])
        found = visible_clients(self.member).filter(pk=pk).first() if pk <= LARGEST_ID else None
        if found is None:
            raise Http404
        return found

    def typology(self, position: int) -> Typology:
        found: Typology = Typology.objects.get(position=position)
        return found


class ClientPortfolioViewSet(_OfAClient):
    """Portfolio and subjects in each typology, now and before (GAT-04): ``clients/{id}/portfolios/``."""

    permissions = {"list": Permission.VIEW_CLIENTS, "update": Permission.EDIT_CLIENTS}
    serializer_class = LinkSerializer
    orderings = {"id": "pk", "since": "since"}
    usual_ordering = "id"

    def get_queryset(self) -> QuerySet[Link]:
        return queries.links_of(self.client())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        answer["ETag"] = self._tag()
        return answer

    def _tag(self) -> str:
        """Of all links together, whatever the page."""
        return digest(LinkSerializer(self.get_queryset().order_by("pk"), many=True).data)

    def update(self, request: Request, pk: str) -> Response:
        """Link the client in one typology from today on; what held before becomes history."""
        client = self.client()
        self.require_tag(self._tag())
        values: Any = self.read_body()
        typology = self.typology(values.pop("typology")["position"])
        link = services.set_link(client, typology, values, by=self.member, at=now())
        return Response(LinkSerializer(link).data, headers={"ETag": self._tag()})


class ClientScoreViewSet(_OfAClient):
    """R F M P in each active typology: ``clients/{id}/scores/``."""

    permissions = {"list": Permission.VIEW_CLIENTS, "update": Permission.EDIT_CLIENTS}
    serializer_class = ScoreSerializer
    sublists = {"list": listing.WHOLE}

    def get_queryset(self) -> QuerySet[Any]:
        return Typology.objects.none()

    @extend_schema(responses=ScoreSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._told()

    @extend_schema(request=ValuesSerializer, responses=ScoreSerializer(many=True))
    def update(self, request: Request, pk: str) -> Response:
        """Enter values by hand in one typology; null gives a measure back to the calculation (10.3)."""
        client = self.client()
        self.require_tag(digest(self._scores()))
        values = self.read_body(serializer=ValuesSerializer)
        typology = self.typology(values.pop("typology"))
        note = values.pop("note", None)
        services.set_values(client, typology, values, by=self.member, at=now(), note=note)
        return self._told()

    def _told(self) -> Response:
        scores = self._scores()
        return Response(scores, headers={"ETag": digest(scores)})

    def _scores(self) -> Any:
        client = self.client()
        return ScoreSerializer(scores_of(client, local_today(self.firm)), many=True).data


class ClientScoreHistoryViewSet(_OfAClient):
    """The levels of each measure as they changed, by day: ``clients/{id}/score-history/``."""

    permissions = {"list": Permission.VIEW_CLIENTS}
    serializer_class = LevelChangeSerializer
    sublists = {"list": listing.WHOLE}

    def get_queryset(self) -> QuerySet[Any]:
        return LevelChange.objects.none()

    @extend_schema(responses=LevelChangeSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(LevelChangeSerializer(history_of(self.client()), many=True).data)


class ClientScoreExplanationViewSet(_OfAClient):
    """Each measure in words, with the sales that it follows from: ``clients/{id}/score-explanations/``."""

    permissions = {"list": Permission.VIEW_CLIENTS}
    serializer_class = ExplanationSerializer
    sublists = {"list": listing.WHOLE}

    def get_queryset(self) -> QuerySet[Any]:
        return Typology.objects.none()

    @extend_schema(responses=ExplanationSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(explanations(self.client(), today=local_today(self.firm)))
