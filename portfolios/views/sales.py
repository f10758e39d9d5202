"""The ledger of sales: its list, entering a line, reversing it, and the export (GAT-18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.queries import visible_clients
from clients.tables import table_answer
from portfolios import queries, services
from portfolios.forms.sales import LedgerForm, ReversalForm, SaleForm
from portfolios.models import Sale
from portfolios.services import SaleDetails
from portfolios.views.answers import address
from tenants.answers import is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.navigation import return_address
from web.toasts import notify

PAGE, BATCH = 50, 1_000
CREATE, CREATE_PART = "portfolios/sale_create.html", "portfolios/_sale_form.html"


@requires(Permission.VIEW_CLIENTS)
def sale_list(request: FirmRequest) -> HttpResponse:
    """Of the whole firm, or with ``?client=`` of one client."""
    form = LedgerForm(request.GET)
    wanted = form.wanted()
    try:
        rows = queries.ledger(request.membership, wanted)
        page = keyset_page(rows, ordering="-date", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "page": page,
        "form": form,
        "query": query.urlencode(),
        "is_narrowed": bool(wanted),
        "client": visible_clients(request.membership).filter(pk=wanted.get("client") or 0).first(),
        "may_enter": request.membership.can(Permission.ENTER_SALES),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return page_or_partial(request, "portfolios/sale_list.html", "portfolios/_sales.html", context)


@requires(Permission.EXPORT_CLIENTS)
def sale_export(request: FirmRequest) -> HttpResponse:
    """All that the page narrows to, read in batches; ``?format=`` csv or xlsx."""
    rows = queries.ledger(request.membership, LedgerForm(request.GET).wanted())
    heads = [
        _("Date"), _("Client"), _("External id of the client"), _("Typology"), _("Portfolio"), _("Kind of sale"),
        _("Amount"), _("Description"), _("External source"), _("External id"), _("Reversed"), _("Reason"),
    ]  # fmt: skip
    return table_answer(_("sales"), heads, map(_cells, _all(rows)), kind=request.GET.get("format", ""))


def _all(rows: QuerySet[Sale]) -> Iterator[Sale]:
    cursor: str | None = None
    while True:
        page = keyset_page(rows, ordering="-date", cursor=cursor, size=BATCH)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _cells(sale: Sale) -> list[object]:
    return [
        sale.date, sale.client.name, sale.client.external_id, sale.typology.name,
        sale.portfolio.name if sale.portfolio else "", sale.get_kind_display(), sale.amount, sale.description,
        sale.external_source, sale.external_id, timezone.localdate(sale.reversed_at) if sale.reversed_at else None,
        sale.reversal_reason,
    ]  # fmt: skip


@requires(Permission.ENTER_SALES)
def sale_create(request: FirmRequest, client_pk: int) -> HttpResponse:
    """A line for one client; his measures follow at once."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    form = SaleForm(request.POST or None, initial={"date": local_today(request.firm)})
    back = return_address(request, default=_measures(request, client_pk))

    def enter() -> None:
        details = SaleDetails(client=client, **form.cleaned_data)
        made.append(services.enter_sale(details, by=request.membership, at=timezone.now()))

    made: list[Sale] = []
    if request.method == "POST" and form.is_valid() and is_saved(form, enter):
        notify(request, _("The sale has been entered."), undo=address(request, "sale_reverse", pk=made[0].pk))
        return HttpResponseRedirect(back)
    context = {"form": form, "client": client, "back": back}
    return page_or_partial(request, CREATE, CREATE_PART, context)


@requires(Permission.ENTER_SALES)
def sale_reverse(request: FirmRequest, pk: int) -> HttpResponse:
    """It stays and counts no more: asked for the reason first. The undo of entering one gives it by itself."""
    sale = _sale(request, pk)
    back = return_address(request, default=_measures(request, sale.client_id))
    is_undo = request.method == "POST" and "reason" not in request.POST
    form = ReversalForm({"reason": _("Entered by mistake")} if is_undo else request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "portfolios/sale_reverse.html", {"form": form, "sale": sale, "back": back})
    reason = form.cleaned_data["reason"]
    return performed(
        request,
        lambda: services.reverse_sale(sale, reason=reason, by=request.membership, at=timezone.now()),
        told=_("The sale is reversed: it stays in the ledger and counts no more."),
        undo=address(request, "sale_restore", pk=pk),
        back=back,
    )


@requires(Permission.ENTER_SALES)
@require_POST
def sale_restore(request: FirmRequest, pk: int) -> HttpResponse:
    """The reversal was a mistake."""
    sale = _sale(request, pk)
    return performed(
        request,
        lambda: services.restore_sale(sale, by=request.membership, at=timezone.now()),
        told=_("The sale counts again."),
        back=_measures(request, sale.client_id),
    )


def _sale(request: FirmRequest, pk: int) -> Sale:
    rows: Any = queries.visible_sales(request.membership).select_related("client", "typology", "portfolio")
    found: Sale = get_object_or_404(rows, pk=pk)
    return found


def _measures(request: FirmRequest, client: int) -> str:
    named = {"firm_slug": request.firm.slug, "pk": client}
    return reverse("portfolios:client_measures", kwargs=named)
