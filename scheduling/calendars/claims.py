"""Who is at work on a calendar: one worker, for as long as its lease says, fenced by a token (security.md 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation

from scheduling.enums import OutsideCalendarState
from scheduling.models import OutsideCalendar
from tenants.binding import use_firm
from tenants.feed import reading

LEASE = timedelta(seconds=120)


class LostLeaseError(Exception):
    """Somebody else has taken the calendar over, or it was disconnected: whatever we would write is not wanted."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A calendar that is ours for now. ``reads``: it is time to ask what has changed there."""

    firm_id: int
    calendar_id: int
    token: UUID
    reads: bool


def firms_due(at: datetime) -> list[int]:
    """The firms with something to write or to read: asked with no firm bound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT firm_id FROM app.firms_with_work_due('calendars', %s)", [at])
        return [int(firm_id) for (firm_id,) in cursor.fetchall()]


def calendars_due(at: datetime) -> list[int]:
    """Of the bound firm."""
    due = Q(next_at__lte=at) | Q(position__lt=reading.head())
    return list(_free(at).filter(due).order_by("next_at", "pk").values_list("pk", flat=True))


def claim(firm_id: int, calendar_id: int) -> Claimed | None:
    """Take it, unless somebody else has. Committed before anything is said to the other side."""
    now = timezone.now()
    with use_firm(firm_id):
        rows = _free(now).filter(pk=calendar_id).select_for_update(of=("self",), skip_locked=True)
        calendar = rows.first()
        if calendar is None:
            return None
        token = uuid4()
        OutsideCalendar.objects.filter(pk=calendar.pk).update(lease_token=token, lease_until=now + LEASE)
        return Claimed(firm_id, calendar.pk, token, calendar.next_at <= now)


@contextmanager
def holding(claimed: Claimed) -> Iterator[OutsideCalendar]:
    """A transaction of the calendar's firm, for as long as the lease is ours; it begins anew. Raises LostLeaseError."""
    with use_firm(claimed.firm_id):
        rows = OutsideCalendar.objects.select_for_update(of=("self",)).select_related("member")
        calendar: OutsideCalendar | None = rows.filter(pk=claimed.calendar_id, lease_token=claimed.token).first()
        if calendar is None:
            raise LostLeaseError
        OutsideCalendar.objects.filter(pk=calendar.pk).update(lease_until=timezone.now() + LEASE)
        with translation.override(calendar.member.language):
            yield calendar


def release(claimed: Claimed, **outcome: object) -> None:
    """Let go of it, with what became of the round; a round that lost its lease writes nothing."""
    with use_firm(claimed.firm_id):
        own = OutsideCalendar.objects.filter(pk=claimed.calendar_id, lease_token=claimed.token)
        own.update(lease_token=None, lease_until=None, **outcome)


def count_failure(claimed: Claimed) -> int:
    """How many rounds in a row have failed now."""
    with use_firm(claimed.firm_id):
        own = OutsideCalendar.objects.filter(pk=claimed.calendar_id)
        own.update(failures=F("failures") + 1)
        return own.values_list("failures", flat=True).first() or 0


def _free(at: datetime) -> QuerySet[OutsideCalendar]:
    awake = Q(paused_until__isnull=True) | Q(paused_until__lte=at)
    unheld = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    rows: QuerySet[OutsideCalendar] = OutsideCalendar.objects.filter(awake & unheld, state=OutsideCalendarState.ACTIVE)
    return rows.filter(member__is_active=True)
