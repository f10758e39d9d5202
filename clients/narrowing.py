"""What the address of the client list says, as something that can be kept: a filter document, columns, order, grouping.

Plain parameters become conditions of the filter language, as far as it knows them; the rest stays parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from clients.amount_entry import AmountField
from clients.enums import ClientState
from clients.parameters import parameters
from web.documents import read_json

NOBODY, EVERY_STATE = "none", "all"
# Parameter, field of the catalogue, operator.
ROWS = (("advisor", "eq"), ("status", "eq"), ("category", "eq"))
AMOUNTS = (("aum_min", "gte"), ("aum_max", "lte"))
MOST_PARAMETERS = 100


@dataclass(frozen=True)
class Kept:
    document: dict[str, Any] | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    ordering: str = ""
    grouping: str = ""
    layout: str = ""
    # The text that was searched for belongs to no filter.
    is_searched: bool = False


def kept(query: Mapping[str, str]) -> Kept:
    """Whatever cannot be read is left out: the form that follows shows what is there."""
    own = {name: query[name] for name in parameters() if query.get(name) and len(query[name]) <= MOST_PARAMETERS}
    return Kept(
        document=joined([*_rows(query), *_amounts(query), *_others(query), *_filter(query)]),
        parameters=own,
        columns=tuple(name for name in query.get("columns", "").split(",") if name),
        ordering=query.get("ordering", ""),
        grouping=query.get("by", ""),
        layout=query.get("show", ""),
        is_searched=bool(query.get("q")),
    )


def joined(conditions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """All of them together; nothing for none."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return {"all": conditions}


def _rows(query: Mapping[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, op in ROWS:
        value = query.get(name, "")
        if value == NOBODY:
            found.append({"field": name, "op": "empty"})
        elif value.isdecimal():
            found.append({"field": name, "op": op, "value": int(value)})
    return found


def _amounts(query: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for name, op in AMOUNTS:
        form_field = AmountField(required=False)
        try:
            amount = form_field.clean(query.get(name, ""))
        except ValidationError:
            amount = None
        if amount is not None:
            found.append({"field": "aum", "op": op, "value": str(amount)})
    return found


def _others(query: Mapping[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if (label := query.get("label", "")).isdecimal():
        found.append({"field": "labels", "op": "has_label", "value": int(label)})
    if kind := query.get("kind"):
        found.append({"field": "kind", "op": "eq", "value": kind})
    state = query.get("state", "")
    if state == EVERY_STATE:
        found.append({"field": "state", "op": "not_empty"})
    elif state in ClientState.values and state != ClientState.ACTIVE:
        found.append({"field": "state", "op": "eq", "value": state})
    return found


def _filter(query: Mapping[str, str]) -> list[dict[str, Any]]:
    try:
        document = read_json(query.get("filter") or "null")
    except ValueError:
        return []
    return [document] if isinstance(document, dict) and document else []
