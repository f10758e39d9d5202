"""Changing the graph as a whole or by a stroke: every change goes through the services of its relations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Status
from outcomes import graph
from outcomes.models import GraphLayout, Outcome, Relation
from outcomes.queries.graph import stored_graph, version_of
from outcomes.services.relations import KEPT, RelationDetails, save_relation, untick
from scheduling.enums import Recipient
from scheduling.models import AppointmentType
from tenants.models import Membership

MOST_NODES = 2_000
# What a follow-up says that was drawn and not described yet.
DRAWN_DAYS = 2


@transaction.atomic
def save_graph(relations: Sequence[graph.Relation], *, seen: str, by: Membership) -> graph.Graph:
    """Exactly these relations from now on; all or nothing. Refused when somebody changed them since ``seen``."""
    # Two who save at once take turns: the types are locked in one order.
    list(AppointmentType.objects.select_for_update().order_by("pk").values_list("pk"))
    before = stored_graph()
    if version_of(before) != seen:
        raise ValidationError(_("Somebody has changed the graph in the meantime."), code="stale")
    _check_pairs(relations)
    rows = _Rows(relations)
    for place, relation in enumerate(relations):
        if before.by_pair.get((relation.type, relation.outcome)) != relation:
            _save(rows, relation, place, by=by)
    wanted = {(relation.type, relation.outcome) for relation in relations}
    for kind, outcome in sorted(before.by_pair.keys() - wanted):
        untick(AppointmentType.objects.get(pk=kind), Outcome.objects.get(pk=outcome), by=by)
    return stored_graph()


def pair_of(source: str, target: str) -> tuple[int, int]:
    """The pair that a stroke would make or change."""
    start, end = _node(source), _node(target)
    if start[0] == "type" and end[0] in ("outcome", "pair"):
        return start[1], end[-1]
    if start[0] == "pair" and end[0] in ("status", "type"):
        return start[1], start[2]
    raise ValidationError(_("From a type one draws to an outcome, from there to a status or to a type."), "wrong")


@transaction.atomic
def draw(source: str, target: str, *, by: Membership) -> tuple[int, int]:
    """One stroke of the editor: the pair that it made or changed. Nodes are ``type-3``, ``outcome-7``, ``pair-3-7``.

    Type to outcome ticks the pair; pair to status sets its status; pair to type makes that its follow-up.
    """
    pair, (name, *keys) = pair_of(source, target), _node(target)
    changes: dict[str, Any] = {}
    if name == "status":
        changes = {"status": _row(Status, keys[0])}
    elif name == "type":
        changes = {"follow_up_type": _row(AppointmentType, keys[0])}
    kind, outcome = _row(AppointmentType, pair[0]), _row(Outcome, pair[1])
    known: Relation | None = Relation.objects.filter(type=kind, outcome=outcome).first()
    save_relation(kind, outcome, _with(details_of(known), changes), by=by)
    return pair


def remove_pair(kind: int, outcome: int, *, by: Membership) -> None:
    """The outcome is no longer offered for the type; what the pair did is kept, so that it can be taken back."""
    untick(_row(AppointmentType, kind), _row(Outcome, outcome), by=by)


def details_of(relation: Relation | None) -> RelationDetails:
    """What a pair does already; nothing for one that is new."""
    if relation is None:
        return RelationDetails()
    return RelationDetails(**{name: getattr(relation, name) for name in RelationDetails.__dataclass_fields__})


@transaction.atomic
def save_layout(positions: Mapping[str, Any]) -> None:
    """Where the nodes were put, for everybody of the firm."""
    if len(positions) > MOST_NODES or not all(_is_place(name, place) for name, place in positions.items()):
        raise ValidationError(_("This is no layout."), code="not_a_layout")
    rounded = {name: [round(part) for part in place] for name, place in positions.items()}
    GraphLayout.objects.update_or_create(defaults={"positions": rounded})


def _with(details: RelationDetails, changes: dict[str, Any]) -> RelationDetails:
    values = {name: getattr(details, name) for name in RelationDetails.__dataclass_fields__} | changes
    if "follow_up_type" in changes and details.follow_up_type is None:
        values |= {"recipient": Recipient.ADVISOR, "operator": None, "days": DRAWN_DAYS, "hours": 0}
    return RelationDetails(**values)


class _Rows:
    """The rows that relations name, read once."""

    def __init__(self, relations: Sequence[graph.Relation]) -> None:
        follow_ups = [relation.follow_up for relation in relations if relation.follow_up]
        self.types: dict[int, AppointmentType] = AppointmentType.objects.in_bulk(
            {relation.type for relation in relations} | {follow_up.type for follow_up in follow_ups}
        )
        self.outcomes: dict[int, Outcome] = Outcome.objects.in_bulk({relation.outcome for relation in relations})
        self.statuses: dict[int, Status] = Status.objects.in_bulk(
            {relation.status for relation in relations if relation.status is not None}
        )
        self.members: dict[int, Membership] = Membership.objects.in_bulk(
            {follow_up.operator for follow_up in follow_ups if follow_up.operator is not None}
        )


def _save(rows: _Rows, relation: graph.Relation, place: int, *, by: Membership) -> None:
    try:
        details = _details(rows, relation)
        save_relation(rows.types[relation.type], rows.outcomes[relation.outcome], details, by=by)
    except KeyError:
        raise _refused(place, "outcome", _("There is no such row."), "does_not_exist") from None
    except ValidationError as refusal:
        errors = {f"relations[{place}].{name}": found for name, found in refusal.error_dict.items()}
        raise ValidationError(errors) from None


def _details(rows: _Rows, relation: graph.Relation) -> RelationDetails:
    own: dict[str, Any] = {
        "status": rows.statuses[relation.status] if relation.status is not None else None,
        "points": relation.points,
        "concluding": relation.concluding,
        "counts_as_held": relation.counts_as_held,
    }
    follow_up = relation.follow_up
    if follow_up is None:
        return RelationDetails(**own)
    return RelationDetails(
        **own,
        follow_up_type=rows.types[follow_up.type],
        recipient=follow_up.recipient,
        operator=rows.members[follow_up.operator] if follow_up.operator is not None else None,
        days=follow_up.days,
        hours=follow_up.hours,
    )


def _check_pairs(relations: Sequence[graph.Relation]) -> None:
    seen: set[tuple[int, int]] = set()
    for place, relation in enumerate(relations):
        if (relation.type, relation.outcome) in seen:
            raise _refused(place, "outcome", _("This pair is there twice."), "duplicate")
        seen.add((relation.type, relation.outcome))


def _refused(place: int, name: str, words: str, code: str) -> ValidationError:
    return ValidationError({f"relations[{place}].{name}": ValidationError(words, code=code)})


def _node(name: str) -> tuple[Any, ...]:
    kind, *keys = name.split("-")
    wanted = {"type": 1, "outcome": 1, "status": 1, "pair": 2}.get(kind)
    if wanted != len(keys) or not all(key.isascii() and key.isdigit() and len(key) < 19 for key in keys):
        raise ValidationError(_("There is no such node."), code="no_node")
    return kind, *(int(key) for key in keys)


def _row(model: Any, pk: int) -> Any:
    found = model.objects.filter(pk=pk).first()
    if found is None:
        raise ValidationError(_("There is no such node."), code="no_node")
    return found


def _is_place(name: object, place: object) -> bool:
    if not isinstance(place, list) or len(place) != 2:
        return False
    return isinstance(name, str) and len(name) < 60 and all(map(_is_number, place))


def _is_number(part: object) -> bool:
    return isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part) and abs(part) < 1e6


def state_of(kind: int, outcome: int) -> dict[str, Any] | None:
    """All that a pair does, in ids, so that a stroke can be taken back; None where it was never drawn."""
    row = Relation.objects.filter(type_id=kind, outcome_id=outcome).values("active", *KEPT).first()
    return dict(row) if row else None


@transaction.atomic
def put_back(pair: tuple[int, int], state: Mapping[str, Any] | None, *, seen: object, by: Membership) -> None:
    """The pair as it was before a stroke, or after it; refused when somebody has changed it since (``seen``)."""
    kind, outcome = _row(AppointmentType, pair[0]), _row(Outcome, pair[1])
    # Two who undo at once take turns.
    list(Relation.objects.select_for_update().filter(type=kind, outcome=outcome).values_list("pk"))
    if state_of(*pair) != seen:
        raise ValidationError(_("Somebody has changed the graph in the meantime."), code="stale")
    if state is None or not state["active"]:
        untick(kind, outcome, by=by)
        return
    models: dict[str, Any] = {"status": Status, "follow_up_type": AppointmentType, "operator": Membership}
    values = {name.removesuffix("_id"): value for name, value in state.items() if name != "active"}
    for name, model in models.items():
        values[name] = _row(model, values[name]) if values[name] is not None else None
    save_relation(kind, outcome, RelationDetails(**values), by=by)
