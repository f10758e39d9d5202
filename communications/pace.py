"""How fast communications leave: so many a minute, over all senders of the firm (SIS-41)."""

from __future__ import annotations

from datetime import datetime, timedelta

from communications.models import MailSettings

# What was not used in the last half minute may be made up for: senders are woken twice a minute.
SLACK = timedelta(seconds=30)


def take(*, at: datetime) -> bool:
    """Whether one more may leave now; if so it is counted. Senders wait for each other here, for a moment."""
    settings = MailSettings.objects.select_for_update().first()
    if settings is None or not settings.per_minute:
        return True
    due = max(settings.next_at or at - SLACK, at - SLACK)
    if due > at:
        return False
    MailSettings.objects.filter(pk=settings.pk).update(next_at=due + timedelta(minutes=1) / settings.per_minute)
    return True
