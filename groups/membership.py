"""The stored membership of dynamic groups, refreshed set-based: all groups in one question, only differences written.

Only clients whom the firm still serves are members of a dynamic group; an inactive group, or one whose filter can no
longer be used, has none. A fixed group's members are what people picked: nothing here adds or removes one
(docs/decisions/0004).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import DataError, ProgrammingError, connection, transaction

from clients.planner import HASHED, LOOPED
from clients.worklist import EVERYBODY, Selection, WorkList
from groups.models import Group
from groups.rules import Rule, StoredGroup, matching, rules_of, served_clients, stored_groups
from tenants import prepared
from tenants.binding import bound_firm_id

# So many clients who differ are brought over, and dealt with, at a time: memory does not grow with the firm.
MOST_AT_ONCE = 20_000

# Both sides have one row for each client with the ids of his groups in order, so that one pass finds who differs.
_DIFFERENCE = """
SELECT client_id, coalesce(f.groups, '{{}}') AS fresh, coalesce(s.groups, '{{}}') AS stored
FROM ({fresh}) f (client_id, groups)
FULL JOIN (
    SELECT m.client_id, array_agg(m.group_id ORDER BY m.group_id) AS groups
    FROM groups_groupmember m
    WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(groups)s)
    GROUP BY m.client_id
) s USING (client_id)
WHERE coalesce(f.groups, '{{}}') IS DISTINCT FROM coalesce(s.groups, '{{}}')
LIMIT %(most)s
"""

# The same for a few, each looked up by his id.
_DIFFERENCE_OF_SOME = """
SELECT listed.client_id, coalesce(f.groups, '{{}}') AS fresh, s.groups AS stored
FROM unnest(%(clients)s::bigint[]) listed (client_id)
LEFT JOIN LATERAL ({fresh} AND "clients_client"."id" = listed.client_id) f (client_id, groups) ON true
CROSS JOIN LATERAL (
    SELECT ARRAY(
        SELECT m.group_id FROM groups_groupmember m
        WHERE m.firm_id = %(firm)s::bigint AND m.client_id = listed.client_id AND m.group_id = ANY(%(groups)s::bigint[])
        ORDER BY m.group_id
    ) AS groups
    OFFSET 0
) s
WHERE coalesce(f.groups, '{{}}') IS DISTINCT FROM s.groups
LIMIT %(most)s::bigint
"""

_ARE_EMPTY = """
SELECT NOT EXISTS (SELECT FROM groups_groupmember WHERE firm_id = %(firm)s AND group_id = ANY(%(groups)s))
"""

# Where nothing is stored there is nothing to compare with.
_FILL = """
INSERT INTO groups_groupmember (firm_id, client_id, group_id)
SELECT %(firm)s, f.client_id, entered.group_id
FROM ({fresh}) f (client_id, groups), unnest(f.groups) AS entered (group_id)
ORDER BY f.client_id
ON CONFLICT (firm_id, client_id, group_id) DO NOTHING
"""

_MOVE = """
WITH gone AS (
    DELETE FROM groups_groupmember m
    USING unnest(%(leaving)s::bigint[], %(left)s::bigint[]) AS leaving (client_id, group_id)
    WHERE m.firm_id = %(firm)s AND m.client_id = leaving.client_id AND m.group_id = leaving.group_id
    RETURNING 1
), come AS (
    INSERT INTO groups_groupmember (firm_id, client_id, group_id)
    SELECT %(firm)s::bigint, entering.client_id, entering.group_id
    FROM unnest(%(entering)s::bigint[], %(entered)s::bigint[]) AS entering (client_id, group_id)
    ON CONFLICT (firm_id, client_id, group_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM come)
"""

# A changed number changes the date of every member, whether or not he was one before.
_MEMBERS = """
SELECT DISTINCT m.client_id FROM groups_groupmember m WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(groups)s)
"""

# What changed once more since it was read stays on the list of the next night.
_SEEN = """
UPDATE groups_group g SET changed_at = NULL
FROM unnest(%(groups)s::bigint[], %(changes)s::timestamptz[]) AS seen (id, changed_at)
WHERE g.firm_id = %(firm)s AND g.id = seen.id AND g.changed_at = seen.changed_at
"""

# Those of a group that was deleted while a night filled it.
_DROP_STRAYS = """
DELETE FROM groups_groupmember m
WHERE m.firm_id = %(firm)s AND NOT EXISTS (SELECT FROM groups_group g WHERE g.firm_id = %(firm)s AND g.id = m.group_id)
"""

# Of the groups that people fill: for the others the comparison has found them already.
_DROP_ORPHANS = """
DELETE FROM groups_groupmember m
WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(groups)s)
  AND NOT EXISTS (SELECT FROM clients_client c WHERE c.firm_id = %(firm)s AND c.id = m.client_id)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many memberships were written, and the rules as they turned out to be."""

    written: int
    rules: Sequence[Rule]


def refresh(
    stored: Sequence[StoredGroup], *, today: date, listed: WorkList, after_plan: bool = False, careful: bool = True
) -> int:
    """One half of the night's refresh: the groups that the plan rests on, or those that read the plan.

    Every client is held against a group that changed or that time moves, only the work list against the others. Who
    entered or left joins the work list. Returns how many memberships were written. Unless it is ``careful``, an error
    of the database (a filter that it refuses to evaluate) ends the transaction.
    """
    groups = {group.pk: group for group in stored}
    rules = [rule for rule in rules_of(stored) if rule.after_plan is after_plan]
    full = listed.ids is None
    everywhere = [rule for rule in rules if full or _is_new(rule, groups[rule.group_id])]
    others = [rule for rule in rules if rule not in everywhere]
    write = _write if careful else _write_at_once
    outcomes = [write(everywhere, EVERYBODY, today, listed)]
    if others:
        outcomes.append(write(others, listed.selection(), today, listed))
    written = sum(outcome.written for outcome in outcomes)
    fixed = [group.pk for group in groups.values() if group.is_fixed]
    if full and fixed and not after_plan:
        written += _execute(_DROP_ORPHANS, {"groups": fixed})
    _store_errors(groups, [rule for outcome in outcomes for rule in outcome.rules])
    concerned = {rule.group_id for rule in rules}
    _pass_on_changes([group for group in groups.values() if _concerns(group, concerned, after_plan)], listed)
    return written


def drop_strays() -> int:
    """Memberships of groups that are no more: no key forbids them (docs/decisions/0002). How many there were."""
    return _execute(_DROP_STRAYS)


def refresh_clients(client_ids: Sequence[int], *, today: date) -> int:
    """Put these clients into the groups where they belong today, in the caller's transaction."""
    written = _write(rules_of(stored_groups()), Selection(client_ids), today, WorkList()).written
    _execute(LOOPED)
    return written


def _is_new(rule: Rule, group: StoredGroup) -> bool:
    """Whether clients whose own facts did not change may enter or leave tonight."""
    return group.changed_at is not None or rule.moves_with_time or rule.error != group.filter_error


def _concerns(group: StoredGroup, concerned: set[int], after_plan: bool) -> bool:
    """Whether the group's change is dealt with by this half of the refresh."""
    return group.changed_at is not None and (group.pk in concerned or (group.is_fixed and not after_plan))


def _write_at_once(rules: Sequence[Rule], chosen: Selection, today: date, listed: WorkList) -> Outcome:
    if chosen.ids == []:
        return Outcome(0, rules)
    return Outcome(_bring_up_to_date(rules, chosen, today, listed), rules)


def _write(rules: Sequence[Rule], chosen: Selection, today: date, listed: WorkList) -> Outcome:
    """Compare and write the difference; a rule that the database refuses is set aside, and the others go on."""
    try:
        with transaction.atomic():
            return _write_at_once(rules, chosen, today, listed)
    except (DataError, ProgrammingError):
        rules = [_checked(rule, today) for rule in rules]
        refused, sound = [rule for rule in rules if rule.error], [rule for rule in rules if not rule.error]
        written = _bring_up_to_date(refused, EVERYBODY, today, listed)
        return Outcome(written + _bring_up_to_date(sound, chosen, today, listed), rules)


def _bring_up_to_date(rules: Sequence[Rule], chosen: Selection, today: date, listed: WorkList) -> int:
    """Compare and write; how many memberships were written."""
    if not rules:
        return 0
    groups = [rule.group_id for rule in rules]
    fresh = matching(rules, today, few=chosen.ids is not None)
    if listed.ids is None and chosen.ids is None and _fetch(_ARE_EMPTY, {"groups": groups})[0][0]:
        return _execute(HASHED + _FILL.format(fresh=fresh.text), dict(fresh.given))
    asked = {"groups": groups, "most": MOST_AT_ONCE, **fresh.given}
    written = 0
    while True:
        differing = _differing(fresh.text, asked, chosen)
        listed.add(client_id for client_id, _, _ in differing)
        written += _move(differing)
        if len(differing) < MOST_AT_ONCE:
            return written


def _differing(fresh: str, asked: dict[str, Any], chosen: Selection) -> list[tuple[Any, ...]]:
    """Client by client, the groups that the filters give and those that are stored, where they differ."""
    if chosen.ids is None:
        return _fetch(HASHED + _DIFFERENCE.format(fresh=fresh), asked)
    given = {"firm": bound_firm_id(), "clients": list(chosen.ids), **asked}
    with connection.cursor() as cursor:
        prepared.execute(cursor, _DIFFERENCE_OF_SOME.format(fresh=fresh), given, before=LOOPED)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _move(differing: Sequence[tuple[int, list[int], list[int]]]) -> int:
    """Write the difference, client by client his groups as they are to be and as they are; how many rows."""
    if not differing:
        return 0
    leaving = [(pk, old) for pk, fresh, stored in differing for old in stored if old not in fresh]
    entering = [(pk, new) for pk, fresh, stored in differing for new in fresh if new not in stored]
    given = {
        "firm": bound_firm_id(),
        "leaving": [pk for pk, _ in leaving],
        "left": [group for _, group in leaving],
        "entering": [pk for pk, _ in entering],
        "entered": [group for _, group in entering],
    }
    with connection.cursor() as cursor:
        prepared.execute(cursor, _MOVE, given, before=LOOPED)
        return int(cursor.fetchone()[0])


def _checked(rule: Rule, today: date) -> Rule:
    """The rule, or one that matches nobody when PostgreSQL refuses to evaluate it."""
    try:
        with transaction.atomic():
            served_clients().filter(rule.condition(today)).count()
    except (DataError, ProgrammingError) as refused:
        return rule.refused(str(refused).strip())
    return rule


def _store_errors(groups: Mapping[int, StoredGroup], rules: Iterable[Rule]) -> None:
    """Keep why a filter cannot be used, where that changed."""
    for rule in rules:
        if groups[rule.group_id].filter_error != rule.error:
            Group.objects.filter(pk=rule.group_id).update(filter_error=rule.error)


def _pass_on_changes(changed: Sequence[StoredGroup], listed: WorkList) -> None:
    if changed:
        given = {"groups": [group.pk for group in changed], "changes": [group.changed_at for group in changed]}
        if listed.ids is not None:
            listed.take(_MEMBERS, given)
        _execute(_SEEN, given)


def _fetch(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **given})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _execute(statement: str, given: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **(given or {})})
        return int(cursor.rowcount)
