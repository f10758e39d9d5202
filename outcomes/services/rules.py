"""What a relation says for one recording: who receives the follow-up, and the rule as it is kept (IFY-45)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from clients.models import Client
from outcomes.models import Outcome, Relation
from scheduling.enums import Recipient
from tenants.binding import bound_firm
from tenants.models import Membership

ROLES = {Recipient.ADVISOR: "advisor", Recipient.CONTACT: "contact", Recipient.SPECIALIST: "specialist"}


def relations_of(outcomes: Collection[Outcome], type_ids: Collection[int]) -> dict[tuple[int, int], Relation]:
    """The ticked pairs by (type, outcome), with all that they name."""
    found = Relation.objects.select_related("type", "status", "follow_up_type", "operator").filter(
        active=True, outcome__in=[outcome.pk for outcome in outcomes], type__in=type_ids
    )
    return {(relation.type_id, relation.outcome_id): relation for relation in found}


def recipient_of(relation: Relation, client: Client, author: Membership | None) -> tuple[Membership | None, bool]:
    """Whom the follow-up is for, and whether somebody stands in for the one foreseen (O-22). None: everybody."""
    if relation.recipient == Recipient.ALL:
        return None, False
    foreseen = _foreseen(relation, client, author)
    if _is_there(foreseen):
        return foreseen, False
    return (client.advisor if _is_there(client.advisor) else author), True


def _foreseen(relation: Relation, client: Client, author: Membership | None) -> Membership | None:
    recipient = Recipient(relation.recipient)
    if recipient == Recipient.ME:
        return author
    if recipient == Recipient.FIXED:
        operator: Membership | None = relation.operator
        return operator
    found: Membership | None = getattr(client, ROLES[recipient])
    return found


def _is_there(member: Membership | None) -> bool:
    return member is not None and member.is_active


def frozen(relation: Relation, outcome: Outcome) -> dict[str, Any]:
    """The rule as it was when it was applied; names too, since rows may be renamed."""
    follow_up = None
    if relation.follow_up_type is not None:
        follow_up = {
            "type": relation.follow_up_type_id,
            "type_name": relation.follow_up_type.name,
            "recipient": relation.recipient,
            "operator": relation.operator_id,
            "days": relation.days,
            "hours": relation.hours,
        }
    return {
        "relation": relation.pk,
        "type_name": relation.type.name,
        "outcome_name": outcome.name,
        "status": relation.status_id,
        "status_name": relation.status.name if relation.status else "",
        "points": relation.points,
        "concluding": relation.concluding,
        "counts_as_held": relation.is_held(outcome),
        "follow_up": follow_up,
    }


def zone_of_firm() -> ZoneInfo:
    return ZoneInfo(bound_firm().time_zone)
