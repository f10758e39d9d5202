"""REST: outcomes, relations, recording and undoing, storico, activities, parameters."""

from __future__ import annotations

from typing import Any

from outcomes.api.activities import ActivityKindViewSet, ActivityViewSet
from outcomes.api.fulfilment import FulfilmentViewSet
from outcomes.api.history import HistoryViewSet
from outcomes.api.outcomes import OutcomeViewSet
from outcomes.api.parameters import ParametersViewSet
from outcomes.api.points_mail import PointsMailViewSet
from outcomes.api.relations import RelationViewSet
from outcomes.api.scheme import SchemeViewSet
from outcomes.api.types import TypeReplacementViewSet

RESOURCES: dict[str, type[Any]] = {
    "outcomes": OutcomeViewSet,
    "relations": RelationViewSet,
    "history": HistoryViewSet,
    "activities": ActivityViewSet,
    "activity-kinds": ActivityKindViewSet,
}

__all__ = [
    "RESOURCES",
    "FulfilmentViewSet",
    "ParametersViewSet",
    "PointsMailViewSet",
    "SchemeViewSet",
    "TypeReplacementViewSet",
]
