"""The ranking with its single items (IFY-43)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.queries import visible_clients
from outcomes.forms.points import PeriodForm, usual_periods
from outcomes.queries import challenges as challenge_queries
from outcomes.queries.leaderboard import Period, entries_of, ranking, total_of
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.queries import members
from tenants.requests import FirmRequest, requires
from web.formatting import number
from web.htmx import page_or_partial
from web.keyset import keyset_page

SHOWN_IN_CHART = 15


@requires(Permission.VIEW_APPOINTMENTS)
def leaderboard(request: FirmRequest) -> HttpResponse:
    """Who has how many points in a period, of a type, in a team."""
    form, period, kind = _asked(request)
    role = form.cleaned_data.get("role", "") if form.is_valid() else ""
    places = ranking(period, firm=request.firm, type_id=kind, role=role)
    context = {
        "form": form,
        "period": period,
        "places": places,
        "chart": _chart([place for place in places if place.points][:SHOWN_IN_CHART]),
        "most": max((place.points for place in places), default=0),
        "usual": _usual(request, period),
        "query": urlencode(_query(period, kind)),
        "may_open": request.membership.can(Permission.VIEW_ALL_CLIENTS),
        "running": _running(request),
    }
    return page_or_partial(request, "outcomes/leaderboard.html", "outcomes/_leaderboard.html", context)


@requires(Permission.VIEW_APPOINTMENTS)
def member_points(request: FirmRequest, pk: int) -> HttpResponse:
    """The single items behind somebody's total; another person's for who sees all clients."""
    if pk != request.membership.pk and not request.membership.can(Permission.VIEW_ALL_CLIENTS):
        raise Http404
    member = get_object_or_404(members(), pk=pk)
    form, period, kind = _asked(request)
    entries = entries_of(member, period, firm=request.firm, type_id=kind)
    page = keyset_page(entries, ordering="-at", cursor=request.GET.get("cursor"), size=50)
    named = {entry.fulfilment.client_id for entry in page.items if entry.fulfilment}
    seen = set(visible_clients(request.membership).filter(pk__in=named).values_list("pk", flat=True))
    context = {
        "member": member,
        "period": period,
        "form": form,
        "page": page,
        "seen": seen,
        "total": total_of(member, period, firm=request.firm, type_id=kind),
        "shown": _lines(entries.order_by().count()),
        "usual": _usual(request, period),
        "query": urlencode(_query(period, kind)),
        "may_correct": request.membership.can(Permission.CORRECT_POINTS),
    }
    return page_or_partial(request, "outcomes/member_points.html", "outcomes/_member_points.html", context)


def _asked(request: FirmRequest) -> tuple[PeriodForm, Period, int | None]:
    today = local_today(request.firm)
    form = PeriodForm(request.GET or None, today=today)
    kind = form.cleaned_data.get("type") if form.is_valid() else None
    return form, form.period, kind.pk if kind else None


def _lines(count: int) -> str:
    return ngettext("%(count)s line", "%(count)s lines", count) % {"count": number(count)}


def _query(period: Period, kind: int | None) -> dict[str, object]:
    asked: dict[str, object] = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return asked | ({"type": kind} if kind else {})


def _usual(request: FirmRequest, shown: Period) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"{request.path}?{urlencode(_query(period, None))}", "is_current": period == shown}
        for label, period in usual_periods(local_today(request.firm))
    ]


def _chart(places: Any) -> dict[str, Any]:
    return {
        "labels": [place.member.name for place in places],
        "series": [{"name": _("Points"), "data": [place.points for place in places], "type": "bar"}],
    }


def _running(request: FirmRequest) -> list[Any]:
    today = local_today(request.firm)
    found = challenge_queries.challenges().filter(starts_on__lte=today, ends_on__gte=today)[:5]
    address = "outcomes:challenge_detail"
    return [
        {"challenge": row, "url": reverse(address, kwargs={"firm_slug": request.firm.slug, "pk": row.pk})}
        for row in found
    ]
