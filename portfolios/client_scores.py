"""The part ``scores`` of a client in the API: his measures in each active typology (api.md)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from rest_framework import serializers

from clients.contributed import Part, contribute
from clients.models import Client
from portfolios.client_fields import recency_days
from portfolios.models import Score, Typology

BY_HAND = {"recency": 1, "frequency": 2, "monetary": 4}
COLUMNS = (
    "position", "last_sale_on", "recency", "frequency", "monetary", "potentiality", "recency_level", "frequency_level",
    "monetary_level", "potentiality_level", "by_hand",
)  # fmt: skip
AMOUNTS = ("monetary", "potentiality")
MEASURES = ("recency", "frequency", "monetary", "potentiality")


SOURCE: dict[str, Any] = {"allow_null": True, "help_text": "manual or automatic; null where there is no value."}


class ScoreSerializer(serializers.Serializer[Any]):
    typology = serializers.IntegerField(help_text="1 to 10.")
    recency = serializers.IntegerField(allow_null=True, help_text="Days since the last sale.")
    frequency = serializers.IntegerField(allow_null=True, help_text="Sales in the last year.")
    monetary = serializers.DecimalField(max_digits=15, decimal_places=2, allow_null=True)
    potentiality = serializers.DecimalField(max_digits=15, decimal_places=2, allow_null=True)
    recency_level = serializers.IntegerField(allow_null=True)
    frequency_level = serializers.IntegerField(allow_null=True)
    monetary_level = serializers.IntegerField(allow_null=True)
    potentiality_level = serializers.IntegerField(allow_null=True)
    recency_source = serializers.CharField(**SOURCE)
    frequency_source = serializers.CharField(**SOURCE)
    monetary_source = serializers.CharField(**SOURCE)
    potentiality_source = serializers.CharField(**SOURCE)


def stored() -> JSONObject:
    """What a client's scores are made of, and the typologies in use."""
    own = Score.objects.filter(client=OuterRef("pk")).values(row=JSONObject(**{name: name for name in COLUMNS}))
    active = Typology.objects.filter(active=True).order_by("position").values("position")
    return JSONObject(scores=ArraySubquery(own), active=ArraySubquery(active))


def scores_of(client: Client, today: date) -> list[dict[str, Any]]:
    return read(client, Client.objects.filter(pk=client.pk).values_list(stored(), flat=True).get(), today)


def read(client: Client, found: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """One entry for each active typology."""
    by_position = {row["position"]: Score(**{**row, **_read(row)}) for row in found["scores"]}
    return [_entry(by_position.get(position), position, today) for position in found["active"]]


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """Dates and cents come out of JSON as they went in."""
    last = row["last_sale_on"]
    amounts = {
        name: None if row[name] is None else Decimal(row[name]).scaleb(-2) for name in ("monetary", "potentiality")
    }
    return {"last_sale_on": date.fromisoformat(last) if last else None, **amounts}


def _entry(score: Score | None, position: int, today: date) -> dict[str, Any]:
    found = score or Score(position=position)
    values = {measure: getattr(found, measure) for measure in MEASURES} | {"recency": recency_days(found, today)}
    told: dict[str, Any] = {"typology": position}
    for measure, value in values.items():
        told[measure] = str(value) if measure in AMOUNTS and value is not None else value
        told[f"{measure}_level"] = getattr(found, f"{measure}_level")
        told[f"{measure}_source"] = None if value is None else _source(found, measure)
    return told


def _source(score: Score, measure: str) -> str:
    """Potentiality is never computed (O-65)."""
    is_manual = measure == "potentiality" or bool(score.by_hand & BY_HAND[measure])
    return "manual" if is_manual else "automatic"


contribute(Part(name="scores", serializer=ScoreSerializer, stored=stored, read=read, many=True))
