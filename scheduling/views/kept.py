"""Cadence kept: over time, by group and advisor; who slipped and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.kept import REASONS, Kept, cadence_kept, slipped
from scheduling.views.listing import listed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web import formatting


@requires(Permission.VIEW_APPOINTMENTS)
def cadence_kept_page(request: FirmRequest) -> HttpResponse:
    plans = slipped(request.membership, on=local_today(request.firm))
    kept = cadence_kept(request.membership, at=timezone.now())
    return listed(
        request,
        plans,
        ordering="due_on",
        page="scheduling/kept.html",
        part="scheduling/_slipped.html",
        kept=kept,
        chart=_chart(kept),
        reasons=REASONS,
        now_share=kept.total.shares[-1],
        year_share=kept.total.shares[0],
    )


def _chart(kept: Kept) -> dict[str, Any]:
    """In percent, all together and the largest groups."""
    shown = [share for share in kept.groups if share.key is not None][:3]
    series = [{"name": _("All groups"), "type": "line", "data": kept.total.shares}]
    series += [{"name": share.name, "type": "line", "data": share.shares} for share in shown]
    return {"labels": [formatting.month_short(day) for day in kept.days], "series": series}
