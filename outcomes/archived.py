"""What of outcomes names rows without a key (a firm's archive)."""

from __future__ import annotations

from typing import Any

from clients.archived import MEMBER, name_fields
from tenants.archive.contents import Row, describe, mark, marked_columns, on_arrival, plain

TYPE, OUTCOME, STATUS = "scheduling.AppointmentType", "outcomes.Outcome", "clients.Status"
KIND = "outcomes.ActivityKind"
# What the nodes of the drawing are called: the kind, and the ids of what they stand for.
NODES = {"type": (TYPE,), "outcome": (OUTCOME,), "status": (STATUS,), "pair": (TYPE, OUTCOME)}
KEPT = {
    "appointment": "scheduling.Appointment",
    "activity": "outcomes.Activity",
    "activity_after": "outcomes.Activity",
}


def register() -> None:
    name_fields(last_outcome=OUTCOME, last_outcome_type=TYPE, last_outcome_by=MEMBER)
    name_fields(activity__kind=KIND, activity__closed=KIND, activity__status=STATUS, activity__owner=MEMBER)
    plain("outcomes.PointsMail", "addresses")
    plain("outcomes.Fulfilment", "notices")
    plain("outcomes.PointsTally", "points")
    describe("outcomes.Fulfilment", rule=_rule, before=_kept)
    describe("outcomes.GraphLayout", positions=_positions)
    on_arrival("outcomes.GraphLayout", _layout)


def _rule(rule: Any) -> Any:
    follow_up = rule.get("follow_up")
    if follow_up:
        follow_up = {
            **follow_up,
            "type": mark(TYPE, follow_up.get("type")),
            "operator": mark(MEMBER, follow_up.get("operator")),
        }
    changed = {"relation": mark("outcomes.Relation", rule.get("relation")), "status": mark(STATUS, rule.get("status"))}
    known = {name: value for name, value in {**changed, "follow_up": follow_up}.items() if name in rule}
    return {**rule, **known}


def _kept(before: Any) -> Any:
    return {name: marked_columns(KEPT[name], columns) if name in KEPT else columns for name, columns in before.items()}


def _positions(positions: Any) -> Any:
    """Names of nodes hold ids: as a list, they can be marked."""
    return [[_node(name), place] for name, place in positions.items()]


def _node(name: str) -> list[Any]:
    kind, *parts = name.split("-")
    labels = NODES.get(kind, ())
    if len(parts) != len(labels) or not all(part.isdecimal() for part in parts):
        return [name]
    return [kind, *(mark(label, int(part)) for label, part in zip(labels, parts, strict=True))]


def _layout(row: Row) -> bool:
    row["positions"] = {"-".join(map(str, name)): place for name, place in row["positions"]}
    return True
