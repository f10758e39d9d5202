"""Settings → Portafogli: the portfolios in a typology, as many as the firm wants (GAT-07, GAT-22)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portfolios import queries, services
from portfolios.forms.dividers import PortfolioForm
from portfolios.models import Portfolio, Typology
from portfolios.views.answers import address, setting_tabs
from tenants.answers import is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

PAGE, PART = "portfolios/portfolio_edit.html", "portfolios/_portfolio_form.html"


@requires(Permission.CONFIGURE)
def portfolio_list(request: FirmRequest, pk: int) -> HttpResponse:
    typology = get_object_or_404(Typology, pk=pk)
    context = {
        "typology": typology,
        "portfolios": queries.counted_portfolios(typology),
        "tabs": setting_tabs(request, "typology_list"),
    }
    return render(request, "portfolios/portfolio_list.html", context)


@requires(Permission.CONFIGURE)
def portfolio_create(request: FirmRequest, pk: int) -> HttpResponse:
    typology = get_object_or_404(Typology, pk=pk)
    form = PortfolioForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if is_saved(form, lambda: services.create_portfolio(typology, by=request.membership, **values)):
            notify(request, _("“%(name)s” has been added.") % {"name": values["name"]})
            return HttpResponseRedirect(address(request, "portfolio_list", pk=pk))
    return page_or_partial(request, PAGE, PART, {"form": form, "typology": typology})


@requires(Permission.CONFIGURE)
def portfolio_edit(request: FirmRequest, pk: int) -> HttpResponse:
    portfolio = _portfolio(pk)
    form = PortfolioForm(request.POST or None, portfolio=portfolio)
    if request.method == "POST" and form.is_valid():
        values, version = form.values(), form.cleaned_data["version"]
        if is_saved(form, lambda: services.edit_portfolio(portfolio, by=request.membership, version=version, **values)):
            notify(request, _("“%(name)s” has been saved.") % {"name": values["name"]})
            return HttpResponseRedirect(_list(request, portfolio))
    context = {"form": form, "typology": portfolio.typology, "portfolio": portfolio}
    return page_or_partial(request, PAGE, PART, context)


@requires(Permission.CONFIGURE)
@require_POST
def portfolio_deactivate(request: FirmRequest, pk: int) -> HttpResponse:
    """No longer offered; whoever is in it stays."""
    portfolio = _portfolio(pk)
    return performed(
        request,
        lambda: services.deactivate_portfolio(portfolio, by=request.membership),
        told=_("“%(name)s” is no longer offered.") % {"name": portfolio},
        undo=address(request, "portfolio_activate", pk=pk),
        back=_list(request, portfolio),
    )


@requires(Permission.CONFIGURE)
@require_POST
def portfolio_activate(request: FirmRequest, pk: int) -> HttpResponse:
    portfolio = _portfolio(pk)
    return performed(
        request,
        lambda: services.activate_portfolio(portfolio, by=request.membership),
        told=_("“%(name)s” is offered again.") % {"name": portfolio},
        undo=address(request, "portfolio_deactivate", pk=pk),
        back=_list(request, portfolio),
    )


@requires(Permission.CONFIGURE)
@require_POST
def portfolio_make_default(request: FirmRequest, pk: int) -> HttpResponse:
    portfolio = _portfolio(pk)
    before = Portfolio.objects.get(is_default=True)
    return performed(
        request,
        lambda: services.set_default_portfolio(portfolio, by=request.membership),
        told=_("“%(name)s” is what clients get for whom no portfolio is named.") % {"name": portfolio},
        undo=address(request, "portfolio_make_default", pk=before.pk) if before != portfolio else "",
        back=_list(request, portfolio),
    )


@requires(Permission.CONFIGURE)
@require_POST
def portfolio_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """Only one that was never used; the others are deactivated."""
    portfolio = _portfolio(pk)
    return performed(
        request,
        lambda: services.delete_portfolio(portfolio, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": portfolio},
        back=_list(request, portfolio),
    )


def _portfolio(pk: int) -> Portfolio:
    found: Portfolio = get_object_or_404(Portfolio.objects.select_related("typology"), pk=pk)
    return found


def _list(request: FirmRequest, portfolio: Portfolio) -> str:
    return address(request, "portfolio_list", pk=portfolio.typology_id)
