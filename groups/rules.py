"""The rules of dynamic groups as the night applies them: read, compiled to SQL, and kept between nights.

To parse five filters and have the ORM write their SQL costs more than to ask them of a small firm's clients; so what a
process has compiled it keeps, under all that the text depends on: the firm and its zone, the filter, the entries of the
catalogue that it names, and the date where time moves it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Case, Func, Q, QuerySet, Value, When

from clients import catalogue
from clients.catalogue import CatalogueField
from clients.enums import ClientState
from clients.filters.compile import NOBODY
from clients.filters.evaluation import is_time_dependent
from clients.filters.expressions import Expression, fields_used
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from groups.enums import GroupKind
from tenants import prepared
from tenants.binding import bound_firm, bound_firm_id

# How many filters and statements a process keeps; the oldest go first.
MOST_KEPT = 4096

_GROUPS = """
SELECT id, kind, active, filter::text, filter_error, changed_at, yearly_meetings
FROM groups_group WHERE firm_id = %(firm)s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """What the night must know of a group."""

    pk: int
    kind: str
    active: bool
    filter: str | None
    filter_error: str
    changed_at: datetime | None
    yearly_meetings: int | None = None

    @property
    def is_fixed(self) -> bool:
        return self.kind == GroupKind.FIXED


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A filter that was understood, as long as the fields that it names are the same."""

    expression: Expression
    fields: tuple[CatalogueField, ...]
    moves_with_time: bool
    after_plan: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A dynamic group's filter; one that cannot be used, or rests, matches nobody."""

    group_id: int
    parsed: _Parsed | None = None
    error: str = ""

    @property
    def moves_with_time(self) -> bool:
        return self.parsed is not None and self.parsed.moves_with_time

    @property
    def after_plan(self) -> bool:
        """It reads what follows from groups (the plan): refreshed after it, never driving it (architecture.md 4)."""
        return self.parsed is not None and self.parsed.after_plan

    def refused(self, error: str) -> Rule:
        return Rule(self.group_id, None, error)

    def condition(self, today: date, *, few: bool = False) -> Q:
        return NOBODY if self.parsed is None else catalogue.where(self.parsed.expression, today=today, few=few)


@dataclass(frozen=True, slots=True)
class Matching:
    """SQL that gives each client the ids of the groups whose rule he satisfies, and what its %(named)s stand for.

    Filters of the same shape have the same text in every firm, so that a connection plans it once. It ends in a WHERE
    to which more may be added.
    """

    text: str
    given: Mapping[str, Any] = field(default_factory=dict)


_parsed: dict[str, _Parsed] = {}
_compiled: dict[Hashable, tuple[tuple[_Parsed | None, ...], Matching]] = {}


def stored_groups() -> list[StoredGroup]:
    """Every group of the bound firm."""
    with connection.cursor() as cursor:
        prepared.execute(cursor, _GROUPS, {"firm": bound_firm_id()})
        return [StoredGroup(*row) for row in cursor.fetchall()]


def rules_of(groups: Sequence[StoredGroup]) -> list[Rule]:
    """The rules of the dynamic ones; a filter that can no longer be used says why (REL-14)."""
    return [_rule(group) for group in groups if not group.is_fixed]


def served_clients() -> QuerySet[Client]:
    """Those who can be members of a dynamic group: neither archived nor deceased."""
    return Client.objects.filter(state=ClientState.ACTIVE)


def matching(rules: Sequence[Rule], today: date, *, few: bool = False) -> Matching:
    """The question for all these groups: one pass over the clients, or over the few to whom it will be narrowed."""
    moved = today if any(rule.moves_with_time for rule in rules) else None
    key = (bound_firm_id(), bound_firm().time_zone, moved, few, tuple(rule.group_id for rule in rules))
    parsed = tuple(rule.parsed for rule in rules)
    known, made = _compiled.get(key, ((), None))
    # By identity: two filters that compare equal need not be compiled to the same.
    if made is None or len(known) != len(parsed) or any(a is not b for a, b in zip(known, parsed, strict=True)):
        made = _compile(rules, today, few=few)
        _keep(_compiled, key, (parsed, made))
    return made


def _rule(group: StoredGroup) -> Rule:
    if not group.active:
        return Rule(group.pk)
    text = group.filter or "null"
    known = _parsed.get(text)
    if known is None or not all(map(catalogue.is_current, known.fields)):
        try:
            known = _parse(text, catalogue.fields())
        except (FilterInvalid, KeyError) as refused:
            return Rule(group.pk, error=str(refused))
        _keep(_parsed, text, known)
    return Rule(group.pk, known)


def _parse(text: str, fields: Mapping[str, CatalogueField]) -> _Parsed:
    expression = parse(json.loads(text), fields)
    for name in fields_used(expression):
        catalogue.source_of(name)
    used = tuple(fields[name] for name in sorted(fields_used(expression)))
    return _Parsed(
        expression,
        used,
        moves_with_time=is_time_dependent(expression, fields),
        after_plan=any(field.follows_from_groups for field in used),
    )


def _compile(rules: Sequence[Rule], today: date, *, few: bool) -> Matching:
    each = [
        Case(When(rule.condition(today, few=few), then=Value(rule.group_id)), output_field=BigIntegerField())
        for rule in rules
    ]
    matched = Func(
        *each,
        template="array_remove(ARRAY[%(expressions)s]::bigint[], NULL)",
        output_field=ArrayField(BigIntegerField()),
    )
    clients = served_clients().annotate(matched=matched).order_by().values_list("pk", "matched")
    return _named(*clients.query.sql_with_params())


_PLACE = re.compile(r"%(.)")


def _named(sql: str, params: Sequence[Any]) -> Matching:
    """The ORM's SQL with a name and a type for each value."""
    values, given = iter(params), dict[str, Any]()

    def place(found: re.Match[str]) -> str:
        if found[1] != "s":
            return found[0]
        value = next(values)
        kind = _type_in_sql(value)
        if kind is None:
            with connection.cursor() as cursor:
                return str(cursor.mogrify("%s", [value]).decode().replace("%", "%%"))
        name = f"value_{len(given)}"
        given[name] = value
        return f"%({name})s{kind}"

    return Matching(_PLACE.sub(place, sql), given)


def _type_in_sql(value: object) -> str | None:
    """The type that PostgreSQL gives the literal, so that a parameter compares as it would; None: write the literal."""
    match value:
        case bool():
            return "::boolean"
        case int():
            fits = (kind for kind, bits in (("::integer", 31), ("::bigint", 63)) if -(2**bits) <= value < 2**bits)
            return next(fits, "::numeric")
        case Decimal():
            return "::numeric"
        case datetime():
            return "::timestamptz"
        case date():
            return "::date"
        case str():
            # Like a quoted literal it takes the type of what it is compared with.
            return ""
        case _:
            return None


def _keep(kept: dict[Any, Any], key: Hashable, value: object) -> None:
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > MOST_KEPT:
        kept.pop(next(iter(kept)))
