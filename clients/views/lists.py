"""The client list and the member's choice of its columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients import listing, services
from clients.bulk.actions import actions_of, by_heading
from clients.forms.listing import ClientFilterSet, ColumnsForm
from clients.layouts import Layout, Shown, layouts
from clients.queries import visible_clients
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError
from web.navigation import return_address

NOT_A_CHIP = {"q", "state"}


@dataclass(frozen=True)
class Chip:
    """One filter in force, in words, and the address of the list without it."""

    label: str
    value: str
    without: str


@requires(Permission.VIEW_CLIENTS)
def client_list(request: FirmRequest) -> HttpResponse:
    """All of it stands in the address, so that a list can be kept, shared and gone back to."""
    today = local_today(request.firm)
    filters = ClientFilterSet(request.GET, visible_clients(request.membership), today=today)
    context = {
        **_bulk(request),
        **_shown(request, filters),
        "filters": filters.form,
        "chips": _chips(filters, request.GET),
        "today": today,
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "may_merge": request.membership.can(Permission.MERGE_CLIENTS),
        "may_export": request.membership.can(Permission.EXPORT_CLIENTS),
        "may_import": request.membership.can(Permission.IMPORT_CLIENTS),
        "is_narrowed": bool(request.GET.get("q")) or bool(_chips(filters, request.GET)),
    }
    return page_or_partial(request, "clients/client_list.html", "clients/_client_table.html", context)


def _bulk(request: FirmRequest) -> dict[str, Any]:
    """What the bar of the selected rows offers, and to whom "all of them" refers."""
    offered = actions_of(request.membership)
    return {
        "bulk_actions": offered,
        "bulk_headings": by_heading(offered),
        "list_query": request.GET.urlencode(),
    }


def _shown(request: FirmRequest, filters: ClientFilterSet) -> dict[str, Any]:
    """The table, or another layout of the same clients (``?show=``)."""
    layout = layouts().get(request.GET.get("show", ""))
    offered = {"layout": layout, "layouts": layouts().values()}
    if layout is not None:
        return offered | {"listing": _from_cursor(request, partial(_laid_out, layout, filters))}
    columns = listing.chosen_columns(request.membership)
    read = partial(
        listing.read_listing,
        filters.narrowed,
        columns,
        ordering=request.GET.get("ordering", ""),
        today=filters.today,
    )
    form = ColumnsForm(initial={"columns": [column.field.name for column in columns]})
    return offered | {"listing": _from_cursor(request, read), "columns_form": form}


def _laid_out(layout: Layout, filters: ClientFilterSet, *, cursor: str | None) -> Shown:
    return layout.read(filters.narrowed, cursor, filters.today)


def _from_cursor(request: FirmRequest, read: Callable[..., Any]) -> Any:
    """A cursor of another ordering is not worth an error page: the list begins again."""
    try:
        return read(cursor=request.GET.get("cursor"))
    except InvalidCursorError:
        return read(cursor=None)


def _chips(filters: ClientFilterSet, query: QueryDict) -> list[Chip]:
    form = filters.form
    given = {name: str(query[name]) for name in form.fields if query.get(name) and name not in NOT_A_CHIP}
    return [
        Chip(str(form.fields[name].label), _in_words(form, name, value), _without(query, name))
        for name, value in given.items()
    ]


def _in_words(form: Any, name: str, value: str) -> str:
    if name == "filter":
        return ""
    return str(dict(getattr(form.fields[name], "choices", ())).get(value, value))


def _without(query: QueryDict, name: str) -> str:
    rest = query.copy()
    for gone in (name, "cursor"):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}"


@requires(Permission.VIEW_CLIENTS)
@require_POST
def client_columns(request: FirmRequest) -> HttpResponse:
    form = ColumnsForm(request.POST)
    if form.is_valid():
        services.choose_columns(request.membership, form.cleaned_data["columns"])
    listed = reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})
    return redirect(return_address(request, default=listed))
