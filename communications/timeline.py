"""What communications adds to the time line of a client: services proposed to him, and how each proposal ended."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.timeline.sources import Event, Source, contribute
from communications.enums import CommunicationState, OpportunityState
from communications.models import ClientOpportunity, Communication

PAGE = "communications:opportunity_detail"


def register() -> None:
    """Called when the app is ready."""
    contribute(
        Source(
            kind="opportunity",
            label=gettext_lazy("Services proposed"),
            icon="sparkles",
            rows=_opened,
            tell=_tell_opened,
            at="opened_at",
        )
    )
    contribute(
        Source(
            kind="opportunity_closed",
            label=gettext_lazy("Proposals closed"),
            icon="circle-check",
            rows=_closed,
            tell=_tell_closed,
            at="closed_at",
        )
    )
    contribute(
        Source(
            kind="communication",
            label=gettext_lazy("Communications sent"),
            icon="mail",
            rows=_sent,
            tell=_tell_sent,
            at="sent_at",
        )
    )


def _opened() -> QuerySet[ClientOpportunity]:
    rows: QuerySet[ClientOpportunity] = ClientOpportunity.objects.all()
    return rows


def _closed() -> QuerySet[ClientOpportunity]:
    rows: QuerySet[ClientOpportunity] = ClientOpportunity.objects.filter(closed_at__isnull=False)
    return rows


def _read(ids: Sequence[int]) -> QuerySet[ClientOpportunity]:
    rows = ClientOpportunity.objects.select_related("client", "opportunity", "opened_by", "closed_by")
    return rows.filter(pk__in=ids)


def _tell_opened(ids: Sequence[int]) -> list[Event]:
    return [
        Event(
            kind="opportunity",
            id=row.pk,
            at=row.opened_at,
            client_id=row.client_id,
            client=row.client.name,
            company_id=row.company_id,
            title=_("%(service)s proposed") % {"service": row.opportunity},
            text=row.notes,
            icon="sparkles",
            by=row.opened_by.name if row.opened_by else "",
            view=PAGE,
        )
        for row in _read(ids)
    ]


def _tell_closed(ids: Sequence[int]) -> list[Event]:
    return [
        Event(
            kind="opportunity_closed",
            id=row.pk,
            at=row.closed_at,
            client_id=row.client_id,
            client=row.client.name,
            company_id=row.company_id,
            title=row.opportunity.name,
            text=row.outcome_note,
            state=row.state,
            state_label=OpportunityState(row.state).label,
            state_tone=row.tone,
            icon=row.icon,
            by=row.closed_by.name if row.closed_by else "",
            view=PAGE,
        )
        for row in _read(ids)
        if row.closed_at is not None
    ]


def _sent() -> QuerySet[Communication]:
    rows: QuerySet[Communication] = Communication.objects.filter(sent_at__isnull=False)
    return rows


def _tell_sent(ids: Sequence[int]) -> list[Event]:
    rows = Communication.objects.select_related("client", "run", "run__by").filter(pk__in=ids)
    return [
        Event(
            kind="communication",
            id=row.pk,
            at=row.sent_at,
            client_id=row.client_id,
            client=row.client.name,
            company_id=row.company_id,
            title=row.subject or row.run.name,
            text=row.address,
            state=row.state,
            state_label=CommunicationState(row.state).label,
            state_tone=row.tone,
            icon="mail",
            by=row.run.by.name,
            view="communications:communication_detail",
        )
        for row in rows
        if row.sent_at is not None
    ]
