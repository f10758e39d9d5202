"""The stored membership of dynamic groups, refreshed set-based: all groups in one statement, only differences written.

Only clients whom the firm still serves are members of a dynamic group; an inactive group, or one whose filter can no
longer be used, has none. A fixed group's members are what people picked: nothing here adds or removes one
(docs/decisions/0004).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import DataError, ProgrammingError, connection, transaction
from django.db.models import BigIntegerField, BooleanField, Case, Func, Q, QuerySet, Value, When

from clients import catalogue
from clients.enums import ClientState
from clients.filters.compile import NOBODY
from clients.filters.evaluation import is_time_dependent
from clients.filters.expressions import fields_used
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.planner import hashed_joins
from clients.worklist import EVERYBODY, Selection, selection
from groups.enums import GroupKind
from groups.models import Group
from tenants.binding import bound_firm_id

# Both sides have one row for each client with the ids of his groups in order, so that one pass finds who differs; only
# the difference is written. Who moved joins the work list, since his plan may change.
_REFRESH = """
WITH differs AS MATERIALIZED (
    SELECT client_id, coalesce(f.groups, '{{}}') AS fresh, coalesce(s.groups, '{{}}') AS stored
    FROM ({fresh}) f (client_id, groups)
    FULL JOIN (
        SELECT m.client_id, array_agg(m.group_id ORDER BY m.group_id) AS groups
        FROM groups_groupmember m
        WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(groups)s) {of_members}
        GROUP BY m.client_id
    ) s USING (client_id)
    WHERE coalesce(f.groups, '{{}}') IS DISTINCT FROM coalesce(s.groups, '{{}}')
), gone AS (
    DELETE FROM groups_groupmember m USING differs d
    WHERE m.firm_id = %(firm)s AND m.client_id = d.client_id
      AND m.group_id = ANY(%(groups)s) AND m.group_id <> ALL(d.fresh) {of_members}
    RETURNING 1
), entered AS (
    INSERT INTO groups_groupmember (firm_id, client_id, group_id)
    SELECT %(firm)s, d.client_id, entered.group_id
    FROM differs d, unnest(d.fresh) AS entered (group_id)
    WHERE entered.group_id <> ALL(d.stored)
    ORDER BY d.client_id
    ON CONFLICT (firm_id, client_id, group_id) DO NOTHING
    RETURNING 1
){claim_moved}
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM entered)
"""

_CLAIM_MOVED = """, claimed AS (
    INSERT INTO clients_claimedclient (firm_id, client_id) SELECT %(firm)s, client_id FROM differs
    ON CONFLICT (firm_id, client_id) DO NOTHING
)"""

# A changed number changes the date of every member, whether or not he was one before.
_CLAIM_MEMBERS = """
INSERT INTO clients_claimedclient (firm_id, client_id)
SELECT DISTINCT %(firm)s, m.client_id FROM groups_groupmember m
WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(groups)s)
ON CONFLICT (firm_id, client_id) DO NOTHING
"""

# What changed once more since it was read stays on the list of the next night.
_SEEN = """
UPDATE groups_group g SET changed_at = NULL
FROM unnest(%(groups)s::bigint[], %(changes)s::timestamptz[]) AS seen (id, changed_at)
WHERE g.firm_id = %(firm)s AND g.id = seen.id AND g.changed_at = seen.changed_at
"""

_READERS = """
SELECT EXISTS (
    SELECT FROM groups_group
    WHERE firm_id = %(firm)s AND kind = 'dynamic' AND active
      AND jsonb_path_query_array(filter, '$.**.field') ?| %(names)s
)
"""

# Of the groups that people fill: for the others the comparison has found them already.
_DROP_ORPHANS = """
DELETE FROM groups_groupmember m
WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(groups)s)
  AND NOT EXISTS (SELECT FROM clients_client c WHERE c.firm_id = %(firm)s AND c.id = m.client_id)
"""


class _AnyOf(Func):
    """The column is one of an array's values; Django would write each of thousands as a parameter of its own."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class Rule:
    """A dynamic group's filter, ready for SQL."""

    group_id: int
    condition: Q
    moves_with_time: bool = False
    # It reads what follows from groups (the plan): refreshed after the plan, and never driving it (architecture.md 4).
    after_plan: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many memberships were written, and the rules as they turned out to be."""

    written: int
    rules: list[Rule]


def refresh(*, today: date, full: bool, after_plan: bool = False) -> int:
    """One half of the night's refresh: the groups that the plan rests on, or those that read the plan.

    Every client is held against a group that changed or that time moves, only the work list against the others. Who
    entered or left joins the work list. Returns how many memberships were written.
    """
    if after_plan and not _reads_the_plan():
        return 0
    groups = {group.pk: group for group in Group.objects.order_by("id")}
    rules = [rule for rule in _rules(groups.values(), today) if rule.after_plan is after_plan]
    everywhere = [rule for rule in rules if full or _is_new(rule, groups[rule.group_id])]
    listed = [rule for rule in rules if rule not in everywhere]
    outcomes = [_write(everywhere, EVERYBODY)]
    if listed:
        outcomes.append(_write(listed, selection()))
    written = sum(outcome.written for outcome in outcomes)
    fixed = [group.pk for group in groups.values() if group.kind == GroupKind.FIXED]
    if full and fixed and not after_plan:
        written += _execute(_DROP_ORPHANS, {"groups": fixed})
    _store_errors(groups, [rule for outcome in outcomes for rule in outcome.rules])
    concerned = {rule.group_id for rule in rules}
    _pass_on_changes([group for group in groups.values() if _concerns(group, concerned, after_plan)])
    return written


def refresh_clients(client_ids: Sequence[int], *, today: date) -> int:
    """Put these clients into the groups where they belong today, in the caller's transaction."""
    with hashed_joins():
        return _write(_rules(Group.objects.order_by("id"), today), Selection(client_ids), claim=False).written


def served_clients() -> QuerySet[Client]:
    """Those who can be members of a dynamic group: neither archived nor deceased."""
    return Client.objects.filter(state=ClientState.ACTIVE)


def _reads_the_plan() -> bool:
    """Whether any group has a condition on what follows from groups: few firms have one."""
    names = [name for name, field in catalogue.fields().items() if field.follows_from_groups]
    with connection.cursor() as cursor:
        cursor.execute(_READERS, {"firm": bound_firm_id(), "names": names})
        return bool(cursor.fetchone()[0])


def _rules(groups: Iterable[Group], today: date) -> list[Rule]:
    return [_rule(group, today) for group in groups if group.kind == GroupKind.DYNAMIC]


def _rule(group: Group, today: date) -> Rule:
    """The group's rule on a day; a filter that can no longer be used matches nobody and says why (REL-14)."""
    if not group.active:
        return Rule(group.pk, NOBODY)
    fields = catalogue.fields()
    try:
        expression = parse(group.filter, fields)
        condition = catalogue.where(expression, today=today)
    except (FilterInvalid, KeyError) as refused:
        return Rule(group.pk, NOBODY, error=str(refused))
    return Rule(
        group.pk,
        condition,
        moves_with_time=is_time_dependent(expression, fields),
        after_plan=any(fields[name].follows_from_groups for name in fields_used(expression)),
    )


def _is_new(rule: Rule, group: Group) -> bool:
    """Whether clients whose own facts did not change may enter or leave tonight."""
    return group.changed_at is not None or rule.moves_with_time or rule.error != group.filter_error


def _concerns(group: Group, concerned: set[int], after_plan: bool) -> bool:
    """Whether the group's change is dealt with by this half of the refresh."""
    fixed = group.kind == GroupKind.FIXED and not after_plan
    return group.changed_at is not None and (fixed or group.pk in concerned)


def _write(rules: list[Rule], chosen: Selection, *, claim: bool = True) -> Outcome:
    """Compare and write the difference; a rule that the database refuses is set aside, and the others go on."""
    if not rules:
        return Outcome(0, rules)
    try:
        with transaction.atomic():
            return Outcome(_difference(rules, chosen, claim=claim), rules)
    except (DataError, ProgrammingError):
        rules = [_checked(rule) for rule in rules]
        refused, sound = [rule for rule in rules if rule.error], [rule for rule in rules if not rule.error]
        written = _difference(refused, EVERYBODY, claim=claim) + _difference(sound, chosen, claim=claim)
        return Outcome(written, rules)


def _difference(rules: Sequence[Rule], chosen: Selection, *, claim: bool) -> int:
    """Compare and write; how many memberships were written."""
    if not rules:
        return 0
    statement = _REFRESH.format(
        fresh=_fresh(rules, chosen),
        of_members=chosen.restriction("m.client_id"),
        claim_moved=_CLAIM_MOVED if claim else "",
    )
    given: dict[str, Any] = {"groups": [rule.group_id for rule in rules], "clients": list(chosen.ids or ())}
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **given})
        return int(cursor.fetchone()[0])


def _fresh(rules: Sequence[Rule], chosen: Selection) -> str:
    """SQL that gives each client the ids of the groups whose rule he satisfies: one pass for all groups."""
    clients = served_clients()
    if chosen.ids is not None:
        clients = clients.filter(_AnyOf("pk", Value(list(chosen.ids), output_field=ArrayField(BigIntegerField()))))
    each = [Case(When(rule.condition, then=Value(rule.group_id)), output_field=BigIntegerField()) for rule in rules]
    matched = Func(
        *each,
        template="array_remove(ARRAY[%(expressions)s]::bigint[], NULL)",
        output_field=ArrayField(BigIntegerField()),
    )
    sql, params = clients.annotate(matched=matched).order_by().values_list("pk", "matched").query.sql_with_params()
    with connection.cursor() as cursor:
        literal: str = cursor.mogrify(sql, params).decode()
    return literal.replace("%", "%%")


def _checked(rule: Rule) -> Rule:
    """The rule, or one that matches nobody when PostgreSQL refuses to evaluate it."""
    try:
        with transaction.atomic():
            served_clients().filter(rule.condition).count()
    except (DataError, ProgrammingError) as refused:
        return Rule(rule.group_id, NOBODY, error=str(refused).strip())
    return rule


def _store_errors(groups: Mapping[int, Group], rules: Iterable[Rule]) -> None:
    """Keep why a filter cannot be used, where that changed."""
    for rule in rules:
        if groups[rule.group_id].filter_error != rule.error:
            Group.objects.filter(pk=rule.group_id).update(filter_error=rule.error)


def _pass_on_changes(changed: Sequence[Group]) -> None:
    if changed:
        given = {"groups": [group.pk for group in changed], "changes": [group.changed_at for group in changed]}
        _execute(_CLAIM_MEMBERS, given)
        _execute(_SEEN, given)


def _execute(statement: str, given: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **(given or {})})
        return int(cursor.rowcount)
