"""The graph that a firm draws: types, outcomes, statuses, and the relations between them (IFY-25). Pure Python.

What it means to fulfil, walk and check such a graph is said here once: the editor, the tables, the simulation and the
fulfilment read the same few functions. Nothing here knows Django or the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

# The recipient that needs somebody to be named (IFY-36).
FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Node:
    """A type, an outcome or a status."""

    id: int
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The next appointment that a relation makes: its type, for whom, and how long after (IFY-30 … IFY-33)."""

    type: int
    recipient: str
    operator: int | None = None
    days: int = 0
    hours: int = 0

    @property
    def is_at_once(self) -> bool:
        return self.days <= 0 and self.hours <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A pair of type and outcome that may be recorded, with what it brings about (IFY-26, IFY-27)."""

    type: int
    outcome: int
    status: int | None = None
    points: int = 0
    concluding: bool = False
    # Whether the appointment took place; None: as the outcome says.
    counts_as_held: bool | None = None
    follow_up: FollowUp | None = None


@dataclass(frozen=True)
class Graph:
    """All of it; ``operators`` says of each person who may be named whether he is still there."""

    types: tuple[Node, ...]
    outcomes: tuple[Node, ...]
    statuses: tuple[Node, ...]
    relations: tuple[Relation, ...]
    operators: Mapping[int, bool] = field(default_factory=dict)

    @cached_property
    def by_pair(self) -> dict[tuple[int, int], Relation]:
        return {(relation.type, relation.outcome): relation for relation in self.relations}

    @cached_property
    def type_by_id(self) -> dict[int, Node]:
        return {node.id: node for node in self.types}

    @cached_property
    def outcome_by_id(self) -> dict[int, Node]:
        return {node.id: node for node in self.outcomes}

    @cached_property
    def status_by_id(self) -> dict[int, Node]:
        return {node.id: node for node in self.statuses}

    def offered(self, kind: int) -> list[Relation]:
        """What may be recorded for an appointment of the type: the ticked outcomes that are still active (IFY-29)."""
        return [
            relation
            for relation in self.relations
            if relation.type == kind and _is_active(self.outcome_by_id, relation)
        ]


def _is_active(outcomes: Mapping[int, Node], relation: Relation) -> bool:
    node = outcomes.get(relation.outcome)
    return node is not None and node.active


# When a follow-up falls


def follow_up_start(at: datetime, *, days: int, hours: int, standard_time: time | None, zone: ZoneInfo) -> datetime:
    """The moment of a follow-up (O-23), counted from ``at``, the moment of the fulfilment.

    Days alone: that many local dates later, at the standard time of the firm, else at the same time of day. With hours:
    the same time of day that many dates later, and the hours after that. Wall-clock times that a change of the clock
    skips are moved on by as much as the clock is.
    """
    local = at.astimezone(zone)
    moment = local
    if days:
        clock = local.time() if hours or standard_time is None else standard_time
        moment = datetime.combine(local.date() + timedelta(days=days), clock, tzinfo=zone)
    # Through UTC and back: a time that does not exist becomes one that does, and hours are hours.
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)


# Lint


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class NodeKind(StrEnum):
    TYPE = "type"
    OUTCOME = "outcome"
    STATUS = "status"
    RELATION = "relation"


class Fault(StrEnum):
    """What can be wrong with a graph; codes are stable, the words are the page's."""

    UNREACHABLE_STATUS = "unreachable_status"
    UNUSED_OUTCOME = "unused_outcome"
    DEAD_END = "dead_end"
    INSTANT_LOOP = "instant_loop"
    NO_OPERATOR = "no_operator"
    OPERATOR_GONE = "operator_gone"
    NO_RECIPIENT = "no_recipient"
    INACTIVE_OUTCOME = "inactive_outcome"
    INACTIVE_STATUS = "inactive_status"
    INACTIVE_FOLLOW_UP = "inactive_follow_up"
    NEGATIVE_DELAY = "negative_delay"
    UNKNOWN_NODE = "unknown_node"
    WITHOUT_EFFECT = "without_effect"


SEVERITY = {
    Fault.UNREACHABLE_STATUS: Severity.WARNING,
    Fault.UNUSED_OUTCOME: Severity.NOTE,
    Fault.DEAD_END: Severity.WARNING,
    Fault.INSTANT_LOOP: Severity.WARNING,
    Fault.NO_OPERATOR: Severity.ERROR,
    Fault.OPERATOR_GONE: Severity.WARNING,
    Fault.NO_RECIPIENT: Severity.ERROR,
    Fault.INACTIVE_OUTCOME: Severity.WARNING,
    Fault.INACTIVE_STATUS: Severity.WARNING,
    Fault.INACTIVE_FOLLOW_UP: Severity.WARNING,
    Fault.NEGATIVE_DELAY: Severity.ERROR,
    Fault.UNKNOWN_NODE: Severity.ERROR,
    Fault.WITHOUT_EFFECT: Severity.NOTE,
}
_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, at one node or relation; ``path`` lists the types of a loop in order."""

    fault: Fault
    kind: NodeKind
    id: int
    outcome: int | None = None
    path: tuple[int, ...] = ()

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.fault]


def lint(graph: Graph) -> list[Finding]:
    """Everything that looks wrong, the gravest first. An admin may leave it so: any graph is legal (IFY-25)."""
    found = [
        *_unreachable_statuses(graph),
        *_unused_outcomes(graph),
        *_dead_ends(graph),
        *_instant_loops(graph),
        *(finding for relation in graph.relations for finding in _of_relation(graph, relation)),
    ]
    return sorted(found, key=lambda each: (_WEIGHT[each.severity], each.fault, each.id, each.outcome or 0))


def _unreachable_statuses(graph: Graph) -> Iterator[Finding]:
    """Active statuses that no outcome of an active type ever gives."""
    given = {relation.status for kind in graph.types if kind.active for relation in graph.offered(kind.id)}
    for status in graph.statuses:
        if status.active and status.id not in given:
            yield Finding(Fault.UNREACHABLE_STATUS, NodeKind.STATUS, status.id)


def _unused_outcomes(graph: Graph) -> Iterator[Finding]:
    ticked = {relation.outcome for relation in graph.relations}
    for outcome in graph.outcomes:
        if outcome.active and outcome.id not in ticked:
            yield Finding(Fault.UNUSED_OUTCOME, NodeKind.OUTCOME, outcome.id)


def _dead_ends(graph: Graph) -> Iterator[Finding]:
    """Types for which nothing can be recorded: offered for new appointments, or the follow-up of something."""
    followed = {relation.follow_up.type for relation in graph.relations if relation.follow_up}
    for kind in graph.types:
        if (kind.active or kind.id in followed) and not graph.offered(kind.id):
            yield Finding(Fault.DEAD_END, NodeKind.TYPE, kind.id)


def _of_relation(graph: Graph, relation: Relation) -> Iterator[Finding]:
    faults = [*_faults_of_nodes(graph, relation), *_faults_of_follow_up(graph, relation.follow_up)]
    gives = (relation.points, relation.concluding, relation.follow_up)
    has_effect = relation.status is not None or relation.counts_as_held is not None or any(gives)
    if not has_effect:
        faults.append(Fault.WITHOUT_EFFECT)
    for fault in faults:
        yield Finding(fault, NodeKind.RELATION, relation.type, relation.outcome)


def _faults_of_nodes(graph: Graph, relation: Relation) -> Iterator[Fault]:
    outcome = graph.outcome_by_id.get(relation.outcome)
    status = graph.status_by_id.get(relation.status) if relation.status is not None else None
    if relation.type not in graph.type_by_id or outcome is None or (relation.status is not None and status is None):
        yield Fault.UNKNOWN_NODE
    if outcome is not None and not outcome.active:
        yield Fault.INACTIVE_OUTCOME
    if status is not None and not status.active:
        yield Fault.INACTIVE_STATUS


def _faults_of_follow_up(graph: Graph, follow_up: FollowUp | None) -> Iterator[Fault]:
    if follow_up is None:
        return
    kind = graph.type_by_id.get(follow_up.type)
    if kind is None:
        yield Fault.UNKNOWN_NODE
    elif not kind.active:
        yield Fault.INACTIVE_FOLLOW_UP
    if not follow_up.recipient:
        yield Fault.NO_RECIPIENT
    if follow_up.recipient == FIXED and follow_up.operator is None:
        yield Fault.NO_OPERATOR
    if follow_up.recipient == FIXED and follow_up.operator is not None and not graph.operators.get(follow_up.operator):
        yield Fault.OPERATOR_GONE
    if follow_up.days < 0 or follow_up.hours < 0:
        yield Fault.NEGATIVE_DELAY


def _instant_loops(graph: Graph) -> Iterator[Finding]:
    """Loops of follow-ups in which no time passes; each is told once, from its smallest type on.

    Such a loop is allowed: one fulfilment makes one appointment, so it turns only as fast as people do.
    """
    at_once: dict[int, set[int]] = {}
    for relation in graph.relations:
        if relation.follow_up is not None and relation.follow_up.is_at_once:
            at_once.setdefault(relation.type, set()).add(relation.follow_up.type)
    told: set[int] = set()
    for start in sorted(at_once):
        loop = () if start in told else _shortest_way_back(at_once, start)
        if loop:
            told.update(loop)
            yield Finding(Fault.INSTANT_LOOP, NodeKind.TYPE, start, path=loop)


def _shortest_way_back(ways: Mapping[int, Iterable[int]], start: int) -> tuple[int, ...]:
    """The types of the shortest loop from ``start`` back to it, or nothing."""
    paths: list[tuple[int, ...]] = [(start,)]
    seen: set[int] = set()
    while paths:
        longer = []
        for path in paths:
            for following in sorted(ways.get(path[-1], ())):
                if following == start:
                    return path
                if following not in seen:
                    seen.add(following)
                    longer.append((*path, following))
        paths = longer
    return ()


# Simulation


@dataclass(frozen=True, slots=True)
class Event:
    """Recording ``outcome`` for an appointment of ``type``, so many days after the event before."""

    type: int
    outcome: int
    after_days: int = 0


@dataclass(frozen=True, slots=True)
class NextAppointment:
    type: int
    recipient: str
    operator: int | None
    starts_at: datetime


class Refusal(StrEnum):
    UNKNOWN_TYPE = "unknown_type"
    NOT_LINKED = "not_linked"
    OUTCOME_INACTIVE = "outcome_inactive"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event of a walk brings about, or why it is refused (then nothing changes)."""

    event: Event
    at: datetime
    status_before: int | None
    status: int | None
    points: int = 0
    total: int = 0
    closes_activity: bool = False
    next: NextAppointment | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a walk begins and how the firm's clock goes."""

    at: datetime
    zone: ZoneInfo
    standard_time: time | None = None


def refusal_of(graph: Graph, kind: int, outcome: int) -> Refusal | None:
    """Why the pair may not be recorded (IFY-29); an inactive type may: open appointments keep it (IFY-15)."""
    if kind not in graph.type_by_id:
        return Refusal.UNKNOWN_TYPE
    relation = graph.by_pair.get((kind, outcome))
    if relation is None:
        return Refusal.NOT_LINKED
    return None if _is_active(graph.outcome_by_id, relation) else Refusal.OUTCOME_INACTIVE


def simulate(graph: Graph, events: Sequence[Event], *, status: int | None, clock: Clock) -> list[Outcome]:
    """Walk a client through outcomes: status, points and follow-ups, without touching anything."""
    at, total, walked = clock.at, 0, []
    for event in events:
        at = follow_up_start(at, days=max(event.after_days, 0), hours=0, standard_time=None, zone=clock.zone)
        refused = refusal_of(graph, event.type, event.outcome)
        if refused:
            walked.append(Outcome(event, at, status, status, total=total, refusal=refused))
            continue
        relation = graph.by_pair[event.type, event.outcome]
        before, status = status, relation.status if relation.status is not None else status
        total += relation.points
        walked.append(
            Outcome(
                event,
                at,
                before,
                status,
                relation.points,
                total,
                relation.concluding,
                _next_appointment(relation.follow_up, at, clock),
            )
        )
    return walked


def _next_appointment(follow_up: FollowUp | None, at: datetime, clock: Clock) -> NextAppointment | None:
    if follow_up is None:
        return None
    starts_at = follow_up_start(
        at, days=follow_up.days, hours=follow_up.hours, standard_time=clock.standard_time, zone=clock.zone
    )
    return NextAppointment(follow_up.type, follow_up.recipient, follow_up.operator, starts_at)
