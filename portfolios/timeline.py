"""What portfolios adds to the time line of a client: his sales. What was reversed stays there, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients.timeline.sources import Event, Source, contribute
from portfolios.models import Sale
from tenants.binding import bound_firm


def register() -> None:
    """Called when the app is ready."""
    contribute(
        Source(kind="sale", label=_("Sales"), icon="receipt-euro", rows=_sales, tell=_tell, at="date", by_day=True)
    )


def _sales() -> QuerySet[Sale]:
    """Those of typologies that are not in use are hidden (GAT-21)."""
    sales: QuerySet[Sale] = Sale.objects.filter(typology__active=True)
    return sales


def _tell(ids: Sequence[int]) -> list[Event]:
    zone = ZoneInfo(bound_firm().time_zone)
    rows = Sale.objects.filter(pk__in=ids).select_related("client", "typology", "portfolio", "created_by")
    return [
        Event(
            kind="sale",
            id=sale.pk,
            at=datetime.combine(sale.date, time(), tzinfo=zone),
            client_id=sale.client_id,
            client=sale.client.name,
            company_id=sale.company_id,
            title=f"{sale.get_kind_display()} · {sale.portfolio or sale.typology}",
            text="\n".join(filter(None, [sale.description, sale.reversal_reason])),
            whole_day=True,
            state="reversed" if sale.reversed_at else "",
            state_label=_("Reversed") if sale.reversed_at else "",
            state_tone="red",
            icon="receipt-euro",
            by=sale.created_by.name if sale.created_by else "",
            amount=sale.amount,
        )
        for sale in rows
    ]
