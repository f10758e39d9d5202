"""The predefined scheme (domain section 9), in the seed's words and in an advisor's (O-32): one shape, two wordings.

Types and statuses are the rows that scheduling and clients give a new firm; here are the outcomes, the eighteen
relations and the two follow-ups.
"""

from __future__ import annotations

from dataclasses import dataclass

import clients.defaults
import scheduling.defaults
from clients.defaults import Words
from clients.models import Status
from outcomes.models import Outcome, Parameters, Relation
from scheduling.enums import Recipient
from scheduling.models import AppointmentType


@dataclass(frozen=True, slots=True)
class DefaultOutcome:
    """One of the eight."""

    advisor: Words
    inforyou: Words
    symbol: str
    colour: str

    def name(self, scheme: str) -> str:
        return (self.inforyou if scheme == "inforyou" else self.advisor).here()


JOINS, JOINS_NOT, INTERESTED, NOT_INTERESTED, BECOMES_MEMBER, BECOMES_NONE, BECOMES_FORMER, DELIVERED = OUTCOMES = (
    DefaultOutcome(Words("Sottoscrive", "Signs"), Words("Si iscrive", "Joins"), "badge-check", "green"),
    DefaultOutcome(
        Words("Non sottoscrive", "Does not sign"), Words("Non si iscrive", "Does not join"), "circle-x", "red"
    ),
    DefaultOutcome(Words("Interessato", "Interested"), Words("Interessato", "Interested"), "trending-up", "blue"),
    DefaultOutcome(
        Words("Non interessato", "Not interested"), Words("Non interessato", "Not interested"), "trending-down", "gray"
    ),
    DefaultOutcome(
        Words("Diventa cliente", "Becomes a client"), Words("Diventa socio", "Becomes a member"), "user-plus", "green"
    ),
    DefaultOutcome(
        Words("Diventa non cliente", "Becomes a non-client"),
        Words("Diventa non socio", "Becomes a non-member"),
        "user-minus",
        "orange",
    ),
    DefaultOutcome(
        Words("Diventa ex cliente", "Becomes a former client"),
        Words("Diventa ex socio", "Becomes a former member"),
        "user-x",
        "violet",
    ),
    DefaultOutcome(Words("Consegnato", "Delivered"), Words("Consegnato", "Delivered"), "send", "teal"),
)

# Places in scheduling.defaults.TYPES and clients.defaults.STATUSES, which give them their words.
WALK_IN, TRIAL, MEETING, REVIEW, COLD_CALL, EARLY_RENEWAL, RENEWAL, NOT_RENEWED, LONG_EXPIRED, PROPOSAL = range(10)
CLIENT, LOST, PLANNED, NO_CLIENT, FORMER = range(5)


@dataclass(frozen=True, slots=True)
class DefaultRelation:
    """A row of the table. ``next_type`` is followed up after ``days`` with the client's advisor (O-22)."""

    type: int
    outcome: DefaultOutcome
    status: int | None = None
    points: int = 0
    next_type: int | None = None
    days: int = 0


RELATIONS = (
    DefaultRelation(WALK_IN, JOINS, CLIENT, 15),
    DefaultRelation(WALK_IN, JOINS_NOT, LOST),
    DefaultRelation(TRIAL, INTERESTED, PLANNED, 1, MEETING, 2),
    DefaultRelation(TRIAL, NOT_INTERESTED, NO_CLIENT),
    DefaultRelation(MEETING, JOINS, CLIENT, 10),
    DefaultRelation(MEETING, JOINS_NOT, LOST),
    DefaultRelation(REVIEW, INTERESTED, points=1),
    DefaultRelation(REVIEW, NOT_INTERESTED),
    DefaultRelation(COLD_CALL, INTERESTED, PLANNED, 1, MEETING, 2),
    DefaultRelation(COLD_CALL, NOT_INTERESTED, LOST),
    DefaultRelation(EARLY_RENEWAL, JOINS, CLIENT, 10),
    DefaultRelation(EARLY_RENEWAL, JOINS_NOT),
    DefaultRelation(RENEWAL, BECOMES_MEMBER, CLIENT, 5),
    DefaultRelation(NOT_RENEWED, BECOMES_NONE, NO_CLIENT),
    DefaultRelation(LONG_EXPIRED, BECOMES_FORMER, FORMER),
    DefaultRelation(PROPOSAL, DELIVERED),
    DefaultRelation(PROPOSAL, INTERESTED),
    DefaultRelation(PROPOSAL, NOT_INTERESTED),
)


def load(scheme: str) -> None:
    """With the new firm bound, after its types and statuses. Loading twice adds nothing."""
    Parameters.objects.get_or_create()
    Outcome.objects.bulk_create(
        [
            Outcome(name=default.name(scheme), symbol=default.symbol, colour=default.colour, position=place)
            for place, default in enumerate(OUTCOMES, start=1)
        ],
        ignore_conflicts=True,
    )
    types, statuses = _types(scheme), _statuses(scheme)
    outcomes = {outcome.name: outcome for outcome in Outcome.objects.all()}
    Relation.objects.bulk_create(
        [_relation(row, types, statuses, outcomes[row.outcome.name(scheme)]) for row in RELATIONS],
        ignore_conflicts=True,
    )


def _relation(row: DefaultRelation, types: list[AppointmentType], statuses: list[Status], outcome: Outcome) -> Relation:
    follows = row.next_type is not None
    return Relation(
        type=types[row.type],
        outcome=outcome,
        status=None if row.status is None else statuses[row.status],
        points=row.points,
        follow_up_type=types[row.next_type] if row.next_type is not None else None,
        recipient=Recipient.ADVISOR if follows else "",
        days=row.days,
    )


def _types(scheme: str) -> list[AppointmentType]:
    found = {kind.name: kind for kind in AppointmentType.objects.all()}
    return [found[getattr(default, scheme)] for default in scheduling.defaults.TYPES]


def _statuses(scheme: str) -> list[Status]:
    found = {status.name: status for status in Status.objects.all()}
    return [found[default.name.here()] for default in clients.defaults.STATUSES[scheme]]
