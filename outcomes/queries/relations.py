"""How the graph is read: outcomes, pairs, and what may be recorded of which type."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from outcomes.models import Outcome, Relation


@dataclass(frozen=True, slots=True)
class Offer:
    """An outcome that may be recorded, and whether it takes more than a click."""

    outcome: Outcome
    relation: Relation


def outcomes() -> QuerySet[Outcome]:
    """In the firm's order, with the number of types for which each is ticked."""
    ticked = Count("relations", filter=Q(relations__active=True))
    rows: Any = Outcome.objects.annotate(relation_count=ticked).order_by("position", "id")
    counted: QuerySet[Outcome] = rows
    return counted


def relations() -> QuerySet[Relation]:
    """The ticked pairs in the order of types and outcomes."""
    return all_relations().filter(active=True)


def all_relations() -> QuerySet[Relation]:
    """Those that were unticked too."""
    rows: QuerySet[Relation] = Relation.objects.select_related(
        "type", "outcome", "status", "follow_up_type", "operator"
    )
    return rows.order_by("type__position", "type_id", "outcome__position", "outcome_id")


def offers(type_ids: Collection[int] | None = None) -> dict[int, list[Offer]]:
    """What may be recorded of each type (IFY-29), in one statement; of all types when none are named."""
    rows = relations().filter(outcome__active=True)
    if type_ids is not None:
        rows = rows.filter(type__in=type_ids)
    found: dict[int, list[Offer]] = {}
    for relation in rows.order_by("outcome__position", "outcome_id"):
        found.setdefault(relation.type_id, []).append(Offer(relation.outcome, relation))
    return found
