"""What outcomes adds to the time line of a client: each recorded outcome, with all that it brought about (IFY-04)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.timeline.sources import Event, Source, contribute
from outcomes.models import Fulfilment


def register() -> None:
    """Called when the app is ready."""
    contribute(Source(kind="outcome", label=gettext_lazy("Outcomes"), icon="badge-check", rows=_recorded, tell=_tell))


def _recorded() -> QuerySet[Fulfilment]:
    """What was undone is in the audit trail only."""
    rows: QuerySet[Fulfilment] = Fulfilment.objects.filter(undone_at__isnull=True)
    return rows


def _tell(ids: Sequence[int]) -> list[Event]:
    rows = Fulfilment.objects.filter(pk__in=ids).select_related(
        "client", "type", "outcome", "author", "from_status", "to_status", "follow_up__type", "activity__kind"
    )
    return [
        Event(
            kind="outcome",
            id=made.pk,
            at=made.at,
            client_id=made.client_id,
            client=made.client.name,
            company_id=made.company_id,
            title=str(made.type),
            text="\n".join(filter(None, [made.note, _effects(made)])),
            state=str(made.outcome_id),
            state_label=made.outcome.name,
            state_tone=made.outcome.colour,
            icon=made.outcome.symbol,
            by=made.author.name if made.author else "",
            view="outcomes:history_item",
        )
        for made in rows
    ]


def _effects(made: Fulfilment) -> str:
    """Status, points, next appointment, activity, on one line."""
    words = []
    if made.from_status_id != made.to_status_id:
        words.append(_("Status: %(old)s → %(new)s") % {"old": made.from_status or "–", "new": made.to_status or "–"})
    if made.points:
        words.append(_("Points: %(points)s") % {"points": made.points})
    if made.follow_up:
        day = formats.date_format(timezone.localtime(made.follow_up.starts_at), "SHORT_DATE_FORMAT")
        words.append(_("Next: %(type)s on %(day)s") % {"type": made.follow_up.type, "day": day})
    if made.activity:
        words.append(_("Activity: %(activity)s") % {"activity": made.activity})
    return " · ".join(words)
