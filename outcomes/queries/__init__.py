"""How outcomes are read; permission is part of the query (XCT-02)."""

from __future__ import annotations

from outcomes.queries.activities import activity_kinds, open_activities_of, visible_activities
from outcomes.queries.history import fulfilment_of, history, visible_fulfilments
from outcomes.queries.parameters import parameters
from outcomes.queries.relations import Offer, all_relations, offers, outcomes, relations

__all__ = [
    "Offer",
    "activity_kinds",
    "all_relations",
    "fulfilment_of",
    "history",
    "offers",
    "open_activities_of",
    "outcomes",
    "parameters",
    "relations",
    "visible_activities",
    "visible_fulfilments",
]
