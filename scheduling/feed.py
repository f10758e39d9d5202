"""A member's calendar as other programs read it (RFC 5545): his appointments and what he has to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Event

from scheduling import queries
from scheduling.enums import TaskState
from scheduling.events import event_of, new_calendar
from scheduling.models import CalendarFeed, Task
from tenants.binding import bound_firm
from tenants.models import Membership
from tenants.queries import hash_secret

PAST, AHEAD = timedelta(days=90), timedelta(days=365)
MOST_EVENTS = 5_000
HALF_AN_HOUR = timedelta(minutes=30)


def feed_of(secret: str) -> CalendarFeed | None:
    """The feed of the bound firm with this secret, of somebody who is still active."""
    found: CalendarFeed | None = (
        CalendarFeed.objects.filter(secret_hash=hash_secret(secret), member__is_active=True)
        .select_related("member")
        .first()
    )
    return found


def calendar_of(member: Membership, *, at: datetime) -> bytes:
    """From three months ago to a year ahead."""
    zone = ZoneInfo(bound_firm().time_zone)
    start, end = at - PAST, at + AHEAD
    calendar = new_calendar()
    calendar.add("x-wr-calname", f"Cadenza · {member.name}")
    for appointment in queries.agenda(member, start, end)[:MOST_EVENTS]:
        summary = f"{appointment.client.name} · {appointment.type.name}"
        calendar.add_component(event_of(appointment, summary=summary))
    tasks = queries.tasks_between(member, start, end, assignee=member.pk)
    for task in tasks.filter(state=TaskState.OPEN)[:MOST_EVENTS]:
        calendar.add_component(_task(task, zone))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _task(task: Task, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", f"task-{task.pk}@{task.firm_id}.cadenza")
    event.add("dtstamp", task.updated_at)
    event.add("sequence", task.version - 1)
    local = task.at.astimezone(zone)
    event.add("dtstart", local.date() if task.whole_day else local)
    event.add("dtend", local.date() + timedelta(days=1) if task.whole_day else local + HALF_AN_HOUR)
    event.add("summary", f"{task.client.name}: {task.subject}")
    event.add("transp", "TRANSPARENT")
    return event
