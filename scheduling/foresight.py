"""What a change of the cadence would cost before it is saved: meetings of each advisor and month, today against after.

Nothing is written. Both sides are computed from the same facts by one statement (``foresight_sql``), with the groups as
they are and as they would be, so that what differs is the change alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, ProgrammingError, connection, transaction
from django.utils.translation import gettext as _

from clients.models import Client
from clients.planner import HASHED, LOOPED
from clients.queries import visible_clients
from clients.worklist import EVERYBODY, Selection
from groups.enums import GroupKind
from groups.models import Group
from groups.rules import Matching, StoredGroup, matching, rules_of, stored_groups
from scheduling.batch import STEPS_IN_SQL, Cadence, Moment, given_by
from scheduling.cadence import (
    CadenceException,
    Course,
    GroupNumber,
    Target,
    add_months,
    meetings_ahead,
    target,
)
from scheduling.foresight_sql import FORESEE
from scheduling.models import CadenceException as StoredException
from scheduling.models import ClientPlan
from tenants.binding import bound_firm, bound_firm_id
from tenants.models import Membership
from tenants.permissions import Permission

MONTHS = 12
# So many clients of each kind are named; all of them are counted.
MOST_NAMED = 500
# The changed filter beside the stored one: no group has this id.
_DRAFT = -1
MOVEMENTS = ("entering", "leaving", "oftener", "rarer", "overdue", "no_longer_overdue", "never_met")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """A group as it would be; without ``group`` a new one. ``filter`` None leaves the stored one as it is."""

    group: Group | None
    yearly_meetings: int | None
    filter: object = None


@dataclass(frozen=True, slots=True)
class Load:
    """The meetings of one advisor (None: of nobody), month by month, today and after."""

    advisor_id: int | None
    before: list[int]
    after: list[int]

    @property
    def total_before(self) -> int:
        return sum(self.before)

    @property
    def total_after(self) -> int:
        return sum(self.after)

    @property
    def difference(self) -> int:
        return self.total_after - self.total_before


@dataclass(frozen=True, slots=True)
class Foresight:
    """``months`` are the first days of twelve months, this one included; it holds whoever is overdue already."""

    months: list[date]
    advisors: list[Load]
    counts: dict[str, int] = field(default_factory=dict)
    entering: list[int] = field(default_factory=list)
    leaving: list[int] = field(default_factory=list)
    overdue: list[int] = field(default_factory=list)

    @property
    def total(self) -> Load:
        sides = [[load.before for load in self.advisors], [load.after for load in self.advisors]]
        before, after = ([sum(column) for column in zip(*side, strict=True)] or [0] * MONTHS for side in sides)
        return Load(None, before, after)


def foresee(change: GroupChange | None, *, by: Membership, at: datetime) -> Foresight:
    """What the night would compute once the change is saved, for the clients whom the member sees. No change: as it is.

    Raises ValidationError for a filter that the database refuses to evaluate.
    """
    moment = Moment.at(bound_firm(), at)
    months = months_from(moment.today)
    before = [group for group in stored_groups() if group.active and group.yearly_meetings]
    after = before if change is None else _changed(change)
    rules = [rule for rule in rules_of(list({*before, *after})) if not rule.after_plan]
    chosen = seen_by(by)
    try:
        with transaction.atomic():
            fresh = matching(rules, moment.today, few=chosen.ids is not None)
            found = _ask(fresh, before, after, moment, months, chosen)
    except (DataError, ProgrammingError) as refused:
        raise ValidationError(_("The database cannot evaluate this filter."), code="filter_refused") from refused
    return _told(found, months)


def foresee_exception(
    client: Client, *, yearly_meetings: int | None, ends_on: date | None, at: datetime
) -> tuple[Foresight, list[date], list[date]]:
    """The same for one client and an exception of his own (O-08), with the dates themselves on either side."""
    today = Moment.at(bound_firm(), at).today
    months = months_from(today)
    plan = ClientPlan.objects.filter(client=client).first()
    last_on, next_on = (plan.last_meeting_on, plan.next_meeting_on) if plan else (None, None)
    by_groups = target(_numbers_of(client), None, today=today)
    courses = [
        _course(_stored_exception(client, today), by_groups, today),
        _course(CadenceException(yearly_meetings, ends_on), by_groups, today),
    ]
    before, after = (
        meetings_ahead(course, last_on=last_on, next_on=next_on, today=today, horizon=horizon_of(months))
        for course in courses
    )
    load = Load(client.advisor_id, _by_month(before, months), _by_month(after, months))
    return Foresight(months, [load]), before, after


def months_from(today: date) -> list[date]:
    first = today.replace(day=1)
    return [add_months(first, number) for number in range(MONTHS)]


def horizon_of(months: Sequence[date]) -> date:
    """The last day of the last month."""
    return add_months(months[-1], 1) - timedelta(days=1)


def _changed(change: GroupChange) -> list[StoredGroup]:
    """The driving groups as they would be."""
    kept = [group for group in stored_groups() if change.group is None or group.pk != change.group.pk]
    mine = next((group for group in stored_groups() if change.group is not None and group.pk == change.group.pk), None)
    if mine is None:
        mine = StoredGroup(_DRAFT, GroupKind.DYNAMIC, True, None, "", None)
    mine = replace(mine, yearly_meetings=change.yearly_meetings)
    if change.filter is not None and not mine.is_fixed:
        mine = replace(mine, pk=_DRAFT, filter=json.dumps(change.filter))
    return [group for group in [*kept, mine] if group.active and group.yearly_meetings]


def _ask(
    fresh: Matching,
    before: Sequence[StoredGroup],
    after: Sequence[StoredGroup],
    moment: Moment,
    months: Sequence[date],
    chosen: Selection,
) -> tuple[Any, ...]:
    one, two = Cadence.of(None, before), Cadence.of(None, after)
    given = given_by(moment) | {
        "one": one.groups,
        "numbers_one": one.numbers,
        "two": two.groups,
        "numbers_two": two.numbers,
        "fixed": [group.pk for group in {*before, *after} if group.is_fixed],
        "steps": STEPS_IN_SQL,
        "horizon": horizon_of(months),
        "most": MOST_NAMED,
        "clients": list(chosen.ids or ()),
        **fresh.given,
    }
    text = FORESEE.format(
        fresh=fresh.text,
        of_matched=chosen.restriction('"clients_client"."id"'),
        of_appointments=chosen.restriction("a.client_id"),
        of_exceptions=chosen.restriction("own.client_id"),
        of_members=chosen.restriction("m.client_id"),
        of_clients=chosen.restriction("c.id"),
    )
    with connection.cursor() as cursor:
        cursor.execute((HASHED if chosen.ids is None else LOOPED) + text, {"firm": bound_firm_id(), **given})
        row: tuple[Any, ...] = cursor.fetchone()
        cursor.execute(LOOPED)
    return row


def seen_by(member: Membership) -> Selection:
    """The clients whom the member sees: everybody, or these."""
    if member.can(Permission.VIEW_ALL_CLIENTS):
        return EVERYBODY
    return Selection(list(visible_clients(member).order_by().values_list("pk", flat=True)))


def _told(found: tuple[Any, ...], months: list[date]) -> Foresight:
    rows, counts, entering, leaving, overdue = found
    loads: dict[int | None, Load] = {}
    for advisor_id, month, one, two in rows:
        load = loads.setdefault(advisor_id, Load(advisor_id, [0] * MONTHS, [0] * MONTHS))
        place = months.index(date.fromisoformat(month))
        load.before[place], load.after[place] = one, two
    advisors = sorted(loads.values(), key=lambda load: (-abs(load.difference), -load.total_after))
    return Foresight(months, advisors, counts, entering, leaving, overdue)


def _numbers_of(client: Client) -> list[GroupNumber]:
    groups = Group.objects.filter(active=True, yearly_meetings__isnull=False, members__client_id=client.pk)
    return [GroupNumber(pk, number) for pk, number in groups.values_list("pk", "yearly_meetings")]


def _stored_exception(client: Client, today: date) -> CadenceException | None:
    stored = StoredException.objects.filter(client=client, removed_at__isnull=True).first()
    if stored is None:
        return None
    own = CadenceException(stored.yearly_meetings, stored.ends_on)
    return own if own.in_force(today) else None


def _course(exception: CadenceException | None, by_groups: Target, today: date) -> Course:
    if exception is None:
        return Course(by_groups)
    return Course(target((), exception, today=today), exception.ends_on, by_groups)


def _by_month(days: Sequence[date], months: Sequence[date]) -> list[int]:
    return [sum(day.replace(day=1) == month for day in days) for month in months]
