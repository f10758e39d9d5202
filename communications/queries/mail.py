"""How the outbox is read."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from communications.models import OutgoingMail


def outgoing_mails(*, state: str = "") -> QuerySet[OutgoingMail]:
    """Latest first, without the texts."""
    mails: QuerySet[OutgoingMail] = OutgoingMail.objects.defer("body", "html").order_by("-posted_at", "-id")
    return mails.filter(state=state) if state else mails


def mail_counts() -> dict[str, int]:
    """How many are in each state."""
    counted = OutgoingMail.objects.order_by().values("state").annotate(number=Count("pk"))
    return {row["state"]: row["number"] for row in counted}
