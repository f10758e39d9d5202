"""The client list and the member's choice of its columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from clients import listing, presenting, services
from clients.bulk.actions import by_heading, offered_to
from clients.catalogue import CatalogueField
from clients.forms.listing import ClientFilterSet, ColumnsForm
from clients.grouping import groupable_fields, read_grouped
from clients.layouts import Asked, Shown, layouts
from clients.models import Client
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
    if not request.GET and (usual := presenting.usual(request.membership)):
        return redirect(f"{request.path}?{urlencode({presenting.PARAMETER: usual})}")
    today = local_today(request.firm)
    filters = ClientFilterSet(request.GET, request.membership, today=today)
    if filters.is_unknown:
        raise Http404
    context = {
        **_bulk(request),
        **_shown(request, filters),
        "filters": filters.form,
        "chips": _chips(filters, request.GET),
        "everybody_url": f"{request.path}?{presenting.PARAMETER}=",
        "today": today,
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "may_merge": request.membership.can(Permission.MERGE_CLIENTS),
        "may_export": request.membership.can(Permission.EXPORT_CLIENTS),
        "may_import": request.membership.can(Permission.IMPORT_CLIENTS),
        "is_narrowed": bool(request.GET.get("q")) or bool(_chips(filters, request.GET)) or bool(filters.view),
    }
    return page_or_partial(request, "clients/client_list.html", "clients/_client_table.html", context)


def _bulk(request: FirmRequest) -> dict[str, Any]:
    """What the bar of the selected rows offers, and to whom "all of them" refers."""
    offered = offered_to(request.membership)
    return {
        "bulk_actions": offered,
        "bulk_headings": by_heading(offered),
        "list_query": request.GET.urlencode(),
    }


def _shown(request: FirmRequest, filters: ClientFilterSet) -> dict[str, Any]:
    """The table, or another layout of the same clients (``?show=``), with the counts by value where it is grouped."""
    view = filters.view
    asked = presenting.asked(request.GET, request.membership, today=filters.today, view=view)
    layout = presenting.layout_of(request.GET, view)
    grouping = asked.grouping if layout is None or not layout.is_grouped else None
    fields = [column.field for column in asked.columns]
    listed = _from_cursor(asked, partial(layout.read if layout else _as_table, filters.narrowed))
    return {
        "view": view,
        "layout": layout,
        "layouts": layouts().values(),
        "grouping": asked.grouping,
        "grouping_choices": _grouping_choices(),
        "grouped": read_grouped(filters.narrowed, grouping, fields, today=asked.today) if grouping else None,
        "columns_form": ColumnsForm(initial={"columns": [field.name for field in fields]}),
        "listing": listed,
    }


def _as_table(clients: QuerySet[Client], asked: Asked) -> listing.Listing:
    return listing.read_listing(clients, asked.columns, ordering=asked.ordering, cursor=asked.cursor, today=asked.today)


def _grouping_choices() -> list[tuple[str, list[CatalogueField]]]:
    """The fields by which the list can be grouped, under the catalogue's headings."""
    return [(str(group.label), list(found)) for group, found in groupby(groupable_fields(), key=lambda one: one.group)]


def _from_cursor(asked: Asked, read: Callable[[Asked], Shown]) -> Shown:
    """A cursor of another ordering is not worth an error page: the list begins again."""
    try:
        return read(asked)
    except InvalidCursorError:
        return read(replace(asked, cursor=None))


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
    """Into the address of the list, or as the member's usual ones."""
    form, listed = ColumnsForm(request.POST), reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})
    back = return_address(request, default=listed)
    if not form.is_valid():
        return redirect(back)
    into_address = request.POST.get("into") == "address"
    chosen = form.cleaned_data["columns"]
    if not into_address:
        services.choose_columns(request.membership, chosen)
    return redirect(_with_columns(back, chosen if into_address else []))


def _with_columns(address: str, names: list[str]) -> str:
    path, _mark, query = address.partition("?")
    rest = QueryDict(query, mutable=True)
    for gone in ("columns", "cursor"):
        rest.pop(gone, None)
    if names:
        rest["columns"] = ",".join(names)
    return f"{path}?{rest.urlencode()}" if rest else path
