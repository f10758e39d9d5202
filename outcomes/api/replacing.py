"""REST: Sostituisci (O-21), shared by types and outcomes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from outcomes.services import Replacement


class UseSerializer(serializers.Serializer[Any]):
    what = serializers.CharField(source="label")
    count = serializers.IntegerField()


class ReplacementSerializer(serializers.Serializer[Any]):
    uses = UseSerializer(many=True)
    merged = serializers.ListField(
        child=serializers.CharField(), help_text="Pairs that the new one had already: its own settings win."
    )


def told(replacement: Replacement) -> dict[str, Any]:
    return dict(ReplacementSerializer(replacement).data)
