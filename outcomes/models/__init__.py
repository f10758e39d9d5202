"""Outcomes, the relations that give them their effect, and what was recorded with them."""

from __future__ import annotations

from outcomes.models.activities import Activity, ActivityKind, ActivityKindType
from outcomes.models.challenges import Challenge, ChallengeMember, GraphLayout, PointsMail
from outcomes.models.choices import Outcome, Relation
from outcomes.models.fulfilments import Fulfilment
from outcomes.models.parameters import Parameters
from outcomes.models.points import PointsEntry, PointsTally

__all__ = [
    "Activity",
    "ActivityKind",
    "ActivityKindType",
    "Challenge",
    "ChallengeMember",
    "Fulfilment",
    "GraphLayout",
    "Outcome",
    "Parameters",
    "PointsEntry",
    "PointsMail",
    "PointsTally",
    "Relation",
]
