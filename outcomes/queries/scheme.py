"""The firm's scheme as the rows of a file, and the two that the product ships (O-32)."""

from __future__ import annotations

import clients.defaults
import scheduling.defaults
from clients.models import Status
from outcomes import defaults
from outcomes.models import ActivityKind, Fulfilment, Outcome, Relation
from outcomes.scheme_file import KindRow, OutcomeRow, RelationRow, Scheme, StatusRow, TypeRow
from scheduling.enums import Recipient
from scheduling.models import AppointmentType

LOOKS = ("name", "active", "symbol", "colour")
TYPE_LOOKS = (*LOOKS, "counts_for_cadence", "duration_minutes")


def stored_scheme() -> Scheme:
    """All that the firm has drawn, in its order; of the pairs those that are ticked."""
    types = AppointmentType.objects.order_by("position", "pk")
    pairs = Relation.objects.filter(active=True).select_related(
        "type", "outcome", "status", "follow_up_type", "operator__user"
    )
    return Scheme(
        statuses=tuple(StatusRow(**row) for row in Status.objects.order_by("position", "pk").values(*LOOKS)),
        types=tuple(
            TypeRow(**{name: row[name] for name in TYPE_LOOKS}, default_meeting=row["is_default_meeting"])
            for row in types.values(*TYPE_LOOKS, "is_default_meeting")
        ),
        outcomes=tuple(
            OutcomeRow(**row)
            for row in Outcome.objects.order_by("position", "pk").values(*LOOKS, "note_required", "counts_as_held")
        ),
        activities=tuple(
            _kind(kind) for kind in ActivityKind.objects.prefetch_related("kind_types__type").order_by("position", "pk")
        ),
        relations=tuple(
            _pair(pair) for pair in pairs.order_by("type__position", "type_id", "outcome__position", "outcome_id")
        ),
    )


def predefined_scheme(scheme: str) -> Scheme:
    """Section 9 in the words of ``advisor`` or ``inforyou``, as a new firm receives it."""
    statuses = clients.defaults.STATUSES[scheme]
    types = scheduling.defaults.TYPES
    return Scheme(
        statuses=tuple(StatusRow(name=row.name.here(), symbol=row.symbol, colour=row.colour) for row in statuses),
        types=tuple(
            TypeRow(
                name=getattr(row, scheme),
                symbol=row.symbol,
                colour=row.colour,
                counts_for_cadence=row.counts,
                duration_minutes=row.minutes,
                default_meeting=getattr(row, scheme) == scheduling.defaults.DEFAULT_MEETING,
            )
            for row in types
        ),
        outcomes=tuple(
            OutcomeRow(name=row.name(scheme), symbol=row.symbol, colour=row.colour) for row in defaults.OUTCOMES
        ),
        relations=tuple(
            RelationRow(
                type=getattr(types[row.type], scheme),
                outcome=row.outcome.name(scheme),
                status="" if row.status is None else statuses[row.status].name.here(),
                points=row.points,
                follow_up="" if row.next_type is None else getattr(types[row.next_type], scheme),
                recipient="" if row.next_type is None else str(Recipient.ADVISOR),
                days=row.days,
            )
            for row in sorted(defaults.RELATIONS, key=lambda row: (row.type, defaults.OUTCOMES.index(row.outcome)))
        ),
    )


def is_in_use() -> bool:
    """Whether anything was ever recorded: then no other scheme takes its place (O-32)."""
    return Fulfilment.objects.exists()


def _kind(kind: ActivityKind) -> KindRow:
    types = sorted((link.type for link in kind.kind_types.all()), key=lambda one: (one.position, one.pk))
    return KindRow(
        name=kind.name,
        active=kind.active,
        symbol=kind.symbol,
        colour=kind.colour,
        types=tuple(one.name for one in types),
    )


def _pair(pair: Relation) -> RelationRow:
    return RelationRow(
        type=pair.type.name,
        outcome=pair.outcome.name,
        status=pair.status.name if pair.status else "",
        points=pair.points,
        concluding=pair.concluding,
        counts_as_held=pair.counts_as_held,
        follow_up=pair.follow_up_type.name if pair.follow_up_type else "",
        recipient=pair.recipient,
        operator=pair.operator.user.email if pair.operator else "",
        days=pair.days,
        hours=pair.hours,
    )
