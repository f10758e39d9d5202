"""The Monday mail as its page tells of it: to whom, when next, and what was sent (IFY-46, IFY-47)."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet

from communications.models import OutgoingMail
from communications.queries import outgoing_mails
from outcomes.enums import POINTS_MAIL
from outcomes.models import PointsMail
from outcomes.queries.leaderboard import week_of


def points_mail() -> PointsMail | None:
    found: PointsMail | None = PointsMail.objects.first()
    return found


def posted_points_mails() -> QuerySet[OutgoingMail]:
    """What went into the outbox, latest first."""
    return outgoing_mails().filter(kind=POINTS_MAIL)


def next_points_mail(row: PointsMail | None, *, today: date) -> date | None:
    """The day of the night that sends it next: a Monday, or tomorrow where this week's was missed."""
    if row is None or not row.automatic or not row.addresses:
        return None
    monday = week_of(today).first
    if row.starts_on > monday:
        return row.starts_on
    is_sent = posted_points_mails().filter(dedupe_key__startswith=f"{occasion_of(monday)}|").exists()
    return monday + timedelta(days=7) if is_sent else today + timedelta(days=1)


def occasion_of(monday: date) -> str:
    """The week of which this Monday's mail tells: the outbox takes it once."""
    return f"{POINTS_MAIL}:{week_of(monday - timedelta(days=7)).first.isoformat()}"
