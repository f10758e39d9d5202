"""REST: rows with a place among their like."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.rest.editing import DeletableViewSet


class PlaceField(serializers.IntegerField):
    """Where a row stands among its like, from 1; the others make room."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=100_000, required=False, **kwargs)


class OrderedViewSet(DeletableViewSet):
    """``position`` puts a row there; a place beyond the last is the last."""

    def siblings(self, row: Any) -> QuerySet[Any]:
        """Among whom the row stands, in their order."""
        return self.get_queryset().order_by("position", "pk")

    def move(self, row: Any, *, steps: int) -> None:
        raise NotImplementedError

    @transaction.atomic
    def create(self, request: Request) -> Response:
        return super().create(request)

    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        return super().partial_update(request, pk)

    def placed(self, row: Any, place: int | None) -> Any:
        """The row at that place of its order, which is left as it is when it stands there already."""
        if place is not None:
            order = list(self.siblings(row).values_list("pk", flat=True))
            steps = min(place, len(order)) - 1 - order.index(row.pk)
            if steps:
                self.move(row, steps=steps)
        return row
