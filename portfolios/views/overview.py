"""Portfolios at work: a typology over all its clients with its drift, and one portfolio, each with its heat map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from clients.tables import table_answer
from portfolios import heat, queries
from portfolios.drift import MonthEnd, drift
from portfolios.enums import Measure
from portfolios.heat import HeatMap
from portfolios.models import Portfolio, Typology
from portfolios.views.answers import Tab, address
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web import formatting


@requires(Permission.VIEW_CLIENTS)
def overview(request: FirmRequest, position: int = 1) -> HttpResponse:
    """A typology: its portfolios, who stands where, and how that moved by month."""
    typology, measure = _typology(position), _measure(request)
    member = request.membership
    context = _drift_context(request, typology, measure) | {
        "typology": typology,
        "tabs": _tabs(request, typology),
        "dividers": heat.dividers(member, typology),
        "heat": heat.heat_map(member, typology),
        "spread": _spread(heat.spread(member, typology)),
        "may_export": member.can(Permission.EXPORT_CLIENTS),
    }
    return render(request, "portfolios/overview.html", context)


@requires(Permission.VIEW_CLIENTS)
def portfolio_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """One portfolio: its clients by Recency and Frequency, what they bought, and how their levels moved."""
    portfolio = _portfolio(pk)
    typology, member = portfolio.typology, request.membership
    context = _drift_context(request, typology, _measure(request), portfolio) | {
        "portfolio": portfolio,
        "typology": typology,
        "heat": heat.heat_map(member, typology, portfolio),
        "spread": _spread(heat.spread(member, typology, portfolio)),
        "everybody": heat.filter_of(typology, portfolio, {}),
        "planned": queries.handovers_of(portfolio),
        "may_export": member.can(Permission.EXPORT_CLIENTS),
    }
    return render(request, "portfolios/portfolio_detail.html", context)


@requires(Permission.EXPORT_CLIENTS)
def portfolio_export(request: FirmRequest, pk: int) -> HttpResponse:
    """``?part=`` heat or drift, ``?format=`` csv or xlsx."""
    portfolio = _portfolio(pk)
    name = f"{portfolio.typology} - {portfolio}"
    if request.GET.get("part") == "drift":
        return _drift_file(request, name, portfolio.typology, portfolio)
    return _heat_file(request, name, heat.heat_map(request.membership, portfolio.typology, portfolio))


@requires(Permission.EXPORT_CLIENTS)
def overview_export(request: FirmRequest, position: int) -> HttpResponse:
    """``?part=`` heat, portfolios or drift, ``?format=`` csv or xlsx."""
    typology = _typology(position)
    part = request.GET.get("part")
    if part == "drift":
        return _drift_file(request, str(typology), typology)
    if part == "portfolios":
        heads = [_("Portfolio"), _("Clients"), _("Frequency"), _("Monetary")]
        found = heat.dividers(request.membership, typology)
        rows = ([row.portfolio or _("None"), row.clients, row.frequency, row.monetary] for row in found)
        return _file(request, str(typology), heads, rows)
    return _heat_file(request, str(typology), heat.heat_map(request.membership, typology))


def _drift_file(
    request: FirmRequest, name: str, typology: Typology, portfolio: Portfolio | None = None
) -> HttpResponse:
    measure = _measure(request)
    heads = [_("Day"), *(_("Level %(level)s") % {"level": level} for level in range(1, typology.scale + 1))]
    rows = ([end.day, *end.counts] for end in _drift(request, typology, measure, portfolio))
    return _file(request, f"{name} - {measure.label}", heads, rows)


def _heat_file(request: FirmRequest, name: str, found: HeatMap) -> HttpResponse:
    heads = [_("Level of Recency"), _("Level of Frequency"), _("Clients"), _("Monetary")]
    cells = (cell for row in found.rows for cell in row.cells)
    return _file(request, name, heads, ([each.recency, each.frequency, each.clients, each.monetary] for each in cells))


def _file(request: FirmRequest, name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    return table_answer(name.replace("/", "-"), heads, rows, kind=request.GET.get("format", ""))


def _typology(position: int) -> Typology:
    return get_object_or_404(Typology, position=position, active=True)


def _portfolio(pk: int) -> Portfolio:
    found: Portfolio = get_object_or_404(Portfolio.objects.select_related("typology"), pk=pk, typology__active=True)
    return found


def _measure(request: FirmRequest) -> Measure:
    asked = request.GET.get("measure", "")
    return Measure(asked) if asked in Measure.values else Measure.RECENCY


def _drift(
    request: FirmRequest, typology: Typology, measure: Measure, portfolio: Portfolio | None = None
) -> list[MonthEnd]:
    return drift(request.membership, typology, measure, today=local_today(request.firm), portfolio=portfolio)


def _drift_context(
    request: FirmRequest, typology: Typology, measure: Measure, portfolio: Portfolio | None = None
) -> dict[str, Any]:
    ends = _drift(request, typology, measure, portfolio)
    return {
        "measure": measure,
        "measures": [(each, each == measure) for each in Measure],
        "ends": ends,
        "levels": range(1, typology.scale + 1),
        "chart": _chart(typology, ends),
    }


def _tabs(request: FirmRequest, current: Typology) -> list[Tab]:
    active = Typology.objects.filter(active=True).order_by("position")
    return [
        Tab(row.name, address(request, "overview_typology", position=row.position), row == current) for row in active
    ]


def _spread(found: dict[str, list[heat.Share]]) -> list[tuple[Measure, list[heat.Share]]]:
    return [(Measure(name), shares) for name, shares in found.items()]


def _chart(typology: Typology, ends: Sequence[MonthEnd]) -> dict[str, Any]:
    series = [
        {
            "name": _("Level %(level)s") % {"level": level},
            "type": "bar",
            "tone": typology.tone(level),
            "data": [end.counts[level - 1] for end in ends],
        }
        for level in range(1, typology.scale + 1)
    ]
    return {"labels": [formatting.month_short(end.day) for end in ends], "series": series, "stacked": True}
