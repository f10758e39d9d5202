"""Checks on fields of the catalogue, set-based: all of a firm's in one statement, whoever they look at (REL-46).

A client whom a check finds has a reference date (REL-49). Where the field is a date it is that date: the reminder
belongs to it, and another date is another reminder. "The day of the year" refers to the day on which it came round, and
holds for the seven days after it, so that a night that was missed loses none (O-12). Of everything else the reference
is the day on which the condition came to hold: dismissed, it comes back only after it has ceased to hold.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DataError, ProgrammingError, connection, transaction
from django.db.models import Case, DateField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from clients import catalogue
from clients.catalogue import CatalogueField
from clients.filters import types
from clients.filters.compile import OneValue, Rows, Source, absolute
from clients.filters.evaluation import is_time_dependent
from clients.filters.expressions import EVERYBODY as NO_SCOPE
from clients.filters.expressions import Condition, Expression
from clients.filters.operators import days_of_year
from clients.filters.parsing import parse
from clients.filters.refusals import FilterError, FilterInvalid
from clients.planner import HASHED, LOOPED
from clients.worklist import EVERYBODY, Selection, WorkList
from groups.rules import served_clients
from scheduling.batch import Moment
from scheduling.enums import CheckKind
from scheduling.models import Check, Reminder
from scheduling.statements import NOTHING_WANTED, UPDATE_CHECKS
from tenants.binding import bound_firm, bound_firm_id
from tenants.feed.notes import Kind, note_rows

logger = logging.getLogger(__name__)

# A day of the year that no night has seen is made up for on these days after it (O-12).
CAUGHT_UP_DAYS = 7
# Of a date, these say nothing about one date in particular.
_UNDATED = frozenset({"ne", "not_in", "empty", "not_empty"})
_YEARLY = "on_this_day_of_year"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a check asks, understood."""

    entry: CatalogueField
    condition: Condition
    scope: Expression

    @property
    def is_dated(self) -> bool:
        """Whether a reminder belongs to a date of the field."""
        return self.entry.type is types.DATE and self.condition.operator not in _UNDATED

    @property
    def client_path(self) -> str:
        """Where ``found`` has the client."""
        source = catalogue.source_of(self.entry.name)
        return source.client if self.is_dated and isinstance(source, Rows) else "pk"

    @property
    def moves_with_time(self) -> bool:
        return is_time_dependent(self.condition, catalogue.fields()) or is_time_dependent(
            self.scope, catalogue.fields()
        )

    def found(self, today: date) -> QuerySet[Any]:
        """Pairs of a client and his reference date, which is empty where there is none."""
        clients = served_clients().filter(catalogue.where(self.scope, today=today))
        source = catalogue.source_of(self.entry.name)
        if not self.is_dated:
            asked = clients.filter(catalogue.where(self.condition, today=today))
            return _pairs(asked, "pk", Value(None, output_field=DateField()))
        if isinstance(source, Rows):
            own = source.rows().filter(**{f"{source.client}__in": clients.order_by().values("pk")})
            return self._dated(own, source.column, today)
        return self._dated(clients, source, today)

    def _dated(self, rows: QuerySet[Any], source: Source, today: date) -> QuerySet[Any]:
        if not isinstance(source, OneValue):
            raise KeyError(self.entry.name)
        if self.condition.operator != _YEARLY:
            test = absolute(self.condition.operator, self.condition.operand, today)
            return _pairs(rows.filter(source.where(test, today)), self.client_path, source.value(today))
        whens = [
            When(source.on_day(month, day, today), then=Value(came_round, output_field=DateField()))
            for came_round in _days_that_count(today)
            for month, day in days_of_year(came_round)
        ]
        came = Case(*whens, output_field=DateField())
        held = [when.condition for when in whens]
        return _pairs(rows.filter(Q(*held, _connector=Q.OR)), self.client_path, came)


@dataclass(frozen=True, slots=True)
class Written:
    """How many reminders were raised (again), and ended by themselves."""

    opened: int = 0
    closed: int = 0

    @property
    def written(self) -> int:
        return self.opened + self.closed


# A check, and what it asks; None where it can no longer be used.
Held = tuple[Check, Rule | None]


def understood(condition: object, scope: object = None) -> Rule:
    """What a check says, held against the catalogue of the bound firm. Raises FilterInvalid."""
    asked = parse(condition, catalogue.fields())
    if not isinstance(asked, Condition):
        raise FilterInvalid((FilterError("", "not_a_filter"),))
    entry = catalogue.fields()[asked.field]
    return Rule(entry, asked, NO_SCOPE if scope is None else parse(scope, catalogue.fields()))


def rule_of(check: Check) -> Rule | None:
    """None where it can no longer be used: its field is gone, or its scope's (REL-14)."""
    try:
        return understood(check.condition, check.scope)
    except FilterInvalid:
        return None


def refresh_checks(moment: Moment, listed: WorkList, *, careful: bool = False) -> Written:
    """The night's part: everybody is held against a check that changed or that time moves, the work list against the
    others."""
    checks = list(Check.objects.filter(_wanted() | Q(kind=CheckKind.FIELD, changed_at__isnull=False)).order_by("pk"))
    if not checks:
        return Written()
    held = [(check, rule_of(check)) for check in checks]
    everywhere = [one for one in held if listed.ids is None or one[0].changed_at or (one[1] and one[1].moves_with_time)]
    others = [one for one in held if one not in everywhere]
    written = [
        _write(everywhere, moment, EVERYBODY, careful=careful),
        _write(others, moment, listed.selection(), careful=careful),
    ]
    for check in checks:
        if check.changed_at is not None:
            # What changed once more since it was read stays for the next night.
            Check.objects.filter(pk=check.pk, changed_at=check.changed_at).update(changed_at=None)
    return Written(sum(one.opened for one in written), sum(one.closed for one in written))


def check_clients(client_ids: Sequence[int], *, at: datetime) -> None:
    """These clients at once, in the caller's transaction (REL-46); what the database refuses waits for the night."""
    if not client_ids:
        return
    checks = list(Check.objects.filter(_wanted()).order_by("pk"))
    if checks:
        held = [(check, rule_of(check)) for check in checks]
        _write(held, Moment.at(bound_firm(), at), Selection(sorted(client_ids)), careful=True)
        with connection.cursor() as cursor:
            cursor.execute(LOOPED)


def _wanted() -> Q:
    return Q(kind=CheckKind.FIELD, active=True, deleted_at__isnull=True)


def _write(held: Sequence[Held], moment: Moment, chosen: Selection, *, careful: bool) -> Written:
    if not held or chosen.ids == []:
        return Written()
    if not careful:
        return _write_at_once(held, moment, chosen)
    try:
        with transaction.atomic():
            return _write_at_once(held, moment, chosen)
    except (DataError, ProgrammingError):
        written = [_write_alone(one, moment, chosen) for one in held]
        return Written(sum(one.opened for one in written), sum(one.closed for one in written))


def _write_alone(one: Held, moment: Moment, chosen: Selection) -> Written:
    try:
        with transaction.atomic():
            return _write_at_once([one], moment, chosen)
    except (DataError, ProgrammingError):
        logger.exception("The check %s of firm %s was refused by the database.", one[0].pk, bound_firm_id())
        return Written()


def _write_at_once(held: Sequence[Held], moment: Moment, chosen: Selection) -> Written:
    rules = {check.pk: rule for check, rule in held}
    given: dict[str, Any] = {
        "firm": bound_firm_id(),
        "today": moment.today,
        "now": moment.now,
        "checks": list(rules),
        "undated": [pk for pk, rule in rules.items() if rule is None or not rule.is_dated],
        "clients": list(chosen.ids or ()),
    }
    in_force = [check for check, _rule in held if check.active and check.deleted_at is None]
    with connection.cursor() as cursor:
        parts = [
            part
            for check in in_force
            if (rule := rules[check.pk]) is not None
            for part in _in_sql(cursor, check.pk, rule, moment.today)
        ]
        text = UPDATE_CHECKS.format(
            wanted=" UNION ALL ".join(parts) or NOTHING_WANTED,
            of_wanted=chosen.restriction("w.client_id"),
            of_reminders=chosen.restriction("r.client_id"),
        )
        cursor.execute((HASHED if chosen.ids is None else LOOPED) + text, given)
        new, again, closed = (ids or [] for ids in cursor.fetchone())
    note_rows(Reminder, Kind.CREATED, new)
    note_rows(Reminder, Kind.UPDATED, [*again, *closed])
    return Written(len(new) + len(again), len(closed))


def _in_sql(cursor: Any, pk: int, rule: Rule, today: date) -> Iterator[str]:
    """The check's question with its values written out; nothing where it can find nobody."""
    try:
        sql, params = rule.found(today).query.sql_with_params()
    except EmptyResultSet:
        return
    written = cursor.mogrify(sql, params)
    text = written.decode() if isinstance(written, bytes) else written
    asked = text.replace("%", "%%")
    yield f"SELECT {int(pk)}::bigint, q.* FROM ({asked}) q (client_id, reference)"  # noqa: S608 - the ORM's SQL


def _pairs(rows: QuerySet[Any], client: str, reference: Any) -> QuerySet[Any]:
    dated: QuerySet[Any] = rows.order_by().annotate(check_reference=Cast(reference, DateField()))
    return dated.values_list(client, "check_reference")


def _days_that_count(today: date) -> list[date]:
    """Today and the days before it that are still made up for, the latest first."""
    return [today - timedelta(days=number) for number in range(CAUGHT_UP_DAYS + 1)]
