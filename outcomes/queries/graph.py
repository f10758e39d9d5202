"""The firm's rows as the pure graph, and what really happened on each of its edges (IFY-39)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from clients.models import Status
from outcomes import graph
from outcomes.models import Fulfilment, Outcome, Parameters, Relation
from outcomes.queries.leaderboard import Period
from scheduling.models import AppointmentType
from tenants.models import Firm, Membership

Pair = tuple[int, int]


def stored_graph() -> graph.Graph:
    """Types, outcomes, statuses and ticked relations, in the firm's order: five statements."""
    return graph.Graph(
        types=_nodes(AppointmentType),
        outcomes=_nodes(Outcome),
        statuses=_nodes(Status),
        relations=tuple(
            as_pair(row) for row in Relation.objects.filter(active=True).order_by("type__position", "outcome__position")
        ),
        operators=dict(Membership.objects.values_list("pk", "is_active")),
    )


def as_pair(row: Relation) -> graph.Relation:
    """A row as the pure relation."""
    follow_up = None
    if row.follow_up_type_id is not None:
        follow_up = graph.FollowUp(
            type=row.follow_up_type_id,
            recipient=row.recipient,
            operator=row.operator_id,
            days=row.days,
            hours=row.hours,
        )
    return graph.Relation(
        type=row.type_id,
        outcome=row.outcome_id,
        status=row.status_id,
        points=row.points,
        concluding=row.concluding,
        counts_as_held=row.counts_as_held,
        follow_up=follow_up,
    )


def version_of(whole: graph.Graph) -> str:
    """A digest of the relations: whoever writes them back says which ones he has seen."""
    rows = sorted((asdict(relation) for relation in whole.relations), key=lambda row: (row["type"], row["outcome"]))
    return sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]


def standard_time() -> Any:
    """The parameter for follow-ups that fall after today (IFY-56)."""
    return Parameters.objects.values_list("standard_time", flat=True).first()


@dataclass(frozen=True, slots=True)
class Traffic:
    """What happened with one pair in a period: how often, of its type how much, and what became of it."""

    count: int
    share: float
    moved: int
    follow_ups: int
    followed: int


def traffic(period: Period, *, firm: Firm) -> dict[Pair, Traffic]:
    """Counts of what was recorded and not undone, in one statement; conversions follow from them."""
    start, end = period.bounds(firm)
    recorded = Fulfilment.objects.filter(at__gte=start, at__lt=end, undone_at__isnull=True)
    went_on = Fulfilment.objects.filter(appointment=OuterRef("follow_up"), undone_at__isnull=True)
    rows = list(
        recorded.annotate(went_on=Exists(went_on))
        .order_by()
        .values("type_id", "outcome_id")
        .annotate(
            number=Count("pk"),
            moved=Count("pk", filter=Q(status_change__isnull=False)),
            follow_ups=Count("follow_up"),
            followed=Count("pk", filter=Q(went_on=True)),
        )
    )
    of_type: Counter[int] = Counter()
    for row in rows:
        of_type[row["type_id"]] += row["number"]
    return {
        (row["type_id"], row["outcome_id"]): Traffic(
            row["number"], row["number"] / of_type[row["type_id"]], row["moved"], row["follow_ups"], row["followed"]
        )
        for row in rows
    }


def _nodes(model: Any) -> tuple[graph.Node, ...]:
    rows = model.objects.order_by("position", "pk").values_list("pk", "name", "active")
    return tuple(graph.Node(*row) for row in rows)
