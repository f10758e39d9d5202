"""Cadence kept: how many clients were met as promised, month by month, by group and advisor; and who slipped, and why.

What was promised is reckoned with today's groups and numbers: at the end of a month a client was met as promised when
his last meeting before it was no longer ago than one step of his cadence. Who had not been met at all by then is
counted apart, since nothing was due (REL-27).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.planner import HASHED, LOOPED
from groups.models import Group
from scheduling import queries
from scheduling.batch import STEPS_IN_SQL, Moment, given_by
from scheduling.cadence import add_months
from scheduling.enums import AppointmentState, ReminderState
from scheduling.foresight import seen_by
from scheduling.models import Appointment, ClientPlan, Reminder
from tenants.binding import bound_firm
from tenants.models import Membership

MONTHS = 12

# Each meeting covers the time until the next one; at the end of a month exactly one of a client's meetings does, and he
# was met as promised when one step of his cadence from it reaches that day.
_KEPT = """
SELECT p.group_id, c.advisor_id, ends.on_day, count(*),
       count(*) FILTER (WHERE (met.met_on + (%(steps)s::interval[])[p.yearly_meetings])::date >= ends.on_day)
FROM scheduling_clientplan p
JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = p.client_id {of_clients}
JOIN (
    SELECT a.client_id, (a.starts_at AT TIME ZONE %(zone)s)::date AS met_on,
           lead((a.starts_at AT TIME ZONE %(zone)s)::date) OVER (PARTITION BY a.client_id ORDER BY a.starts_at) AS until
    FROM scheduling_appointment a
    WHERE a.firm_id = %(firm)s AND a.counts
      AND (a.starts_at <= %(now)s OR (a.state = 'held' AND a.starts_at < %(tomorrow)s)) {of_appointments}
) met ON met.client_id = p.client_id AND (met.until IS NULL OR met.until > %(first)s)
CROSS JOIN unnest(%(days)s::date[]) AS ends (on_day)
WHERE p.firm_id = %(firm)s AND p.yearly_meetings IS NOT NULL
  AND met.met_on <= ends.on_day AND (met.until IS NULL OR met.until > ends.on_day) {of_plans}
GROUP BY p.group_id, c.advisor_id, ends.on_day
"""


class Reason(StrEnum):
    """Why a client slipped: the latest thing that stood in the way."""

    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    LATE = "late"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    NOT_PLANNED = "not_planned"


REASONS: dict[str, Promise] = {
    Reason.NO_SHOW: _("did not come"),
    Reason.CANCELLED: _("the meeting was cancelled"),
    Reason.LATE: _("planned after the date"),
    Reason.DISMISSED: _("the reminder was dismissed"),
    Reason.SNOOZED: _("the reminder was put off"),
    Reason.NOT_PLANNED: _("nobody planned a meeting"),
}


@dataclass(slots=True)
class Share:
    """Of a group or an advisor, month by month: how many were in a cadence, and how many of them met as promised."""

    key: int | None
    name: str
    clients: list[int]
    kept: list[int]

    @property
    def shares(self) -> list[int | None]:
        """In percent; nothing where nobody was there."""
        return [
            round(100 * kept / clients) if clients else None
            for clients, kept in zip(self.clients, self.kept, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Kept:
    days: list[date]
    total: Share
    groups: list[Share]
    advisors: list[Share]


def cadence_kept(membership: Membership, *, at: datetime) -> Kept:
    """Over the last twelve months and today, of the clients whom the member sees: one statement."""
    moment = Moment.at(bound_firm(), at)
    days = month_ends(moment.today)
    chosen = seen_by(membership)
    given = given_by(moment) | {"steps": STEPS_IN_SQL, "days": days, "first": days[0], "clients": chosen.ids}
    text = _KEPT.format(
        of_clients=chosen.restriction("c.id"),
        of_appointments=chosen.restriction("a.client_id"),
        of_plans=chosen.restriction("p.client_id"),
    )
    with connection.cursor() as cursor:
        cursor.execute((HASHED if chosen.ids is None else LOOPED) + text, given)
        rows = cursor.fetchall()
        cursor.execute(LOOPED)
    groups = dict(Group.objects.values_list("pk", "name"))
    people = dict(Membership.objects.values_list("pk", "name"))
    return Kept(
        days,
        _shares(rows, days, lambda row: (None, ""))[0] if rows else Share(None, "", [0] * len(days), [0] * len(days)),
        _shares(rows, days, lambda row: (row[0], groups.get(row[0], str(_("Own exceptions"))))),
        _shares(rows, days, lambda row: (row[1], people.get(row[1], str(_("Without an advisor"))))),
    )


def month_ends(today: date) -> list[date]:
    """The last days of the twelve months before, and today."""
    first = today.replace(day=1)
    return [add_months(first, -number) - timedelta(days=1) for number in range(MONTHS - 1, -1, -1)] + [today]


def slipped(membership: Membership, *, on: date) -> QuerySet[ClientPlan]:
    """Who is not met as promised: overdue with nothing planned, or planned too late; each with its ``reason``."""
    late = Q(due_on__lt=on, next_meeting_at__isnull=True) | Q(beyond_cadence_days__gt=0)
    return queries.visible_plans(membership).filter(late).annotate(reason=_reason()).order_by("due_on", "client_id")


def _reason() -> Case:
    missed = Appointment.objects.filter(client=OuterRef("client_id"), starts_at__gt=OuterRef("last_meeting_at"))
    meetings = missed.filter(type__counts_for_cadence=True)
    reminders = Reminder.objects.filter(client=OuterRef("client_id"), due_on=OuterRef("due_on"))
    return Case(
        When(beyond_cadence_days__gt=0, then=Value(Reason.LATE.value)),
        When(Exists(meetings.filter(state=AppointmentState.NO_SHOW)), then=Value(Reason.NO_SHOW.value)),
        When(Exists(meetings.filter(state=AppointmentState.CANCELLED)), then=Value(Reason.CANCELLED.value)),
        When(Exists(reminders.filter(state=ReminderState.DISMISSED)), then=Value(Reason.DISMISSED.value)),
        When(Exists(reminders.filter(state=ReminderState.SNOOZED)), then=Value(Reason.SNOOZED.value)),
        default=Value(Reason.NOT_PLANNED.value),
        output_field=CharField(),
    )


def _shares(rows: Sequence[tuple[Any, ...]], days: Sequence[date], whose: Any) -> list[Share]:
    """The rows added up, the largest first."""
    found: dict[int | None, Share] = {}
    for row in rows:
        key, name = whose(row)
        share = found.setdefault(key, Share(key, name, [0] * len(days), [0] * len(days)))
        place = days.index(row[2])
        share.clients[place] += row[3]
        share.kept[place] += row[4]
    return sorted(found.values(), key=lambda share: (-share.clients[-1], share.name))
